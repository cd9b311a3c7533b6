//! Frey Face: 1965 images of Brendan Frey's face, 28 x 20 grey pixels, from Sam Roweis' page.

use std::path::Path;

use rand::Rng;

use super::{Images, matlab};
use crate::error::Result;
use crate::examples::{ExampleSet, ExampleSplit, Places};

/// Reads `frey_rawface.mat` in `folder` and splits it by a permutation drawn from `rng`: 200 images validate, 200 test,
/// and the others, 1565 of 1965, train.
///
/// # Errors
/// If the file cannot be read, is not as [`matlab::read`] requires, or has no more than 400 images.
pub fn frey_face(folder: impl AsRef<Path>, rng: &mut impl Rng) -> Result<ExampleSplit<Images>> {
    let path = folder.as_ref().join("frey_rawface.mat");
    let images = matlab::read(path, "ff", 28, 20).map_err(|error| match error.kind {
        crate::ErrorKind::Io => error.with_hint("fetch it with `aevb data fetch frey`"),
        _ => error,
    })?;
    Ok(Places::draw((images.count(), images.plural()), 200, Some(200), rng)?.divide(&images))
}
