//! Probabilities of scores: how often a pair with such a score is an edge that was held out.
//!
//! Validation and test edges are drawn alike, and no weight is learnt from either but those of covariates, from half of the validation
//! edges that then tells nothing here (of fewer than 1000 from both, and probabilities are a little high). So of the pairs that are no training edges
//! and score alike, as many are held-out edges as are validation edges, times what there is of held-out edges for each
//! validation edge: P(held out | score) = P(validation | score) · held-out edges / validation edges. Validation edges may have
//! chosen the epoch whose weights are kept, and what ranks the links; then they score a little better than test edges, and
//! probabilities are a little high. Test edges take part as pairs that are no validation edges, which every pair is taken for
//! whose part is not known, and tell nothing of themselves.
//!
//! P(validation | score) never falls as the score rises: an isotonic regression of all pairs at once, in blocks that begin at the
//! score of a validation edge. At the top, few pairs would make it over-sure, so a block has several validation edges, and a
//! few pairs never make a probability of 1: see [`shrunk`].

use aevb_data::graph::LinkSplit;
use aevb_models::ranking::AllPairs;

use super::Scorer;
use super::isotonic::never_rising;
use super::two_hop::TwoHop;

/// With fewer validation edges, probabilities cannot be relied on.
pub const FEW: usize = 50;

/// What scores are worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// From the highest scores down.
    pub(super) steps: Vec<Step>,
}

/// Scores of one probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// The lowest of the scores; −∞ in the last.
    lowest: f64,
    pub probability: f64,
    /// The pairs that it was learnt from.
    pub pairs: u64,
    /// How many of them are validation edges.
    pub validation: u64,
}

/// Pairs that score alike and are no training edges.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Block {
    lowest: f64,
    pairs: u64,
    /// How many of them are validation edges.
    validation: u64,
}

impl Calibration {
    /// Learns from those of the validation edges of a split that judge the scores what the scores are worth that a model or a heuristic gives, which learnt
    /// from the training edges alone. None where nothing is held out for validation.
    pub fn of(scorer: &Scorer<'_>, split: &LinkSplit, judging: &[[u32; 2]]) -> Option<Self> {
        let count = |thresholds: &[f64]| scorer.count_pairs(thresholds);
        let scale = Self::scale(split, judging);
        Self::learn(scorer, scale, judging, &split.train, count)
    }

    /// The same of the pairs alone that have a common neighbour, as a model scores them: what a score is worth is another
    /// number for them than for all pairs.
    pub fn among(
        two_hop: &TwoHop<'_>,
        products: &AllPairs<'_>,
        split: &LinkSplit,
        judging: &[[u32; 2]],
    ) -> Option<Self> {
        let of = |edges: &[[u32; 2]]| -> Vec<[u32; 2]> {
            edges.iter().copied().filter(|&pair| two_hop.has(pair)).collect()
        };
        let count = |thresholds: &[f64]| two_hop.count_pairs(products, thresholds);
        let (validation, train) = (of(judging), of(&split.train));
        Self::learn(&Scorer::Model(*products), Self::scale(split, judging), &validation, &train, count)
    }

    /// From some of the validation edges and the training edges of a split, and all other pairs that `count` counts.
    fn learn(
        scorer: &Scorer<'_>,
        scale: f64,
        validation: &[[u32; 2]],
        train: &[[u32; 2]],
        count: impl Fn(&[f64]) -> Vec<u64>,
    ) -> Option<Self> {
        let of_edges = scorer.scores(validation);
        let mut thresholds = of_edges.clone();
        // Adding 0 turns −0 into 0, so that the total order agrees with `==`.
        thresholds.iter_mut().for_each(|score| *score += 0.0);
        thresholds.sort_unstable_by(f64::total_cmp);
        thresholds.dedup();
        let mut pairs = count(&thresholds);
        let bin = |score: f64| thresholds.partition_point(|threshold| *threshold <= score);
        for score in scorer.scores(train) {
            pairs[bin(score)] -= 1;
        }
        let mut validation = vec![0; pairs.len()];
        for score in of_edges {
            validation[bin(score)] += 1;
        }
        let lowest = std::iter::once(f64::NEG_INFINITY).chain(thresholds.iter().copied());
        let blocks = lowest.zip(pairs).zip(validation);
        let blocks = blocks.map(|((lowest, pairs), validation)| Block { lowest, pairs, validation });
        let mut blocks: Vec<Block> = blocks.collect();
        blocks.reverse();
        Self::fit(&blocks, scale)
    }

    /// How many held-out edges each validation edge that is learnt from stands for.
    fn scale(split: &LinkSplit, judging: &[[u32; 2]]) -> f64 {
        let held_out = split.validation.edges.len() + split.test.edges.len();
        held_out as f64 / judging.len() as f64
    }

    /// From blocks by falling scores, the last of which reaches down to −∞. Each validation edge stands for `scale` held-out
    /// ones.
    fn fit(blocks: &[Block], scale: f64) -> Option<Self> {
        let all: u64 = blocks.iter().map(|block| block.validation).sum();
        if all == 0 {
            return None;
        }
        // Chosen by trial on citation graphs with and without features and on graphs of NetworkX (`bench/calibration.py`): more
        // blur what few edges tell, fewer are over-sure.
        let least = (all / 20).clamp(2, 5);
        let mut wide: Vec<Block> = Vec::new();
        let mut open = Block::default();
        for block in blocks {
            open = Block {
                lowest: block.lowest,
                pairs: open.pairs + block.pairs,
                validation: open.validation + block.validation,
            };
            if open.validation >= least {
                wide.push(std::mem::take(&mut open));
            }
        }
        match wide.last_mut() {
            // No pair is left to tell what lower scores are worth.
            Some(last) if open.pairs == 0 => last.lowest = f64::NEG_INFINITY,
            _ => wide.push(Block { lowest: f64::NEG_INFINITY, ..open }),
        }
        let pooled = pool(&wide);
        let probabilities: Vec<f64> = pooled.iter().map(|block| shrunk(block, scale)).collect();
        let weights: Vec<f64> = pooled.iter().map(|block| block.pairs as f64).collect();
        // Few pairs are shrunk more than many, so that a block may now be below the next.
        let fitted = never_rising(&probabilities, &weights);
        let steps = pooled.iter().zip(fitted);
        let steps = steps.map(|(&Block { lowest, pairs, validation }, probability)| Step {
            lowest,
            probability,
            pairs,
            validation,
        });
        Some(Self { steps: steps.collect() })
    }

    /// The probability that a pair with this score, which is no training edge, is one of the held-out edges.
    pub fn probability(&self, score: f64) -> f64 {
        self.steps.get(self.step_of(score)).map_or(0.0, |step| step.probability)
    }

    /// The place of the step of a score.
    pub(super) fn step_of(&self, score: f64) -> usize {
        let step = self.steps.partition_point(|step| step.lowest > score);
        step.min(self.steps.len().saturating_sub(1))
    }
}

/// Blocks whose shares of validation edges never rise, from those that do where scores fall.
fn pool(blocks: &[Block]) -> Vec<Block> {
    let weights: Vec<f64> = blocks.iter().map(|block| block.pairs as f64).collect();
    let shares: Vec<f64> =
        blocks.iter().zip(&weights).map(|(block, pairs)| block.validation as f64 / pairs).collect();
    let fitted: Vec<(&Block, f64)> = blocks.iter().zip(never_rising(&shares, &weights)).collect();
    let pools = fitted.chunk_by(|(_, one), (_, next)| one == next);
    let pools = pools.map(|pool| {
        pool.iter().fold(Block::default(), |sum, (block, _)| Block {
            lowest: block.lowest,
            pairs: sum.pairs + block.pairs,
            validation: sum.validation + block.validation,
        })
    });
    pools.collect()
}

/// The share of held-out edges in a block, where each validation edge stands for `scale` of them: as though `scale` more pairs
/// were there, none of them an edge; and at most (pairs + 1) / (pairs + 2), what Laplace's rule of succession makes of pairs
/// that are all edges.
fn shrunk(block: &Block, scale: f64) -> f64 {
    let pairs = block.pairs as f64;
    (scale * block.validation as f64 / (pairs + scale)).min((pairs + 1.0) / (pairs + 2.0))
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::heuristics::Heuristic;
    use aevb_data::graph::{Graph, HeldOut, SplitConfig, cora};

    use super::super::Reliability;
    use super::*;

    fn blocks(of: &[(f64, u64, u64)]) -> Vec<Block> {
        of.iter().map(|&(lowest, pairs, validation)| Block { lowest, pairs, validation }).collect()
    }

    /// With so many test edges beside the validation edges of the blocks.
    fn fit(blocks: &[Block], test: u64) -> Option<Calibration> {
        let all: u64 = blocks.iter().map(|block| block.validation).sum();
        Calibration::fit(blocks, (all + test) as f64 / all as f64)
    }

    #[test]
    fn shares_never_fall_with_the_score_and_count_all_that_is_held_out() {
        let end = f64::NEG_INFINITY;
        // Blocks of two validation edges: 2 of 5, 3 of 5, which rise and are pooled to 5 of 10, and 1 of 90.
        let of = blocks(&[(9.0, 2, 1), (8.0, 3, 1), (7.0, 5, 3), (end, 90, 1)]);
        let close =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-15, "{found}, {expected}");
        let calibration = fit(&of, 6).expect("validation edges");
        let of = |score| calibration.probability(score);
        // Twelve edges are held out, two for each of validation.
        close(of(8.0), 2.0 * 5.0 / (10.0 + 2.0));
        assert_eq!((of(100.0), of(7.0)), (of(8.0), of(8.0)));
        close(of(6.9), 2.0 / (90.0 + 2.0));
        assert_eq!(of(f64::MIN), of(6.9));
        let without_test = fit(&blocks(&[(8.0, 5, 2), (7.0, 5, 3), (end, 90, 1)]), 0);
        close(without_test.expect("validation edges").probability(8.0), 5.0 / (10.0 + 1.0));
        assert_eq!(fit(&blocks(&[(end, 90, 0)]), 6), None);
        // One edge alone tells the share of all pairs.
        let one = fit(&blocks(&[(1.0, 1, 1), (end, 99, 0)]), 1).expect("an edge");
        close(one.probability(2.0), 2.0 / (100.0 + 2.0));
        assert_eq!(one.probability(2.0), one.probability(0.0));
        let no_rest = fit(&blocks(&[(1.0, 8, 4), (end, 0, 0)]), 0).expect("edges");
        close(no_rest.probability(1.0), 4.0 / (8.0 + 1.0));
        assert_eq!(no_rest.probability(1.0), no_rest.probability(0.0));
    }

    #[test]
    fn few_pairs_are_never_sure() {
        let end = f64::NEG_INFINITY;
        let probability = |of: &[(f64, u64, u64)], test, score| {
            fit(&blocks(of), test).expect("validation edges").probability(score)
        };
        // Three edges are held out for each of validation: 3 · 4 / (4 + 3) is above 1, and at most five in six are believed.
        assert_eq!(probability(&[(9.0, 4, 4), (end, 96, 0)], 8, 9.0), 5.0 / 6.0);
        // Three in four of two pairs would be less than 41 in 42 of the 40 next, so they are pooled.
        let of = [(9.0, 2, 2), (8.0, 40, 36), (end, 1000, 0)];
        let pooled = (2.0 * 3.0 / 4.0 + 40.0 * 41.0 / 42.0) / 42.0;
        for score in [9.0, 8.0] {
            let found = probability(&of, 76, score);
            assert!((found - pooled).abs() < 1e-12, "{found}, {pooled}");
        }
        assert_eq!(probability(&of, 76, 7.0), 0.0);
    }

    /// The best pairs of a split that nobody chose, as many as edges are held out.
    fn reliability(graph: &Graph, heuristic: Heuristic, seed: u64) -> Reliability {
        let split = LinkSplit::draw(graph, &SplitConfig::default(), seed).expect("a split");
        let train = split.train_graph(graph);
        let scorer = Scorer::Heuristic(heuristic, &train);
        let calibration =
            Calibration::of(&scorer, &split, &split.validation.edges).expect("validation edges");
        let count = split.validation.edges.len() + split.test.edges.len();
        let best = scorer.best_pairs(count, |node| train.neighbours(node));
        let told = best
            .iter()
            .map(|link| (calibration.probability(link.score), graph.has_edge(link.pair[0], link.pair[1])));
        Reliability::of(&told.collect::<Vec<_>>())
    }

    #[test]
    fn probabilities_are_right_on_cora() {
        let graph = cora();
        for heuristic in
            [Heuristic::ResourceAllocation, Heuristic::AdamicAdar, Heuristic::PreferentialAttachment]
        {
            for seed in 0..3 {
                let reliability = reliability(&graph, heuristic, seed);
                assert_eq!(reliability.pairs, 790);
                assert!(reliability.error <= 0.05, "{heuristic:?}, {seed}: {reliability:?}");
                let likeliest = reliability.bins[0].probability;
                assert!(likeliest > 0.001 && likeliest < 0.9, "{heuristic:?}, {seed}: {reliability:?}");
            }
        }
    }

    /// What is held out for the test, and which pairs are, does not matter to anything but their number.
    #[test]
    fn test_edges_tell_nothing() {
        let graph = cora();
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("a split");
        let train = split.train_graph(&graph);
        let scorer = Scorer::Heuristic(Heuristic::ResourceAllocation, &train);
        let others: Vec<[u32; 2]> = (0..split.test.edges.len() as u32).map(|i| [i, i + 2000]).collect();
        let test = HeldOut { edges: others, non_edges: Vec::new() };
        let other = LinkSplit { test, ..split.clone() };
        assert_eq!(
            Calibration::of(&scorer, &split, &split.validation.edges),
            Calibration::of(&scorer, &other, &other.validation.edges)
        );
    }
}
