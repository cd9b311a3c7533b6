//! What a backend provides; the bodies are Burn's own operations, for backends that fuse them.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};
use burn_cubecl::CubeBackend;

use crate::density::{as_column, sum_rows};

/// Samples and divergences of diagonal Gaussians; matrices are `[rows, variables]`.
#[backend_extension(Cube, Flex, NdArray, Autodiff, Fusion)]
pub trait ReparameterizationOps: Backend {
    /// `μ + exp(½ log σ²) ε`
    #[fusion(default)]
    fn rsample(
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        noise: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let sigma = Self::float_exp(Self::float_mul_scalar(log_variance, 0.5.into()));
        Self::float_add(mean, Self::float_mul(sigma, noise))
    }

    /// The sample's gradient by `log σ²`, from that by the sample, `upstream`: `½ σ ε` times it.
    #[fusion(default)]
    fn rsample_gradient(
        log_variance: FloatTensor<Self>,
        noise: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let sigma = Self::float_exp(Self::float_mul_scalar(log_variance, 0.5.into()));
        Self::float_mul_scalar(Self::float_mul(upstream, Self::float_mul(sigma, noise)), 0.5.into())
    }

    /// `−½ Σ (1 + log σ² − μ² − σ²)` over each row; `[rows]`.
    #[fusion(default)]
    fn kl_from_standard_normal(
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let squares = Self::float_mul(mean.clone(), mean);
        let squares = Self::float_add(squares, Self::float_exp(log_variance.clone()));
        let terms = Self::float_sub_scalar(Self::float_sub(squares, log_variance), 1.0.into());
        Self::float_mul_scalar(sum_rows::<Self>(terms), 0.5.into())
    }

    /// The divergence's gradients by μ and log σ²: `μ` and `½ (σ² − 1)`, times the row's `upstream` `[rows]`.
    #[fusion(default)]
    fn kl_gradients(
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let upstream = as_column::<Self>(upstream);
        let half = Self::float_mul_scalar(upstream.clone(), 0.5.into());
        let excess = Self::float_sub_scalar(Self::float_exp(log_variance), 1.0.into());
        (Self::float_mul(mean, upstream), Self::float_mul(excess, half))
    }
}

impl ReparameterizationOps for CubeBackend {}
