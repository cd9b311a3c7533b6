//! How the rows of a matrix stand in a text: with the nodes' names above or beside them, or without.

use crate::dialect::{Dialect, sampled_rows, sampled_text};

/// Which names a text of a square matrix has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MatrixShape {
    /// The first row names the columns.
    pub above: bool,
    /// The first column names the rows.
    pub beside: bool,
    /// Whether the text can be nothing else.
    pub is_sure: bool,
}

/// The first rows of a text by their columns; a separator at a line's end has no column after it.
pub(super) fn sampled_columns(sample: &[u8], whole: bool, dialect: &Dialect) -> (Vec<Vec<String>>, bool) {
    const ROWS: usize = 1000;
    let rows = sampled_rows(sampled_text(sample), whole);
    let all = whole && rows.len() <= ROWS;
    let columns = rows.iter().take(ROWS).map(|row| {
        let mut columns: Vec<String> =
            dialect.splitter.fields(row).unwrap_or_default().into_iter().map(String::from).collect();
        columns.pop_if(|column| column.is_empty());
        columns
    });
    (columns.collect(), all)
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
        if !body.iter().all(|row| row[cells..].iter().all(|cell| is_number(cell) || cell.is_empty())) {
            return None;
        }
        let columns = width - cells;
        if headed && labelled {
            let above = if first.len() == width { &first[cells..] } else { &first[..] };
            let agree =
                body.len() <= above.len() && body.iter().zip(above).all(|(row, name)| row[0] == *name);
            let is_matrix = columns >= 2 && agree && (body.len() == columns || !all);
            return is_matrix.then_some(Self { above: true, beside: true, is_sure: true });
        }
        if columns < 3 || labelled {
            return None;
        }
        Some(Self {
            above: headed,
            beside: false,
            is_sure: square(body, columns, all)? || (headed && columns > 3),
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
    Some(MatrixShape { above: true, beside: false, is_sure: square(body, columns, all)? })
}

/// Whether names count from 0 or from 1.
pub(super) fn counts(names: &[String]) -> bool {
    [0, 1].into_iter().any(|first| (first..).zip(names).all(|(at, name): (usize, _)| name.parse() == Ok(at)))
}

fn is_number(text: &str) -> bool {
    text.replace(',', ".").parse::<f32>().is_ok_and(f32::is_finite)
}

/// Whether rows of so many numbers are surely an adjacency matrix; `None` where they are rather a list.
fn square(body: &[Vec<String>], columns: usize, all: bool) -> Option<bool> {
    // Lists have few columns.
    const FEW: usize = 10;
    if !all || body.len() != columns {
        // Its reader tells if it is no square. What is there of it may show that it is the same both ways.
        let cells = |row: usize, column: usize| body[row][column].parse::<f64>().unwrap_or(f64::NAN);
        let known = body.len();
        let symmetric = || {
            (0..known).all(|row| {
                cells(row, row) == 0.0 && (0..row).all(|column| cells(row, column) == cells(column, row))
            })
        };
        return (columns > FEW && !all && known < columns).then(|| known > FEW && symmetric());
    }
    let value =
        |row: usize, column: usize| body[row][column].replace(',', ".").parse::<f64>().unwrap_or(f64::NAN);
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
