//! Matrix Market's exchange format: Boisvert, Pozo & Remington, "The Matrix Market Exchange Formats" (1996).

use std::path::Path;

use super::format::heads_matrix_market;
use crate::array::SparseEntries;
use crate::error::{Error, Result};
use crate::lines::{Lines, NARROW};

/// A matrix as read; of a symmetric one only what is listed.
pub(super) struct Matrix {
    pub entries: SparseEntries,
    /// Whether only one triangle is listed.
    pub symmetric: bool,
    /// Whether entries have values of their own.
    pub has_values: bool,
    pub bytes: u64,
    /// What was read though the format's description does not have it, a sentence each.
    pub notes: Vec<String>,
}

const HINT: &str = "write it by scipy.io.mmwrite(path, matrix)";

pub(super) fn read(path: &Path) -> Result<Matrix> {
    let mut lines = Lines::open(path, NARROW)?;
    let mut notes = Vec::new();
    let mut header = String::new();
    while header.is_empty() {
        let Some(line) = lines.next()?.map(str::trim) else { break };
        if heads_matrix_market(line) || !line.starts_with(['#', '%']) {
            header = line.to_ascii_lowercase();
        }
    }
    if header.starts_with("%matrixmarket") {
        header.insert(0, '%');
        notes.push("the first line has one %, and is read as Matrix Market's with two".into());
    }
    let fail = |lines: &Lines, message: String| lines.error(message).with_hint(HINT);
    let words: Vec<&str> = header.split_whitespace().collect();
    let (layout, field, symmetry) = match words[..] {
        ["%%matrixmarket", "matrix", layout @ ("coordinate" | "array"), field, symmetry] => {
            (layout, field, symmetry)
        }
        _ => return Err(fail(&lines, "is no header of a matrix in Matrix Market's format".into())),
    };
    if !matches!(field, "pattern" | "real" | "double" | "integer" | "unsigned-integer")
        || (field, layout) == ("pattern", "array")
    {
        return Err(fail(&lines, format!("values of the kind {field}; pattern, real and integer are read")));
    }
    let symmetric = match symmetry {
        "general" => false,
        "symmetric" => true,
        _ => {
            return Err(fail(
                &lines,
                format!("a {symmetry} {layout}; general and symmetric ones are read, with weights that are real numbers"),
            )
            .with_hint("an adjacency has no signs or phases: write it by scipy.io.mmwrite(path, abs(scipy.io.mmread(path)))"));
        }
    };
    let sizes = loop {
        match lines.next()? {
            None => return Err(fail(&lines, "ends before the sizes".into())),
            Some(line) if line.starts_with('%') || line.trim().is_empty() => continue,
            Some(line) => break numbers(line),
        }
    };
    let (rows, columns, count) = match (layout, sizes.as_deref()) {
        ("coordinate", Some(&[rows, columns, count])) => (rows, columns, count),
        // Of a symmetric one the lower triangle, column by column.
        ("array", Some(&[rows, columns])) if symmetric => {
            (rows, columns, rows.saturating_mul(rows.saturating_add(1)) / 2)
        }
        ("array", Some(&[rows, columns])) => (rows, columns, rows.saturating_mul(columns)),
        _ => return Err(fail(&lines, "the sizes of the matrix are expected here".into())),
    };
    if symmetric && rows != columns {
        return Err(fail(&lines, format!("a symmetric matrix of {rows} x {columns}")));
    }
    let length = std::fs::metadata(path).map_err(|error| Error::io(path, error))?.len();
    SparseEntries::check_shape([rows, columns], length, &path.display().to_string())?;

    let mut entries = Vec::new();
    let mut listed = 0;
    let mut triangle = (0, 0);
    while let Some(line) = lines.next()? {
        if line.starts_with('%') || line.trim().is_empty() {
            continue;
        }
        if listed == count {
            return Err(fail(&lines, format!("an entry more than the {count} that were announced")));
        }
        let mut words = line.split_whitespace();
        let mut place = |below: usize| {
            let number = words.next().and_then(|word| word.parse::<usize>().ok());
            number.filter(|number| (1..=below).contains(number)).map(|number| (number - 1) as u32)
        };
        let at = match layout {
            "array" if symmetric => Some(triangle),
            "array" => Some(((listed % rows) as u32, (listed / rows) as u32)),
            _ => place(rows).zip(place(columns)),
        };
        let value = if field == "pattern" {
            Some(1.0)
        } else {
            words.next().and_then(|word| word.parse::<f32>().ok())
        };
        let complete = words.next().is_none();
        match (at, value) {
            (None, _) => {
                return Err(fail(&lines, format!("no row and column from 1 to {rows} and {columns}")));
            }
            (Some((row, column)), Some(value)) if value.is_finite() && complete => {
                if value != 0.0 {
                    entries.push((row, column, value));
                }
            }
            _ => return Err(fail(&lines, "no single finite value".into())),
        }
        triangle = if triangle.0 + 1 < rows as u32 {
            (triangle.0 + 1, triangle.1)
        } else {
            (triangle.1 + 1, triangle.1 + 1)
        };
        listed += 1;
    }
    if listed < count {
        let message = format!("ends after {listed} of {count} entries");
        return Err(Error::malformed(path.display(), message).with_hint(HINT));
    }
    notes.extend(lines.notes());
    let (_, bytes, _) = lines.finish();
    let entries = SparseEntries { shape: [rows, columns], entries };
    Ok(Matrix { entries, symmetric, has_values: field != "pattern", bytes, notes })
}

fn numbers(line: &str) -> Option<Vec<usize>> {
    line.split_whitespace().map(|word| word.parse().ok()).collect()
}
