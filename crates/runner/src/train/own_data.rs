//! Images and tables of the user's own: read, split by a seed, and standardised where they are tables.

use std::path::Path;

use aevb_data::image::{ImageSplit, Images, OwnImages, a_tenth, read_own};
use aevb_data::shuffle::permutation;
use aevb_data::table::{Standardization, Table};
use rand::Rng;

use crate::error::{Error, Result};
use crate::experiment::ImageData;

/// A tenth validates, a tenth tests, and the rest trains; with what was guessed about the files.
pub(super) fn load(
    data: &ImageData,
    path: &Path,
    random: &mut impl Rng,
) -> Result<(ImageSplit, Option<Standardization>, Vec<String>)> {
    if !data.is_table() {
        let OwnImages { images, notes, .. } = read_own(path, &data.reading())?;
        let images = numbered(images);
        data.binarization.check(&images)?;
        let held_out = a_tenth(images.count());
        return Ok((ImageSplit::random(&images, held_out, held_out, random)?, None, notes));
    }
    let table = Table::read(path, data.id.as_deref())?;
    let (rows, held_out) = (table.rows(), a_tenth(table.rows()));
    if rows <= 2 * held_out {
        return Err(Error::failed(format!("{}: {rows} rows are too few to learn from", path.display()))
            .with_hint("a tenth is held out to validate, and a tenth to test"));
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
    let examples = standardized(table, &standardization).map_err(in_file)?;
    let split = ImageSplit {
        train: examples.select(train),
        validation: Some(examples.select(validation)),
        test: examples.select(test),
    };
    Ok((split, Some(standardization), Vec::new()))
}

/// The rows of a table with the same columns, as a model meets them.
///
/// # Errors
/// If the columns are others.
pub(super) fn standardized(table: Table, standardization: &Standardization) -> aevb_data::Result<Images> {
    let values = standardization.apply(&table)?;
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        let (row, column) = (at / table.columns.len(), &standardization.columns[at % table.columns.len()]);
        let row = table.ids.map_or_else(|| row.to_string(), |ids| ids[row].clone());
        let message = "lies too far from all others to be a number of single precision once standardised";
        return Err(aevb_data::Error::malformed(format!("row `{row}`, column `{column}`"), message)
            .with_hint("mend that value, or leave the row out"));
    }
    let rows = Images::reals(values, table.columns.len())?;
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
