//! `[model]` and `[objective]`: what is learnt and what is minimised.

use serde::{Deserialize, Serialize};

use super::read::{Invalid, Kinds, Table};

/// `[model]`: the model, by kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Model {
    /// The variational graph auto-encoder (Kipf & Welling 2016, §1).
    Vgae(Encoder),
    /// The graph auto-encoder without a posterior (Kipf & Welling 2016, §1, "Non-probabilistic GAE").
    Gae(Encoder),
}

/// The widths of a graph-convolutional encoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Encoder {
    /// The width of each hidden layer, from the features on; none gives a linear encoder.
    pub hidden: Vec<usize>,
    /// The dimension of the latent space.
    pub latent: usize,
}

/// `[objective]`: the loss, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Objective {
    /// The weighted cross-entropy of the paper's code, and KL/N² for a VGAE.
    Kipf,
    /// −ELBO/N, in nats per node; a VGAE's only.
    Elbo,
    /// −log p(A|Z)/N, in nats per node; a GAE's only.
    Nll,
}

/// Wide enough for any graph model; the number of weights is bounded where the features are known.
const WIDEST: usize = 65_536;
const DEEPEST: usize = 64;

impl Default for Encoder {
    fn default() -> Self {
        Self { hidden: vec![32], latent: 16 }
    }
}

impl Kinds for Model {
    const KINDS: &'static [&'static str] = &["vgae", "gae"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        let encoder = table.read()?;
        Ok(if kind == "gae" { Self::Gae(encoder) } else { Self::Vgae(encoder) })
    }
}

impl Kinds for Objective {
    const KINDS: &'static [&'static str] = &["kipf", "elbo", "nll"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        table.read_no_keys()?;
        Ok(match kind {
            "elbo" => Self::Elbo,
            "nll" => Self::Nll,
            _ => Self::Kipf,
        })
    }
}

impl Model {
    /// The value of `model.kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Vgae(_) => "vgae",
            Self::Gae(_) => "gae",
        }
    }

    /// The encoder's widths, whatever the kind.
    pub fn encoder(&self) -> &Encoder {
        let (Self::Vgae(encoder) | Self::Gae(encoder)) = self;
        encoder
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        let Encoder { hidden, latent } = self.encoder();
        let allowed = |width: usize| (1..=WIDEST).contains(&width);
        let message = format!("must lie between 1 and {WIDEST}");
        Invalid::unless(allowed(*latent), "model.latent", &message, "the paper uses 16")?;
        Invalid::unless(
            hidden.len() <= DEEPEST,
            "model.hidden",
            &format!("has {} layers, more than {DEEPEST}", hidden.len()),
            "the paper uses one: [32]",
        )?;
        Invalid::unless(
            hidden.iter().all(|&width| allowed(width)),
            "model.hidden",
            &format!("holds a width that is not between 1 and {WIDEST}"),
            "the paper uses [32]; [] is an encoder without a hidden layer",
        )
    }
}

impl Objective {
    pub(super) fn check(&self, model: &Model) -> Result<(), Invalid> {
        let (suits, needs) = match (self, model) {
            (Self::Nll, Model::Vgae(_)) => (false, "`nll` has no KL term, which a `vgae` needs"),
            (Self::Elbo, Model::Gae(_)) => (false, "`elbo` needs a posterior, which a `gae` has not"),
            _ => (true, ""),
        };
        let hint = "for `vgae`: kipf or elbo; for `gae`: kipf or nll";
        Invalid::unless(suits, "objective.kind", needs, hint)
    }
}
