//! `train.best_metric`: the validation metric that checkpoints are compared by.

use serde::{Deserialize, Serialize};

use super::{Autoencoder, Task};

/// A metric of the data that is not trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// The area under the ROC curve, of edges against non-edges.
    Auc,
    /// The average precision of edges among non-edges.
    Ap,
    /// The variational bound, in nats per image.
    Elbo,
    /// −log p(x|z), in nats per image.
    Reconstruction,
}

impl Metric {
    /// Its name in `metrics.jsonl`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auc => "auc",
            Self::Ap => "ap",
            Self::Elbo => "elbo",
            Self::Reconstruction => "reconstruction",
        }
    }

    /// What it is called in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Auc => "AUC",
            Self::Ap => "AP",
            Self::Elbo => "bound",
            Self::Reconstruction => "reconstruction",
        }
    }

    /// A value with its unit.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Auc | Self::Ap => format!("{:.2} %", 100.0 * value),
            Self::Elbo | Self::Reconstruction => format!("{value:.2} nats"),
        }
    }

    /// A difference of two values with its unit.
    pub fn show_difference(self, difference: f64) -> String {
        match self {
            Self::Auc | Self::Ap => format!("{:.2} points", 100.0 * difference),
            Self::Elbo | Self::Reconstruction => self.show(difference),
        }
    }

    /// Whether `value` is strictly better than `other`.
    pub fn is_better(self, value: f64, other: f64) -> bool {
        match self {
            Self::Auc | Self::Ap | Self::Elbo => value > other,
            Self::Reconstruction => value < other,
        }
    }

    /// Those that a task has, the usual one first.
    pub fn of(task: &Task) -> &'static [Self] {
        match task {
            Task::Graph { .. } => &[Self::Auc, Self::Ap],
            Task::Images { model, .. } | Task::Table { model, .. } => match model {
                Autoencoder::Vae { .. } => &[Self::Elbo, Self::Reconstruction],
                Autoencoder::Ae { .. } => &[Self::Reconstruction],
            },
        }
    }
}
