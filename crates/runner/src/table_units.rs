//! The rows that a model of a table makes, in the table's own units.

use aevb_data::table::{LeftOut, Standardization, Why};

/// The decimals of a standard deviation that single precision tells at most.
const DIGITS: i32 = 6;

/// How many fewer are tried, for numbers of a table that single precision holds less closely: those far from the mean.
const SHORTER: i32 = 4;

/// The columns of a table as its file has them, but for one that numbers the rows.
pub struct TableUnits<'a> {
    standardization: &'a Standardization,
    columns: Vec<Column<'a>>,
}

enum Column<'a> {
    /// One that was learnt, by its place among those.
    Learnt(usize),
    /// One that never changed among the rows that trained, and its value.
    Constant(&'a str, f64),
}

impl<'a> TableUnits<'a> {
    /// Of what a run's table was standardised by.
    pub fn new(standardization: &'a Standardization) -> Self {
        let Standardization { columns: learnt, left_out, .. } = standardization;
        let mut columns: Vec<Column<'_>> = (0..learnt.len()).map(Column::Learnt).collect();
        let mut left_out: Vec<&LeftOut> = left_out.iter().collect();
        left_out.sort_by_key(|column| column.place);
        // Each is put where it was when those before it are there; those without a value shift the rest.
        let mut absent = 0;
        for LeftOut { column, place, value, .. } in left_out {
            match value {
                Some(value) => {
                    let place = place.saturating_sub(absent).min(columns.len());
                    columns.insert(place, Column::Constant(column, *value));
                }
                None => absent += 1,
            }
        }
        Self { standardization, columns }
    }

    /// What there is to say of columns that are written as constants, or not at all.
    pub fn notes(&self) -> Vec<String> {
        let named = |why: Why, has_value: bool| -> Vec<String> {
            let is_such = |column: &&LeftOut| column.why == why && column.value.is_some() == has_value;
            let left_out = self.standardization.left_out.iter().filter(is_such);
            left_out.map(|column| format!("`{}`", column.column)).collect()
        };
        let sentence = |names: Vec<String>, one: &str, many: &str| match &names[..] {
            [] => None,
            [name] => Some(format!("column {name} {one}")),
            names => Some(format!("columns {} {many}", names.join(", "))),
        };
        [
            sentence(
                named(Why::Constant, true),
                "never changed among the rows that trained, and has its value there in every row",
                "never changed among the rows that trained, and have their values there in every row",
            ),
            sentence(
                named(Why::Constant, false),
                "never changed among the rows that trained, by a value that is not known, and is left out",
                "never changed among the rows that trained, by values that are not known, and are left out",
            ),
            sentence(
                named(Why::Index, false),
                "numbers the rows, and is left out",
                "number the rows, and are left out",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What the columns are called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| match column {
            Column::Learnt(place) => self.standardization.columns[*place].as_str(),
            Column::Constant(name, _) => name,
        })
    }

    /// The cells of a row, of its standardised values.
    pub fn cells(&self, values: &[f32]) -> impl Iterator<Item = String> {
        let Standardization { mean, deviation, .. } = self.standardization;
        self.columns.iter().map(move |column| match *column {
            Column::Learnt(place) => decimal(values[place], mean[place], deviation[place]),
            Column::Constant(_, value) => value.to_string(),
        })
    }

    /// The cells of a row, and after each that of another one; a constant stands once.
    pub fn pairs(&self, values: &[f32], others: &[f32]) -> impl Iterator<Item = String> {
        let pairs = self.cells(values).zip(self.cells(others)).zip(&self.columns);
        pairs.flat_map(|((cell, other), column)| match column {
            Column::Learnt(_) => [Some(cell), Some(other)].into_iter().flatten(),
            Column::Constant(..) => [Some(cell), None].into_iter().flatten(),
        })
    }

    /// What the columns of [`Self::pairs`] are called: `x` and `x_reconstructed`.
    pub fn names_of_pairs(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (name, column) in self.names().zip(&self.columns) {
            names.push(name.to_owned());
            if let Column::Learnt(_) = column {
                let mut other = format!("{name}_reconstructed");
                // A column of the table may have this name.
                while names.contains(&other) || self.names().any(|name| name == other) {
                    other.push('_');
                }
                names.push(other);
            }
        }
        names
    }
}

/// The number that a standardised one stands for, without zeros at its end: the shortest that is standardised to it, so that
/// a table's value stands as in the table, or else to the decimals that single precision tells of values that vary so much.
fn decimal(standardized: f32, mean: f64, deviation: f64) -> String {
    let value = mean + deviation * f64::from(standardized);
    let most = DIGITS - deviation.log10().floor() as i32;
    if most > 20 || value.abs() >= 1e15 {
        return format!("{value:e}");
    }
    let written = |decimals: i32| format!("{value:.0$}", decimals.max(0) as usize);
    let is_same = |text: &String| {
        text.parse::<f64>().is_ok_and(|number| ((number - mean) / deviation) as f32 == standardized)
    };
    let text = (most - SHORTER..most).map(written).find(is_same).unwrap_or_else(|| written(most));
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(column: &str, place: usize, why: Why, value: Option<f64>) -> LeftOut {
        LeftOut { column: column.to_owned(), place, why, value }
    }

    #[test]
    fn rows_stand_in_the_units_and_the_order_of_the_file() {
        let standardization = Standardization {
            columns: ["a", "b", "a_reconstructed"].map(str::to_owned).to_vec(),
            mean: vec![10.0, 1.7e9, 0.0],
            deviation: vec![2.0, 3600.0, 1e-5],
            left_out: vec![
                left_out("row", 0, Why::Index, None),
                left_out("first", 1, Why::Constant, Some(7.5)),
                left_out("between", 4, Why::Constant, Some(-1.0)),
            ],
        };
        let units = TableUnits::new(&standardization);
        assert_eq!(units.names().collect::<Vec<_>>(), ["first", "a", "b", "between", "a_reconstructed"]);
        let cells: Vec<String> = units.cells(&[0.5, -1.0, 2.0]).collect();
        assert_eq!(cells, ["7.5", "11", "1699996400", "-1", "0.00002"]);
        let pairs: Vec<String> = units.pairs(&[0.5, -1.0, 2.0], &[1.0, 0.0, 0.0]).collect();
        let expected = ["7.5", "11", "12", "1699996400", "1700000000", "-1", "0.00002", "0"];
        assert_eq!(pairs, expected);
        let names = units.names_of_pairs();
        assert_eq!(names[1..3], ["a", "a_reconstructed_"]);
        assert_eq!(names.len(), expected.len());
        let notes = units.notes();
        assert!(notes[0].starts_with("columns `first`, `between` never changed"), "{notes:?}");
        assert_eq!(notes[1], "column `row` numbers the rows, and is left out");
    }

    #[test]
    fn numbers_have_the_digits_that_they_were_learnt_with() {
        for (value, mean, deviation, text) in [
            (5.1, 5.8, 0.8, "5.1"),
            (5.123_456_789, 5.0, 0.8, "5.1234568"),
            (1013.25, 1000.0, 5.0, "1013.25"),
            (-0.000_000_01, 0.0, 1.0, "0"),
            (120.0, 100.0, 30.0, "120"),
            (1e20, 0.0, 1e18, "1e20"),
            (1e-30, 0.0, 1e-30, "1e-30"),
        ] {
            let standardized = ((value - mean) / deviation) as f32;
            assert_eq!(decimal(standardized, mean, deviation), text, "{value}");
        }
    }

    #[test]
    fn values_of_a_table_stand_as_in_the_table() {
        // Deviations on both sides of powers of ten, and values as far as forty of them from the mean.
        for deviation in [0.098, 0.98, 0.999_999, 1.0, 1.03, 9.8, 37.0] {
            for mean in [0.5, -1.297, 12.3] {
                for hundredths in (-4000..4000).step_by(7) {
                    let value = f64::from(hundredths) / 100.0;
                    let standardized = ((value - mean) / deviation) as f32;
                    if standardized.abs() < 40.0 {
                        assert_eq!(
                            decimal(standardized, mean, deviation),
                            value.to_string(),
                            "{mean} {deviation}"
                        );
                    }
                }
            }
        }
        assert_eq!(decimal(((1.03 - 0.5) / 0.98) as f32, 0.5, 0.98), "1.03");
    }
}
