//! Which validation edges weights are fitted on, and which judge the model that has them.

use aevb_data::graph::{HeldOut, LinkSplit};
use aevb_data::shuffle::permutation;

use crate::random::{Purpose, Streams};

/// With fewer validation edges each half judges what the other has fitted.
const FEW: usize = 1000;

/// The halves of the validation edges, drawn by a seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Folds {
    /// In ascending order each, as all are.
    pub halves: [HeldOut; 2],
    /// Whether each half is fitted and judged by the other. Else the first is for fitting alone, and the second judges.
    pub are_crossed: bool,
}

impl Folds {
    /// Whether halves of so many edges are crossed.
    pub fn are_crossed(edges: usize) -> bool {
        edges < FEW
    }

    /// Those of a split.
    pub fn of(split: &LinkSplit, streams: Streams) -> Self {
        let HeldOut { edges, non_edges } = &split.validation;
        let part = |pairs: &[[u32; 2]], purpose: u64| -> [Vec<[u32; 2]>; 2] {
            let count = u32::try_from(pairs.len()).expect("no graph has 2^32 held-out edges");
            let order = permutation(count, &mut streams.generator(Purpose::CovariateFolds, purpose));
            let (first, second) = order.split_at(order.len() / 2);
            [first, second].map(|places| {
                let mut half: Vec<[u32; 2]> = places.iter().map(|&place| pairs[place as usize]).collect();
                // A split of a file may be in any order.
                half.sort_unstable();
                half
            })
        };
        let ([first, second], [of_first, of_second]) = (part(edges, 0), part(non_edges, 1));
        Self {
            halves: [
                HeldOut { edges: first, non_edges: of_first },
                HeldOut { edges: second, non_edges: of_second },
            ],
            are_crossed: Self::are_crossed(edges.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::{SplitConfig, cora};

    use super::*;

    #[test]
    fn every_edge_is_in_one_half() {
        let graph = cora();
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("it can be split");
        let folds = |seed| Folds::of(&split, Streams::new(seed));
        let Folds { halves: [first, second], are_crossed } = folds(0);
        assert!(are_crossed && (first.edges.len(), second.edges.len()) == (131, 132));
        for (of_first, of_second, all) in [
            (first.edges, second.edges, &split.validation.edges),
            (first.non_edges, second.non_edges, &split.validation.non_edges),
        ] {
            assert!(of_first.is_sorted() && of_second.is_sorted());
            let mut both = [of_first, of_second].concat();
            both.sort_unstable();
            let mut all = all.clone();
            all.sort_unstable();
            assert_eq!(both, all);
        }
        assert_ne!(folds(0), folds(1));
        let larger = SplitConfig { validation: 0.2, test: 0.1 };
        let split = LinkSplit::draw(&graph, &larger, 0).expect("it can be split");
        assert!(!Folds::of(&split, Streams::new(0)).are_crossed);
    }
}
