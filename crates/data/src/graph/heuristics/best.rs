//! The pairs that score highest, exactly, of all pairs of nodes.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::pairs::Row;
use super::{Form, Heuristic, degrees};
use crate::graph::Graph;

/// A pair and its score. Of two the greater is the one that scores lower or, where they tie, comes later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestPair {
    /// The score.
    pub score: f64,
    /// The nodes.
    pub pair: [u32; 2],
}

impl Eq for BestPair {}

impl Ord for BestPair {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.pair.cmp(&other.pair))
    }
}

impl PartialOrd for BestPair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Heuristic {
    /// The `count` pairs `i < j` with the highest scores above 0, those of `j` in `excluded(i)`, which ascends, left out: the
    /// highest first, and of equal ones the first in the order of pairs. The same at any number of threads.
    pub fn best_pairs<'g>(
        self,
        graph: &Graph,
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<BestPair> {
        if let Form::ProductOfDegrees = self.form() {
            return degrees::best_pairs(graph, count, excluded);
        }
        let visit = |best: &mut Best, [source, target]: [u32; 2], score: f64| {
            // Most are told apart by their score, before anything is looked up.
            if score >= best.threshold && excluded(source).binary_search(&target).is_err() {
                best.offer(BestPair { score, pair: [source, target] });
            }
        };
        let shares = self.fold_pairs(graph, || Best::new(count), visit);
        let all = shares.into_iter().reduce(|mut one, other| {
            other.pairs.into_iter().for_each(|pair| one.offer(pair));
            one
        });
        all.map(Best::sorted).unwrap_or_default()
    }

    /// For each source the `count` nodes that score highest with it and above 0, itself and those in `excluded(source)` left
    /// out, as pairs `[source, node]` in the order of [`Self::best_pairs`].
    ///
    /// # Panics
    /// If a source is outside the graph.
    pub fn best_partners<'g>(
        self,
        graph: &Graph,
        sources: &[u32],
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<Vec<BestPair>> {
        let is_wanted = |source: u32, target: u32, score: f64| {
            score > 0.0 && source != target && excluded(source).binary_search(&target).is_err()
        };
        if let Form::OverCommonNeighbours(weight) = self.form() {
            let weights: Vec<f64> =
                (0..graph.nodes() as u32).map(|node| weight(graph.degree(node))).collect();
            let rows = sources.par_iter().map_init(
                || Row::of(graph.nodes()),
                |row, &source| {
                    let mut best = Best::new(count);
                    row.fill(graph, &weights, source, 0);
                    row.empty(|target, score| {
                        if is_wanted(source, target, score) {
                            best.offer(BestPair { score, pair: [source, target] });
                        }
                    });
                    best.sorted()
                },
            );
            return rows.collect();
        }
        self.from_sources(graph, sources, |source, row| {
            let mut best = Best::new(count);
            for (target, &score) in (0..).zip(row) {
                if score >= best.threshold && is_wanted(source, target, score) {
                    best.offer(BestPair { score, pair: [source, target] });
                }
            }
            best.sorted()
        })
    }
}

/// The best pairs so far, and some that no longer are.
struct Best {
    count: usize,
    pairs: Vec<BestPair>,
    /// No pair that scores lower is among the best.
    threshold: f64,
}

impl Best {
    fn new(count: usize) -> Self {
        let threshold = if count == 0 { f64::INFINITY } else { f64::NEG_INFINITY };
        Self { count, pairs: Vec::new(), threshold }
    }

    fn offer(&mut self, pair: BestPair) {
        if pair.score < self.threshold || self.count == 0 {
            return;
        }
        self.pairs.push(pair);
        // Sorting out twice as many at once costs each pair a constant time.
        if self.pairs.len() >= self.count.saturating_mul(2).max(256) {
            let (_, last, _) = self.pairs.select_nth_unstable(self.count - 1);
            self.threshold = last.score;
            self.pairs.truncate(self.count);
        }
    }

    fn sorted(mut self) -> Vec<BestPair> {
        self.pairs.sort_unstable();
        self.pairs.truncate(self.count);
        self.pairs
    }
}
