//! Products of degrees: the few distinct degrees stand for all pairs of nodes.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{BestPair, Heuristic};
use crate::graph::Graph;

/// The nodes of each degree above 0, ascending.
type Classes = BTreeMap<usize, Vec<u32>>;

fn classes(graph: &Graph, nodes: Range<u32>) -> Classes {
    let mut classes = Classes::new();
    for node in nodes {
        if graph.degree(node) > 0 {
            classes.entry(graph.degree(node)).or_default().push(node);
        }
    }
    classes
}

/// The nodes that pairs begin at, and those that they end at.
fn ends(graph: &Graph) -> [Range<u32>; 2] {
    let nodes = graph.nodes() as u32;
    graph.sides().map_or([0..nodes, 0..nodes], |sides| [0..sides.left as u32, sides.left as u32..nodes])
}

/// How many pairs have each product of degrees above 0.
fn counts(graph: &Graph) -> BTreeMap<u64, u64> {
    let [from, to] = ends(graph).map(|nodes| classes(graph, nodes));
    let mut counts = BTreeMap::new();
    for (&one, nodes) in &from {
        // Without sides a pair counts once, from its end of fewer edges.
        let least = if graph.sides().is_none() { one } else { 0 };
        for (&other, others) in to.range(least..) {
            let (first, second) = (nodes.len() as u64, others.len() as u64);
            let is_within = graph.sides().is_none() && one == other;
            let pairs = if is_within { first * (first - 1) / 2 } else { first * second };
            if pairs > 0 {
                *counts.entry(one as u64 * other as u64).or_insert(0) += pairs;
            }
        }
    }
    for (node, twin) in twins(graph) {
        if let Some(pairs) = counts.get_mut(&(graph.degree(node) as u64 * graph.degree(twin) as u64)) {
            *pairs -= 1;
        }
    }
    counts
}

/// Nodes that are one and the same.
fn twins(graph: &Graph) -> impl Iterator<Item = (u32, u32)> {
    let sides = graph.sides();
    let left = sides.map_or(0, |sides| sides.left as u32);
    (0..left).filter_map(move |node| Some((node, sides?.twin(node)?)))
}

impl Heuristic {
    /// How many of all pairs have each product of degrees above 0: the score of
    /// [`PreferentialAttachment`](Self::PreferentialAttachment), ascending, and the pairs that have it.
    pub fn degree_products(graph: &Graph) -> Vec<(f64, u64)> {
        let counts = counts(graph).into_iter().filter(|(_, pairs)| *pairs > 0);
        counts.map(|(product, pairs)| (product as f64, pairs)).collect()
    }
}

/// As [`Heuristic::best_pairs`].
pub(super) fn best_pairs<'g>(
    graph: &Graph,
    count: usize,
    excluded: impl Fn(u32) -> &'g [u32],
) -> Vec<BestPair> {
    let [from, to] = ends(graph);
    let classes = classes(graph, to);
    let mut left = counts(graph);
    let degree = |node: u32| graph.degree(node) as u64;
    for i in from.clone() {
        for &j in excluded(i).iter().filter(|&&j| j > i) {
            if let Some(pairs) = left.get_mut(&(degree(i) * degree(j))) {
                *pairs -= 1;
            }
        }
    }
    // The lowest product that is still among the best, and how many of its pairs are.
    let mut wanted = count as u64;
    let mut lowest = None;
    for (&product, &pairs) in left.iter().rev() {
        if wanted == 0 {
            break;
        }
        lowest = Some((product, wanted.min(pairs)));
        wanted -= wanted.min(pairs);
    }
    let Some((lowest, mut level)) = lowest else { return Vec::new() };
    let mut best = Vec::new();
    for i in from.filter(|&node| degree(node) > 0) {
        let is_wanted = |&&j: &&u32| j > i && graph.is_pair(i, j) && excluded(i).binary_search(&j).is_err();
        let above = lowest / degree(i) + 1;
        for (&other, nodes) in classes.range(above as usize..) {
            let score = (degree(i) * other as u64) as f64;
            best.extend(nodes.iter().filter(is_wanted).map(|&j| BestPair { score, pair: [i, j] }));
        }
        // Of those that are level, the first in the order of pairs.
        if level > 0
            && lowest % degree(i) == 0
            && let Some(nodes) = classes.get(&((lowest / degree(i)) as usize))
        {
            let first = nodes.partition_point(|&j| j <= i);
            let found = nodes[first..].iter().filter(is_wanted).take(level as usize);
            let found: Vec<BestPair> =
                found.map(|&j| BestPair { score: lowest as f64, pair: [i, j] }).collect();
            level -= found.len() as u64;
            best.extend(found);
        }
    }
    best.sort_unstable();
    best
}
