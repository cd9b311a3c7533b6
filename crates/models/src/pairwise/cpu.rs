//! The CPU kernel, shared by `flex` and `ndarray`.
//!
//! Rows are packed into blocks, and a task is a pair of blocks: `tile` has that for short rows and `wide` for long ones,
//! `rounds` says which blocks meet when.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, NdArray, TensorMetadata};
use burn::tensor::Shape;

use super::ops::{Five, PairwiseOps, Three, Wanted};
use crate::host::{HostFloat, HostTensor, with_float};

mod logistic;
mod rounds;
mod scalar;
pub(crate) mod tile;
mod wide;

/// The longest rows that `tile` takes. With `wide`, some shorter ones would take less time and give other bits than they do
/// and did.
const SHORT: usize = 32;
/// How many blocks are at work at a time, where few of one matrix meet many of the other: so many that there are some for
/// every thread, and so few that the copies of their gradients take little memory.
const AT_WORK: usize = 32;

/// A matrix `[count, latent]`, and perhaps a bias and a weight for each row.
#[derive(Clone, Copy)]
struct Rows<'a, E> {
    values: &'a [E],
    /// `[count]`, or empty.
    biases: &'a [E],
    /// `[count]`, or empty.
    weights: &'a [E],
    count: usize,
    latent: usize,
}

/// Gradients by rows `[rows, latent]` and by their biases `[rows]`; empty where they are not wanted or there are none.
type Gradients<E> = [Vec<E>; 2];

/// The sums in a float type.
trait AllPairs: HostFloat {
    fn within(z: Rows<'_, Self>, wanted: bool) -> (Self, Gradients<Self>);

    fn between(pair: [Rows<'_, Self>; 2], wanted: Wanted) -> (Self, [Gradients<Self>; 2]);
}

impl AllPairs for f32 {
    fn within(z: Rows<'_, f32>, wanted: bool) -> (f32, Gradients<f32>) {
        let (total, gradients) = if z.latent <= SHORT {
            rounds::within(&tile::Blocks::with_biases_and_weights(z), wanted)
        } else {
            rounds::within(&wide::Blocks::pack(z), wanted)
        };
        (total as f32, gradients)
    }

    fn between([z, w]: [Rows<'_, f32>; 2], wanted: Wanted) -> (f32, [Gradients<f32>; 2]) {
        let (total, gradients) = if z.latent <= SHORT {
            rounds::between([z, w].map(tile::Blocks::with_biases_and_weights).each_ref(), 1, wanted)
        } else {
            rounds::between([z, w].map(wide::Blocks::pack).each_ref(), AT_WORK, wanted)
        };
        (total as f32, gradients)
    }
}

macro_rules! impl_pairwise_ops {
    ($backend:ty) => {
        impl PairwiseOps for $backend {
            fn softplus_sum(z: FloatTensor<Self>, bias: FloatTensor<Self>, wanted: bool) -> Three<Self> {
                with_float!(z.dtype(), E => {
                    let (value, gradients) = E::within(rows(&z, &z.floats(), &bias.floats(), &[]), wanted);
                    let [by_z, by_bias] = tensors(gradients, &z);
                    (total(value), by_z, by_bias)
                })
            }

            fn softplus_sum_between(
                z: FloatTensor<Self>,
                w: FloatTensor<Self>,
                z_bias: FloatTensor<Self>,
                w_bias: FloatTensor<Self>,
                weights: FloatTensor<Self>,
                wanted: Wanted,
            ) -> Five<Self> {
                with_float!(z.dtype(), E => {
                    let (z_values, w_values) = (z.floats(), w.floats());
                    let (z_biases, w_biases) = (z_bias.floats(), w_bias.floats());
                    let weights = weights.floats();
                    let pair = [rows::<E>(&z, &z_values, &z_biases, &weights), rows(&w, &w_values, &w_biases, &[])];
                    let (value, [by_z, by_w]) = E::between(pair, wanted);
                    let ([by_z, by_z_bias], [by_w, by_w_bias]) = (tensors(by_z, &z), tensors(by_w, &w));
                    (total(value), by_z, by_w, by_z_bias, by_w_bias)
                })
            }
        }
    };
}
impl_pairwise_ops!(Flex);
impl_pairwise_ops!(NdArray);

fn rows<'a, E>(of: &impl TensorMetadata, values: &'a [E], biases: &'a [E], weights: &'a [E]) -> Rows<'a, E> {
    let [count, latent] = of.shape().dims();
    Rows { values, biases, weights, count, latent }
}

fn total<E: HostFloat, T: HostTensor>(value: E) -> T {
    T::from_floats(vec![value], Shape::new([1]))
}

/// The gradients by `rows` and their biases.
fn tensors<E: HostFloat, T: HostTensor>([by_rows, by_biases]: Gradients<E>, rows: &T) -> [T; 2] {
    let [count, latent] = rows.shape().dims();
    let count = if by_rows.len() == count * latent { count } else { 0 };
    let biases = Shape::new([by_biases.len()]);
    [T::from_floats(by_rows, Shape::new([count, latent])), T::from_floats(by_biases, biases)]
}
