//! The pairs of nodes with a common neighbour, node by node: there is no table of them.

use aevb_data::graph::Graph;

/// The common neighbours with the fewest neighbours are gone through until there are so many pairs of their neighbours, which
/// take a minute: one here takes as long as some of all pairs, which come in order. A pair counts for each common neighbour.
const MOST_PAIRS: u64 = 2_000_000_000;

/// The pairs of nodes with a common neighbour that is no hub.
#[derive(Clone, Copy, Debug)]
pub struct TwoHop<'a> {
    graph: &'a Graph,
    /// A node with more neighbours is a hub.
    most_neighbours: usize,
    hubs: usize,
    pairs: u64,
}

/// What a thread needs to name each node once: the last source that a node was named of, plus 1.
pub struct Seen(Vec<u32>);

impl<'a> TwoHop<'a> {
    /// Those of a graph. Hubs are where all nodes together have too many pairs of neighbours.
    pub fn of(graph: &'a Graph) -> Self {
        Self::within(MOST_PAIRS, graph)
    }

    fn within(most: u64, graph: &'a Graph) -> Self {
        // How many neighbours each node has, and how many pairs of them: of a directed graph from one to the node and on to another.
        let of_node = |node: u32| {
            let (degree, onward) = (graph.degree(node), graph.degree(graph.onward(node)));
            match graph.onward(node) == node {
                true => (degree, (degree as u64 * (degree as u64).saturating_sub(1)) / 2),
                false => (degree + onward, degree as u64 * onward as u64),
            }
        };
        let mut degrees: Vec<(usize, u64)> = (0..graph.own_nodes() as u32).map(of_node).collect();
        degrees.sort_unstable();
        let (mut pairs, mut passed) = (0, 0);
        for alike in degrees.chunk_by(|(one, _), (next, _)| one == next) {
            let theirs: u64 = alike.iter().map(|(_, pairs)| pairs).sum();
            if pairs + theirs > most {
                break;
            }
            pairs += theirs;
            passed += alike.len();
        }
        let most_neighbours = passed.checked_sub(1).map_or(0, |last| degrees[last].0);
        Self { graph, most_neighbours, hubs: degrees.len() - passed, pairs }
    }

    /// How many pairs [`Self::name`] goes through in all, each for every common neighbour.
    pub fn pairs(&self) -> u64 {
        self.pairs
    }

    /// What there is to know of what is left out.
    pub fn note(&self) -> Option<String> {
        let (hubs, most) = (self.hubs, self.most_neighbours);
        let (are, hubs) =
            if hubs == 1 { ("is", "1 node".to_owned()) } else { ("are", format!("{hubs} nodes")) };
        (self.hubs > 0).then(|| {
            format!("two-hop: {hubs} with more than {most} neighbours {are} taken for no common neighbour of any pair")
        })
    }

    /// What a thread needs.
    pub fn open(&self) -> Seen {
        Seen(vec![0; self.graph.nodes()])
    }

    /// Whether it is one of these pairs.
    pub fn has(&self, [i, j]: [u32; 2]) -> bool {
        let [one, other] = [i, j].map(|node| self.graph.neighbours(node));
        let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        few.iter()
            .any(|&common| !self.is_hub(common) && many.binary_search(&self.graph.onward(common)).is_ok())
    }

    fn is_hub(&self, node: u32) -> bool {
        let onward = self.graph.onward(node);
        let more = if onward == node { 0 } else { self.graph.degree(onward) };
        self.graph.degree(node) + more > self.most_neighbours
    }

    /// Adds to `others` each node from `least` on that has a common neighbour with `source`, but the source, once. Returns how
    /// many it went through. A source is asked for once.
    pub fn name(&self, Seen(seen): &mut Seen, source: u32, least: u32, others: &mut Vec<u32>) -> u64 {
        let mut pairs = 0;
        let itself = self.graph.sides().map_or(Some(source), |sides| sides.twin(source));
        itself.into_iter().for_each(|node| seen[node as usize] = source + 1);
        for &common in self.graph.neighbours(source) {
            if self.is_hub(common) {
                continue;
            }
            let theirs = self.graph.neighbours(self.graph.onward(common));
            let theirs = &theirs[theirs.partition_point(|&other| other < least)..];
            pairs += theirs.len() as u64;
            for &other in theirs {
                if seen[other as usize] != source + 1 {
                    seen[other as usize] = source + 1;
                    others.push(other);
                }
            }
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::cora;

    use super::*;

    fn named(two_hop: &TwoHop<'_>, least: impl Fn(u32) -> u32) -> (Vec<[u32; 2]>, u64) {
        let (mut seen, mut pairs, mut gone) = (two_hop.open(), Vec::new(), 0);
        for source in 0..two_hop.graph.nodes() as u32 {
            let mut others = Vec::new();
            gone += two_hop.name(&mut seen, source, least(source), &mut others);
            pairs.extend(others.into_iter().map(|other| [source, other]));
        }
        pairs.sort_unstable();
        (pairs, gone)
    }

    fn expected(graph: &Graph, most: usize) -> Vec<[u32; 2]> {
        let nodes = graph.nodes() as u32;
        let is_common = |i: u32, j: u32| {
            let mut common = graph.neighbours(i).iter().filter(|&&node| graph.degree(node) <= most);
            common.any(|&node| graph.has_edge(node, j))
        };
        let pairs = (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| [i, j]));
        pairs.filter(|&[i, j]| is_common(i, j)).collect()
    }

    #[test]
    fn every_pair_with_a_common_neighbour_is_named_once() {
        let graph = cora();
        let two_hop = TwoHop::of(&graph);
        let (pairs, gone) = named(&two_hop, |source| source + 1);
        assert_eq!(pairs, expected(&graph, usize::MAX));
        assert_eq!((gone, two_hop.note()), (two_hop.pairs(), None));
        let (both, _) = named(&two_hop, |_| 0);
        assert_eq!(both.len(), 2 * pairs.len());
        assert!(pairs.iter().all(|&[i, j]| both.binary_search(&[j, i]).is_ok()));
    }

    #[test]
    fn hubs_are_no_common_neighbours_where_there_are_too_many_pairs() {
        let graph = cora();
        let most = TwoHop::of(&graph).pairs() / 2;
        let two_hop = TwoHop::within(most, &graph);
        let (pairs, gone) = named(&two_hop, |source| source + 1);
        assert!((1..100).contains(&two_hop.most_neighbours) && gone == two_hop.pairs() && gone <= most);
        assert_eq!(pairs, expected(&graph, two_hop.most_neighbours));
        let nodes = graph.nodes() as u32;
        let all = (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| [i, j]));
        assert!(all.filter(|&[i, j]| two_hop.has([j, i])).eq(pairs.iter().copied()));
        let hubs =
            (0..graph.nodes() as u32).filter(|&node| graph.degree(node) > two_hop.most_neighbours).count();
        let note = two_hop.note().expect("there are hubs");
        assert!(hubs > 0 && note.starts_with(&format!("two-hop: {hubs} node")), "{note}");
        assert!(named(&TwoHop::within(0, &graph), |_| 0).0.is_empty());
        let (empty, _) = Graph::from_edges(0, []).expect("no node");
        assert_eq!((TwoHop::of(&empty).pairs(), TwoHop::of(&empty).note()), (0, None));
    }
}
