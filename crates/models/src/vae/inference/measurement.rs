use burn::tensor::Tensor;

use super::hmc::LogDensity;
use super::pooling::Pooling;
use crate::distribution::IsotropicGaussian;
use crate::error::Result;
use crate::prior::PriorDensity;
use crate::vae::likelihood::Observation;
use crate::vae::model::Decoder;

/// What is known of an image x, a row each. `m(z)` is the decoder's mean of x.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made for a thousand chains and never moved among many")]
pub enum Measurement {
    /// All of it: `p(x|z)`.
    Complete {
        /// `[rows, pixels]`
        x: Tensor<2>,
    },
    /// Some of its pixels: `Π p(x_i|z)` over those that are seen.
    Masked {
        /// `[rows, pixels]`; what is not seen may be any value that x can have.
        x: Tensor<2>,
        /// `[rows, pixels]`, 1 where a pixel is seen and 0 where not.
        seen: Tensor<2>,
    },
    /// All of it through noise: `y ~ N(m(z), σ² I)`.
    Noisy {
        /// `[rows, pixels]`
        y: Tensor<2>,
        /// `σ`, above 0.
        sigma: f64,
    },
    /// The means of its blocks through noise: `y ~ N(pool m(z), σ² I)`.
    Pooled {
        /// `[rows, blocks]`
        y: Tensor<2>,
        /// The blocks.
        pool: Pooling,
        /// `σ`, above 0.
        sigma: f64,
    },
}

/// `log p(z) + log p(y|z)`: the posterior of z given a measurement, up to a constant.
#[derive(Clone, Debug)]
pub struct Posterior<'a> {
    /// `p(x|z)`, without gradients of its own.
    pub decoder: &'a Decoder,
    /// `p(z)`
    pub prior: &'a PriorDensity,
    /// What is known, for each chain.
    pub measurement: Measurement,
}

impl LogDensity for Posterior<'_> {
    fn log_prob(&self, z: Tensor<2>) -> Result<Tensor<1>> {
        let observation = self.decoder.forward(z.clone())?;
        Ok(self.measurement.log_prob(&observation)? + self.prior.log_prob(z)?)
    }
}

impl Measurement {
    /// The same rows over again, `times` in all, as several chains on each need them.
    #[must_use]
    pub fn repeat(&self, times: usize) -> Self {
        let rows = |values: &Tensor<2>| values.clone().repeat_dim(0, times);
        match self {
            Self::Complete { x } => Self::Complete { x: rows(x) },
            Self::Masked { x, seen } => Self::Masked { x: rows(x), seen: rows(seen) },
            Self::Noisy { y, sigma } => Self::Noisy { y: rows(y), sigma: *sigma },
            Self::Pooled { y, pool, sigma } => Self::Pooled { y: rows(y), pool: *pool, sigma: *sigma },
        }
    }

    /// `log p(y|z)` for each row, `[rows]`, in nats.
    ///
    /// # Errors
    /// If there are more or fewer rows of the observation, or they have another width.
    pub fn log_prob(&self, observation: &Observation) -> Result<Tensor<1>> {
        match self {
            Self::Complete { x } => observation.log_prob(x.clone()),
            Self::Masked { x, seen } => observation.log_prob_of_seen(x.clone(), seen.clone()),
            Self::Noisy { y, sigma } => {
                IsotropicGaussian { mean: observation.mean(), variance: sigma * sigma }.log_prob(y.clone())
            }
            Self::Pooled { y, pool, sigma } => {
                let mean = pool.apply(observation.mean())?;
                IsotropicGaussian { mean, variance: sigma * sigma }.log_prob(y.clone())
            }
        }
    }
}
