//! What makes columns comparable, and which of a table's columns are left out.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Table;
use super::columns::listed;
use crate::error::{Error, Result};

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
    /// The columns of the file that are not learnt from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// A column that is not learnt from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// What it is called.
    pub column: String,
    /// Its place among all columns, from 0, one that names the rows not counted.
    pub place: usize,
    /// Why it is left out.
    pub why: Why,
    /// The value that it always has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// Why a column is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// It numbers the rows.
    Index,
    /// It never changes among the rows that train.
    Constant,
}

impl Standardization {
    /// Of the columns of some rows of a table. Those that never change in them are left out: their density has no bound.
    ///
    /// # Errors
    /// If every column is one of those, or values are too far apart for double precision.
    pub fn of(table: &Table, rows: &[u32]) -> Result<Self> {
        let width = table.columns.len();
        let (mut mean, mut deviation) = (vec![0.0; width], vec![0.0; width]);
        let values = |row: &u32| &table.values[*row as usize * width..][..width];
        let count = rows.len() as f64;
        for row in rows {
            mean.iter_mut().zip(values(row)).for_each(|(mean, value)| *mean += value / count);
        }
        for row in rows {
            let squares = deviation.iter_mut().zip(&mean).zip(values(row));
            squares.for_each(|((sum, mean), value)| *sum += (value - mean).powi(2) / count);
        }
        deviation.iter_mut().for_each(|variance| *variance = variance.sqrt());
        if let Some(column) = deviation.iter().position(|deviation| !deviation.is_finite()) {
            let message = "has values too far apart to be standardised";
            return Err(Error::malformed(format!("column `{}`", table.columns[column]), message)
                .with_hint("leave the column out, or take the logarithm of its values"));
        }
        for column in 0..width {
            // The sums round to some 1e-16 of the mean a row, which is much of a small deviation.
            if deviation[column] <= 1e-9 * mean[column].abs() {
                let first = values(&rows[0])[column];
                let offsets = || rows.iter().map(|row| values(row)[column] - first);
                let offset = offsets().sum::<f64>() / count;
                mean[column] = first + offset;
                deviation[column] =
                    (offsets().map(|value| (value - offset).powi(2)).sum::<f64>() / count).sqrt();
            }
        }
        Self::leave_out_constants(table, rows, mean, deviation)
    }

    fn leave_out_constants(table: &Table, rows: &[u32], mean: Vec<f64>, deviation: Vec<f64>) -> Result<Self> {
        let width = table.columns.len();
        let value = |row: &u32, column: usize| table.values[*row as usize * width + column];
        let is_constant = |column: usize| {
            let first = value(&rows[0], column);
            deviation[column] == 0.0 || rows.iter().all(|row| value(row, column) == first)
        };
        let is_kept: Vec<bool> = (0..width).map(|column| !is_constant(column)).collect();
        if !is_kept.contains(&true) {
            let message = "never change among the rows that train: there is nothing to learn";
            let names = listed(table.columns.iter().map(|name| format!("`{name}`")));
            return Err(Error::malformed(format!("columns {names}"), message)
                .with_hint("give columns of which the rows have different values"));
        }
        let mut left_out = table.left_out.clone();
        let taken: HashSet<usize> = left_out.iter().map(|column| column.place).collect();
        let places = (0..).filter(|place| !taken.contains(place));
        for ((column, place), _) in (0..width).zip(places).zip(&is_kept).filter(|(_, is_kept)| !**is_kept) {
            left_out.push(LeftOut {
                column: table.columns[column].clone(),
                place,
                why: Why::Constant,
                value: Some(value(&rows[0], column)),
            });
        }
        left_out.sort_by_key(|column| column.place);
        Ok(Self {
            columns: kept(table.columns.clone(), &is_kept),
            mean: kept(mean, &is_kept),
            deviation: kept(deviation, &is_kept),
            left_out,
        })
    }

    /// What there is to say of columns that never change among the rows that train.
    pub fn note(&self) -> Option<String> {
        let constants = || self.left_out.iter().filter(|column| column.why == Why::Constant);
        let names = listed(constants().map(|column| format!("`{}`", column.column)));
        match constants().count() {
            0 => None,
            1 => Some(format!("column {names} never changes among the rows that train, and is left out")),
            many => Some(format!(
                "{many} columns never change among the rows that train, and are left out: {names}"
            )),
        }
    }

    /// The columns of the file that was learnt from, one of names not counted.
    fn width(&self) -> usize {
        self.columns.len() + self.left_out.len()
    }

    /// Where the columns are in a file without names that has so many.
    pub(super) fn places(&self, width: usize) -> Option<Vec<usize>> {
        let left_out: HashMap<usize, &LeftOut> =
            self.left_out.iter().map(|column| (column.place, column)).collect();
        let of = |is_absent: &dyn Fn(&LeftOut) -> bool| {
            let here = self.left_out.iter().filter(|column| is_absent(column)).count();
            (width + here == self.width()).then(|| {
                let mut at = 0;
                let mut places = Vec::new();
                for place in 0..self.width() {
                    match left_out.get(&place) {
                        None => places.push(at),
                        Some(column) if is_absent(column) => continue,
                        Some(_) => {}
                    }
                    at += 1;
                }
                places
            })
        };
        of(&|_| false).or_else(|| of(&|column| column.why == Why::Index)).or_else(|| of(&|_| true))
    }

    /// Where the columns are in a table.
    fn places_in(&self, table: &Table) -> Result<Vec<usize>> {
        let quoted = |names: Vec<&String>| listed(names.into_iter().map(|name| format!("`{name}`")));
        if !table.is_named {
            let width = table.columns.len();
            let places = self.places(width).ok_or_else(|| {
                let message = format!("{width} in place of {}", self.columns.len());
                Error::mismatch("columns", message).with_hint("give the columns trained on, in their order")
            })?;
            return Ok(places);
        }
        let there = places_by_name(table);
        let place = |name: &String| there.get(name.as_str()).copied();
        let lacking: Vec<&String> = self.columns.iter().filter(|name| place(name).is_none()).collect();
        let known: HashSet<&String> =
            self.columns.iter().chain(self.left_out.iter().map(|column| &column.column)).collect();
        let others: Vec<&String> = table.columns.iter().filter(|name| !known.contains(name)).collect();
        if lacking.is_empty() && others.is_empty() {
            return Ok(self.columns.iter().filter_map(place).collect());
        }
        let mut problems = Vec::new();
        if !lacking.is_empty() {
            problems.push(format!("{} not there", quoted(lacking)));
        }
        if !others.is_empty() {
            problems.push(format!("{} not trained on", quoted(others)));
        }
        Err(Error::mismatch("columns", problems.join(", ")).with_hint("give the columns trained on"))
    }

    /// The values of a table with the same columns, in whatever order or, where they have no names, in this one,
    /// standardised: `[rows, columns]`, in the order of these columns.
    ///
    /// # Errors
    /// If the columns are others, or a value is farther from their means than single precision tells.
    pub fn apply(&self, table: &Table) -> Result<Vec<f32>> {
        let places = self.places_in(table)?;
        let mut values = Vec::with_capacity(table.rows() * places.len());
        for (at, row) in table.values.chunks_exact(table.columns.len()).enumerate() {
            for ((&place, column), (mean, deviation)) in
                places.iter().zip(&self.columns).zip(self.mean.iter().zip(&self.deviation))
            {
                let value = ((row[place] - mean) / deviation) as f32;
                if !value.is_finite() {
                    let message = format!("{} is too far from the rows that train", row[place]);
                    return Err(Error::malformed(format!("row {at}, column `{column}`"), message)
                        .with_hint("leave the row out"));
                }
                values.push(value);
            }
        }
        Ok(values)
    }

    /// What a table has in columns that always had one value where the model was trained, and which it knows nothing of.
    pub fn caution(&self, table: &Table) -> Option<String> {
        let width = table.columns.len();
        let there = if table.is_named { places_by_name(table) } else { HashMap::new() };
        let constant = |column: &LeftOut| {
            let value = column.value?;
            let at = *there.get(column.column.as_str())?;
            let others = table.values.chunks_exact(width).filter(|row| row[at] != value).count();
            (others > 0).then(|| format!("`{}` in {others} rows", column.column))
        };
        let told: Vec<String> = self.left_out.iter().filter_map(constant).collect();
        (!told.is_empty()).then(|| {
            format!(
                "columns that never changed among the rows that trained have other values here, which scores know nothing of: {}",
                listed(told)
            )
        })
    }
}

/// Where each column of a table is; their names differ.
fn places_by_name(table: &Table) -> HashMap<&str, usize> {
    table.columns.iter().zip(0..).map(|(name, place)| (name.as_str(), place)).collect()
}

fn kept<T>(values: Vec<T>, is_kept: &[bool]) -> Vec<T> {
    values.into_iter().zip(is_kept).filter(|(_, is_kept)| **is_kept).map(|(value, _)| value).collect()
}
