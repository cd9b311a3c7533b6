//! What any run comes to, whatever its task.

use serde::Serialize;

use crate::density::{Density, DensityResult, RepeatedDensity};
use crate::evaluate::LinkPrediction;
use crate::result::{RepeatedResult, RunResult};

/// The outcome of one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// Of a graph.
    Links(RunResult),
    /// Of images.
    Density(Box<DensityResult>),
}

/// The outcome of several runs that differ in their seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Repeated {
    /// Of a graph.
    Links(RepeatedResult),
    /// Of images.
    Density(Box<RepeatedDensity>),
}

impl Outcome {
    /// The metrics as lines for a reader.
    pub fn to_text(&self) -> String {
        match self {
            Self::Links(result) => result.metrics().to_text(),
            Self::Density(result) => result.metrics.to_text(),
        }
    }

    /// The test metrics in a few words.
    pub fn in_brief(&self) -> String {
        match self {
            Self::Links(RunResult { test, .. }) => {
                let LinkPrediction { auc, ap } = test.balanced;
                format!("test AUC {:.2} %, AP {:.2} %", 100.0 * auc, 100.0 * ap)
            }
            Self::Density(result) => match result.metrics.test {
                Density { elbo: Some(elbo), .. } => format!("test bound {elbo:.2} nats"),
                Density { reconstruction, .. } => format!("test reconstruction {reconstruction:.2} nats"),
            },
        }
    }
}

impl Repeated {
    /// Summarises runs of one task; `None` for no run.
    pub fn of(outcomes: Vec<Outcome>) -> Option<Self> {
        let (mut links, mut densities) = (Vec::new(), Vec::new());
        for outcome in outcomes {
            match outcome {
                Outcome::Links(result) => links.push(result),
                Outcome::Density(result) => densities.push(*result),
            }
        }
        RepeatedResult::of(links)
            .map(Self::Links)
            .or_else(|| RepeatedDensity::of(densities).map(|result| Self::Density(Box::new(result))))
    }

    /// The result as lines for a reader.
    pub fn to_text(&self) -> String {
        match self {
            Self::Links(result) => result.to_text(),
            Self::Density(result) => result.to_text(),
        }
    }
}
