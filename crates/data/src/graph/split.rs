//! The split of a graph's edges for link prediction, by the protocol of Kipf and Welling (2016), section 4.
//!
//! Validation and test each hold edges taken out of the graph and as many pairs that are no edge of the whole graph;
//! no pair occurs twice, in either direction. A model may see the training edges only.

use std::collections::HashSet;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Graph, Sides};
use crate::error::{Error, Result};
use crate::numpy_random::NumpyRandom;
use crate::progress::{Task, Work};

/// The shares of the edges that are held out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SplitConfig {
    /// The share of the edges held out for the test, rounded down to whole edges.
    pub test: f64,
    /// The share of the edges held out for validation, rounded down to whole edges.
    pub validation: f64,
}

impl Default for SplitConfig {
    fn default() -> Self {
        Self { test: 0.10, validation: 0.05 }
    }
}

impl SplitConfig {
    /// The test and the validation edges among `edges`.
    pub fn counts(&self, edges: usize) -> (usize, usize) {
        (share_of(edges, self.test), share_of(edges, self.validation))
    }

    /// Shares that hold out at least an edge for each part, leave one to train on and find as many pairs without an edge:
    /// the default ones where they do, else larger ones, else smaller ones. None where no shares do.
    pub fn that_holds_out(graph: &Graph) -> Option<Self> {
        const SHARES: [f64; 14] =
            [0.1, 0.15, 0.2, 0.25, 0.3, 0.34, 0.4, 0.49, 0.04, 0.02, 0.01, 0.005, 0.002, 0.001];
        let shares = SHARES.iter().map(|&share| Self { test: share, validation: share });
        std::iter::once(Self::default()).chain(shares).find(|config| config.holds_out(graph))
    }

    /// Whether these shares hold out at least an edge for each part and leave one to train on.
    pub fn holds_out(&self, graph: &Graph) -> bool {
        let edges = graph.edge_count();
        let (test, validation) = self.counts(edges);
        let absent = graph.pairs() - edges as u64;
        test > 0 && validation > 0 && test + validation < edges && (test + validation) as u64 <= absent
    }

    /// What to set where shares hold nothing out.
    pub fn advice(graph: &Graph) -> String {
        match Self::that_holds_out(graph) {
            Some(Self { test, validation }) => {
                let (of_test, of_validation) = Self { test, validation }.counts(graph.edge_count());
                format!(
                    "split.validation={validation} and split.test={test} would hold out {of_validation} and {of_test}"
                )
            }
            None if graph.edge_count() < 3 => "at least 3 edges are needed: one each to train, to validate and to \
                                               test on"
                .to_owned(),
            None => "no shares do: nearly all pairs of nodes are edges, and each one held out needs a pair that is none"
                .to_owned(),
        }
    }
}

/// A division of a graph's edges into training, validation and test.
///
/// Every pair is `[i, j]` with `i < j`, and every list is in lexicographic order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSplit {
    /// [`Graph::fingerprint`] of the whole graph.
    pub fingerprint: String,
    /// The number of nodes of the graph.
    pub nodes: usize,
    /// The edges that message passing and the loss may see.
    pub train: Vec<[u32; 2]>,
    /// What a choice among models is made on.
    pub validation: HeldOut,
    /// What is reported.
    pub test: HeldOut,
}

/// Held-out edges and as many pairs that are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldOut {
    /// Edges of the whole graph, absent from the training graph.
    pub edges: Vec<[u32; 2]>,
    /// Pairs that are no edge of the whole graph.
    pub non_edges: Vec<[u32; 2]>,
}

impl LinkSplit {
    /// Draws a split: the one that a Python script draws which follows the protocol with NumPy.
    ///
    /// From `numpy.random.default_rng(seed)`, in this order: a permutation of the edges in lexicographic order, whose
    /// first block is validation's and whose second is the test's; then `integers(0, nodes, 2)` until enough of the pairs
    /// are distinct non-edges, the test's first; of a graph with sides of L and R nodes `integers(0, L)` and `L + integers(0, R)`
    /// for each pair. `tests/golden/link_split.py` is that script, so models here and in
    /// Python can be compared split by split.
    ///
    /// # Errors
    /// If the shares are no shares, leave no edge to train on, or ask for more non-edges than the graph has.
    pub fn draw(graph: &Graph, config: &SplitConfig, seed: u64) -> Result<Self> {
        for (field, share) in [("split.test", config.test), ("split.validation", config.validation)] {
            if !(0.0..1.0).contains(&share) {
                return Err(Error::config(field, format!("{share} is no share of the edges"))
                    .with_hint("a share is at least 0 and less than 1, like 0.1"));
            }
        }
        let edges = graph.edge_count();
        let (test, validation) = config.counts(edges);
        let held_out = validation + test;
        if held_out >= edges {
            return Err(Error::config(
                "split",
                format!("{test} test and {validation} validation edges of {edges} leave none to train on"),
            )
            .with_hint(SplitConfig::advice(graph)));
        }
        let non_edges = graph.pairs() - edges as u64;
        if held_out as u64 > non_edges {
            return Err(Error::config(
                "split",
                format!("{held_out} pairs without an edge are needed, and the graph has {non_edges}"),
            )
            .with_hint(SplitConfig::advice(graph)));
        }

        // A pair without an edge takes some times what a place in the order does.
        let mut work = Work::begin(Task::Splitting(edges), (edges + 4 * held_out) as u64);
        let random = &mut NumpyRandom::from_seed(seed);
        let mut part_of = vec![Part::Train; edges];
        {
            // The numbers of the edges in place of the edges, whose order is that of their numbers.
            let mut order: Vec<u32> = (0..edges as u32).collect();
            let mut places = edges as u32;
            while places > 1 {
                let rest = places.saturating_sub(AT_ONCE).max(1);
                random.shuffle(&mut order, rest..places);
                places = rest;
                work.reached((edges - rest as usize) as u64);
            }
            for (at, edge) in order[..held_out].iter().enumerate() {
                part_of[*edge as usize] = if at < validation { Part::Validation } else { Part::Test };
            }
        }
        let mut absent =
            draw_non_edges(graph, held_out, random, |drawn| work.reached((edges + 4 * drawn) as u64));
        let mut of_validation = absent.split_off(test);
        absent.par_sort_unstable();
        of_validation.par_sort_unstable();

        let mut train = Vec::with_capacity(edges - held_out);
        let mut validation = HeldOut { edges: Vec::with_capacity(validation), non_edges: of_validation };
        let mut test = HeldOut { edges: Vec::with_capacity(test), non_edges: absent };
        for (edge, part) in graph.edges().zip(part_of) {
            match part {
                Part::Train => train.push(edge),
                Part::Validation => validation.edges.push(edge),
                Part::Test => test.edges.push(edge),
            }
        }
        Ok(Self { fingerprint: graph.fingerprint(), nodes: graph.nodes(), train, validation, test })
    }

    /// The graph that a model may see: all nodes, training edges only.
    ///
    /// # Panics
    /// If `graph` has fewer nodes than the split.
    #[must_use]
    pub fn train_graph(&self, graph: &Graph) -> Graph {
        assert_eq!(graph.nodes(), self.nodes, "the split is of another graph");
        graph.with_edges(&self.train)
    }

    /// The graph as it is known before the test: its nodes with the training and validation edges, and nothing else of it.
    ///
    /// # Panics
    /// If an edge is outside the split's own nodes.
    #[must_use]
    pub fn without_test(&self) -> Graph {
        Graph::of_pairs(self.nodes, &[&self.train, &self.validation.edges])
    }
}

/// So many places or pairs are drawn between looks at the clock.
const AT_ONCE: u32 = 1 << 18;

/// Which part an edge is of.
#[derive(Clone, Copy)]
enum Part {
    Train,
    Validation,
    Test,
}

/// Distinct non-edges, uniform by rejection. Even where all of a nearly complete graph's are wanted, that takes some
/// nodes² · ln(nodes) tries, little more than its edges are.
fn draw_non_edges(
    graph: &Graph,
    count: usize,
    random: &mut NumpyRandom,
    mut tell: impl FnMut(usize),
) -> Vec<[u32; 2]> {
    let nodes = graph.nodes() as u32;
    let mut drawn = Vec::with_capacity(count);
    let mut seen = HashSet::with_capacity(count);
    while drawn.len() < count {
        // The stream ends here, and what is drawn beyond the last is left.
        let pair = |_| match graph.sides() {
            None => {
                let (one, other) = (random.below(nodes), random.below(nodes));
                [one.min(other), one.max(other)]
            }
            Some(Sides { left, right, .. }) => {
                [random.below(left as u32), left as u32 + random.below(right as u32)]
            }
        };
        let mut pairs: Vec<[u32; 2]> =
            (0..(count - drawn.len()).min(AT_ONCE as usize) + 16).map(pair).collect();
        pairs =
            pairs.into_par_iter().filter(|&[i, j]| graph.is_pair(i, j) && !graph.has_edge(i, j)).collect();
        pairs.retain(|&[i, j]| seen.insert(u64::from(i) << 32 | u64::from(j)));
        drawn.extend(pairs);
        tell(drawn.len());
    }
    drawn.truncate(count);
    drawn
}

/// ⌊share · count⌋, where a product that misses a whole number by rounding alone counts as that number.
fn share_of(count: usize, share: f64) -> usize {
    let product = share * count as f64;
    let nearest = product.round();
    if (product - nearest).abs() <= 4.0 * f64::EPSILON * product {
        nearest as usize
    } else {
        product as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::cora;
    use proptest::prelude::*;

    fn graph(nodes: usize, edges: impl IntoIterator<Item = (u32, u32)>) -> Graph {
        Graph::from_edges(nodes, edges).expect("a graph").0
    }

    #[test]
    fn coras_counts_are_those_of_the_protocol() -> Result<()> {
        let split = LinkSplit::draw(&cora(), &SplitConfig::default(), 0)?;
        assert_eq!((split.test.edges.len(), split.test.non_edges.len()), (527, 527));
        assert_eq!((split.validation.edges.len(), split.validation.non_edges.len()), (263, 263));
        assert_eq!(split.train.len(), 4488);
        Ok(())
    }

    #[test]
    fn the_default_counts_are_tenths_and_twentieths_rounded_down() {
        for count in (0..200_000).chain(4_000_000_000..4_000_000_100) {
            assert_eq!(share_of(count, 0.10), count / 10);
            assert_eq!(share_of(count, 0.05), count / 20);
            assert_eq!(share_of(count, 0.15), 3 * count / 20);
        }
    }

    #[test]
    fn a_seed_gives_one_split_and_another_seed_another() -> Result<()> {
        let draw = |seed| LinkSplit::draw(&cora(), &SplitConfig::default(), seed);
        assert_eq!(draw(1)?, draw(1)?);
        assert_ne!(draw(1)?, draw(2)?);
        Ok(())
    }

    #[test]
    fn a_split_without_a_training_edge_is_refused() {
        let path = graph(4, [(0, 1), (1, 2)]);
        let config = SplitConfig { test: 0.5, validation: 0.5 };
        let error = LinkSplit::draw(&path, &config, 0).expect_err("nothing left");
        assert_eq!(error.to_string(), "split: 1 test and 1 validation edges of 2 leave none to train on");
        assert!(LinkSplit::draw(&graph(4, []), &SplitConfig::default(), 0).is_err());
    }

    #[test]
    fn a_complete_graph_has_no_non_edges_to_hold_out() {
        let complete = graph(9, (0..9).flat_map(|i| (i + 1..9).map(move |j| (i, j))));
        let error = LinkSplit::draw(&complete, &SplitConfig::default(), 0).expect_err("complete");
        assert_eq!(error.to_string(), "split: 4 pairs without an edge are needed, and the graph has 0");
    }

    #[test]
    fn shares_that_are_none_are_refused() {
        let path = graph(4, [(0, 1), (1, 2)]);
        for test in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
            let config = SplitConfig { test, validation: 0.0 };
            let error = LinkSplit::draw(&path, &config, 0).expect_err("no share");
            assert_eq!(error.place, "split.test");
        }
    }

    /// Any simple graph of 2 to 40 nodes, dense ones too, and shares up to a half each.
    fn any_graph() -> impl Strategy<Value = (Graph, SplitConfig, u64)> {
        (2_u32..40)
            .prop_flat_map(|nodes| {
                let pairs = prop::collection::vec((0..nodes, 0..nodes), 1..400);
                (Just(nodes), pairs, 0.0..0.5, 0.0..0.5, any::<u64>())
            })
            .prop_map(|(nodes, pairs, test, validation, seed)| {
                (graph(nodes as usize, pairs), SplitConfig { test, validation }, seed)
            })
    }

    proptest! {
        #[test]
        fn every_split_keeps_the_protocol((graph, config, seed) in any_graph()) {
            let Ok(split) = LinkSplit::draw(&graph, &config, seed) else {
                let held_out = share_of(graph.edge_count(), config.test)
                    + share_of(graph.edge_count(), config.validation);
                let free = graph.nodes() * (graph.nodes() - 1) / 2 - graph.edge_count();
                prop_assert!(held_out >= graph.edge_count() || held_out > free);
                return Ok(());
            };
            prop_assert_eq!(split.test.edges.len(), share_of(graph.edge_count(), config.test));
            prop_assert_eq!(split.validation.edges.len(), share_of(graph.edge_count(), config.validation));
            prop_assert_eq!(split.test.edges.len(), split.test.non_edges.len());
            prop_assert_eq!(split.validation.edges.len(), split.validation.non_edges.len());

            let undirected = |[i, j]: [u32; 2]| [i.min(j), i.max(j)];
            let mut edges: Vec<_> = [&split.train, &split.validation.edges, &split.test.edges]
                .into_iter().flatten().copied().map(undirected).collect();
            edges.sort_unstable();
            prop_assert_eq!(edges, graph.edges().collect::<Vec<_>>());

            let mut absent: Vec<_> = [&split.validation.non_edges, &split.test.non_edges]
                .into_iter().flatten().copied().map(undirected).collect();
            let count = absent.len();
            absent.sort_unstable();
            absent.dedup();
            prop_assert_eq!(absent.len(), count);
            prop_assert!(absent.iter().all(|[i, j]| i != j && !graph.has_edge(*i, *j) && !graph.has_edge(*j, *i)));

            let known = split.without_test();
            let held_back = |pair: &[u32; 2]| !split.test.edges.contains(pair);
            prop_assert_eq!(known.nodes(), graph.nodes());
            prop_assert!(known.edges().eq(graph.edges().filter(held_back)));
            let train = split.train_graph(&graph);
            prop_assert_eq!(train.nodes(), graph.nodes());
            prop_assert_eq!(train.edge_count(), split.train.len());
            for [i, j] in split.validation.edges.iter().chain(&split.test.edges) {
                prop_assert!(!train.has_edge(*i, *j) && !train.has_edge(*j, *i));
            }
        }

        #[test]
        fn a_saved_split_reads_back_the_same((graph, config, seed) in any_graph()) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("split.json");
            if let Ok(split) = LinkSplit::draw(&graph, &config, seed) {
                split.save(&path).expect("saved");
                prop_assert_eq!(LinkSplit::load(&path, &graph).expect("loaded"), split);
            }
        }
    }
}
