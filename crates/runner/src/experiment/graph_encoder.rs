//! `[model]` of a graph: its encoder, and what tells links from latent vectors.

use serde::{Deserialize, Serialize};

use super::read::Invalid;

/// A graph-convolutional encoder, and what tells links from its latent vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphEncoder {
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
    pub decoder: Decoder,
}

/// `model.decoder`: the logit of a link between two nodes, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Decoder {
    /// `z_i·z_j`
    InnerProduct {},
    /// `z_i·z_j + b_i + b_j`
    Biased {},
    /// `z_iᵀ S z_j`
    Bilinear {},
}

/// Wide enough for any graph model; the number of weights is bounded where the features are known.
const WIDEST: usize = 65_536;
const DEEPEST: usize = 64;

impl Default for GraphEncoder {
    fn default() -> Self {
        Self {
            hidden: vec![32],
            latent: 16,
            normalize: false,
            dropout: 0.0,
            edge_dropout: 0.0,
            decoder: Decoder::default(),
        }
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::InnerProduct {}
    }
}

impl GraphEncoder {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let Self { hidden, latent, dropout, edge_dropout, .. } = self;
        for (field, share) in [("model.dropout", dropout), ("model.edge_dropout", edge_dropout)] {
            let is_share = (0.0..1.0).contains(share);
            Invalid::unless(is_share, field, "must be at least 0 and below 1", "0.5 leaves out half")?;
        }
        check_widths(hidden, *latent, "the paper uses one: [32]", "the paper uses 16")
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
