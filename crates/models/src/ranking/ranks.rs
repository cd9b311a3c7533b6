//! Ranks of targets among the candidates of their sources.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::correction::Visit;
use super::scores::{InnerProducts, inner_product};
use crate::pairwise::tile::{BLOCK, Blocks, STRIP};

/// Nodes that score above a target and level with it.
#[derive(Clone, Copy, Default)]
struct Above {
    greater: u64,
    equal: u64,
}

impl InnerProducts<'_> {
    /// The rank of each query `[source, target]` by its score: 1 + the candidates of the source that score higher +
    /// half of those that score the same. Candidates are all nodes, or those at the other side, but the source itself and
    /// `excluded(source)`, which are distinct, ascend, do not hold the source, and hold the target, so that it does not compete with
    /// itself.
    ///
    /// Bordes et al., *Translating embeddings for modeling multi-relational data* (2013), section 4.1, call such ranks
    /// filtered.
    ///
    /// # Panics
    /// If a node is not there.
    pub fn ranks<'g>(&self, queries: &[[u32; 2]], excluded: impl Fn(u32) -> &'g [u32] + Sync) -> Vec<f64> {
        let mut ranks = vec![0.0; queries.len()];
        let sides = if self.sides.is_none() { &[true][..] } else { &[true, false] };
        for &is_left in sides {
            // A block's queries meet the same columns, and what is added to a source's scores is found once for its targets.
            let is_of_side = |&place: &usize| sides.len() == 1 || self.is_left(queries[place][0]) == is_left;
            let mut places: Vec<usize> = (0..queries.len()).filter(is_of_side).collect();
            places.sort_unstable_by_key(|&place| queries[place]);
            let of_side: Vec<[u32; 2]> = places.iter().map(|&place| queries[place]).collect();
            let found = self.ranks_of_side(&of_side, is_left, &excluded);
            places.into_iter().zip(found).for_each(|(place, rank)| ranks[place] = rank);
        }
        ranks
    }

    /// The same of sources on one side.
    fn ranks_of_side<'g>(
        &self,
        queries: &[[u32; 2]],
        is_left: bool,
        excluded: &(impl Fn(u32) -> &'g [u32] + Sync),
    ) -> Vec<f64> {
        let arch = pulp::Arch::new();
        let columns = self.columns(&self.partners_of(is_left));
        let targets = self.scores(queries);
        // A task gathers the sources of a block of queries, so that the tile's rows are theirs.
        let tasks = queries.par_chunks(BLOCK).zip(targets.par_chunks(BLOCK));
        let ranks = tasks.flat_map_iter(|(queries, targets)| {
            let sources: Vec<f32> =
                queries.iter().flat_map(|&[source, _]| self.left_row(source)).copied().collect();
            let rows = Blocks::pack(&sources, queries.len(), self.latent);
            let mut above = [Above::default(); BLOCK];
            arch.dispatch(Sweep { rows: &rows, columns: &columns, targets, above: &mut above });
            arch.dispatch(Exclude { products: *self, queries, targets, excluded, above: &mut above });
            self.move_corrected(queries, targets, excluded, &mut above);
            above.into_iter().take(queries.len()).map(|Above { greater, equal }| {
                // Exact: a half is kept.
                1.0 + greater as f64 + equal as f64 / 2.0
            })
        });
        ranks.collect()
    }

    /// Counts candidates whose score is more than the inner product that [`Sweep`] counted them by.
    fn move_corrected<'g>(
        &self,
        queries: &[[u32; 2]],
        targets: &[f32],
        excluded: &impl Fn(u32) -> &'g [u32],
        above: &mut [Above; BLOCK],
    ) {
        let Some(correction) = self.correction else { return };
        let arch = pulp::Arch::new();
        let mut found = Vec::new();
        let mut last = None;
        for ((&[source, _], &target), above) in queries.iter().zip(targets).zip(above) {
            if last.replace(source) != Some(source) {
                found.clear();
                correction.of_source(source, 0, &mut found);
                let excluded = excluded(source);
                found.retain(|(node, _)| excluded.binary_search(node).is_err());
            }
            arch.dispatch(Visit {
                products: *self,
                source,
                found: &found,
                visit: |_, [product, score]: [f32; 2]| {
                    above.greater += u64::from(score > target);
                    above.greater -= u64::from(product > target);
                    above.equal += u64::from(score == target);
                    above.equal -= u64::from(product == target);
                },
            });
        }
    }
}

/// Counts all columns against each row's target.
struct Sweep<'a> {
    rows: &'a Blocks,
    columns: &'a Blocks,
    targets: &'a [f32],
    above: &'a mut [Above; BLOCK],
}

impl WithSimd for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.rows.get(0);
        // Columns that are in the cache meet all rows there, before the next come.
        for block in 0..self.columns.count() {
            let columns = self.columns.get(block);
            // Padding counts nothing.
            let ones: [u32; BLOCK] = std::array::from_fn(|column| u32::from(column < columns.valid));
            let ones = S::as_simd_u32s(&ones).0;
            let zero = simd.splat_u32s(0);
            for first in (0..rows.valid).step_by(STRIP) {
                let strip = rows.strip(first);
                let targets: [S::f32s; STRIP] = std::array::from_fn(|row| {
                    simd.splat_f32s(self.targets.get(first + row).copied().unwrap_or_default())
                });
                let (mut greater, mut equal) = ([zero; STRIP], [zero; STRIP]);
                for (vector, &one) in ones.iter().enumerate().take(columns.valid.div_ceil(S::F32_LANES)) {
                    let x = columns.products(simd, strip, vector);
                    for row in 0..STRIP {
                        let is_greater = simd.greater_than_f32s(x[row], targets[row]);
                        let is_equal = simd.equal_f32s(x[row], targets[row]);
                        greater[row] = simd.add_u32s(greater[row], simd.select_u32s(is_greater, one, zero));
                        equal[row] = simd.add_u32s(equal[row], simd.select_u32s(is_equal, one, zero));
                    }
                }
                for (row, above) in self.above[first..].iter_mut().take(STRIP).enumerate() {
                    above.greater += sum::<S>(greater[row]);
                    above.equal += sum::<S>(equal[row]);
                }
            }
        }
    }
}

/// Takes back what [`Sweep`] counted of nodes that are no candidates.
struct Exclude<'a, F> {
    products: InnerProducts<'a>,
    queries: &'a [[u32; 2]],
    targets: &'a [f32],
    excluded: &'a F,
    above: &'a mut [Above; BLOCK],
}

impl<'g, F: Fn(u32) -> &'g [u32]> WithSimd for Exclude<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for ((&[source, _], &target), above) in self.queries.iter().zip(self.targets).zip(self.above) {
            let row = self.products.left_row(source);
            let itself = self.products.itself(source);
            for &node in (self.excluded)(source).iter().chain(&itself) {
                let score = inner_product(row, self.products.right_row(node));
                above.greater -= u64::from(score > target);
                above.equal -= u64::from(score == target);
            }
        }
    }
}

#[inline(always)]
fn sum<S: Simd>(counts: S::u32s) -> u64 {
    let lanes: &[u32] = bytemuck::cast_slice(std::slice::from_ref(&counts));
    lanes.iter().map(|&count| u64::from(count)).sum()
}
