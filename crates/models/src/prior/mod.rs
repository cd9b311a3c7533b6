//! The prior `p(z)` of latent vectors, which a model of images, tables or graphs owns.
//!
//! A prior is a file of its own with its parameters, and a variant of [`PriorConfig`] and of [`Prior`]. Its parameters train,
//! and are saved, exported and resumed with those of the model. What it is worth follows from them and, for pseudo-inputs,
//! from the encoder: [`Prior::density`] puts them together once, and [`PriorDensity`] is what bounds and samplers ask.

mod config;
mod density;
mod flow;
mod mixture;
mod standard_normal;
mod vamp;

use burn::module::Module;
use burn::tensor::Tensor;

pub use config::{PriorConfig, PriorSizes, VampStart};
pub use density::PriorDensity;
pub use flow::{Coupling, Flow};
pub use mixture::Mixture;
pub use standard_normal::StandardNormal;
pub use vamp::Vamp;

use crate::distribution::DiagonalGaussian;
use crate::error::Result;

/// A prior of latent vectors.
#[derive(Module, Debug)]
pub enum Prior {
    /// `N(0, I)`
    StandardNormal(StandardNormal),
    /// Gaussians, each with a weight.
    Mixture(Mixture),
    /// The encoder's Gaussians of inputs that are learnt.
    Vamp(Vamp),
    /// An invertible map of `N(0, I)`.
    Flow(Flow),
}

impl Prior {
    /// The density, for parameters as they are. `encode` gives the posterior `[rows, latent]` of inputs `[rows, values]`.
    ///
    /// # Errors
    /// Those of `encode`, and parameters whose shapes differ.
    pub fn density(
        &self,
        encode: impl FnOnce(Tensor<2>) -> Result<DiagonalGaussian>,
    ) -> Result<PriorDensity> {
        Ok(match self {
            Self::StandardNormal(prior) => PriorDensity::StandardNormal(prior.clone()),
            Self::Mixture(prior) => PriorDensity::Mixture(prior.density()),
            Self::Vamp(prior) => PriorDensity::Mixture(prior.density(encode)?),
            Self::Flow(prior) => PriorDensity::Flow(prior.clone()),
        })
    }

    /// The same prior that begins at these inputs `[count, values]`, where it has as many; others stay as they are.
    #[must_use]
    pub fn begin_at(self, inputs: Vec<f32>) -> Self {
        match self {
            Self::Vamp(prior) => Self::Vamp(prior.begin_at(inputs)),
            other => other,
        }
    }
}
