//! `train.best_metric`: the validation metric that checkpoints are compared by.

use serde::{Deserialize, Serialize};

use super::{Autoencoder, Task};
use crate::evaluate::AT;

/// A metric of the data that is not trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// The area under the ROC curve, of edges against non-edges.
    Auc,
    /// The average precision of edges among non-edges.
    Ap,
    /// The mean reciprocal rank of edges, filtered per source.
    Mrr,
    /// The share of edges that rank first, filtered per source.
    #[serde(rename = "hits@1")]
    HitsAt1,
    /// The share among the first 3.
    #[serde(rename = "hits@3")]
    HitsAt3,
    /// The share among the first 10.
    #[serde(rename = "hits@10")]
    HitsAt10,
    /// The share among the first 50.
    #[serde(rename = "hits@50")]
    HitsAt50,
    /// The share among the first 100.
    #[serde(rename = "hits@100")]
    HitsAt100,
    /// The share of edges that score above the highest of the non-edges that are held out with them.
    #[serde(rename = "shared-hits@1")]
    SharedHitsAt1,
    /// The share of edges that score above the 3rd highest of the non-edges that are held out with them.
    #[serde(rename = "shared-hits@3")]
    SharedHitsAt3,
    /// The share of edges that score above the 10th highest of the non-edges that are held out with them.
    #[serde(rename = "shared-hits@10")]
    SharedHitsAt10,
    /// The share of edges that score above the 50th highest of the non-edges that are held out with them.
    #[serde(rename = "shared-hits@50")]
    SharedHitsAt50,
    /// The share of edges that score above the 100th highest of the non-edges that are held out with them.
    #[serde(rename = "shared-hits@100")]
    SharedHitsAt100,
    /// The variational bound, in nats per image.
    Elbo,
    /// −log p(x|z), in nats per image.
    Reconstruction,
}

impl Metric {
    /// Those of graphs, the usual one first.
    const OF_GRAPHS: [Self; 13] = [
        Self::Auc,
        Self::Ap,
        Self::Mrr,
        Self::HitsAt1,
        Self::HitsAt3,
        Self::HitsAt10,
        Self::HitsAt50,
        Self::HitsAt100,
        Self::SharedHitsAt1,
        Self::SharedHitsAt3,
        Self::SharedHitsAt10,
        Self::SharedHitsAt50,
        Self::SharedHitsAt100,
    ];

    /// Those of filtered ranks: MRR, and Hits@K in the order of [`AT`](crate::evaluate::AT).
    pub const RANKING: [Self; 6] =
        [Self::Mrr, Self::HitsAt1, Self::HitsAt3, Self::HitsAt10, Self::HitsAt50, Self::HitsAt100];

    /// Those against shared non-edges: Hits@K in the order of [`AT`](crate::evaluate::AT).
    pub const SHARED: [Self; 5] = [
        Self::SharedHitsAt1,
        Self::SharedHitsAt3,
        Self::SharedHitsAt10,
        Self::SharedHitsAt50,
        Self::SharedHitsAt100,
    ];

    /// That of a name in `metrics.jsonl`.
    pub fn named(name: &str) -> Option<Self> {
        let others = [Self::Elbo, Self::Reconstruction];
        Self::OF_GRAPHS.into_iter().chain(others).find(|metric| metric.name() == name)
    }

    /// Its name in `metrics.jsonl`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auc => "auc",
            Self::Ap => "ap",
            Self::Mrr => "mrr",
            Self::HitsAt1 => "hits@1",
            Self::HitsAt3 => "hits@3",
            Self::HitsAt10 => "hits@10",
            Self::HitsAt50 => "hits@50",
            Self::HitsAt100 => "hits@100",
            Self::SharedHitsAt1 => "shared-hits@1",
            Self::SharedHitsAt3 => "shared-hits@3",
            Self::SharedHitsAt10 => "shared-hits@10",
            Self::SharedHitsAt50 => "shared-hits@50",
            Self::SharedHitsAt100 => "shared-hits@100",
            Self::Elbo => "elbo",
            Self::Reconstruction => "reconstruction",
        }
    }

    /// What it is called in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Auc => "AUC",
            Self::Ap => "AP",
            Self::Mrr => "MRR",
            Self::HitsAt1 => "Hits@1",
            Self::HitsAt3 => "Hits@3",
            Self::HitsAt10 => "Hits@10",
            Self::HitsAt50 => "Hits@50",
            Self::HitsAt100 => "Hits@100",
            Self::SharedHitsAt1 => "shared Hits@1",
            Self::SharedHitsAt3 => "shared Hits@3",
            Self::SharedHitsAt10 => "shared Hits@10",
            Self::SharedHitsAt50 => "shared Hits@50",
            Self::SharedHitsAt100 => "shared Hits@100",
            Self::Elbo => "bound",
            Self::Reconstruction => "reconstruction",
        }
    }

    /// What a metric of a name in `metrics.jsonl` is called in a sentence: of others, its name.
    pub fn title_of(name: &str) -> &str {
        match Self::named(name) {
            Some(metric) => metric.title(),
            None => name,
        }
    }

    /// Whether it is one of filtered ranks.
    pub fn is_filtered(self) -> bool {
        Self::RANKING.contains(&self)
    }

    /// The K of one against shared non-edges.
    pub fn shared_at(self) -> Option<u32> {
        AT.into_iter().zip(Self::SHARED).find_map(|(k, shared)| (shared == self).then_some(k))
    }

    /// Whether it is one of ranks, among all nodes or among shared non-edges.
    pub fn is_of_ranks(self) -> bool {
        self.is_filtered() || self.shared_at().is_some()
    }

    /// Whether it is a fraction in [0, 1]; else it is in nats.
    pub fn is_fraction(self) -> bool {
        !matches!(self, Self::Elbo | Self::Reconstruction)
    }

    /// A value with its unit.
    pub fn show(self, value: f64) -> String {
        if self.is_fraction() { format!("{:.2} %", 100.0 * value) } else { format!("{value:.2} nats") }
    }

    /// A fraction with its standard error.
    pub fn show_with_error(self, value: f64, standard_error: f64) -> String {
        format!("{:.2} ± {:.2} %", 100.0 * value, 100.0 * standard_error)
    }

    /// A difference of two values with its unit.
    pub fn show_difference(self, difference: f64) -> String {
        if self.is_fraction() { format!("{:.2} points", 100.0 * difference) } else { self.show(difference) }
    }

    /// Whether `value` is strictly better than `other`.
    pub fn is_better(self, value: f64, other: f64) -> bool {
        if self == Self::Reconstruction { value < other } else { value > other }
    }

    /// Those that a task has, the usual one first.
    pub fn of(task: &Task) -> &'static [Self] {
        match task {
            Task::Graph { .. } => &Self::OF_GRAPHS,
            Task::Images { model, .. } | Task::Table { model, .. } => match model {
                Autoencoder::Vae { .. } => &[Self::Elbo, Self::Reconstruction],
                Autoencoder::Ae { .. } => &[Self::Reconstruction],
            },
        }
    }
}
