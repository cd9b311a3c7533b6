//! Pairs without an edge, drawn from those of each node.

use aevb_data::graph::Graph;
use aevb_data::shuffle::below;
use rand::Rng;

/// So many pairs of each node with others that it has no edge to, each of these as likely, with replacement; and how many pairs
/// each stands for. A node with an edge to all others has none.
pub(super) fn draw(graph: &Graph, per_node: usize, random: &mut impl Rng) -> (Vec<[u32; 2]>, Vec<f32>) {
    let nodes = graph.nodes();
    let mut pairs = Vec::with_capacity(nodes * per_node);
    let mut weights = Vec::with_capacity(nodes * per_node);
    for node in 0..nodes as u32 {
        let neighbours = graph.neighbours(node);
        let others = (nodes - 1 - neighbours.len()) as u32;
        if others > 0 {
            let drawn = || [node, other(node, neighbours, below(u64::from(others), random) as u32)];
            pairs.extend(std::iter::repeat_with(drawn).take(per_node));
            weights.extend(std::iter::repeat_n(others as f32 / per_node as f32, per_node));
        }
    }
    (pairs, weights)
}

/// The node of this rank among those that are neither the node nor one of its neighbours, which ascend.
fn other(node: u32, neighbours: &[u32], rank: u32) -> u32 {
    let smaller = neighbours.partition_point(|&neighbour| neighbour < node);
    let left_out = |place: usize| match place.cmp(&smaller) {
        std::cmp::Ordering::Less => neighbours[place],
        std::cmp::Ordering::Equal => node,
        std::cmp::Ordering::Greater => neighbours[place - 1],
    };
    // How many are left out before it: the first whose number less those left out before it is greater than the rank.
    let (mut low, mut high) = (0, neighbours.len() + 1);
    while low < high {
        let middle = usize::midpoint(low, high);
        if left_out(middle) - middle as u32 > rank { high = middle } else { low = middle + 1 }
    }
    rank + low as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nodes_without_an_edge_in_order() {
        let edges = [(0, 1), (0, 3), (3, 4), (3, 6), (2, 5), (1, 2)];
        let (graph, _) = Graph::from_edges(7, edges).expect("a graph");
        for node in 0..7 {
            let expected: Vec<u32> = (0..7).filter(|&to| to != node && !graph.has_edge(node, to)).collect();
            let found: Vec<u32> =
                (0..expected.len() as u32).map(|rank| other(node, graph.neighbours(node), rank)).collect();
            assert_eq!(found, expected, "of node {node}");
        }
    }
}
