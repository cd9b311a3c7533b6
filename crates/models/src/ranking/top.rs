//! The pairs that score highest.

use std::cmp::Ordering;
use std::sync::atomic::{self, AtomicUsize};

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::scores::InnerProducts;
use crate::pairwise::tile::{BLOCK, Block, Blocks, STRIP};

/// A pair and its score. Of two the greater is the one that scores lower or, where they tie, comes later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredPair {
    /// The inner product of the two rows.
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
        let row_blocks = Blocks::pack(self.left, self.nodes, self.latent);
        let blocks = Blocks::pack(self.right, self.nodes, self.latent);
        let nodes: Vec<u32> = (0..self.nodes as u32).collect();
        // A share for each thread and no smaller ones: each has to find a threshold of its own. Which rows it takes does
        // not matter, as no two pairs are equal.
        let next = AtomicUsize::new(0);
        let share = |_: usize| {
            let mut best = [Best::new(count)];
            loop {
                let rows = next.fetch_add(1, atomic::Ordering::Relaxed);
                if rows >= blocks.count() {
                    let [best] = best;
                    return best;
                }
                for columns in rows..blocks.count() {
                    arch.dispatch(Sweep {
                        rows: row_blocks.get(rows),
                        columns: blocks.get(columns),
                        sources: &nodes[rows * BLOCK..],
                        first_column: (columns * BLOCK) as u32,
                        excluded: &excluded,
                        best: &mut best,
                        shared: true,
                    });
                }
            }
        };
        let shares = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).map(share);
        let best = shares.reduce(
            || Best::new(count),
            |mut one, other| {
                other.pairs.into_iter().for_each(|pair| one.offer(pair));
                one
            },
        );
        best.sorted()
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
        let blocks = Blocks::pack(self.right, self.nodes, self.latent);
        let tasks = sources.par_chunks(BLOCK).flat_map_iter(|sources| {
            let vectors: Vec<f32> =
                sources.iter().flat_map(|&source| self.left_row(source)).copied().collect();
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
            best.into_iter().map(Best::sorted)
        });
        tasks.collect()
    }
}

/// The best pairs so far, and some that no longer are.
struct Best {
    count: usize,
    pairs: Vec<ScoredPair>,
    /// No pair that scores lower is among the best.
    threshold: f32,
}

impl Best {
    fn new(count: usize) -> Self {
        let threshold = if count == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
        Self { count, pairs: Vec::new(), threshold }
    }

    fn offer(&mut self, pair: ScoredPair) {
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

    fn sorted(mut self) -> Vec<ScoredPair> {
        self.pairs.sort_unstable();
        self.pairs.truncate(self.count);
        self.pairs
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
                    let reaches = simd.greater_than_or_equal_f32s(x, simd.splat_f32s(best.threshold));
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
                            && score >= best.threshold
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
