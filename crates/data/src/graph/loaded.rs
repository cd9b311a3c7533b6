//! A graph together with what its files held, for whoever asks where a number comes from.

use serde::Serialize;

use super::{EdgeCounts, EdgeListFile, Graph, PlanetoidFiles, cora};

/// A graph as read, and the counts that the reading left behind.
#[derive(Clone, Debug)]
pub struct LoadedGraph {
    /// The graph.
    pub graph: Graph,
    /// What its list of edges held.
    pub entries: EdgeCounts,
    /// What its files held besides.
    pub files: FileCounts,
}

/// What the files of a graph held that the graph itself does not tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "format", rename_all = "kebab-case")]
pub enum FileCounts {
    /// The graph is part of the program.
    Embedded,
    /// The eight files of a Planetoid set.
    Planetoid(PlanetoidFiles),
    /// A list of edges.
    EdgeList(EdgeListFile),
}

impl LoadedGraph {
    /// The embedded Cora, whose list has each edge once.
    pub fn cora() -> Self {
        let graph = cora();
        let entries = EdgeCounts { entries: graph.edge_count(), ..EdgeCounts::default() };
        Self { graph, entries, files: FileCounts::Embedded }
    }
}
