//! How many of all pairs score how high.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::bins::Bins;
use super::scores::{InnerProducts, inner_product};
use super::shares::shares;
use super::top::CHUNK;
use crate::pairwise::tile::{BLOCK, Block, STRIP};

impl InnerProducts<'_> {
    /// How many of all pairs `i < j`, or of those between the sides, reach exactly `b` of the thresholds, for `b` from 0 to their number;
    /// `[thresholds + 1]`. Calls `done` with what it did since it was called, [`Self::work`] in all.
    pub fn count_pairs(&self, bins: &Bins<f32>, done: impl Fn(u64) + Sync) -> Vec<u64> {
        let arch = pulp::Arch::new();
        let (row_blocks, column_blocks) = self.sweep();
        let zeros = || vec![0_u64; bins.thresholds().len() + 1];
        let sweep = |mut counts: Vec<u64>, rows: usize| {
            for columns in self.first_block(rows)..column_blocks.count() {
                let tile = Tile {
                    rows: row_blocks.get(rows),
                    columns: column_blocks.get(columns),
                    diagonal: self.sides.is_none() && rows == columns,
                    bins,
                    counts: &mut counts,
                };
                arch.dispatch(tile);
            }
            done(self.pairs_from(rows));
            counts
        };
        // Whole numbers add up to the same in any order, so threads may share the rows as they come.
        let mut counts =
            (0..row_blocks.count()).into_par_iter().fold(zeros, sweep).reduce(zeros, |mut one, other| {
                add(&mut one, &other);
                one
            });
        if let Some(sides) = self.sides {
            self.scores(&sides.loops()).into_iter().for_each(|score| counts[bins.bin(score)] -= 1);
        }
        self.count_corrected(bins, &mut counts, done);
        counts
    }
}

impl InnerProducts<'_> {
    /// As [`Self::count_pairs`], of the pairs alone that `candidates` names as for
    /// [`best_pairs_among`](Self::best_pairs_among).
    pub fn count_pairs_among<T: Send>(
        &self,
        bins: &Bins<f32>,
        open: impl Fn() -> T + Sync,
        candidates: impl Fn(&mut T, u32, &mut Vec<u32>) + Sync,
    ) -> Vec<u64> {
        let arch = pulp::Arch::new();
        let zeros = || vec![0_u64; bins.thresholds().len() + 1];
        let open = || (open(), Vec::new(), Vec::new(), zeros());
        let shares = shares(self.nodes.div_ceil(CHUNK), open, |(state, others, found, counts), chunk| {
            for source in self.chunk(chunk) {
                others.clear();
                candidates(state, source, others);
                let numbers = &self.corrections(source, others, found);
                arch.dispatch(Among { products: *self, source, others, numbers, bins, counts });
            }
        });
        shares.into_iter().fold(zeros(), |mut sum, (.., counts)| {
            add(&mut sum, &counts);
            sum
        })
    }
}

/// Adds counts to others.
pub(super) fn add(sums: &mut [u64], counts: &[u64]) {
    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
}

/// A node with some others.
struct Among<'a> {
    products: InnerProducts<'a>,
    source: u32,
    others: &'a [u32],
    /// What is added to the score of each.
    numbers: &'a [f32],
    bins: &'a Bins<f32>,
    counts: &'a mut [u64],
}

impl WithSimd for Among<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let row = self.products.left_row(self.source);
        for (&node, number) in self.others.iter().zip(self.numbers) {
            self.counts[self.bins.bin(inner_product(row, self.products.right_row(node)) + number)] += 1;
        }
    }
}

/// One pair of blocks.
struct Tile<'a> {
    rows: Block<'a>,
    columns: Block<'a>,
    /// Whether the blocks are the same, so that only pairs above the diagonal count.
    diagonal: bool,
    bins: &'a Bins<f32>,
    counts: &'a mut [u64],
}

impl WithSimd for Tile<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut scores = [[0.0_f32; BLOCK]; STRIP];
        for first in (0..self.rows.valid).step_by(STRIP) {
            let strip = self.rows.strip(first);
            for vector in 0..self.columns.valid.div_ceil(S::F32_LANES) {
                let x = self.columns.products(simd, strip, vector);
                for (scores, x) in scores.iter_mut().zip(x) {
                    S::as_mut_simd_f32s(scores).0[vector] = x;
                }
            }
            for (row, scores) in scores.iter().enumerate().take(self.rows.valid - first) {
                let from = if self.diagonal { first + row + 1 } else { 0 };
                for &score in &scores[from.min(self.columns.valid)..self.columns.valid] {
                    self.counts[self.bins.bin(score)] += 1;
                }
            }
        }
    }
}
