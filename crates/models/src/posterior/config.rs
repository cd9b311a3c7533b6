use burn::tensor::Device;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Gaussian, InverseAutoregressive, Planar, Posterior};
use crate::error::{Error, Result};
use crate::nn::ParameterShape;
use crate::prior::PriorConfig;

/// More layers than these are a slip of the pen.
const MOST_LAYERS: usize = 256;
const WIDEST: usize = 1 << 16;

/// Configuration of a [`Posterior`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PosteriorConfig {
    // Serde lets unknown keys pass in a variant without braces.
    /// The encoder's Gaussian.
    Gaussian {},
    /// Planar layers behind it.
    Planar {
        /// How many.
        #[serde(default = "usual_planes")]
        layers: usize,
    },
    /// Gated autoregressive steps behind it.
    InverseAutoregressive {
        /// How many.
        #[serde(default = "usual_steps")]
        layers: usize,
        /// The widths of the hidden layers of each.
        #[serde(default = "usual_hidden")]
        hidden: Vec<usize>,
    },
}

/// What a posterior is built for.
#[derive(Clone, Copy, Debug)]
pub struct PosteriorSizes {
    /// The number of latent dimensions.
    pub latent: usize,
    /// The width of the encoder's last hidden layer.
    pub hidden: usize,
}

fn usual_planes() -> usize {
    10
}

fn usual_steps() -> usize {
    4
}

fn usual_hidden() -> Vec<usize> {
    vec![100]
}

impl Default for PosteriorConfig {
    fn default() -> Self {
        Self::Gaussian {}
    }
}

impl PosteriorConfig {
    /// Makes sure that its constants can be meant for so many latent dimensions, and that it goes with the prior.
    ///
    /// # Errors
    /// [`Error::Config`], with the key.
    pub fn check(&self, latent: usize, prior: &PriorConfig) -> Result<()> {
        let refuse = |field, problem: String| Err(Error::Config { field, problem });
        if !self.is_gaussian() && prior.pseudo_inputs().is_some() {
            let (kind, prior) = (self.name(), prior.name());
            return refuse(
                "kind",
                format!(
                    "`{kind}` knows its density at its own draws alone, and a `{prior}` prior asks for it anywhere: take a mixture or \
                         flow prior, or the gaussian posterior"
                ),
            );
        }
        match self {
            Self::InverseAutoregressive { .. } if latent < 2 => refuse(
                "kind",
                "`inverse-autoregressive` moves dimensions by those before them, and model.latent is 1: take planar, or more \
                 dimensions"
                    .to_owned(),
            ),
            Self::Planar { layers } | Self::InverseAutoregressive { layers, .. }
                if !(1..=MOST_LAYERS).contains(layers) =>
            {
                refuse("layers", format!("must lie between 1 and {MOST_LAYERS}, not {layers}"))
            }
            Self::InverseAutoregressive { hidden, .. } => {
                match hidden.iter().find(|width| !(1..=WIDEST).contains(*width)) {
                    Some(width) => {
                        refuse("hidden", format!("widths lie between 1 and {WIDEST}, and one is {width}"))
                    }
                    None if (1..=MOST_LAYERS).contains(&hidden.len()) => Ok(()),
                    None => refuse(
                        "hidden",
                        format!("must have between 1 and {MOST_LAYERS} layers, not {}", hidden.len()),
                    ),
                }
            }
            Self::Gaussian {} | Self::Planar { .. } => Ok(()),
        }
    }

    /// Whether it is the encoder's Gaussian and no more, of which means, deviations and divergences are known without draws.
    pub fn is_gaussian(&self) -> bool {
        matches!(self, Self::Gaussian {})
    }

    /// The name in configurations.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gaussian {} => "gaussian",
            Self::Planar { .. } => "planar",
            Self::InverseAutoregressive { .. } => "inverse-autoregressive",
        }
    }

    /// The values that it puts out for a draw of z on the way.
    pub fn activations(&self, latent: usize) -> usize {
        match self {
            Self::Gaussian {} => 0,
            Self::Planar { layers } => layers.saturating_mul(latent.saturating_mul(6)),
            Self::InverseAutoregressive { layers, hidden } => {
                let values = hidden.iter().fold(latent.saturating_mul(8), |sum, &width| {
                    sum.saturating_add(width.saturating_mul(2))
                });
                layers.saturating_mul(values)
            }
        }
    }

    /// The parameters of a posterior. `path` is its place in the model.
    pub(crate) fn layers(&self, path: &str, sizes: PosteriorSizes) -> Vec<ParameterShape> {
        let PosteriorSizes { latent, hidden: context } = sizes;
        match self {
            Self::Gaussian {} => Vec::new(),
            Self::Planar { layers } => Planar::layers(path, *layers, context, latent),
            Self::InverseAutoregressive { layers, hidden } => {
                InverseAutoregressive::layers(path, *layers, hidden, [latent, context])
            }
        }
    }

    /// A posterior whose first parameters are drawn from `random` on the host. `path` is its place in the model.
    ///
    /// # Errors
    /// If a width is zero.
    pub(crate) fn init(
        &self,
        path: &str,
        sizes: PosteriorSizes,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Posterior> {
        let PosteriorSizes { latent, hidden: context } = sizes;
        Ok(match self {
            Self::Gaussian {} => Posterior::Gaussian(Gaussian { latent }),
            Self::Planar { layers } => {
                Posterior::Planar(Planar::init(path, *layers, context, latent, random, device)?)
            }
            Self::InverseAutoregressive { layers, hidden } => Posterior::InverseAutoregressive(
                InverseAutoregressive::init(path, *layers, hidden, [latent, context], random, device)?,
            ),
        })
    }
}
