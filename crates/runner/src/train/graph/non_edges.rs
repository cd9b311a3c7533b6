//! Pairs without an edge, drawn from those of each node.

use aevb_data::graph::Graph;
use aevb_data::shuffle::below;
use rand::Rng;

/// So many pairs of each node with others that it has no edge to, each of these as likely, with replacement; and how many pairs
/// each stands for. A node with an edge to all others has none. Between sides each pair is one from both of its ends, and stands
/// for half as much.
pub(super) fn draw(graph: &Graph, per_node: usize, random: &mut impl Rng) -> (Vec<[u32; 2]>, Vec<f32>) {
    let nodes = graph.nodes();
    let times = if graph.sides().is_some() { 2.0 } else { 1.0 };
    let mut pairs = Vec::with_capacity(nodes * per_node);
    let mut weights = Vec::with_capacity(nodes * per_node);
    for node in 0..nodes as u32 {
        let neighbours = graph.neighbours(node);
        let others = (graph.partners(node) - neighbours.len()) as u32;
        if others > 0 {
            let drawn = || [node, partner(graph, node, below(u64::from(others), random) as u32)];
            pairs.extend(std::iter::repeat_with(drawn).take(per_node));
            weights.extend(std::iter::repeat_n(others as f32 / (times * per_node as f32), per_node));
        }
    }
    (pairs, weights)
}

/// The node of this rank among those that a node may have an edge to and has none.
fn partner(graph: &Graph, node: u32, rank: u32) -> u32 {
    let neighbours = graph.neighbours(node);
    match graph.sides() {
        None => other(Some(node), neighbours, 0, rank),
        Some(sides) => other(sides.twin(node), neighbours, sides.others(node).start, rank),
    }
}

/// The node of this rank, from `first` on, among those that are neither the node itself nor one of its neighbours, which ascend.
fn other(itself: Option<u32>, neighbours: &[u32], first: u32, rank: u32) -> u32 {
    let smaller = itself.map(|itself| neighbours.partition_point(|&neighbour| neighbour < itself));
    let left_out = |place: usize| match (itself, smaller) {
        (Some(_), Some(smaller)) if place > smaller => neighbours[place - 1],
        (Some(itself), Some(smaller)) if place == smaller => itself,
        _ => neighbours[place],
    };
    // How many are left out before it: the first whose number less those left out before it is greater than the rank.
    let (mut low, mut high) = (0, neighbours.len() + usize::from(itself.is_some()));
    while low < high {
        let middle = usize::midpoint(low, high);
        if left_out(middle) - first - middle as u32 > rank { high = middle } else { low = middle + 1 }
    }
    first + rank + low as u32
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::Sides;

    use super::*;

    #[test]
    fn ranks_are_the_nodes_without_an_edge_in_order() {
        let edges = [(0, 1), (0, 3), (3, 4), (3, 6), (2, 5), (1, 2)];
        let (graph, _) = Graph::from_edges(7, edges).expect("a graph");
        for node in 0..7 {
            let expected: Vec<u32> = (0..7).filter(|&to| to != node && !graph.has_edge(node, to)).collect();
            let found: Vec<u32> =
                (0..expected.len() as u32).map(|rank| partner(&graph, node, rank)).collect();
            assert_eq!(found, expected, "of node {node}");
        }
    }

    #[test]
    fn between_sides_they_are_of_the_other_side() {
        let edges = [(0, 4), (0, 5), (1, 3), (2, 3), (2, 4)];
        for sides in [Sides::directed(3), Sides::bipartite(3, 3)] {
            let graph = Graph::from_edges(6, edges).expect("a graph").0.with_sides(sides).expect("between");
            for node in 0..6 {
                let is_free = |to: &u32| sides.is_pair(node, *to) && !graph.has_edge(node, *to);
                let expected: Vec<u32> = (0..6).filter(is_free).collect();
                let count = graph.partners(node) - graph.degree(node);
                let found: Vec<u32> = (0..count as u32).map(|rank| partner(&graph, node, rank)).collect();
                assert_eq!(found, expected, "{sides:?}, of node {node}");
            }
        }
    }
}
