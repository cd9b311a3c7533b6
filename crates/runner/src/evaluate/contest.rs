//! Who ranks the validation edges better: the model, or what needs no learning.
//!
//! It is decided on validation edges, so that the test edges stay for what is said of the winner: they are not even left out
//! of what a validation edge competes with.

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{Graph, LinkSplit};
use serde::{Deserialize, Serialize};

use super::heuristics::heuristic_ranks;
use super::ranked_edges::{Queries, validation_edges_in_words};
use super::summary::{mean, standard_error};
use crate::error::{Error, Result};
use crate::experiment::Part;
use crate::model_scores::ModelScores;

/// The heuristics that compete unasked on a graph: those whose ranks take seconds.
pub fn contestants(graph: &Graph) -> Vec<Heuristic> {
    let takes_long = |heuristic: &Heuristic| *heuristic == Heuristic::PersonalisedPageRank;
    Heuristic::of(graph).into_iter().filter(|heuristic| !takes_long(heuristic)).collect()
}

/// Mean reciprocal ranks of the same validation edges, filtered per source by the training and validation edges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contest {
    /// The validation edges that were ranked.
    pub edges: usize,
    /// The validation edges that there are.
    pub of: usize,
    /// The model's mean reciprocal rank, a fraction in [0, 1].
    pub model: f64,
    /// The heuristics, in the order in which they were asked for.
    pub heuristics: Vec<Contestant>,
}

/// A heuristic in a contest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contestant {
    /// Which.
    #[serde(rename = "name", with = "super::heuristic_key")]
    pub heuristic: Heuristic,
    /// Its mean reciprocal rank, a fraction in [0, 1].
    pub mrr: f64,
    /// The standard error of what it is above the model's, from the differences of each edge.
    pub standard_error: f64,
}

impl Contest {
    /// Ranks the validation edges of `split` that judge a model's scores by these and by heuristics on the training graph `train`; on a large
    /// graph a sample of them, which follows from the seed.
    ///
    /// # Errors
    /// If the split has no validation edge.
    pub fn of(
        scores: &ModelScores,
        heuristics: &[Heuristic],
        train: &Graph,
        split: &LinkSplit,
        queries: Queries,
    ) -> Result<Self> {
        let judging = scores.judging().edges;
        let ranked = queries.by_heuristics(&judging, train, Part::Validation);
        let (edges, known) = (&ranked.edges[..], split.without_test());
        if edges.is_empty() {
            return Err(Error::failed("there is no validation edge to rank"));
        }
        let model = reciprocals(&scores.validation_ranks(edges, &known)?);
        let heuristics = heuristics.iter().map(|&heuristic| {
            let theirs = reciprocals(&heuristic_ranks(heuristic, &known, train, edges));
            let differences: Vec<f64> =
                theirs.iter().zip(&model).map(|(theirs, ours)| theirs - ours).collect();
            Contestant { heuristic, mrr: mean(&theirs), standard_error: standard_error(&differences) }
        });
        let heuristics = heuristics.collect();
        Ok(Self { edges: edges.len(), of: ranked.of, model: mean(&model), heuristics })
    }

    /// The heuristic that ranks better than the model and all others, where there is one.
    pub fn winner(&self) -> Option<&Contestant> {
        let better = self.heuristics.iter().filter(|contestant| contestant.mrr > self.model);
        // The first of several that are level.
        better.reduce(|best, next| if next.mrr > best.mrr { next } else { best })
    }

    /// The edges in words.
    pub fn edges_in_words(&self) -> String {
        validation_edges_in_words(self.edges, self.of)
    }
}

/// The mean of the two reciprocal ranks of each edge.
pub(super) fn reciprocals(ranks: &[f64]) -> Vec<f64> {
    ranks.chunks_exact(2).map(|ranks| (1.0 / ranks[0] + 1.0 / ranks[1]) / 2.0).collect()
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::SplitConfig;

    use super::*;
    use crate::evaluate::{Ranking, filtered_ranking};
    use crate::random::{Purpose, Streams, standard_normals};

    fn cora() -> (Graph, LinkSplit, Vec<f32>) {
        let graph = aevb_data::graph::cora();
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("Cora can be split");
        let mut random = Streams::new(2).generator(Purpose::Sampling, 0);
        let z = standard_normals(&mut random, graph.nodes() * 4);
        (graph, split, z)
    }

    #[test]
    fn all_that_compete_rank_the_validation_edges() {
        let (graph, split, z) = cora();
        let (train, validation) = (split.train_graph(&graph), &split.validation.edges);
        let scores = ModelScores::of_rows(&z, [graph.nodes(), 4], &split.validation);
        let all = scores.all.all().expect("finite");
        let contest =
            Contest::of(&scores, &contestants(&graph), &train, &split, Queries::unasked(Streams::new(0)))
                .expect("edges");
        let known = split.without_test();
        assert_eq!((contest.edges, contest.of), (263, 263));
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(contest.model, filtered_ranking(&all, &known, validation).expect("edges").mrr);
        for contestant in &contest.heuristics {
            let ranks = heuristic_ranks(contestant.heuristic, &known, &train, validation);
            close(contestant.mrr, Ranking::of(&ranks).expect("edges").mrr);
            assert!((0.0..0.05).contains(&contestant.standard_error), "{contestant:?}");
        }
        // A test edge competes like any pair without an edge, and some of them do so in front of a validation edge.
        let by_all_edges = filtered_ranking(&all, &graph, validation).expect("edges").mrr;
        assert!(contest.model < by_all_edges, "{} {by_all_edges}", contest.model);
        // Draws know nothing of Cora, where neighbours of neighbours are often linked.
        let best = contest.winner().expect("the model is drawn");
        assert!(best.mrr - contest.model > 4.0 * best.standard_error, "{contest:?}");
        assert!(contest.heuristics.iter().all(|contestant| contestant.mrr <= best.mrr));
        let json = serde_json::to_value(&contest).expect("JSON");
        assert_eq!(json["heuristics"][2]["name"], "resource-allocation");
        assert_eq!(serde_json::from_value::<Contest>(json).expect("reads back"), contest);
    }

    #[test]
    fn a_model_that_is_level_wins() {
        let contestant = |heuristic, mrr| Contestant { heuristic, mrr, standard_error: 0.0 };
        let heuristics = [0.5, 0.75, 0.75].into_iter().zip(contestants(&aevb_data::graph::cora()));
        let heuristics = heuristics.map(|(mrr, heuristic)| contestant(heuristic, mrr)).collect();
        let contest = Contest { edges: 5, of: 9, model: 0.75, heuristics };
        assert_eq!(contest.winner(), None);
        let weaker = Contest { model: 0.6, ..contest };
        assert_eq!(weaker.winner().map(|best| best.heuristic), Some(Heuristic::AdamicAdar));
        assert_eq!(weaker.edges_in_words(), "a sample of 5 of 9 validation edges");
    }
}
