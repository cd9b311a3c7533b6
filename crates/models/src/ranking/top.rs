//! The pairs that score highest.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::scores::InnerProducts;
use crate::pairwise::tile::{BLOCK, Block, Blocks, STRIP};

/// A pair and its score. Of two the greater is the one that scores lower or, where they tie, comes later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredPair {
    /// The inner product of the two latent vectors.
    pub score: f32,
    /// The nodes.
    pub pair: [u32; 2],
}

impl Eq for ScoredPair {}

impl Ord for ScoredPair {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.pair.cmp(&other.pair))
    }
}

impl PartialOrd for ScoredPair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl InnerProducts<'_> {
    /// The `count` pairs `i < j` with the highest scores, those of `j` in `excluded(i)` left out: the highest first, and
    /// of equal ones the first in the order of pairs. O((nodes + count·threads)·d) memory.
    pub fn best_pairs<'g>(
        &self,
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<ScoredPair> {
        let arch = pulp::Arch::new();
        let blocks = Blocks::pack(self.z, self.nodes, self.latent);
        let nodes: Vec<u32> = (0..self.nodes as u32).collect();
        let sweep = |mut best: [Best; 1], rows: usize| {
            for columns in rows..blocks.count() {
                arch.dispatch(Sweep {
                    rows: blocks.get(rows),
                    columns: blocks.get(columns),
                    sources: &nodes[rows * BLOCK..],
                    first_column: (columns * BLOCK) as u32,
                    excluded: &excluded,
                    best: &mut best,
                    shared: true,
                });
            }
            best
        };
        let none = || [Best::new(count)];
        // The best are the same however the rows are shared out, as no two pairs are equal.
        let best =
            (0..blocks.count()).into_par_iter().fold(none, sweep).reduce(none, |[mut one], [other]| {
                other.heap.into_iter().for_each(|pair| one.offer(pair));
                [one]
            });
        let [best] = best;
        best.heap.into_sorted_vec()
    }

    /// For each source the `count` nodes that score highest with it, itself and those in `excluded(source)` left out, as
    /// pairs `[source, node]` in the order of [`Self::best_pairs`].
    ///
    /// # Panics
    /// If a source is no node.
    pub fn best_partners<'g>(
        &self,
        sources: &[u32],
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<Vec<ScoredPair>> {
        let arch = pulp::Arch::new();
        let blocks = Blocks::pack(self.z, self.nodes, self.latent);
        let tasks = sources.par_chunks(BLOCK).flat_map_iter(|sources| {
            let vectors: Vec<f32> = sources.iter().flat_map(|&source| self.row(source)).copied().collect();
            let rows = Blocks::pack(&vectors, sources.len(), self.latent);
            let mut best: Vec<Best> = sources.iter().map(|_| Best::new(count)).collect();
            for columns in 0..blocks.count() {
                arch.dispatch(Sweep {
                    rows: rows.get(0),
                    columns: blocks.get(columns),
                    sources,
                    first_column: (columns * BLOCK) as u32,
                    excluded: &excluded,
                    best: &mut best,
                    shared: false,
                });
            }
            best.into_iter().map(|best| best.heap.into_sorted_vec())
        });
        tasks.collect()
    }
}

/// The best pairs so far.
struct Best {
    count: usize,
    /// The worst of them on top.
    heap: BinaryHeap<ScoredPair>,
}

impl Best {
    fn new(count: usize) -> Self {
        Self { count, heap: BinaryHeap::new() }
    }

    /// No pair that scores lower is wanted.
    #[inline(always)]
    fn threshold(&self) -> f32 {
        match self.heap.peek() {
            _ if self.count == 0 => f32::INFINITY,
            Some(worst) if self.heap.len() == self.count => worst.score,
            _ => f32::NEG_INFINITY,
        }
    }

    fn offer(&mut self, pair: ScoredPair) {
        if self.heap.len() < self.count {
            self.heap.push(pair);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && pair < *worst
        {
            *worst = pair;
        }
    }
}

/// Offers the pairs of a row with a column to the row's best, or to the only best of all rows.
struct Sweep<'a, F> {
    rows: Block<'a>,
    columns: Block<'a>,
    /// The node of each row.
    sources: &'a [u32],
    /// The node of the first column.
    first_column: u32,
    excluded: &'a F,
    /// One a row, or where `shared` one for all: then a pair counts once, from its smaller node.
    best: &'a mut [Best],
    shared: bool,
}

impl<'g, F: Fn(u32) -> &'g [u32]> WithSimd for Sweep<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let shared = self.shared;
        for first in (0..self.rows.valid).step_by(STRIP) {
            let strip = self.rows.strip(first);
            for vector in 0..self.columns.valid.div_ceil(S::F32_LANES) {
                let x = self.columns.products(simd, strip, vector);
                for (row, x) in (first..self.rows.valid).zip(x) {
                    let best = &mut self.best[if shared { 0 } else { row }];
                    let reaches = simd.greater_than_or_equal_f32s(x, simd.splat_f32s(best.threshold()));
                    if simd.first_true_m32s(reaches) == S::F32_LANES {
                        continue;
                    }
                    let source = self.sources[row];
                    let from = vector * S::F32_LANES;
                    let scores: &[f32] = bytemuck::cast_slice(std::slice::from_ref(&x));
                    for (column, &score) in (from..self.columns.valid).zip(scores) {
                        let node = self.first_column + column as u32;
                        let wanted = if shared { source < node } else { source != node };
                        // Most are told apart by their score, before anything is looked up.
                        if wanted
                            && score >= best.threshold()
                            && (self.excluded)(source).binary_search(&node).is_err()
                        {
                            best.offer(ScoredPair { score, pair: [source, node] });
                        }
                    }
                }
            }
        }
    }
}
