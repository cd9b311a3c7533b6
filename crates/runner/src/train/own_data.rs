//! Images and tables of the user's own: read, split by a seed, and standardised where they are tables.

use std::path::Path;

use aevb_data::image::{ImageSplit, Images, OwnImages, a_tenth, labelled_by, read_own, with_common_labels};
use aevb_data::shuffle::permutation;
use aevb_data::table::{Standardization, Table, TableReading};
use rand::Rng;

use crate::error::{Error, Result};
use crate::experiment::{ImageData, TableData};

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
fn too_few(rows: usize) -> Option<(String, String)> {
    let told = if rows == 1 { "1 row is".to_owned() } else { format!("{rows} rows are") };
    (rows < FEWEST_ROWS).then(|| {
        let advice = format!(
            "give {FEWEST_ROWS} at the least, and hundreds if you can: a tenth validates, and a tenth tests"
        );
        (format!("{told} too few to learn from"), advice)
    })
}

/// What there is to say where a file of its own tests.
fn tested(test: Option<&Path>, path: &Path, split: &ImageSplit, example: &str) -> Option<String> {
    let ImageSplit { validation, test: tests, .. } = split;
    Some(format!(
        "{}: {} {example}s test; of {}, {} validate, drawn at random",
        test?.display(),
        tests.count(),
        path.display(),
        validation.as_ref().map_or(0, Images::count)
    ))
}

/// Images of which a tenth validates, a tenth or a file of its own tests, and the rest trains.
pub(super) fn images(data: &ImageData, path: &Path, random: &mut impl Rng) -> Result<Loaded> {
    let read = |path: &Path, labels: Option<&Path>| {
        let OwnImages { images, mut notes, .. } = read_own(path, &data.reading())?;
        data.binarization.check(&images).map_err(|error| match &data.test {
            Some(test) if test == path => in_file(path, error),
            _ => error.into(),
        })?;
        let images = labelled(numbered(images), labels, &mut notes)?;
        Ok::<_, Error>((images, notes))
    };
    let (images, mut notes) = read(path, data.labels.as_deref())?;
    let held_out = a_tenth(images.count());
    let split = match &data.test {
        None => ImageSplit::random(&images, held_out, held_out, random)?,
        Some(test) => {
            let (tests, of_test) = read(test, data.test_labels.as_deref())?;
            check_size(&tests, [images.height(), images.width()], test)?;
            notes.extend(of_test.into_iter().map(|note| format!("{}: {note}", test.display())));
            let (images, tests) = with_common_labels(images, tests)?;
            notes.extend(unlabelled(&images, &tests));
            ImageSplit::beside(&images, held_out, tests, random)?
        }
    };
    let seen = tested(data.test.as_deref(), path, &split, "image").into_iter().collect();
    Ok(Loaded { split, standardization: None, seen, notes })
}

/// Rows, likewise.
pub(super) fn rows(data: &TableData, random: &mut impl Rng) -> Result<Loaded> {
    let (path, reading) = (data.path.as_path(), data.reading());
    let table = Table::read(path, &reading)?;
    let (rows, held_out) = (table.rows(), a_tenth(table.rows()));
    if let Some((told, advice)) = too_few(rows) {
        return Err(Error::failed(format!("{}: {told}", path.display())).with_hint(advice));
    }
    let rows = u32::try_from(rows).expect("a table has fewer values than 2^32");
    // Validation comes first, then test, as in `ImageSplit::random`.
    let order = permutation(rows, random);
    let (validation, rest) = order.split_at(held_out);
    let (test, train) = rest.split_at(if data.test.is_some() { 0 } else { held_out });
    let standardization = Standardization::of(&table, train).map_err(|error| in_file(path, error))?;
    let mut seen = seen(&table, path);
    let mut notes = table.notes.clone();
    notes.extend(standardization.note());
    let examples = standardized(table, &standardization).map_err(|error| in_file(path, error))?;
    let examples = labelled(examples, data.labels.as_deref(), &mut notes)?;
    let (examples, tests, places) = match &data.test {
        None => (examples.clone(), examples.select(test), test.to_vec()),
        Some(file) => {
            let (tests, of_test) = read_alike(file, &reading, &standardization)?;
            notes.extend(of_test.into_iter().map(|note| format!("{}: {note}", file.display())));
            let tests = labelled(tests, data.test_labels.as_deref(), &mut notes)?;
            let (examples, tests) = with_common_labels(examples, tests)?;
            notes.extend(unlabelled(&examples, &tests));
            let places = (0..tests.count() as u32).map(|row| rows + row).collect();
            (examples, tests, places)
        }
    };
    let split = ImageSplit {
        train: examples.select(train),
        validation: Some(examples.select(validation)),
        test: tests,
        order: Some([train, validation, &places].concat()),
    };
    seen.extend(tested(data.test.as_deref(), path, &split, "row"));
    Ok(Loaded { split, standardization: Some(standardization), seen, notes })
}

fn in_file(path: &Path, error: aevb_data::Error) -> Error {
    let place = format!("{}, {}", path.display(), error.place);
    Error::from(aevb_data::Error { place, ..error })
}

/// The rows of another table with the same columns, as a model meets them, and what was guessed of it.
///
/// # Errors
/// If the table cannot be read, or its columns are others.
pub(super) fn read_alike(
    path: &Path,
    reading: &TableReading,
    standardization: &Standardization,
) -> Result<(Images, Vec<String>)> {
    let table = Table::read_alike(path, reading, standardization)?;
    let notes = table.notes.iter().cloned().chain(standardization.caution(&table)).collect();
    Ok((standardized(table, standardization).map_err(|error| in_file(path, error))?, notes))
}

/// Images or rows with the labels of a file, where one is named, and what there is to say of it.
///
/// # Errors
/// If the file cannot be read or has not one label for each.
pub fn labelled(images: Images, labels: Option<&Path>, notes: &mut Vec<String>) -> Result<Images> {
    let Some(path) = labels else { return Ok(images) };
    if images.labels().is_some() {
        notes.push(format!(
            "the labels are those of {}, in place of those that come with the images",
            path.display()
        ));
    }
    let (images, guessed) = labelled_by(numbered(images), path)?;
    notes.extend(guessed);
    Ok(images)
}

/// Says where only those that train or only those that test have labels.
fn unlabelled(train: &Images, test: &Images) -> Option<String> {
    match [train, test].map(|images| images.labels().is_some()) {
        [true, false] => Some("data.test has no labels; data.test_labels names a file of them".to_owned()),
        [false, true] => {
            Some("data.path has no labels, and data.test has; data.labels names a file of them".to_owned())
        }
        _ => None,
    }
}

/// Refuses images of another size.
pub(super) fn check_size(images: &Images, [height, width]: [usize; 2], path: &Path) -> Result<()> {
    if [images.height(), images.width()] == [height, width] {
        return Ok(());
    }
    let message = format!(
        "{}: images of {} x {} pixels, not of {height} x {width}",
        path.display(),
        images.height(),
        images.width()
    );
    Err(Error::failed(message).with_hint(format!(
        "a model knows images of one size: bring them to {height} x {width}, or train with data.size, which all are brought to"
    )))
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
