//! What a graph is too small for, or has too few edges for: samples of pairs that are larger than it, powers of degrees that leave
//! nodes out, and masks that hide nothing.

use aevb_data::graph::{Graph, LinkSplit, Sides};

use crate::error::{Error, Result};
use crate::experiment::{Asked, Block, GraphEncoder, PairSum, Pairs};
use crate::train::degree_shares;

/// Pairs of a step are named by 32 bits with a sign.
const MOST_PAIRS: usize = i32::MAX as usize;

/// Refuses what is not made for pairs between sides.
///
/// # Errors
/// With the key and what to set it to.
pub(super) fn check_sides(graph: &Graph, encoder: &GraphEncoder) -> Result<()> {
    let decoder = encoder.decoder.form.kind();
    let wrong = match graph.sides() {
        None => None,
        Some(_) if !encoder.decoder.covariates.names.is_empty() => Some((
            "model.decoder.covariates: are not made for directed or bipartite graphs".to_owned(),
            "leave them out: model.decoder.covariates = []",
        )),
        Some(_) if !decoder.has_factors => Some((
            format!("model.decoder.kind: `{}` is not for directed or bipartite graphs", decoder.name),
            "take a decoder whose logits are inner products, such as `scaled`",
        )),
        Some(_) => None,
    };
    wrong.map_or(Ok(()), |(problem, hint)| Err(Error::usage(problem).with_hint(hint)))
}

/// Refuses pairs that a graph of this size does not have.
///
/// # Errors
/// With the key and what to set it to.
pub(super) fn check(pairs: Pairs, graph: &Graph, split: &LinkSplit) -> Result<()> {
    let [rows, columns] = match graph.sides() {
        None => [graph.nodes(); 2],
        Some(Sides { left, right, .. }) => [left, right],
    };
    if let (PairSum::Subgraph { .. }, Some(_)) = (pairs.sum, graph.sides()) {
        let problem =
            "objective.pairs: \"subgraph\" is of graphs without sides, and this one is directed or bipartite";
        return Err(Error::usage(problem).with_hint("set objective.pairs = \"blocks\", which is not biased"));
    }
    check_sum(pairs.sum, pairs.asked, [graph.nodes(), rows, columns])?;
    if let PairSum::Block(Block { alpha: Some(alpha), .. }) = pairs.sum {
        let degrees = super::degrees(graph.nodes(), &split.train);
        degree_shares::check(degrees.into_iter().take(rows).map(|degree| degree as usize), alpha)?;
    }
    pairs.mask.map_or(Ok(()), |share| check_mask(share, split.train.len()))
}

/// Numbers that nobody asked for are never too large.
fn check_sum(sum: PairSum, asked: Asked, [nodes, of_rows, of_columns]: [usize; 3]) -> Result<()> {
    let all = "objective.pairs = \"all\"";
    let rows = |count| if asked.rows { at_most("objective.rows", count, of_rows, all) } else { Ok(()) };
    match sum {
        PairSum::All => Ok(()),
        PairSum::Block(block) => {
            rows(block.rows)?;
            // Pairs of rows with all nodes are another way.
            let other = "objective.pairs = \"rows\"";
            let columns = block.columns.filter(|_| asked.columns);
            columns.map_or(Ok(()), |columns| at_most("objective.columns", columns, of_columns, other))
        }
        PairSum::Subgraph { nodes: count, .. } => rows(count),
        PairSum::NonEdges { per_node } => {
            let most = nodes.min(MOST_PAIRS / nodes.max(1));
            if per_node <= most {
                return Ok(());
            }
            let reason = if most == nodes {
                format!("are more than its pairs with the graph's {nodes}")
            } else {
                format!("of {nodes} are more than the {MOST_PAIRS} that a step may have")
            };
            Err(Error::usage(format!("objective.non_edges: {per_node} pairs of each node {reason}"))
                .with_hint(format!("set it to {most} at most, or {all}")))
        }
    }
}

fn at_most(key: &str, count: usize, nodes: usize, other: &str) -> Result<()> {
    if count <= nodes {
        return Ok(());
    }
    Err(Error::usage(format!("{key}: {count} nodes are more than the graph's {nodes}"))
        .with_hint(format!("set it to {nodes} at most, or {other}")))
}

/// A step that hides no edge learns that there are none, and one that hides all lets no message pass.
fn check_mask(share: f64, edges: usize) -> Result<()> {
    let hidden = share * edges as f64;
    let problem = if hidden < 1.0 {
        "hides less than one edge in the mean, and hidden ones alone are learnt"
    } else if edges as f64 - hidden < 1.0 {
        "leaves less than one edge in the mean for messages to pass along"
    } else {
        return Ok(());
    };
    Err(Error::usage(format!("objective.mask: {share:?} of {edges} training edges {problem}"))
        .with_hint("0.5 hides half of them; leave it out to hide none"))
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::SplitConfig;

    use super::*;
    use crate::experiment::BlockEdges;

    const ASKED: Asked = Asked { rows: true, columns: true };

    fn refused(outcome: Result<()>) -> [String; 2] {
        let error = outcome.expect_err("refused");
        assert_eq!(error.exit_code(), 2);
        [error.message, error.hint.expect("a hint")]
    }

    #[test]
    fn samples_larger_than_the_graph_are_refused_by_their_key() {
        let block =
            |rows, columns| PairSum::Block(Block { rows, columns, edges: BlockEdges::All, alpha: None });
        let subgraph = |nodes| PairSum::Subgraph { nodes, alpha: 1.0 };
        let more = "nodes are more than the graph's 60";
        for (sum, message, hint) in [
            (block(61, None), format!("objective.rows: 61 {more}"), "objective.pairs = \"all\""),
            (block(60, Some(4096)), format!("objective.columns: 4096 {more}"), "objective.pairs = \"rows\""),
            (
                subgraph(usize::MAX),
                format!("objective.rows: {} {more}", usize::MAX),
                "objective.pairs = \"all\"",
            ),
            (
                PairSum::NonEdges { per_node: 61 },
                "objective.non_edges: 61 pairs of each node are more than its pairs with the graph's 60"
                    .to_owned(),
                "objective.pairs = \"all\"",
            ),
        ] {
            let expected = [message, format!("set it to 60 at most, or {hint}")];
            assert_eq!(refused(check_sum(sum, ASKED, [60; 3])), expected);
        }
        for sum in [block(60, Some(60)), subgraph(60), PairSum::NonEdges { per_node: 60 }, PairSum::All] {
            check_sum(sum, ASKED, [60; 3]).expect("as large as the graph");
        }
        for sum in [block(256, None), block(256, Some(4096)), subgraph(256)] {
            check_sum(sum, Asked::default(), [60; 3]).expect("nobody asked for so many");
        }
        let [message, _] =
            refused(check_sum(block(256, Some(61)), Asked { columns: true, ..Asked::default() }, [60; 3]));
        assert_eq!(message, format!("objective.columns: 61 {more}"));
    }

    #[test]
    fn more_pairs_than_have_numbers_are_refused() {
        let sampled = |per_node| check_sum(PairSum::NonEdges { per_node }, ASKED, [1_000_000; 3]);
        sampled(2147).expect("below 2^31");
        let [message, hint] = refused(sampled(2148));
        assert_eq!(
            message,
            "objective.non_edges: 2148 pairs of each node of 1000000 are more than the 2147483647 that a step may have"
        );
        assert!(hint.starts_with("set it to 2147 at most"), "{hint}");
    }

    /// A hub with 2000 leaves, which a row is never drawn from at the eighth power.
    #[test]
    fn powers_of_degrees_that_leave_nodes_out_are_refused() {
        let edges: Vec<(u32, u32)> = (1..=2000).map(|leaf| (0, leaf)).collect();
        let (graph, _) = Graph::from_edges(2001, edges).expect("a graph");
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 1).expect("a split");
        let pairs = |alpha| Pairs {
            sum: PairSum::Block(Block { rows: 20, columns: None, edges: BlockEdges::Rows, alpha }),
            ..Pairs::default()
        };
        let [message, hint] = refused(check(pairs(Some(8.0)), &graph, &split));
        assert!(
            message.starts_with("objective.alpha: by (degree + 1)^8.0 some of this graph's nodes"),
            "{message}"
        );
        assert!(hint.starts_with("set it to 4.") || hint.starts_with("set it to 5."), "{hint}");
        for alpha in [None, Some(1.0), Some(-1.0)] {
            check(pairs(alpha), &graph, &split).expect("all nodes are drawn");
        }
    }

    #[test]
    fn masks_that_hide_or_leave_no_edge_are_refused() {
        for (share, told) in [
            (1e-300, "objective.mask: 1e-300 of 4488 training edges hides less than one edge in the mean"),
            (0.0001, "objective.mask: 0.0001 of 4488 training edges hides less than one edge in the mean"),
            (1.0 - f64::EPSILON, "objective.mask: 0.9999999999999998 of 4488 training edges leaves less"),
        ] {
            let [message, hint] = refused(check_mask(share, 4488));
            assert!(message.starts_with(told), "{message}");
            assert!(hint.contains("0.5"), "{hint}");
        }
        for share in [0.001, 0.5, 0.999] {
            check_mask(share, 4488).expect("some are hidden and some are not");
        }
    }
}
