//! Inner products of single pairs, to the same bits as in the tiles.

use std::ops::Range;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::correction::Correction;
use crate::error::{Error, Result};
use crate::pairwise::tile::Blocks;
use crate::sides::Sides;

/// Pairs that a thread takes at once.
const CHUNK: usize = 256;

/// Rows whose inner products are finite, `[nodes, latent]` each: the score of `[i, j]` is that of the left row `i` with the
/// right row `j`, which are the same matrix or one that makes the scores symmetric.
#[derive(Clone, Copy, Debug)]
pub struct InnerProducts<'a> {
    pub(super) left: &'a [f32],
    pub(super) right: &'a [f32],
    pub(super) nodes: usize,
    pub(super) latent: usize,
    pub(super) sides: Option<Sides>,
    pub(super) correction: Option<&'a dyn Correction>,
}

impl<'a> InnerProducts<'a> {
    /// The inner products of the rows of `z`, `[nodes, latent]`, row by row.
    ///
    /// # Errors
    /// If `z` is of another shape, if an entry is NaN or infinite, or if a row is so long that the inner product with
    /// itself overflows.
    pub fn new(z: &'a [f32], dims: [usize; 2]) -> Result<Self> {
        Self::between(z, z, dims)
    }

    /// The inner products of the rows of two matrices `[nodes, latent]`.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn between(left: &'a [f32], right: &'a [f32], [nodes, latent]: [usize; 2]) -> Result<Self> {
        if let Some(wrong) = [left, right].into_iter().find(|z| nodes.checked_mul(latent) != Some(z.len())) {
            return Err(Error::shape("inner products", [wrong.len()], [nodes, latent]));
        }
        let problem = |(node, row): (usize, &[f32])| {
            // No partial sum of any inner product is larger than the largest of these, by Cauchy and Schwarz.
            let square: f64 = row.iter().map(|&entry| f64::from(entry).powi(2)).sum();
            if row.iter().any(|entry| !entry.is_finite()) {
                Some((node, "is not finite"))
            } else if square >= f64::from(f32::MAX) / 4.0 {
                Some((node, "is so long that inner products overflow"))
            } else {
                None
            }
        };
        let rows = |z: &'a [f32]| z.chunks_exact(latent.max(1)).enumerate();
        match rows(left).chain(rows(right)).find_map(problem) {
            Some((node, problem)) => Err(Error::Embedding { node, problem }),
            None => Ok(Self { left, right, nodes, latent, sides: None, correction: None }),
        }
    }

    /// The same of the pairs between two sides alone: a node has no partners at its own, nor itself at the other.
    ///
    /// # Errors
    /// If there are more or fewer nodes than at the sides.
    pub fn with_sides(self, sides: Option<Sides>) -> Result<Self> {
        match sides {
            Some(Sides { left, right, .. }) if left + right != self.nodes => {
                Err(Error::shape("sides of inner products", [self.nodes], [left, right]))
            }
            _ => Ok(Self { sides, ..self }),
        }
    }

    /// The nodes that those of a side may be linked to: the left ones where `is_left`, all where there are no sides.
    pub(super) fn partners_of(&self, is_left: bool) -> Range<usize> {
        match self.sides {
            None => 0..self.nodes,
            Some(Sides { left, .. }) if is_left => left..self.nodes,
            Some(Sides { left, .. }) => 0..left,
        }
    }

    /// Whether a node is on the first side; all are where there are no sides.
    pub(super) fn is_left(&self, node: u32) -> bool {
        self.sides.is_none_or(|sides| (node as usize) < sides.left)
    }

    /// What a node is no partner of among those: itself.
    #[inline(always)]
    pub(super) fn itself(&self, node: u32) -> Option<u32> {
        match self.sides {
            None => Some(node),
            Some(sides) => sides.twin(node),
        }
    }

    /// The right rows of some nodes, in blocks.
    pub(super) fn columns(&self, nodes: &Range<usize>) -> Blocks {
        Blocks::pack(
            &self.right[nodes.start * self.latent..nodes.end * self.latent],
            nodes.len(),
            self.latent,
        )
    }

    /// The score of each pair, `[pairs]`.
    ///
    /// # Panics
    /// If a pair names a node that is not there.
    pub fn scores(&self, pairs: &[[u32; 2]]) -> Vec<f32> {
        let arch = pulp::Arch::new();
        let mut scores = vec![0.0; pairs.len()];
        scores.par_chunks_mut(CHUNK).zip(pairs.par_chunks(CHUNK)).for_each(|(scores, pairs)| {
            arch.dispatch(Scores { products: *self, pairs, scores });
        });
        scores
    }

    #[inline(always)]
    pub(super) fn left_row(&self, node: u32) -> &'a [f32] {
        &self.left[node as usize * self.latent..][..self.latent]
    }

    #[inline(always)]
    pub(super) fn right_row(&self, node: u32) -> &'a [f32] {
        &self.right[node as usize * self.latent..][..self.latent]
    }
}

/// A chunk of pairs.
struct Scores<'a> {
    products: InnerProducts<'a>,
    pairs: &'a [[u32; 2]],
    scores: &'a mut [f32],
}

// Not a closure: one would be compiled for any processor.
impl WithSimd for Scores<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for (score, &[i, j]) in self.scores.iter_mut().zip(self.pairs) {
            *score = inner_product(self.products.left_row(i), self.products.right_row(j));
            if let Some(number) = self.products.correction.and_then(|correction| correction.of_pair([i, j])) {
                *score += number;
            }
        }
    }
}

/// The chain of fused multiply-adds that [`Block::products`](crate::pairwise::tile::Block::products) describes. Within
/// [`WithSimd`] each is one instruction; elsewhere it may be a call.
#[inline(always)]
pub(super) fn inner_product(z: &[f32], w: &[f32]) -> f32 {
    let mut x = 0.0;
    for (&z, &w) in z.iter().zip(w) {
        x = z.mul_add(w, x);
    }
    x
}
