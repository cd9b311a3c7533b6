use std::ops::Range;
use std::sync::Arc;

use super::{Standardization, Table};
use crate::error::{Error, Result};
use crate::examples::{ExampleSet, Tags, chosen};

/// Rows of a table as a model meets them, `[rows, columns]`: standardised, in single precision, with a label and a name each
/// where these are known. There is at least one row of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    values: Vec<f32>,
    standardization: Arc<Standardization>,
    tags: Tags,
}

impl Rows {
    /// The rows of a table with the columns that are known, named by their ids or else by their numbers, from 0.
    ///
    /// # Errors
    /// If the columns are others, or a value is farther from their means than single precision tells.
    pub fn of(table: Table, standardization: Arc<Standardization>) -> Result<Self> {
        let rows = Self::standardized(standardization.apply(&table)?, standardization)?;
        match table.ids {
            Some(ids) => rows.with_names(ids),
            None => Ok(rows.numbered()),
        }
    }

    /// Rows of `values` that are standardised already, `[rows, columns]`.
    ///
    /// # Errors
    /// If there is no row, or if the values are no whole number of rows.
    pub fn standardized(values: Vec<f32>, standardization: Arc<Standardization>) -> Result<Self> {
        let columns = standardization.columns.len();
        if columns == 0 || values.is_empty() || !values.len().is_multiple_of(columns) {
            let message = format!("{} values are no rows of {columns}", values.len());
            return Err(
                Error::malformed("table", message).with_hint("at least one row of one column is needed")
            );
        }
        let tags = Tags::none(values.len() / columns);
        Ok(Self { values, standardization, tags })
    }

    /// The number of columns, at least 1.
    pub fn columns(&self) -> usize {
        self.standardization.columns.len()
    }

    /// What the columns are called, and what makes their values those of the table again.
    pub fn standardization(&self) -> &Standardization {
        &self.standardization
    }

    /// The values of some rows, `[rows, columns]`.
    ///
    /// # Panics
    /// If the range ends after the last row.
    pub fn values(&self, rows: Range<usize>) -> &[f32] {
        &self.values[rows.start * self.columns()..rows.end * self.columns()]
    }

    /// Rows of so many columns without names.
    #[cfg(test)]
    pub(crate) fn anonymous(values: Vec<f32>, columns: usize) -> Self {
        let standardization = Standardization {
            columns: (0..columns).map(|column| format!("x{column}")).collect(),
            mean: vec![0.0; columns],
            deviation: vec![1.0; columns],
            left_out: Vec::new(),
        };
        Self::standardized(values, Arc::new(standardization)).expect("rows")
    }
}

impl ExampleSet for Rows {
    fn plural(&self) -> &'static str {
        "rows"
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn select(&self, indices: &[u32]) -> Self {
        Self {
            values: chosen(&self.values, self.columns(), indices),
            standardization: Arc::clone(&self.standardization),
            tags: self.tags.select(indices),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_table_are_held_as_they_are() -> Result<()> {
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let rows = Rows::anonymous(vec![-1.5, 2.0, 300.0, 0.0, 5.0, 6.0], 2).with_names(names)?;
        assert_eq!((rows.count(), rows.columns(), rows.values(1..2)), (3, 2, &[300.0, 0.0][..]));
        let chosen = rows.select(&[2, 0]);
        assert_eq!(chosen.values(0..2), [5.0, 6.0, -1.5, 2.0]);
        assert_eq!(chosen.names().expect("names"), ["c", "a"]);
        for values in [vec![1.0; 3], Vec::new()] {
            assert!(Rows::standardized(values, Arc::clone(&rows.standardization)).is_err());
        }
        Ok(())
    }
}
