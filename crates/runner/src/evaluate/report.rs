//! All that is measured of a model, with the heuristics beside it.

use serde::{Deserialize, Serialize};

use super::by_side::RankingBySide;
use super::link_prediction::LinkPrediction;
use super::ranking::{AT, Hits, Ranking};
use super::test_sample::TestSample;
use super::validation_hits::ValidationHits;
use super::validation_ranking::ValidationRanking;
use crate::clusters::ClusterComparison;

/// Metrics of the test edges.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestMetrics {
    /// Against as many non-edges.
    #[serde(flatten)]
    pub balanced: LinkPrediction,
    /// Filtered per source.
    #[serde(flatten)]
    pub ranking: Ranking,
}

/// What is measured of one way to score pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportRow {
    /// The model or heuristic.
    pub name: String,
    /// AUC and average precision against as many non-edges; MRR and Hits@K filtered per source.
    pub test: TestMetrics,
    /// The test edges that MRR and Hits@K are of, where they are a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampled: Option<usize>,
    /// Hits@K against the shared negatives, the test non-edges.
    pub shared_hits: Hits,
    /// Average precision of the test edges among all pairs without an edge in the whole graph, where it was computed.
    pub whole_graph_ap: Option<f64>,
}

/// A model's report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Metrics of the validation edges.
    pub validation: LinkPrediction,
    /// How they are ranked, where the run's `train.best_metric` is one of filtered ranks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_ranking: Option<ValidationRanking>,
    /// How many of them are above the shared non-edges, where `train.best_metric` is one of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_shared_hits: Option<ValidationHits>,
    /// The test edges that the model and the heuristics rank, where they are a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_sample: Option<TestSample>,
    /// How each side ranks the other by the model, where the graph has sides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_by_side: Option<RankingBySide>,
    /// The model.
    #[serde(flatten)]
    pub model: ReportRow,
    /// Test edges.
    pub edges: usize,
    /// Test non-edges, the shared negatives.
    pub non_edges: usize,
    /// Pairs without an edge in the whole graph.
    pub absent_pairs: u64,
    /// The heuristics and chance, on the same split and training graph.
    pub heuristics: Vec<ReportRow>,
    /// How far clusters of latent vectors agree with labels, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<ClusterComparison>,
    /// Why the metrics may say less than they seem to, where there is a reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
}

/// The two tables of rows in percent, line by line, so that a row is seen as soon as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    /// The width of the column of names.
    width: usize,
}

impl Tables {
    /// Tables of rows with these names.
    pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self { width: names.map(|name| name.chars().count()).max().unwrap_or_default() }
    }

    /// What stands above the rows of [`Self::against_shared`].
    pub fn shared_head(&self, edges: usize, non_edges: usize) -> String {
        let heads = ["AUC", "AP"].map(str::to_owned).into_iter().chain(AT.map(|k| format!("Hits@{k}")));
        format!(
            "{edges} test edges against {non_edges} non-edges, in percent (Hits@K: above the K-th of the non-edges)\n{}",
            self.line("", heads)
        )
    }

    /// A row against the shared non-edges.
    pub fn against_shared(&self, row: &ReportRow) -> String {
        let LinkPrediction { auc, ap } = row.test.balanced;
        let values = [auc, ap].into_iter().chain(row.shared_hits.values());
        self.line(&row.name, values.map(percent))
    }

    /// What stands above the rows of [`Self::against_all`], with the number of pairs without an edge where all of them are
    /// counted.
    pub fn all_head(&self, sample: Option<&TestSample>, absent_pairs: Option<u64>) -> String {
        let heads = std::iter::once("MRR".to_owned()).chain(AT.map(|k| format!("Hits@{k}")));
        let edge = sample.map_or_else(
            || "a test edge".to_owned(),
            |sample| format!("an edge of {}", sample.edges_in_words()),
        );
        let of_all = absent_pairs
            .map(|pairs| format!("; AP of the test edges among {pairs} pairs without an edge"))
            .unwrap_or_default();
        format!(
            "\neach end of {edge} against all its non-neighbours{of_all}\n{}",
            self.line("", heads.chain(absent_pairs.map(|_| "AP".to_owned())))
        )
    }

    /// A row against all that is no edge.
    pub fn against_all(&self, row: &ReportRow) -> String {
        let Ranking { mrr, hits } = row.test.ranking;
        let ranks = std::iter::once(mrr).chain(hits.values()).map(percent);
        self.line(&row.name, ranks.chain(row.whole_graph_ap.map(|ap| format!("{:.4}", 100.0 * ap))))
    }

    fn line(&self, name: &str, cells: impl Iterator<Item = String>) -> String {
        let cells: String = cells.map(|cell| format!(" {cell:>8}")).collect();
        format!("{name:<width$}{}\n", cells.trim_end(), width = self.width)
    }
}

fn percent(value: f64) -> String {
    format!("{:.2}", 100.0 * value)
}
