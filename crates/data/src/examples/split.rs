//! Which examples train, which validate and which test.

use rand::Rng;

use super::{ExampleSet, Examples};
use crate::error::{Error, Result};
use crate::shuffle::permutation;

/// Examples to train on, to choose among models by, and to report on.
#[derive(Clone, Debug, PartialEq)]
pub struct ExampleSplit<E> {
    /// What the model learns from.
    pub train: E,
    /// What a choice among models is made on; `None` where every example that does not test trains.
    pub validation: Option<E>,
    /// What is reported.
    pub test: E,
    /// The place in its file of each example, of those that train first, then of those that validate and of those that test;
    /// `None` where the parts follow one another so.
    pub order: Option<Vec<u32>>,
}

/// A drawn division of examples, by their places in the file.
#[derive(Clone, Debug)]
pub struct Places {
    /// Those that train.
    pub train: Vec<u32>,
    validation: Vec<u32>,
    test: Vec<u32>,
}

impl Places {
    /// Draws a permutation of so many examples, which are called `plural`, from `rng`: validation's block comes first, then the test's, unless others
    /// test, and the rest trains.
    ///
    /// # Errors
    /// If `validation` or `test` is 0, or if no example would be left to train on.
    pub fn draw(
        (count, plural): (usize, &str),
        validation: usize,
        test: Option<usize>,
        rng: &mut impl Rng,
    ) -> Result<Self> {
        let held_out = validation.saturating_add(test.unwrap_or(0));
        if validation == 0 || test == Some(0) || held_out >= count {
            return Err(none_left((count, plural), held_out));
        }
        let count = u32::try_from(count)
            .map_err(|_| Error::config("split", format!("{count} {plural} are too many to shuffle")))?;
        let mut order = permutation(count, rng);
        let train = order.split_off(held_out);
        let test = order.split_off(validation);
        Ok(Self { train, validation: order, test })
    }

    /// The examples in their parts.
    ///
    /// # Panics
    /// If there are fewer than were drawn of, or no places to test were drawn.
    pub fn divide<E: ExampleSet>(&self, examples: &E) -> ExampleSplit<E> {
        self.parts(examples, examples.select(&self.test), &self.test)
    }

    /// The examples in their parts, and all of `test` beside them, whose places are those that follow.
    ///
    /// # Panics
    /// If there are fewer than were drawn of.
    pub fn beside<E: ExampleSet>(&self, examples: &E, test: E) -> ExampleSplit<E> {
        let first = examples.count() as u32;
        let places: Vec<u32> = (first..first + test.count() as u32).collect();
        self.parts(examples, test, &places)
    }

    fn parts<E: ExampleSet>(&self, examples: &E, test: E, places: &[u32]) -> ExampleSplit<E> {
        ExampleSplit {
            train: examples.select(&self.train),
            validation: Some(examples.select(&self.validation)),
            test,
            order: Some([&self.train, &self.validation, places].concat()),
        }
    }
}

impl<E: Into<Examples>> ExampleSplit<E> {
    /// The same for what takes images and rows alike.
    pub fn into_examples(self) -> ExampleSplit<Examples> {
        let Self { train, validation, test, order } = self;
        ExampleSplit { train: train.into(), validation: validation.map(Into::into), test: test.into(), order }
    }
}

/// How many of `count` examples of one's own validate, and how many test: a tenth, and at least one.
pub fn a_tenth(count: usize) -> usize {
    (count / 10).max(1)
}

pub(crate) fn none_left((count, plural): (usize, &str), held_out: usize) -> Error {
    Error::config("split", format!("{held_out} of {count} {plural} cannot be held out"))
        .with_hint("each part needs at least one")
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::image::Images;

    fn images(count: u8) -> Images {
        Images::grey((0..count).collect(), 1, 1).expect("images")
    }

    #[test]
    fn a_random_split_holds_each_image_once() -> Result<()> {
        let draw = |seed| {
            let places = Places::draw((50, "images"), 7, Some(11), &mut ChaCha8Rng::seed_from_u64(seed))?;
            Ok::<_, Error>(places.divide(&images(50)))
        };
        let ExampleSplit { train, validation, test, order } = draw(1)?;
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
        let draw =
            |validation| Places::draw((20, "images"), validation, None, &mut ChaCha8Rng::seed_from_u64(3));
        let split = draw(4)?.beside(&images(20), test.clone());
        assert_eq!((split.train.count(), split.test), (16, test.clone()));
        let validation = split.validation.expect("four");
        let order = split.order.expect("drawn");
        let places = [split.train.pixels(), validation.pixels(), &[20, 21, 22]].concat();
        assert_eq!(places.into_iter().map(u32::from).collect::<Vec<_>>(), order);
        for validation in [0, 20] {
            assert!(draw(validation).is_err(), "{validation}");
        }
        Ok(())
    }

    #[test]
    fn a_part_without_images_is_refused() {
        let rng = &mut ChaCha8Rng::seed_from_u64(0);
        for (validation, test) in [(0, 1), (1, 0), (2, 2), (usize::MAX, 1)] {
            assert!(Places::draw((4, "images"), validation, Some(test), rng).is_err(), "{validation} {test}");
        }
    }
}
