//! The held-out edges that are ranked within seconds: all, or a sample. A smaller sample of a part is part of a larger one.

use std::borrow::Cow;

use aevb_data::graph::Graph;
use aevb_data::shuffle::permutation;

use crate::experiment::Part;
use crate::random::{Purpose, Streams};

/// What one heuristic may take for a part, in numbers that are looked at: less than a second on a core. It is counted and
/// not timed, so that a run says the same on every machine.
const MOST_NUMBERS: u64 = 600_000_000;

/// Held-out edges of which each end ranks the other.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedEdges<'a> {
    /// Those that are ranked, in the order of the split.
    pub edges: Cow<'a, [[u32; 2]]>,
    /// How many there are to be ranked.
    pub of: usize,
}

impl<'a> RankedEdges<'a> {
    /// The edges that are held out of `train` as a part, or as many of them, drawn by the seed, as take a second a heuristic.
    pub fn of(edges: &'a [[u32; 2]], train: &Graph, part: Part, streams: Streams) -> Self {
        Self::within(MOST_NUMBERS, edges, train, part, streams)
    }

    pub(super) fn within(
        most: u64,
        edges: &'a [[u32; 2]],
        train: &Graph,
        part: Part,
        streams: Streams,
    ) -> Self {
        let of = edges.len();
        let total: u64 = edges.iter().flatten().map(|&node| numbers(train, node)).sum();
        if total <= most {
            return Self { edges: Cow::Borrowed(edges), of };
        }
        let kept = (u128::from(most) * of as u128 / u128::from(total)).max(1) as usize;
        Self::at_most(kept, edges, part, streams)
    }

    /// The edges that are held out as a part or, where there are more, so many of them, drawn by the seed.
    pub(super) fn at_most(most: usize, edges: &'a [[u32; 2]], part: Part, streams: Streams) -> Self {
        let of = edges.len();
        if of <= most {
            return Self { edges: Cow::Borrowed(edges), of };
        }
        let count = u32::try_from(of).expect("no graph has 2^32 held-out edges");
        let mut order = permutation(count, &mut streams.generator(Purpose::RankedEdges, part as u64));
        order.truncate(most);
        order.sort_unstable();
        Self { edges: order.into_iter().map(|place| edges[place as usize]).collect(), of }
    }

    /// How many are ranked, where they are a sample.
    pub fn sampled(&self) -> Option<usize> {
        (self.edges.len() < self.of).then_some(self.edges.len())
    }
}

/// So many of the validation edges that there are, in words: `263 validation edges`, or `a sample of 1690 of 17085 validation
/// edges`.
pub fn validation_edges_in_words(edges: usize, of: usize) -> String {
    let sample = if edges < of { format!("a sample of {edges} of ") } else { String::new() };
    format!("{sample}{of} validation edge{}", if of == 1 { "" } else { "s" })
}

/// The numbers that a row of scores from `node` and a rank in it look at: the neighbours of its neighbours, and every node
/// when the row is cleared, rounded and counted.
fn numbers(train: &Graph, node: u32) -> u64 {
    let around: usize = train.neighbours(node).iter().map(|&other| train.degree(other)).sum();
    around as u64 + 3 * train.nodes() as u64
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::{LinkSplit, SplitConfig};

    use super::*;

    #[test]
    fn a_sample_is_drawn_by_the_seed_and_as_large_as_there_is_time_for() {
        let graph = aevb_data::graph::cora();
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("Cora can be split");
        let (train, edges) = (split.train_graph(&graph), &split.test.edges);
        let all = RankedEdges::of(edges, &train, Part::Test, Streams::new(0));
        assert_eq!((&all.edges[..], all.of, all.sampled()), (&edges[..], 527, None));
        let total: u64 = edges.iter().flatten().map(|&node| numbers(&train, node)).sum();
        let within = |most, part, seed| RankedEdges::within(most, edges, &train, part, Streams::new(seed));
        let half = within(total / 2, Part::Test, 0);
        assert_eq!((half.sampled(), half.of), (Some(263), 527));
        assert!(half.edges.is_sorted() && half.edges.iter().all(|edge| edges.contains(edge)));
        assert_eq!(half, within(total / 2, Part::Test, 0));
        assert_ne!(half, within(total / 2, Part::Test, 1));
        assert_ne!(half, within(total / 2, Part::Validation, 0));
        // A smaller sample is part of a larger one.
        let at_most = |most| RankedEdges::at_most(most, edges, Part::Test, Streams::new(0));
        assert_eq!((at_most(527), at_most(263)), (all, half.clone()));
        assert!(at_most(100).sampled() == Some(100));
        assert!(at_most(100).edges.iter().all(|edge| half.edges.contains(edge)));
        // However little time there is, an edge is ranked.
        assert_eq!(within(1, Part::Test, 0).edges.len(), 1);
    }
}
