//! Which node the first row is of in files that name no nodes, and whether ids and rows count from the same number.

use super::{FeatureRows, GraphFiles, LabelRows, RowIds};
use crate::error::{Error, Result};
use crate::graph::node_ids::{NodeIds, NodeName};

/// The number of the node of row 0, and what there is to say of it. `first` is what the file of edges counts from.
///
/// # Errors
/// If it was asked for and no file has rows without names.
pub(super) fn first_row(
    files: &GraphFiles,
    first: u64,
    edges: &NodeIds,
    features: Option<&FeatureRows>,
    labels: Option<&LabelRows>,
) -> Result<(u64, Vec<String>)> {
    let kinds = [("features", features.map(|rows| &rows.ids)), ("labels", labels.map(|rows| &rows.ids))];
    let kinds: Vec<(&str, &RowIds)> =
        kinds.into_iter().filter_map(|(kind, ids)| Some((kind, ids?))).collect();
    let rows = kinds.iter().filter_map(|(_, ids)| match ids {
        RowIds::Numbered(rows) => Some(*rows as u64),
        RowIds::Named(_) => None,
    });
    let rows = rows.max();
    if let Some(asked) = files.nodes.first {
        if rows.is_none() && !files.nodes.is_lenient {
            let message = "the rows of all files name their nodes, or there are none";
            return Err(Error::config("data.first_node", message)
                .with_hint("it is for arrays and matrices of features and labels: leave it out"));
        }
        return Ok((asked, Vec::new()));
    }
    let mut notes: Vec<String> =
        kinds.iter().filter_map(|(kind, ids)| shifted(kind, ids, edges, first)).collect();
    let Some(rows) = rows.filter(|_| first == 0) else { return Ok((first, notes)) };
    let named: Vec<&NodeIds> = std::iter::once(edges)
        .chain(kinds.iter().filter_map(|(_, ids)| match ids {
            RowIds::Named(ids) => Some(ids),
            RowIds::Numbered(_) => None,
        }))
        .collect();
    let numbers =
        named.iter().flat_map(|ids| ids.names()).map(NodeName::number).collect::<Option<Vec<u64>>>();
    let ends = numbers.and_then(|numbers| Some((*numbers.iter().min()?, *numbers.iter().max()?)));
    match ends {
        Some((1.., last)) if last == rows => {
            notes.push(format!(
                "the rows are taken for those of the nodes 1 to {rows}, as no file names a node 0 and one names {rows}; \
                 data.first_node=0 begins with node 0"
            ));
            Ok((1, notes))
        }
        Some((1, last)) if last < rows => {
            notes.push(format!(
                "no edge names node 0, and the {rows} rows are taken for those of the nodes 0 to {}: if ids begin with 1, \
                 each node has the row of the one before, and data.first_node=1 says so",
                rows - 1
            ));
            Ok((0, notes))
        }
        _ => Ok((0, notes)),
    }
}

/// Whether rows that name their nodes seem to count from 0 where the edges count from 1, or the other way round.
fn shifted(kind: &str, ids: &RowIds, edges: &NodeIds, first: u64) -> Option<String> {
    let RowIds::Named(ids) = ids else { return None };
    if first != 0 || ids.has("0") == edges.has("0") {
        return None;
    }
    let last = |ids: &NodeIds| {
        let numbers = ids.names().map(NodeName::number).collect::<Option<Vec<u64>>>();
        numbers.and_then(|numbers| numbers.into_iter().max())
    };
    let (of_edges, of_rows) = (last(edges)?, last(ids)?);
    if edges.has("0") {
        return (of_rows == of_edges + 1 && ids.has("1")).then(|| {
            format!(
                "the {kind} name no node 0, which edges do, and name a node {of_rows}, which no edge does: if ids begin with 1 in the \
                 {kind} alone, each node has the row of the one before; count from the same number in both"
            )
        });
    }
    (of_edges == of_rows + 1 && edges.has("1")).then(|| {
        format!(
            "the {kind} name a node 0, which no edge does, and none {of_edges}, which edges do: if ids begin with 1 in the \
             edges alone, each node has the row of the next; count from the same number in both"
        )
    })
}
