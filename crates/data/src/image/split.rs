//! Which images train, which validate and which test.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::Images;
use crate::error::{Error, Result};
use crate::shuffle::permutation;

/// Images to train on, to choose among models by, and to report on.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageSplit {
    /// What the model learns from.
    pub train: Images,
    /// What a choice among models is made on; `None` where every training image trains.
    pub validation: Option<Images>,
    /// What is reported.
    pub test: Images,
}

/// How much of a training set trains, where the last part of it is set aside by custom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainingPart {
    /// All but the last images, which validate.
    #[default]
    Standard,
    /// All; nothing validates.
    All,
}

impl ImageSplit {
    /// The last `validation` images of `training` validate, or none does, as `part` says.
    ///
    /// # Errors
    /// If no image would be left to train on.
    pub fn last_validate(
        mut training: Images,
        validation: usize,
        part: TrainingPart,
        test: Images,
    ) -> Result<Self> {
        let validation = match part {
            TrainingPart::All => None,
            TrainingPart::Standard if validation < training.count() => {
                Some(training.split_off(training.count() - validation))
            }
            TrainingPart::Standard => return Err(none_left(training.count(), validation)),
        };
        Ok(Self { train: training, validation, test })
    }

    /// A random split, whose permutation of the images is drawn from `rng`: validation's block comes first, then the
    /// test's, and the rest trains.
    ///
    /// # Errors
    /// If `validation` or `test` is 0, or if no image would be left to train on.
    pub fn random(images: &Images, validation: usize, test: usize, rng: &mut impl Rng) -> Result<Self> {
        let held_out = validation.saturating_add(test);
        if validation == 0 || test == 0 || held_out >= images.count() {
            return Err(none_left(images.count(), held_out));
        }
        let count = u32::try_from(images.count())
            .map_err(|_| Error::config("images", format!("{} are too many to shuffle", images.count())))?;
        let order = permutation(count, rng);
        let (validation, order) = order.split_at(validation);
        let (test, train) = order.split_at(test);
        Ok(Self {
            train: images.select(train),
            validation: Some(images.select(validation)),
            test: images.select(test),
        })
    }
}

/// How many of `count` images of one's own validate, and how many test: a tenth, and at least one.
pub fn a_tenth(count: usize) -> usize {
    (count / 10).max(1)
}

fn none_left(images: usize, held_out: usize) -> Error {
    Error::config("split", format!("{held_out} of {images} images cannot be held out"))
        .with_hint("each part needs at least one image")
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn images(count: u8) -> Images {
        Images::grey((0..count).collect(), 1, 1).expect("images")
    }

    #[test]
    fn the_last_images_validate_unless_all_train() -> Result<()> {
        let standard = ImageSplit::last_validate(images(10), 3, TrainingPart::Standard, images(2))?;
        assert_eq!(standard.train.pixels(), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(standard.validation.map(|part| part.pixels().to_vec()), Some(vec![7, 8, 9]));
        let all = ImageSplit::last_validate(images(10), 3, TrainingPart::All, images(2))?;
        assert_eq!((all.train, all.validation), (images(10), None));
        Ok(())
    }

    #[test]
    fn a_random_split_holds_each_image_once() -> Result<()> {
        let draw = |seed| ImageSplit::random(&images(50), 7, 11, &mut ChaCha8Rng::seed_from_u64(seed));
        let ImageSplit { train, validation, test } = draw(1)?;
        let validation = validation.expect("some validate");
        assert_eq!((train.count(), validation.count(), test.count()), (32, 7, 11));
        let mut all = [train.pixels(), validation.pixels(), test.pixels()].concat();
        all.sort_unstable();
        assert_eq!(all, images(50).pixels());
        assert_eq!(draw(1)?, draw(1)?);
        assert_ne!(draw(1)?, draw(2)?);
        Ok(())
    }

    #[test]
    fn a_part_without_images_is_refused() {
        let rng = &mut ChaCha8Rng::seed_from_u64(0);
        for (validation, test) in [(0, 1), (1, 0), (2, 2), (usize::MAX, 1)] {
            assert!(ImageSplit::random(&images(4), validation, test, rng).is_err(), "{validation} {test}");
        }
        let error = ImageSplit::last_validate(images(4), 4, TrainingPart::Standard, images(1));
        assert_eq!(error.expect_err("none left").to_string(), "split: 4 of 4 images cannot be held out");
    }
}
