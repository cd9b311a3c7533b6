//! `[model]` of a graph: its encoder, and what tells links from latent vectors.

use aevb_models::prior::PriorConfig;
use aevb_models::vgae::{GraphEncoderConfig, MessagePassing, Normalization};
use serde::{Deserialize, Serialize};

use super::decoder::GraphDecoder;
use super::graph::is_default;
use super::pairs::{PairSum, Pairs};
use super::read::Invalid;
use super::sound::{check_widths, unsound};

/// Eigenvalues of more dimensions take minutes.
const WIDEST_SPECTRUM: usize = 512;

/// An encoder that passes messages along the edges, and what tells links from its latent vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphEncoder {
    /// The width of each hidden layer, from the features on; none gives a linear encoder.
    pub hidden: Vec<usize>,
    /// The dimension of the latent space.
    pub latent: usize,
    /// Where means are brought to one length, which is learnt: before the last messages pass (VGNAE), after, or both.
    pub normalize: Normalization,
    /// How messages pass, where that is not by graph convolutions.
    #[serde(skip_serializing_if = "is_default")]
    pub encoder: MessagePassing,
    /// Whether validation is to choose what the encoder sees of the nodes, before training: their features, free embeddings, or
    /// both. A run has it chosen.
    #[serde(skip_serializing_if = "is_default")]
    pub choose_inputs: bool,
    /// The share of features' values and of hidden units that a training step leaves out.
    pub dropout: f64,
    /// The share of the latent vectors' values that the decoder does not see in a training step.
    #[serde(skip_serializing_if = "is_default")]
    pub latent_dropout: f64,
    /// The share of edges along which no messages pass in a training step (Rong et al., arXiv 1907.10903).
    pub edge_dropout: f64,
    /// What tells links from latent vectors.
    pub decoder: GraphDecoder,
    /// The prior p(z), where it is not the default one; a `gae` has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior: Option<PriorConfig>,
}

impl Default for GraphEncoder {
    fn default() -> Self {
        Self {
            hidden: vec![32],
            latent: 16,
            normalize: Normalization::default(),
            encoder: MessagePassing::default(),
            choose_inputs: false,
            dropout: 0.0,
            latent_dropout: 0.0,
            edge_dropout: 0.0,
            decoder: GraphDecoder::default(),
            prior: None,
        }
    }
}

impl GraphEncoder {
    /// The models' own configuration, for a graph of so many nodes with so many features each.
    pub fn config(&self, nodes: usize, features: usize) -> GraphEncoderConfig {
        GraphEncoderConfig::new(nodes, features, self.hidden.clone(), self.latent)
            .with_encoder(self.encoder.clone())
            .with_normalize(self.normalize)
            .with_decoder(self.decoder.form.clone())
            .with_covariates(self.decoder.covariates.learnt_weights())
            .with_prior(self.prior.clone().unwrap_or_default())
    }

    /// Linear propagation has no hidden layers, where none are asked for.
    pub(super) fn with_usual_layers(self, says_hidden: bool) -> Self {
        match self.encoder {
            MessagePassing::Propagation { .. } if !says_hidden => Self { hidden: Vec::new(), ..self },
            MessagePassing::Propagation { .. } | MessagePassing::Convolution {} => self,
        }
    }

    /// The model of a VGAE, whose default prior goes without saying.
    pub(super) fn without_default_prior(self) -> Self {
        Self { prior: self.prior.filter(|prior| *prior != PriorConfig::default()), ..self }
    }

    /// A graph auto-encoder without a posterior has no prior to choose.
    pub(super) fn check_no_prior(&self) -> Result<(), Invalid> {
        Invalid::unless(
            self.prior.is_none(),
            "model.prior",
            "is not for a `gae`, which has none",
            "leave it out, or take model.kind = \"vgae\"",
        )
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        let Self { hidden, latent, dropout, latent_dropout, edge_dropout, .. } = self;
        for (field, share) in [
            ("model.dropout", dropout),
            ("model.latent_dropout", latent_dropout),
            ("model.edge_dropout", edge_dropout),
        ] {
            let is_share = (0.0..1.0).contains(share);
            Invalid::unless(is_share, field, "must be at least 0 and below 1", "0.5 leaves out half")?;
        }
        check_widths(hidden, *latent, "the paper uses one: [32]", "the paper uses 16")?;
        self.encoder.check().map_err(|error| unsound("encoder", &error))?;
        Invalid::unless(
            self.encoder.spectral_hops().is_none() || *latent <= WIDEST_SPECTRUM,
            "model.encoder.start",
            &format!("`spectral` is for {WIDEST_SPECTRUM} latent dimensions at most"),
            "make model.latent smaller, or set model.encoder.start = \"random\"",
        )?;
        let is_linear = self.encoder != MessagePassing::default();
        Invalid::unless(
            hidden.is_empty() || !is_linear,
            "model.hidden",
            "must be empty, as linear propagation has no hidden layers",
            "set model.hidden = [], or model.encoder.kind = \"convolution\"",
        )?;
        Invalid::unless(
            is_linear || !self.choose_inputs,
            "model.choose_inputs",
            "is for linear propagation alone",
            "leave it out, or set model.encoder.kind = \"propagation\"",
        )?;
        Invalid::unless(
            !(self.choose_inputs && self.encoder.has_embeddings()),
            "model.choose_inputs",
            "would overrule model.encoder.embeddings = true",
            "set model.choose_inputs = false, or leave the embeddings to the choice",
        )?;
        self.decoder.form.check().map_err(|error| unsound("decoder", &error))?;
        self.decoder.check()?;
        let checked = self.prior.iter().try_for_each(|prior| prior.check(*latent, false));
        checked.map_err(|error| unsound("prior", &error))
    }

    /// Refuses a decoder that scores pairs one by one where a step sums over all or many of them.
    pub(super) fn check_pairs(&self, pairs: Pairs) -> Result<(), Invalid> {
        let decoder = self.decoder.form.kind();
        Invalid::unless(
            decoder.has_factors || matches!(pairs.sum, PairSum::NonEdges { .. }),
            "model.decoder.kind",
            &format!("`{}` scores pairs one by one, and this objective is a sum over too many", decoder.name),
            "set objective.pairs = \"sampled\", or a decoder whose scores are inner products, such as `scaled`",
        )
    }
}
