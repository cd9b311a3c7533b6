//! The pairs that score highest.

use std::cmp::Ordering;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::correction::Correction;
use super::scores::{InnerProducts, inner_product};
use super::shares::shares;
use crate::pairwise::tile::{BLOCK, Block, Blocks, STRIP};

/// Nodes that a thread takes at once.
pub(super) const CHUNK: usize = 64;

/// A pair and its score. Of two the greater is the one that scores lower or, where they tie, comes later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredPair {
    /// The inner product of the two rows, or what else scores them.
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
    /// The `count` pairs `i < j`, of all or of those between the sides, with the highest scores, those of `j` in `excluded(i)` left out: the highest first, and
    /// of equal ones the first in the order of pairs. Calls `done` with what it did since it was
    /// called, [`Self::work`] in all. O((nodes + count·threads)·d) memory.
    pub fn best_pairs<'g>(
        &self,
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
        done: impl Fn(u64) + Sync,
    ) -> Vec<ScoredPair> {
        let arch = pulp::Arch::new();
        let (row_blocks, blocks) = self.sweep();
        let first_column = self.partners_of(true).start;
        let nodes: Vec<u32> = (0..self.nodes as u32).collect();
        let corrected = self.best_corrected_pairs(count, &excluded, &done);
        best_of_shares(
            corrected,
            row_blocks.count(),
            || (),
            |(), best, rows| {
                for columns in self.first_block(rows)..blocks.count() {
                    arch.dispatch(Sweep {
                        products: *self,
                        rows: row_blocks.get(rows),
                        columns: blocks.get(columns),
                        sources: &nodes[rows * BLOCK..],
                        first_column: (first_column + columns * BLOCK) as u32,
                        excluded: &excluded,
                        correction: self.correction,
                        best: std::slice::from_mut(best),
                        shared: true,
                    });
                }
                done(self.pairs_from(rows));
            },
        )
    }

    /// The best of the pairs that have a number added to their score: few, so that all others then meet a threshold at once.
    fn best_corrected_pairs<'g>(
        &self,
        count: usize,
        excluded: &(impl Fn(u32) -> &'g [u32] + Sync),
        done: &(impl Fn(u64) + Sync),
    ) -> Best {
        let chunks = if self.correction.is_some() { self.nodes.div_ceil(CHUNK) } else { 0 };
        let best = best_of_shares(Best::new(count), chunks, Vec::new, |found, best, chunk| {
            for source in self.chunk(chunk) {
                self.offer_corrected(source, source + 1, excluded, found, best);
            }
            done(self.cost_of_chunk(chunk));
        });
        Best::begun(count, best)
    }

    /// As [`Self::best_pairs`], of each node `i` with those alone that `candidates` names of it in a list that is empty: each
    /// once, and greater than `i`. A thread calls it for one node after another, with what `open` makes. O(nodes·d) memory for
    /// each thread beside.
    pub fn best_pairs_among<'g, T: Send>(
        &self,
        count: usize,
        open: impl Fn() -> T + Sync,
        candidates: impl Fn(&mut T, u32, &mut Vec<u32>) + Sync,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<ScoredPair> {
        let arch = pulp::Arch::new();
        let open = || (open(), Vec::new(), Vec::new());
        best_of_shares(
            Best::new(count),
            self.nodes.div_ceil(CHUNK),
            open,
            |(state, others, found), best, chunk| {
                for source in self.chunk(chunk) {
                    others.clear();
                    candidates(state, source, others);
                    let numbers = &self.corrections(source, others, found);
                    arch.dispatch(Among {
                        products: *self,
                        source,
                        others,
                        numbers,
                        excluded: &excluded,
                        best,
                    });
                }
            },
        )
    }

    /// The left rows and the right rows whose products are those of all pairs, in blocks.
    pub(super) fn sweep(&self) -> (Blocks, Blocks) {
        let rows = self.sides.map_or(self.nodes, |sides| sides.left);
        (
            Blocks::pack(&self.left[..rows * self.latent], rows, self.latent),
            self.columns(&self.partners_of(true)),
        )
    }

    /// The first block of columns that a block of rows meets.
    pub(super) fn first_block(&self, rows: usize) -> usize {
        if self.sides.is_some() { 0 } else { rows }
    }

    /// How many pairs of nodes there are.
    pub fn pairs(&self) -> u64 {
        match self.sides {
            None => pairs_of(self.nodes),
            Some(sides) => sides.left as u64 * sides.right as u64 - sides.loops().len() as u64,
        }
    }

    /// How many of the pairs `i < j` have their `i` in a block of rows.
    pub(super) fn pairs_from(&self, block: usize) -> u64 {
        if let Some(sides) = self.sides {
            let rows = sides.left.min((block + 1) * BLOCK) - block * BLOCK;
            return rows as u64 * (sides.right as u64 - u64::from(sides.are_roles));
        }
        pairs_of(self.nodes - block * BLOCK) - pairs_of(self.nodes.saturating_sub((block + 1) * BLOCK))
    }

    /// For each source the `count` nodes, of all or of those at the other side, that score highest with it, itself and those in
    /// `excluded(source)` left out, as pairs `[source, node]` in the order of [`Self::best_pairs`].
    ///
    /// # Panics
    /// If a source is no node.
    pub fn best_partners<'g>(
        &self,
        sources: &[u32],
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<Vec<ScoredPair>> {
        if self.sides.is_none() {
            return self.best_partners_of_side(sources, true, count, &excluded);
        }
        let mut best = vec![Vec::new(); sources.len()];
        for is_left in [true, false] {
            let places: Vec<usize> =
                (0..sources.len()).filter(|&place| self.is_left(sources[place]) == is_left).collect();
            let of_side: Vec<u32> = places.iter().map(|&place| sources[place]).collect();
            let found = self.best_partners_of_side(&of_side, is_left, count, &excluded);
            places.into_iter().zip(found).for_each(|(place, found)| best[place] = found);
        }
        best
    }

    /// The same of sources on one side.
    fn best_partners_of_side<'g>(
        &self,
        sources: &[u32],
        is_left: bool,
        count: usize,
        excluded: &(impl Fn(u32) -> &'g [u32] + Sync),
    ) -> Vec<Vec<ScoredPair>> {
        let arch = pulp::Arch::new();
        let partners = self.partners_of(is_left);
        let blocks = self.columns(&partners);
        let tasks = sources.par_chunks(BLOCK).flat_map_iter(|sources| {
            let vectors: Vec<f32> =
                sources.iter().flat_map(|&source| self.left_row(source)).copied().collect();
            let rows = Blocks::pack(&vectors, sources.len(), self.latent);
            let mut found = Vec::new();
            let mut best: Vec<Best> = sources
                .iter()
                .map(|&source| {
                    let mut best = Best::new(count);
                    self.offer_corrected(source, 0, excluded, &mut found, &mut best);
                    best
                })
                .collect();
            for columns in 0..blocks.count() {
                arch.dispatch(Sweep {
                    products: *self,
                    rows: rows.get(0),
                    columns: blocks.get(columns),
                    sources,
                    first_column: (partners.start + columns * BLOCK) as u32,
                    excluded,
                    correction: self.correction,
                    best: &mut best,
                    shared: false,
                });
            }
            best.into_iter().map(Best::sorted)
        });
        tasks.collect()
    }
}

/// The best of those so far and of what `take` offers of each part, by what `open` makes for a thread.
pub(super) fn best_of_shares<T: Send>(
    mut best: Best,
    parts: usize,
    open: impl Fn() -> T + Sync,
    take: impl Fn(&mut T, &mut Best, usize) + Sync,
) -> Vec<ScoredPair> {
    // A share for each thread and no smaller ones: each has to find a threshold of its own. Which parts it takes does not
    // matter, as no two pairs are equal.
    let empty = || Best { pairs: Vec::new(), ..best };
    let shares = shares(parts, || (open(), empty()), |(state, best), part| take(state, best, part));
    shares.into_iter().flat_map(|(_, share)| share.pairs).for_each(|pair| best.offer(pair));
    best.sorted()
}

/// Pairs of so many nodes.
pub(super) fn pairs_of(nodes: usize) -> u64 {
    let nodes = nodes as u64;
    nodes * nodes.saturating_sub(1) / 2
}

/// The best pairs so far, and some that no longer are.
pub(super) struct Best {
    count: usize,
    pairs: Vec<ScoredPair>,
    /// No pair that scores lower is among the best.
    threshold: f32,
}

impl Best {
    pub(super) fn new(count: usize) -> Self {
        let threshold = if count == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
        Self { count, pairs: Vec::new(), threshold }
    }

    /// One that begins with as many pairs at most, the highest first.
    fn begun(count: usize, pairs: Vec<ScoredPair>) -> Self {
        let empty = Self::new(count);
        let threshold = match pairs.len() >= count {
            true => pairs.last().map_or(empty.threshold, |last| last.score),
            false => empty.threshold,
        };
        Self { pairs, threshold, ..empty }
    }

    /// Whether a pair with this score may be among the best.
    pub(super) fn may_take(&self, score: f32) -> bool {
        score >= self.threshold
    }

    /// Offers a pair that is not left out.
    #[inline(always)]
    pub(super) fn consider(&mut self, score: f32, pair: [u32; 2], excluded: &[u32]) {
        // Most are told apart by their score, before anything is looked up.
        if self.may_take(score) && excluded.binary_search(&pair[1]).is_err() {
            self.offer(ScoredPair { score, pair });
        }
    }

    pub(super) fn offer(&mut self, pair: ScoredPair) {
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

    pub(super) fn sorted(mut self) -> Vec<ScoredPair> {
        self.pairs.sort_unstable();
        self.pairs.truncate(self.count);
        self.pairs
    }
}

/// Offers the pairs of a node with some others.
struct Among<'a, F> {
    products: InnerProducts<'a>,
    source: u32,
    others: &'a [u32],
    /// What is added to the score of each.
    numbers: &'a [f32],
    excluded: &'a F,
    best: &'a mut Best,
}

impl<'g, F: Fn(u32) -> &'g [u32]> WithSimd for Among<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { products, source, others, numbers, excluded, best } = self;
        let row = products.left_row(source);
        let excluded = excluded(source);
        for (&node, number) in others.iter().zip(numbers) {
            let score = inner_product(row, products.right_row(node)) + number;
            best.consider(score, [source, node], excluded);
        }
    }
}

/// Offers the pairs of a row with a column to the row's best, or to the only best of all rows.
struct Sweep<'a, F> {
    products: InnerProducts<'a>,
    rows: Block<'a>,
    columns: Block<'a>,
    /// The node of each row.
    sources: &'a [u32],
    /// The node of the first column.
    first_column: u32,
    excluded: &'a F,
    /// Pairs with a number are left out: their scores are others.
    correction: Option<&'a dyn Correction>,
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
                        let wanted = if shared { source < node } else { source != node }
                            && self.products.sides.is_none_or(|sides| sides.twin(source) != Some(node));
                        // Most are told apart by their score, before anything is looked up.
                        if wanted
                            && score >= best.threshold
                            && (self.excluded)(source).binary_search(&node).is_err()
                            && self.correction.is_none_or(|of| of.of_pair([source, node]).is_none())
                        {
                            best.offer(ScoredPair { score, pair: [source, node] });
                        }
                    }
                }
            }
        }
    }
}
