//! The ranks that a model gives to edges: it scores a pair by the inner product of two latent vectors.

use aevb_data::graph::{Graph, HeldOut, LinkSplit};
use aevb_models::ranking::{AllPairs, Bins};

use super::ranking::{Hits, Ranking, precision_among_all_pairs};
use crate::error::{Error, Result};

/// MRR and Hits@K of `edges`, each end ranking the other among all nodes that it has no edge to in `known`: of test edges the
/// whole graph.
///
/// # Errors
/// If there is no edge.
pub fn filtered_ranking(scores: &AllPairs<'_>, known: &Graph, edges: &[[u32; 2]]) -> Result<Ranking> {
    Ranking::of(&filtered_ranks(scores, known, edges))
        .ok_or_else(|| Error::failed("there is no held-out edge to rank"))
}

/// The ranks that [`filtered_ranking`] is of, two an edge: of its second node from its first, and of its first from its second.
pub(super) fn filtered_ranks(scores: &AllPairs<'_>, known: &Graph, edges: &[[u32; 2]]) -> Vec<f64> {
    let queries: Vec<[u32; 2]> = edges.iter().flat_map(|&[i, j]| [[i, j], [j, i]]).collect();
    scores.ranks(&queries, |source| known.neighbours(source))
}

/// Hits@K of held-out edges against the non-edges that are held out with them.
pub fn shared_hits(scores: &AllPairs<'_>, held_out: &HeldOut) -> Hits {
    Hits::against(&scores.scores(&held_out.edges), &scores.scores(&held_out.non_edges))
}

/// Average precision of the test edges among all pairs without an edge; pairs with a training or validation edge are left
/// out.
pub fn whole_graph_precision(scores: &AllPairs<'_>, split: &LinkSplit) -> f64 {
    let test = scores.scores(&split.test.edges);
    let bins = Bins::new(test.clone());
    let parts = [&split.train, &split.validation.edges, &split.test.edges];
    let with_edge = parts.into_iter().flat_map(|edges| scores.scores(edges));
    precision_among_all_pairs(&bins, scores.count_pairs(&bins, |_| ()), with_edge, &test)
}
