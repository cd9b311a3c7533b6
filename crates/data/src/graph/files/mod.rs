//! A graph of one's own, from files of edges, features and labels that name their nodes alike.
//!
//! The nodes are those of the edges and of the features together: a node without edges is isolated, and one without
//! features has none but zeros. Files that name no nodes (arrays, Matrix Market) have a row for each, in order, from 0, or
//! from 1 beside edges in Matrix Market, which numbers from there.
//! What is found is counted in [`FileCounts`](super::FileCounts) and [`JoinCounts`].

mod align;
mod archive;
mod columns;
mod edges;
mod feature_table;
mod features;
mod features_json;
mod format;
mod formats;
pub(super) mod header;
mod join;
mod labels;
mod matrix_market;
mod names;
mod numbering;
mod reading;
mod sample;
mod sides;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use self::archive::{beside_edges, holds_edges};
pub use self::format::FileFormat;
pub(crate) use self::format::{is_json, text_of};
pub use self::join::JoinCounts;
pub use self::names::{NameTable, read_names};
pub use self::reading::{Bipartite, Column, EdgeReading, Header, MissingEnds};
pub(crate) use self::sample::TextSample;
use super::edge_list::FirstLine;
use super::node_ids::NodeIds;
use super::standardize::{FeatureScales, Standardize};
use super::{FileCounts, LoadedGraph};
use crate::array::SparseEntries;
use crate::error::{Error, Result};

/// The files of a graph and how to read them.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphFiles {
    /// The edges.
    pub edges: PathBuf,
    /// What is known of each node, where anything is.
    pub features: Option<PathBuf>,
    /// The class of each node, where it is known.
    pub labels: Option<PathBuf>,
    /// The format of the edges, where its content does not tell.
    pub edges_format: Option<FileFormat>,
    /// The format of the features, where its content does not tell.
    pub features_format: Option<FileFormat>,
    /// Whether edges have weights.
    pub weights: Weights,
    /// Which columns and lines of a list of edges are what, where its content does not tell.
    pub reading: EdgeReading,
    /// Where features and labels say whose they are.
    pub nodes: NodeColumns,
    /// Whether features are brought to one scale.
    pub standardize: Standardize,
    /// The features of another graph, which these are to be brought in line with.
    pub known_features: Option<KnownFeatures>,
}

/// Where features and labels say whose they are, for whom a look at the files does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeColumns {
    /// The column that names the nodes, by name, or by number from 1 in a table without a header.
    pub node: Option<String>,
    /// The column of the labels that holds the classes, likewise.
    pub label: Option<String>,
    /// The number of the node of the first row in files that name no nodes.
    pub first: Option<u64>,
    /// Whether what these files have no use for is left alone, as they were chosen for others.
    pub is_lenient: bool,
}

/// The features that a model was trained on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownFeatures {
    /// How many there are.
    pub count: usize,
    /// Their names, where they have some.
    pub names: Option<Vec<String>>,
    /// How they were brought to one scale, where they were.
    pub scales: Option<FeatureScales>,
}

/// Pairs of nodes by name, in the order of their file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePairs {
    /// The name of each node.
    pub names: Vec<String>,
    /// Pairs of indices into the names.
    pub pairs: Vec<(u32, u32)>,
    /// What was guessed or left out of the file, a sentence each.
    pub notes: Vec<String>,
}

/// Reads pairs of nodes from any file that could hold edges. A first line of words is a header only where neither names a
/// node that is `known`.
///
/// # Errors
/// If the file cannot be read or breaks its format.
pub fn read_pairs(path: impl AsRef<Path>, known: &dyn Fn(&str) -> bool) -> Result<NodePairs> {
    let path = path.as_ref();
    let mut edges = edges::read(path, None, Weights::None, &EdgeReading::default())?;
    edges.settle_first_line(path, known, false)?;
    let names = edges.ids.names().map(|name| name.to_string()).collect();
    Ok(NodePairs { names, pairs: edges.entries, notes: edges.notes })
}

/// Whether edges have weights: finite numbers above 0, of which a pair that is listed more than once has the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// They do where the file says so: a third column that its header calls `weight`, or a matrix with other values
    /// than 1.
    #[default]
    Auto,
    /// Whatever the file holds, all edges count the same.
    None,
    /// The third column holds them, or the values of the matrix.
    ThirdColumn,
}

/// A list of edges as read.
#[derive(Debug)]
pub(super) struct Edges {
    pub ids: NodeIds,
    /// The id of the node of row 0 in files that name no nodes.
    pub first: u64,
    pub entries: Vec<(u32, u32)>,
    pub weights: Option<Vec<f32>>,
    pub file: FileCounts,
    /// What was guessed, dropped or doubted, a sentence each.
    pub notes: Vec<String>,
    /// A first line of which is still to be told whether it is a header.
    pub first_line: Option<FirstLine>,
}

/// Whose the rows of a file are.
#[derive(Debug)]
enum RowIds {
    /// The places of the names are the rows.
    Named(NodeIds),
    /// This many, in the order of the nodes' numbers.
    Numbered(usize),
}

impl RowIds {
    /// Whether a row is of the node of this name.
    fn has(&self, name: &str) -> bool {
        matches!(self, Self::Named(names) if names.has(name))
    }
}

/// Features as read.
#[derive(Debug)]
struct FeatureRows {
    ids: RowIds,
    matrix: SparseEntries,
    /// The name of each column, where columns have names.
    names: Option<Vec<String>>,
    /// Whether columns that no row mentions are left out at the end.
    open_ended: bool,
    /// Features of a model that the file lacks, once it is brought in line with that.
    absent: Vec<usize>,
    /// What was guessed or left out, a sentence each.
    notes: Vec<String>,
    /// How the file was understood.
    reading: String,
    /// Whether the nodes are named by the column that was asked for.
    is_asked: bool,
}

/// Labels as read.
#[derive(Debug)]
struct LabelRows {
    ids: RowIds,
    class: Vec<Option<u16>>,
    names: Vec<String>,
    /// Whether the first row may name the columns by words that are not known for it.
    first_may_be_header: bool,
    /// What was guessed, a sentence each.
    notes: Vec<String>,
    /// How the file was understood.
    reading: String,
    /// Whether the nodes are named by the column that was asked for.
    is_asked: bool,
}

impl GraphFiles {
    /// A graph of edges alone.
    pub fn from_edges(path: &Path) -> Self {
        Self {
            edges: path.to_owned(),
            features: None,
            labels: None,
            edges_format: None,
            features_format: None,
            weights: Weights::Auto,
            reading: EdgeReading::default(),
            nodes: NodeColumns::default(),
            standardize: Standardize::Auto,
            known_features: None,
        }
    }

    /// Reads all files and joins them.
    ///
    /// # Errors
    /// If a file cannot be read, breaks its format, or names none of the nodes of the others. Memory is bounded by the
    /// sizes of the files.
    pub fn read(&self) -> Result<LoadedGraph> {
        let mut edges = edges::read(&self.edges, self.edges_format, self.weights, &self.reading)?;
        if self.reading.bipartite == Bipartite::Sides {
            edges.keep_sides_apart(&self.edges)?;
        }
        let in_edges = |name: &str| edges.ids.has(name);
        let features = self.features.as_deref();
        let features = features.map(|path| {
            let has_labels = self.labels.as_deref().is_some_and(|labels| is_same(labels, path));
            features::read(path, self.features_format, &self.nodes, has_labels, edges.ids.len(), &in_edges)
        });
        let mut features = features.transpose()?;
        let mut aligned = JoinCounts::default();
        if let (Some(features), Some(known), Some(path)) =
            (&mut features, &self.known_features, &self.features)
        {
            aligned = align::align(features, known, path)?;
        }
        let in_both =
            |name: &str| in_edges(name) || features.as_ref().is_some_and(|features| features.ids.has(name));
        let labels = self.labels.as_deref().map(|path| labels::read(path, &self.nodes, &in_both));
        let labels = labels.transpose()?;
        if let Some(node) = self.nodes.node.as_ref().filter(|_| !self.nodes.is_lenient)
            && !features.as_ref().is_some_and(|features| features.is_asked)
            && !labels.as_ref().is_some_and(|labels| labels.is_asked)
        {
            let message = format!("neither features nor labels have a column `{node}`");
            return Err(Error::config("data.node", message)
                .with_hint("name the column of a table of features or labels that names the nodes"));
        }
        if self.nodes.label.is_some() && labels.is_none() && !self.nodes.is_lenient {
            return Err(Error::config("data.label", "there are no labels whose column it could be")
                .with_hint("give the file as data.labels"));
        }
        join::join(self, edges, features, labels, aligned)
    }

    /// Reads the edges, which are a list in text.
    pub(super) fn read_list(&self) -> Result<LoadedGraph> {
        join::join(
            self,
            super::edge_list::read(&self.edges, self.weights, &self.reading)?,
            None,
            None,
            JoinCounts::default(),
        )
    }
}

/// Whether two paths name one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let found = |path: &Path| path.canonicalize().ok();
    one == other || found(one).is_some_and(|one| found(other) == Some(one))
}
