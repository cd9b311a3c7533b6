//! `[data]` of images.

use std::path::{Path, PathBuf};

use aevb_data::binarize::Binarization;
use aevb_data::catalog;
use aevb_data::image::{Axes, Background, Classes, ImageReading, Orientation, TrainingPart};
use aevb_models::vae::ValueKind;
use serde::{Deserialize, Serialize};

use super::examples::{check_files, other_paths};
use super::graph::is_default;
use super::part::Part;
use super::read::Invalid;

/// Images of the catalog or of the user's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImageData {
    /// A name of the catalog, as `aevb data list` shows it.
    pub name: String,
    /// A folder of pictures or a file of images to read in place of a set of the catalog. The name is then that of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// A file with the class of each, which outputs then name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// A folder or a file of images that tests, in place of a tenth of what `path` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<PathBuf>,
    /// A file with the class of each of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_labels: Option<PathBuf>,
    /// Height and width that images of the user's own are brought to; without it they must be of one size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// What transparent pixels of the user's own pictures are laid on.
    #[serde(skip_serializing_if = "is_default")]
    pub background: Background,
    /// The values of the user's own files that become black and white.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// Which axis of an array is which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axes: Option<Axes>,
    /// The array of an `.npz` that holds the images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub array: Option<String>,
    /// Which folder's name is the class of a picture.
    #[serde(skip_serializing_if = "is_default")]
    pub classes: Classes,
    /// Whether pictures are turned as their EXIF says.
    #[serde(skip_serializing_if = "is_default")]
    pub orientation: Orientation,
    /// How much of the training set trains: `standard` sets some aside to validate, `all` does not.
    pub train: TrainingPart,
    /// How grey pixels become the likelihood's data.
    pub binarization: Binarization,
    /// On which images the bounds of `metrics.jsonl` are measured while training.
    pub curve: Part,
}

/// Whether two numbers are a least and a greatest value.
pub fn is_range([low, high]: [f64; 2]) -> bool {
    low.is_finite() && high.is_finite() && low < high
}

impl Default for ImageData {
    fn default() -> Self {
        Self {
            name: "mnist-5k".to_owned(),
            path: None,
            labels: None,
            test: None,
            test_labels: None,
            size: None,
            background: Background::default(),
            range: None,
            axes: None,
            array: None,
            classes: Classes::default(),
            orientation: Orientation::default(),
            train: TrainingPart::Standard,
            binarization: Binarization::Grey,
            curve: Part::Validation,
        }
    }
}

impl ImageData {
    /// The paths in it, by key.
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut PathBuf)> {
        let Self { path, labels, test, test_labels, .. } = self;
        let path = path.as_mut().map(|path| ("data.path", path));
        path.into_iter().chain(other_paths(labels, test, test_labels))
    }

    /// What the values of one of them are.
    pub fn values(&self) -> ValueKind {
        match self.binarization {
            Binarization::Grey => ValueKind::Grey,
            Binarization::Threshold => ValueKind::Binary("threshold"),
            Binarization::Fixed => ValueKind::Binary("fixed"),
            Binarization::Dynamic => ValueKind::Binary("dynamic"),
        }
    }

    /// How the user's own images are read.
    pub fn reading(&self) -> ImageReading {
        let Self { size, background, range, axes, array, classes, orientation, .. } = self.clone();
        ImageReading { size, background, range, axes, array, classes, orientation }
    }

    fn check_own(&self, path: &Path) -> Result<(), Invalid> {
        const LARGEST: usize = 1 << 16;
        let hint = "a folder of PNG or JPEG files, or a file of NumPy's or of IDX";
        check_files(path, &self.labels, &self.test, &self.test_labels, hint)?;
        let message = "`all` would leave none to validate";
        Invalid::unless(self.train == TrainingPart::Standard, "data.train", message, "take standard")?;
        let sound = self.size.iter().flatten().all(|size| (1..=LARGEST).contains(size));
        let message = format!("must be two numbers between 1 and {LARGEST}");
        Invalid::unless(sound, "data.size", &message, "height and width, such as [28, 28]")?;
        Invalid::unless(
            self.range.is_none_or(is_range),
            "data.range",
            "must be two numbers, the first below the second",
            "the values that become black and white, such as [0, 4095]",
        )
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        if let Some(path) = &self.path {
            return self.check_own(path);
        }
        let (reading, none) = (self.reading(), ImageReading::default());
        for (key, is_given) in [
            ("data.labels", self.labels.is_some()),
            ("data.test", self.test.is_some()),
            ("data.test_labels", self.test_labels.is_some()),
            ("data.size", reading.size.is_some()),
            ("data.background", reading.background != none.background),
            ("data.range", reading.range.is_some()),
            ("data.axes", reading.axes.is_some()),
            ("data.array", reading.array.is_some()),
            ("data.classes", reading.classes != none.classes),
            ("data.orientation", reading.orientation != none.orientation),
        ] {
            Invalid::unless(!is_given, key, "means something only beside data.path", "leave it out")?;
        }
        let sets = catalog::all().iter().filter(|set| !set.is_graph());
        let names: Vec<_> = sets.map(|set| set.name).collect();
        let hint = format!("the image sets are {}", names.join(", "));
        let message = format!("`{}` names no image set", self.name);
        Invalid::unless(names.contains(&self.name.as_str()), "data.name", &message, &hint)?;
        let has_choice = self.name.starts_with("mnist") && self.name != "mnist-binarized";
        Invalid::unless(
            has_choice || self.train == TrainingPart::Standard,
            "data.train",
            &format!("`all` cannot be had of {}, whose validation images are apart", self.name),
            "take standard, or mnist or mnist-5k",
        )?;
        Invalid::unless(
            self.train == TrainingPart::Standard || self.curve == Part::Test,
            "data.curve",
            "`validation` has no images where data.train is `all`",
            "take data.curve = \"test\"",
        )?;
        let comes_binary = self.name == "mnist-binarized";
        let suits = comes_binary == (self.binarization == Binarization::Fixed);
        let hint = if comes_binary { "take fixed" } else { "take grey, threshold or dynamic" };
        let message = format!("`{}` does not suit {}", self.binarization, self.name);
        Invalid::unless(suits, "data.binarization", &message, hint)
    }
}
