//! The CPU kernel, shared by `flex` and `ndarray`.
//!
//! `z` is packed into blocks of [`BLOCK`] rows, and a task is a pair of blocks. For `w = z` only pairs `I ≤ J` are
//! computed, each adding to the gradient of both its blocks. The pairs are scheduled as a round-robin tournament: in
//! round `r` block `I` meets block `(r − I) mod B`, so that within a round no two tasks share a block, each block's
//! additions come in the order of the rounds, and the bits do not depend on the number of threads.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, NdArray, TensorMetadata};
use burn::tensor::{DType, Shape};
use rayon::prelude::*;

use super::ops::PairwiseOps;
use crate::host::HostTensor;

mod scalar;
pub(crate) mod tile;

use tile::{Blocks, Gradient, Tile};

macro_rules! impl_pairwise_ops {
    ($backend:ty) => {
        impl PairwiseOps for $backend {
            fn softplus_sum(z: FloatTensor<Self>) -> (FloatTensor<Self>, FloatTensor<Self>) {
                let [rows, latent] = dims(&z);
                match z.dtype() {
                    DType::F64 => outputs(&z, scalar::softplus_sum(&z.floats(), rows, latent)),
                    _ => outputs(&z, softplus_sum(&z.floats(), rows, latent)),
                }
            }

            fn softplus_sum_between(
                z: FloatTensor<Self>,
                w: FloatTensor<Self>,
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                let ([rows, latent], [columns, _]) = (dims(&z), dims(&w));
                match z.dtype() {
                    DType::F64 => outputs(
                        &z,
                        scalar::softplus_sum_between(&z.floats(), &w.floats(), rows, columns, latent),
                    ),
                    _ => outputs(&z, softplus_sum_between(&z.floats(), &w.floats(), rows, columns, latent)),
                }
            }
        }
    };
}
impl_pairwise_ops!(Flex);
impl_pairwise_ops!(NdArray);

fn dims(tensor: &impl TensorMetadata) -> [usize; 2] {
    tensor.shape().dims()
}

fn outputs<E: crate::host::HostFloat, T: HostTensor>(z: &T, (value, gradient): (E, Vec<E>)) -> (T, T) {
    (T::from_floats(vec![value], Shape::new([1])), T::from_floats(gradient, z.shape()))
}

fn softplus_sum(z: &[f32], rows: usize, latent: usize) -> (f32, Vec<f32>) {
    let arch = pulp::Arch::new();
    let blocks = Blocks::pack(z, rows, latent);
    let mut gradients: Vec<Gradient> = (0..blocks.count()).map(|_| blocks.zero_gradient()).collect();
    let mut total = 0.0_f64;
    for round in 0..blocks.count() {
        let mut matches: Vec<_> = (0..blocks.count())
            .map(|one| (one, (round + blocks.count() - one) % blocks.count()))
            .filter(|(one, other)| one <= other)
            .map(|(one, other)| {
                let mine = std::mem::take(&mut gradients[one]);
                let theirs = if one == other { None } else { Some(std::mem::take(&mut gradients[other])) };
                (one, other, mine, theirs, 0.0_f64)
            })
            .collect();
        matches.par_iter_mut().for_each(|(one, other, mine, theirs, sum)| {
            let weight = if theirs.is_some() { 2.0 } else { 1.0 };
            let tile =
                Tile { rows: blocks.get(*one), columns: blocks.get(*other), mine, theirs: theirs.as_mut() };
            *sum = weight * arch.dispatch(tile);
        });
        for (one, other, mine, theirs, sum) in matches {
            gradients[one] = mine;
            if let Some(theirs) = theirs {
                gradients[other] = theirs;
            }
            total += sum;
        }
    }
    let mut gradient = blocks.unpack(&gradients);
    gradient.par_iter_mut().for_each(|g| *g *= 2.0);
    (total as f32, gradient)
}

fn softplus_sum_between(z: &[f32], w: &[f32], rows: usize, columns: usize, latent: usize) -> (f32, Vec<f32>) {
    let arch = pulp::Arch::new();
    let (z, w) = (Blocks::pack(z, rows, latent), Blocks::pack(w, columns, latent));
    let (sums, gradients): (Vec<f64>, Vec<Gradient>) = (0..z.count())
        .into_par_iter()
        .map(|row_block| {
            let mut mine = z.zero_gradient();
            let mut sum = 0.0;
            for column_block in 0..w.count() {
                let tile = Tile {
                    rows: z.get(row_block),
                    columns: w.get(column_block),
                    mine: &mut mine,
                    theirs: None,
                };
                sum += arch.dispatch(tile);
            }
            (sum, mine)
        })
        .unzip();
    (sums.iter().sum::<f64>() as f32, z.unpack(&gradients))
}
