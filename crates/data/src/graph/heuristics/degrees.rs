//! Products of degrees: the few distinct degrees stand for all pairs of nodes.

use std::collections::BTreeMap;

use super::{BestPair, Heuristic};
use crate::graph::Graph;

/// The nodes of each degree above 0, ascending.
fn classes(graph: &Graph) -> BTreeMap<usize, Vec<u32>> {
    let mut classes: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for node in 0..graph.nodes() as u32 {
        if graph.degree(node) > 0 {
            classes.entry(graph.degree(node)).or_default().push(node);
        }
    }
    classes
}

/// How many pairs have each product of degrees above 0.
fn counts(classes: &BTreeMap<usize, Vec<u32>>) -> BTreeMap<u64, u64> {
    let mut counts = BTreeMap::new();
    for (&one, nodes) in classes {
        for (&other, others) in classes.range(one..) {
            let (first, second) = (nodes.len() as u64, others.len() as u64);
            let pairs = if one == other { first * (first - 1) / 2 } else { first * second };
            if pairs > 0 {
                *counts.entry(one as u64 * other as u64).or_insert(0) += pairs;
            }
        }
    }
    counts
}

impl Heuristic {
    /// How many of all pairs have each product of degrees above 0: the score of
    /// [`PreferentialAttachment`](Self::PreferentialAttachment), ascending, and the pairs that have it.
    pub fn degree_products(graph: &Graph) -> Vec<(f64, u64)> {
        counts(&classes(graph)).into_iter().map(|(product, pairs)| (product as f64, pairs)).collect()
    }
}

/// As [`Heuristic::best_pairs`].
pub(super) fn best_pairs<'g>(
    graph: &Graph,
    count: usize,
    excluded: impl Fn(u32) -> &'g [u32],
) -> Vec<BestPair> {
    let classes = classes(graph);
    let mut left = counts(&classes);
    let degree = |node: u32| graph.degree(node) as u64;
    for i in 0..graph.nodes() as u32 {
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
    for i in (0..graph.nodes() as u32).filter(|&node| degree(node) > 0) {
        let is_wanted = |&&j: &&u32| j > i && excluded(i).binary_search(&j).is_err();
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
