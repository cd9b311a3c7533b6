//! The all-pairs operations that a backend provides. Each returns the value with the gradients, since one exponential
//! a pair serves all.
#![expect(clippy::type_complexity, reason = "the macro wants types written out")]

use burn::backend::fusion::custom::TensorSpec;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};
use burn::tensor::Shape;

/// Which gradients of a sum over the pairs of two matrices are asked for, each with that by the biases of its rows.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// By the first matrix.
    pub left: bool,
    /// By the second.
    pub right: bool,
}

/// A value and two gradients.
pub(super) type Three<B> = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);
/// A value and four gradients.
pub(super) type Five<B> = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

/// Sums over all pairs of rows. A bias, or a weight, has an element for each row, or none where there is none. A gradient that is not
/// wanted has no rows; with automatic differentiation those that are tracked are wanted.
#[backend_extension(Cube, Flex, NdArray, Autodiff, Fusion)]
pub trait PairwiseOps: Backend {
    /// For `z` `[n, d]` and `bias` `[n]`, with `x_ij = z_i·z_j + b_i + b_j`: `Σ_ij softplus(x_ij)` `[1]`, and its whole
    /// gradients `2 Σ_j σ(x_ij) z_j` `[n, d]` and `2 Σ_j σ(x_ij)` `[n]`.
    #[fusion(meta = |z, bias, wanted| (total(z), wanted_rows(z, *wanted), wanted_rows(bias, *wanted)))]
    fn softplus_sum(
        z: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        wanted: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// For `z` `[n, d]`, `w` `[m, d]`, `z_bias` `[n]`, `w_bias` `[m]` and constant `weights` `[n]`, with
    /// `x_ij = z_i·w_j + b_i + c_j`: `Σ_ij a_i softplus(x_ij)` `[1]`, and with `s_ij = a_i σ(x_ij)` its gradients by `z`,
    /// `Σ_j s_ij w_j` `[n, d]`, by `w`, `Σ_i s_ij z_i` `[m, d]`, by `z_bias`, `Σ_j s_ij` `[n]`, and by `w_bias`, `Σ_i s_ij` `[m]`.
    #[fusion(meta = |z, w, z_bias, w_bias, _weights, wanted| (
        total(z),
        wanted_rows(z, wanted.left),
        wanted_rows(w, wanted.right),
        wanted_rows(z_bias, wanted.left),
        wanted_rows(w_bias, wanted.right),
    ))]
    fn softplus_sum_between(
        z: FloatTensor<Self>,
        w: FloatTensor<Self>,
        z_bias: FloatTensor<Self>,
        w_bias: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        wanted: Wanted,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

fn total(z: &TensorSpec) -> TensorSpec {
    TensorSpec::new(Shape::new([1]), z.dtype)
}

fn wanted_rows(of: &TensorSpec, wanted: bool) -> TensorSpec {
    TensorSpec::new(wanted_shape(&of.shape, wanted), of.dtype)
}

/// The shape of a gradient.
pub(super) fn wanted_shape(of: &Shape, wanted: bool) -> Shape {
    let mut shape = of.clone();
    if !wanted {
        shape[0] = 0;
    }
    shape
}
