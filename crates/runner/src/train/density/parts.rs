use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use aevb_data::binarize::Binarization;
use aevb_data::catalog;
use aevb_data::examples::{Examples, digest, digest_with_labels};
use aevb_data::table::{Rows, Standardization};
use aevb_models::nn::DataShape;
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
    pub(super) train: Arc<Examples>,
    pub(super) validation: Option<Examples>,
    pub(super) test: Examples,
    /// What was understood of data of the user's own.
    pub(super) seen: Vec<String>,
    /// What was guessed of them, why, and what overrules it.
    pub(super) notes: Vec<String>,
    /// The places in the file, as [`aevb_data::examples::ExampleSplit`] has them.
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
    /// The shape of an image or of a row.
    pub(super) fn shape(&self) -> DataShape {
        match self.train.as_ref() {
            Examples::Images(images) => {
                DataShape::Image { channels: 1, height: images.height(), width: images.width() }
            }
            Examples::Rows(rows) => DataShape::Columns(rows.columns()),
        }
    }

    /// The examples of a part, as the model meets them.
    pub(super) fn held_out(&self, part: Part) -> Result<&Examples> {
        match part {
            Part::Test => Ok(&self.test),
            Part::Validation => self.validation.as_ref().ok_or_else(|| {
                Error::usage("the run trained on its validation images too").with_hint("take --part test")
            }),
        }
    }

    /// The examples of any part, as the model meets them: pixels that each step draws anew are drawn once.
    pub(super) fn portion(&self, portion: Portion) -> Result<Cow<'_, Examples>> {
        match portion {
            Portion::HeldOut(part) => self.held_out(part).map(Cow::Borrowed),
            Portion::Train if self.binarization == Some(Binarization::Dynamic) => {
                shown(self.train.as_ref().clone(), self.binarization, self.streams, TRAINING_DRAW)
                    .map(Cow::Owned)
            }
            Portion::Train => Ok(Cow::Borrowed(&self.train)),
        }
    }

    /// The place in the file of each example of all parts, in the order of [`Portion::ALL`]; `None` where that is theirs.
    pub(super) fn order(&self) -> Option<&[u32]> {
        self.order.as_deref()
    }

    /// What standardised the columns of a table.
    pub(super) fn standardization(&self) -> Option<&Standardization> {
        self.train.as_rows().map(Rows::standardization)
    }

    /// The largest value of a table's rows, in words, where it is large.
    pub(super) fn largest_value(&self) -> Option<String> {
        largest::of_rows(self.all().filter_map(Examples::as_rows))
    }

    /// What tells them from all others; taken once.
    pub(super) fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| {
            if self.has_label_files { digest_with_labels(self.all()) } else { digest(self.all()) }
        })
    }

    fn all(&self) -> impl Iterator<Item = &Examples> {
        [self.train.as_ref()].into_iter().chain(&self.validation).chain([&self.test])
    }

    pub(super) fn load(experiment: &Experiment, data: &ExampleData) -> Result<Self> {
        let Loaded { split, seen, notes } = load_split(experiment, data)?;
        // What is measured on is drawn once, by the split's seed: with it pinned, models meet the same pixels.
        let streams = Streams::new(experiment.split_seed());
        let binarization = data.binarization();
        let held_out =
            |examples: Examples, part: Part| shown(examples, binarization, streams, u64::MAX - part as u64);
        let train = match binarization {
            Some(Binarization::Dynamic) => split.train,
            other => shown(split.train, other, streams, 0)?,
        };
        let validation = split.validation.map(|examples| held_out(examples, Part::Validation)).transpose()?;
        Ok(Self {
            train: Arc::new(train),
            validation,
            test: held_out(split.test, Part::Test)?,
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

/// Images as the model meets them, their pixels drawn by the number `draw` where they are drawn; rows are what they are.
fn shown(
    examples: Examples,
    binarization: Option<Binarization>,
    streams: Streams,
    draw: u64,
) -> Result<Examples> {
    match (examples, binarization) {
        (Examples::Images(images), Some(way)) => {
            Ok(way.apply(images, &mut streams.generator(Purpose::Binarisation, draw))?.into())
        }
        (examples, _) => Ok(examples),
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
    Ok(Loaded { split: split.into_examples(), seen: Vec::new(), notes: Vec::new() })
}
