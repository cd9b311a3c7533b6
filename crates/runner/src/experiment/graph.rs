//! `[data]` and `[split]` of a graph: its files or its name, and the edges held out.

use std::path::PathBuf;

use aevb_data::catalog;
use aevb_data::graph::{
    Bipartite, Column, EdgeReading, FileFormat, GraphFiles, Header, MissingEnds, NodeColumns, Standardize,
    Weights,
};
use serde::{Deserialize, Serialize};

use super::read::Invalid;

/// A graph of the catalog, or of the user's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphData {
    /// A name of the catalog, as `aevb data list` shows it.
    pub name: String,
    /// A file of edges to read in place of a graph of the catalog. The name is then that of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edges: Option<PathBuf>,
    /// The format of that file, where its content does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edges_format: Option<FileFormat>,
    /// Whether its edges have weights, which then count in `Ã`.
    #[serde(skip_serializing_if = "is_auto")]
    pub weights: Weights,
    /// The column of the nodes that edges begin at, by name or by number from 1; beside `target`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Column>,
    /// The column of the nodes that they end at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Column>,
    /// The column of their weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Column>,
    /// Whether the first line of the edges names the columns.
    #[serde(skip_serializing_if = "is_default")]
    pub header: Header,
    /// What stands between the columns: a sign, or tab, comma, semicolon, pipe or space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// Whether the two ends of edges are nodes of different kinds.
    #[serde(skip_serializing_if = "is_default")]
    pub bipartite: Bipartite,
    /// Whether edges are from the first end to the second, and pairs are learnt and ranked in that direction.
    #[serde(skip_serializing_if = "is_default")]
    pub directed: bool,
    /// What lines with an end called `NA` or `NaN` are.
    #[serde(skip_serializing_if = "is_default")]
    pub missing_ends: MissingEnds,
    /// What the encoder sees of each node.
    pub features: Features,
    /// The format of the file of features, where its content does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features_format: Option<FileFormat>,
    /// Whether features of a file are brought to one scale.
    #[serde(skip_serializing_if = "is_default")]
    pub standardize: Standardize,
    /// A file with the class of each node, which outputs then name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// The column of that file that holds the classes, where a look at it does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The column of features and labels that names the nodes, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The number of the node of the first row, 0 or 1, in files of features and labels that name no nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_node: Option<u64>,
}

/// Whether a value is left out of what is written.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn is_auto(weights: &Weights) -> bool {
    *weights == Weights::Auto
}

/// What the encoder sees of each node: `given`, `none`, or a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Features {
    /// The data set's own features.
    Given,
    /// The identity matrix: only who the node is (the starred rows of the VGAE paper).
    None,
    /// Those of a file, beside a file of edges.
    File(PathBuf),
}

impl From<String> for Features {
    fn from(text: String) -> Self {
        match text.as_str() {
            "given" => Self::Given,
            "none" => Self::None,
            _ => Self::File(text.into()),
        }
    }
}

impl From<Features> for String {
    fn from(features: Features) -> Self {
        match features {
            Features::Given => "given".to_owned(),
            Features::None => "none".to_owned(),
            // Every path here was text once: TOML is.
            Features::File(path) => path.to_string_lossy().into_owned(),
        }
    }
}

/// `[split]`: the edges held out for validation and test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphSplit {
    /// The fraction of edges held out for validation, rounded down.
    pub validation: f64,
    /// The fraction of edges held out for test, rounded down.
    pub test: f64,
    /// Pins the split while the experiment's seed varies; without it the split follows that seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// A `split.json` to use in place of drawing one; the fractions and the seed then have no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
}

impl Default for GraphData {
    fn default() -> Self {
        Self {
            name: "cora".to_owned(),
            edges: None,
            edges_format: None,
            weights: Weights::Auto,
            source: None,
            target: None,
            weight: None,
            header: Header::Auto,
            delimiter: None,
            bipartite: Bipartite::Auto,
            directed: false,
            missing_ends: MissingEnds::LeaveOut,
            features: Features::Given,
            features_format: None,
            standardize: Standardize::Auto,
            labels: None,
            label: None,
            node: None,
            first_node: None,
        }
    }
}

impl Default for GraphSplit {
    fn default() -> Self {
        Self { validation: 0.05, test: 0.10, seed: None, file: None }
    }
}

impl GraphData {
    /// The files of the graph, where it is one of the user's own.
    pub fn files(&self) -> Option<GraphFiles> {
        let features = match &self.features {
            Features::File(path) => Some(path.clone()),
            Features::Given | Features::None => None,
        };
        self.edges.as_ref().map(|edges| GraphFiles {
            edges: edges.clone(),
            features,
            labels: self.labels.clone(),
            edges_format: self.edges_format,
            features_format: self.features_format,
            weights: self.weights,
            reading: self.reading(),
            nodes: self.node_columns(),
            standardize: self.standardize,
            known_features: None,
        })
    }

    /// Whether pairs are between two sides alone.
    pub fn has_sides(&self) -> bool {
        self.directed || self.bipartite == Bipartite::Sides
    }

    /// How the list of edges is read.
    pub fn reading(&self) -> EdgeReading {
        EdgeReading {
            source: self.source.clone(),
            target: self.target.clone(),
            weight: self.weight.clone(),
            header: self.header,
            delimiter: self.delimiter.clone(),
            bipartite: self.bipartite,
            directed: self.directed,
            missing_ends: self.missing_ends,
        }
    }

    /// Where features and labels say whose they are.
    pub fn node_columns(&self) -> NodeColumns {
        NodeColumns {
            node: self.node.clone(),
            label: self.label.clone(),
            first: self.first_node,
            is_lenient: false,
        }
    }

    /// The paths in it, by key.
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut PathBuf)> {
        let features = match &mut self.features {
            Features::File(path) => Some(path),
            Features::Given | Features::None => None,
        };
        let paths = [
            ("data.edges", self.edges.as_mut()),
            ("data.features", features),
            ("data.labels", self.labels.as_mut()),
        ];
        paths.into_iter().filter_map(|(key, path)| Some((key, path?)))
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        if self.edges.is_some() { self.check_files() } else { self.check_catalog() }
    }

    fn check_files(&self) -> Result<(), Invalid> {
        let features = match &self.features {
            Features::File(path) => Some(path),
            Features::Given | Features::None => None,
        };
        let hint = "a file whose lines name two nodes each";
        for (key, path, hint) in [
            ("data.edges", self.edges.as_ref(), hint),
            ("data.features", features, "a file with the features of each node, or `none`"),
            ("data.labels", self.labels.as_ref(), "a file with the class of each node"),
        ] {
            let named = path.is_none_or(|path| !path.as_os_str().is_empty());
            Invalid::unless(named, key, "must name a file", hint)?;
        }
        Invalid::unless(
            self.first_node.is_none_or(|first| first < 2),
            "data.first_node",
            "must be 0 or 1",
            "rows are in the order of the nodes' numbers, from there",
        )?;
        Invalid::unless(
            !(self.directed && self.bipartite == Bipartite::Sides),
            "data.directed",
            "and data.bipartite are both true",
            "a directed graph has one kind of nodes, each a source and a target; a bipartite one has two: set one of them",
        )?;
        let hint = "edges are csv, matrix-market, npy, npz, adjacency-list, adjacency-matrix, metis, dimacs, pajek or graphml";
        let suits = !matches!(self.edges_format, Some(FileFormat::Json | FileFormat::JsonValues));
        Invalid::unless(suits, "data.edges_format", "is a format of features", hint)
    }

    /// A graph of the catalog has files of its own.
    fn check_catalog(&self) -> Result<(), Invalid> {
        let hint = "name the file of edges too, as data.edges";
        let message = match &self.features {
            Features::File(file) => {
                format!("must be `given` or `none`, not `{}`, without data.edges", file.display())
            }
            Features::Given | Features::None => String::new(),
        };
        Invalid::unless(message.is_empty(), "data.features", &message, hint)?;
        for (key, given) in [
            ("data.labels", self.labels.is_some()),
            ("data.edges_format", self.edges_format.is_some()),
            ("data.features_format", self.features_format.is_some()),
            ("data.weights", self.weights != Weights::Auto),
            ("data.source", self.source.is_some()),
            ("data.target", self.target.is_some()),
            ("data.weight", self.weight.is_some()),
            ("data.header", !is_default(&self.header)),
            ("data.delimiter", self.delimiter.is_some()),
            ("data.bipartite", !is_default(&self.bipartite)),
            ("data.directed", self.directed),
            ("data.missing_ends", !is_default(&self.missing_ends)),
            ("data.standardize", self.standardize != Standardize::Auto),
            ("data.label", self.label.is_some()),
            ("data.node", self.node.is_some()),
            ("data.first_node", self.first_node.is_some()),
        ] {
            Invalid::unless(!given, key, "means something only beside data.edges", hint)?;
        }
        let graphs = catalog::all().iter().filter(|set| set.is_graph());
        let names: Vec<_> = graphs.map(|set| set.name).collect();
        Invalid::unless(
            names.contains(&self.name.as_str()),
            "data.name",
            &format!("`{}` names no graph", self.name),
            &format!("the graphs are {}", names.join(", ")),
        )
    }

    /// What messages call the graph.
    pub fn title(&self) -> String {
        self.edges.as_ref().map_or_else(|| self.name.clone(), |edges| edges.display().to_string())
    }
}

impl GraphSplit {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let hint = "a fraction of all edges between 0 and 1, both excluded, such as 0.05";
        let is_fraction = |x: f64| x > 0.0 && x < 1.0;
        Invalid::unless(is_fraction(self.validation), "split.validation", "must lie between 0 and 1", hint)?;
        Invalid::unless(is_fraction(self.test), "split.test", "must lie between 0 and 1", hint)?;
        Invalid::unless(
            self.validation + self.test < 1.0,
            "split.test",
            "leaves no edge to train on, as validation + test is 1 or more",
            "the two fractions together must stay below 1",
        )?;
        Invalid::unless(
            self.file.as_ref().is_none_or(|file| !file.as_os_str().is_empty()),
            "split.file",
            "must name a file",
            "the split.json of an earlier run",
        )?;
        super::read::check_seed(self.seed.unwrap_or(0), "split.seed")
    }
}
