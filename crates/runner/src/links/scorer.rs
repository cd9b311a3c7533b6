//! What scores pairs: the decoder of a model, or a heuristic on a graph.

use aevb_data::graph::Graph;
use aevb_data::graph::heuristics::Heuristic;
use aevb_models::ranking::{AllPairs, Bins};

use super::Forecast;
use super::forecast::tell_of_heuristic;

/// A pair and its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The nodes.
    pub pair: [u32; 2],
    /// The model's score, of single precision, or the heuristic's.
    pub score: f64,
}

/// What scores pairs.
#[derive(Clone, Copy, Debug)]
pub enum Scorer<'a> {
    /// The posterior's means of a model.
    Model(AllPairs<'a>),
    /// A heuristic on a graph.
    Heuristic(Heuristic, &'a Graph),
}

impl Scorer<'_> {
    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Model(_) => "the model",
            Self::Heuristic(heuristic, _) => heuristic.name(),
        }
    }

    /// The score of each pair.
    pub fn scores(&self, pairs: &[[u32; 2]]) -> Vec<f64> {
        match self {
            Self::Model(products) => products.scores(pairs).into_iter().map(f64::from).collect(),
            Self::Heuristic(heuristic, graph) => heuristic.scores(graph, pairs),
        }
    }

    /// The `count` pairs `i < j` that score highest, without those of `j` in `excluded(i)`, and of a heuristic those above 0
    /// alone: the highest first, and of equal ones the first in the order of pairs.
    pub fn best_pairs<'g>(&self, count: usize, excluded: impl Fn(u32) -> &'g [u32] + Sync) -> Vec<Link> {
        match self {
            Self::Model(products) => {
                let forecast =
                    Forecast::of("scoring", products.pairs(), "pairs of nodes").of_work(products.work());
                let done = |pairs| forecast.done(pairs);
                let best = products.best_pairs(count, excluded, done).into_iter();
                best.map(|best| Link { pair: best.pair, score: best.score.into() }).collect()
            }
            Self::Heuristic(heuristic, graph) => {
                tell_of_heuristic(*heuristic, graph);
                let best = heuristic.best_pairs(graph, count, excluded).into_iter();
                best.map(|best| Link { pair: best.pair, score: best.score }).collect()
            }
        }
    }

    /// As [`Self::best_pairs`], but `count` pairs of each source.
    pub fn best_partners<'g>(
        &self,
        sources: &[u32],
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<Link> {
        match self {
            Self::Model(products) => {
                let best = products.best_partners(sources, count, excluded).into_iter().flatten();
                best.map(|best| Link { pair: best.pair, score: best.score.into() }).collect()
            }
            Self::Heuristic(heuristic, graph) => {
                let best = heuristic.best_partners(graph, sources, count, excluded).into_iter().flatten();
                best.map(|best| Link { pair: best.pair, score: best.score }).collect()
            }
        }
    }

    /// The pairs that a count by scores goes through one by one: all of a model's, as often as one takes an inner product's time, with
    /// what is added to some; few of a heuristic's.
    pub fn counted(&self) -> u64 {
        match self {
            Self::Model(products) => products.work().saturating_mul(products.cost()),
            Self::Heuristic(..) => 0,
        }
    }

    /// How many of all pairs `i < j` reach exactly `b` of the ascending, distinct scores `thresholds`, for `b` from 0 to their
    /// number.
    pub(super) fn count_pairs(&self, thresholds: &[f64]) -> Vec<u64> {
        let (heuristic, graph) = match self {
            // The thresholds are scores of the model, and so of single precision.
            Self::Model(products) => {
                let of = "pairs of nodes for held_out_probability";
                let forecast = Forecast::of("counting", products.pairs(), of).of_work(products.work());
                let bins = Bins::new(thresholds.iter().map(|&score| score as f32).collect());
                return products.count_pairs(&bins, |pairs| forecast.done(pairs));
            }
            Self::Heuristic(heuristic, graph) => (*heuristic, *graph),
        };
        let bins = Bins::new(thresholds.to_vec());
        let mut counts = vec![0; thresholds.len() + 1];
        if heuristic == Heuristic::PreferentialAttachment {
            for (score, pairs) in Heuristic::degree_products(graph) {
                counts[bins.bin(score)] += pairs;
            }
        } else {
            let zeros = || vec![0_u64; thresholds.len() + 1];
            let shares = heuristic.fold_pairs(graph, zeros, |counts, _, score| counts[bins.bin(score)] += 1);
            for share in shares {
                counts.iter_mut().zip(share).for_each(|(sum, count)| *sum += count);
            }
        }
        let of_zero = graph.pairs() - counts.iter().sum::<u64>();
        counts[bins.bin(0.0)] += of_zero;
        counts
    }
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::cora;
    use aevb_models::ranking::InnerProducts;

    use super::*;
    use crate::random::{Purpose, Streams, standard_normals};

    #[test]
    fn all_pairs_are_counted() {
        let graph = cora();
        let edges: Vec<[u32; 2]> = graph.edges().step_by(2).collect();
        let train = graph.with_edges(&edges);
        let z = standard_normals(&mut Streams::new(2).generator(Purpose::Sampling, 0), graph.nodes() * 3);
        let model =
            Scorer::Model(AllPairs::from(InnerProducts::new(&z, [graph.nodes(), 3]).expect("finite")));
        let heuristics = [Heuristic::ResourceAllocation, Heuristic::PreferentialAttachment];
        let heuristics = heuristics.map(|heuristic| Scorer::Heuristic(heuristic, &train));
        let nodes = graph.nodes() as u32;
        let all: Vec<[u32; 2]> = (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| [i, j])).collect();
        for scorer in [model].into_iter().chain(heuristics) {
            let mut thresholds = scorer.scores(&edges[..40]);
            thresholds.sort_by(f64::total_cmp);
            thresholds.dedup();
            let mut expected = vec![0; thresholds.len() + 1];
            for score in scorer.scores(&all) {
                expected[thresholds.partition_point(|threshold| *threshold <= score)] += 1;
            }
            assert_eq!(scorer.count_pairs(&thresholds), expected, "{}", scorer.name());
        }
    }
}
