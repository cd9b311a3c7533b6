//! The exact all-pairs inner-product likelihood in O(N·d) memory.
//!
//! With `x_ij = z_i · w_j`, and perhaps a bias for each row, the log-likelihood of a graph under Bernoulli edges needs
//! `Σ_ij softplus(x_ij)` over all pairs. It needs no labels, so tiles of `x` are made, summed and thrown away; the gradient
//! `Σ_j σ(x_ij) w_j` is summed over the same tiles in the same sweep. Nothing N×N is ever stored, in the backward pass neither.

mod autodiff;
mod cpu;
mod cube;
mod ops;

use burn::backend::{Dispatch, DispatchTensor};
use burn::tensor::Tensor;

use crate::error::{Error, Result};
pub(crate) use cpu::tile;
use ops::{PairwiseOps, Wanted};

/// `Σ_ij softplus(x_ij)` with `x_ij = z_i · z_j`, or `z_i · z_j + b_i + b_j`, over all ordered pairs, the diagonal included.
///
/// # Shapes
/// - z: `[nodes, latent]`
/// - bias: `[nodes]`
/// - output: `[1]`
///
/// # Errors
/// If the bias has another length than `z` has rows, or another float type.
///
/// # Panics
/// On a GPU, if `z` is not `F32`.
pub fn softplus_sum(z: Tensor<2>, bias: Option<Tensor<1>>) -> Result<Tensor<1>> {
    let bias = bias_of(&z, bias)?;
    Ok(Tensor::from_dispatch(Dispatch::softplus_sum(z.into_dispatch(), bias, false).0))
}

/// `Σ_ij softplus(x_ij)` with `x_ij = z_i · w_j`, or `z_i · w_j + b_i + c_j`, over all pairs of a row of `z` with a row of
/// `w`.
///
/// # Shapes
/// - z: `[rows, latent]`
/// - w: `[columns, latent]`
/// - biases: `[rows]` and `[columns]`
/// - output: `[1]`
///
/// # Errors
/// If the rows of `z` and `w` differ in length or float type, or a bias from its rows in number or float type.
///
/// # Panics
/// On a GPU, if `z` is not `F32`.
pub fn softplus_sum_between(z: Tensor<2>, w: Tensor<2>, biases: Option<[Tensor<1>; 2]>) -> Result<Tensor<1>> {
    weighted_softplus_sum_between(z, w, biases, None)
}

/// The same with a weight for each row of `z`, `Σ_ij a_i softplus(x_ij)`. No gradient goes to the weights.
///
/// # Shapes
/// - weights: `[rows]`
/// - others: as there
///
/// # Errors
/// Likewise, or if the weights differ from the rows of `z` in number or float type.
///
/// # Panics
/// Likewise.
pub fn weighted_softplus_sum_between(
    z: Tensor<2>,
    w: Tensor<2>,
    biases: Option<[Tensor<1>; 2]>,
    weights: Option<Tensor<1>>,
) -> Result<Tensor<1>> {
    if z.dims()[1] != w.dims()[1] {
        return Err(Error::shape("softplus sum", z.dims(), w.dims()));
    }
    Error::require_same_float_type("softplus sum", z.dtype(), w.dtype())?;
    let (z_bias, w_bias) = biases.map_or((None, None), |[z_bias, w_bias]| (Some(z_bias), Some(w_bias)));
    let (z_bias, w_bias) = (bias_of(&z, z_bias)?, bias_of(&w, w_bias)?);
    let weights = of_rows(&z, weights, "weights of a softplus sum")?;
    let (z, w) = (z.into_dispatch(), w.into_dispatch());
    let nothing = Wanted { left: false, right: false };
    Ok(Tensor::from_dispatch(Dispatch::softplus_sum_between(z, w, z_bias, w_bias, weights, nothing).0))
}

/// The bias of the rows of `z`, without elements where there is none.
fn bias_of(z: &Tensor<2>, bias: Option<Tensor<1>>) -> Result<DispatchTensor> {
    of_rows(z, bias, "bias of a softplus sum")
}

/// An element for each row of `z`, or none at all.
fn of_rows(z: &Tensor<2>, values: Option<Tensor<1>>, what: &'static str) -> Result<DispatchTensor> {
    let Some(values) = values else {
        return Ok(Tensor::<1>::zeros([0], (&z.device(), z.dtype())).into_dispatch());
    };
    if values.dims()[0] != z.dims()[0] {
        return Err(Error::shape(what, z.dims(), values.dims()));
    }
    Error::require_same_float_type(what, z.dtype(), values.dtype())?;
    Ok(values.into_dispatch())
}
