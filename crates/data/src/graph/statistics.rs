//! What a graph is like, in numbers that can be checked against another program's.

use std::collections::HashSet;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{EdgeCounts, FileCounts, Graph, JoinCounts, Labels, LoadedGraph, Sides, SplitConfig};
use crate::hash::hex;

/// How many neighbours and classes are shown of the first and last nodes.
const SHOWN: usize = 10;

/// Numbers on a graph, its features and labels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraphStatistics {
    /// What the files held besides.
    pub files: FileCounts,
    /// What the list of edges held.
    pub entries: EdgeCounts,
    /// How files of edges, features and labels went together.
    pub joined: JoinCounts,
    /// Whether edges have weights.
    pub weighted: bool,
    /// Distinct directed pairs in the list, loops included.
    pub distinct_entries: usize,
    /// Nodes; those of a directed graph once each, and what follows of edges at nodes without their direction.
    pub nodes: usize,
    /// The sides that pairs are between, where there are such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sides: Option<Sides>,
    /// Undirected edges without loops; of a directed graph its edges.
    pub edges: usize,
    /// Undirected edges and loops.
    pub edges_with_loops: usize,
    /// Nodes without an edge to another node.
    pub isolated: usize,
    /// Connected components, isolated nodes included.
    pub components: usize,
    /// Nodes of the largest component.
    pub largest_component: usize,
    /// The most neighbours that a node has.
    pub max_degree: usize,
    /// The first node with so many.
    pub max_degree_node: u32,
    /// The first neighbours of the first node.
    pub neighbours_of_first: Vec<u32>,
    /// The first neighbours of the last node.
    pub neighbours_of_last: Vec<u32>,
    /// On the features, where there are any.
    pub features: Option<FeatureStatistics>,
    /// On the labels, where there are any.
    pub labels: Option<LabelStatistics>,
    /// On the default split of the edges, whatever its seed.
    pub split: SplitStatistics,
    /// Nonzeros of A + I.
    pub normalised_nonzeros: usize,
    /// Sum of all entries of D^-½ (A + I) D^-½, where D are the row sums of A + I.
    pub normalised_sum: f64,
    /// Trace of the same.
    pub normalised_trace: f64,
    /// SHA-256 of the content.
    pub sha256: ContentHashes,
    /// [`Graph::fingerprint`], by which a split knows its graph.
    pub fingerprint: String,
}

/// Numbers on the features of nodes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FeatureStatistics {
    /// Features of a node.
    pub columns: usize,
    /// Values that are stored.
    pub nonzeros: usize,
    /// The smallest stored value.
    pub min: f32,
    /// The largest stored value.
    pub max: f32,
    /// The sum of all values.
    pub sum: f64,
    /// The most values stored for one node.
    pub max_in_row: usize,
    /// Nodes without any.
    pub zero_rows: usize,
    /// Features that no node has.
    pub zero_columns: usize,
}

/// Numbers on the classes of nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LabelStatistics {
    /// The names of the classes.
    pub names: Vec<String>,
    /// Nodes of each class.
    pub nodes: Vec<usize>,
    /// Nodes without a class.
    pub without: usize,
    /// The classes of the first nodes.
    pub first: Vec<Option<u16>>,
}

/// Numbers on the default split: 10 % test, 5 % validation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SplitStatistics {
    /// Test edges.
    pub test: usize,
    /// Validation edges.
    pub validation: usize,
    /// Training edges.
    pub train: usize,
    /// q = (N² − s)/s with s twice the training edges: the weight of an edge in the objective `kipf`. Between sides of L and R nodes
    /// it is (L R − E)/E with E training edges.
    pub positive_weight: f64,
    /// N²/(2(N² − s)): the factor before the objective `kipf`.
    pub norm: f64,
}

/// SHA-256 of the parts of a graph, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContentHashes {
    /// Lines `i j` for each edge with i < j, in order.
    pub edges: String,
    /// Row pointers of the features, little-endian `u32`.
    pub feature_indptr: Option<String>,
    /// Column indices of the features, little-endian `u32`.
    pub feature_indices: Option<String>,
    /// Values of the features, little-endian `f32`.
    pub feature_data: Option<String>,
    /// A byte for each node's class, 255 for none, where there are fewer than 255 classes.
    pub labels: Option<String>,
}

impl GraphStatistics {
    /// Computes all numbers in O(nodes + edges + nonzeros).
    pub fn of(loaded: &LoadedGraph) -> Self {
        let LoadedGraph { graph: whole, entries, files, joined, .. } = loaded;
        let without_sides = whole.sides().map(|_| whole.without_sides());
        let graph = without_sides.as_ref().unwrap_or(whole);
        let nodes = 0..graph.nodes() as u32;
        let sizes = component_sizes(graph);
        let max_degree = nodes.clone().map(|node| graph.degree(node)).max().unwrap_or_default();
        let shown = |node: u32| graph.neighbours(node).iter().take(SHOWN).copied().collect();
        let normal = |node: u32| 1.0 / (whole.degree(node) as f64 + 1.0).sqrt();
        let trace: f64 = (0..whole.nodes() as u32).map(|node| normal(node).powi(2)).sum();
        let off_diagonal: f64 = whole.edges().map(|[i, j]| 2.0 * normal(i) * normal(j)).sum();
        Self {
            files: files.clone(),
            entries: *entries,
            joined: *joined,
            weighted: graph.is_weighted(),
            distinct_entries: entries.entries - entries.duplicates,
            nodes: graph.nodes(),
            sides: whole.sides(),
            edges: whole.edge_count(),
            edges_with_loops: whole.edge_count() + entries.loops,
            isolated: nodes.clone().filter(|node| graph.degree(*node) == 0).count(),
            components: sizes.len(),
            largest_component: sizes.into_iter().max().unwrap_or_default(),
            max_degree,
            max_degree_node: nodes.clone().find(|node| graph.degree(*node) == max_degree).unwrap_or_default(),
            neighbours_of_first: nodes.clone().next().map(shown).unwrap_or_default(),
            neighbours_of_last: nodes.clone().next_back().map(shown).unwrap_or_default(),
            features: graph.features().map(FeatureStatistics::of),
            labels: graph.labels().map(LabelStatistics::of),
            split: SplitStatistics::of(whole),
            normalised_nonzeros: 2 * whole.edge_count() + whole.nodes(),
            normalised_sum: trace + off_diagonal,
            normalised_trace: trace,
            sha256: ContentHashes::of(whole),
            fingerprint: whole.fingerprint(),
        }
    }
}

impl FeatureStatistics {
    fn of(features: &sprs::CsMatI<f32, u32>) -> Self {
        let row_sizes = || features.outer_iterator().map(|row| row.nnz());
        let used: HashSet<u32> = features.indices().iter().copied().collect();
        let values = features.data();
        Self {
            columns: features.cols(),
            nonzeros: features.nnz(),
            min: values.iter().copied().reduce(f32::min).unwrap_or_default(),
            max: values.iter().copied().reduce(f32::max).unwrap_or_default(),
            sum: values.iter().map(|value| f64::from(*value)).sum(),
            max_in_row: row_sizes().max().unwrap_or_default(),
            zero_rows: row_sizes().filter(|size| *size == 0).count(),
            zero_columns: features.cols() - used.len(),
        }
    }
}

impl LabelStatistics {
    fn of(labels: &Labels) -> Self {
        let mut nodes = vec![0; labels.names.len()];
        for class in labels.class.iter().flatten() {
            nodes[*class as usize] += 1;
        }
        Self {
            names: labels.names.clone(),
            nodes,
            without: labels.class.iter().filter(|class| class.is_none()).count(),
            first: labels.class.iter().take(SHOWN).copied().collect(),
        }
    }
}

impl SplitStatistics {
    fn of(graph: &Graph) -> Self {
        let (test, validation) = SplitConfig::default().counts(graph.edge_count());
        let train = graph.edge_count() - test - validation;
        let (pairs, ones) = match graph.sides() {
            None => ((graph.nodes() as f64).powi(2), 2.0 * train as f64),
            Some(Sides { left, right, .. }) => (left as f64 * right as f64, train as f64),
        };
        Self {
            test,
            validation,
            train,
            positive_weight: (pairs - ones) / ones,
            norm: pairs / (2.0 * (pairs - ones)),
        }
    }
}

impl ContentHashes {
    fn of(graph: &Graph) -> Self {
        let features = graph.features();
        let labels = graph.labels().filter(|labels| labels.names.len() < 255);
        Self {
            edges: sha256(graph.edges().map(|[i, j]| format!("{i} {j}\n"))),
            feature_indptr: features
                .map(|features| sha256(features.proper_indptr().iter().map(|start| start.to_le_bytes()))),
            feature_indices: features
                .map(|features| sha256(features.indices().iter().map(|column| column.to_le_bytes()))),
            feature_data: features
                .map(|features| sha256(features.data().iter().map(|value| value.to_le_bytes()))),
            labels: labels.map(|labels| {
                sha256(labels.class.iter().map(|class| [class.map_or(255, |class| class as u8)]))
            }),
        }
    }
}

fn sha256(parts: impl Iterator<Item: AsRef<[u8]>>) -> String {
    let mut hash = Sha256::new();
    parts.for_each(|part| hash.update(part));
    hex(hash)
}

/// The number of nodes in each connected component.
fn component_sizes(graph: &Graph) -> Vec<usize> {
    let mut seen = vec![false; graph.nodes()];
    let mut sizes = Vec::new();
    let mut open = Vec::new();
    for start in 0..graph.nodes() as u32 {
        if seen[start as usize] {
            continue;
        }
        seen[start as usize] = true;
        open.push(start);
        let mut size = 0;
        while let Some(node) = open.pop() {
            size += 1;
            for neighbour in graph.neighbours(node) {
                if !std::mem::replace(&mut seen[*neighbour as usize], true) {
                    open.push(*neighbour);
                }
            }
        }
        sizes.push(size);
    }
    sizes
}
