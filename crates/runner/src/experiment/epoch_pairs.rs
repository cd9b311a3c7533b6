//! The pairs that an epoch looks at, and roughly how long they take.

use super::{Block, PairSum};

impl PairSum {
    /// The ordered pairs that an epoch looks at, and the steps that it takes, on a graph of which so many of the nodes may be rows,
    /// and columns: between sides those of the first, and of the second.
    pub fn pairs_and_steps(self, nodes: u64, [of_rows, of_columns]: [u64; 2], edges: u64) -> (u64, u64) {
        let steps = |rows: usize| of_rows.div_ceil(rows.max(1) as u64);
        match self {
            Self::All => (of_rows.saturating_mul(of_columns), 1),
            Self::Block(Block { rows, columns, .. }) => {
                let columns = columns.map_or(of_columns, |columns| columns as u64);
                (of_rows.saturating_mul(columns), steps(rows))
            }
            Self::NonEdges { per_node } => (2 * edges + nodes.saturating_mul(per_node as u64), 1),
            Self::Subgraph { nodes: rows, .. } => (nodes.saturating_mul(rows as u64), steps(rows)),
        }
    }

    /// Roughly the seconds that so many ordered pairs take two cores, with latent vectors of this width. Exact steps on Pubmed
    /// take 0.16 s for 3.9e8 pairs at a width of 16 (BENCHMARKS.md).
    pub fn seconds(self, pairs: u64, latent: usize) -> f64 {
        const SECONDS_PER_DIMENSION: f64 = 4e-10 / 16.0;
        // A pair that is met from one end alone costs as much as one that stands for both directions.
        let ends = if self == Self::All { 1.0 } else { 2.0 };
        pairs as f64 * ends * latent as f64 * SECONDS_PER_DIMENSION
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::BlockEdges;

    fn block(rows: usize, columns: Option<usize>) -> PairSum {
        PairSum::Block(Block { rows, columns, edges: BlockEdges::Rows, alpha: None })
    }

    #[test]
    fn an_epoch_looks_at_the_pairs_of_its_blocks() {
        for (sum, expected) in [
            (PairSum::All, (10_000, 1)),
            (block(30, None), (10_000, 4)),
            (block(30, Some(7)), (700, 4)),
            (PairSum::NonEdges { per_node: 5 }, (2 * 40 + 500, 1)),
            (PairSum::Subgraph { nodes: 20, alpha: 1.0 }, (2_000, 5)),
        ] {
            assert_eq!(sum.pairs_and_steps(100, [100, 100], 40), expected, "{sum:?}");
        }
    }

    #[test]
    fn seconds_are_those_measured_on_pubmed_and_grow_with_the_width() {
        let pairs = 19_717 * 19_717;
        let close =
            |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 0.05, "{found}, {expected}");
        close(PairSum::All.seconds(pairs, 16), 0.16);
        close(PairSum::All.seconds(pairs, 64), 0.64);
        close(block(256, None).seconds(pairs, 16), 0.32);
    }
}
