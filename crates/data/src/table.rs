//! Tables of numbers, and their standardisation.

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::array::{Array, Npz, read_npy};
use crate::error::{Error, Result};
use crate::files;
use crate::separated::{CELL_HINT, Rows, cell, separate_names};

/// A table larger than this, in values, does not belong in memory whole.
const MOST_VALUES: usize = 1 << 28;

/// Rows of numbers, `[rows, columns]`, at least one of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What each column is called.
    pub columns: Vec<String>,
    /// Whether the file calls them so; else they are `x0`, `x1`, ….
    pub is_named: bool,
    /// What each row is called, where a column says so.
    pub ids: Option<Vec<String>>,
    /// Row by row; all are finite.
    pub values: Vec<f32>,
}

/// What makes the columns of a table comparable: each has the mean 0 and the standard deviation 1 afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standardization {
    /// What each column is called.
    pub columns: Vec<String>,
    /// The mean of each.
    pub mean: Vec<f64>,
    /// The standard deviation of each, above 0.
    pub deviation: Vec<f64>,
}

impl Table {
    /// Reads a table: CSV, TSV or columns by spaces with numbers in all columns but that of the `id`, with a header or
    /// without; or an array `[rows, columns]` of NumPy's in `.npy`, or alone or as `table` in `.npz`.
    ///
    /// # Errors
    /// If the file cannot be read, a value is missing or no finite number, or rows differ in width.
    pub fn read(path: impl AsRef<Path>, id: Option<&str>) -> Result<Self> {
        Self::read_file(path.as_ref(), id, true)
    }

    /// Reads another table like one whose names of rows are in the column `id`: it may have none, as an array has none.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_alike(path: impl AsRef<Path>, id: Option<&str>) -> Result<Self> {
        Self::read_file(path.as_ref(), id, false)
    }

    fn read_file(path: &Path, id: Option<&str>, needs_ids: bool) -> Result<Self> {
        let io = |error| Error::io(path, error).with_hint("the file must exist and be readable");
        let mut start = Vec::new();
        files::open(path).map_err(io)?.take(8).read_to_end(&mut start).map_err(io)?;
        let place = path.display().to_string();
        if start.starts_with(b"\x93NUMPY") {
            return of_array(&read_npy(path)?, id.filter(|_| needs_ids), &place);
        }
        if start.starts_with(b"PK") {
            let mut archive = Npz::open(path)?;
            let name = match archive.names()[..] {
                [only] => only.to_owned(),
                _ => "table".to_owned(),
            };
            let place = format!("{place}, array `{name}`");
            return of_array(&archive.get(&name)?, id.filter(|_| needs_ids), &place);
        }
        read_text(path, id, needs_ids)
    }

    /// The number of rows, at least 1.
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns.len()
    }
}

const HINT: &str = "give a row of numbers for each example";

fn of_array(array: &Array, id: Option<&str>, place: &str) -> Result<Table> {
    let malformed = |message: String| Error::malformed(place, message).with_hint(HINT);
    if let Some(id) = id {
        return Err(malformed(format!("an array has no column `{id}` of names")));
    }
    let (&[_, columns], Some(values)) = (&array.shape[..], array.values.to_f32()) else {
        return Err(malformed(format!("an array of {:?} in place of a table of numbers", array.shape)));
    };
    if values.is_empty() || values.len() > MOST_VALUES {
        return Err(malformed(format!("{} values; between 1 and {MOST_VALUES} are read", values.len())));
    }
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        let (row, column) = (at / columns, at % columns);
        let place = format!("{place}, row {row}, column {column}");
        return Err(Error::malformed(
            place,
            format!("{} is no finite number of single precision", values[at]),
        )
        .with_hint(CELL_HINT));
    }
    let columns = (0..columns).map(|column| format!("x{column}")).collect();
    Ok(Table { columns, is_named: false, ids: None, values })
}

fn read_text(path: &Path, id: Option<&str>, needs_ids: bool) -> Result<Table> {
    let mut rows = Rows::open(path)?;
    let empty = || Error::malformed(path.display(), "holds no row").with_hint(HINT);
    let first = rows.next()?.ok_or_else(empty)?;
    let is_header =
        rows.names_columns() || first.iter().any(|field| !field.is_empty() && field.parse::<f64>().is_err());
    let names: Vec<String> =
        if is_header { first.clone() } else { (0..first.len()).map(|column| format!("x{column}")).collect() };
    let id_column = id.and_then(|id| names.iter().position(|name| name == id));
    if let Some(id) = id.filter(|_| needs_ids && id_column.is_none()) {
        let message = format!("there is no column `{id}`");
        return Err(rows.error(message).with_hint(format!("there are {}", names.join(", "))));
    }
    if is_header {
        separate_names(&names, &rows)?;
    }
    let (mut ids, mut values) = (Vec::new(), Vec::new());
    let mut next = if is_header { rows.next()? } else { Some(first) };
    while let Some(fields) = next {
        for (column, (field, name)) in fields.iter().zip(&names).enumerate() {
            if Some(column) == id_column {
                ids.push(field.clone());
            } else {
                values.push(cell(field, name).map_err(|message| rows.error(message).with_hint(TEXT_HINT))?);
            }
        }
        if values.len() > MOST_VALUES {
            let message = format!("more than {MOST_VALUES} values");
            return Err(rows.error(message).with_hint("take a part of the table"));
        }
        next = rows.next()?;
    }
    let columns: Vec<String> = names
        .into_iter()
        .enumerate()
        .filter(|(column, _)| Some(*column) != id_column)
        .map(|(_, name)| name)
        .collect();
    if values.is_empty() {
        return Err(empty());
    }
    Ok(Table { columns, is_named: is_header, ids: id_column.map(|_| ids), values })
}

const TEXT_HINT: &str = "every value must be a number: encode categories as numbers, fill in or leave out what is missing, \
                         and name a column of names as data.id";

impl Standardization {
    /// Of the columns of some rows of a table.
    ///
    /// # Errors
    /// If a column never changes in them: its density has no bound.
    pub fn of(table: &Table, rows: &[u32]) -> Result<Self> {
        let width = table.columns.len();
        let (mut mean, mut deviation) = (vec![0.0; width], vec![0.0; width]);
        let values = |row: &u32| &table.values[*row as usize * width..][..width];
        let count = rows.len() as f64;
        for row in rows {
            mean.iter_mut().zip(values(row)).for_each(|(mean, value)| *mean += f64::from(*value) / count);
        }
        for row in rows {
            let squares = deviation.iter_mut().zip(&mean).zip(values(row));
            squares.for_each(|((sum, mean), value)| *sum += (f64::from(*value) - mean).powi(2) / count);
        }
        deviation.iter_mut().for_each(|variance| *variance = variance.sqrt());
        // Rounding leaves a column that never changes a deviation of some 1e-16 of its mean.
        let constant =
            deviation.iter().zip(&mean).position(|(deviation, mean)| *deviation <= 1e-12 * mean.abs());
        match constant {
            None => Ok(Self { columns: table.columns.clone(), mean, deviation }),
            Some(column) => {
                let message = "never changes among the rows that train";
                Err(Error::malformed(format!("column `{}`", table.columns[column]), message)
                    .with_hint("leave the column out"))
            }
        }
    }

    /// The values of a table with the same columns, in whatever order or, where they have no names, in this one,
    /// standardised: `[rows, columns]`, in the order of these columns.
    ///
    /// # Errors
    /// If the columns are others.
    pub fn apply(&self, table: &Table) -> Result<Vec<f32>> {
        let place = |(at, name): (usize, &String)| {
            if table.is_named { table.columns.iter().position(|column| column == name) } else { Some(at) }
        };
        let places: Option<Vec<usize>> = self.columns.iter().enumerate().map(place).collect();
        let Some(places) = places.filter(|_| table.columns.len() == self.columns.len()) else {
            let message = format!("{:?} in place of {:?}", table.columns, self.columns);
            return Err(Error::mismatch("columns", message).with_hint("give the columns trained on"));
        };
        let standard = |row: &[f32]| -> Vec<f32> {
            let moments = self.mean.iter().zip(&self.deviation);
            let values = places
                .iter()
                .zip(moments)
                .map(|(&place, (mean, deviation))| ((f64::from(row[place]) - mean) / deviation) as f32);
            values.collect()
        };
        Ok(table.values.chunks_exact(table.columns.len()).flat_map(standard).collect())
    }
}
