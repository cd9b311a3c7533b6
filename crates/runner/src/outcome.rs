//! What any run comes to, whatever its task.

use std::path::Path;

use aevb_data::files::read_at_most;
use serde::{Deserialize, Serialize};

use crate::density::{DensityResult, RepeatedDensity};
use crate::error::{Error, Result};
use crate::evaluate::LinkPrediction;
use crate::result::{RepeatedResult, RunResult};

/// No result comes near it.
const LARGEST: u64 = 1 << 20;

/// The outcome of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// Of a graph.
    Links(Box<RunResult>),
    /// Of images.
    Density(Box<DensityResult>),
}

/// The outcome of several runs that differ in their seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Repeated {
    /// Of a graph.
    Links(Box<RepeatedResult>),
    /// Of images.
    Density(Box<RepeatedDensity>),
}

impl Outcome {
    /// That of a run that has ended, from its `result.json`.
    ///
    /// # Errors
    /// If the file cannot be read or is none.
    pub fn read(path: &Path) -> Result<Self> {
        serde_json::from_slice(&read_at_most(path, LARGEST)?)
            .map_err(|error| Error::failed(format!("{}: {error}", path.display())))
    }

    /// The metrics as lines for a reader.
    pub fn to_text(&self) -> String {
        match self {
            Self::Links(result) => result.to_text(),
            Self::Density(result) => result.metrics.to_text(),
        }
    }

    /// The test metrics in a few words.
    pub fn in_brief(&self) -> String {
        match self {
            Self::Links(result) => {
                let LinkPrediction { auc, ap } = result.test.balanced;
                format!("test AUC {:.2} %, AP {:.2} %", 100.0 * auc, 100.0 * ap)
            }
            Self::Density(result) => {
                let metrics = &result.metrics;
                let (name, nats) = match metrics.test.elbo {
                    Some(elbo) => ("bound", elbo),
                    None => ("reconstruction", metrics.test.reconstruction),
                };
                format!("test {name} {nats:.2} nats, {}", metrics.preparation)
            }
        }
    }
}

impl Repeated {
    /// Summarises runs of one task; `None` for no run.
    pub fn of(outcomes: Vec<Outcome>) -> Option<Self> {
        let (mut links, mut densities) = (Vec::new(), Vec::new());
        for outcome in outcomes {
            match outcome {
                Outcome::Links(result) => links.push(*result),
                Outcome::Density(result) => densities.push(*result),
            }
        }
        RepeatedResult::of(links)
            .map(|result| Self::Links(Box::new(result)))
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
