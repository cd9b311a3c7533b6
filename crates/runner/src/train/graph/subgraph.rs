//! Some nodes with the pairs among them alone: what FastGAE decodes at a step (Salha et al., arXiv 2002.01910).

use aevb_data::graph::Graph;
use rand::{Rng, RngExt};

use super::edge_mask::EdgeMask;

pub(super) const NOTE: &str = "objective.pairs = \"subgraph\" sums over the pairs among some nodes alone, as FastGAE does, without weights that would make \
     up for how they are drawn: the objective is biased, which \"blocks\" and \"sampled\" are not";

/// The nodes and edges of a step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subgraph {
    /// In ascending order.
    pub nodes: Vec<u32>,
    /// Between them, by their places.
    pub edges: Vec<[u32; 2]>,
    /// How often each edge is learnt, where a mask hides some.
    pub learnt: Option<Vec<f32>>,
}

impl Subgraph {
    /// That of some nodes in ascending order.
    pub fn of(graph: &Graph, nodes: Vec<u32>, mask: Option<&EdgeMask>) -> Self {
        let (mut edges, mut learnt) = (Vec::new(), Vec::new());
        for (place, &node) in nodes.iter().enumerate() {
            for &other in graph.neighbours(node).iter().filter(|&&other| other > node) {
                if let Ok(other_place) = nodes.binary_search(&other) {
                    edges.push([place as u32, other_place as u32]);
                    learnt.extend(mask.map(|mask| mask.learnt([node, other])));
                }
            }
        }
        Self { nodes, edges, learnt: mask.map(|_| learnt) }
    }
}

/// So many different nodes in ascending order: one after another, each by its share among those that are left. They are those
/// with the smallest of draws from the exponential distributions with these rates (Efraimidis & Spirakis 2006).
pub(super) fn draw(shares: &[f64], count: usize, random: &mut impl Rng) -> Vec<u32> {
    let key = |share: &f64| -(1.0 - random.random::<f64>()).ln() / share;
    let mut keys: Vec<(f64, u32)> = shares.iter().map(key).zip(0..).collect();
    if count < keys.len() {
        keys.select_nth_unstable_by(count, |one, other| one.0.total_cmp(&other.0));
    }
    let mut nodes: Vec<u32> = keys[..count].iter().map(|&(_, node)| node).collect();
    nodes.sort_unstable();
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Streams};

    /// Chances in closed form: of two out of three with shares 1, 2, 3, {0, 1} is drawn by 1/6·2/5 + 2/6·1/4 and so on.
    #[test]
    fn nodes_are_drawn_one_after_another_by_their_shares() {
        let mut seen = std::collections::BTreeMap::new();
        for step in 0..60_000 {
            let mut random = Streams::new(2).generator(Purpose::PairRowsByDegree, step);
            *seen.entry(draw(&[1.0, 2.0, 3.0], 2, &mut random)).or_insert(0_i32) += 1;
        }
        // Five standard deviations of counts are 490 to 612.
        for (nodes, chance) in [
            (vec![0, 1], 1.0 / 6.0 * 2.0 / 5.0 + 2.0 / 6.0 * 1.0 / 4.0),
            (vec![0, 2], 1.0 / 6.0 * 3.0 / 5.0 + 3.0 / 6.0 * 1.0 / 3.0),
            (vec![1, 2], 2.0 / 6.0 * 3.0 / 4.0 + 3.0 / 6.0 * 2.0 / 3.0),
        ] {
            assert!((seen[&nodes] - (60_000.0 * chance) as i32).abs() < 500, "{nodes:?}: {seen:?}");
        }
        let mut random = Streams::new(2).generator(Purpose::PairRowsByDegree, 0);
        assert_eq!(draw(&[1.0, 2.0, 3.0], 3, &mut random), [0, 1, 2]);
    }

    #[test]
    fn edges_are_those_between_its_nodes() {
        let (graph, _) = Graph::from_edges(6, [(0, 1), (0, 4), (1, 4), (2, 5), (3, 4)]).expect("a graph");
        let subgraph = Subgraph::of(&graph, vec![0, 1, 4, 5], None);
        assert_eq!(subgraph.edges, [[0, 1], [0, 2], [1, 2]]);
        assert_eq!(subgraph.learnt, None);
        let mask = EdgeMask::draw(0.5, &mut Streams::new(1).generator(Purpose::EdgeMask, 0));
        let learnt = Subgraph::of(&graph, vec![0, 1, 4, 5], Some(&mask)).learnt.expect("of a mask");
        assert_eq!(learnt, [[0, 1], [0, 4], [1, 4]].map(|edge| mask.learnt(edge)));
    }
}
