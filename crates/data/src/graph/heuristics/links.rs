//! The edges between the common neighbours of a source and each other node.

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
    /// Where the neighbours of each neighbour that are the source's, too, end in `shared`.
    ends: Vec<usize>,
    shared: Vec<u32>,
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
            shared: Vec::new(),
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
        self.shared.clear();
        for (place, &neighbour) in (0..).zip(neighbours) {
            for &other in graph.neighbours(neighbour) {
                if let Some(shared) = self.places[other as usize].checked_sub(1) {
                    self.shared.push(shared);
                }
                if other >= least {
                    let [_, end] = &mut self.ranges[other as usize];
                    self.common[*end] = place;
                    *end += 1;
                }
            }
            self.ends.push(self.shared.len());
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
        let shared = |place: usize| {
            let first = place.checked_sub(1).map_or(0, |before| self.ends[before]);
            self.shared[first..self.ends[place]].iter()
        };
        let of =
            |&place: &u32| shared(place as usize).filter(|&&other| self.is_common[other as usize]).count();
        let twice: usize = common.iter().map(of).sum();
        common.iter().for_each(|&place| self.is_common[place as usize] = false);
        (twice / 2) as u32
    }
}
