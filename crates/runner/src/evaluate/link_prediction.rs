//! How well scores tell edges from non-edges: the area under the ROC curve and average precision, as
//! scikit-learn's `roc_auc_score` and `average_precision_score` define them.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Metrics of link prediction, fractions in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkPrediction {
    /// Area under the ROC curve: the chance that an edge scores above a non-edge, ties counting half.
    pub auc: f64,
    /// Average precision: Σₙ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores from the highest down.
    pub ap: f64,
}

/// Ranks edges (`positive`, any number) against non-edges (`negative`, any number) by their scores.
///
/// # Errors
///
/// [`Failed`](crate::error::ErrorKind::Failed) where a side is empty or a score is NaN or infinite.
pub fn link_prediction<T: Copy + Into<f64>>(positive: &[T], negative: &[T]) -> Result<LinkPrediction> {
    if positive.is_empty() || negative.is_empty() {
        let (edges, others) = (positive.len(), negative.len());
        return Err(Error::failed(format!(
            "there is nothing to rank: {edges} edges against {others} non-edges"
        ))
        .with_hint("hold out a larger fraction of the edges: split.validation, split.test"));
    }
    let edges = positive.iter().map(|&score| (score.into(), true));
    let mut ranked: Vec<(f64, bool)> =
        edges.chain(negative.iter().map(|&score| (score.into(), false))).collect();
    if let Some((score, _)) = ranked.iter().find(|(score, _)| !score.is_finite()) {
        return Err(Error::failed(format!("a score is {score}: the model's output is not finite")));
    }
    // Adding 0 turns −0 into 0, so that the total order agrees with `==`.
    ranked.par_sort_unstable_by(|(a, _), (b, _)| (b + 0.0).total_cmp(&(a + 0.0)));
    let (mut edges, mut others) = (0u64, 0u64);
    // In halves, so that ties stay whole.
    let mut half_wins = 0u128;
    let mut precision = 0.0;
    for tied in ranked.chunk_by(|(a, _), (b, _)| a == b) {
        let new_edges = tied.iter().filter(|(_, is_edge)| *is_edge).count() as u64;
        let new_others = tied.len() as u64 - new_edges;
        half_wins += u128::from(new_others) * u128::from(2 * edges + new_edges);
        edges += new_edges;
        others += new_others;
        precision += new_edges as f64 * (edges as f64 / (edges + others) as f64);
    }
    let pairs = edges as f64 * others as f64;
    Ok(LinkPrediction { auc: half_wins as f64 / (2.0 * pairs), ap: precision / edges as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        name: String,
        positive: Vec<f64>,
        negative: Vec<f64>,
        auc: f64,
        average_precision: f64,
    }

    #[test]
    fn equals_scikit_learn_ties_included() {
        let text = include_str!("../../../../tests/golden/metrics.json");
        let cases: Vec<Golden> = serde_json::from_str(text).expect("the golden file");
        assert!(cases.len() > 10);
        for case in cases {
            let found = link_prediction(&case.positive, &case.negative).expect(&case.name);
            assert!((found.auc - case.auc).abs() < 1e-9, "AUC, {}: {}", case.name, found.auc);
            assert!((found.ap - case.average_precision).abs() < 1e-9, "AP, {}: {}", case.name, found.ap);
            let single = |scores: &[f64]| scores.iter().map(|&score| score as f32).collect::<Vec<_>>();
            if case.name == "single precision" {
                let same = link_prediction(&single(&case.positive), &single(&case.negative)).expect("finite");
                assert_eq!(same, found);
            }
        }
    }

    #[test]
    fn auc_is_the_share_of_pairs_in_order() {
        let (positive, negative) = ([3.0, 1.0, 1.0, 0.5], [1.0, 0.5, 0.25]);
        let half_wins: f64 = positive
            .iter()
            .flat_map(|p| negative.iter().map(move |n| f64::from(p > n) + 0.5 * f64::from(p == n)))
            .sum();
        assert_eq!(link_prediction(&positive, &negative).expect("finite").auc, half_wins / 12.0);
    }

    #[test]
    fn scores_that_cannot_be_ranked_are_errors() {
        assert_eq!(link_prediction(&[f32::NAN], &[0.0]).expect_err("NaN").exit_code(), 1);
        assert!(link_prediction(&[1.0], &[0.0, f64::INFINITY]).is_err());
        assert!(link_prediction::<f32>(&[], &[0.0]).expect_err("empty").message.contains("0 edges"));
        assert!(link_prediction(&[0.0], &[]).is_err());
    }
}
