//! The log-density of each row of z under each of many Gaussians, in one operation a direction.
//!
//! On the CPU nothing of the size `[rows, components, variables]` is ever written. Distances are taken before they are squared:
//! a product of matrices would be faster, and wrong where deviations are small beside the means. On GPUs it is Burn's own
//! operations, which fusion joins.

mod autodiff;
mod cpu;
mod ops;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::error::{Error, Result};
use ops::MixtureOps;

/// `log N(z_i; μ_k, diag σ_k²)` for each row i and each component k.
///
/// # Shapes
/// - z: `[rows, variables]`
/// - mean, log_variance: `[components, variables]`
/// - output: `[rows, components]`, in nats
///
/// # Errors
/// If the shapes do not go together, or the float types differ.
pub(crate) fn component_log_probs(
    z: Tensor<2>,
    mean: Tensor<2>,
    log_variance: Tensor<2>,
) -> Result<Tensor<2>> {
    Error::require_alike("components of a mixture", &mean, &log_variance)?;
    Error::require_same_float_type("density of a mixture", z.dtype(), mean.dtype())?;
    if z.dims()[1] != mean.dims()[1] {
        return Err(Error::shape("density of a mixture", z.dims(), mean.dims()));
    }
    let (mean, log_variance) = (mean.into_dispatch(), log_variance.into_dispatch());
    Ok(Tensor::from_dispatch(Dispatch::component_log_probs(z.into_dispatch(), mean, log_variance)))
}
