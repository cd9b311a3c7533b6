//! The all-pairs operations that a backend provides. Each returns the value with the gradient, since one exponential
//! a pair serves both.

use burn::backend::fusion::custom::TensorSpec;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};
use burn::tensor::Shape;

/// Sums over all pairs of rows.
#[backend_extension(Cube, Flex, NdArray, Autodiff, Fusion)]
pub trait PairwiseOps: Backend {
    /// For `z` `[n, d]`: `Σ_ij softplus(z_i·z_j)` `[1]`, and its whole gradient `2 Σ_j σ(z_i·z_j) z_j` `[n, d]`.
    #[fusion(meta = |z| (total(z), z.clone()))]
    fn softplus_sum(z: FloatTensor<Self>) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// For `z` `[n, d]` and `w` `[m, d]`: `Σ_ij softplus(z_i·w_j)` `[1]`, and its gradient by `z`,
    /// `Σ_j σ(z_i·w_j) w_j` `[n, d]`. The gradient by `w` is that of the operation with the arguments exchanged.
    #[fusion(meta = |z, _w| (total(z), z.clone()))]
    fn softplus_sum_between(
        z: FloatTensor<Self>,
        w: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

fn total(z: &TensorSpec) -> TensorSpec {
    TensorSpec::new(Shape::new([1]), z.dtype)
}
