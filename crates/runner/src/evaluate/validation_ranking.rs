//! How well a model ranks validation edges, cheaply enough to be asked again and again while it is trained.
//!
//! Each end of a validation edge ranks the other among all nodes that it has no training or validation edge to. The test edges
//! enter nowhere: a node at the other end of one is a candidate as any other.

use aevb_data::graph::{Graph, LinkSplit};
use serde::{Deserialize, Serialize};

use super::ranked_edges::{Queries, RankedEdges, validation_edges_in_words};
use super::ranking::Ranking;
use super::validation_metric::{Ranked, ValidationMetric};
use crate::error::{Error, Result};
use crate::experiment::{Metric, Part};
use crate::model_scores::ModelScores;

/// The validation edges that are ranked at every evaluation: all, or a sample that follows from the seed.
#[derive(Clone, Debug)]
pub struct ValidationEdges {
    edges: Vec<[u32; 2]>,
    of: usize,
    /// The graph without its test edges.
    known: Graph,
}

/// How well a model ranks validation edges.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValidationRanking {
    /// The validation edges that were ranked.
    pub edges: usize,
    /// The validation edges that there are.
    pub of: usize,
    /// MRR and Hits@K, filtered per source by the training and validation edges.
    #[serde(flatten)]
    pub ranking: Ranking,
    /// The standard errors of these means over edges, each with the mean of its two ends.
    pub standard_error: Ranking,
}

impl ValidationEdges {
    /// Those of a split that judge a model's scores.
    pub fn of(split: &LinkSplit, scores: &ModelScores, queries: Queries) -> Self {
        let judging = scores.judging().edges;
        let RankedEdges { edges, of } = queries.while_training(&judging, Part::Validation);
        Self { edges: edges.into_owned(), of, known: split.without_test() }
    }

    /// Ranks them by a model's scores.
    ///
    /// # Errors
    /// If there is no validation edge.
    pub fn rank(&self, scores: &ModelScores) -> Result<ValidationRanking> {
        let ranks = scores.validation_ranks(&self.edges, &self.known)?;
        let ranking =
            Ranking::of(&ranks).ok_or_else(|| Error::failed("there is no validation edge to rank"))?;
        Ok(ValidationRanking {
            edges: self.edges.len(),
            of: self.of,
            ranking,
            standard_error: Ranking::standard_errors(&ranks),
        })
    }
}

impl ValidationRanking {
    /// MRR and Hits@K by name.
    pub fn metrics(&self) -> impl Iterator<Item = ValidationMetric> {
        let &Self { edges, of, ranking, standard_error } = self;
        let values = |ranking: Ranking| std::iter::once(ranking.mrr).chain(ranking.hits.values());
        let metrics = Metric::RANKING.into_iter().zip(values(ranking)).zip(values(standard_error));
        metrics.map(move |((metric, value), standard_error)| ValidationMetric {
            name: metric.name(),
            value,
            ranked: Some(Ranked { standard_error, edges, of }),
        })
    }

    /// The metrics as a line for a reader.
    pub fn to_text(&self) -> String {
        format!("{}, of {}", self.ranking.with_errors(&self.standard_error), self.edges_in_words())
    }

    /// The edges in words.
    pub fn edges_in_words(&self) -> String {
        validation_edges_in_words(self.edges, self.of)
    }
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::{HeldOut, SplitConfig};
    use rand::RngExt;

    use super::*;
    use crate::random::{Purpose, Streams};

    const NODES: usize = 40;
    const WIDTH: usize = 3;

    /// A graph that is drawn, its split, and latent vectors of small whole numbers, whose inner products are exact and often the
    /// same.
    fn drawn(seed: u64) -> (Graph, LinkSplit, Vec<f32>) {
        let mut random = Streams::new(seed).generator(Purpose::Sampling, 0);
        let nodes = NODES as u32;
        let pairs: Vec<(u32, u32)> =
            (0..200).map(|_| (random.random_range(0..nodes), random.random_range(0..nodes))).collect();
        let graph = Graph::from_edges(NODES, pairs).expect("a graph").0;
        let config = SplitConfig { validation: 0.2, test: 0.3 };
        let split = LinkSplit::draw(&graph, &config, seed).expect("it can be split");
        let z = (0..NODES * WIDTH).map(|_| random.random_range(-3..4) as f32).collect();
        (graph, split, z)
    }

    /// The rank of each end of each edge from the other, candidate by candidate.
    fn plain_ranks(z: &[f32], edges: &[[u32; 2]], is_left_out: impl Fn(u32, u32) -> bool) -> Vec<[f64; 2]> {
        let score = |i: u32, j: u32| -> f64 {
            let row = |node: u32| &z[node as usize * WIDTH..][..WIDTH];
            row(i).iter().zip(row(j)).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
        };
        let rank = |source: u32, target: u32| {
            let mut rank = 1.0;
            for node in 0..NODES as u32 {
                if node != source && !is_left_out(source, node) {
                    let difference = score(source, node) - score(source, target);
                    rank += if difference > 0.0 { 1.0 } else { 0.0 };
                    rank += if difference == 0.0 { 0.5 } else { 0.0 };
                }
            }
            rank
        };
        edges.iter().map(|&[i, j]| [rank(i, j), rank(j, i)]).collect()
    }

    /// The mean of a number of each edge, and its standard error.
    fn plain_mean(of_edges: &[f64]) -> [f64; 2] {
        let count = of_edges.len() as f64;
        let mean = of_edges.iter().sum::<f64>() / count;
        let variance = of_edges.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        [mean, (variance / count).sqrt()]
    }

    #[test]
    fn ranks_are_among_all_that_is_no_training_or_validation_edge() {
        for seed in 0..8 {
            let (graph, split, z) = drawn(seed);
            let scores = ModelScores::of_rows(&z, [NODES, WIDTH], &split.validation);
            let found = ValidationEdges::of(&split, &scores, Queries::unasked(Streams::new(0)))
                .rank(&scores)
                .expect("edges");
            let edges = &split.validation.edges;
            assert_eq!((found.edges, found.of), (edges.len(), edges.len()));
            let is_of = |edges: &[[u32; 2]], i: u32, j: u32| edges.contains(&[i.min(j), i.max(j)]);
            let is_known = |i, j| is_of(&split.train, i, j) || is_of(edges, i, j);
            let ranks = plain_ranks(&z, edges, is_known);
            let metrics: Vec<ValidationMetric> = found.metrics().collect();
            assert_eq!(metrics.len(), 6);
            let of_rank = |name: &str, rank: f64| match name.strip_prefix("hits@") {
                None => 1.0 / rank,
                Some(k) => f64::from(u8::from(rank <= k.parse().expect("a number"))),
            };
            for metric in metrics {
                let of_edge =
                    |ends: &[f64; 2]| ends.map(|rank| of_rank(metric.name, rank)).iter().sum::<f64>() / 2.0;
                let [mean, error] = plain_mean(&ranks.iter().map(of_edge).collect::<Vec<_>>());
                let ranked = metric.ranked.expect("measured on edges");
                assert!((metric.value - mean).abs() < 1e-12, "{}: {} {mean}", metric.name, metric.value);
                assert!((ranked.standard_error - error).abs() < 1e-12, "{}: {ranked:?} {error}", metric.name);
            }
            // By the test edges as a filter ranks would be others.
            let filtered = plain_ranks(&z, edges, |i, j| graph.has_edge(i, j));
            assert!(
                filtered != ranks && filtered.iter().zip(&ranks).all(|(by_all, by_known)| by_all <= by_known)
            );
        }
    }

    #[test]
    fn test_edges_enter_nowhere() {
        let (_, split, z) = drawn(1);
        let scores = ModelScores::of_rows(&z, [NODES, WIDTH], &split.validation);
        let rank = |split: &LinkSplit| {
            ValidationEdges::of(split, &scores, Queries::unasked(Streams::new(0)))
                .rank(&scores)
                .expect("edges")
        };
        let moved = LinkSplit {
            test: HeldOut { edges: split.test.non_edges.clone(), non_edges: split.test.edges.clone() },
            ..split.clone()
        };
        assert_eq!(rank(&split), rank(&moved));
        assert_ne!(rank(&split), rank(&LinkSplit { train: Vec::new(), ..split.clone() }));
    }

    #[test]
    fn of_many_edges_a_sample_is_ranked_that_follows_from_the_seed() {
        let (_, split, z) = drawn(2);
        let scores = ModelScores::of_rows(&z, [NODES, WIDTH], &split.validation);
        let some = |seed| ValidationEdges::of(&split, &scores, Queries::no_more_than(12, Streams::new(seed)));
        assert_eq!(some(0).edges, some(0).edges);
        assert_ne!(some(0).edges, some(1).edges);
        let ranking = some(0).rank(&scores).expect("edges");
        let of = split.validation.edges.len();
        assert_eq!((ranking.edges, ranking.of), (12, of));
        assert!(ranking.to_text().ends_with(&format!(" %, of a sample of 12 of {of} validation edges")));
        let json = serde_json::to_value(ranking).expect("JSON");
        let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["edges", "hits", "mrr", "of", "standard_error"]);
        assert_eq!(serde_json::from_value::<ValidationRanking>(json).expect("reads back"), ranking);
    }
}
