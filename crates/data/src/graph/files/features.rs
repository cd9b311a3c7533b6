//! Features in any format.

use std::path::Path;

use super::{
    FeatureRows, FileFormat, NodeColumns, RowIds, archive, feature_table, features_json, matrix_market,
};
use crate::array::{Npz, SparseEntries, Values, read_npy};
use crate::error::{Error, Result};
use crate::graph::node_ids::{NodeIds, NodeName};
use crate::separated::{CELL_HINT, Rows};

/// More features than this are taken for a slip: a model allocates weights for each.
pub(super) const MOST_FEATURES: usize = 1 << 24;

/// Values of the first row that are shown.
const SHOWN: usize = 6;

/// Reads features of a graph whose edges have so many `nodes`; `in_edges` tells whether the edges name a node so, and
/// `has_labels` whether the file has the labels too.
pub(super) fn read(
    path: &Path,
    format: Option<FileFormat>,
    asked: &NodeColumns,
    has_labels: bool,
    nodes: usize,
    in_edges: &dyn Fn(&str) -> bool,
) -> Result<FeatureRows> {
    let format = match format {
        Some(format) => format,
        None => FileFormat::of(path)?,
    };
    let place = path.display().to_string();
    let mut rows = match format {
        FileFormat::Csv => feature_table::read(path, asked, has_labels, nodes, in_edges)?,
        FileFormat::Json => features_json::read(path, None)?,
        FileFormat::JsonValues => features_json::read(path, Some(features_json::Form::Values))?,
        FileFormat::MatrixMarket => {
            let matrix = matrix_market::read(path)?;
            if matrix.symmetric {
                return Err(Error::malformed(place, "a symmetric matrix is none of features")
                    .with_hint("give a general matrix of [nodes, features]"));
            }
            FeatureRows::of(matrix.entries, "a matrix in Matrix Market".to_owned())
        }
        FileFormat::Npy => {
            let array = read_npy(path)?;
            let matrix = SparseEntries::from_dense(&array, &place)?;
            FeatureRows::of(matrix, format!("an array of {}", array.element))
        }
        FileFormat::Npz => read_npz(path, &place)?,
        FileFormat::AdjacencyList
        | FileFormat::AdjacencyMatrix
        | FileFormat::Metis
        | FileFormat::Dimacs
        | FileFormat::Pajek
        | FileFormat::GraphMl => {
            return Err(Error::malformed(place, "a format of edges, where features are wanted")
                .with_hint("features are csv, matrix-market, json, json-values, npy or npz"));
        }
    };
    let [_, columns] = rows.matrix.shape;
    if columns == 0 || columns > MOST_FEATURES {
        let message = format!("{columns} features; there must be between 1 and {MOST_FEATURES}");
        return Err(Error::malformed(place, message).with_hint("give a row of numbers for each node"));
    }
    if let Some((row, column, value)) = rows.matrix.entries.iter().find(|(.., value)| !value.is_finite()) {
        let place = format!("{place}, row {row}, column {column}");
        return Err(Error::malformed(place, format!("{value} is no feature")).with_hint(CELL_HINT));
    }
    rows.reading = format!("{}; {}", rows.reading, rows.first_row());
    Ok(rows)
}

/// A matrix in one of the ways that [`archive`] knows, with the nodes' names as `ids` where they have some.
fn read_npz(path: &Path, place: &str) -> Result<FeatureRows> {
    let mut archive = Npz::open(path)?;
    let archive::Matrix { entries, reading, .. } = archive::features(&mut archive)?;
    let rows = FeatureRows::of(entries, reading);
    if !archive.has("ids") {
        return Ok(rows);
    }
    let place = format!("{place}, array `ids`");
    let ids = named_rows(&archive.get("ids")?.values, rows.matrix.shape[0], &place)?;
    Ok(FeatureRows { ids: RowIds::Named(ids), ..rows })
}

impl FeatureRows {
    /// Rows in the order of the nodes' numbers.
    pub(super) fn of(matrix: SparseEntries, reading: String) -> Self {
        Self {
            ids: RowIds::Numbered(matrix.shape[0]),
            matrix,
            names: None,
            open_ended: false,
            absent: Vec::new(),
            notes: Vec::new(),
            reading,
            is_asked: false,
        }
    }

    /// The first row as it was understood.
    fn first_row(&self) -> String {
        let whose = match &self.ids {
            RowIds::Named(ids) => ids.names().next().map_or(String::new(), |name| format!(", of `{name}`,")),
            RowIds::Numbered(_) => String::new(),
        };
        let of_first = || self.matrix.entries.iter().filter(|(row, ..)| *row == 0);
        let name = |column: u32| match &self.names {
            Some(names) => names[column as usize].clone(),
            None => column.to_string(),
        };
        let shown: Vec<String> =
            of_first().take(SHOWN).map(|(_, column, value)| format!("{} = {value}", name(*column))).collect();
        let more = if of_first().count() > SHOWN { ", …" } else { "" };
        let columns = self.matrix.shape[1];
        match shown.len() {
            0 => format!("the first row{whose} has none of {columns} features"),
            _ => format!(
                "the first row{whose} has {} of {columns} features: {}{more}",
                of_first().count(),
                shown.join(", ")
            ),
        }
    }
}

/// What there is to say of a text whose lines name no nodes.
pub(super) fn in_order(rows: &Rows, why: &str, what: &str) -> String {
    format!(
        "{}: it has {why}, and each line is taken for the {what} of the next node in order of their numbers; name the node \
         first on each line where that is not so",
        rows.path().display()
    )
}

/// The names of the nodes that the rows are of, one a row.
pub(super) fn named_rows(names: &Values, rows: usize, place: &str) -> Result<NodeIds> {
    let refused =
        || Error::malformed(place, format!("is no list of {rows} names")).with_hint("give one a row");
    if names.len() != rows {
        return Err(refused());
    }
    let (ids, places) = NodeIds::of(names, 0..rows).map_err(|_| refused())?;
    if let Some((_, place_of)) = (0..).zip(&places).find(|(row, place)| row != *place) {
        let message = format!("node `{}` has two rows", ids.name(*place_of));
        return Err(Error::malformed(place, message).with_hint("give each node one"));
    }
    if let Some(row) = ids.names().position(NodeName::is_no_text) {
        let message = format!("row {row} has no name, or one that is no text");
        return Err(Error::malformed(place, message).with_hint("name each node"));
    }
    Ok(ids)
}
