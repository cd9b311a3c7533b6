//! The prior `p(z)` of latent vectors, which a model of images, tables or graphs owns.
//!
//! A prior is a file of its own with what [`PriorTerms`] asks of it, and a variant here. Its parameters train, and are
//! saved, exported and resumed with those of the model.

mod standard_normal;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use serde::{Deserialize, Serialize};

pub use standard_normal::StandardNormal;

use crate::distribution::DiagonalGaussian;

/// Configuration of a [`Prior`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// A prior of latent vectors of `latent` dimensions, whose first parameters are drawn from `random` on the host.
    pub fn init(&self, latent: usize, _random: &mut dyn Rng, _device: &Device) -> Prior {
        match self {
            Self::StandardNormal {} => Prior::StandardNormal(StandardNormal { latent }),
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

    /// `KL(q(z|x) ‖ p(z))` for each row of `q`, `[rows]`, in nats; `None` where it has no closed form, and estimator A's
    /// `log q(z|x) − log p(z)` takes its place.
    pub fn kl(&self, posterior: &DiagonalGaussian) -> Option<Tensor<1>> {
        self.terms().kl(posterior)
    }

    /// The same for each dimension of z, `[rows, latent]`; `None` where the prior ties dimensions together.
    pub fn kl_per_dimension(&self, posterior: &DiagonalGaussian) -> Option<Tensor<2>> {
        self.terms().kl_per_dimension(posterior)
    }

    /// Draws of z, `[rows, latent]`.
    pub fn sample(&self, rows: usize, random: &mut dyn Rng, device: &Device) -> Tensor<2> {
        self.terms().sample(rows, random, device)
    }
}
