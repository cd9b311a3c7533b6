//! MNIST's handwritten digits, 28 x 28: the whole set, 5000 of them inside the program, and the set made binary once
//! and for all by Larochelle.

use std::path::{Path, PathBuf};

use super::source::Source;
use super::{Images, TrainingPart, amat, idx};
use crate::error::{Error, ErrorKind, Result};
use crate::examples::ExampleSplit;

static IMAGES_5K: &[u8] = include_bytes!("../../../../datasets/mnist-5k/images-idx3-ubyte.gz");
static LABELS_5K: &[u8] = include_bytes!("../../../../datasets/mnist-5k/labels-idx1-ubyte.gz");

/// Reads MNIST from the four files in `folder`, each plain or in gzip: 50 000 images train, the last 10 000 of the
/// training set validate (or train too, if `part` is [`TrainingPart::All`]), 10 000 test. Grey, labelled.
///
/// # Errors
/// If a file is missing, is not as [`idx::read`] requires, or if training and test images differ in size.
pub fn mnist(folder: impl AsRef<Path>, part: TrainingPart) -> Result<ExampleSplit<Images>> {
    let folder = folder.as_ref();
    let read = |name: &str| {
        let images = find(folder, &format!("{name}-images-idx3-ubyte"), "mnist")?;
        let labels = find(folder, &format!("{name}-labels-idx1-ubyte"), "mnist")?;
        idx::read(images, Some(&labels))
    };
    let (training, test) = (read("train")?, read("t10k")?);
    if (training.height(), training.width()) != (test.height(), test.width()) {
        let size = |images: &Images| format!("{} x {}", images.height(), images.width());
        let message = format!("training images of {}, test images of {}", size(&training), size(&test));
        return Err(Error::mismatch(folder.display(), message).with_hint("take all files from one data set"));
    }
    ExampleSplit::last_validate(training, 10_000, part, test)
}

/// 5000 of MNIST's training images, 500 of each digit in turns; needs no file. The first 4000 train, the next 500
/// validate (or train too, if `part` is [`TrainingPart::All`]), the last 500 test. Grey, labelled.
pub fn mnist_5k(part: TrainingPart) -> ExampleSplit<Images> {
    read_5k(part).expect("the embedded digits are whole")
}

fn read_5k(part: TrainingPart) -> Result<ExampleSplit<Images>> {
    let images = idx::read_images(Source::embedded("mnist-5k/images", IMAGES_5K)?)?;
    let mut training = idx::label(images, Source::embedded("mnist-5k/labels", LABELS_5K)?)?;
    let test = training.split_off(4500);
    ExampleSplit::last_validate(training, 500, part, test)
}

/// Reads Larochelle's fixed binarisation of MNIST from the three files in `folder`, each plain or in gzip: 50 000
/// images train, 10 000 validate, 10 000 test. Binary, without labels, and not in MNIST's order.
///
/// # Errors
/// If a file is missing or not as [`amat::read`] requires.
pub fn mnist_binarized(folder: impl AsRef<Path>) -> Result<ExampleSplit<Images>> {
    let read = |name: &str, count| {
        let path = find(folder.as_ref(), &format!("binarized_mnist_{name}.amat"), "mnist-binarized")?;
        amat::read(path, count, 28, 28)
    };
    Ok(ExampleSplit {
        train: read("train", 50_000)?,
        validation: Some(read("valid", 10_000)?),
        test: read("test", 10_000)?,
        order: None,
    })
}

/// The file of that name in `folder`, in gzip or plain.
fn find(folder: &Path, name: &str, set: &str) -> Result<PathBuf> {
    let plain = folder.join(name);
    let packed = folder.join(format!("{name}.gz"));
    [packed, plain.clone()].into_iter().find(|path| path.is_file()).ok_or_else(|| {
        Error::new(ErrorKind::Io, plain.display(), "no such file, nor with .gz")
            .with_hint(format!("fetch it with `aevb data fetch {set}`"))
    })
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::examples::ExampleSet;
    use crate::hash::hex;

    /// Sums and hashes by NumPy, `datasets/mnist-5k/README.md`.
    #[test]
    fn the_embedded_digits_are_those_of_the_source() {
        let ExampleSplit { train, validation, test, .. } = mnist_5k(TrainingPart::Standard);
        let validation = validation.expect("500 validate");
        assert_eq!((train.count(), validation.count(), test.count()), (4000, 500, 500));
        assert_eq!((train.height(), train.width(), train.is_binary()), (28, 28, false));
        let parts = [&train, &validation, &test];
        let pixels = parts.map(Images::pixels).concat();
        let labels = parts.map(|part| part.labels().expect("labels")).concat();
        assert_eq!(pixels.iter().map(|pixel| u64::from(*pixel)).sum::<u64>(), 131_267_102);
        assert_eq!(pixels.iter().filter(|pixel| **pixel > 127).count(), 520_651);
        assert_eq!(
            hex(Sha256::new_with_prefix(&pixels)),
            "d7099ff73588a67d7a5e8930873d86fffe892ba48884191961bdb5103d5b51b5"
        );
        assert_eq!(
            hex(Sha256::new_with_prefix(&labels)),
            "c9a54e6bf707245247bf724c88fc4a21e5cac18c8d2d759bc64d14a3b99c008a"
        );
    }

    #[test]
    fn every_part_of_the_embedded_digits_is_balanced() {
        let split = mnist_5k(TrainingPart::All);
        assert_eq!(split.validation, None);
        for (part, each) in [(&split.train, 450), (&split.test, 50)] {
            let labels = part.labels().expect("labels");
            for digit in 0..10 {
                assert_eq!(labels.iter().filter(|label| **label == digit).count(), each);
            }
        }
    }
}
