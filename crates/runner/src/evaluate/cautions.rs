//! What metrics of few pairs, or of a model that learnt nothing, are worth.

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{HeldOut, LinkSplit};

use super::{Contest, HeuristicRow, LinkPrediction, heuristic_key};

/// An AUC of fewer edges than this moves by points with each of them.
const FEW: usize = 20;

/// How many standard errors above a coin's 50 % still are chance.
const ERRORS: f64 = 2.0;

/// Why a model's metrics may say less than they seem to.
pub fn cautions(validation: LinkPrediction, split: &LinkSplit) -> Vec<String> {
    let [of_validation, of_test] = [&split.validation, &split.test].map(|part| part.edges.len());
    let mut cautions = Vec::new();
    if of_validation.min(of_test) < FEW {
        let edges = if of_validation == 1 { "edge" } else { "edges" };
        cautions.push(format!(
            "metrics of so few pairs say little: validation holds out {of_validation} {edges} and test {of_test}, each beside as many pairs without one; --repeat 10 shows how far they vary"
        ));
    }
    let error = error_of_chance(&split.validation);
    let is_chance = validation.auc <= 0.5 + ERRORS * error;
    if is_chance && of_validation >= FEW {
        cautions.push(format!(
            "the model may have learnt nothing that tells edges: its validation AUC of {:.2} % is no further above the 50 % \
             of chance than the draw of {of_validation} edges alone may move it, {:.2} points; features that say nothing of \
             edges, or few edges, do so",
            100.0 * validation.auc,
            100.0 * ERRORS * error
        ));
    }
    cautions
}

/// Says that a heuristic ranks the validation edges better than the model of a run, where one does, and how to have its links;
/// `run` is the word that names the run's folder.
pub fn lost(contest: &Contest, run: &str) -> Option<String> {
    let best = contest.winner()?;
    let name = best.heuristic.name();
    let is_close = best.mrr - contest.model <= ERRORS * best.standard_error;
    let doubt = if is_close { ", no more than the draw of the edges may move it" } else { "" };
    Some(format!(
        "{name} ranks the validation edges better than the model: MRR {:.2} % against {:.2} %{doubt}, on {}; `aevb links {run} \
         --by {}` has its links",
        100.0 * best.mrr,
        100.0 * contest.model,
        contest.edges_in_words(),
        heuristic_key(best.heuristic)
    ))
}

/// Says that a heuristic tells the test edges from other pairs better than the model, by more than the draw of the pairs may
/// move it; `run` is the word that names the run's folder.
pub fn told_better(
    rows: &[HeuristicRow],
    model: LinkPrediction,
    test: &HeldOut,
    run: &str,
) -> Option<String> {
    let best = rows.iter().max_by(|a, b| a.test.balanced.auc.total_cmp(&b.test.balanced.auc))?;
    let auc = best.test.balanced.auc;
    (auc > model.auc + ERRORS * error_of_auc(auc, test)).then(|| {
        let by = heuristic_of_name(&best.name)
            .map(|heuristic| format!("; `aevb links {run} --by {}` has its links", heuristic_key(heuristic)));
        format!(
            "{} tells test edges from other pairs better than the model: AUC {:.2} % against {:.2} %{}",
            best.name,
            100.0 * auc,
            100.0 * model.auc,
            by.unwrap_or_default()
        )
    })
}

fn heuristic_of_name(name: &str) -> Option<Heuristic> {
    Heuristic::ALL.into_iter().find(|heuristic| heuristic.name() == name)
}

/// The standard error of an AUC of n edges and m other pairs by Hanley and McNeil (1982), who take the scores for those of
/// two exponential distributions.
pub fn error_of_auc(auc: f64, part: &HeldOut) -> f64 {
    let [edges, others] = [&part.edges, &part.non_edges].map(|pairs| pairs.len() as f64);
    let (q1, q2) = (auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc));
    let squares = auc * (1.0 - auc) + (edges - 1.0) * (q1 - auc * auc) + (others - 1.0) * (q2 - auc * auc);
    (squares.max(0.0) / (edges * others)).sqrt()
}

/// The standard deviation of the AUC of scores that say nothing: √((n + m + 1) / 12nm) for n edges and m other pairs (Mann &
/// Whitney, 1947).
fn error_of_chance(part: &HeldOut) -> f64 {
    let [edges, others] = [&part.edges, &part.non_edges].map(|pairs| pairs.len() as f64);
    ((edges + others + 1.0) / (12.0 * edges * others)).sqrt()
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::evaluate::{Ranking, TestMetrics};
    use crate::evaluate::{Summary, link_prediction};
    use crate::random::{Purpose, Streams};

    fn split(validation: u32, test: u32) -> LinkSplit {
        let part = |count| HeldOut {
            edges: (1..=count).map(|j| [0, j]).collect(),
            non_edges: (1..=count).map(|j| [1, j + 1]).collect(),
        };
        LinkSplit {
            fingerprint: String::new(),
            nodes: 1000,
            train: vec![[2, 3]],
            validation: part(validation),
            test: part(test),
        }
    }

    fn of(auc: f64, validation: u32, test: u32) -> Vec<String> {
        cautions(LinkPrediction { auc, ap: auc }, &split(validation, test))
    }

    #[test]
    fn the_error_of_an_auc_is_that_of_hanley_and_mcneil() {
        // 60 edges and 30 other pairs, whose scores are −ln u and −a ln u: an edge is above with a probability of 1/(1 + a).
        let (edges, others, a) = (60, 30, 0.25);
        let mut random = Streams::new(1).generator(Purpose::Sampling, 0);
        let mut draws = |count: usize, scale: f64| -> Vec<f64> {
            (0..count).map(|_| -scale * (1.0 - random.random::<f64>()).ln()).collect()
        };
        let aucs: Vec<f64> = (0..4000)
            .map(|_| link_prediction(&draws(edges, 1.0), &draws(others, a)).expect("finite").auc)
            .collect();
        let drawn = Summary::of(&aucs).expect("draws");
        let part = HeldOut { edges: vec![[0, 1]; edges], non_edges: vec![[0, 2]; others] };
        assert!((drawn.mean - 0.8).abs() < 0.003, "{drawn:?}");
        let ratio = error_of_auc(0.8, &part) / drawn.std.expect("draws");
        assert!((ratio - 1.0).abs() < 0.04, "{ratio}");
        // At a half it is that of chance.
        let part = |auc: f64, count: u32| error_of_auc(auc, &split(count, 1).validation);
        let chance = error_of_chance(&split(100, 1).validation);
        assert!((part(0.5, 100) / chance - 1.0).abs() < 1e-2, "{} {chance}", part(0.5, 100));
        assert_eq!(part(1.0, 10), 0.0);
    }

    #[test]
    fn a_heuristic_that_ranks_better_is_named_with_the_command() {
        let heuristic = aevb_data::graph::heuristics::Heuristic::ResourceAllocation;
        let contest = |mrr, standard_error| Contest {
            edges: 1690,
            of: 17_085,
            model: 0.061,
            heuristics: vec![crate::evaluate::Contestant { heuristic, mrr, standard_error }],
        };
        assert_eq!(lost(&contest(0.06, 0.01), "run"), None);
        let told = lost(&contest(0.1765, 0.01), "runs/my-0-1").expect("better");
        assert_eq!(
            told,
            "resource allocation ranks the validation edges better than the model: MRR 17.65 % against 6.10 %, on a sample of \
             1690 of 17085 validation edges; `aevb links runs/my-0-1 --by resource-allocation` has its links"
        );
        assert!(lost(&contest(0.0611, 0.01), "run").expect("better").contains("no more than the draw"));
    }

    #[test]
    fn a_heuristic_that_tells_edges_better_is_named() {
        let row = |name: &str, auc: f64| HeuristicRow {
            shared_hits: None,
            name: name.to_owned(),
            test: TestMetrics {
                balanced: LinkPrediction { auc, ap: auc },
                ranking: Ranking { mrr: 0.1, hits: [0.0; 5].into() },
            },
            sampled: None,
            model_above: None,
        };
        let rows = [row("common neighbours", 0.66), row("preferential attachment", 0.69)];
        let test = split(100, 400).test;
        let told = |auc: f64| told_better(&rows, LinkPrediction { auc, ap: auc }, &test, "runs/a");
        let expected = "preferential attachment tells test edges from other pairs better than the model: AUC 69.00 % against \
                        60.95 %; `aevb links runs/a --by preferential-attachment` has its links";
        assert_eq!(told(0.6095).as_deref(), Some(expected));
        assert_eq!((told(0.68), told(0.9)), (None, None));
    }

    #[test]
    fn few_pairs_and_chance_are_told_and_nothing_else() {
        assert!(of(0.95, 263, 527).is_empty());
        assert!(of(0.95, 20, 20).is_empty());
        let few = of(1.0, 1, 1);
        assert!(few[0].contains("holds out 1 edge and test 1"), "{few:?}");
        assert_eq!((few.len(), of(1.0, 20, 19).len()), (1, 1));
        // Of 59 pairs, √(119 / (12 · 59²)) = 5.34 points.
        let chance = of(0.495, 59, 118);
        assert!(chance[0].contains("49.50 %") && chance[0].contains("it, 10.67 points"), "{chance:?}");
        assert_eq!((of(0.60, 59, 118).len(), of(0.61, 59, 118).len()), (1, 0));
    }
}
