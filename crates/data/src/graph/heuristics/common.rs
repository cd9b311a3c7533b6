//! Sums over the common neighbours of pairs, all at once, those of heuristics as these have them.

use super::links::{Links, listed};
use super::{common_neighbours, rounded};
use crate::graph::Graph;

/// What the common neighbours of a pair of nodes add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CommonSums {
    /// How many there are.
    pub count: u32,
    /// Σ 1 / √d, between their number and resource allocation.
    pub root_allocation: f64,
    /// Σ 1 / ln d, as Adamic and Adar have it.
    pub adamic_adar: f64,
    /// Σ 1 / d, as resource allocation has it.
    pub resource_allocation: f64,
    /// How many edges there are between them, where these are counted, and else 0: the links of a local community, as Cannistraci et
    /// al. (2013) call them.
    pub links: u32,
}

/// Finds the common neighbours of pairs in a graph.
#[derive(Clone, Debug)]
pub struct CommonNeighbours {
    graph: Graph,
    /// What each node adds as a common neighbour.
    weights: Vec<[f64; 3]>,
    /// Where edges between common neighbours are counted, how many listed ones each source goes through.
    listed: Option<Vec<u64>>,
}

/// A row of sums, of which most are none, for one source after another.
#[derive(Clone, Debug)]
pub struct CommonRow {
    sums: Vec<CommonSums>,
    touched: Vec<u32>,
    links: Option<Links>,
}

impl CommonNeighbours {
    /// Those in a graph, whose rows are shared, not copied.
    pub fn of(graph: Graph) -> Self {
        let weight = |node| {
            let degree = graph.degree(node) as f64;
            [1.0 / degree.sqrt(), 1.0 / degree.ln(), 1.0 / degree]
        };
        let weights = (0..graph.nodes() as u32).map(weight).collect();
        Self { graph, weights, listed: None }
    }

    /// The same, with the edges between common neighbours, which take longer than all else.
    #[must_use]
    pub fn counting_links(self) -> Self {
        Self { listed: Some(listed(&self.graph)), ..self }
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
        let common = || common_neighbours(&self.graph, i, j);
        common().for_each(|node| sums.add(self.weights[node as usize]));
        if self.listed.is_some() {
            let common: Vec<u32> = common().collect();
            let linked = |(place, &one): (usize, &u32)| {
                let neighbours = self.graph.neighbours(one);
                let after = &neighbours[neighbours.partition_point(|&other| other < one)..];
                shared(after, &common[place + 1..])
            };
            sums.links = common.iter().enumerate().map(linked).sum::<usize>() as u32;
        }
        (sums.count > 0).then(|| sums.rounded())
    }

    /// An empty row.
    pub fn row(&self) -> CommonRow {
        let nodes = self.graph.nodes();
        CommonRow {
            sums: vec![CommonSums::default(); nodes],
            touched: Vec::new(),
            links: self.listed.is_some().then(|| Links::of(nodes)),
        }
    }

    /// How many steps [`Self::of_source`] takes: as many as walks of two edges lead from the source to nodes from `least` on and,
    /// where edges between common neighbours are counted, all walks once more for the lists of these, and what is gone through of
    /// the lists; that is shared out among the walks alike.
    pub fn steps_of_source(&self, source: u32, least: u32) -> u64 {
        let walks = self.walks(source, least);
        let Some(listed) = &self.listed else { return walks };
        let all = if least == 0 { walks } else { self.walks(source, 0) };
        let listed = u128::from(listed[source as usize]) * u128::from(walks) / u128::from(all.max(1));
        2 * walks + all + listed as u64
    }

    /// How many steps [`Self::of_pair`] takes, about: each neighbour of the one is sought among those of the other, by halves, and
    /// where edges between common neighbours are counted, each of these among those that come after it.
    pub fn steps_of_pair(&self, pair: [u32; 2]) -> u64 {
        let mut degrees = pair.map(|node| self.graph.degree(node) as u64);
        degrees.sort_unstable();
        let [few, many] = degrees;
        let halves = |count: u64| u64::from((count + 1).ilog2() + 1);
        let of_links = if self.listed.is_some() { few * few / 2 * halves(few) } else { 0 };
        few * halves(many) + of_links
    }

    /// How many walks of two edges lead from a source to nodes from `least` on.
    fn walks(&self, source: u32, least: u32) -> u64 {
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
        if let Some(links) = &mut row.links {
            let counts = row.touched.iter().map(|&other| (other, row.sums[other as usize].count));
            links.list(&self.graph, source, least, counts);
        }
        for other in row.touched.drain(..) {
            let mut sums = std::mem::take(&mut row.sums[other as usize]);
            if other != source {
                sums.links = row.links.as_mut().map_or(0, |links| links.between(other));
                visit(other, sums.rounded());
            }
        }
    }
}

impl CommonSums {
    fn add(&mut self, [root_allocation, adamic_adar, resource_allocation]: [f64; 3]) {
        self.count += 1;
        self.root_allocation += root_allocation;
        self.adamic_adar += adamic_adar;
        self.resource_allocation += resource_allocation;
    }

    fn rounded(self) -> Self {
        Self {
            root_allocation: rounded(self.root_allocation),
            adamic_adar: rounded(self.adamic_adar),
            resource_allocation: rounded(self.resource_allocation),
            ..self
        }
    }
}

/// How many numbers two ascending lists have in common: those of the shorter are sought in the other where it is much longer.
fn shared(one: &[u32], other: &[u32]) -> usize {
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if few.len() * (many.len() + 1).ilog2() as usize <= many.len() {
        return few.iter().filter(|&number| many.binary_search(number).is_ok()).count();
    }
    let mut left = many.iter().copied().peekable();
    let is_in = |number: &&u32| {
        while left.next_if(|other| other < *number).is_some() {}
        left.next_if_eq(*number).is_some()
    };
    few.iter().filter(is_in).count()
}

#[cfg(test)]
mod tests {
    use super::super::Heuristic;
    use super::*;
    use crate::graph::cora;

    #[test]
    fn sums_are_those_of_the_heuristics_pair_by_pair_and_row_by_row() {
        let graph = cora();
        let common = CommonNeighbours::of(graph.clone()).counting_links();
        let mut row = common.row();
        let nodes = graph.nodes() as u32;
        for source in (0..nodes).step_by(97) {
            let pairs: Vec<[u32; 2]> =
                (0..nodes).filter(|&other| other != source).map(|other| [source, other]).collect();
            let of = |heuristic: Heuristic| heuristic.scores(&graph, &pairs);
            let expected: Vec<[f64; 3]> = of(Heuristic::CommonNeighbours)
                .into_iter()
                .zip(of(Heuristic::AdamicAdar))
                .zip(of(Heuristic::ResourceAllocation))
                .map(|((count, adamic_adar), allocated)| [count, adamic_adar, allocated])
                .collect();
            // The edges between common neighbours and the sum of inverse roots, as a reader of their definitions adds them up.
            let rest = |&[i, j]: &[u32; 2]| {
                let is_common = |node: &u32| graph.has_edge(i, *node) && graph.has_edge(j, *node);
                let common: Vec<u32> = (0..nodes).filter(is_common).collect();
                let root = |&node: &u32| 1.0 / (graph.degree(node) as f64).sqrt();
                let links = common.iter().flat_map(|&one| common.iter().map(move |&other| [one, other]));
                let linked = links.filter(|&[one, other]| one < other && graph.has_edge(one, other));
                [rounded(common.iter().map(root).sum()), linked.count() as f64]
            };
            let expected: Vec<[f64; 5]> = pairs
                .iter()
                .zip(expected)
                .map(|(pair, [count, adamic_adar, allocated])| {
                    let [root, links] = rest(pair);
                    [count, adamic_adar, allocated, root, links]
                })
                .collect();
            let numbers = |sums: Option<CommonSums>| match sums {
                Some(sums) => [
                    f64::from(sums.count),
                    sums.adamic_adar,
                    sums.resource_allocation,
                    sums.root_allocation,
                    f64::from(sums.links),
                ],
                None => [0.0; 5],
            };
            let one_by_one: Vec<[f64; 5]> = pairs.iter().map(|&pair| numbers(common.of_pair(pair))).collect();
            assert_eq!(one_by_one, expected);
            // A score of nothing is 0, and not −0.
            assert!(expected.as_flattened().iter().all(|score| score.is_sign_positive()));
            for least in [0, source + 1, nodes] {
                let mut of_row = vec![[0.0; 5]; nodes as usize];
                common.of_source(&mut row, source, least, |other, sums| {
                    of_row[other as usize] = numbers(Some(sums));
                });
                for (&[_, other], expected) in pairs.iter().zip(&expected) {
                    let expected = if other < least { [0.0; 5] } else { *expected };
                    assert_eq!(of_row[other as usize], expected, "{source} {other}");
                }
                assert_eq!(of_row[source as usize], [0.0; 5]);
            }
        }
    }

    #[test]
    fn steps_are_walks_and_listed_edges() {
        let graph = cora();
        let plain = CommonNeighbours::of(graph.clone());
        let counting = plain.clone().counting_links();
        let listed = listed(&graph);
        for source in (0..graph.nodes() as u32).step_by(97) {
            let neighbours = graph.neighbours(source);
            let ends: Vec<u32> =
                neighbours.iter().flat_map(|&over| graph.neighbours(over)).copied().collect();
            let all = ends.len() as u64;
            let later = ends.iter().filter(|&&end| end >= 1000).count() as u64;
            assert_eq!([0, 1000].map(|least| plain.steps_of_source(source, least)), [all, later]);
            let of_lists = listed[source as usize];
            assert_eq!(counting.steps_of_source(source, 0), 3 * all + of_lists);
            let some = counting.steps_of_source(source, 1000) - (all + 2 * later);
            assert_eq!(some, later * of_lists / all.max(1), "{source}");
        }
        // A hub with two leaves, one of which has an edge more.
        let (graph, _) = Graph::from_edges(4, [(0, 1), (0, 2), (2, 3)]).expect("a graph");
        let plain = CommonNeighbours::of(graph);
        assert_eq!([[0, 1], [1, 0], [0, 2]].map(|pair| plain.steps_of_pair(pair)), [2, 2, 4]);
        assert_eq!(plain.counting_links().steps_of_pair([0, 2]), 4 + 2 * 2);
    }

    #[test]
    fn numbers_in_common_are_found_in_lists_of_any_length() {
        let [ascending, even, few] = [1, 2, 700].map(|step| (0..1000).step_by(step).collect::<Vec<u32>>());
        for (one, other, expected) in [
            (&ascending, &even, 500),
            (&even, &few, 2),
            (&few, &ascending, 2),
            (&vec![], &few, 0),
            (&vec![3, 5, 9], &vec![1, 3, 4, 9, 10], 2),
        ] {
            assert_eq!([shared(one, other), shared(other, one)], [expected; 2]);
        }
    }
}
