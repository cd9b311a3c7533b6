//! The graph itself: symmetric compressed sparse rows, checked once and relied on after.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sprs::CsMatI;

use super::adjacency::{Adjacency, LeftOut};
use super::sides::{SideKind, Sides};
use crate::error::{Error, Result};
use crate::hash::hex;

/// An undirected graph without loops, with what is known about its nodes. Edges may have weights, else each has 1; they may all
/// lie between two [`Sides`], as those of a directed graph do.
///
/// Copies share everything, and graphs made by [`Graph::with_edges`] features, labels and names.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    adjacency: Arc<Adjacency>,
    /// One for each end of each edge, in the order of the adjacency, where edges have weights.
    weights: Option<Arc<Vec<f32>>>,
    features: Option<Arc<CsMatI<f32, u32>>>,
    feature_names: Option<Arc<[String]>>,
    labels: Option<Arc<Labels>>,
    /// Of a directed graph one for both roles of a node.
    names: Option<Arc<[String]>>,
    sides: Option<Sides>,
}

/// The class of each node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// The class of each node, an index into `names`; `None` where it is not known.
    pub class: Vec<Option<u16>>,
    /// The name of each class.
    pub names: Vec<String>,
}

/// What a list of edges held before it became a graph.
///
/// Every entry is accounted for: `entries = edges + reversed + loops + duplicates`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeCounts {
    /// Directed entries that were listed.
    pub entries: usize,
    /// Entries equal to an earlier one, direction included (a loop listed twice is one duplicate).
    pub duplicates: usize,
    /// Distinct entries whose reverse is listed too, counted once a pair: merged into one edge.
    pub reversed: usize,
    /// Entries from a node to itself, duplicates included.
    pub self_entries: usize,
    /// Nodes with an entry to themselves: dropped.
    pub loops: usize,
}

impl Graph {
    /// A graph of `nodes` nodes from directed entries in any order: duplicates and reversed entries are merged, loops
    /// dropped, and each counted.
    ///
    /// # Errors
    /// If an entry names a node outside `0..nodes`, or if there are more nodes or entries than `u32` can index.
    pub fn from_edges(
        nodes: usize,
        edges: impl IntoIterator<Item = (u32, u32)>,
    ) -> Result<(Self, EdgeCounts)> {
        Self::from_entries(nodes, edges.into_iter().collect::<Vec<_>>().into())
    }

    /// The same of a list, which is let go as soon as it can be where it is owned.
    pub(super) fn from_entries(nodes: usize, entries: Cow<[(u32, u32)]>) -> Result<(Self, EdgeCounts)> {
        if u32::try_from(nodes).is_err() {
            return Err(Error::config(
                "graph",
                format!("{nodes} nodes are more than an index of 32 bits can name"),
            ));
        }
        let is_outside = |&(from, to): &(u32, u32)| from.max(to) as usize >= nodes;
        if let Some(entry) = entries.par_iter().position_first(is_outside) {
            let (from, to) = entries[entry];
            return Err(Error::malformed(
                format!("edge {entry}"),
                format!("({from}, {to}) is outside a graph of {nodes} nodes"),
            )
            .with_hint("nodes are numbered from 0"));
        }
        let (count, self_entries) =
            (entries.len(), entries.par_iter().filter(|(from, to)| from == to).count());
        let (directed, LeftOut { repeats, loops }) = Adjacency::directed(nodes, &entries)?;
        drop(entries);
        let (adjacency, doubled) = directed.both_ways()?;
        let counts = EdgeCounts {
            entries: count,
            duplicates: repeats,
            // Seen from both ends.
            reversed: doubled.repeats / 2,
            self_entries,
            loops,
        };
        Ok((Self::of(adjacency), counts))
    }

    /// A graph of nothing but nodes and edges, of which `lists` have each pair once.
    ///
    /// # Panics
    /// If a pair is a loop or outside the nodes, or there are more than 32 bits can index.
    pub(super) fn of_pairs(nodes: usize, lists: &[&[[u32; 2]]]) -> Self {
        let is_pair = |[i, j]: &[u32; 2]| i != j && (*i.max(j) as usize) < nodes;
        for list in lists {
            if let Some(pair) = list.par_iter().find_first(|pair| !is_pair(pair)) {
                panic!("{pair:?} is no pair of nodes");
            }
        }
        Self::of(Adjacency::of_pairs(nodes, lists).expect("edges of a graph are fewer").0)
    }

    fn of(adjacency: Adjacency) -> Self {
        Self {
            adjacency: Arc::new(adjacency),
            weights: None,
            features: None,
            feature_names: None,
            labels: None,
            names: None,
            sides: None,
        }
    }

    /// The same nodes, features, labels and names with other edges: a training graph, for example.
    ///
    /// # Panics
    /// If a pair is a loop, or is outside this graph.
    #[must_use]
    pub fn with_edges(&self, edges: &[[u32; 2]]) -> Self {
        let Self { adjacency, .. } = Self::of_pairs(self.nodes(), &[edges]);
        let weights = self.weights.is_some().then(|| {
            let rows = 0..self.nodes() as u32;
            let weight = |i: u32, j: u32| self.weight(i, j).unwrap_or(1.0);
            rows.flat_map(|i| adjacency.of(i).iter().map(move |&j| weight(i, j))).collect::<Vec<f32>>().into()
        });
        Self {
            adjacency,
            weights,
            features: self.features.clone(),
            feature_names: self.feature_names.clone(),
            labels: self.labels.clone(),
            names: self.names.clone(),
            sides: self.sides,
        }
    }

    /// The graph with a weight for each of its edges: the greatest of those of the entries that name it.
    ///
    /// # Panics
    /// If an edge has no entry, an entry is neither an edge nor a loop, or a weight is not a finite number above 0.
    pub(crate) fn with_weights(self, entries: &[(u32, u32)], weights: &[f32]) -> Self {
        let mut greatest = vec![0.0_f32; self.adjacency.len()];
        for (&(i, j), &weight) in entries.iter().zip(weights) {
            assert!(is_weight(weight), "{weight} is no weight");
            if i != j {
                for (row, column) in [(i, j), (j, i)] {
                    let place = self.adjacency.place(row, column).expect("an entry is an edge");
                    greatest[place] = greatest[place].max(weight);
                }
            }
        }
        assert!(!greatest.contains(&0.0), "every edge has an entry");
        Self { weights: Some(greatest.into()), ..self }
    }

    /// The graph with `features`, `[nodes, features]` in compressed sparse rows.
    ///
    /// # Errors
    /// If the number of rows is not the number of nodes, or if a value is not finite.
    pub fn with_features(mut self, features: CsMatI<f32, u32>) -> Result<Self> {
        let features = features.into_csr();
        if features.rows() != self.nodes() {
            return Err(Error::malformed(
                "features",
                format!("{} rows for {} nodes", features.rows(), self.nodes()),
            ));
        }
        if let Some((value, (row, column))) = features.iter().find(|(value, _)| !value.is_finite()) {
            return Err(Error::malformed(
                format!("features, row {row}, column {column}"),
                format!("{value}"),
            )
            .with_hint("every feature must be a finite number"));
        }
        self.features = Some(Arc::new(features));
        Ok(self)
    }

    /// The graph with a name for each feature, as its source calls them.
    ///
    /// # Errors
    /// If there is not one name a feature.
    pub fn with_feature_names(mut self, names: Vec<String>) -> Result<Self> {
        let features = self.features().map_or(0, CsMatI::cols);
        if names.len() != features {
            return Err(Error::malformed(
                "feature names",
                format!("{} for {features} features", names.len()),
            ));
        }
        self.feature_names = Some(names.into());
        Ok(self)
    }

    /// The graph with a class, or none, for each node.
    ///
    /// # Errors
    /// If there is not one entry a node, or if a class has no name.
    pub fn with_labels(mut self, labels: Labels) -> Result<Self> {
        if labels.class.len() != self.nodes() {
            return Err(Error::malformed(
                "labels",
                format!("{} entries for {} nodes", labels.class.len(), self.nodes()),
            ));
        }
        if let Some(class) =
            labels.class.iter().flatten().find(|class| **class as usize >= labels.names.len())
        {
            return Err(Error::malformed(
                "labels",
                format!("class {class}, but only {} classes are named", labels.names.len()),
            ));
        }
        self.labels = Some(Arc::new(labels));
        Ok(self)
    }

    /// The graph with a name for each node, as its source calls them.
    ///
    /// # Errors
    /// If there is not one name a node.
    pub fn with_names(mut self, names: Vec<String>) -> Result<Self> {
        if names.len() != self.own_nodes() {
            return Err(Error::malformed(
                "names",
                format!("{} names for {} nodes", names.len(), self.own_nodes()),
            ));
        }
        self.names = Some(names.into());
        Ok(self)
    }

    /// The two sides that all edges lie between, where there are such.
    pub fn sides(&self) -> Option<Sides> {
        self.sides
    }

    /// The same with sides that are known to be its own.
    pub(super) fn of_sides(self, sides: Option<Sides>) -> Self {
        Self { sides, ..self }
    }

    /// The number of nodes; of a directed graph twice as many as it is said to have, as each is a source and a target.
    pub fn nodes(&self) -> usize {
        self.adjacency.rows()
    }

    /// The number of undirected edges.
    pub fn edge_count(&self) -> usize {
        self.adjacency.len() / 2
    }

    /// Each undirected edge once as `[i, j]` with `i < j`, in lexicographic order.
    pub fn edges(&self) -> impl Iterator<Item = [u32; 2]> + Clone + '_ {
        (0..self.nodes() as u32).flat_map(move |i| {
            let neighbours = self.neighbours(i);
            let above = neighbours.partition_point(|j| *j < i);
            neighbours[above..].iter().map(move |j| [i, *j])
        })
    }

    /// The neighbours of node `i` in ascending order.
    ///
    /// # Panics
    /// If `i` is not a node.
    pub fn neighbours(&self, i: u32) -> &[u32] {
        self.adjacency.of(i)
    }

    /// The number of neighbours of node `i`.
    ///
    /// # Panics
    /// If `i` is not a node.
    pub fn degree(&self, i: u32) -> usize {
        self.neighbours(i).len()
    }

    /// Whether `{i, j}` is an edge; false for a loop or for what is no node.
    pub fn has_edge(&self, i: u32, j: u32) -> bool {
        (i as usize) < self.nodes() && self.neighbours(i).binary_search(&j).is_ok()
    }

    /// Whether edges have weights of their own.
    pub fn is_weighted(&self) -> bool {
        self.weights.is_some()
    }

    /// The weights of the edges of node `i`, in the order of its neighbours, where edges have any.
    ///
    /// # Panics
    /// If `i` is not a node.
    pub fn weights(&self, i: u32) -> Option<&[f32]> {
        self.weights.as_ref().map(|weights| &weights[self.adjacency.range(i)])
    }

    /// The weight of an edge, 1 where edges have none; `None` of what is no edge.
    pub fn weight(&self, i: u32, j: u32) -> Option<f32> {
        let place = self.adjacency.place(i, j)?;
        Some(self.weights.as_ref().map_or(1.0, |weights| weights[place]))
    }

    /// The features, `[nodes, features]`, in compressed sparse rows with sorted indices.
    pub fn features(&self) -> Option<&CsMatI<f32, u32>> {
        self.features.as_deref()
    }

    /// The names of the features.
    pub fn feature_names(&self) -> Option<&[String]> {
        self.feature_names.as_deref()
    }

    /// The classes of the nodes.
    pub fn labels(&self) -> Option<&Labels> {
        self.labels.as_deref()
    }

    /// The names of the nodes.
    pub fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    /// The name of node `i`, or its number where nodes have no names.
    ///
    /// # Panics
    /// If `i` is not a node.
    pub fn name(&self, i: u32) -> Cow<'_, str> {
        match &self.names {
            Some(names) => Cow::Borrowed(&names[i as usize % self.own_nodes()]),
            None => Cow::Owned((i as usize % self.own_nodes()).to_string()),
        }
    }

    /// A SHA-256, in hexadecimal, of what a model sees: nodes, edges and features, but neither labels nor names.
    ///
    /// The bytes, all little-endian: nodes and edges as `u64`, then `i` and `j` of each edge as `u32` in the order of
    /// [`Graph::edges`]. Where edges have weights, then these as `f32` in the same order. Where there are features, then: columns and nonzeros as `u64`, row pointers and column indices
    /// as `u32`, values as `f32`. Where there are sides, then 1 of a directed and 2 of a bipartite graph, and the nodes of the
    /// first side, as `u64`.
    pub fn fingerprint(&self) -> String {
        let mut hash = Buffered::default();
        hash.update((self.nodes() as u64).to_le_bytes());
        hash.update((self.edge_count() as u64).to_le_bytes());
        for [i, j] in self.edges() {
            hash.update(i.to_le_bytes());
            hash.update(j.to_le_bytes());
        }
        if let Some(weights) = &self.weights {
            for i in 0..self.nodes() as u32 {
                let row = self.adjacency.range(i);
                let above = row.start + self.neighbours(i).partition_point(|j| *j < i);
                for weight in &weights[above..row.end] {
                    hash.update(weight.to_le_bytes());
                }
            }
        }
        if let Some(features) = self.features() {
            hash.update((features.cols() as u64).to_le_bytes());
            hash.update((features.nnz() as u64).to_le_bytes());
            for start in features.proper_indptr().iter() {
                hash.update(start.to_le_bytes());
            }
            for column in features.indices() {
                hash.update(column.to_le_bytes());
            }
            for value in features.data() {
                hash.update(value.to_le_bytes());
            }
        }
        if let Some(Sides { kind, left, .. }) = self.sides {
            let kind: u64 = if kind == SideKind::Directed { 1 } else { 2 };
            hash.update(kind.to_le_bytes());
            hash.update((left as u64).to_le_bytes());
        }
        hash.hex()
    }
}

/// A hash that takes few bytes at a time as it takes many.
#[derive(Default)]
struct Buffered {
    hash: Sha256,
    pending: Vec<u8>,
}

impl Buffered {
    const AT_ONCE: usize = 1 << 16;

    fn update<const N: usize>(&mut self, bytes: [u8; N]) {
        self.pending.extend_from_slice(&bytes);
        if self.pending.len() >= Self::AT_ONCE {
            self.hash.update(&self.pending);
            self.pending.clear();
        }
    }

    fn hex(mut self) -> String {
        self.hash.update(&self.pending);
        hex(self.hash)
    }
}

/// Whether a number can weigh an edge: it is finite and above 0.
pub(in crate::graph) fn is_weight(weight: f32) -> bool {
    weight.is_finite() && weight > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_and_reverses_are_merged_and_loops_dropped() -> Result<()> {
        let entries = [(2, 0), (0, 1), (0, 1), (1, 0), (2, 2), (2, 2), (3, 1)];
        let (graph, counts) = Graph::from_edges(5, entries)?;
        assert_eq!(graph.edges().collect::<Vec<_>>(), [[0, 1], [0, 2], [1, 3]]);
        assert_eq!(counts, EdgeCounts { entries: 7, duplicates: 2, reversed: 1, self_entries: 2, loops: 1 });
        assert_eq!(graph.neighbours(0), [1, 2]);
        assert_eq!((graph.degree(1), graph.degree(4)), (2, 0));
        assert!(graph.has_edge(3, 1) && graph.has_edge(1, 3));
        assert!(!graph.has_edge(2, 2) && !graph.has_edge(2, 3) && !graph.has_edge(9, 0));
        Ok(())
    }

    #[test]
    fn an_index_out_of_range_is_refused() {
        let error = Graph::from_edges(3, [(0, 1), (1, 3)]).expect_err("3 is no node");
        assert_eq!(error.to_string(), "edge 1: (1, 3) is outside a graph of 3 nodes");
    }

    #[test]
    fn a_graph_may_be_empty() -> Result<()> {
        let (graph, _) = Graph::from_edges(0, [])?;
        assert_eq!((graph.nodes(), graph.edge_count(), graph.edges().count()), (0, 0, 0));
        Ok(())
    }

    #[test]
    fn parts_of_another_size_are_refused() -> Result<()> {
        let (graph, _) = Graph::from_edges(3, [(0, 1)])?;
        assert!(graph.clone().with_features(CsMatI::zero((2, 4))).is_err());
        assert!(graph.clone().with_names(vec!["a".into()]).is_err());
        let labels = Labels { class: vec![None, Some(0), Some(1)], names: vec!["only".into()] };
        assert!(graph.clone().with_labels(labels).is_err());
        let nan = CsMatI::new((3, 1), vec![0, 0, 1, 1], vec![0], vec![f32::NAN]);
        let error = graph.with_features(nan).expect_err("not finite");
        assert_eq!(error.to_string(), "features, row 1, column 0: NaN");
        Ok(())
    }

    #[test]
    fn the_fingerprint_sees_nodes_edges_and_features_but_not_names() -> Result<()> {
        let graph = |nodes, edge| Graph::from_edges(nodes, [edge]).map(|(graph, _)| graph);
        let base = graph(3, (0, 1))?;
        let named = base.clone().with_names(vec!["a".into(), "b".into(), "c".into()])?;
        assert_eq!(base.fingerprint(), named.fingerprint());
        let zeros = base.clone().with_features(CsMatI::zero((3, 4)))?;
        let others = [graph(4, (0, 1))?, graph(3, (0, 2))?, zeros];
        for other in &others {
            assert_ne!(base.fingerprint(), other.fingerprint());
        }
        // Python: sha256(struct.pack("<QQII", 3, 1, 0, 1))
        assert_eq!(base.fingerprint(), "0d6547d6307bf74af9ddd966a18d9605e22c5fa797f45992bc834b8b73fcf242");
        Ok(())
    }
}
