//! The prior `p(z)` of latent vectors, which a model of images, tables or graphs owns.
//!
//! A prior is a file of its own with what `PriorTerms` asks of it, and a variant here. Its parameters train, and are
//! saved, exported and resumed with those of the model.

mod standard_normal;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use serde::{Deserialize, Serialize};

pub use standard_normal::StandardNormal;

use crate::distribution::DiagonalGaussian;
use crate::error::Result;
use crate::nn::ParameterShape;

/// Configuration of a [`Prior`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PriorConfig {
    // Serde lets unknown keys pass in a variant without braces.
    /// `N(0, I)`
    StandardNormal {},
}

/// A prior of latent vectors.
#[derive(Module, Debug)]
pub enum Prior {
    /// `N(0, I)`
    StandardNormal(StandardNormal),
}

/// What there is to ask of a prior.
trait PriorTerms {
    /// As [`Prior::log_prob`].
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1>;

    /// As [`Prior::kl`].
    fn kl(&self, posterior: &DiagonalGaussian) -> Option<Tensor<1>>;

    /// As [`Prior::kl_per_dimension`].
    fn kl_per_dimension(&self, _posterior: &DiagonalGaussian) -> Option<Tensor<2>> {
        None
    }

    /// As [`Prior::sample`].
    fn sample(&self, rows: usize, random: &mut dyn Rng, device: &Device) -> Tensor<2>;
}

impl Default for PriorConfig {
    fn default() -> Self {
        Self::StandardNormal {}
    }
}

impl PriorConfig {
    /// Makes sure that its constants can be meant.
    ///
    /// # Errors
    /// [`crate::Error::Config`], with the key.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::StandardNormal {} => Ok(()),
        }
    }

    /// Whether it is `N(0, I)`, whose quantiles and draws are known without a model.
    pub fn is_standard_normal(&self) -> bool {
        matches!(self, Self::StandardNormal {})
    }

    /// The parameters of a prior of `latent` dimensions. `path` is its place in the model.
    pub(crate) fn layers(&self, _path: &str, _latent: usize) -> Vec<ParameterShape> {
        match self {
            Self::StandardNormal {} => Vec::new(),
        }
    }

    /// A prior of latent vectors of `latent` dimensions, whose first parameters are drawn from `random` on the host. `path` is
    /// its place in the model.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub(crate) fn init(
        &self,
        _path: &str,
        latent: usize,
        _random: &mut dyn Rng,
        _device: &Device,
    ) -> Result<Prior> {
        self.check()?;
        match self {
            Self::StandardNormal {} => Ok(Prior::StandardNormal(StandardNormal { latent })),
        }
    }
}

impl Prior {
    fn terms(&self) -> &dyn PriorTerms {
        match self {
            Self::StandardNormal(prior) => prior,
        }
    }

    /// `log p(z)`, in nats.
    ///
    /// # Shapes
    /// - z: `[rows, latent]`
    /// - output: `[rows]`
    pub fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        self.terms().log_prob(z)
    }

    /// `KL(q(z|x) ‖ p(z))` for each row of `q`, `[rows]`, in nats; `None` where it has no closed form, and [`Self::kl_at`] takes
    /// its place.
    ///
    /// # Panics
    /// If mean and spread of `q` have different shapes.
    pub fn kl(&self, posterior: &DiagonalGaussian) -> Option<Tensor<1>> {
        self.terms().kl(posterior)
    }

    /// `log q(z|x) − log p(z)` at `z = μ + σ ε`: estimator A's term (Kingma & Welling, arXiv 1312.6114, eq. 6), whose mean is
    /// the divergence.
    ///
    /// # Shapes
    /// - noise: `ε` `[rows, latent]`, as are the posterior and z
    /// - output: `[rows]`, in nats
    ///
    /// # Errors
    /// If the noise has another shape than the posterior.
    pub fn kl_at(&self, posterior: &DiagonalGaussian, noise: Tensor<2>, z: Tensor<2>) -> Result<Tensor<1>> {
        Ok(posterior.log_prob_of_noise(noise)? - self.log_prob(z))
    }

    /// The same as [`Self::kl`] for each dimension of z, `[rows, latent]`; `None` where the prior ties dimensions together.
    pub fn kl_per_dimension(&self, posterior: &DiagonalGaussian) -> Option<Tensor<2>> {
        self.terms().kl_per_dimension(posterior)
    }

    /// Draws of z, `[rows, latent]`.
    pub fn sample(&self, rows: usize, random: &mut dyn Rng, device: &Device) -> Tensor<2> {
        self.terms().sample(rows, random, device)
    }
}
