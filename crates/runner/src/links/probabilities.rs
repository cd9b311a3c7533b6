//! Whether it is worth the time to say how likely links are.

use super::forecast::count_in_words;
use super::{Scorer, TwoHop};

/// So many pairs are counted in a minute or two on two cores: a graph of 140 000 nodes has them.
const MOST_COUNTED: u64 = 10_000_000_000;

/// A pair that two hops name takes about as long as so many of all pairs, which come in order.
const OF_ALL: u64 = 10;

/// Whether links are given probabilities, which takes a count of all pairs that are scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Probabilities {
    /// Where the count takes minutes at most
    #[default]
    Auto,
    /// However long it takes
    Always,
    /// Not at all
    Never,
}

impl Probabilities {
    /// Why there are none, where that is so for the pairs that a scorer or two hops would count.
    pub fn refusal(self, scorer: &Scorer<'_>, two_hop: Option<&TwoHop<'_>>) -> Option<String> {
        let (counted, cost) = match two_hop {
            Some(two_hop) => (two_hop.pairs(), OF_ALL),
            None => (scorer.counted(), 1),
        };
        match self {
            Self::Always => None,
            Self::Never => Some("as asked for".to_owned()),
            Self::Auto if counted.saturating_mul(cost) <= MOST_COUNTED => None,
            Self::Auto => Some(format!(
                "what a score is worth takes a count of {} pairs; --probabilities always counts them",
                count_in_words(counted)
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::Graph;
    use aevb_data::graph::heuristics::Heuristic;
    use aevb_models::ranking::{AllPairs, InnerProducts};

    use super::*;

    #[test]
    fn what_takes_long_is_counted_only_where_it_is_asked_for() {
        let large = vec![0.0; 150_000];
        let model = Scorer::Model(AllPairs::from(InnerProducts::new(&large, [150_000, 1]).expect("finite")));
        let small = Scorer::Model(AllPairs::from(
            InnerProducts::new(&large[..100_000], [100_000, 1]).expect("finite"),
        ));
        let (graph, _) = Graph::from_edges(150_000, [(0, 1), (1, 2)]).expect("a graph");
        let heuristic = Scorer::Heuristic(Heuristic::ResourceAllocation, &graph);
        let two_hop = TwoHop::of(&graph);
        let refused = Probabilities::Auto.refusal(&model, None).expect("minutes");
        assert_eq!(
            refused,
            "what a score is worth takes a count of 11 billion pairs; --probabilities always counts them"
        );
        assert_eq!(Probabilities::Auto.refusal(&small, None), None);
        assert_eq!(Probabilities::Auto.refusal(&heuristic, None), None);
        assert_eq!(Probabilities::Auto.refusal(&model, Some(&two_hop)), None);
        assert_eq!(Probabilities::Always.refusal(&model, None), None);
        assert!(Probabilities::Never.refusal(&small, None).is_some());
    }
}
