//! `[model]` and `[objective]`: what is learnt and what is minimised.

use aevb_models::prior::PriorConfig;
use aevb_models::vgae::{GraphEncoderConfig, PairDecoderConfig};
use serde::{Deserialize, Serialize};

use super::data::Data;
use super::image::{ImageModel, IwaeObjective, SgvbObjective};
use super::read::{Invalid, Kinds, Table};

/// `[model]`: the model, by kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Model {
    /// The variational graph auto-encoder (Kipf & Welling 2016, §1).
    Vgae(Encoder),
    /// The graph auto-encoder without a posterior (Kipf & Welling 2016, §1, "Non-probabilistic GAE").
    Gae(Encoder),
    /// The variational auto-encoder (Kingma & Welling 2013).
    Vae(ImageModel),
    /// The plain auto-encoder: no noise, no divergence.
    Ae(ImageModel),
}

/// A graph-convolutional encoder, and what tells links from its latent vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Encoder {
    /// The width of each hidden layer, from the features on; none gives a linear encoder.
    pub hidden: Vec<usize>,
    /// The dimension of the latent space.
    pub latent: usize,
    /// Whether means are brought to one length, which is learnt, before the last messages pass (VGNAE).
    pub normalize: bool,
    /// The share of features' values and of hidden units that a training step leaves out.
    pub dropout: f64,
    /// The share of edges along which no messages pass in a training step (Rong et al., arXiv 1907.10903).
    pub edge_dropout: f64,
    /// What tells links from latent vectors.
    pub decoder: PairDecoderConfig,
    /// The prior p(z), where it is not the default one; a `gae` has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior: Option<PriorConfig>,
}

/// `[objective]`: the loss, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Objective {
    /// The weighted cross-entropy of the paper's code, and KL/N² for a VGAE.
    Kipf,
    /// −ELBO/N, in nats per node; a VGAE's only.
    Elbo,
    /// −log p(A|Z)/N, in nats per node, of a GAE; −log p(x|z), in nats per image, of an AE.
    Nll,
    /// Minus the bound, in nats per image; a VAE's only.
    Sgvb(SgvbObjective),
    /// Minus the importance-weighted bound, in nats per image; a VAE's only.
    Iwae(IwaeObjective),
}

/// Wide enough for any graph model; the number of weights is bounded where the features are known.
const WIDEST: usize = 65_536;
const DEEPEST: usize = 64;

impl Default for Encoder {
    fn default() -> Self {
        Self {
            hidden: vec![32],
            latent: 16,
            normalize: false,
            dropout: 0.0,
            edge_dropout: 0.0,
            decoder: PairDecoderConfig::default(),
            prior: None,
        }
    }
}

impl Encoder {
    /// The model's configuration for a graph of so many nodes, each with so many features.
    pub fn config(&self, nodes: usize, features: usize) -> GraphEncoderConfig {
        GraphEncoderConfig::new(nodes, features, self.hidden.clone(), self.latent)
            .with_normalize(self.normalize)
            .with_decoder(self.decoder)
            .with_prior(self.prior.unwrap_or_default())
    }

    /// The model of a VGAE, whose default prior goes without saying.
    fn without_default_prior(self) -> Self {
        Self { prior: self.prior.filter(|prior| *prior != PriorConfig::default()), ..self }
    }
}

impl Kinds for Model {
    const KINDS: &'static [&'static str] = &["vgae", "gae", "vae", "ae"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        match kind {
            "gae" => table.read().map(Self::Gae),
            "vae" => table.read().map(ImageModel::with_prior).map(Self::Vae),
            "ae" => table.read().map(Self::Ae),
            _ => table.read().map(Encoder::without_default_prior).map(Self::Vgae),
        }
    }
}

impl Kinds for Objective {
    const KINDS: &'static [&'static str] = &["kipf", "elbo", "nll", "sgvb", "iwae"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        match kind {
            "sgvb" => return table.read().map(Self::Sgvb),
            "iwae" => return table.read().map(Self::Iwae),
            _ => table.read_no_keys()?,
        }
        Ok(match kind {
            "elbo" => Self::Elbo,
            "nll" => Self::Nll,
            _ => Self::Kipf,
        })
    }
}

impl Model {
    /// The encoder of a graph's model.
    pub fn encoder(&self) -> Option<&Encoder> {
        match self {
            Self::Vgae(encoder) | Self::Gae(encoder) => Some(encoder),
            Self::Vae(_) | Self::Ae(_) => None,
        }
    }

    /// Its name in configurations.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Vgae(_) => "vgae",
            Self::Gae(_) => "gae",
            Self::Vae(_) => "vae",
            Self::Ae(_) => "ae",
        }
    }

    pub(super) fn check(&self, data: &Data) -> Result<(), Invalid> {
        let (suits, needs) = match (self, data) {
            (Self::Vgae(_) | Self::Gae(_), Data::Graph(_))
            | (Self::Vae(_) | Self::Ae(_), Data::Images(_)) => (true, ""),
            (_, Data::Graph(_)) => (false, "is no model of a graph, which data.kind says"),
            (_, Data::Images(_)) => (false, "is no model of images, which data.kind says"),
        };
        let hint = "for `graph`: vgae or gae; for `images` and `table`: vae or ae";
        Invalid::unless(suits, "model.kind", &format!("`{}` {needs}", self.kind()), hint)?;
        match (self, data) {
            (Self::Vae(model), Data::Images(data)) => model.check(data),
            (Self::Ae(model), Data::Images(data)) => model.check_no_prior().and(model.check(data)),
            _ => {
                let Encoder { hidden, latent, dropout, edge_dropout, prior, .. } =
                    self.encoder().expect("the kinds of a graph are left");
                Invalid::unless(
                    prior.is_none() || matches!(self, Self::Vgae(_)),
                    "model.prior",
                    "is not for a `gae`, which has none",
                    "leave it out, or take model.kind = \"vgae\"",
                )?;
                for (field, share) in [("model.dropout", dropout), ("model.edge_dropout", edge_dropout)] {
                    let is_share = (0.0..1.0).contains(share);
                    Invalid::unless(
                        is_share,
                        field,
                        "must be at least 0 and below 1",
                        "0.5 leaves out half",
                    )?;
                }
                check_widths(hidden, *latent, "the paper uses one: [32]", "the paper uses 16")
            }
        }
    }
}

pub(super) fn check_widths(
    hidden: &[usize],
    latent: usize,
    hidden_hint: &str,
    latent_hint: &str,
) -> Result<(), Invalid> {
    let allowed = |width: usize| (1..=WIDEST).contains(&width);
    let message = format!("must lie between 1 and {WIDEST}");
    Invalid::unless(allowed(latent), "model.latent", &message, latent_hint)?;
    Invalid::unless(
        hidden.len() <= DEEPEST,
        "model.hidden",
        &format!("has {} layers, more than {DEEPEST}", hidden.len()),
        hidden_hint,
    )?;
    Invalid::unless(
        hidden.iter().all(|&width| allowed(width)),
        "model.hidden",
        &format!("holds a width that is not between 1 and {WIDEST}"),
        &format!("{hidden_hint}; [] is an encoder without a hidden layer"),
    )
}

impl Objective {
    pub(super) fn check(&self, model: &Model) -> Result<(), Invalid> {
        let (suits, needs) = match (self, model) {
            (Self::Nll, Model::Vgae(_)) => (false, "`nll` has no KL term, which a `vgae` needs"),
            (Self::Elbo, Model::Gae(_)) => (false, "`elbo` needs a posterior, which a `gae` has not"),
            (Self::Sgvb(_) | Self::Iwae(_), Model::Vae(_)) | (Self::Nll, Model::Ae(_)) => (true, ""),
            (Self::Sgvb(_), _) => (false, "`sgvb` is for a `vae` alone"),
            (Self::Iwae(_), _) => (false, "`iwae` is for a `vae` alone"),
            (_, Model::Vae(_) | Model::Ae(_)) => (false, "does not suit the model"),
            _ => (true, ""),
        };
        let hint = match model {
            Model::Vae(_) | Model::Ae(_) => "for `vae`: sgvb or iwae; for `ae`: nll",
            Model::Vgae(_) | Model::Gae(_) => "for `vgae`: kipf or elbo; for `gae`: kipf or nll",
        };
        Invalid::unless(suits, "objective.kind", needs, hint)?;
        match self {
            Self::Sgvb(sgvb) => sgvb.check(),
            Self::Iwae(iwae) => iwae.check(),
            Self::Kipf | Self::Elbo | Self::Nll => Ok(()),
        }
    }
}
