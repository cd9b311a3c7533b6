//! The labels of images in an array of their own.

use std::collections::{BTreeMap, BTreeSet};

use super::OwnImages;
use crate::array::{Array, Values};
use crate::error::Result;
use crate::examples::ExampleSet;

/// At most so many classes are told apart.
const MOST: usize = 256;

/// Gives images the labels of an array `[images]` or `[images, 1]`, of whole numbers or text. What cannot be labels leaves the
/// images as they are, with a note.
pub(super) fn attach(own: OwnImages, array: &Array, name: &str) -> Result<OwnImages> {
    match Classes::of_array(array, own.images.count()) {
        Ok(classes) => Ok(OwnImages { images: classes.given_to(own.images)?, ..own }),
        Err(problem) => {
            let mut own = own;
            own.notes.push(format!("the labels in `{name}` are not read: the array {problem}"));
            Ok(own)
        }
    }
}

/// The class of each image.
pub(super) struct Classes {
    labels: Vec<u8>,
    /// What each class is called, where that is not its number.
    names: Option<Vec<String>>,
}

impl Classes {
    /// Those of an array, or why it holds none of so many images.
    pub fn of_array(array: &Array, images: usize) -> std::result::Result<Self, String> {
        match array.shape[..] {
            [count] | [count, 1] | [1, count] if count == images => {}
            [count, classes] if count == images => {
                return Err(format!(
                    "has {classes} values for each image, and one is a label; numpy.argmax(array, axis=1) makes one of a row of \
                     0 and 1"
                ));
            }
            _ => return Err(format!("is {:?}, and there are {images} images", array.shape)),
        }
        if let Some(labels) = bytes(&array.values) {
            return Ok(Self { labels, names: None });
        }
        if let (Values::Text(_), Some(names)) = (&array.values, array.values.to_names()) {
            return Self::of_names(names);
        }
        let Some(numbers) = array.values.to_integers() else {
            return Err("holds numbers that are not whole".to_owned());
        };
        // Whole numbers in their own order, and not as text.
        Self::of_keys(numbers.into_iter().map(|number| (number, number.to_string())).collect())
    }

    /// Classes by name, which are in the order of numbers where all are whole numbers.
    pub fn of_names(names: Vec<String>) -> std::result::Result<Self, String> {
        let numbers: Option<Vec<i64>> = names.iter().map(|name| plain_number(name)).collect();
        let Some(numbers) = numbers else {
            return Self::of_keys(names.into_iter().map(|name| (0, name)).collect());
        };
        match numbers.iter().map(|number| u8::try_from(*number).ok()).collect() {
            Some(labels) => Ok(Self { labels, names: None }),
            None => Self::of_keys(numbers.into_iter().zip(names).collect()),
        }
    }

    fn of_keys(keys: Vec<(i64, String)>) -> std::result::Result<Self, String> {
        let classes: BTreeSet<&(i64, String)> = keys.iter().collect();
        if classes.len() > MOST {
            return Err(format!("holds {} classes, of which at most {MOST} are told apart", classes.len()));
        }
        let numbers: BTreeMap<&(i64, String), usize> = classes.into_iter().zip(0..).collect();
        let labels = keys.iter().map(|key| numbers[key] as u8).collect();
        let names = numbers.keys().map(|(_, name)| name.clone()).collect();
        Ok(Self { labels, names: Some(names) })
    }

    /// Examples with these labels in place of any others.
    pub fn given_to<E: ExampleSet>(self, examples: E) -> Result<E> {
        let examples = examples.without_labels().with_labels(self.labels)?;
        match self.names {
            Some(names) => examples.with_label_names(names),
            None => Ok(examples),
        }
    }
}

/// A whole number that is written as no other text.
fn plain_number(text: &str) -> Option<i64> {
    text.parse::<i64>().ok().filter(|number| number.to_string() == text)
}

/// Whole numbers from 0 to 255.
fn bytes(values: &Values) -> Option<Vec<u8>> {
    values.to_integers()?.into_iter().map(|label| u8::try_from(label).ok()).collect()
}
