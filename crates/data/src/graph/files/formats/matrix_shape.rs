//! How the rows of a matrix stand in a text: with the nodes' names above or beside them, or without.

use std::collections::HashSet;

use crate::dialect::{Dialect, sampled_rows, sampled_text};
use crate::missing::is_missing_name;

/// Which names a text of a square matrix has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MatrixShape {
    /// The first row names the columns.
    pub above: bool,
    /// The first column names the rows.
    pub beside: bool,
    /// Whether the text can be nothing else.
    pub is_sure: bool,
    /// Rows and columns have names of their own.
    pub is_bipartite: bool,
}

/// The first rows of a text by their columns; a separator at a line's end has no column after it.
pub(super) fn sampled_columns(sample: &[u8], whole: bool, dialect: &Dialect) -> (Vec<Vec<String>>, bool) {
    const ROWS: usize = 1000;
    let rows = sampled_rows(sampled_text(sample), whole);
    let all = whole && rows.len() <= ROWS;
    let columns = rows.iter().take(ROWS).map(|row| {
        let columns: Vec<String> =
            dialect.splitter.fields(row).unwrap_or_default().into_iter().map(String::from).collect();
        columns
    });
    let mut columns: Vec<Vec<String>> = columns.collect();
    // The last cell of a row may be empty.
    let end = |row: &Vec<String>| row.last().is_some_and(String::is_empty);
    let all_end = columns.iter().all(end);
    let width = columns.first().map_or(0, Vec::len);
    for row in &mut columns {
        if end(row) && (all_end || row.len() > width) {
            row.pop();
        }
    }
    (columns, all)
}

impl MatrixShape {
    /// The shape of a text that begins with these rows, `all` of them or some, where it is as many rows as columns of
    /// numbers.
    pub fn of(rows: &[Vec<String>], all: bool) -> Option<Self> {
        let first = rows.first()?;
        let counts_both = first_row_is_index(rows);
        let headed = first.len() >= 3
            && (first[0].is_empty() || first.iter().skip(1).all(|name| !is_number(name)) || counts_both);
        if !headed && let Some(shape) = under_numbers(rows, all) {
            return Some(shape);
        }
        let body = &rows[usize::from(headed)..];
        let width = body.first().map(Vec::len)?;
        if width < 3 || body.iter().any(|row| row.len() != width) {
            return None;
        }
        let labelled = headed && (first.len() == width && first[0].is_empty() || first.len() + 1 == width)
            || !body.iter().any(|row| is_number(&row[0]));
        let cells = usize::from(labelled);
        if !body.iter().all(|row| row[cells..].iter().all(|cell| is_number(cell) || is_without(cell))) {
            return None;
        }
        let columns = width - cells;
        if headed && labelled {
            let above = if first.len() == width { &first[cells..] } else { &first[..] };
            let agree =
                body.len() <= above.len() && body.iter().zip(above).all(|(row, name)| row[0] == *name);
            let is_matrix = columns >= 2 && agree && (body.len() == columns || !all);
            let is_bipartite = !is_matrix && is_incidence(body, above);
            return (is_matrix || is_bipartite).then_some(Self {
                above: true,
                beside: true,
                is_sure: true,
                is_bipartite,
            });
        }
        if columns < 3 || labelled {
            return None;
        }
        Some(Self {
            above: headed,
            beside: false,
            is_sure: square(body, columns, all)? || (headed && columns > 3),
            is_bipartite: false,
        })
    }
}

/// A matrix without names of rows below a header that counts the columns, from 0 as pandas does or from 1. Of a text that
/// is cut off, its reader tells whether the first row is one of the matrix.
fn under_numbers(rows: &[Vec<String>], all: bool) -> Option<MatrixShape> {
    let (first, body) = rows.split_first()?;
    let columns = first.len();
    let is_even = body.iter().all(|row| row.len() == columns && row.iter().all(|cell| is_number(cell)));
    if !all || columns < 3 || body.len() != columns || !is_even || !counts(first) {
        return None;
    }
    Some(MatrixShape {
        above: true,
        beside: false,
        is_sure: square(body, columns, all)?,
        is_bipartite: false,
    })
}

/// Whether names count from 0 or from 1.
pub(super) fn counts(names: &[String]) -> bool {
    [0, 1].into_iter().any(|first| (first..).zip(names).all(|(at, name): (usize, _)| name.parse() == Ok(at)))
}

fn is_number(text: &str) -> bool {
    value_of(text).is_finite()
}

/// A cell as a number; NaN where it is none.
fn value_of(text: &str) -> f64 {
    let number = || text.replace(',', ".").parse::<f32>().ok().map(f64::from);
    truth(text).map(f64::from).or_else(number).unwrap_or(f64::NAN)
}

/// `True` and `False`, as 1 and 0.
pub(super) fn truth(text: &str) -> Option<f32> {
    match text {
        "True" | "TRUE" | "true" => Some(1.0),
        "False" | "FALSE" | "false" => Some(0.0),
        _ => None,
    }
}

/// Whether a cell says that there is no edge by saying nothing.
pub(super) fn is_without(text: &str) -> bool {
    text.is_empty() || is_missing_name(text)
}

/// Rows of 0 and 1 whose names are none of the columns'.
fn is_incidence(body: &[Vec<String>], above: &[String]) -> bool {
    let columns: HashSet<&str> = above.iter().map(String::as_str).collect();
    above.len() >= 3
        && body.len() >= 3
        && body.iter().all(|row| {
            row.len() == above.len() + 1
                && !is_number(&row[0])
                && !columns.contains(row[0].as_str())
                && row[1..].iter().all(|cell| is_without(cell) || [0.0, 1.0].contains(&value_of(cell)))
        })
}

/// Whether rows of so many numbers are surely an adjacency matrix; `None` where they are rather a list.
fn square(body: &[Vec<String>], columns: usize, all: bool) -> Option<bool> {
    // Lists have few columns.
    const FEW: usize = 10;
    if !all || body.len() != columns {
        // Its reader tells if it is no square. What is there of it may show that it is the same both ways.
        let cells = |row: usize, column: usize| value_of(&body[row][column]);
        let known = body.len();
        let symmetric = || {
            (0..known).all(|row| {
                cells(row, row) == 0.0 && (0..row).all(|column| cells(row, column) == cells(column, row))
            })
        };
        let is_bit = |cell: &String| [0.0, 1.0].contains(&value_of(cell));
        let of_ones =
            || body.iter().enumerate().all(|(at, row)| row.iter().all(is_bit) || (at == 0 && counts(row)));
        return (columns > FEW && !all && known < columns).then(|| known > FEW && (symmetric() || of_ones()));
    }
    let value = |row: usize, column: usize| value_of(&body[row][column]);
    let every = |test: &dyn Fn(usize, usize) -> bool| {
        (0..columns).all(|row| (0..columns).all(|column| test(row, column)))
    };
    let symmetric = every(&|row, column| value(row, column) == value(column, row));
    let empty_diagonal = (0..columns).all(|node| value(node, node) == 0.0);
    let of_ones = every(&|row, column| value(row, column) == 0.0 || value(row, column) == 1.0);
    let is_matrix = (symmetric && (empty_diagonal || of_ones)) || (columns > 3 && of_ones) || columns > FEW;
    is_matrix.then_some(columns > FEW && (symmetric || of_ones))
}

/// Whether a header of numbers counts the columns, as pandas names them, above a first column that counts the rows.
fn first_row_is_index(rows: &[Vec<String>]) -> bool {
    let from_zero = |texts: &mut dyn Iterator<Item = &String>| {
        (0..).zip(texts).all(|(at, text): (usize, _)| text.parse() == Ok(at))
    };
    rows.len() > 3
        && from_zero(&mut rows[0].iter())
        && rows[1].len() == rows[0].len() + 1
        && from_zero(&mut rows[1..].iter().map(|row| &row[0]))
}
