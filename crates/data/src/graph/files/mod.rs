//! A graph of one's own, from files of edges, features and labels that name their nodes alike.
//!
//! The nodes are those of the edges and of the features together: a node without edges is isolated, and one without
//! features has none but zeros. Files that name no nodes (arrays, Matrix Market) have a row for each, in order, from 0, or
//! from 1 beside edges in Matrix Market, which numbers from there.
//! What is found is counted in [`FileCounts`](super::FileCounts) and [`JoinCounts`].

mod align;
mod edges;
mod features;
mod features_json;
mod format;
mod formats;
pub(super) mod header;
mod join;
mod labels;
mod matrix_market;
mod reading;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use self::format::FileFormat;
pub use self::join::JoinCounts;
pub use self::reading::{Bipartite, Column, EdgeReading, Header, MissingEnds};
use super::edge_list::FirstLine;
use super::node_ids::NodeIds;
use super::{FileCounts, LoadedGraph};
use crate::array::SparseEntries;
use crate::error::Result;

/// The files of a graph and how to read them.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The features of another graph, which these are to be brought in line with.
    pub known_features: Option<KnownFeatures>,
}

/// The features that a model was trained on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFeatures {
    /// How many there are.
    pub count: usize,
    /// Their names, where they have some.
    pub names: Option<Vec<String>>,
}

/// Pairs of nodes by name, in the order of their file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePairs {
    /// The name of each node.
    pub names: Vec<String>,
    /// Pairs of indices into the names.
    pub pairs: Vec<(u32, u32)>,
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
    let names = edges.ids.names().into_iter().map(str::to_owned).collect();
    Ok(NodePairs { names, pairs: edges.entries })
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
}

/// Labels as read.
#[derive(Debug)]
struct LabelRows {
    ids: RowIds,
    class: Vec<Option<u16>>,
    names: Vec<String>,
    /// Whether the first row may name the columns by words that are not known for it.
    first_may_be_header: bool,
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
            known_features: None,
        }
    }

    /// Reads all files and joins them.
    ///
    /// # Errors
    /// If a file cannot be read, breaks its format, or names none of the nodes of the others. Memory is bounded by the
    /// sizes of the files.
    pub fn read(&self) -> Result<LoadedGraph> {
        let edges = edges::read(&self.edges, self.edges_format, self.weights, &self.reading)?;
        let in_edges = |name: &str| edges.ids.has(name);
        let features = self.features.as_deref();
        let features = features.map(|path| features::read(path, self.features_format, &in_edges));
        let mut features = features.transpose()?;
        let mut aligned = JoinCounts::default();
        if let (Some(features), Some(known), Some(path)) =
            (&mut features, &self.known_features, &self.features)
        {
            aligned = align::align(features, known, path)?;
        }
        let in_both =
            |name: &str| in_edges(name) || features.as_ref().is_some_and(|features| features.ids.has(name));
        let labels = self.labels.as_deref().map(|path| labels::read(path, &in_both));
        join::join(self, edges, features, labels.transpose()?, aligned)
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
