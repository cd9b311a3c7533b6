//! `[data]` and `[split]`: what is learnt from and what is held out.

use std::path::PathBuf;

use aevb_data::catalog;
use serde::{Deserialize, Serialize};

use super::image::ImageData;
use super::read::{Invalid, Kinds, Table};

/// `[data]`: the data set, by kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Data {
    /// A graph, for link prediction.
    Graph(GraphData),
    /// Images, for density estimation.
    Images(ImageData),
}

/// A graph of the catalog, or of the user's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphData {
    /// A name of the catalog, as `aevb data list` shows it.
    pub name: String,
    /// A list of edges to read in place of a graph of the catalog. The name is then that of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edges: Option<PathBuf>,
    /// What the encoder sees of each node.
    pub features: Features,
}

/// What the encoder sees of each node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Features {
    /// The data set's own features.
    Given,
    /// The identity matrix: only who the node is (the starred rows of the VGAE paper).
    None,
}

/// `[split]`: the edges held out for validation and test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Split {
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
        Self { name: "cora".to_owned(), edges: None, features: Features::Given }
    }
}

impl Default for Split {
    fn default() -> Self {
        Self { validation: 0.05, test: 0.10, seed: None, file: None }
    }
}

impl Kinds for Data {
    const KINDS: &'static [&'static str] = &["graph", "images"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        if kind == "images" { table.read().map(Self::Images) } else { table.read().map(Self::Graph) }
    }
}

impl Data {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let name = match self {
            Self::Graph(GraphData { edges: Some(edges), .. }) => {
                let hint = "a file whose lines name two nodes each";
                let named = !edges.as_os_str().is_empty();
                return Invalid::unless(named, "data.edges", "must name a file", hint);
            }
            Self::Graph(GraphData { name, .. }) => name,
            Self::Images(images) => return images.check(),
        };
        let graphs = catalog::all().iter().filter(|set| set.is_graph());
        let names: Vec<_> = graphs.map(|set| set.name).collect();
        let hint = format!("the graphs are {}", names.join(", "));
        Invalid::unless(
            names.contains(&name.as_str()),
            "data.name",
            &format!("`{name}` names no graph"),
            &hint,
        )
    }
}

impl GraphData {
    /// What messages call the graph.
    pub fn title(&self) -> String {
        self.edges.as_ref().map_or_else(|| self.name.clone(), |edges| edges.display().to_string())
    }
}

impl Split {
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
