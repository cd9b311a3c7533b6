//! Uniform draws written out on a generator's bits, so that no library's change moves what a seed gives.

use std::collections::BTreeSet;

use rand::Rng;

use super::Graph;
use crate::shuffle::below;

/// A uniform set of `size` distinct numbers below `bound`, ascending, by Floyd's algorithm: one draw a number.
pub(super) fn distinct(bound: u64, size: usize, rng: &mut impl Rng) -> BTreeSet<u64> {
    let mut chosen = BTreeSet::new();
    for last in bound - size as u64..bound {
        let draw = below(last + 1, rng);
        if !chosen.insert(draw) {
            chosen.insert(last);
        }
    }
    chosen
}

/// All pairs `i < j` without an edge in lexicographic order, found by rank, so that a dense graph costs no more tries
/// than a sparse one.
pub(super) struct NonEdges<'a> {
    graph: &'a Graph,
    /// How many pairs come before the first of each node.
    before: Vec<u64>,
}

impl<'a> NonEdges<'a> {
    pub(super) fn of(graph: &'a Graph) -> Self {
        let mut before = Vec::with_capacity(graph.nodes() + 1);
        let mut count = 0;
        for i in 0..graph.nodes() as u32 {
            before.push(count);
            count += (graph.nodes() - 1 - i as usize - larger_neighbours(graph, i).len()) as u64;
        }
        before.push(count);
        Self { graph, before }
    }

    pub(super) fn count(&self) -> u64 {
        self.before[self.graph.nodes()]
    }

    pub(super) fn at(&self, rank: u64) -> [u32; 2] {
        let i = self.before.partition_point(|start| *start <= rank) - 1;
        let within = rank - self.before[i];
        let i = i as u32;
        let neighbours = larger_neighbours(self.graph, i);
        // Before the k-th larger neighbour lie its distance from i, less one, less the k neighbours passed.
        let mut passed = 0;
        let mut end = neighbours.len();
        while passed < end {
            let middle = (passed + end) / 2;
            if u64::from(neighbours[middle] - i - 1) - middle as u64 <= within {
                passed = middle + 1;
            } else {
                end = middle;
            }
        }
        [i, i + 1 + within as u32 + passed as u32]
    }
}

fn larger_neighbours(graph: &Graph, i: u32) -> &[u32] {
    let neighbours = graph.neighbours(i);
    &neighbours[neighbours.partition_point(|j| *j < i)..]
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::shuffle::shuffle_start;

    #[test]
    fn every_non_edge_is_reached_by_its_rank() {
        let edges = [(0, 1), (0, 2), (0, 5), (1, 3), (3, 4)];
        let graph = Graph::from_edges(6, edges).expect("a graph").0;
        let non_edges = NonEdges::of(&graph);
        let listed: Vec<[u32; 2]> = (0..non_edges.count()).map(|rank| non_edges.at(rank)).collect();
        let expected: Vec<[u32; 2]> = (0..6)
            .flat_map(|i| (i + 1..6).map(move |j| [i, j]))
            .filter(|[i, j]| !graph.has_edge(*i, *j))
            .collect();
        assert_eq!(listed, expected);
    }

    /// 20 000 draws of 2 out of 5: each place of each number is expected 4000 times with a deviation of 57.
    #[test]
    fn the_shuffle_and_the_set_are_uniform() {
        let rng = &mut ChaCha8Rng::seed_from_u64(3);
        let (mut first, mut second, mut in_set) = ([0_i32; 5], [0_i32; 5], [0_i32; 5]);
        for _ in 0..20_000 {
            let mut items = [0, 1, 2, 3, 4];
            shuffle_start(&mut items, 2, rng);
            first[items[0]] += 1;
            second[items[1]] += 1;
            for number in distinct(5, 2, rng) {
                in_set[number as usize] += 1;
            }
        }
        for count in first.iter().chain(&second) {
            assert!((count - 4000).abs() < 300, "{first:?} {second:?}");
        }
        for count in in_set {
            assert!((count - 8000).abs() < 350, "{in_set:?}");
        }
    }
}
