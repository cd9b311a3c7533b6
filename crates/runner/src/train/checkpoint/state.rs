use serde::{Deserialize, Serialize};

use crate::train::exact::Exact;
use crate::train::loss::EpochSums;

/// The version of what is written; one that is newer is refused.
pub(super) const FORMAT: u32 = 1;

/// `state.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The version of the format.
    format: u32,
    /// The version of the program that wrote it.
    version: String,
    /// Where the run stood.
    pub position: Position,
    /// What tells the data from all others.
    pub data: String,
    /// The resolved configuration, as TOML.
    pub config: String,
}

/// Where a run stands between two steps. After the last step of an epoch that is before the epoch is closed: before its
/// line is written and its validation metrics are taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The steps that were taken.
    pub step: u64,
    /// The steps of an epoch.
    pub steps_per_epoch: u64,
    /// The losses of the epoch so far.
    pub sums: EpochSums,
    /// The best evaluation so far, where one is looked for.
    pub best: Option<Best>,
    /// The evaluations since then.
    pub evaluations_since_best: u64,
    /// The wall time of the epochs before this one, evaluation left out.
    pub seconds: f64,
    /// The wall time of this epoch so far.
    pub epoch_seconds: f64,
    /// The length of `metrics.jsonl`.
    pub metrics_bytes: u64,
    /// The SHA-256 of so much of it; unknown of earlier versions' checkpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics_sha256: Option<String>,
    /// The length of `timing.jsonl`.
    pub timing_bytes: u64,
}

/// The best evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// The steps that had been taken.
    pub step: u64,
    /// The epoch they ended.
    pub epoch: u64,
    /// The value of `train.best_metric`.
    pub value: Exact,
    /// Its standard error, where it is one of ranks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_error: Option<Exact>,
}

impl State {
    /// The state of a run with this configuration on these data.
    pub fn new(position: Position, data: String, config: String) -> Self {
        Self { format: FORMAT, version: env!("CARGO_PKG_VERSION").to_owned(), position, data, config }
    }
}

impl Position {
    /// The epoch of the last step, from 1; 0 before the first step.
    pub fn epoch(&self) -> u64 {
        self.step.div_ceil(self.steps_per_epoch)
    }

    /// Whether what it says can be: files are checked before they are believed.
    pub(super) fn is_possible(&self) -> bool {
        let measured = |seconds: f64| seconds.is_finite() && seconds >= 0.0;
        self.steps_per_epoch > 0
            && self.step <= i64::MAX as u64
            && (self.step == 0) == self.sums.is_empty()
            && self.best.is_none_or(|best| best.step <= self.step)
            && measured(self.seconds)
            && measured(self.epoch_seconds)
    }
}
