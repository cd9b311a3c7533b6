use std::cell::OnceCell;
use std::sync::Arc;

use aevb_data::binarize::Binarization;
use aevb_data::catalog;
use aevb_data::image::{Images, digest};
use aevb_data::table::Standardization;

use crate::data_folder;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Experiment, ImageData, Part};
use crate::output;
use crate::random::{Purpose, Streams};
use crate::train::largest;
use crate::train::own_data::{self, Loaded};

/// What is trained on, and what is measured on.
pub(super) struct Parts {
    pub(super) train: Arc<Images>,
    pub(super) validation: Option<Images>,
    pub(super) test: Images,
    /// Of a table's columns.
    pub(super) standardization: Option<Standardization>,
    /// What was understood of data of the user's own.
    pub(super) seen: Vec<String>,
    /// What was guessed of them, why, and what overrules it.
    pub(super) notes: Vec<String>,
    fingerprint: OnceCell<String>,
}

impl Parts {
    /// The images of a part, as the model meets them.
    pub(super) fn held_out(&self, part: Part) -> Result<&Images> {
        match part {
            Part::Test => Ok(&self.test),
            Part::Validation => self.validation.as_ref().ok_or_else(|| {
                Error::usage("the run trained on its validation images too").with_hint("take --part test")
            }),
        }
    }

    /// The largest value of a table's rows, in words, where it is large.
    pub(super) fn largest_value(&self) -> Option<String> {
        let parts = [self.train.as_ref()].into_iter().chain(&self.validation).chain([&self.test]);
        self.standardization.as_ref().and_then(|standardization| largest::of_rows(parts, standardization))
    }

    /// What tells them from all others; taken once.
    pub(super) fn fingerprint(&self) -> &str {
        let Self { train, validation, test, .. } = self;
        self.fingerprint.get_or_init(|| digest([train.as_ref()].into_iter().chain(validation).chain([test])))
    }

    pub(super) fn load(experiment: &Experiment, data: &ImageData) -> Result<Self> {
        let Loaded { split, standardization, seen, notes } = load_split(experiment, data)?;
        // What is measured on is drawn once, by the split's seed: with it pinned, models meet the same pixels.
        let streams = Streams::new(experiment.split_seed());
        let held_out = |images: Images, part: Part| {
            data.binarization
                .apply(images, &mut streams.generator(Purpose::Binarisation, u64::MAX - part as u64))
        };
        let train = match data.binarization {
            Binarization::Dynamic => split.train,
            other => other.apply(split.train, &mut streams.generator(Purpose::Binarisation, 0))?,
        };
        let validation = split.validation.map(|images| held_out(images, Part::Validation)).transpose()?;
        let test = held_out(split.test, Part::Test)?;
        let (train, fingerprint) = (Arc::new(train), OnceCell::new());
        Ok(Self { train, validation, test, standardization, seen, notes, fingerprint })
    }
}

/// The images of an experiment, grey or as they came, or the rows of its table.
fn load_split(experiment: &Experiment, data: &ImageData) -> Result<Loaded> {
    let mut random = Streams::new(experiment.split_seed()).generator(Purpose::Split, 0);
    if let Some(path) = &data.path {
        return own_data::load(data, path, &mut random);
    }
    let set = catalog::find(&data.name)?;
    if catalog::are_unchecked() && !set.files.is_empty() {
        output::message(&format!("note: the files of {} are not compared with their checksums", data.name));
    }
    let split = set.load_images(&data_folder::get(), data.train, &mut random);
    // Files that contradict each other are the data's fault, and not the request's.
    let split = split.map_err(|error| Error { kind: ErrorKind::Failed, ..error.into() })?;
    Ok(Loaded { split, standardization: None, seen: Vec::new(), notes: Vec::new() })
}
