//! Hits@K of validation edges against the non-edges that are held out with them, as Refined-GAE and MaskGAE choose an epoch by.

use aevb_data::graph::HeldOut;
use serde::{Deserialize, Serialize};

use super::ranking::{AT, Hits};
use super::validation_metric::{Ranked, ValidationMetric};
use crate::error::{Error, Result};
use crate::experiment::Metric;
use crate::model_scores::ModelScores;

/// How many validation edges a model puts above the K-th of the validation non-edges.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValidationHits {
    /// Validation edges.
    pub edges: usize,
    /// Validation non-edges, which all edges are compared with.
    pub non_edges: usize,
    /// Hits@K.
    pub hits: Hits,
    /// Their standard errors over the edges, for these non-edges.
    pub standard_error: Hits,
}

impl ValidationHits {
    /// Those of a model's scores. There is a validation edge.
    ///
    /// # Errors
    /// If a score is not finite.
    pub fn of(scores: &ModelScores) -> Result<Self> {
        let (HeldOut { edges, non_edges }, hits) = (scores.judging(), scores.validation_hits()?);
        Ok(Self {
            edges: edges.len(),
            non_edges: non_edges.len(),
            hits,
            standard_error: hits.values().map(|share| error_of_share(share, edges.len())).into(),
        })
    }

    /// Refuses a metric by which all epochs were alike, as every edge is a hit among fewer than K non-edges.
    ///
    /// # Errors
    /// If there are fewer than K validation non-edges that edges are compared with.
    pub fn check(metric: Metric, non_edges: usize) -> Result<()> {
        let fewest = metric.shared_at().map_or(0, |k| k as usize);
        if non_edges >= fewest {
            return Ok(());
        }
        let problem = format!(
            "train.best_metric: `{}` needs {fewest} validation non-edges, and there are {non_edges}",
            metric.name()
        );
        let hint = "take a smaller K, or hold out a larger fraction of the edges: split.validation";
        Err(Error::usage(problem).with_hint(hint))
    }

    /// Hits@K by name.
    pub fn metrics(&self) -> impl Iterator<Item = ValidationMetric> {
        let &Self { edges, hits, standard_error, .. } = self;
        let metrics = Metric::SHARED.into_iter().zip(hits.values()).zip(standard_error.values());
        metrics.map(move |((metric, value), standard_error)| ValidationMetric {
            name: metric.name(),
            value,
            ranked: Some(Ranked { standard_error, edges, of: edges }),
        })
    }

    /// The metrics as a line for a reader.
    pub fn to_text(&self) -> String {
        let hits = self.hits.values().into_iter().zip(self.standard_error.values());
        let hits: Vec<String> =
            hits.map(|(share, error)| format!("{:.2} ± {:.2}", 100.0 * share, 100.0 * error)).collect();
        format!("{} {} %", Hits::shared_title(), hits.join(" / "))
    }
}

/// The standard error of a share of so many edges, as [`standard_error`](super::summary::standard_error) has it of noughts and
/// ones.
fn error_of_share(share: f64, edges: usize) -> f64 {
    if edges > 1 { (share * (1.0 - share) / (edges - 1) as f64).sqrt() } else { 1.0 }
}

impl Hits {
    /// What stands before the shares of shared Hits@K.
    pub(crate) fn shared_title() -> String {
        format!("shared Hits@{}", AT.map(|k| k.to_string()).join("/"))
    }
}

#[cfg(test)]
mod tests {

    use super::super::summary::standard_error;
    use super::*;

    #[test]
    fn edges_above_the_kth_non_edge_are_counted_by_hand() {
        // Node 0 scores node n by n; edges 5, 4, 3 and 1 stand against non-edges 6, 4, 2 and 0.
        let z: Vec<f32> = vec![1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0];
        let pairs = |ends: &[u32]| ends.iter().map(|&end| [0, end]).collect();
        let held_out = HeldOut { edges: pairs(&[5, 4, 3, 1]), non_edges: pairs(&[6, 4, 2, 7]) };
        let scores = ModelScores::of_rows(&z, [8, 1], &held_out);
        let found = ValidationHits::of(&scores).expect("finite");
        // Above 6 is none; above 2, the third, are 5, 4 and 3; and there is no tenth.
        assert_eq!(found.hits.values(), [0.0, 0.75, 1.0, 1.0, 1.0]);
        assert_eq!((found.edges, found.non_edges), (4, 4));
        let by_hand = standard_error(&[1.0, 1.0, 1.0, 0.0]);
        assert!((found.standard_error.at_3 - by_hand).abs() < 1e-15);
        let metrics: Vec<ValidationMetric> = found.metrics().collect();
        assert_eq!((metrics[1].name, metrics[1].value), ("shared-hits@3", 0.75));
        assert_eq!(metrics[1].ranked.map(|ranked| (ranked.edges, ranked.of)), Some((4, 4)));
        assert_eq!(
            found.to_text(),
            "shared Hits@1/3/10/50/100 0.00 ± 0.00 / 75.00 ± 25.00 / 100.00 ± 0.00 / 100.00 ± 0.00 / 100.00 ± 0.00 %"
        );
        let json = serde_json::to_value(found).expect("JSON");
        assert_eq!(serde_json::from_value::<ValidationHits>(json).expect("reads back"), found);
    }

    #[test]
    fn a_metric_that_every_epoch_has_alike_is_refused() {
        let held_out = HeldOut { edges: vec![[0, 1]], non_edges: vec![[0, 2]; 10] };
        for metric in [Metric::SharedHitsAt1, Metric::SharedHitsAt10, Metric::HitsAt100, Metric::Auc] {
            ValidationHits::check(metric, held_out.non_edges.len()).expect("as many as are needed");
        }
        let error =
            ValidationHits::check(Metric::SharedHitsAt50, held_out.non_edges.len()).expect_err("too few");
        assert!(error.message.contains("`shared-hits@50` needs 50 validation non-edges, and there are 10"));
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn a_single_edge_says_nothing_of_others() {
        assert_eq!((error_of_share(1.0, 1), error_of_share(0.5, 5)), (1.0, 0.25));
    }
}
