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
    spread: Spread,
}

/// What σ is given by, `[rows, variables]`.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "handles of two tensors, of which a step has one")]
enum Spread {
    /// `log σ²`, which the fused kernels take.
    LogVariance(Tensor<2>),
    /// `log σ`, with σ computed once: samples and the divergence share it, and it passes back the sum of their gradients.
    LogDeviation { log_deviation: Tensor<2>, deviation: Tensor<2> },
}

impl DiagonalGaussian {
    /// From `μ` and `log σ²`, both `[rows, variables]`.
    pub fn new(mean: Tensor<2>, log_variance: Tensor<2>) -> Self {
        Self { mean, spread: Spread::LogVariance(log_variance) }
    }

    /// From `μ` and `log σ`, both `[rows, variables]`.
    pub fn from_log_deviation(mean: Tensor<2>, log_deviation: Tensor<2>) -> Self {
        let deviation = log_deviation.clone().exp();
        Self { mean, spread: Spread::LogDeviation { log_deviation, deviation } }
    }

    /// `log σ²`, `[rows, variables]`.
    pub fn log_variance(&self) -> Tensor<2> {
        match &self.spread {
            Spread::LogVariance(log_variance) => log_variance.clone(),
            Spread::LogDeviation { log_deviation, .. } => log_deviation.clone() * 2.0,
        }
    }

    /// `σ`, `[rows, variables]`.
    pub fn deviation(&self) -> Tensor<2> {
        match &self.spread {
            Spread::LogVariance(log_variance) => (log_variance.clone() * 0.5).exp(),
            Spread::LogDeviation { deviation, .. } => deviation.clone(),
        }
    }

    /// `log N(x; μ, diag σ²)`, in nats.
    ///
    /// # Shapes
    /// - x: `[rows, variables]`
    /// - output: `[rows]`
    ///
    /// # Errors
    /// If `x` has another shape than the mean.
    pub fn log_prob(&self, x: Tensor<2>) -> Result<Tensor<1>> {
        density::gaussian_log_prob(self.mean.clone(), self.log_variance(), x)
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
        match &self.spread {
            Spread::LogVariance(log_variance) => {
                reparameterization::rsample(self.mean.clone(), log_variance.clone(), noise)
            }
            Spread::LogDeviation { deviation, .. } => {
                Error::require_alike("reparameterised sample", &self.mean, &noise)?;
                Ok(self.mean.clone() + deviation.clone() * noise)
            }
        }
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
        Ok(sum_rows(noise.clone() * noise + self.log_variance() + TAU.ln()) * -0.5)
    }

    /// `−E log N(z; μ, diag σ²) = ½ Σ (1 + log 2π + log σ²)`; `[rows]`, in nats.
    pub fn entropy(&self) -> Tensor<1> {
        sum_rows(self.log_variance() + (1.0 + TAU.ln())) * 0.5
    }

    /// `KL(N(μ, diag σ²) ‖ N(0, I)) = −½ Σ (1 + log σ² − μ² − σ²)` (ibid., appendix B); `[rows]`, in nats.
    ///
    /// # Panics
    /// If mean and spread have different shapes.
    pub fn kl_from_standard_normal(&self) -> Tensor<1> {
        match &self.spread {
            Spread::LogVariance(log_variance) => {
                reparameterization::kl_from_standard_normal(self.mean.clone(), log_variance.clone())
                    .expect("mean and log-variance have one shape")
            }
            Spread::LogDeviation { log_deviation, deviation } => {
                let squares = self.mean.clone() * self.mean.clone() + deviation.clone() * deviation.clone();
                sum_rows(squares - log_deviation.clone() * 2.0 - 1.0) * 0.5
            }
        }
    }

    /// The same rows over again, `times` in all: `[times · rows, variables]`.
    #[must_use]
    pub fn repeat(&self, times: usize) -> Self {
        if times == 1 {
            return self.clone();
        }
        let repeated = |rows: &Tensor<2>| rows.clone().repeat_dim(0, times);
        let spread = match &self.spread {
            Spread::LogVariance(log_variance) => Spread::LogVariance(repeated(log_variance)),
            Spread::LogDeviation { log_deviation, deviation } => Spread::LogDeviation {
                log_deviation: repeated(log_deviation),
                deviation: repeated(deviation),
            },
        };
        Self { mean: repeated(&self.mean), spread }
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
