use burn::tensor::{Tensor, activation};

use crate::elementwise::log_one_minus_exp;

/// What makes a probability of the score x of a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PairLink {
    /// `p = σ(x)`: the score is a logit.
    #[default]
    Logistic,
    /// `p = 1 − e⁻ˣ` for x ≥ 0: the score is the mean of a Poisson variable, of which is asked whether it is 0.
    Poisson,
}

impl PairLink {
    /// The probability of a link by its score.
    pub fn probability(self, score: f64) -> f64 {
        match self {
            Self::Logistic => 1.0 / (1.0 + (-score).exp()),
            Self::Poisson => -(-score).exp_m1(),
        }
    }

    /// The same as a formula, of a score that is written so.
    pub fn formula(self, score: &str) -> String {
        match self {
            Self::Logistic => format!("sigmoid({score})"),
            Self::Poisson => format!("1 - exp(-{score})"),
        }
    }

    /// `−log p`, what a pair with an edge costs, of each score.
    pub(in crate::vgae) fn of_edges(self, scores: Tensor<1>) -> Tensor<1> {
        match self {
            Self::Logistic => -activation::log_sigmoid(scores),
            Self::Poisson => -log_one_minus_exp(scores),
        }
    }

    /// `−log(1 − p)`, what a pair without an edge costs, of each score.
    pub(in crate::vgae) fn of_non_edges(self, scores: Tensor<1>) -> Tensor<1> {
        match self {
            // Burn's own `softplus` overflows; its `log_sigmoid` does not.
            Self::Logistic => -activation::log_sigmoid(-scores),
            Self::Poisson => scores,
        }
    }
}
