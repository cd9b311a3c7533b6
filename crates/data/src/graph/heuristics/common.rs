//! Three sums over the common neighbours of pairs at once, each as its heuristic has it.

use super::{common_neighbours, rounded};
use crate::graph::Graph;

/// What the common neighbours of a pair of nodes add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CommonSums {
    /// How many there are.
    pub count: u32,
    /// Σ 1 / ln d, as Adamic and Adar have it.
    pub adamic_adar: f64,
    /// Σ 1 / d, as resource allocation has it.
    pub resource_allocation: f64,
}

/// Finds the common neighbours of pairs in a graph.
#[derive(Clone, Debug)]
pub struct CommonNeighbours {
    graph: Graph,
    /// What each node adds as a common neighbour.
    weights: Vec<[f64; 2]>,
}

/// A row of sums, of which most are none, for one source after another.
#[derive(Clone, Debug)]
pub struct CommonRow {
    sums: Vec<CommonSums>,
    touched: Vec<u32>,
}

impl CommonNeighbours {
    /// Those in a graph, whose rows are shared, not copied.
    pub fn of(graph: Graph) -> Self {
        let weight = |node| {
            let degree = graph.degree(node) as f64;
            [1.0 / degree.ln(), 1.0 / degree]
        };
        let weights = (0..graph.nodes() as u32).map(weight).collect();
        Self { graph, weights }
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The sums of a pair of distinct nodes; `None` without a common neighbour.
    ///
    /// # Panics
    /// If a node is outside the graph.
    pub fn of_pair(&self, [i, j]: [u32; 2]) -> Option<CommonSums> {
        let mut sums = CommonSums::default();
        common_neighbours(&self.graph, i, j).for_each(|common| sums.add(self.weights[common as usize]));
        (sums.count > 0).then(|| sums.rounded())
    }

    /// An empty row.
    pub fn row(&self) -> CommonRow {
        CommonRow { sums: vec![CommonSums::default(); self.graph.nodes()], touched: Vec::new() }
    }

    /// How many walks of two edges lead from a source to nodes from `least` on: what [`Self::of_source`] goes through.
    pub fn walks(&self, source: u32, least: u32) -> u64 {
        let of = |&common: &u32| {
            let others = self.graph.neighbours(common);
            (others.len() - others.partition_point(|&other| other < least)) as u64
        };
        self.graph.neighbours(source).iter().map(of).sum()
    }

    /// Calls `visit` with each node from `least` on, but the source, that has a common neighbour with it, and their sums: those
    /// of [`Self::of_pair`] to the bit. Each node comes once, in no order that is said.
    ///
    /// # Panics
    /// If a node is outside the graph.
    pub fn of_source(
        &self,
        row: &mut CommonRow,
        source: u32,
        least: u32,
        mut visit: impl FnMut(u32, CommonSums),
    ) {
        for &common in self.graph.neighbours(source) {
            let others = self.graph.neighbours(common);
            for &other in &others[others.partition_point(|&other| other < least)..] {
                let sums = &mut row.sums[other as usize];
                if sums.count == 0 {
                    row.touched.push(other);
                }
                sums.add(self.weights[common as usize]);
            }
        }
        for other in row.touched.drain(..) {
            let sums = std::mem::take(&mut row.sums[other as usize]);
            if other != source {
                visit(other, sums.rounded());
            }
        }
    }
}

impl CommonSums {
    fn add(&mut self, [adamic_adar, resource_allocation]: [f64; 2]) {
        self.count += 1;
        self.adamic_adar += adamic_adar;
        self.resource_allocation += resource_allocation;
    }

    fn rounded(self) -> Self {
        Self {
            adamic_adar: rounded(self.adamic_adar),
            resource_allocation: rounded(self.resource_allocation),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Heuristic;
    use super::*;
    use crate::graph::cora;

    #[test]
    fn sums_are_those_of_the_heuristics_pair_by_pair_and_row_by_row() {
        let graph = cora();
        let common = CommonNeighbours::of(graph.clone());
        let mut row = common.row();
        let nodes = graph.nodes() as u32;
        for source in (0..nodes).step_by(97) {
            let walks = |least| common.walks(source, least);
            let ends: Vec<u32> =
                graph.neighbours(source).iter().flat_map(|&over| graph.neighbours(over)).copied().collect();
            assert_eq!(walks(0), ends.len() as u64);
            assert_eq!(walks(1000), ends.iter().filter(|&&end| end >= 1000).count() as u64);
            let pairs: Vec<[u32; 2]> =
                (0..nodes).filter(|&other| other != source).map(|other| [source, other]).collect();
            let of = |heuristic: Heuristic| heuristic.scores(&graph, &pairs);
            let expected: Vec<[f64; 3]> = of(Heuristic::CommonNeighbours)
                .into_iter()
                .zip(of(Heuristic::AdamicAdar))
                .zip(of(Heuristic::ResourceAllocation))
                .map(|((count, adamic_adar), allocated)| [count, adamic_adar, allocated])
                .collect();
            let numbers = |sums: Option<CommonSums>| match sums {
                Some(sums) => [f64::from(sums.count), sums.adamic_adar, sums.resource_allocation],
                None => [0.0; 3],
            };
            let one_by_one: Vec<[f64; 3]> = pairs.iter().map(|&pair| numbers(common.of_pair(pair))).collect();
            assert_eq!(one_by_one, expected);
            // A score of nothing is 0, and not −0.
            assert!(expected.as_flattened().iter().all(|score| score.is_sign_positive()));
            for least in [0, source + 1, nodes] {
                let mut of_row = vec![[0.0; 3]; nodes as usize];
                common.of_source(&mut row, source, least, |other, sums| {
                    of_row[other as usize] = numbers(Some(sums));
                });
                for (&[_, other], expected) in pairs.iter().zip(&expected) {
                    let expected = if other < least { [0.0; 3] } else { *expected };
                    assert_eq!(of_row[other as usize], expected, "{source} {other}");
                }
                assert_eq!(of_row[source as usize], [0.0; 3]);
            }
        }
    }
}
