//! The ranks that a model gives to test edges, of which large graphs have too many.

use aevb_data::graph::Graph;
use aevb_models::ranking::AllPairs;
use serde::{Deserialize, Serialize};

use super::by_side::RankingBySide;
use super::ranked_edges::{RankedEdges, edges_in_words};
use super::ranking::Ranking;
use super::steps::Steps;
use crate::error::{Error, Result};

/// Ranks between two looks at the time.
const CHUNK: usize = 1 << 13;

/// The sample of the test edges that MRR and Hits@K are means over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestSample {
    /// The test edges of the sample.
    pub edges: usize,
    /// The test edges that there are.
    pub of: usize,
    /// The standard errors of these means over edges, each with the mean of its two ends.
    pub standard_error: Ranking,
}

impl TestSample {
    /// The edges in words.
    pub fn edges_in_words(&self) -> String {
        edges_in_words(self.edges, self.of, "test")
    }

    /// The means over them as a line for a reader.
    pub fn to_text(&self, ranking: &Ranking) -> String {
        format!("{}, of {}", ranking.with_errors(&self.standard_error), self.edges_in_words())
    }
}

/// How far the draw of the test edges may move what is measured on them: standard errors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestErrors {
    /// Of the AUC, by Hanley and McNeil (1982).
    pub auc: f64,
    /// Of the MRR, over the edges that are ranked, each with the mean of its two ends.
    pub mrr: f64,
}

/// How a model ranks test edges.
#[derive(Clone, Debug, PartialEq)]
pub struct TestRanking {
    /// The edges that are ranked, in the order of the split.
    pub edges: Vec<[u32; 2]>,
    /// Their ranks, two an edge: of its second node from its first, and of its first from its second.
    ranks: Vec<f64>,
    /// MRR and Hits@K.
    pub ranking: Ranking,
    /// Their standard errors.
    pub standard_error: Ranking,
    /// Of what sample they are, where they are of one.
    pub sample: Option<TestSample>,
    /// By the side that ranks, where the graph has sides.
    pub by_side: Option<RankingBySide>,
}

impl TestRanking {
    /// The ranks of some of the edges, which are in the order of the split, too.
    pub(super) fn ranks_of(&self, edges: &[[u32; 2]]) -> Vec<f64> {
        let mut wanted = edges.iter().peekable();
        let all = self.edges.iter().zip(self.ranks.chunks_exact(2));
        let found: Vec<f64> = all
            .filter(|(edge, _)| wanted.next_if_eq(edge).is_some())
            .flat_map(|(_, ranks)| ranks)
            .copied()
            .collect();
        assert_eq!(found.len(), 2 * edges.len(), "a smaller sample is part of a larger one");
        found
    }
}

/// MRR and Hits@K of test edges, each end ranking the other among all nodes that it may have an edge to and has none to in
/// `graph`.
///
/// # Errors
/// If there is no edge.
pub fn test_ranking(scores: &AllPairs<'_>, graph: &Graph, ranked: &RankedEdges<'_>) -> Result<TestRanking> {
    let queries: Vec<[u32; 2]> = ranked.edges.iter().flat_map(|&[i, j]| [[i, j], [j, i]]).collect();
    let steps = Steps::new("ranks by the model", queries.len());
    let mut ranks = vec![0.0; queries.len()];
    // The targets of a hub come together: what all have in common is found once.
    let mut places: Vec<usize> = (0..queries.len()).collect();
    places.sort_unstable_by_key(|&place| queries[place]);
    for places in places.chunks(CHUNK) {
        let queries: Vec<[u32; 2]> = places.iter().map(|&place| queries[place]).collect();
        let found = scores.ranks(&queries, |source| graph.neighbours(source));
        places.iter().zip(found).for_each(|(&place, rank)| ranks[place] = rank);
        steps.done(queries.len());
    }
    let ranking = Ranking::of(&ranks).ok_or_else(|| Error::failed("there is no test edge to rank"))?;
    let standard_error = Ranking::standard_errors(&ranks);
    let sample = ranked.sampled().map(|edges| TestSample { edges, of: ranked.of, standard_error });
    let by_side = RankingBySide::of(graph, &ranks);
    Ok(TestRanking { edges: ranked.edges.to_vec(), ranks, ranking, standard_error, sample, by_side })
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::{LinkSplit, SplitConfig};
    use aevb_models::ranking::InnerProducts;

    use super::*;
    use crate::evaluate::{Queries, filtered_ranking};
    use crate::experiment::Part;
    use crate::random::{Purpose, Streams, standard_normals};

    #[test]
    fn a_sample_comes_as_near_to_all_edges_as_its_standard_errors_say() {
        let graph = aevb_data::graph::cora();
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("Cora can be split");
        // Neighbours are alike, so that ranks are of all sizes.
        let drawn = standard_normals(&mut Streams::new(2).generator(Purpose::Sampling, 0), graph.nodes() * 8);
        let mut z = drawn.clone();
        for [i, j] in graph.edges() {
            for k in 0..8 {
                z[i as usize * 8 + k] += drawn[j as usize * 8 + k];
                z[j as usize * 8 + k] += drawn[i as usize * 8 + k];
            }
        }
        let scores = AllPairs::from(InnerProducts::new(&z, [graph.nodes(), 8]).expect("finite"));
        let edges = &split.test.edges;
        let all = Queries::unasked(Streams::new(0)).by_model(edges, |_| graph.nodes() as u64, Part::Test);
        let TestRanking { ranking: whole, sample: none, by_side, .. } =
            test_ranking(&scores, &graph, &all).expect("edges");
        assert_eq!(by_side, None);
        assert_eq!(whole, filtered_ranking(&scores, &graph, edges).expect("edges"));
        assert_eq!(none, None);
        // Of 40 samples of 200 of 527 edges. A sample without replacement spares 200/527 of the square of an error.
        let values =
            |ranking: &Ranking| std::iter::once(ranking.mrr).chain(ranking.hits.values()).collect::<Vec<_>>();
        let mut squares = [[0.0; 2]; 6];
        for seed in 0..40 {
            let queries = Queries::no_more_than(200, Streams::new(seed));
            let ranked = queries.by_model(edges, |_| graph.nodes() as u64, Part::Test);
            let TestRanking { ranking, standard_error: errors, sample, .. } =
                test_ranking(&scores, &graph, &ranked).expect("edges");
            let sample = sample.expect("a sample");
            assert_eq!(errors, sample.standard_error);
            assert_eq!((sample.edges, sample.of), (200, 527));
            let [found, errors, whole] = [&ranking, &sample.standard_error, &whole].map(values);
            for (place, square) in squares.iter_mut().enumerate() {
                square[0] += (found[place] - whole[place]).powi(2);
                square[1] += errors[place].powi(2);
            }
        }
        for [difference, error] in squares {
            let ratio = difference / error;
            assert!((0.25..1.2).contains(&ratio), "{squares:?}");
        }
        let ranked =
            Queries::no_more_than(1, Streams::new(0)).by_model(edges, |_| graph.nodes() as u64, Part::Test);
        let TestRanking { ranking, sample, .. } = test_ranking(&scores, &graph, &ranked).expect("an edge");
        let sample = sample.expect("a sample");
        assert_eq!(sample.standard_error.mrr, 1.0);
        assert!(sample.to_text(&ranking).ends_with("of a sample of 1 of 527 test edges"));
    }
}
