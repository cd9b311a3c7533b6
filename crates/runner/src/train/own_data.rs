//! Images and tables of the user's own: read, split by a seed, and standardised where they are tables.

use std::path::Path;

use aevb_data::image::{ImageSplit, Images, OwnImages, a_tenth, read_own};
use aevb_data::shuffle::permutation;
use aevb_data::table::{Standardization, Table};
use rand::Rng;

use crate::error::{Error, Result};
use crate::experiment::ImageData;

/// What was read, and what there is to say of it.
pub(super) struct Loaded {
    pub split: ImageSplit,
    /// Of a table's columns.
    pub standardization: Option<Standardization>,
    /// What was understood, in a line or two.
    pub seen: Vec<String>,
    /// What was guessed, why, and what overrules it.
    pub notes: Vec<String>,
}

/// Fewer rows than these train nothing.
const FEWEST_ROWS: usize = 10;

/// What there is to say of so few rows that nothing is trained on them, and what to do.
pub fn too_few(rows: usize) -> Option<(String, String)> {
    let told = if rows == 1 { "1 row is".to_owned() } else { format!("{rows} rows are") };
    (rows < FEWEST_ROWS).then(|| {
        let advice = format!(
            "give {FEWEST_ROWS} at the least, and hundreds if you can: a tenth validates, and a tenth tests"
        );
        (format!("{told} too few to learn from"), advice)
    })
}

/// A tenth validates, a tenth tests, and the rest trains.
pub(super) fn load(data: &ImageData, path: &Path, random: &mut impl Rng) -> Result<Loaded> {
    if !data.is_table() {
        let OwnImages { images, notes, .. } = read_own(path, &data.reading())?;
        let images = numbered(images);
        data.binarization.check(&images)?;
        let held_out = a_tenth(images.count());
        let split = ImageSplit::random(&images, held_out, held_out, random)?;
        return Ok(Loaded { split, standardization: None, seen: Vec::new(), notes });
    }
    let table = Table::read(path, &data.table)?;
    let (rows, held_out) = (table.rows(), a_tenth(table.rows()));
    if let Some((told, advice)) = too_few(rows) {
        return Err(Error::failed(format!("{}: {told}", path.display())).with_hint(advice));
    }
    let rows = u32::try_from(rows).expect("a table has fewer values than 2^32");
    // Validation comes first, then test, as in `ImageSplit::random`.
    let order = permutation(rows, random);
    let (validation, rest) = order.split_at(held_out);
    let (test, train) = rest.split_at(held_out);
    let in_file = |error: aevb_data::Error| {
        let place = format!("{}, {}", path.display(), error.place);
        Error::from(aevb_data::Error { place, ..error })
    };
    let standardization = Standardization::of(&table, train).map_err(in_file)?;
    let seen = seen(&table, path);
    let mut notes = table.notes.clone();
    notes.extend(standardization.note());
    let examples = standardized(table, &standardization).map_err(in_file)?;
    let split = ImageSplit {
        train: examples.select(train),
        validation: Some(examples.select(validation)),
        test: examples.select(test),
    };
    Ok(Loaded { split, standardization: Some(standardization), seen, notes })
}

/// A table in two lines.
fn seen(table: &Table, path: &Path) -> Vec<String> {
    const SHOWN: usize = 6;
    let few = |items: Vec<String>| {
        let more = if items.len() > SHOWN { ", …" } else { "" };
        format!("{}{more}", items.into_iter().take(SHOWN).collect::<Vec<_>>().join(", "))
    };
    let width = table.columns.len();
    let columns = table.columns.iter().take(SHOWN + 1).map(|name| format!("`{name}`")).collect();
    let first = table.values.iter().take(width.min(SHOWN + 1)).map(ToString::to_string).collect();
    let named = if table.is_named { "named by the first row" } else { "without names" };
    vec![
        format!("{}: {} rows, {width} columns {named}: {}", path.display(), table.rows(), few(columns)),
        format!("{}: the first row is {}", path.display(), few(first)),
    ]
}

/// The rows of a table with the same columns, as a model meets them.
///
/// # Errors
/// If the columns are others.
pub(super) fn standardized(table: Table, standardization: &Standardization) -> aevb_data::Result<Images> {
    let (values, width) = (standardization.apply(&table)?, standardization.columns.len());
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        let (row, column) = (at / width, &standardization.columns[at % width]);
        let row = table.ids.map_or_else(|| row.to_string(), |ids| ids[row].clone());
        let message = "lies too far from all others to be a number of single precision once standardised";
        return Err(aevb_data::Error::malformed(format!("row `{row}`, column `{column}`"), message)
            .with_hint("mend that value, or leave the row out"));
    }
    let rows = Images::reals(values, width)?;
    match table.ids {
        Some(ids) => rows.with_names(ids),
        None => Ok(numbered(rows)),
    }
}

/// What has no names is known by its number in the file, from 0: parts are drawn at random, and other files are of their
/// own.
pub(super) fn numbered(images: Images) -> Images {
    if images.names().is_some() {
        return images;
    }
    let numbers = (0..images.count()).map(|number| number.to_string()).collect();
    images.with_names(numbers).expect("a number for each")
}
