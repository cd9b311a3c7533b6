//! The held-out edges that are ranked: all, or a sample where those would take too long or fewer are asked for. A smaller sample
//! of a part is part of a larger one.

use std::borrow::Cow;

use aevb_data::graph::{Graph, SideKind};
use aevb_data::shuffle::permutation;

use crate::experiment::{Experiment, Part};
use crate::random::{Purpose, Streams};

/// What one heuristic may take for a part, in numbers that are looked at: less than a second on a core. It is counted and
/// not timed, so that a run says the same on every machine.
const MOST_NUMBERS: u64 = 600_000_000;

/// Inner products of pairs that a model computes unasked to rank or to count them, which take minutes on a core.
pub const MOST_SCORES: u64 = 20_000_000_000;

/// The edges of a sample that stands for all: a share of them has a standard error of half a point at most.
const SAMPLE: usize = 10_000;

/// The validation edges that are ranked at each evaluation at most: 2000 rows of scores. Their number does not depend on the
/// model, so that models of the same seed and split are compared on the same edges. MRR then has a standard error of a point or
/// so.
const WHILE_TRAINING: usize = 1000;

/// How many held-out edges of a part are ranked, and which.
#[derive(Clone, Copy, Debug)]
pub struct Queries {
    /// At most so many, where a number is given.
    most: Option<usize>,
    streams: Streams,
}

/// Held-out edges of which each end ranks the other.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedEdges<'a> {
    /// Those that are ranked, in the order of the split.
    pub edges: Cow<'a, [[u32; 2]]>,
    /// How many there are to be ranked.
    pub of: usize,
}

impl Queries {
    /// As many as there is time for, drawn by the streams.
    pub fn unasked(streams: Streams) -> Self {
        Self { most: None, streams }
    }

    #[cfg(test)]
    pub(super) fn no_more_than(most: usize, streams: Streams) -> Self {
        Self { most: Some(most), streams }
    }

    /// As `evaluate.queries` has it.
    pub fn of(experiment: &Experiment) -> Self {
        Self { most: experiment.evaluate.queries, streams: Streams::new(experiment.seed) }
    }

    /// The edges that a model ranks once, of which each of so many ends takes a `row` of so many scores, or what takes as long: so
    /// many as are asked for. Where none is, all of them or, if that takes more than [`MOST_SCORES`], a sample of 10 000 edges, and of fewer on
    /// the largest graphs.
    pub fn by_model<'a>(
        &self,
        edges: &'a [[u32; 2]],
        row: impl Fn(usize) -> u64,
        part: Part,
    ) -> RankedEdges<'a> {
        let affordable = |ends: usize| MOST_SCORES / row(ends).saturating_mul(2).max(1);
        let unasked = match edges.len() as u64 <= affordable(2 * edges.len()) {
            true => edges.len(),
            // Ends of a sample hardly share what all of them share.
            false => SAMPLE.min(affordable(1) as usize).max(1),
        };
        self.at_most(self.most.unwrap_or(unasked), edges, part)
    }

    /// The edges that are ranked at each evaluation while a model is trained.
    pub fn while_training<'a>(&self, edges: &'a [[u32; 2]], part: Part) -> RankedEdges<'a> {
        self.at_most(self.most.unwrap_or(WHILE_TRAINING).min(WHILE_TRAINING), edges, part)
    }

    /// The edges that heuristics rank beside a model: as many as take a second a heuristic, and no more than are asked for.
    pub fn by_heuristics<'a>(&self, edges: &'a [[u32; 2]], train: &Graph, part: Part) -> RankedEdges<'a> {
        self.within(MOST_NUMBERS, edges, train, part)
    }

    pub(super) fn within<'a>(
        &self,
        most: u64,
        edges: &'a [[u32; 2]],
        train: &Graph,
        part: Part,
    ) -> RankedEdges<'a> {
        let numbers = numbers(train);
        let total: u64 = edges.iter().flatten().map(|&node| numbers[node as usize]).sum();
        let kept = match total <= most {
            true => edges.len(),
            false => (u128::from(most) * edges.len() as u128 / u128::from(total)).max(1) as usize,
        };
        self.at_most(self.most.unwrap_or(kept).min(kept), edges, part)
    }

    /// The edges that are held out as a part or, where there are more, so many of them, drawn by the seed.
    pub(super) fn at_most<'a>(&self, most: usize, edges: &'a [[u32; 2]], part: Part) -> RankedEdges<'a> {
        let of = edges.len();
        if of <= most {
            return RankedEdges { edges: Cow::Borrowed(edges), of };
        }
        let count = u32::try_from(of).expect("no graph has 2^32 held-out edges");
        let mut order = permutation(count, &mut self.streams.generator(Purpose::RankedEdges, part as u64));
        order.truncate(most);
        order.sort_unstable();
        RankedEdges { edges: order.into_iter().map(|place| edges[place as usize]).collect(), of }
    }
}

impl RankedEdges<'_> {
    /// How many are ranked, where they are a sample.
    pub fn sampled(&self) -> Option<usize> {
        (self.edges.len() < self.of).then_some(self.edges.len())
    }
}

/// So many of the validation edges that there are, in words: `263 validation edges`, or `a sample of 1690 of 17085 validation
/// edges`.
pub fn validation_edges_in_words(edges: usize, of: usize) -> String {
    edges_in_words(edges, of, "validation")
}

pub(super) fn edges_in_words(edges: usize, of: usize, part: &str) -> String {
    let sample = if edges < of { format!("a sample of {edges} of ") } else { String::new() };
    format!("{sample}{of} {part} edge{}", if of == 1 { "" } else { "s" })
}

/// The numbers that a row of scores from each node and a rank in it look at: the neighbours of its neighbours, and every node
/// when the row is cleared, rounded and counted.
fn numbers(train: &Graph) -> Vec<u64> {
    let around = |node: u32| -> usize {
        train.neighbours(node).iter().map(|&other| train.degree(train.onward(other))).sum()
    };
    // Paths of three edges go on from there, along each edge once at most.
    let is_bipartite = train.sides().is_some_and(|sides| sides.kind == SideKind::Bipartite);
    let beyond = |around: usize| if is_bipartite { around.min(train.edge_count()) } else { 0 };
    let around = |node: u32| around(node) + beyond(train.degree(node) * around(node));
    (0..train.nodes() as u32).map(|node| around(node) as u64 + 3 * train.nodes() as u64).collect()
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
        let unasked = |seed| Queries::unasked(Streams::new(seed));
        let all = unasked(0).by_heuristics(edges, &train, Part::Test);
        assert_eq!((&all.edges[..], all.of, all.sampled()), (&edges[..], 527, None));
        let numbers = numbers(&train);
        let total: u64 = edges.iter().flatten().map(|&node| numbers[node as usize]).sum();
        let within = |most, part, seed| unasked(seed).within(most, edges, &train, part);
        let half = within(total / 2, Part::Test, 0);
        assert_eq!((half.sampled(), half.of), (Some(263), 527));
        assert!(half.edges.is_sorted() && half.edges.iter().all(|edge| edges.contains(edge)));
        assert_eq!(half, within(total / 2, Part::Test, 0));
        assert_ne!(half, within(total / 2, Part::Test, 1));
        assert_ne!(half, within(total / 2, Part::Validation, 0));
        // A smaller sample is part of a larger one.
        let at_most = |most| unasked(0).at_most(most, edges, Part::Test);
        assert_eq!((at_most(527), at_most(263)), (all, half.clone()));
        assert!(at_most(100).sampled() == Some(100));
        assert!(at_most(100).edges.iter().all(|edge| half.edges.contains(edge)));
        // However little time there is, an edge is ranked.
        assert_eq!(within(1, Part::Test, 0).edges.len(), 1);
    }

    #[test]
    fn a_model_ranks_all_edges_where_it_can_and_no_more_than_it_is_asked_for() {
        let edges: Vec<[u32; 2]> = (0..40_000).map(|place| [place, place + 1]).collect();
        let ranked = |most, nodes| {
            let queries = Queries { most, streams: Streams::new(0) };
            queries.by_model(&edges, |_| nodes as u64, Part::Test).edges.len()
        };
        // WordNet has 117 659 nodes and 37 000 test edges: as many scores as fit in are all computed.
        assert_eq!(ranked(None, 117_659), 40_000);
        assert_eq!((ranked(None, 250_000), ranked(None, 250_001)), (40_000, 10_000));
        assert_eq!((ranked(None, 1_000_000), ranked(None, 10_000_000)), (10_000, 1000));
        assert_eq!(ranked(None, u32::MAX as usize), 2);
        assert_eq!((ranked(Some(300), 2708), ranked(Some(300), 10_000_000)), (300, 300));
        assert_eq!((ranked(Some(50_000), 10_000_000), ranked(Some(1), 2)), (40_000, 1));
        let while_training =
            |most| Queries { most, streams: Streams::new(0) }.while_training(&edges, Part::Validation);
        assert_eq!(while_training(None), while_training(Some(2000)));
        assert_eq!(
            [while_training(None), while_training(Some(30))].map(|ranked| ranked.edges.len()),
            [1000, 30]
        );
    }
}
