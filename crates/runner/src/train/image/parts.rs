use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use aevb_data::binarize::Binarization;
use aevb_data::catalog;
use aevb_data::image::{Images, digest, digest_with_labels};
use aevb_data::table::Standardization;
use rand::Rng;

use crate::data_folder;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{ExampleData, Experiment, ImageData, Part, Portion};
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
    /// The places in the file, as [`aevb_data::image::ImageSplit`] has them.
    order: Option<Vec<u32>>,
    /// Whether labels of a file of their own belong to the data.
    has_label_files: bool,
    /// Of images.
    binarization: Option<Binarization>,
    streams: Streams,
    fingerprint: OnceCell<String>,
}

/// By this number pixels are drawn of images that train, where each step draws them anew; those from the end on are for the
/// held-out parts, and for images of other files.
const TRAINING_DRAW: u64 = u64::MAX - 3;

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

    /// The images of any part, as the model meets them: those that each step draws anew are drawn once.
    pub(super) fn portion(&self, portion: Portion) -> Result<Cow<'_, Images>> {
        match portion {
            Portion::HeldOut(part) => self.held_out(part).map(Cow::Borrowed),
            Portion::Train => match self.binarization {
                Some(way @ Binarization::Dynamic) => {
                    let mut random = self.streams.generator(Purpose::Binarisation, TRAINING_DRAW);
                    Ok(Cow::Owned(way.apply(self.train.as_ref().clone(), &mut random)?))
                }
                _ => Ok(Cow::Borrowed(&self.train)),
            },
        }
    }

    /// The place in the file of each image of all parts, in the order of [`Portion::ALL`]; `None` where that is theirs.
    pub(super) fn order(&self) -> Option<&[u32]> {
        self.order.as_deref()
    }

    /// The largest value of a table's rows, in words, where it is large.
    pub(super) fn largest_value(&self) -> Option<String> {
        let parts = [self.train.as_ref()].into_iter().chain(&self.validation).chain([&self.test]);
        self.standardization.as_ref().and_then(|standardization| largest::of_rows(parts, standardization))
    }

    /// What tells them from all others; taken once.
    pub(super) fn fingerprint(&self) -> &str {
        let Self { train, validation, test, .. } = self;
        self.fingerprint.get_or_init(|| {
            let parts = [train.as_ref()].into_iter().chain(validation).chain([test]);
            if self.has_label_files { digest_with_labels(parts) } else { digest(parts) }
        })
    }

    pub(super) fn load(experiment: &Experiment, data: &ExampleData) -> Result<Self> {
        let Loaded { split, standardization, seen, notes } = load_split(experiment, data)?;
        // What is measured on is drawn once, by the split's seed: with it pinned, models meet the same pixels.
        let streams = Streams::new(experiment.split_seed());
        let binarization = data.binarization();
        let held_out = |images: Images, part: Part| match binarization {
            Some(way) => {
                way.apply(images, &mut streams.generator(Purpose::Binarisation, u64::MAX - part as u64))
            }
            None => Ok(images),
        };
        let train = match binarization {
            None | Some(Binarization::Dynamic) => split.train,
            Some(way) => way.apply(split.train, &mut streams.generator(Purpose::Binarisation, 0))?,
        };
        let validation = split.validation.map(|images| held_out(images, Part::Validation)).transpose()?;
        Ok(Self {
            train: Arc::new(train),
            validation,
            test: held_out(split.test, Part::Test)?,
            standardization,
            seen,
            notes,
            order: split.order,
            has_label_files: data.has_label_files(),
            binarization,
            streams,
            fingerprint: OnceCell::new(),
        })
    }
}

/// The images of an experiment, grey or as they came, or the rows of its table.
fn load_split(experiment: &Experiment, data: &ExampleData) -> Result<Loaded> {
    let mut random = Streams::new(experiment.split_seed()).generator(Purpose::Split, 0);
    match data {
        ExampleData::Images(data) => match &data.path {
            Some(path) => own_data::images(data, path, &mut random),
            None => of_catalog(data, &mut random),
        },
        ExampleData::Table(data) => own_data::rows(data, &mut random),
    }
}

fn of_catalog(data: &ImageData, random: &mut impl Rng) -> Result<Loaded> {
    let set = catalog::find(&data.name)?;
    if catalog::are_unchecked() && !set.files.is_empty() {
        output::message(&format!("note: the files of {} are not compared with their checksums", data.name));
    }
    let split = set.load_images(&data_folder::get(), data.train, random);
    // Files that contradict each other are the data's fault, and not the request's.
    let split = split.map_err(|error| Error { kind: ErrorKind::Failed, ..error.into() })?;
    Ok(Loaded { split, standardization: None, seen: Vec::new(), notes: Vec::new() })
}
