//! How right probabilities are at the graph's own sparsity: over all pairs that there are, not over as many non-edges as edges.
//!
//! Validation edges told what a score is worth, and test edges check it: of the pairs that are neither training nor validation
//! edges, which share is a test edge, beside the share that was told.

use aevb_data::graph::LinkSplit;
use serde::Serialize;

use super::calibration::Step;
use super::{Calibration, Scorer};

/// About as many bins as are drawn.
const BINS: f64 = 12.0;

/// The normal deviate that 95 % lie within.
const TWO_SIDED: f64 = 1.96;

/// Pairs with the likeliest scores of those that are left, which are neither training nor validation edges.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TestShare {
    /// How many.
    pub pairs: u64,
    /// The share of test edges among them that the validation edges told.
    pub told: f64,
    /// How many of them are test edges.
    pub test_edges: u64,
    /// The share that is.
    pub share: f64,
    /// Where the true share lies with 95 % (Wilson, 1927).
    pub interval: [f64; 2],
}

impl Calibration {
    /// What was told beside what is, in bins of about equal numbers of test edges as told, from the likeliest pairs down. The
    /// split and the scorer are those that this was learnt of, over all pairs.
    pub fn test_shares(&self, scorer: &Scorer<'_>, split: &LinkSplit) -> Vec<TestShare> {
        let mut test_edges = vec![0_u64; self.steps.len()];
        for score in scorer.scores(&split.test.edges) {
            test_edges[self.step_of(score)] += 1;
        }
        // All of them: where half of them told what a score is worth, the others are no more pairs that may be test edges.
        let mut validation_edges = vec![0_u64; self.steps.len()];
        for score in scorer.scores(&split.validation.edges) {
            validation_edges[self.step_of(score)] += 1;
        }
        let [validation, test] = [&split.validation, &split.test].map(|part| part.edges.len() as f64);
        let of_test = test / (validation + test);
        let least = test / BINS;
        let mut shares = Vec::new();
        let (mut pairs, mut told, mut found) = (0, 0.0, 0);
        let held_out = test_edges.into_iter().zip(validation_edges);
        for (number, (step, (test_edges, validation_edges))) in self.steps.iter().zip(held_out).enumerate() {
            let others = step.pairs - validation_edges;
            pairs += others;
            told += others as f64 * told_of_others(step, of_test);
            found += test_edges;
            let is_last = number + 1 == self.steps.len();
            if pairs > 0 && (told >= least || is_last) {
                let share = found as f64 / pairs as f64;
                let interval = wilson(found, pairs);
                shares.push(TestShare {
                    pairs,
                    told: told / pairs as f64,
                    test_edges: found,
                    share,
                    interval,
                });
                (pairs, told, found) = (0, 0.0, 0);
            }
        }
        shares
    }
}

/// The probability that a pair is a test edge, if it is no validation edge; of held-out edges this share is for the test.
fn told_of_others(step: &Step, of_test: f64) -> f64 {
    let held_out = step.probability;
    held_out * of_test / (1.0 - held_out * (1.0 - of_test))
}

/// An interval for the probability of what came true in so many of so many cases.
fn wilson(hits: u64, cases: u64) -> [f64; 2] {
    let (share, cases) = (hits as f64 / cases as f64, cases as f64);
    let square = TWO_SIDED * TWO_SIDED / cases;
    let middle = share + square / 2.0;
    let half = TWO_SIDED * (share * (1.0 - share) / cases + square / (4.0 * cases)).sqrt();
    [(middle - half) / (1.0 + square), (middle + half) / (1.0 + square)].map(|end| end.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::heuristics::Heuristic;
    use aevb_data::graph::{SplitConfig, cora};

    use super::*;

    #[test]
    fn intervals_are_those_of_wilson() {
        // Brown, Cai and DasGupta (2001): 0 of 10 and 5 of 10.
        let close = |found: [f64; 2], expected: [f64; 2]| {
            assert!((found[0] - expected[0]).abs() + (found[1] - expected[1]).abs() < 2e-4, "{found:?}");
        };
        close(wilson(0, 10), [0.0, 0.2775]);
        close(wilson(5, 10), [0.2366, 0.7634]);
        close(wilson(10, 10), [0.7225, 1.0]);
    }

    /// All pairs, one by one.
    #[test]
    fn every_pair_that_is_no_training_or_validation_edge_counts_once() {
        let graph = cora();
        let split = LinkSplit::draw(&graph, &SplitConfig { validation: 0.1, test: 0.2 }, 0).expect("a split");
        let train = split.train_graph(&graph);
        let scorer = Scorer::Heuristic(Heuristic::ResourceAllocation, &train);
        let calibration =
            Calibration::of(&scorer, &split, &split.validation.edges).expect("validation edges");
        let shares = calibration.test_shares(&scorer, &split);
        assert!((3..=13).contains(&shares.len()), "{shares:?}");
        let nodes = graph.nodes() as u32;
        let known = split.without_test();
        let pairs: Vec<[u32; 2]> = (0..nodes)
            .flat_map(|i| (i + 1..nodes).map(move |j| [i, j]))
            .filter(|&[i, j]| !known.has_edge(i, j))
            .collect();
        let mut ranked: Vec<(f64, bool)> = scorer
            .scores(&pairs)
            .into_iter()
            .zip(&pairs)
            .map(|(score, &[i, j])| (calibration.probability(score), graph.has_edge(i, j)))
            .collect();
        ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let mut rest = &ranked[..];
        for bin in &shares {
            let (own, others) = rest.split_at(bin.pairs as usize);
            // Of 1582 held-out edges 1055 are for the test, and a pair that is no validation edge is one of these.
            let told = own
                .iter()
                .map(|(held_out, _)| held_out * 1055.0 / 1582.0 / (1.0 - held_out * 527.0 / 1582.0));
            let told = told.sum::<f64>() / own.len() as f64;
            assert!((bin.told - told).abs() < 1e-12 + 1e-9 * told, "{bin:?}, {told}");
            assert_eq!(bin.test_edges as usize, own.iter().filter(|(_, is_test)| *is_test).count());
            rest = others;
        }
        assert!(rest.is_empty());
        assert_eq!(shares.iter().map(|bin| bin.test_edges).sum::<u64>(), 1055);
        // What was told from other edges is true, up to chance.
        let outside = shares.iter().filter(|bin| !(bin.interval[0]..=bin.interval[1]).contains(&bin.told));
        assert!(outside.count() <= 1, "{shares:?}");
    }
}
