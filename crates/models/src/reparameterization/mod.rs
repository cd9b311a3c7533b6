//! Samples of diagonal Gaussians that are differentiable by mean and variance, and their divergence from the prior, each
//! in one pass.

mod autodiff;
mod cpu;
mod ops;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::error::{Error, Result};
use ops::ReparameterizationOps;

/// `z = μ + σ ε` (Kingma & Welling, arXiv 1312.6114, §2.4), differentiable by μ and log σ².
///
/// # Shapes
/// - mean, log_variance, noise: `[rows, variables]`
/// - output: `[rows, variables]`
///
/// # Errors
/// If the shapes or the float types differ.
pub fn rsample(mean: Tensor<2>, log_variance: Tensor<2>, noise: Tensor<2>) -> Result<Tensor<2>> {
    Error::require_alike("reparameterised sample", &mean, &log_variance)?;
    Error::require_alike("reparameterised sample", &mean, &noise)?;
    Ok(Tensor::from_dispatch(Dispatch::rsample(
        mean.into_dispatch(),
        log_variance.into_dispatch(),
        noise.into_dispatch(),
    )))
}

/// `KL(N(μ, diag σ²) ‖ N(0, I)) = −½ Σ (1 + log σ² − μ² − σ²)` (ibid., appendix B).
///
/// # Shapes
/// - mean, log_variance: `[rows, variables]`
/// - output: `[rows]`, in nats
///
/// # Errors
/// If the shapes or the float types differ.
pub fn kl_from_standard_normal(mean: Tensor<2>, log_variance: Tensor<2>) -> Result<Tensor<1>> {
    Error::require_alike("divergence of a Gaussian", &mean, &log_variance)?;
    let (mean, log_variance) = (mean.into_dispatch(), log_variance.into_dispatch());
    Ok(Tensor::from_dispatch(Dispatch::kl_from_standard_normal(mean, log_variance)))
}
