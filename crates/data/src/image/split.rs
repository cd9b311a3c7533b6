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
    /// The place in its file of each image, of those that train first, then of those that validate and of those that test;
    /// `None` where the parts follow one another so.
    pub order: Option<Vec<u32>>,
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
        Ok(Self { train: training, validation, test, order: None })
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
        let order = shuffled(images, rng)?;
        let (validation, order) = order.split_at(validation);
        let (test, train) = order.split_at(test);
        Ok(Self {
            train: images.select(train),
            validation: Some(images.select(validation)),
            test: images.select(test),
            order: Some([train, validation, test].concat()),
        })
    }

    /// All of `test` test, and of the other images so many validate, the first of a permutation that is drawn from `rng`.
    ///
    /// # Errors
    /// If `validation` is 0, or if no image would be left to train on.
    pub fn beside(images: &Images, validation: usize, test: Images, rng: &mut impl Rng) -> Result<Self> {
        if validation == 0 || validation >= images.count() {
            return Err(none_left(images.count(), validation));
        }
        let order = shuffled(images, rng)?;
        let (validation, train) = order.split_at(validation);
        let tests: Vec<u32> = (order.len()..order.len() + test.count()).map(|place| place as u32).collect();
        Ok(Self {
            train: images.select(train),
            validation: Some(images.select(validation)),
            test,
            order: Some([train, validation, &tests].concat()),
        })
    }
}

/// The places of some images in an order that is drawn.
fn shuffled(images: &Images, rng: &mut impl Rng) -> Result<Vec<u32>> {
    let count = u32::try_from(images.count())
        .map_err(|_| Error::config("images", format!("{} are too many to shuffle", images.count())))?;
    Ok(permutation(count, rng))
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
        let ImageSplit { train, validation, test, order } = draw(1)?;
        let validation = validation.expect("some validate");
        assert_eq!((train.count(), validation.count(), test.count()), (32, 7, 11));
        let mut all = [train.pixels(), validation.pixels(), test.pixels()].concat();
        let places: Vec<u8> = order.expect("drawn").into_iter().map(|place| place as u8).collect();
        assert_eq!(all, places, "a pixel is its place in the file");
        all.sort_unstable();
        assert_eq!(all, images(50).pixels());
        assert_eq!(draw(1)?, draw(1)?);
        assert_ne!(draw(1)?, draw(2)?);
        Ok(())
    }

    #[test]
    fn a_test_set_of_its_own_is_not_split() -> Result<()> {
        let test = Images::grey(vec![200, 201, 202], 1, 1)?;
        let split = ImageSplit::beside(&images(20), 4, test.clone(), &mut ChaCha8Rng::seed_from_u64(3))?;
        assert_eq!((split.train.count(), split.test), (16, test.clone()));
        let validation = split.validation.expect("four");
        let order = split.order.expect("drawn");
        let places = [split.train.pixels(), validation.pixels(), &[20, 21, 22]].concat();
        assert_eq!(places.into_iter().map(u32::from).collect::<Vec<_>>(), order);
        for validation in [0, 20] {
            let rng = &mut ChaCha8Rng::seed_from_u64(3);
            assert!(ImageSplit::beside(&images(20), validation, test.clone(), rng).is_err(), "{validation}");
        }
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
