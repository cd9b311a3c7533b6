//! All that is measured of a model, with the heuristics beside it.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::link_prediction::LinkPrediction;
use super::ranking::{AT, Hits, Ranking};

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
    /// Why the metrics may say less than they seem to, where there is a reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
}

impl Report {
    /// The rows as two tables in percent.
    pub fn to_text(&self) -> String {
        let rows = || std::iter::once(&self.model).chain(&self.heuristics);
        let width = rows().map(|row| row.name.chars().count()).max().unwrap_or_default();
        let mut text = format!(
            "{} test edges against {} non-edges, in percent (Hits@K: above the K-th of the non-edges)\n",
            self.edges, self.non_edges
        );
        let hits = AT.map(|k| format!("Hits@{k}"));
        let [auc, ap, mrr] = ["AUC", "AP", "MRR"].map(String::from);
        let line = |text: &mut String, name: &str, cells: &[String]| {
            let cells = cells.iter().fold(String::new(), |line, cell| line + &format!(" {cell:>8}"));
            let _ = writeln!(text, "{name:<width$}{}", cells.trim_end());
        };
        let percent = |value: f64| format!("{:.2}", 100.0 * value);
        line(&mut text, "", &[&[auc, ap.clone()], &hits[..]].concat());
        for row in rows() {
            let LinkPrediction { auc, ap } = row.test.balanced;
            let cells: Vec<String> =
                [auc, ap].into_iter().chain(row.shared_hits.values()).map(percent).collect();
            line(&mut text, &row.name, &cells);
        }
        let _ = writeln!(
            text,
            "\neach end of a test edge against all its non-neighbours; AP of the test edges among {} pairs without an edge",
            self.absent_pairs
        );
        line(&mut text, "", &[&[mrr], &hits[..], &[ap]].concat());
        for row in rows() {
            let Ranking { mrr, hits } = row.test.ranking;
            let mut cells: Vec<String> = std::iter::once(mrr).chain(hits.values()).map(percent).collect();
            cells.extend(row.whole_graph_ap.map(|ap| format!("{:.4}", 100.0 * ap)));
            line(&mut text, &row.name, &cells);
        }
        text
    }
}
