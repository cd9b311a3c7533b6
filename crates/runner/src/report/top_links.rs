//! The pairs without a link that a model scores highest.

use aevb_data::graph::Graph;
use aevb_models::ranking::InnerProducts;
use rayon::prelude::*;

/// A pair without a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ExpectedLink {
    pub pair: [u32; 2],
    /// `z_i · z_j`
    pub score: f32,
}

/// The `count` pairs of distinct nodes with the highest scores among those without a link, from the highest down; of
/// equal scores the first pair in lexicographic order. Every pair is looked at, row by row.
pub(super) fn top_links(graph: &Graph, scores: &InnerProducts<'_>, count: usize) -> Vec<ExpectedLink> {
    let nodes = graph.nodes() as u32;
    let best_of = |node: u32| {
        let neighbours = graph.neighbours(node);
        let pairs: Vec<[u32; 2]> = (node + 1..nodes)
            .filter(|other| neighbours.binary_search(other).is_err())
            .map(|other| [node, other])
            .collect();
        let scores = scores.scores(&pairs);
        let mut links: Vec<ExpectedLink> =
            pairs.into_iter().zip(scores).map(|(pair, score)| ExpectedLink { pair, score }).collect();
        keep_best(&mut links, count);
        links
    };
    let mut links = (0..nodes).into_par_iter().map(best_of).reduce(Vec::new, |mut one, other| {
        one.extend(other);
        keep_best(&mut one, count);
        one
    });
    links.sort_unstable_by(better);
    links
}

fn better(one: &ExpectedLink, other: &ExpectedLink) -> std::cmp::Ordering {
    other.score.total_cmp(&one.score).then(one.pair.cmp(&other.pair))
}

fn keep_best(links: &mut Vec<ExpectedLink>, count: usize) {
    if links.len() > count {
        links.select_nth_unstable_by(count, better);
        links.truncate(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_pairs_without_a_link_come_first() {
        let (graph, _) = Graph::from_edges(5, [(0, 1), (2, 3)]).expect("a graph");
        let z = [3.0, 2.0, 1.0, -1.0, 3.0];
        let scores = InnerProducts::new(&z, [5, 1]).expect("finite");
        let links = top_links(&graph, &scores, 4);
        let found: Vec<_> = links.iter().map(|link| (link.pair, link.score)).collect();
        assert_eq!(found, [([0, 4], 9.0), ([1, 4], 6.0), ([0, 2], 3.0), ([2, 4], 3.0)]);
        // Ten pairs, of which two are links.
        assert_eq!(top_links(&graph, &scores, 100).len(), 8);
    }
}
