//! `[data]` and `[split]` of what an auto-encoder learns from: images, or the rows of a table.

use std::path::{Path, PathBuf};

use aevb_data::binarize::Binarization;
use aevb_models::vae::ValueKind;
use serde::{Deserialize, Serialize};

use super::image::ImageData;
use super::part::Part;
use super::read::{Invalid, check_seed};
use super::table::TableData;

/// Images, or the rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum ExampleData {
    /// Images.
    Images(ImageData),
    /// The rows of a table.
    Table(TableData),
}

/// `[split]` of images and of tables: the data's own custom says how many are held out.
///
/// The seed is for the permutation of those without such a custom, and for the pixels that held-out images are drawn with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SplitSeed {
    /// Pins the split while the experiment's seed varies; without it the split follows that seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl ExampleData {
    /// What they are called.
    pub fn name(&self) -> String {
        match self {
            Self::Images(images) => images.name.clone(),
            Self::Table(table) => table.name(),
        }
    }

    /// What one of them is called.
    pub fn example(&self) -> &'static str {
        match self {
            Self::Images(_) => "image",
            Self::Table(_) => "row",
        }
    }

    /// The file or folder of the user's own that they are read from; those of the catalog have none.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Images(images) => images.path.as_deref(),
            Self::Table(table) => Some(&table.path),
        }
    }

    /// The file or folder of those that test, in place of a tenth of the others.
    pub fn test(&self) -> Option<&Path> {
        match self {
            Self::Images(ImageData { test, .. }) | Self::Table(TableData { test, .. }) => test.as_deref(),
        }
    }

    /// Whether their classes are those of files of their own.
    pub fn has_label_files(&self) -> bool {
        match self {
            Self::Images(ImageData { labels, test_labels, .. })
            | Self::Table(TableData { labels, test_labels, .. }) => labels.is_some() || test_labels.is_some(),
        }
    }

    /// On which of them the bounds of `metrics.jsonl` are measured while training.
    pub fn curve(&self) -> Part {
        match self {
            Self::Images(ImageData { curve, .. }) | Self::Table(TableData { curve, .. }) => *curve,
        }
    }

    /// What the values of one of them are.
    pub fn values(&self) -> ValueKind {
        match self {
            Self::Images(images) => images.values(),
            Self::Table(_) => ValueKind::Standardized,
        }
    }

    /// How grey pixels become the likelihood's data; a table has none.
    pub fn binarization(&self) -> Option<Binarization> {
        match self {
            Self::Images(images) => Some(images.binarization),
            Self::Table(_) => None,
        }
    }
}

impl SplitSeed {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        check_seed(self.seed.unwrap_or(0), "split.seed")
    }
}

/// The paths beside `data.path`, by key.
pub(super) fn other_paths<'a>(
    labels: &'a mut Option<PathBuf>,
    test: &'a mut Option<PathBuf>,
    test_labels: &'a mut Option<PathBuf>,
) -> impl Iterator<Item = (&'static str, &'a mut PathBuf)> {
    let paths = [("data.labels", labels), ("data.test", test), ("data.test_labels", test_labels)];
    paths.into_iter().filter_map(|(key, path)| Some((key, path.as_mut()?)))
}

/// Refuses paths that name nothing.
pub(super) fn check_files(
    path: &Path,
    labels: &Option<PathBuf>,
    test: &Option<PathBuf>,
    test_labels: &Option<PathBuf>,
    hint: &str,
) -> Result<(), Invalid> {
    Invalid::unless(!path.as_os_str().is_empty(), "data.path", "must name a folder or a file", hint)?;
    for (key, path, hint) in [
        ("data.labels", labels, "a file with a label for each, in order or by name"),
        ("data.test", test, "what tests, as data.path names what trains"),
        ("data.test_labels", test_labels, "a file with a label for each of data.test"),
    ] {
        let is_named = path.as_ref().is_none_or(|path| !path.as_os_str().is_empty());
        Invalid::unless(is_named, key, "must name a file", hint)?;
    }
    Invalid::unless(
        test.is_some() || test_labels.is_none(),
        "data.test_labels",
        "means something only beside data.test",
        "without that, a tenth of data.path tests, with the labels of data.labels",
    )
}
