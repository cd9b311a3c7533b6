//! `model.decoder.covariates`: what common neighbours say of a pair, beside what the decoder makes of latent vectors.

use serde::{Deserialize, Serialize};

use super::pairs::PairSum;
use super::read::Invalid;
use crate::covariates::Structure;

/// What is known of a pair of nodes with a common neighbour, whatever the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Covariate {
    /// ln Σ 1/d(w) over the common neighbours w.
    ResourceAllocation,
    /// The logarithm of how many there are.
    CommonNeighbours,
    /// ln Σ 1/ln d(w).
    AdamicAdar,
    /// ln Σ 1/√d(w).
    RootAllocation,
    /// ln (1 + m) of the m edges between common neighbours (Cannistraci et al. 2013).
    LocalCommunity,
    /// ln (1 + d(i))(1 + d(j)) and |ln (1 + d(i))/(1 + d(j))|; the first of all pairs, too, where weights are fitted.
    Degrees,
}

/// Which edges the weights of covariates are learnt from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CovariateWeights {
    /// The training edges, together with all else that is learnt from them.
    Joint,
    /// Training edges that are hidden from the latent vectors, once these are there.
    #[default]
    Training,
    /// Half of the validation edges, once latent vectors are there; the other half chooses the epoch and calibrates.
    Validation,
}

/// The covariates of a decoder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Covariates {
    /// Which.
    #[serde(rename = "covariates")]
    pub names: Vec<Covariate>,
    /// What their weights are learnt from.
    #[serde(rename = "covariate_weights")]
    pub weights: CovariateWeights,
}

impl Covariates {
    /// Their keys in the table of the decoder.
    pub(super) const KEYS: [&str; 2] = ["covariates", "covariate_weights"];

    /// The number of weights, w₀ among them, that are parameters of the model.
    pub fn learnt_weights(&self) -> usize {
        match self.weights {
            CovariateWeights::Joint if !self.names.is_empty() => Structure::terms(&self.names),
            CovariateWeights::Joint | CovariateWeights::Training | CovariateWeights::Validation => 0,
        }
    }

    /// Whether their weights are fitted to edges and no parameters of the model.
    pub fn are_fitted(&self) -> bool {
        !self.names.is_empty() && self.weights != CovariateWeights::Joint
    }

    /// Refuses steps that have not the latent vectors of all pairs with a common neighbour.
    pub(super) fn check_pairs(&self, sum: PairSum) -> Result<(), Invalid> {
        let has_all = match sum {
            PairSum::Block(block) => block.columns.is_none(),
            PairSum::All | PairSum::NonEdges { .. } => true,
            PairSum::Subgraph { .. } => false,
        };
        Invalid::unless(
            has_all || self.learnt_weights() == 0,
            "model.decoder.covariate_weights",
            "= \"joint\" needs all pairs of a row, and steps of this objective have some",
            "set objective.pairs = \"rows\" or \"sampled\", or model.decoder.covariate_weights = \"training\"",
        )
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        let twice = self.names.iter().enumerate().any(|(place, name)| self.names[..place].contains(name));
        Invalid::unless(!twice, "model.decoder.covariates", "names one twice", "name each once")?;
        Invalid::unless(
            !self.names.is_empty() || self.weights == CovariateWeights::default(),
            "model.decoder.covariate_weights",
            "are of covariates, and there are none",
            "leave it out, or name model.decoder.covariates",
        )
    }
}
