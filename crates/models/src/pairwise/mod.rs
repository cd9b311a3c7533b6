//! The exact all-pairs inner-product likelihood in O(N·d) memory.
//!
//! With `x_ij = z_i · w_j`, the log-likelihood of a graph under Bernoulli edges needs `Σ_ij softplus(x_ij)` over all
//! pairs. It needs no labels, so tiles of `x` are made, summed and thrown away; the gradient `Σ_j σ(x_ij) w_j` is summed
//! over the same tiles in the same sweep. Nothing N×N is ever stored, in the backward pass neither.

mod autodiff;
mod cpu;
mod cube;
mod ops;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::error::{Error, Result};
pub(crate) use cpu::tile;
use ops::PairwiseOps;

/// `Σ_ij softplus(z_i · z_j)` over all ordered pairs, the diagonal included.
///
/// # Shapes
/// - z: `[nodes, latent]`
/// - output: `[1]`
///
/// # Panics
/// On a GPU, if `z` is not `F32`.
pub fn softplus_sum(z: Tensor<2>) -> Tensor<1> {
    Tensor::from_dispatch(Dispatch::softplus_sum(z.into_dispatch()).0)
}

/// `Σ_ij softplus(z_i · w_j)` over all pairs of a row of `z` with a row of `w`.
///
/// # Shapes
/// - z: `[rows, latent]`
/// - w: `[columns, latent]`
/// - output: `[1]`
///
/// # Errors
/// If the rows of `z` and `w` differ in length or float type.
pub fn softplus_sum_between(z: Tensor<2>, w: Tensor<2>) -> Result<Tensor<1>> {
    if z.dims()[1] != w.dims()[1] {
        return Err(Error::shape("softplus sum", z.dims(), w.dims()));
    }
    Error::require_same_float_type("softplus sum", z.dtype(), w.dtype())?;
    Ok(Tensor::from_dispatch(Dispatch::softplus_sum_between(z.into_dispatch(), w.into_dispatch()).0))
}
