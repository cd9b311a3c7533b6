//! What about the rows of a table looks as if some were no examples.

use super::Table;
use crate::wording::counted;

/// Numbers that stand for a missing value.
const CODES: [f64; 4] = [-9999.0, -999.0, -99999.0, -9998.0];

/// A sentence for each.
pub(super) fn of(table: &Table) -> Vec<String> {
    let width = table.columns.len();
    let mut notes = Vec::new();
    if ends_in_sum(&table.values, width) {
        notes.push(
            "the last row is the sum of all others, and is read as an example; remove it where it is none"
                .to_owned(),
        );
    }
    let column = |at: usize| table.values.iter().skip(at).step_by(width).copied();
    for (at, name) in table.columns.iter().enumerate().take(4096) {
        let least = column(at).fold(f64::INFINITY, f64::min);
        let next = column(at).filter(|value| *value > least).fold(f64::INFINITY, f64::min);
        if CODES.contains(&least) && next > least / 2.0 && next.is_finite() {
            let count = column(at).filter(|value| *value == least).count();
            notes.push(format!(
                "{} {least} in column `{name}`, far below all others, as where a value is missing; leave such rows out if it is so",
                counted(count, "value is", "values are")
            ));
        }
    }
    notes
}

fn ends_in_sum(values: &[f64], width: usize) -> bool {
    const FEWEST: usize = 4;
    let rows = values.len() / width;
    if rows < FEWEST {
        return false;
    }
    let is_sum = |at: usize| {
        let (mut sum, mut size) = (0.0_f64, 0.0_f64);
        for value in values[..(rows - 1) * width].iter().skip(at).step_by(width) {
            sum += value;
            size += value.abs();
        }
        size > 0.0 && (values[(rows - 1) * width + at] - sum).abs() <= 1e-9 * size
    };
    (0..width).all(is_sum)
}
