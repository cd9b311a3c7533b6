use super::conditional::{Choice, Weights};
use super::{balanced, conditional};
use crate::experiment::Metric;

/// What scores are compared with, and so how the weights of covariates are fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RankedAmong {
    /// Those of the other nodes that an end of an edge may be linked with.
    #[default]
    Candidates,
    /// Those of all pairs.
    AllPairs,
}

impl RankedAmong {
    /// What a run that is chosen by a metric is about.
    pub fn of(best_metric: Option<Metric>) -> Self {
        match best_metric {
            Some(metric) if Metric::SHARED.contains(&metric) => Self::AllPairs,
            _ => Self::Candidates,
        }
    }

    /// The weights that choices tell, of so many terms.
    pub(super) fn fit(self, choices: &[Choice<'_>], terms: usize) -> Weights {
        match self {
            Self::Candidates => conditional::fit(choices, terms),
            Self::AllPairs => balanced::fit(choices, terms),
        }
    }
}
