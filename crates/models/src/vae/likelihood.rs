use std::f64::consts::TAU;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::dense::Function;
use crate::distribution::{Bernoulli, DiagonalGaussian, IsotropicGaussian};
use crate::error::{Error, Result};
use crate::reduce::sum_rows;

/// The family of `p(x|z)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Likelihood {
    /// Binary pixels, or grey ones as means (arXiv 1312.6114, appendix C.1).
    Bernoulli,
    /// Real pixels; mean and variance both depend on z (ibid., appendix C.2).
    Gaussian {
        /// Where the means lie.
        mean: PixelMean,
        /// The least variance, at least 0: `σ² = exp(output) + floor`. A density has no upper bound without one, as
        /// a pixel that never changes draws its variance to 0.
        variance_floor: f64,
    },
    /// Real pixels with one fixed variance.
    GaussianFixed {
        /// Where the means lie.
        mean: PixelMean,
        /// The variance of every pixel, above 0.
        variance: f64,
    },
}

/// Where the means of a Gaussian likelihood lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PixelMean {
    /// In [0, 1], by a sigmoid, for data that lie there.
    #[default]
    Sigmoid,
    /// Anywhere.
    Linear,
}

/// `p(x|z)` for some rows of z.
#[derive(Clone, Debug)]
pub enum Observation {
    /// [`Likelihood::Bernoulli`]
    Bernoulli(Bernoulli),
    /// [`Likelihood::Gaussian`]
    Gaussian(DiagonalGaussian),
    /// [`Likelihood::GaussianFixed`]
    GaussianFixed(IsotropicGaussian),
}

impl Likelihood {
    /// The name in outputs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bernoulli => "bernoulli",
            Self::Gaussian { .. } => "gaussian",
            Self::GaussianFixed { .. } => "gaussian-fixed",
        }
    }

    /// What makes logits or means of the decoder's output.
    pub(super) fn output_function(&self) -> Function {
        match self {
            Self::Gaussian { mean: PixelMean::Sigmoid, .. }
            | Self::GaussianFixed { mean: PixelMean::Sigmoid, .. } => Function::Sigmoid,
            Self::Bernoulli | Self::Gaussian { .. } | Self::GaussianFixed { .. } => Function::Identity,
        }
    }

    /// What makes log-variances of the decoder's second output.
    pub(super) fn log_variance_function(&self) -> Function {
        match *self {
            Self::Gaussian { variance_floor, .. } if variance_floor > 0.0 => {
                Function::LogOfSum { floor: variance_floor }
            }
            _ => Function::Identity,
        }
    }

    /// The distribution from the decoder's outputs behind their functions, each `[rows, pixels]`; only
    /// [`Likelihood::Gaussian`] has the second.
    pub(super) fn observe(&self, output: Tensor<2>, log_variance: Option<Tensor<2>>) -> Observation {
        match *self {
            Self::Bernoulli => Observation::Bernoulli(Bernoulli { logits: output }),
            Self::Gaussian { .. } => {
                let log_variance = log_variance.expect("a decoder of this likelihood has a second output");
                Observation::Gaussian(DiagonalGaussian::new(output, log_variance))
            }
            Self::GaussianFixed { variance, .. } => {
                Observation::GaussianFixed(IsotropicGaussian { mean: output, variance })
            }
        }
    }
}

impl Observation {
    /// `log p(x|z)` for each row.
    ///
    /// # Shapes
    /// - x: `[rows, pixels]`
    /// - output: `[rows]`, in nats
    ///
    /// # Errors
    /// If `x` has another shape.
    pub fn log_prob(&self, x: Tensor<2>) -> Result<Tensor<1>> {
        match self {
            Self::Bernoulli(bernoulli) => bernoulli.log_prob(x),
            Self::Gaussian(gaussian) => gaussian.log_prob(x),
            Self::GaussianFixed(gaussian) => gaussian.log_prob(x),
        }
    }

    /// The same over the pixels that are seen alone, the others being integrated out.
    ///
    /// # Shapes
    /// - x: `[rows, pixels]`; what is not seen may be anything finite
    /// - seen: `[rows, pixels]`, 1 where a pixel is seen and 0 where not
    /// - output: `[rows]`, in nats
    ///
    /// # Errors
    /// If `x` or `seen` has another shape.
    pub fn log_prob_of_seen(&self, x: Tensor<2>, seen: Tensor<2>) -> Result<Tensor<1>> {
        if x.dims() != seen.dims() || seen.dims() != self.dims() {
            return Err(Error::shape("pixels seen", self.dims(), seen.dims()));
        }
        let unseen = seen.clone().neg() + 1.0;
        match self {
            Self::Bernoulli(Bernoulli { logits }) => {
                // A pixel that is surely 1, and is 1, adds log 1: exactly 0 in f32.
                const SURELY: f64 = 100.0;
                let logits = logits.clone() * seen.clone() + unseen.clone() * SURELY;
                Bernoulli { logits }.log_prob(x * seen + unseen)
            }
            Self::Gaussian(gaussian) => {
                // The density of N(0, 1/2π) at 0 is 1.
                let log_variance = gaussian.log_variance() * seen.clone() - unseen * TAU.ln();
                let mean = gaussian.mean.clone() * seen.clone();
                DiagonalGaussian::new(mean, log_variance).log_prob(x * seen)
            }
            Self::GaussianFixed(IsotropicGaussian { mean, variance }) => {
                let difference = (x - mean.clone()) * seen.clone();
                let squares = sum_rows(difference.clone() * difference) * (-0.5 / variance);
                Ok(squares - sum_rows(seen) * (0.5 * (TAU * variance).ln()))
            }
        }
    }

    fn dims(&self) -> [usize; 2] {
        match self {
            Self::Bernoulli(Bernoulli { logits }) => logits.dims(),
            Self::Gaussian(DiagonalGaussian { mean, .. })
            | Self::GaussianFixed(IsotropicGaussian { mean, .. }) => mean.dims(),
        }
    }

    /// The mean of x, `[rows, pixels]`.
    pub fn mean(&self) -> Tensor<2> {
        match self {
            Self::Bernoulli(bernoulli) => bernoulli.mean(),
            Self::Gaussian(gaussian) => gaussian.mean.clone(),
            Self::GaussianFixed(gaussian) => gaussian.mean.clone(),
        }
    }
}
