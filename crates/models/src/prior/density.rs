use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::{Flow, StandardNormal};
use crate::distribution::{DiagonalGaussian, GaussianMixture};
use crate::error::Result;

/// `p(z)` for parameters as they are.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made for a batch and never moved among many")]
pub enum PriorDensity {
    /// `N(0, I)`
    StandardNormal(StandardNormal),
    /// Gaussians, each with a weight.
    Mixture(GaussianMixture),
    /// An invertible map of `N(0, I)`.
    Flow(Flow),
}

/// What there is to ask of a density.
pub(super) trait PriorTerms {
    /// As [`PriorDensity::log_prob`].
    fn log_prob(&self, z: Tensor<2>) -> Result<Tensor<1>>;

    /// As [`PriorDensity::kl`].
    fn kl(&self, _posterior: &DiagonalGaussian) -> Option<Tensor<1>> {
        None
    }

    /// As [`PriorDensity::kl_per_dimension`].
    fn kl_per_dimension(&self, _posterior: &DiagonalGaussian) -> Option<Tensor<2>> {
        None
    }

    /// As [`PriorDensity::sample`].
    fn sample(
        &self,
        rows: usize,
        temperature: f64,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Tensor<2>>;
}

impl PriorTerms for GaussianMixture {
    fn log_prob(&self, z: Tensor<2>) -> Result<Tensor<1>> {
        Self::log_prob(self, z)
    }

    fn sample(
        &self,
        rows: usize,
        temperature: f64,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Tensor<2>> {
        Ok(Self::sample(self, rows, temperature, random, device))
    }
}

impl PriorDensity {
    fn terms(&self) -> &dyn PriorTerms {
        match self {
            Self::StandardNormal(density) => density,
            Self::Mixture(density) => density,
            Self::Flow(density) => density,
        }
    }

    /// `log p(z)`, in nats.
    ///
    /// # Shapes
    /// - z: `[rows, latent]`
    /// - output: `[rows]`
    ///
    /// # Errors
    /// If `z` has another width.
    pub fn log_prob(&self, z: Tensor<2>) -> Result<Tensor<1>> {
        self.terms().log_prob(z)
    }

    /// `KL(q(z|x) ‖ p(z))` for each row of `q`, `[rows]`, in nats; `None` where it has no closed form.
    ///
    /// # Panics
    /// If mean and spread of `q` have different shapes.
    pub fn kl(&self, posterior: &DiagonalGaussian) -> Option<Tensor<1>> {
        self.terms().kl(posterior)
    }

    /// The same as [`Self::kl`] for each dimension of z, `[rows, latent]`; `None` where the prior ties dimensions together.
    pub fn kl_per_dimension(&self, posterior: &DiagonalGaussian) -> Option<Tensor<2>> {
        self.terms().kl_per_dimension(posterior)
    }

    /// Draws of z, `[rows, latent]`, with the deviations of what is drawn multiplied by `temperature`: 1 is the prior.
    ///
    /// # Errors
    /// If parameters have shapes that do not go together.
    pub fn sample(
        &self,
        rows: usize,
        temperature: f64,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Tensor<2>> {
        self.terms().sample(rows, temperature, random, device)
    }
}
