//! The approximate posterior `q(z|x)` of a model of images or tables, beyond the encoder's Gaussian.
//!
//! A kind is a file of its own with its parameters, and a variant of [`PosteriorConfig`], of [`Posterior`] and, where it moves
//! draws of the Gaussian, of [`PosteriorFlow`]. Its parameters train, and are saved, exported and resumed with those of the model.
//! What it is of some rows follows from them and from the encoder: [`Posterior::density`] puts these together once, and
//! [`PosteriorDensity`] is what bounds and samplers ask. A flow knows its density at its own draws alone, so they ask
//! for draws: [`PosteriorSample`] has them with what they cost.

mod config;
mod density;
mod inverse_autoregressive;
mod made;
mod planar;

use burn::module::Module;
use burn::tensor::Tensor;

pub use config::{PosteriorConfig, PosteriorSizes};
pub use density::{PosteriorDensity, PosteriorFlow, PosteriorSample};
pub use inverse_autoregressive::{AutoregressiveFlow, InverseAutoregressive};
pub use made::Made;
pub use planar::{Planar, PlanarFlow, PlanarLayer};

use crate::distribution::DiagonalGaussian;
use crate::error::Result;

/// What follows the encoder's Gaussian.
#[derive(Module, Debug)]
pub enum Posterior {
    /// Nothing: q is the Gaussian.
    Gaussian(Gaussian),
    /// Planar layers whose parameters the encoder puts out.
    Planar(Planar),
    /// Gated autoregressive steps that see the encoder's hidden layer.
    InverseAutoregressive(InverseAutoregressive),
}

/// Without parameters.
#[derive(Module, Debug)]
pub struct Gaussian {
    /// The number of latent dimensions.
    #[module(skip)]
    pub latent: usize,
}

impl Posterior {
    /// `q(z|x)` for some rows, for parameters as they are, from the encoder's Gaussian `q₀` `[rows, latent]` and its last hidden
    /// layer `[rows, hidden]`.
    ///
    /// # Errors
    /// If parameters have shapes that do not go together.
    pub fn density(&self, initial: DiagonalGaussian, hidden: Tensor<2>) -> Result<PosteriorDensity> {
        let flow = match self {
            Self::Gaussian(_) => None,
            Self::Planar(planar) => Some(PosteriorFlow::Planar(planar.flow(hidden)?)),
            Self::InverseAutoregressive(steps) => {
                Some(PosteriorFlow::InverseAutoregressive(steps.flow(hidden)?))
            }
        };
        Ok(PosteriorDensity { initial, flow })
    }
}
