use burn::tensor::Device;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Flow, Mixture, Prior, StandardNormal, Vamp};
use crate::error::{Error, Result};
use crate::nn::{DataShape, ParameterShape};

/// More components than these are a slip of the pen.
const MOST_COMPONENTS: usize = 1 << 16;
/// More couplings than these are too.
const MOST_LAYERS: usize = 64;
const WIDEST: usize = 1 << 16;

/// Configuration of a [`Prior`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PriorConfig {
    // Serde lets unknown keys pass in a variant without braces.
    /// `N(0, I)`
    StandardNormal {},
    /// Gaussians, each with a weight.
    Mixture {
        /// How many.
        #[serde(default = "usual_components")]
        components: usize,
    },
    /// The encoder's Gaussians of inputs that are learnt.
    Vamp {
        /// How many inputs.
        #[serde(default = "usual_pseudo_inputs")]
        components: usize,
        /// Where they begin.
        #[serde(default)]
        start: VampStart,
    },
    /// An invertible map of `N(0, I)`.
    Flow {
        /// How many couplings.
        #[serde(default = "usual_layers")]
        layers: usize,
        /// The widths of the hidden layers of each coupling.
        #[serde(default = "usual_hidden")]
        hidden: Vec<usize>,
    },
}

/// Where pseudo-inputs begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VampStart {
    /// At as many of the examples that train.
    #[default]
    Data,
    /// About the mean of those.
    Mean,
}

/// What a prior is built for.
#[derive(Clone, Copy, Debug)]
pub struct PriorSizes {
    /// The number of latent dimensions.
    pub latent: usize,
    /// The shape of what the encoder takes one by one; `None` where it takes a whole graph.
    pub data: Option<DataShape>,
}

fn usual_components() -> usize {
    10
}

fn usual_pseudo_inputs() -> usize {
    500
}

fn usual_layers() -> usize {
    8
}

fn usual_hidden() -> Vec<usize> {
    vec![100]
}

impl Default for PriorConfig {
    fn default() -> Self {
        Self::StandardNormal {}
    }
}

impl PriorConfig {
    /// Makes sure that its constants can be meant for so many latent dimensions. `has_inputs` says whether the encoder takes
    /// examples one by one.
    ///
    /// # Errors
    /// [`Error::Config`], with the key.
    pub fn check(&self, latent: usize, has_inputs: bool) -> Result<()> {
        let refuse = |field, problem: String| Err(Error::Config { field, problem });
        match self {
            Self::StandardNormal {} => Ok(()),
            Self::Vamp { .. } if !has_inputs => refuse(
                "kind",
                "`vamp` puts pseudo-inputs through the encoder, and a graph's takes all nodes at once: take mixture or flow"
                    .to_owned(),
            ),
            Self::Mixture { components } | Self::Vamp { components, .. } => match components {
                1..=MOST_COMPONENTS => Ok(()),
                _ => refuse("components", format!("must lie between 1 and {MOST_COMPONENTS}, not {components}")),
            },
            Self::Flow { .. } if latent < 2 => refuse(
                "kind",
                "`flow` moves dimensions by each other, and model.latent is 1: take mixture, or more dimensions".to_owned(),
            ),
            Self::Flow { layers, .. } if !(1..=MOST_LAYERS).contains(layers) => {
                refuse("layers", format!("must lie between 1 and {MOST_LAYERS}, not {layers}"))
            }
            Self::Flow { hidden, .. } => match hidden.iter().find(|width| !(1..=WIDEST).contains(*width)) {
                None if hidden.len() <= MOST_LAYERS => Ok(()),
                None => refuse("hidden", format!("has {} layers, more than {MOST_LAYERS}", hidden.len())),
                Some(width) => refuse("hidden", format!("widths lie between 1 and {WIDEST}, and one is {width}")),
            },
        }
    }

    /// Whether it is `N(0, I)`, whose quantiles and draws are known without a model.
    pub fn is_standard_normal(&self) -> bool {
        matches!(self, Self::StandardNormal {})
    }

    /// The name in configurations.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StandardNormal {} => "standard-normal",
            Self::Mixture { .. } => "mixture",
            Self::Vamp { .. } => "vamp",
            Self::Flow { .. } => "flow",
        }
    }

    /// How many inputs it learns, and where they begin.
    pub fn pseudo_inputs(&self) -> Option<(usize, VampStart)> {
        match *self {
            Self::Vamp { components, start } => Some((components, start)),
            Self::StandardNormal {} | Self::Mixture { .. } | Self::Flow { .. } => None,
        }
    }

    /// The values that its density puts out for a row of z on the way, where nothing joins its operations; what it computes once
    /// is not of them.
    pub fn activations(&self, latent: usize) -> usize {
        match self {
            Self::StandardNormal {} => 0,
            Self::Mixture { components } | Self::Vamp { components, .. } => components.saturating_mul(latent),
            Self::Flow { layers, hidden } => {
                let values =
                    hidden.iter().fold(latent.saturating_mul(6), |sum, &width| sum.saturating_add(width));
                layers.saturating_mul(values)
            }
        }
    }

    /// The parameters of a prior. `path` is its place in the model.
    pub(crate) fn layers(&self, path: &str, sizes: PriorSizes) -> Vec<ParameterShape> {
        let PriorSizes { latent, data } = sizes;
        match self {
            Self::StandardNormal {} => Vec::new(),
            Self::Mixture { components } => Mixture::layers(path, *components, latent),
            Self::Vamp { components, .. } => {
                data.map(|data| Vamp::layers(path, *components, data)).unwrap_or_default()
            }
            Self::Flow { layers, hidden } => Flow::layers(path, *layers, hidden, latent),
        }
    }

    /// A prior whose first parameters are drawn from `random` on the host. `path` is its place in the model.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub(crate) fn init(
        &self,
        path: &str,
        sizes: PriorSizes,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Prior> {
        let PriorSizes { latent, data } = sizes;
        self.check(latent, data.is_some())?;
        Ok(match (self, data) {
            (Self::Mixture { components }, _) => {
                Prior::Mixture(Mixture::init(path, *components, latent, random, device))
            }
            (Self::Vamp { components, .. }, Some(data)) => {
                Prior::Vamp(Vamp::init(path, *components, data, random, device))
            }
            (Self::Flow { layers, hidden }, _) => {
                Prior::Flow(Flow::init(path, *layers, hidden, latent, random, device)?)
            }
            (Self::StandardNormal {} | Self::Vamp { .. }, _) => {
                Prior::StandardNormal(StandardNormal { latent })
            }
        })
    }
}
