//! The log-densities of pixels under what a decoder puts out, each in one operation a direction.
//!
//! On the CPU every pixel is read once, and nothing of the size of the pixels is written but the gradients; on GPUs it is
//! Burn's own operations, which fusion joins.

mod autodiff;
mod cpu;
mod ops;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::error::{Error, Result};
use ops::DensityOps;
pub(crate) use ops::{as_column, sum_rows};

/// `Σ x l − softplus(l)` for the logits `l` of independent Bernoulli variables.
///
/// # Shapes
/// - logits, x: `[rows, variables]`
/// - output: `[rows]`, in nats
///
/// # Errors
/// If the shapes or the float types differ.
pub fn bernoulli_log_prob(logits: Tensor<2>, x: Tensor<2>) -> Result<Tensor<1>> {
    Error::require_alike("Bernoulli log-probability", &logits, &x)?;
    Ok(Tensor::from_dispatch(Dispatch::bernoulli_log_prob(logits.into_dispatch(), x.into_dispatch())))
}

/// `log N(x; μ, diag σ²)`.
///
/// # Shapes
/// - mean, log_variance, x: `[rows, variables]`
/// - output: `[rows]`, in nats
///
/// # Errors
/// If the shapes or the float types differ.
pub fn gaussian_log_prob(mean: Tensor<2>, log_variance: Tensor<2>, x: Tensor<2>) -> Result<Tensor<1>> {
    Error::require_alike("Gaussian log-density", &mean, &x)?;
    Error::require_alike("Gaussian log-density", &mean, &log_variance)?;
    let (mean, log_variance) = (mean.into_dispatch(), log_variance.into_dispatch());
    Ok(Tensor::from_dispatch(Dispatch::gaussian_log_prob(mean, log_variance, x.into_dispatch())))
}
