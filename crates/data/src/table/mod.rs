//! Tables of numbers, their standardisation, and their [`Rows`] as models meet them.

mod assembly;
mod columns;
mod doubts;
mod header;
mod index_column;
mod numbers;
mod rows;
mod standardization;
mod text;

use std::io::Read;
use std::path::Path;

use crate::array::{Array, Npz, Values, read_npy};
use crate::error::{Error, Result};
use crate::files;
use crate::foreign::{Foreign, HEAD, foreign};
use crate::graph::{is_json, text_of};
use crate::packed::is_zip;
use crate::separated::CELL_HINT;

pub use self::index_column::IndexColumn;
pub use self::numbers::Decimal;
pub use self::rows::Rows;
pub use self::standardization::{LeftOut, Standardization, Why};
pub use crate::graph::Header;

use self::assembly::Assembly;

/// A table larger than this, in values, does not belong in memory whole.
const MOST_VALUES: usize = 1 << 28;

/// A table wider than this is no table of examples.
const MOST_COLUMNS: usize = 1 << 19;

/// Rows of numbers as a file has them, `[rows, columns]`, at least one of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What each column is called.
    pub columns: Vec<String>,
    /// What each column holds.
    pub types: Vec<ColumnType>,
    /// Whether the file calls them so; else they are `x0`, `x1`, …, by their places in it.
    pub is_named: bool,
    /// What each row is called, where a column says so.
    pub ids: Option<Vec<String>>,
    /// Row by row; all are finite.
    pub values: Vec<f64>,
    /// The columns that number the rows and are no part of it.
    pub left_out: Vec<LeftOut>,
    /// What was guessed or left out, why, and what overrules it: a sentence each.
    pub notes: Vec<String>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Whole numbers.
    Whole,
    /// Numbers with decimals.
    Real,
    /// `true` and `false`, as 1 and 0.
    Truth,
}

/// How a table's file is read, where its content does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableReading {
    /// The column that names the rows.
    pub id: Option<String>,
    /// Whether the first row names the columns.
    pub header: Header,
    /// What becomes of a column that numbers the rows.
    pub index: IndexColumn,
    /// What stands before decimals.
    pub decimal: Decimal,
}

impl ColumnType {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Real => "real",
            Self::Truth => "true/false",
        }
    }
}

impl Table {
    /// Reads a table: CSV, TSV or columns by spaces with numbers in all columns but that of the names of rows, with a
    /// header or without; or an array `[rows, columns]` of NumPy's in `.npy`, or alone or as `table` in `.npz`.
    ///
    /// # Errors
    /// If the file cannot be read, a value is missing or no finite number, or rows differ in width.
    pub fn read(path: impl AsRef<Path>, reading: &TableReading) -> Result<Self> {
        Self::read_file(path.as_ref(), reading, None)
    }

    /// Reads another table like one that is known: it may lack names of rows and what was left out there.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_alike(
        path: impl AsRef<Path>,
        reading: &TableReading,
        known: &Standardization,
    ) -> Result<Self> {
        Self::read_file(path.as_ref(), reading, Some(known))
    }

    fn read_file(path: &Path, reading: &TableReading, known: Option<&Standardization>) -> Result<Self> {
        let mut table = Self::of_file(path, reading, known)?;
        let doubts = doubts::of(&table);
        table.notes.extend(doubts);
        Ok(table)
    }

    fn of_file(path: &Path, reading: &TableReading, known: Option<&Standardization>) -> Result<Self> {
        let io = |error| Error::io(path, error).with_hint("the file must exist and be readable");
        let mut start = Vec::new();
        files::open(path).map_err(io)?.take(HEAD).read_to_end(&mut start).map_err(io)?;
        let place = path.display().to_string();
        let malformed =
            |name: &str, hint: &str| Err(Error::malformed(&place, format!("is {name}")).with_hint(hint));
        if let Some(Foreign { name, hint }) = foreign(&start) {
            return malformed(&name, &hint);
        }
        if start.starts_with(b"\x89HDF") {
            return malformed(
                "HDF5, which is not read here",
                "write it in Python by numpy.save(other, array)",
            );
        }
        if start.starts_with(b"MATLAB ") && start.contains(&0) {
            return malformed(
                "MATLAB's, which is not read here",
                "write it in Python by numpy.save(other, scipy.io.loadmat(path)[name])",
            );
        }
        if start.starts_with(b"\x93NUMPY") {
            return of_array(&read_npy(path)?, reading, known, &place);
        }
        if is_zip(&start) {
            let mut archive = Npz::open(path)?;
            let name = match archive.names()[..] {
                [only] => only.to_owned(),
                _ => "table".to_owned(),
            };
            let place = format!("{place}, array `{name}`");
            return of_array(&archive.get(&name)?, reading, known, &place);
        }
        if is_json(&text_of(start)) {
            return malformed(
                "JSON",
                "write it as CSV in Python: pandas.read_json(path).to_csv(other, index=False)",
            );
        }
        text::read(path, reading, known)
    }

    /// The number of rows, at least 1.
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns.len()
    }

    /// The names of the columns that have the same value in every row.
    pub fn constant_columns(&self) -> impl Iterator<Item = &str> {
        let width = self.columns.len();
        let is_constant = move |column: &usize| {
            self.values.chunks_exact(width).all(|row| row[*column] == self.values[*column])
        };
        (0..width).filter(is_constant).map(|column| self.columns[column].as_str())
    }
}

const HINT: &str = "give a row of numbers for each example";

fn of_array(
    array: &Array,
    reading: &TableReading,
    known: Option<&Standardization>,
    place: &str,
) -> Result<Table> {
    let malformed = |message: String| Error::malformed(place, message).with_hint(HINT);
    if let Some(id) = reading.id.as_ref().filter(|_| known.is_none()) {
        return Err(malformed(format!("an array has no column `{id}` of names")));
    }
    let (&[_, width], Some(values)) = (&array.shape[..], array.values.to_f64()) else {
        return Err(malformed(format!("an array of {:?} in place of a table of numbers", array.shape)));
    };
    if values.is_empty() || values.len() > MOST_VALUES || width > MOST_COLUMNS {
        return Err(malformed(format!("{} values; between 1 and {MOST_VALUES} are read", values.len())));
    }
    let mut bad = values.iter().enumerate().filter(|(_, value)| !value.is_finite());
    if let Some((at, value)) = bad.next() {
        let place = format!("{place}, row {}, column {}", at / width, at % width);
        let more = match bad.count() {
            0 => String::new(),
            more => format!(", nor are {more} others"),
        };
        return Err(
            Error::malformed(place, format!("{value} is no finite number{more}")).with_hint(CELL_HINT)
        );
    }
    let kind = match array.values {
        Values::Bytes(_) | Values::Integers(_) => ColumnType::Whole,
        Values::Floats(_) | Values::Text(_) => ColumnType::Real,
    };
    Assembly {
        names: (0..width).map(|column| format!("x{column}")).collect(),
        is_named: false,
        types: vec![kind; width],
        has_words: vec![false; width],
        is_empty: vec![false; width],
        values,
        texts: Vec::new(),
        id: None,
        notes: Vec::new(),
    }
    .without_index(reading, known)
    .into_table()
}
