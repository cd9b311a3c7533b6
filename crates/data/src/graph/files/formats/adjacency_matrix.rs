//! Adjacency matrices in text: a row a node, with the nodes' names above or beside them, or without.

use std::path::Path;

use super::HINT;
use super::matrix_shape::{MatrixShape, counts, is_without, sampled_columns, truth};
use crate::array::SparseEntries;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::graph::FileCounts;
use crate::graph::files::edges::{in_one_square, of_matrix};
use crate::graph::files::{EdgeReading, Edges, FileFormat, Weights};
use crate::graph::node_ids::NodeIds;
use crate::lines::{Lines, WIDE};
use crate::separated::{Separator, is_comment};

pub(super) fn read(path: &Path, weights: Weights, reading: &EdgeReading) -> Result<Edges> {
    let mut lines = Lines::open(path, WIDE)?;
    let (sample, whole) = lines.sample();
    let asked = reading.delimiter.as_deref().and_then(Separator::named);
    let dialect = Dialect::of_edges(sample, whole, asked);
    let splitter = dialect.splitter;
    let (sampled, all) = sampled_columns(sample, whole, &dialect);
    let shape = MatrixShape::of(&sampled, all);
    let is_decimal_comma = splitter.separator != Separator::Comma;
    let number = |text: &str| match is_decimal_comma {
        _ if truth(text).is_some() => Ok(truth(text).unwrap_or_default()),
        true => text.replace(',', ".").parse::<f32>(),
        false => text.parse::<f32>(),
    };
    let mut above: Option<Vec<String>> = None;
    let mut beside: Vec<String> = Vec::new();
    let mut entries: Vec<(u32, u32, f32)> = Vec::new();
    // A first row that counts the columns, which is a header if as many rows as columns follow.
    let mut counted: Option<Vec<String>> = None;
    let (mut width, mut rows, mut missing) = (0, 0_usize, 0_usize);
    while let Some(line) = lines.next()? {
        if line.trim().is_empty() || is_comment(line, rows > 0) {
            continue;
        }
        let fields = splitter.fields(line).map(|fields| fields.into_iter().map(String::from).collect());
        let mut fields: Vec<String> = fields.map_err(|message| lines.error(message).with_hint(HINT))?;
        if rows == 0 && above.is_none() {
            let names_columns = || {
                fields[0].is_empty()
                    || fields.iter().skip(1).any(|field| !field.is_empty() && number(field).is_err())
            };
            if shape.map_or_else(names_columns, |shape| shape.above) {
                above = Some(fields);
                continue;
            }
            counted = counts(&fields).then(|| fields.clone());
        }
        if rows > 0 && fields.len() == width + 1 {
            fields.pop_if(|field| field.is_empty());
        }
        if rows == 0 {
            width = fields.len();
            if above.is_none() {
                fields.pop_if(|field| field.is_empty());
                width = fields.len();
            }
        } else if fields.len() != width {
            let message = format!("{} columns, where the first row of the matrix has {width}", fields.len());
            return Err(lines.error(message).with_hint(HINT));
        }
        let named = match (shape, &above) {
            (Some(shape), _) => shape.beside,
            (None, Some(names)) => {
                names.len() == width && (names[0].is_empty() || number(&fields[0]).is_err())
                    || names.len() + 1 == width
            }
            (None, None) => number(&fields[0]).is_err(),
        };
        if named || !beside.is_empty() {
            beside.push(fields.remove(0));
        }
        for (column, field) in (0_u32..).zip(&fields) {
            match number(field) {
                Ok(value) if value.is_finite() => {
                    if value != 0.0 {
                        entries.push((rows as u32, column, value));
                    }
                }
                _ if field.is_empty() => {}
                _ if is_without(field) => missing += 1,
                _ => {
                    let message = format!(
                        "`{field}` in column {} of an adjacency matrix is no finite number",
                        column + 1
                    );
                    return Err(lines.error(message).with_hint(HINT));
                }
            }
        }
        rows += 1;
    }
    if rows == width + 1
        && let Some(names) = counted.filter(|_| beside.is_empty())
    {
        entries.retain(|(row, ..)| *row > 0);
        entries.iter_mut().for_each(|(row, ..)| *row -= 1);
        rows -= 1;
        above = Some(names);
    }
    let columns = width - usize::from(!beside.is_empty()).min(width);
    let mut notes = lines.notes();
    let (_, bytes, _) = lines.finish();
    let place = path.display().to_string();
    let file = FileCounts::Array { file: FileFormat::AdjacencyMatrix, bytes };
    let matrix = SparseEntries { shape: [rows, columns], entries };
    let is_bipartite = shape.is_some_and(|shape| shape.is_bipartite);
    let matrix = if is_bipartite { in_one_square(matrix) } else { matrix };
    let edges = of_matrix(matrix, true, weights, &place, file)?;
    if missing > 0 {
        notes.push(format!(
            "{} a missing value, such as nan, which is read as no edge; write 0 there",
            crate::wording::counted(missing, "cell of the matrix is", "cells of the matrix are")
        ));
    }
    let above = above.map(|mut names| {
        if names.len() > columns {
            names.remove(0);
        }
        names
    });
    if is_bipartite {
        notes.push(format!(
            "a matrix of {rows} rows and {columns} columns of other names is no adjacency, and is read as a bipartite graph; \
             data.edges_format=csv reads two nodes a line"
        ));
        beside.extend(above.clone().unwrap_or_default());
    } else if let (Some(above), false) = (&above, beside.is_empty())
        && *above != beside
    {
        let at = above.iter().zip(&beside).position(|(a, b)| a != b).unwrap_or(0);
        let message = format!(
            "row {} of the matrix is called `{}`, and its column `{}`",
            at + 1,
            beside[at],
            above.get(at).map_or("", String::as_str)
        );
        return Err(Error::malformed(place, message)
            .with_hint("rows and columns of an adjacency matrix have the same order"));
    }
    let names = if beside.is_empty() { above } else { Some(beside) };
    let mut ids = NodeIds::default();
    match names {
        None => return Ok(Edges { notes, ..edges }),
        Some(names) => {
            for (row, name) in names.iter().enumerate() {
                if ids.place(name.as_str()) as usize != row {
                    return Err(Error::malformed(place, format!("two nodes are called `{name}`"))
                        .with_hint("give each a name of its own"));
                }
            }
        }
    }
    notes.extend(crate::graph::edge_list::doubts_of(&ids));
    Ok(Edges { ids, notes, ..edges })
}
