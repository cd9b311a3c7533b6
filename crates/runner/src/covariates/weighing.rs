//! How the covariates of a model come into its scores.

use std::sync::Arc;

use aevb_data::graph::{Graph, LinkSplit};
use aevb_models::vgae::PairDecoder;

use super::size::require_fit;
use super::{FittedCovariates, RankedAmong, StructuralCorrection, Structure};
use crate::error::Result;
use crate::experiment::{CovariateWeights, Covariates};
use crate::model_scores::ModelScores;
use crate::pair_scores::PairScores;
use crate::random::Streams;

/// What a model's scores have beside the decoder's logits.
#[derive(Clone, Debug)]
pub enum Weighing {
    /// Nothing.
    Without,
    /// Covariates whose weights the decoder has learnt.
    Learnt(Structure),
    /// Those whose weights are fitted once there are latent vectors.
    Fitted(Box<FittedCovariates>),
    /// None, as there are so few edges to fit weights to; and which these are.
    TooFew(&'static str),
}

impl Weighing {
    /// That of a model with latent vectors of this length on the training graph of a split, of which the latent vectors have
    /// [seen](super::seen()) so much.
    ///
    /// # Errors
    /// If there is no room for it.
    pub fn of(
        covariates: &Covariates,
        latent: usize,
        graph: &Graph,
        split: &LinkSplit,
        seen: &LinkSplit,
        streams: Streams,
    ) -> Result<Self> {
        if covariates.names.is_empty() {
            return Ok(Self::Without);
        }
        require_fit(covariates, graph, split, latent)?;
        let structure = Structure::of(split.train_graph(graph), &covariates.names);
        let (fitted, few) = match covariates.weights {
            CovariateWeights::Joint => return Ok(Self::Learnt(structure)),
            CovariateWeights::Training => {
                let seen = seen.train_graph(graph);
                (FittedCovariates::to_hidden(structure, split, seen, streams), "training edges")
            }
            CovariateWeights::Validation => {
                (FittedCovariates::to_validation(structure, split, streams), "validation edges")
            }
        };
        Ok(fitted.map_or(Self::TooFew(few), |fitted| Self::Fitted(Box::new(fitted))))
    }

    /// The same, whose weights are fitted to rank among these.
    #[must_use]
    pub fn ranking_among(self, ranked_among: RankedAmong) -> Self {
        match self {
            Self::Fitted(fitted) => Self::Fitted(Box::new(fitted.ranking_among(ranked_among))),
            other => other,
        }
    }

    /// What the user should know of it.
    pub fn note(&self) -> Option<String> {
        match self {
            Self::TooFew(edges) => Some(format!(
                "model.decoder.covariates: the {edges} are too few to fit their weights to, so the model ranks without them"
            )),
            Self::Without | Self::Learnt(_) | Self::Fitted(_) => None,
        }
    }

    /// How many of so many held-out pairs judge scores together.
    pub fn judging(&self, held_out: usize) -> usize {
        match self {
            Self::Fitted(fitted) if fitted.has_halves() => held_out / 2,
            Self::Without | Self::Learnt(_) | Self::Fitted(_) | Self::TooFew(_) => held_out,
        }
    }

    /// The covariates, where their weights are learnt.
    pub fn learnt(&self) -> Option<&Structure> {
        match self {
            Self::Learnt(structure) => Some(structure),
            Self::Without | Self::Fitted(_) | Self::TooFew(_) => None,
        }
    }

    /// The scores of a model with such a decoder, by the logits of its latent vectors.
    ///
    /// # Errors
    /// If a logit is not finite.
    pub fn scores(
        &self,
        logits: PairScores,
        decoder: &PairDecoder,
        split: &LinkSplit,
    ) -> Result<ModelScores> {
        match self {
            Self::Without | Self::TooFew(_) => Ok(ModelScores::of(logits, &split.validation)),
            Self::Learnt(structure) => {
                Ok(ModelScores::of(corrected(logits, structure.clone(), decoder), &split.validation))
            }
            Self::Fitted(fitted) => fitted.scores(&logits, split),
        }
    }

    /// The scores of latent vectors that have seen another graph than the training graph, with the weights that those of the
    /// training graph have.
    ///
    /// # Errors
    /// Likewise.
    pub fn scores_on(
        &self,
        graph: Graph,
        logits: PairScores,
        decoder: &PairDecoder,
        of_training: impl FnOnce() -> Result<PairScores>,
    ) -> Result<PairScores> {
        Ok(match self {
            Self::Without | Self::TooFew(_) => logits,
            Self::Learnt(structure) => corrected(logits, structure.of_another(graph), decoder),
            Self::Fitted(fitted) => {
                fitted.structure().of_another(graph).weigh(&logits, &fitted.weights(&of_training()?)?)
            }
        })
    }
}

/// With the weights that the decoder has learnt.
fn corrected(logits: PairScores, structure: Structure, decoder: &PairDecoder) -> PairScores {
    let Some(weights) = &decoder.covariates else { return logits };
    let weights = weights.val().into_data().try_into_vec::<f32>().expect("weights are F32");
    let weights = weights.into_iter().map(f64::from).collect();
    logits.corrected_by(Arc::new(StructuralCorrection::new(structure, weights)))
}
