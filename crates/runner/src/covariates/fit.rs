//! Weights that are fitted to edges of which latent vectors have learnt nothing.

use std::borrow::Cow;

use aevb_data::graph::{Graph, LinkSplit};
use aevb_data::shuffle::permutation;

use super::choices::Choices;
use super::conditional::{Choice, Weights};
use super::{Folds, RankedAmong, Structure};
use crate::error::Result;
use crate::experiment::{CovariateWeights, Covariates};
use crate::model_scores::{Judge, ModelScores};
use crate::pair_scores::PairScores;
use crate::random::{Purpose, Streams};

/// With fewer edges no weight is fitted.
const FEWEST: usize = 20;

/// The training edges that are hidden from latent vectors to fit weights to: one in so many, and this many at most.
const ONE_IN: usize = 20;
const MOST_HIDDEN: usize = 4000;

/// What weights are fitted to, whatever the model, and who judges them.
#[derive(Clone, Debug)]
pub struct FittedCovariates {
    structure: Structure,
    edges: Edges,
    ranked_among: RankedAmong,
}

/// The edges that weights are fitted to.
#[derive(Clone, Debug)]
enum Edges {
    /// Training edges that the latent vectors do not see.
    Hidden(Choices),
    /// Those of validation.
    Halves { folds: Folds, first: Box<Choices>, second: Option<Box<Choices>> },
}

/// Which edges weights are fitted to.
pub(super) struct Fitted<'s> {
    /// Those that there are.
    pub edges: &'s [[u32; 2]],
    /// How many of them a fit has.
    pub count: usize,
    /// How many fits there are.
    pub fits: u64,
}

/// The edges of a split that weights are fitted to; `None` where they are learnt, or there are too few.
pub(super) fn fitted<'s>(covariates: &Covariates, split: &'s LinkSplit) -> Option<Fitted<'s>> {
    let validation = &split.validation.edges;
    let hidden = hidden(split);
    match covariates.weights {
        _ if covariates.names.is_empty() => None,
        CovariateWeights::Training if hidden >= FEWEST => {
            Some(Fitted { edges: &split.train, count: hidden, fits: 1 })
        }
        CovariateWeights::Validation if validation.len() >= FEWEST => Some(Fitted {
            edges: validation,
            count: validation.len() / 2,
            fits: if Folds::are_crossed(validation.len()) { 2 } else { 1 },
        }),
        CovariateWeights::Joint | CovariateWeights::Training | CovariateWeights::Validation => None,
    }
}

/// How many training edges are hidden from latent vectors.
fn hidden(split: &LinkSplit) -> usize {
    (split.train.len() / ONE_IN).min(MOST_HIDDEN)
}

/// The split whose training edges latent vectors are learnt from: without those that are hidden for the weights of covariates.
pub fn seen<'s>(covariates: &Covariates, split: &'s LinkSplit, streams: Streams) -> Cow<'s, LinkSplit> {
    let hidden = hidden(split);
    if covariates.names.is_empty() || covariates.weights != CovariateWeights::Training || hidden < FEWEST {
        return Cow::Borrowed(split);
    }
    let count = u32::try_from(split.train.len()).expect("no graph has 2^32 edges to be learnt from");
    let mut random = streams.generator(Purpose::CovariateFolds, 2);
    let mut places = permutation(count, &mut random).split_off(hidden);
    places.sort_unstable();
    let train = places.into_iter().map(|place| split.train[place as usize]).collect();
    Cow::Owned(LinkSplit { train, ..split.clone() })
}

impl FittedCovariates {
    /// Fits to validation edges of a split; `None` where they are too few.
    pub fn to_validation(structure: Structure, split: &LinkSplit, streams: Streams) -> Option<Self> {
        if split.validation.edges.len() < FEWEST {
            return None;
        }
        let folds = Folds::of(split, streams);
        // The edges of the other half are candidates as any pair without an edge: they judge, and tell nothing.
        let choices = |half: usize| {
            let fitted = &folds.halves[half].edges;
            let known = structure.common().graph().with_edges(&[&split.train[..], fitted].concat());
            Box::new(Choices::of(&structure, fitted, known, streams))
        };
        let (first, second) = (choices(0), folds.are_crossed.then(|| choices(1)));
        let edges = Edges::Halves { folds, first, second };
        Some(Self { structure, edges, ranked_among: RankedAmong::default() })
    }

    /// Fits to the training edges of a split that are none of those [seen](seen()) in the graph `seen`; `None` where none are
    /// hidden.
    pub fn to_hidden(structure: Structure, split: &LinkSplit, seen: Graph, streams: Streams) -> Option<Self> {
        let is_hidden = |[i, j]: &&[u32; 2]| !seen.has_edge(*i, *j);
        let hidden: Vec<[u32; 2]> = split.train.iter().filter(is_hidden).copied().collect();
        if hidden.is_empty() {
            return None;
        }
        // As held-out edges are no part of what covariates see of the training graph, hidden ones are none here.
        let of_seen = structure.of_another(seen);
        let known = structure.common().graph().clone();
        let edges = Edges::Hidden(Choices::of(&of_seen, &hidden, known, streams));
        Some(Self { structure, edges, ranked_among: RankedAmong::default() })
    }

    /// The same, fitted to rank among these.
    #[must_use]
    pub fn ranking_among(self, ranked_among: RankedAmong) -> Self {
        Self { ranked_among, ..self }
    }

    /// The covariates.
    pub fn structure(&self) -> &Structure {
        &self.structure
    }

    /// Whether half of the validation edges is fitted.
    pub fn has_halves(&self) -> bool {
        matches!(self.edges, Edges::Halves { .. })
    }

    /// What a model's logits and covariates are worth together.
    ///
    /// # Errors
    /// If a logit is not finite.
    pub fn scores(&self, model: &PairScores, split: &LinkSplit) -> Result<ModelScores> {
        let Edges::Halves { folds, first, second } = &self.edges else {
            return Ok(ModelScores::of(self.weighed(model, &self.weights(model)?), &split.validation));
        };
        let judge = |half: usize, scores| Judge { held_out: folds.halves[half].clone(), scores };
        let first = first.by(model)?;
        let by_first = self.weighed(model, &self.fit(&first));
        let Some(second) = second else {
            return Ok(ModelScores { judges: vec![judge(1, by_first.clone())], all: by_first });
        };
        let second = second.by(model)?;
        let by_second = self.weighed(model, &self.fit(&second));
        let both: Vec<Choice<'_>> = first.into_iter().chain(second).collect();
        Ok(ModelScores {
            all: self.weighed(model, &self.fit(&both)),
            judges: vec![judge(0, by_second), judge(1, by_first)],
        })
    }

    /// The weights that a model's own scores are given.
    ///
    /// # Errors
    /// If a logit is not finite.
    pub fn weights(&self, model: &PairScores) -> Result<Weights> {
        let choices = match &self.edges {
            Edges::Hidden(choices) => choices.by(model)?,
            Edges::Halves { first, second, .. } => {
                let mut choices = first.by(model)?;
                if let Some(second) = second {
                    choices.extend(second.by(model)?);
                }
                choices
            }
        };
        Ok(self.fit(&choices))
    }

    fn fit(&self, choices: &[Choice<'_>]) -> Weights {
        self.ranked_among.fit(choices, self.structure.width())
    }

    fn weighed(&self, model: &PairScores, weights: &Weights) -> PairScores {
        self.structure.weigh(model, weights)
    }
}
