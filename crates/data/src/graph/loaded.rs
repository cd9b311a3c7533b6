//! A graph together with what its files held, for whoever asks where a number comes from.

use serde::Serialize;

use super::{
    EdgeCounts, EdgeListFile, FeatureScales, FileFormat, Graph, JoinCounts, PlanetoidFiles, SideKind, cora,
};
use crate::wording::counted;

/// A graph as read, and the counts that the reading left behind.
#[derive(Clone, Debug)]
pub struct LoadedGraph {
    /// The graph.
    pub graph: Graph,
    /// What its list of edges held.
    pub entries: EdgeCounts,
    /// What its files held besides.
    pub files: FileCounts,
    /// How files of edges, features and labels went together.
    pub joined: JoinCounts,
    /// What was guessed, dropped or doubted while the files were read, a sentence each.
    pub guesses: Vec<String>,
    /// How each file of features and labels was understood: `features` or `labels`, and a line.
    pub readings: Vec<(&'static str, String)>,
    /// How the features were brought to one scale, where they were.
    pub scales: Option<FeatureScales>,
    /// Whether each node has a row in the file of features; empty where there is no such file.
    pub has_features: Vec<bool>,
    /// The first few edges as they were understood.
    pub first_edges: Vec<FirstEdge>,
}

/// An edge as it was understood.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FirstEdge {
    /// The name of the node that it begins at.
    pub source: String,
    /// The name of the node that it ends at.
    pub target: String,
    /// Its weight, where edges have weights and it is no loop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f32>,
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
    /// Edges in a file that is no text of columns.
    Array {
        /// Its format.
        file: FileFormat,
        /// Its bytes.
        bytes: u64,
    },
}

impl LoadedGraph {
    /// What a user of the graph should know before trusting what is learnt from it, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let graph = &self.graph;
        let nodes = 0..graph.own_nodes() as u32;
        self.notes_with_isolated(nodes.filter(|node| graph.is_isolated(*node)).count())
    }

    /// The same of a graph that becomes part of another one, where so many nodes have no edge.
    pub fn notes_with_isolated(&self, isolated: usize) -> Vec<String> {
        let Self { graph, entries, joined, .. } = self;
        let one_way = graph.edge_count() - entries.reversed;
        let mut notes = self.guesses.clone();
        let mut note = |count: usize, text: String| {
            if count > 0 {
                notes.push(text);
            }
        };
        if entries.reversed > 0 {
            let both = entries.reversed;
            note(
                one_way,
                format!(
                    "the graph is read as undirected: {} listed both ways, {one_way} one way; data.directed=true keeps the direction",
                    counted(both, "edge is", "edges are")
                ),
            );
        }
        if let FileCounts::EdgeList(EdgeListFile { doubtful_first_line: Some([from, to]), .. }) = &self.files
        {
            note(
                1,
                format!(
                    "the first line of the edges is read as one from `{from}` to `{to}`, which no other line has; if it names \
                     the columns, data.header=yes says so"
                ),
            );
        }
        if let FileCounts::EdgeList(EdgeListFile { doubtful_comments, .. }) = &self.files {
            note(
                *doubtful_comments,
                format!(
                    "{} with # or %, as comments do, and so do ids of later rows; quote the first id, \"#a\", where such a line \
                     is a row",
                    counted(
                        *doubtful_comments,
                        "line before the first row begins",
                        "lines before the first row begin"
                    )
                ),
            );
        }
        let by = match (graph.features(), isolated) {
            (Some(_), 1) => "it is placed by its features alone",
            (Some(_), _) => "they are placed by their features alone",
            (None, 1) => "nothing tells where it belongs",
            (None, _) => "nothing tells where they belong",
        };
        note(isolated, format!("{} no edge; {by}", counted(isolated, "node has", "nodes have")));
        let JoinCounts { without_features, without_label, label_rows, labels_of_others, .. } = *joined;
        let theirs = if without_features == 1 { "its" } else { "theirs" };
        note(
            without_features,
            format!(
                "{} no row of features; {theirs} are zeros",
                counted(without_features, "node has", "nodes have")
            ),
        );
        let JoinCounts { unknown_features, missing_features, .. } = *joined;
        note(
            unknown_features,
            format!(
                "{} unknown to the model; ignored",
                counted(unknown_features, "feature is", "features are")
            ),
        );
        note(
            missing_features,
            format!(
                "{} in no row; zeros",
                counted(missing_features, "feature of the model is", "features of the model are")
            ),
        );
        note(
            without_label.min(label_rows),
            format!("{} no label", counted(without_label, "node has", "nodes have")),
        );
        note(
            labels_of_others,
            format!(
                "{} not in the graph; ignored",
                counted(labels_of_others, "label is of a node that is", "labels are of nodes that are")
            ),
        );
        notes
    }

    /// The first edges as they were understood, in two lines; none of a graph of the catalog.
    pub fn first_rows(&self) -> Vec<String> {
        if self.first_edges.is_empty() {
            return Vec::new();
        }
        let mut columns = match &self.files {
            FileCounts::EdgeList(EdgeListFile { columns, places, .. }) => {
                let places = places.unwrap_or([1, 2, 3]);
                let named = |end: usize| match columns {
                    Some(names) if !names[end].is_empty() => {
                        format!("column {} (`{}`)", places[end], names[end])
                    }
                    _ => format!("column {}", places[end]),
                };
                let weight =
                    if self.graph.is_weighted() { format!("column {}", places[2]) } else { "none".into() };
                format!("source {}, target {}, weight {weight}", named(0), named(1))
            }
            FileCounts::Array { file, .. } => {
                let name = serde_json::to_value(file).unwrap_or_default();
                let weight = if self.graph.is_weighted() { "with weights" } else { "without weights" };
                format!("edges in the format {}, {weight}", name.as_str().unwrap_or_default())
            }
            FileCounts::Embedded | FileCounts::Planetoid(_) => String::new(),
        };
        columns.insert_str(0, "read as     ");
        let to = if self.graph.sides().is_some_and(|sides| sides.kind == SideKind::Directed) {
            "→"
        } else {
            "–"
        };
        let edge = |FirstEdge { source, target, weight }: &FirstEdge| match weight {
            Some(weight) => format!("`{source}` {to} `{target}` ({weight})"),
            None => format!("`{source}` {to} `{target}`"),
        };
        let edges: Vec<String> = self.first_edges.iter().map(edge).collect();
        vec![columns, format!("first edges {}", edges.join(", "))]
    }

    /// A graph of files that belong together.
    pub(super) fn of(graph: Graph, entries: EdgeCounts, files: FileCounts) -> Self {
        Self {
            graph,
            entries,
            files,
            joined: JoinCounts::default(),
            guesses: Vec::new(),
            readings: Vec::new(),
            scales: None,
            has_features: Vec::new(),
            first_edges: Vec::new(),
        }
    }

    /// The embedded Cora, whose list has each edge once.
    pub fn cora() -> Self {
        let graph = cora();
        let entries = EdgeCounts { entries: graph.edge_count(), ..EdgeCounts::default() };
        Self::of(graph, entries, FileCounts::Embedded)
    }
}
