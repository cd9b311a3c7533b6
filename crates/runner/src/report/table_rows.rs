//! What the page says of a table: how well each column is told by the codes, and which rows are told worst.

use aevb_data::examples::ExampleSet;
use aevb_data::table::{Rows, Standardization};
use serde::Serialize;

use super::html::{base64_of, table};
use super::percent;
use crate::error::Result;
use crate::train::TrainedAutoencoder;

/// Values in the page: 6 MB of text.
pub(super) const MOST_VALUES: usize = 1 << 20;
/// Rows that are told worst, and are named.
const WORST: usize = 20;

/// Rows and what makes their values those of the table again.
#[derive(Serialize)]
pub(super) struct RowsData<'a> {
    #[serde(flatten)]
    standardization: &'a Standardization,
    /// `[rows, columns]`, standardised.
    values: String,
}

impl<'a> RowsData<'a> {
    /// Of the first rows.
    pub(super) fn of(rows: &Rows, standardization: &'a Standardization, shown: usize) -> Self {
        Self { standardization, values: base64_of(rows.values(0..shown), f32::to_le_bytes) }
    }
}

/// Two tables: of the columns, and of the rows that their codes, `[rows, latent]`, tell worst.
///
/// # Errors
/// If the model's output is not finite.
pub(super) fn told(model: &dyn TrainedAutoencoder, rows: &Rows, codes: &[f32]) -> Result<[String; 2]> {
    let told = Told {
        values: rows.values(0..rows.count()),
        decoded: model.decode(codes)?,
        names: rows.names(),
        standardization: model.standardization_of(rows),
    };
    Ok([told.columns(), told.worst_rows()])
}

struct Told<'a> {
    /// `[rows, columns]`, standardised.
    values: &'a [f32],
    /// The means of p(x|z) at the rows' codes, `[rows, columns]`, standardised.
    decoded: Vec<f32>,
    names: Option<&'a [String]>,
    standardization: &'a Standardization,
}

impl Told<'_> {
    fn width(&self) -> usize {
        self.standardization.columns.len()
    }

    fn rows(&self) -> usize {
        self.values.len() / self.width()
    }

    /// How far the decoder is from a value, in standard deviations.
    fn error(&self, row: usize, column: usize) -> f64 {
        let at = row * self.width() + column;
        f64::from(self.decoded[at]) - f64::from(self.values[at])
    }

    /// A value of the table, of its standardised one.
    fn in_its_unit(&self, column: usize, value: f32) -> f64 {
        self.standardization.mean[column] + self.standardization.deviation[column] * f64::from(value)
    }

    fn columns(&self) -> String {
        let row = |column: usize| {
            let deviation = self.standardization.deviation[column];
            let error = root_mean_square((0..self.rows()).map(|row| self.error(row, column)));
            let values = || (0..self.rows()).map(|row| f64::from(self.values[row * self.width() + column]));
            let mean = values().sum::<f64>() / self.rows() as f64;
            let spread = root_mean_square(values().map(|value| value - mean));
            let explained =
                if spread > 0.0 { percent(1.0 - (error / spread).powi(2)) } else { String::new() };
            let mean = self.standardization.mean[column] + deviation * mean;
            vec![
                self.standardization.columns[column].clone(),
                beside(mean, deviation),
                significant(deviation * spread),
                significant(deviation * error),
                explained,
            ]
        };
        let rows: Vec<Vec<String>> = (0..self.width()).map(row).collect();
        table(&["column", "mean", "standard deviation", "error", "explained"], 1, &rows)
    }

    fn worst_rows(&self) -> String {
        let mut errors: Vec<(usize, f64)> = (0..self.rows())
            .map(|row| (row, root_mean_square((0..self.width()).map(|column| self.error(row, column)))))
            .collect();
        errors.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let row = |&(row, error): &(usize, f64)| {
            let off = |column: &usize| self.error(row, *column).abs();
            let farthest =
                (0..self.width()).max_by(|a, b| off(a).total_cmp(&off(b))).expect("a table has columns");
            let name = self.names.map_or_else(|| row.to_string(), |names| names[row].clone());
            let at = row * self.width() + farthest;
            let deviation = self.standardization.deviation[farthest];
            let [value, decoded] = [self.values[at], self.decoded[at]]
                .map(|value| beside(self.in_its_unit(farthest, value), deviation));
            vec![name, self.standardization.columns[farthest].clone(), format!("{error:.3}"), value, decoded]
        };
        let rows: Vec<Vec<String>> = errors.iter().take(WORST).map(row).collect();
        table(&["row", "column farthest off", "error (deviations)", "its value", "decoded"], 2, &rows)
    }
}

/// 0 of nothing.
fn root_mean_square(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value * value;
        count += 1.0;
    }
    if count > 0.0 { f64::sqrt(sum / count) } else { 0.0 }
}

/// As many decimals as tell values apart that differ by a hundredth of a deviation; page/bytes.js has the same.
fn beside(value: f64, deviation: f64) -> String {
    const MOST: f64 = 9.0;
    let decimals = (2.0 - deviation.log10().floor()).max(0.0);
    if decimals <= MOST && value.abs() < 1e15 {
        return format!("{value:.0$}", decimals as usize);
    }
    let digits = ((value.abs() / deviation).log10().floor() + 2.0).clamp(2.0, 15.0);
    format!("{value:.0$e}", digits as usize)
}

/// Four digits.
fn significant(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { beside(value, 0.1 * value.abs()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_rows_are_told_in_the_units_of_the_table() {
        let standardization = Standardization {
            columns: vec!["height".to_owned(), "weight".to_owned()],
            mean: vec![10.0, 200.0],
            deviation: vec![2.0, 50.0],
            left_out: Vec::new(),
        };
        let names = ["a", "<b>"].map(str::to_owned);
        let told = Told {
            values: &[1.0, -1.0, -1.0, 1.0],
            decoded: vec![1.0, -1.0, -1.0, 0.0],
            names: Some(&names),
            standardization: &standardization,
        };
        // Half of the squares 0 and 1; a column of −1 and 1 varies by 1.
        let columns = told.columns();
        assert!(columns.contains(">35.36<") && columns.contains(">50.00 %<"), "{columns}");
        assert!(columns.contains(">0<") && columns.contains(">100.00 %<"), "{columns}");
        let rows = told.worst_rows();
        let (first, second) = (rows.find("&lt;b&gt;").expect("b"), rows.find(">a<").expect("a"));
        assert!(first < second, "{rows}");
        // √(1/2) deviations; the weight is 250, and 200 is decoded.
        for text in [">weight<", ">0.707<", ">250.0<", ">200.0<"] {
            assert!(rows.contains(text), "{text}: {rows}");
        }
    }

    #[test]
    fn numbers_have_the_digits_that_their_column_tells_apart() {
        for (value, deviation, text) in [
            (1.7e9, 3657.0, "1700000000"),
            (1013.25, 0.1, "1013.250"),
            (0.0, 1.0, "0.00"),
            (-3.0e-5, 1e-5, "-0.0000300"),
            (-3.0e-12, 1e-12, "-3.00e-12"),
            (4e20, 1e19, "4.000e20"),
        ] {
            assert_eq!(beside(value, deviation), text);
        }
        assert_eq!([35.3553, 0.5, 0.0].map(significant), ["35.36", "0.5000", "0"]);
    }
}
