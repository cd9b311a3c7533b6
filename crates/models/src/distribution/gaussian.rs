use std::f64::consts::TAU;

use burn::tensor::Tensor;

use crate::density;
use crate::error::{Error, Result};
use crate::reduce::sum_rows;
use crate::reparameterization;

/// A Gaussian with a diagonal covariance for each row, `N(μ, diag σ²)`.
#[derive(Clone, Debug)]
pub struct DiagonalGaussian {
    /// `μ`, `[rows, variables]`
    pub mean: Tensor<2>,
    /// `log σ²`, `[rows, variables]`
    pub log_variance: Tensor<2>,
}

impl DiagonalGaussian {
    /// `log N(x; μ, diag σ²)`, in nats.
    ///
    /// # Shapes
    /// - x: `[rows, variables]`
    /// - output: `[rows]`
    ///
    /// # Errors
    /// If `x` has another shape than the mean.
    pub fn log_prob(&self, x: Tensor<2>) -> Result<Tensor<1>> {
        density::gaussian_log_prob(self.mean.clone(), self.log_variance.clone(), x)
    }

    /// `z = μ + σ ε` (Kingma & Welling, arXiv 1312.6114, §2.4), differentiable by μ and σ.
    ///
    /// # Shapes
    /// - noise: `ε` `[rows, variables]`, standard normal draws
    /// - output: `[rows, variables]`
    ///
    /// # Errors
    /// If the noise has another shape than the mean.
    pub fn rsample(&self, noise: Tensor<2>) -> Result<Tensor<2>> {
        reparameterization::rsample(self.mean.clone(), self.log_variance.clone(), noise)
    }

    /// `log N(z; μ, diag σ²)` at `z = μ + σ ε`, from the noise that `z` was made of: `−½ Σ (log 2π + log σ² + ε²)`.
    ///
    /// # Shapes
    /// - noise: `ε` `[rows, variables]`
    /// - output: `[rows]`, in nats
    ///
    /// # Errors
    /// If the noise has another shape than the mean.
    pub fn log_prob_of_noise(&self, noise: Tensor<2>) -> Result<Tensor<1>> {
        Error::require_alike("density of a reparameterised sample", &self.mean, &noise)?;
        Ok(sum_rows(noise.clone() * noise + self.log_variance.clone() + TAU.ln()) * -0.5)
    }

    /// `KL(N(μ, diag σ²) ‖ N(0, I)) = −½ Σ (1 + log σ² − μ² − σ²)` (ibid., appendix B); `[rows]`, in nats.
    ///
    /// # Panics
    /// If mean and log-variance have different shapes.
    pub fn kl_from_standard_normal(&self) -> Tensor<1> {
        reparameterization::kl_from_standard_normal(self.mean.clone(), self.log_variance.clone())
            .expect("mean and log-variance have one shape")
    }

    /// The same rows over again, `times` in all: `[times · rows, variables]`.
    #[must_use]
    pub fn repeat(&self, times: usize) -> Self {
        match times {
            1 => self.clone(),
            _ => Self {
                mean: self.mean.clone().repeat_dim(0, times),
                log_variance: self.log_variance.clone().repeat_dim(0, times),
            },
        }
    }
}

/// A Gaussian of one fixed variance for all variables, `N(μ, v I)`.
#[derive(Clone, Debug)]
pub struct IsotropicGaussian {
    /// `μ`, `[rows, variables]`
    pub mean: Tensor<2>,
    /// `v`, above 0
    pub variance: f64,
}

impl IsotropicGaussian {
    /// `log N(x; μ, v I)`, in nats.
    ///
    /// # Shapes
    /// - x: `[rows, variables]`
    /// - output: `[rows]`
    ///
    /// # Errors
    /// If `x` has another shape than the mean.
    pub fn log_prob(&self, x: Tensor<2>) -> Result<Tensor<1>> {
        Error::require_alike("Gaussian log-density", &self.mean, &x)?;
        let variables = x.dims()[1] as f64;
        let difference = x - self.mean.clone();
        let squares = sum_rows(difference.clone() * difference) * (-0.5 / self.variance);
        Ok(squares - 0.5 * variables * (TAU * self.variance).ln())
    }
}

/// `log N(z; 0, I)`, in nats.
///
/// # Shapes
/// - z: `[rows, variables]`
/// - output: `[rows]`
pub fn standard_normal_log_prob(z: Tensor<2>) -> Tensor<1> {
    sum_rows(z.clone() * z + TAU.ln()) * -0.5
}
