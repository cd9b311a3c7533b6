//! What a trained auto-encoder of a table draws: rows in the table's own units, as CSV or TSV.

use std::path::Path;

use aevb_data::examples::ExampleSet;
use aevb_data::table::{Rows, Standardization};

use crate::error::{Error, Result};
use crate::random::{Purpose, Streams};
use crate::report;
use crate::table::Writer;
use crate::table_units::TableUnits;
use crate::train::TrainedAutoencoder;
use crate::{memory, output};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowsFormat {
    /// What stands between columns.
    mark: char,
}

impl RowsFormat {
    /// With commas.
    pub const CSV: Self = Self { mark: ',' };

    /// That of a file of a run on a table; `None` of one on images, whose file is a picture.
    ///
    /// # Errors
    /// If the file's name is one of the other kind.
    pub fn of(file: &Path, is_table: bool) -> Result<Option<Self>> {
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let format = match ending.as_deref() {
            Some("csv") => Some(Self::CSV),
            Some("tsv") => Some(Self { mark: '\t' }),
            _ => None,
        };
        let place = file.display();
        match (is_table, format) {
            (true, Some(format)) => Ok(Some(format)),
            (false, None) => Ok(None),
            (true, None) if ending.as_deref() == Some("png") => {
                Err(Error::usage(format!("{place}: is named as a picture, and the run is on a table"))
                    .with_hint("rows of a table are written as text: let the name end in .csv or .tsv"))
            }
            (true, None) => Err(Error::usage(format!("{place}: of unknown format"))
                .with_hint("the name ends in .csv or .tsv")),
            (false, Some(_)) => {
                Err(Error::usage(format!("{place}: is named as a table, and the run is on images"))
                    .with_hint("images are drawn as a PNG: let the name end in .png"))
            }
        }
    }
}

/// The units of a run's table; what there is to say of its columns is said.
fn units(standardization: &Standardization) -> TableUnits<'_> {
    let units = TableUnits::new(standardization);
    units.notes().iter().for_each(|note| output::message(&format!("note: {note}")));
    units
}

/// What is drawn from a model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws {
    pub seed: u64,
    /// How many rows.
    pub count: usize,
    /// What the deviations of the prior's draws are multiplied by.
    pub temperature: f64,
    /// Whether the means of p(x|z) are written in place of draws from it.
    pub means: bool,
}

/// Rows drawn from the model: z from the prior, and x from p(x|z) or, as pictures show them, its means.
pub(super) fn sample(
    model: &dyn TrainedAutoencoder,
    standardization: &Standardization,
    Draws { seed, count, temperature, means }: Draws,
    format: RowsFormat,
) -> Result<Vec<u8>> {
    let width = standardization.columns.len();
    // Noise and values in single precision, and some text for each.
    let bytes = (count as u64).saturating_mul(width as u64).saturating_mul(32);
    memory::require(format_args!("--count {count}"), "its rows", bytes)?;
    let units = units(standardization);
    let z = report::prior_draws(model, seed, count, temperature)?;
    let rows = if means {
        model.decode(&z)?
    } else {
        // Pictures draw z at step 2.
        let mut random = Streams::new(seed).generator(Purpose::Sampling, 3);
        model.observe(&z, &mut random)?
    };
    output::message(if means {
        "the rows are means of p(x|z), which vary less than those of the table; without --means they are drawn from p(x|z)"
    } else {
        "the rows are drawn from the model, z from the prior and x from p(x|z); --means writes the means of p(x|z)"
    });
    let mut writer = Writer::new(format.mark);
    writer.row(units.names().map(str::to_owned));
    rows.chunks_exact(width).for_each(|row| writer.row(units.cells(row)));
    Ok(writer.finish())
}

/// The first rows of a part, each column beside its reconstruction.
pub(super) fn reconstruct(
    model: &dyn TrainedAutoencoder,
    rows: &Rows,
    count: usize,
    format: RowsFormat,
) -> Result<Vec<u8>> {
    let units = units(model.standardization_of(rows));
    let count = count.min(rows.count());
    let chosen: Vec<u32> = (0..count as u32).collect();
    let means = model.decode(&model.embed(&rows.select(&chosen).into())?)?;
    let mut writer = Writer::new(format.mark);
    let id = || rows.names().map(|_| "id".to_owned());
    writer.row(id().into_iter().chain(units.names_of_pairs()));
    let [given, means] = [rows.values(0..count), &means].map(|values| values.chunks_exact(rows.columns()));
    for (place, (row, mean)) in given.zip(means).enumerate() {
        let name = rows.names().map(|names| names[place].clone());
        writer.row(name.into_iter().chain(units.pairs(row, mean)));
    }
    Ok(writer.finish())
}

/// Decoded rows on the way from one row to another, each with its share of the way.
pub(super) fn way(
    standardization: &Standardization,
    rows: &[f32],
    steps: usize,
    format: RowsFormat,
) -> Vec<u8> {
    let units = units(standardization);
    let mut share = "share_of_the_way".to_owned();
    while units.names().any(|name| name == share) {
        share.push('_');
    }
    let mut writer = Writer::new(format.mark);
    writer.row(std::iter::once(share).chain(units.names().map(str::to_owned)));
    for (step, row) in rows.chunks_exact(standardization.columns.len()).enumerate() {
        let share = step as f64 / (steps - 1) as f64;
        writer.row(std::iter::once(share.to_string()).chain(units.cells(row)));
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_pictures_from_rows() {
        let of = |name: &str, is_table| RowsFormat::of(Path::new(name), is_table);
        assert_eq!(of("a.csv", true).expect("rows"), Some(RowsFormat { mark: ',' }));
        assert_eq!(of("a.TSV", true).expect("rows"), Some(RowsFormat { mark: '\t' }));
        assert_eq!(of("a.png", false).expect("a picture"), None);
        assert_eq!(of("picture", false).expect("a picture"), None);
        for (name, is_table, problem) in [
            ("a.png", true, "a.png: is named as a picture"),
            ("a", true, "a: of unknown format"),
            ("a.csv", false, "a.csv: is named as a table"),
        ] {
            let error = of(name, is_table).expect_err(name);
            assert!(error.message.starts_with(problem) && error.exit_code() == 2, "{error}");
        }
    }
}
