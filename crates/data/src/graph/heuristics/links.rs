//! The edges between the common neighbours of a source and each other node.
//!
//! Each edge between two neighbours of a source is listed at the one of them with fewer neighbours in all, as triangles are counted
//! (Chiba & Nishizeki 1985): the lists of hubs, which are common neighbours of many, stay short.

use crate::graph::Graph;

/// Lists of common neighbours, of one source after another. Neighbours of the source are named by their places among them.
#[derive(Clone, Debug)]
pub(super) struct Links {
    /// Where the list of a node begins, and where it ends.
    ranges: Vec<[usize; 2]>,
    /// The lists of all nodes, one after the other.
    common: Vec<u32>,
    /// 1 and the place of a neighbour of the source, 0 for any other node.
    places: Vec<u32>,
    /// Where the edges that are listed at each neighbour of the source end in `linked`, and the other ends of these.
    ends: Vec<usize>,
    linked: Vec<u32>,
    /// Whether a neighbour of the source is in the list that is looked at.
    is_common: Vec<bool>,
}

impl Links {
    pub(super) fn of(nodes: usize) -> Self {
        Self {
            ranges: vec![[0; 2]; nodes],
            common: Vec::new(),
            places: vec![0; nodes],
            ends: Vec::new(),
            linked: Vec::new(),
            is_common: Vec::new(),
        }
    }

    /// Lists the common neighbours of `source` and each node of `counts`, all from `least` on that have any, with their number.
    pub(super) fn list(
        &mut self,
        graph: &Graph,
        source: u32,
        least: u32,
        counts: impl Iterator<Item = (u32, u32)>,
    ) {
        let mut first = 0;
        for (node, count) in counts {
            self.ranges[node as usize] = [first; 2];
            first += count as usize;
        }
        self.common.clear();
        self.common.resize(first, 0);
        let neighbours = graph.neighbours(source);
        for (place, &neighbour) in (1..).zip(neighbours) {
            self.places[neighbour as usize] = place;
        }
        self.ends.clear();
        self.linked.clear();
        for (place, &neighbour) in (0..).zip(neighbours) {
            let own_rank = rank(graph, neighbour);
            for &other in graph.neighbours(neighbour) {
                if let Some(linked) = self.places[other as usize].checked_sub(1)
                    && own_rank < rank(graph, other)
                {
                    self.linked.push(linked);
                }
                if other >= least {
                    let [_, end] = &mut self.ranges[other as usize];
                    self.common[*end] = place;
                    *end += 1;
                }
            }
            self.ends.push(self.linked.len());
        }
        neighbours.iter().for_each(|&neighbour| self.places[neighbour as usize] = 0);
        self.is_common.clear();
        self.is_common.resize(neighbours.len(), false);
    }

    /// How many edges there are between the common neighbours of the source and a node that has any.
    pub(super) fn between(&mut self, node: u32) -> u32 {
        let [first, end] = self.ranges[node as usize];
        let common = &self.common[first..end];
        if common.len() < 2 {
            return 0;
        }
        common.iter().for_each(|&place| self.is_common[place as usize] = true);
        let linked = |place: usize| {
            let first = place.checked_sub(1).map_or(0, |before| self.ends[before]);
            self.linked[first..self.ends[place]].iter()
        };
        let of =
            |&place: &u32| linked(place as usize).filter(|&&other| self.is_common[other as usize]).count();
        let links: usize = common.iter().map(of).sum();
        common.iter().for_each(|&place| self.is_common[place as usize] = false);
        links as u32
    }
}

/// The order of nodes by which edges are listed at their first.
fn rank(graph: &Graph, node: u32) -> (usize, u32) {
    (graph.degree(node), node)
}

/// How many listed edges [`Links::between`] goes through for each source and all other nodes together: each edge between two
/// neighbours of the source as often as the one that it is listed at has neighbours.
pub(super) fn listed(graph: &Graph) -> Vec<u64> {
    let nodes = graph.nodes();
    // Each edge once, at its first node. To look for them among all neighbours would take the square of a hub's degree.
    let mut above = Vec::with_capacity(graph.edge_count());
    let mut ends = Vec::with_capacity(nodes + 1);
    ends.push(0);
    for node in 0..nodes as u32 {
        let own_rank = rank(graph, node);
        above.extend(graph.neighbours(node).iter().copied().filter(|&other| own_rank < rank(graph, other)));
        ends.push(above.len());
    }
    let above = |node: u32| &above[ends[node as usize]..ends[node as usize + 1]];
    let mut listed = vec![0; nodes];
    // 1 and the last node whose neighbour it was.
    let mut seen = vec![0; nodes];
    for first in 0..nodes as u32 {
        above(first).iter().for_each(|&node| seen[node as usize] = first + 1);
        for &second in above(first) {
            let [of_first, of_second] = [first, second].map(|node| graph.degree(node) as u64);
            for &third in above(second).iter().filter(|&&node| seen[node as usize] == first + 1) {
                listed[first as usize] += of_second;
                listed[second as usize] += of_first;
                listed[third as usize] += of_first;
            }
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::cora;

    /// A hub of 100 000 leaves that form a chain: what looks through all its neighbours for each of them takes minutes.
    #[test]
    fn a_wheel_is_counted_at_once() {
        const LEAVES: u32 = 100_000;
        let edges = (1..=LEAVES).flat_map(|leaf| [(0, leaf), (leaf, leaf % LEAVES + 1)]);
        let wheel = Graph::from_edges(LEAVES as usize + 1, edges).expect("a graph").0;
        let start = std::time::Instant::now();
        let listed = listed(&wheel);
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
        // Of the hub each of the chain's edges, as often as a leaf has neighbours.
        assert_eq!(listed[0], 3 * u64::from(LEAVES));
    }

    #[test]
    fn what_is_gone_through_is_counted_by_triangles() {
        let graph = cora();
        let nodes = graph.nodes() as u32;
        let mut links = Links::of(graph.nodes());
        for (source, listed) in (0..nodes).zip(listed(&graph)) {
            let mut counts = vec![0; nodes as usize];
            let others = graph.neighbours(source).iter().flat_map(|&node| graph.neighbours(node));
            others.for_each(|&other| counts[other as usize] += 1);
            let counts = (0..nodes).zip(counts).filter(|&(_, count)| count > 0);
            links.list(&graph, source, 0, counts);
            let mut gone = 0;
            for &place in &links.common {
                let first = (place as usize).checked_sub(1).map_or(0, |before| links.ends[before]);
                gone += (links.ends[place as usize] - first) as u64;
            }
            assert_eq!(gone, listed, "{source}");
        }
    }
}
