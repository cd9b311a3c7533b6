//! Graphs whose edges all lie between two sides: bipartite ones, and directed ones by their double cover.
//!
//! In the double cover of a directed graph of N nodes, node `i` is there twice: as the source of edges, `i`, and as their target,
//! `N + i`. The edge `i → j` is the undirected edge between `i` and `N + j`, so a directed graph is a bipartite one whose sides
//! are roles. What is between the sides is then the same for both kinds: pairs, splits, ranks and links.

use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;
use sprs::CsMatI;

use super::{Graph, Labels};
use crate::error::{Error, Result};

/// What the two sides of a graph are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SideKind {
    /// The sources and the targets of edges: both sides hold the same nodes, in the same order.
    Directed,
    /// Nodes of two kinds.
    Bipartite,
}

/// The two sides of a graph: the nodes below `left`, and the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sides {
    /// What they are.
    pub kind: SideKind,
    /// The nodes of the first side, which come first.
    pub left: usize,
    /// The nodes of the second.
    pub right: usize,
}

impl Sides {
    /// Those of a directed graph of so many nodes.
    pub fn directed(nodes: usize) -> Self {
        Self { kind: SideKind::Directed, left: nodes, right: nodes }
    }

    /// Those of a bipartite graph.
    pub fn bipartite(left: usize, right: usize) -> Self {
        Self { kind: SideKind::Bipartite, left, right }
    }

    /// Whether a node is on the first side.
    pub fn is_left(&self, node: u32) -> bool {
        (node as usize) < self.left
    }

    /// The nodes of the other side than a node's.
    pub fn others(&self, node: u32) -> Range<u32> {
        let (left, all) = (self.left as u32, (self.left + self.right) as u32);
        if self.is_left(node) { left..all } else { 0..left }
    }

    /// The same node in its other role, where sides are roles: no edge joins the two.
    pub fn twin(&self, node: u32) -> Option<u32> {
        let left = self.left as u32;
        match self.kind {
            SideKind::Directed => Some(if node < left { node + left } else { node - left }),
            SideKind::Bipartite => None,
        }
    }

    /// Whether two nodes are of different sides, and not one node in both roles.
    pub fn is_pair(&self, i: u32, j: u32) -> bool {
        self.is_left(i) != self.is_left(j) && self.twin(i) != Some(j)
    }

    /// How many such pairs there are: of a directed graph N (N − 1).
    pub fn pairs(&self) -> u64 {
        let twins = if self.kind == SideKind::Directed { self.left } else { 0 };
        self.left as u64 * self.right as u64 - twins as u64
    }
}

impl Graph {
    /// The graph with sides that all of its edges lie between.
    ///
    /// # Errors
    /// If an edge does not, or there are more or fewer nodes.
    pub fn with_sides(self, sides: Sides) -> Result<Self> {
        if sides.left + sides.right != self.nodes() {
            let message = format!("{} and {} nodes are not {}", sides.left, sides.right, self.nodes());
            return Err(Error::config("sides", message));
        }
        let strays = |node: &u32| self.neighbours(*node).iter().any(|&other| !sides.is_pair(*node, other));
        if let Some(node) = (0..self.nodes() as u32).into_par_iter().find_first(strays) {
            return Err(Error::config("sides", format!("node {node} has an edge within its side")));
        }
        Ok(self.of_sides(Some(sides)))
    }

    /// The pairs of distinct nodes that may be edges.
    pub fn pairs(&self) -> u64 {
        let nodes = self.nodes() as u64;
        self.sides().map_or(nodes * nodes.saturating_sub(1) / 2, |sides| sides.pairs())
    }

    /// Whether two nodes may have an edge.
    pub fn is_pair(&self, i: u32, j: u32) -> bool {
        self.sides().map_or(i != j, |sides| sides.is_pair(i, j))
    }

    /// The nodes that a node may have an edge to, itself and its twin among them.
    pub fn others(&self, node: u32) -> Range<u32> {
        self.sides().map_or(0..self.nodes() as u32, |sides| sides.others(node))
    }

    /// How many nodes a node may have an edge to.
    pub fn partners(&self, node: u32) -> usize {
        let is_bipartite = self.sides().is_some_and(|sides| sides.kind == SideKind::Bipartite);
        self.others(node).len() - usize::from(!is_bipartite)
    }

    /// How many nodes a node may have an edge to in the mean, itself among them.
    pub fn mean_others(&self) -> usize {
        self.sides().map_or(self.nodes(), |sides| (sides.left + sides.right).div_ceil(2))
    }

    /// The node where a walk goes on that came to a node: of a directed graph, the target of one edge is the source of the next.
    pub fn onward(&self, node: u32) -> u32 {
        self.sides().and_then(|sides| sides.twin(node)).unwrap_or(node)
    }

    /// Whether a node has no edge, in either role where it has two.
    pub fn is_isolated(&self, node: u32) -> bool {
        self.degree(node) + self.degree(self.onward(node)) == 0
    }

    /// The nodes as people count them: of a directed graph each is one and not two, and `i` the same as `N + i`.
    pub fn own_nodes(&self) -> usize {
        match self.sides() {
            Some(Sides { kind: SideKind::Directed, left, .. }) => left,
            _ => self.nodes(),
        }
    }

    /// The same nodes, as people count them, with undirected edges and no sides.
    #[must_use]
    pub fn without_sides(&self) -> Self {
        let Some(Sides { kind: SideKind::Directed, left, .. }) = self.sides() else {
            return self.clone().of_sides(None);
        };
        let own = |[i, j]: [u32; 2]| [i, j - left as u32];
        let sorted = |[i, j]: [u32; 2]| [i.min(j), i.max(j)];
        let mut edges: Vec<[u32; 2]> = self.edges().map(|edge| sorted(own(edge))).collect();
        edges.par_sort_unstable();
        edges.dedup();
        let mut graph = Self::of_pairs(left, &[&edges]);
        if self.is_weighted() {
            // Of both directions the greater one counts, as of an edge that is listed twice.
            let entries: Vec<(u32, u32)> = self.edges().map(|edge| own(edge).into()).collect();
            let weights = (0..left as u32).filter_map(|node| self.weights(node)).flatten().copied();
            graph = graph.with_weights(&entries, &weights.collect::<Vec<f32>>());
        }
        if let Some(features) = self.features() {
            let features = features.slice_outer(0..left).to_owned();
            let features = CsMatI::new(
                (left, features.cols()),
                features.proper_indptr().to_vec(),
                features.indices().to_vec(),
                features.data().to_vec(),
            );
            graph = graph.with_features(features).expect("as many rows as nodes");
        }
        if let Some(names) = self.feature_names() {
            graph = graph.with_feature_names(names.to_vec()).expect("those of the features");
        }
        if let Some(Labels { class, names }) = self.labels() {
            let labels = Labels { class: class[..left].to_vec(), names: names.clone() };
            graph = graph.with_labels(labels).expect("a class a node");
        }
        if let Some(names) = self.names() {
            graph = graph.with_names(names.to_vec()).expect("a name a node");
        }
        graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_those_between_the_sides() {
        for (sides, pairs) in [(Sides::directed(3), 6), (Sides::bipartite(2, 4), 8)] {
            let all = (0..6).flat_map(|i| (i + 1..6).map(move |j| (i, j)));
            let found: Vec<(u32, u32)> = all.filter(|&(i, j)| sides.is_pair(i, j)).collect();
            assert_eq!((found.len() as u64, sides.pairs()), (pairs, pairs));
            assert!(found.iter().all(|&(i, j)| sides.others(i).contains(&j) && sides.others(j).contains(&i)));
            assert!(found.iter().all(|&(i, j)| sides.is_pair(j, i)));
        }
        assert_eq!((Sides::directed(3).twin(1), Sides::directed(3).twin(4)), (Some(4), Some(1)));
    }

    #[test]
    fn edges_within_a_side_or_of_a_node_with_itself_are_refused() {
        let graph = |edge| Graph::from_edges(6, [edge]).expect("a graph").0;
        let refused = |edge, sides| graph(edge).with_sides(sides).expect_err("within").to_string();
        assert_eq!(refused((0, 1), Sides::bipartite(2, 4)), "sides: node 0 has an edge within its side");
        assert_eq!(refused((1, 4), Sides::directed(3)), "sides: node 1 has an edge within its side");
        assert!(refused((1, 4), Sides::bipartite(1, 2)).contains("1 and 2 nodes are not 6"));
        let graph = graph((1, 5)).with_sides(Sides::directed(3)).expect("between");
        assert_eq!((graph.pairs(), graph.partners(0), graph.own_nodes(), graph.onward(1)), (6, 2, 3, 4));
        assert_eq!(graph.without_sides().edges().collect::<Vec<_>>(), [[1, 2]]);
        let entries = [(0, 4), (1, 3), (1, 5)];
        let weighted =
            Graph::from_edges(6, entries).expect("a graph").0.with_weights(&entries, &[0.5, 2.0, 7.0]);
        let own = weighted.with_sides(Sides::directed(3)).expect("between").without_sides();
        assert_eq!((own.weight(0, 1), own.weight(1, 2), own.weight(0, 2)), (Some(2.0), Some(7.0), None));
        let other = Graph::from_edges(6, [(1, 5)]).expect("a graph").0;
        assert_ne!(graph.fingerprint(), other.fingerprint());
        assert_ne!(
            graph.fingerprint(),
            other.with_sides(Sides::bipartite(3, 3)).expect("sides").fingerprint()
        );
    }
}
