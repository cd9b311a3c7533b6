//! Images and tables of the user's own: read, split by a seed, and standardised where they are tables.

use std::path::Path;
use std::sync::Arc;

use aevb_data::examples::{ExampleSet, ExampleSplit, Examples, Places, a_tenth};
use aevb_data::image::{Images, OwnImages, labelled_by, read_own, with_common_labels};
use aevb_data::table::{Rows, Standardization, Table, TableReading};
use rand::Rng;

use crate::error::{Error, Result};
use crate::experiment::{ImageData, TableData};

/// What was read, and what there is to say of it.
pub(super) struct Loaded {
    pub split: ExampleSplit<Examples>,
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
fn tested(test: Option<&Path>, path: &Path, split: &ExampleSplit<Examples>, example: &str) -> Option<String> {
    let ExampleSplit { validation, test: tests, .. } = split;
    Some(format!(
        "{}: {} {example}s test; of {}, {} validate, drawn at random",
        test?.display(),
        tests.count(),
        path.display(),
        validation.as_ref().map_or(0, ExampleSet::count)
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
        let images = labelled(images.numbered(), labels, &mut notes)?;
        Ok::<_, Error>((images, notes))
    };
    let (images, mut notes) = read(path, data.labels.as_deref())?;
    let held_out = a_tenth(images.count());
    let split = match &data.test {
        None => {
            Places::draw((images.count(), images.plural()), held_out, Some(held_out), random)?.divide(&images)
        }
        Some(test) => {
            let (tests, of_test) = read(test, data.test_labels.as_deref())?;
            check_size(&tests, [images.height(), images.width()], test)?;
            notes.extend(of_test.into_iter().map(|note| format!("{}: {note}", test.display())));
            let (images, tests) = with_common_labels(images, tests)?;
            notes.extend(unlabelled(&images, &tests));
            Places::draw((images.count(), images.plural()), held_out, None, random)?.beside(&images, tests)
        }
    };
    let split = split.into_examples();
    let seen = tested(data.test.as_deref(), path, &split, "image").into_iter().collect();
    Ok(Loaded { split, seen, notes })
}

/// Rows, likewise.
pub(super) fn rows(data: &TableData, random: &mut impl Rng) -> Result<Loaded> {
    let (path, reading) = (data.path.as_path(), data.reading());
    let table = Table::read(path, &reading)?;
    let (count, held_out) = (table.rows(), a_tenth(table.rows()));
    if let Some((told, advice)) = too_few(count) {
        return Err(Error::failed(format!("{}: {told}", path.display())).with_hint(advice));
    }
    let places = Places::draw((count, "rows"), held_out, data.test.is_none().then_some(held_out), random)?;
    let standardization =
        Arc::new(Standardization::of(&table, &places.train).map_err(|error| in_file(path, error))?);
    let mut seen = seen(&table, path);
    let mut notes = table.notes.clone();
    notes.extend(standardization.note());
    let rows = Rows::of(table, Arc::clone(&standardization)).map_err(|error| in_file(path, error))?;
    let rows = labelled(rows, data.labels.as_deref(), &mut notes)?;
    let split = match &data.test {
        None => places.divide(&rows),
        Some(test) => {
            let (tests, of_test) = read_alike(test, &reading, &standardization)?;
            notes.extend(of_test.into_iter().map(|note| format!("{}: {note}", test.display())));
            let tests = labelled(tests, data.test_labels.as_deref(), &mut notes)?;
            let (rows, tests) = with_common_labels(rows, tests)?;
            notes.extend(unlabelled(&rows, &tests));
            places.beside(&rows, tests)
        }
    };
    let split = split.into_examples();
    seen.extend(tested(data.test.as_deref(), path, &split, "row"));
    Ok(Loaded { split, seen, notes })
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
    standardization: &Arc<Standardization>,
) -> Result<(Rows, Vec<String>)> {
    let table = Table::read_alike(path, reading, standardization)?;
    let notes = table.notes.iter().cloned().chain(standardization.caution(&table)).collect();
    Ok((Rows::of(table, Arc::clone(standardization)).map_err(|error| in_file(path, error))?, notes))
}

/// Examples with the labels of a file, where one is named, and what there is to say of it.
///
/// # Errors
/// If the file cannot be read or has not one label for each.
pub fn labelled<E: ExampleSet>(examples: E, labels: Option<&Path>, notes: &mut Vec<String>) -> Result<E> {
    let Some(path) = labels else { return Ok(examples) };
    if examples.labels().is_some() {
        notes.push(format!(
            "the labels are those of {}, in place of those that come with the images",
            path.display()
        ));
    }
    let (examples, guessed) = labelled_by(examples.numbered(), path)?;
    notes.extend(guessed);
    Ok(examples)
}

/// Says where only those that train or only those that test have labels.
fn unlabelled<E: ExampleSet>(train: &E, test: &E) -> Option<String> {
    match [train, test].map(|examples| examples.labels().is_some()) {
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
