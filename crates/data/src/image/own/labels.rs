//! The labels of images in an array of their own.

use std::collections::BTreeMap;

use super::OwnImages;
use crate::array::{Array, Values};
use crate::error::Result;

/// At most so many classes are told apart.
const MOST: usize = 256;

/// Gives images the labels of an array `[images]` or `[images, 1]`, of whole numbers or text. What cannot be labels leaves the
/// images as they are, with a note.
pub(super) fn attach(own: OwnImages, array: &Array, name: &str) -> Result<OwnImages> {
    let images = own.images.count();
    let problem = match array.shape[..] {
        [count] | [count, 1] | [1, count] if count == images => None,
        [count, classes] if count == images => Some(format!(
            "has {classes} values for each image, and one is a label; numpy.argmax(array, axis=1) makes one of a row of 0 and 1"
        )),
        _ => Some(format!("is {:?}, and there are {images} images", array.shape)),
    };
    let unread = |mut own: OwnImages, problem: String| {
        own.notes.push(format!("the labels in `{name}` are not read: the array {problem}"));
        Ok(own)
    };
    if let Some(problem) = problem {
        return unread(own, problem);
    }
    if let Some(labels) = bytes(&array.values) {
        return Ok(OwnImages { images: own.images.with_labels(labels)?, ..own });
    }
    // Whole numbers in their own order, and not as text.
    let numbered: Option<Vec<(i64, String)>> = match (&array.values, array.values.to_integers()) {
        (Values::Text(_), _) => {
            array.values.to_names().map(|names| names.into_iter().map(|name| (0, name)).collect())
        }
        (_, Some(numbers)) => Some(numbers.into_iter().map(|number| (number, number.to_string())).collect()),
        _ => None,
    };
    let Some(keys) = numbered else {
        return unread(own, "holds numbers that are not whole".to_owned());
    };
    let classes: BTreeMap<&(i64, String), usize> = keys
        .iter()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .enumerate()
        .map(|(number, key)| (key, number))
        .collect();
    if classes.len() > MOST {
        let problem = format!("holds {} classes, of which at most {MOST} are told apart", classes.len());
        return unread(own, problem);
    }
    let labels = keys.iter().map(|key| classes[key] as u8).collect();
    let names = classes.keys().map(|(_, name)| name.clone()).collect();
    Ok(OwnImages { images: own.images.with_labels(labels)?.with_label_names(names)?, ..own })
}

/// Whole numbers from 0 to 255.
fn bytes(values: &Values) -> Option<Vec<u8>> {
    values.to_integers()?.into_iter().map(|label| u8::try_from(label).ok()).collect()
}
