//! Features in any format.

use std::path::Path;

use super::{FeatureRows, FileFormat, RowIds, features_json, header, matrix_market};
use crate::array::{Npz, SparseEntries, Values, read_npy};
use crate::error::{Error, Result};
use crate::graph::node_ids::NodeIds;
use crate::separated::{CELL_HINT, Rows, cell, separate_names};

/// More features than this are taken for a slip: a model allocates weights for each.
pub(super) const MOST_FEATURES: usize = 1 << 24;

/// Reads features; `in_edges` tells whether the edges name a node so.
pub(super) fn read(
    path: &Path,
    format: Option<FileFormat>,
    in_edges: &dyn Fn(&str) -> bool,
) -> Result<FeatureRows> {
    let format = match format {
        Some(format) => format,
        None => FileFormat::of(path)?,
    };
    let place = path.display().to_string();
    let rows = match format {
        FileFormat::Csv => read_csv(path, in_edges)?,
        FileFormat::Json => features_json::read(path, None)?,
        FileFormat::JsonValues => features_json::read(path, Some(features_json::Form::Values))?,
        FileFormat::MatrixMarket => {
            let matrix = matrix_market::read(path)?;
            if matrix.symmetric {
                return Err(Error::malformed(place, "a symmetric matrix is none of features")
                    .with_hint("give a general matrix of [nodes, features]"));
            }
            numbered(matrix.entries)
        }
        FileFormat::Npy => numbered(SparseEntries::from_dense(&read_npy(path)?, &place)?),
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
    Ok(rows)
}

fn numbered(matrix: SparseEntries) -> FeatureRows {
    FeatureRows { ids: RowIds::Numbered(matrix.shape[0]), matrix, names: None, open_ended: false }
}

/// A sparse matrix of SciPy's, or a dense array called `features`, with the nodes' names as `ids` where they have some.
fn read_npz(path: &Path, place: &str) -> Result<FeatureRows> {
    let mut archive = Npz::open(path)?;
    if SparseEntries::is_in(&archive) {
        return Ok(numbered(SparseEntries::read(&mut archive)?));
    }
    let others: Vec<&str> = archive.names().into_iter().filter(|name| *name != "ids").collect();
    let name = match others[..] {
        [only] => only.to_owned(),
        _ if archive.has("features") => "features".to_owned(),
        _ => {
            let message = format!("which array are the features? there are {}", others.join(", "));
            return Err(
                Error::malformed(place, message).with_hint("call it `features`, and the nodes' names `ids`")
            );
        }
    };
    let matrix = SparseEntries::from_dense(&archive.get(&name)?, &format!("{place}, array `{name}`"))?;
    if !archive.has("ids") {
        return Ok(numbered(matrix));
    }
    let place = format!("{place}, array `ids`");
    let ids = named_rows(&archive.get("ids")?.values, matrix.shape[0], &place)?;
    Ok(FeatureRows { ids: RowIds::Named(ids), matrix, names: None, open_ended: false })
}

/// A column of nodes and one for each feature; or, where the header says `node,feature` or `node,feature,value`, one
/// feature of one node a line.
fn read_csv(path: &Path, in_edges: &dyn Fn(&str) -> bool) -> Result<FeatureRows> {
    let mut rows = Rows::open(path).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    let Some(first) = rows.next()? else {
        return Err(
            Error::malformed(path.display(), "holds no features").with_hint("give a row for each node")
        );
    };
    if first.len() < 2 {
        return Err(rows
            .error("one column, where a node and its features are wanted")
            .with_hint("give the node first, and then its features"));
    }
    let is_header = rows.names_columns() || is_header(&first, in_edges);
    if is_header && header::is_feature_a_line(&first) {
        return read_long(rows, first.len());
    }
    let names: Vec<String> =
        if is_header { first.clone() } else { (1..=first.len()).map(|column| column.to_string()).collect() };
    let node = if is_header { header::node_column(&first).unwrap_or(0) } else { 0 };
    if is_header {
        separate_names(&names, &rows)?;
    }
    let mut ids = NodeIds::default();
    let mut entries = Vec::new();
    let mut next = if is_header { rows.next()? } else { Some(first) };
    while let Some(fields) = next {
        let row = new_row(&rows, &mut ids, &fields[node])?;
        let features = fields.iter().zip(&names).enumerate().filter(|(column, _)| *column != node);
        for (feature, (_, (text, name))) in (0..).zip(features) {
            let value = cell(text, name).map_err(|message| rows.error(message).with_hint(CELL_HINT))?;
            if value != 0.0 {
                entries.push((row, feature, value));
            }
        }
        next = rows.next()?;
    }
    let shape = [ids.len(), names.len() - 1];
    if shape[0] == 0 {
        return Err(
            Error::malformed(path.display(), "holds no features").with_hint("give a row for each node")
        );
    }
    let matrix = SparseEntries { shape, entries };
    let names = is_header.then(|| {
        let others = names.into_iter().enumerate().filter(|(column, _)| *column != node);
        others.map(|(_, name)| name).collect()
    });
    Ok(FeatureRows { ids: RowIds::Named(ids), matrix, names, open_ended: false })
}

fn read_long(mut rows: Rows, width: usize) -> Result<FeatureRows> {
    let (mut ids, mut features) = (NodeIds::default(), NodeIds::default());
    let mut entries = Vec::new();
    while let Some(fields) = rows.next()? {
        if fields[0].is_empty() || fields[1].is_empty() {
            return Err(rows
                .error("an empty column, where a node and a feature are wanted")
                .with_hint(CELL_HINT));
        }
        let value = if width == 3 { cell(&fields[2], "value") } else { Ok(1.0) };
        let value = value.map_err(|message| rows.error(message).with_hint(CELL_HINT))?;
        entries.push((ids.place(&*fields[0]), features.place(&*fields[1]), value));
    }
    if entries.is_empty() {
        return Err(
            Error::malformed(rows.path().display(), "holds no features").with_hint("give a row for each")
        );
    }
    let (names, place_of) = features.ordered();
    for (_, feature, _) in &mut entries {
        *feature = place_of[*feature as usize];
    }
    let places = |entry: &(u32, u32, f32)| (entry.0, entry.1);
    entries.sort_by_key(places);
    if let Some(pair) = entries.windows(2).find(|pair| places(&pair[0]) == places(&pair[1])) {
        let (node, feature) = (ids.names()[pair[0].0 as usize], &names[pair[0].1 as usize]);
        let message = format!("feature `{feature}` of node `{node}` is given twice");
        return Err(Error::malformed(rows.path().display(), message).with_hint("give each once"));
    }
    let shape = [ids.len(), names.len()];
    let matrix = SparseEntries { shape, entries };
    Ok(FeatureRows { ids: RowIds::Named(ids), matrix, names: Some(names), open_ended: false })
}

fn new_row(rows: &Rows, ids: &mut NodeIds, name: &str) -> Result<u32> {
    if name.is_empty() {
        return Err(rows
            .error("an empty column, where a node is wanted")
            .with_hint("name a node in each row"));
    }
    let known = ids.len();
    let row = ids.place(name);
    if row as usize != known {
        return Err(rows
            .error(format!("node `{name}` has a row already"))
            .with_hint("give each node one row"));
    }
    Ok(row)
}

/// A first row names the columns where a feature is no number and not just missing, or where the node has no name. So it
/// does where the node is called so, or where a word goes before the numbers from 0, as pandas numbers columns, unless the
/// word is a node of the graph.
fn is_header(first: &[String], in_edges: &dyn Fn(&str) -> bool) -> bool {
    let (node, features) = (&first[0], &first[1..]);
    let in_order = || (0..).zip(features).all(|(column, field): (usize, _)| field.parse() == Ok(column));
    let counts = features.len() > 1 && node.parse::<f64>().is_err() && in_order();
    let is_word = |field: &String| !field.is_empty() && field.parse::<f64>().is_err();
    let heads = counts || header::node_column(&first[..1]).is_some();
    node.is_empty() || (heads && !in_edges(node)) || features.iter().any(is_word)
}

/// The names of the nodes that the rows are of, one a row.
pub(super) fn named_rows(names: &Values, rows: usize, place: &str) -> Result<NodeIds> {
    let refused =
        || Error::malformed(place, format!("is no list of {rows} names")).with_hint("give one a row");
    if names.count() != rows {
        return Err(refused());
    }
    let (ids, places) = NodeIds::of(names, 0..rows).map_err(|_| refused())?;
    let texts = ids.names();
    if let Some((_, place_of)) = (0..).zip(&places).find(|(row, place)| row != *place) {
        let message = format!("node `{}` has two rows", texts[*place_of as usize]);
        return Err(Error::malformed(place, message).with_hint("give each node one"));
    }
    if let Some(row) = texts.iter().position(|name| name.is_empty() || name.contains(char::is_control)) {
        let message = format!("row {row} has no name, or one that is no text");
        return Err(Error::malformed(place, message).with_hint("name each node"));
    }
    drop(texts);
    Ok(ids)
}
