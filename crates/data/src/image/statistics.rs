//! What a data set of images consists of.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Images;
use crate::examples::{ExampleSet, ExampleSplit};

/// The size of a data set, the range of its pixels and how often each label occurs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageStatistics {
    /// All images.
    pub images: usize,
    /// Those that train.
    pub train: usize,
    /// Those that validate.
    pub validation: usize,
    /// Those that test.
    pub test: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
    /// Whether every pixel is 0 or 1; otherwise they are grey, 0 to 255.
    pub binary: bool,
    /// The least value of a pixel.
    pub darkest: u8,
    /// The greatest.
    pub brightest: u8,
    /// The mean of all pixels, as a part of white.
    pub mean_intensity: f64,
    /// The number of images of each label, where labels are known.
    pub labels: Option<BTreeMap<u8, usize>>,
}

impl ImageStatistics {
    /// Counts all parts of a data set.
    pub fn of(split: &ExampleSplit<Images>) -> Self {
        let parts =
            || [Some(&split.train), split.validation.as_ref(), Some(&split.test)].into_iter().flatten();
        let pixels = || parts().flat_map(Images::pixels).copied();
        let sum: u64 = pixels().map(u64::from).sum();
        let values: usize = parts().map(|part| part.pixels().len()).sum();
        let white = if split.train.is_binary() { 1.0 } else { 255.0 };
        Self {
            images: parts().map(ExampleSet::count).sum(),
            train: split.train.count(),
            validation: split.validation.as_ref().map_or(0, ExampleSet::count),
            test: split.test.count(),
            height: split.train.height(),
            width: split.train.width(),
            binary: split.train.is_binary(),
            darkest: pixels().min().unwrap_or_default(),
            brightest: pixels().max().unwrap_or_default(),
            mean_intensity: sum as f64 / values as f64 / white,
            labels: parts().map(ExampleSet::labels).collect::<Option<Vec<_>>>().map(|parts| {
                let mut counts = BTreeMap::new();
                parts.into_iter().flatten().for_each(|label| *counts.entry(*label).or_default() += 1);
                counts
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{TrainingPart, mnist_5k};

    /// Sums by NumPy, `datasets/mnist-5k/README.md`.
    #[test]
    fn the_digits_inside_the_program_are_counted() {
        let ImageStatistics {
            images,
            train,
            validation,
            test,
            darkest,
            brightest,
            mean_intensity,
            labels,
            ..
        } = ImageStatistics::of(&mnist_5k(TrainingPart::Standard));
        assert_eq!((images, train, validation, test), (5000, 4000, 500, 500));
        assert_eq!((darkest, brightest), (0, 255));
        assert!((mean_intensity - 131_267_102.0 / (5000.0 * 784.0 * 255.0)).abs() < 1e-12);
        assert_eq!(labels, Some((0..10).map(|digit| (digit, 500)).collect()));
    }

    #[test]
    fn binary_images_without_labels_have_a_range_of_bits() {
        let part = |pixels: &[u8]| Images::binary(pixels.to_vec(), 1, 2).expect("images");
        let (train, test) = (part(&[0, 1, 1, 1]), part(&[0, 0]));
        let split = ExampleSplit { train, validation: None, test, order: None };
        let statistics = ImageStatistics::of(&split);
        assert_eq!((statistics.images, statistics.binary, statistics.labels), (3, true, None));
        assert_eq!((statistics.darkest, statistics.brightest, statistics.mean_intensity), (0, 1, 0.5));
    }
}
