use burn::tensor::{Device, Tensor};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    BernoulliPoisson, Biased, Bilinear, Distance, InnerProduct, PairAxis, PairDecoder, PairDecoderKind,
    PairForm, PairMlp, PairMlpConfig, PairWeight, Scaled,
};
use crate::error::{Error, Result};
use crate::nn::parameter;

const OFFSET: &str = "decoder.offset";

/// Configuration of a [`PairDecoder`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PairDecoderConfig {
    /// `z_i·z_j` (Kipf & Welling, arXiv 1611.07308, eq. 2).
    InnerProduct {
        /// Whether there is a constant `c` for all pairs beside it.
        #[serde(default, skip_serializing_if = "is_off")]
        offset: bool,
    },
    /// `z_i·z_j + b_i + b_j`, with a parameter for each node.
    Biased {
        /// Whether there is a constant `c` for all pairs beside it.
        #[serde(default, skip_serializing_if = "is_off")]
        offset: bool,
    },
    /// `z_iᵀ S z_j`, with a symmetric matrix of parameters.
    Bilinear {
        /// Whether there is a constant `c` for all pairs beside it.
        #[serde(default, skip_serializing_if = "is_off")]
        offset: bool,
    },
    /// `s z_i·z_j + b_i + b_j + c`, with a scale and a parameter for each node.
    Scaled {
        /// That there is `c`, which goes without saying.
        #[serde(default = "always", skip_serializing_if = "is_on")]
        offset: bool,
    },
    /// `b_i + b_j + c − s ‖z_i − z_j‖²`, with a scale and a parameter for each node.
    Distance {
        /// That there is `c`, which goes without saying.
        #[serde(default = "always", skip_serializing_if = "is_on")]
        offset: bool,
    },
    // Serde lets unknown keys pass in a variant without braces.
    /// `1 − exp(−y_i·y_j)` with `y = softplus(s z + t)`, whose dimensions are communities.
    BernoulliPoisson {},
    /// `MLP(z_i ⊙ z_j) + c`, which scores pairs one by one.
    Mlp(PairMlpConfig),
}

impl Default for PairDecoderConfig {
    fn default() -> Self {
        Self::InnerProduct { offset: false }
    }
}

impl PairDecoderConfig {
    /// Makes sure that its constants can be meant.
    ///
    /// # Errors
    /// [`Error::Config`], with the key.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::InnerProduct { .. } | Self::Biased { .. } | Self::Bilinear { .. } => Ok(()),
            Self::BernoulliPoisson {} => Ok(()),
            Self::Mlp(config) => PairMlp::check(config),
            Self::Scaled { offset } | Self::Distance { offset } => self.require_offset(*offset),
        }
    }

    fn require_offset(&self, offset: bool) -> Result<()> {
        if offset {
            return Ok(());
        }
        let problem = format!("cannot be false: `{}` always has one", self.kind().name);
        Err(Error::Config { field: "offset", problem })
    }

    /// Whether there is a constant for all pairs, which says how sparse the graph is.
    pub fn has_offset(&self) -> bool {
        match self {
            Self::InnerProduct { offset }
            | Self::Biased { offset }
            | Self::Bilinear { offset }
            | Self::Scaled { offset }
            | Self::Distance { offset } => *offset,
            Self::BernoulliPoisson {} => false,
            Self::Mlp(_) => true,
        }
    }

    /// Whether its parameters say how sparse the graph is.
    pub fn knows_density(&self) -> bool {
        match self {
            Self::BernoulliPoisson {} => true,
            _ => self.has_offset(),
        }
    }

    /// What is known of the decoder before it is made.
    pub fn kind(&self) -> PairDecoderKind {
        let mut kind = match self {
            Self::InnerProduct { .. } => InnerProduct::kind(),
            Self::Biased { .. } => Biased::kind(),
            Self::Bilinear { .. } => Bilinear::kind(),
            Self::Scaled { .. } => Scaled::kind(),
            Self::Distance { .. } => Distance::kind(),
            Self::BernoulliPoisson {} => BernoulliPoisson::kind(),
            Self::Mlp(config) => PairMlp::kind(config),
        };
        if self.has_offset() {
            kind.logit += " + c";
            kind.weights.push(PairWeight::new(OFFSET, [PairAxis::Units(1)]));
        }
        kind
    }

    /// A decoder for so many nodes and latent dimensions, whose first parameters are drawn from `random` on the host.
    pub(in crate::vgae) fn init(
        &self,
        nodes: usize,
        latent: usize,
        random: &mut dyn Rng,
        device: &Device,
    ) -> PairDecoder {
        let form = match self {
            Self::InnerProduct { .. } => PairForm::InnerProduct(InnerProduct),
            Self::Biased { .. } => PairForm::Biased(Biased::init(nodes, device)),
            Self::Bilinear { .. } => PairForm::Bilinear(Bilinear::init(latent, device)),
            Self::Scaled { .. } => PairForm::Scaled(Scaled::init(nodes, device)),
            Self::Distance { .. } => PairForm::Distance(Distance::init(nodes, device)),
            Self::BernoulliPoisson {} => PairForm::BernoulliPoisson(BernoulliPoisson::init(latent, device)),
            Self::Mlp(config) => PairForm::Mlp(PairMlp::init(config, latent, random, device)),
        };
        let offset = self.has_offset().then(|| parameter(OFFSET, Tensor::zeros([1], device)));
        PairDecoder { form, offset, covariates: None }
    }
}

fn always() -> bool {
    true
}

fn is_on(offset: &bool) -> bool {
    *offset
}

fn is_off(offset: &bool) -> bool {
    !offset
}
