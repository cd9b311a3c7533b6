use serde::{Deserialize, Serialize};

use super::Images;
use crate::error::Result;
use crate::examples::{ExampleSet, ExampleSplit, none_left};

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

impl ExampleSplit<Images> {
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
            TrainingPart::Standard => {
                return Err(none_left((training.count(), training.plural()), validation));
            }
        };
        Ok(Self { train: training, validation, test, order: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(count: u8) -> Images {
        Images::grey((0..count).collect(), 1, 1).expect("images")
    }

    #[test]
    fn the_last_images_validate_unless_all_train() -> Result<()> {
        let standard = ExampleSplit::last_validate(images(10), 3, TrainingPart::Standard, images(2))?;
        assert_eq!(standard.train.pixels(), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(standard.validation.map(|part| part.pixels().to_vec()), Some(vec![7, 8, 9]));
        let all = ExampleSplit::last_validate(images(10), 3, TrainingPart::All, images(2))?;
        assert_eq!((all.train, all.validation), (images(10), None));
        let error = ExampleSplit::last_validate(images(4), 4, TrainingPart::Standard, images(1));
        assert_eq!(error.expect_err("none left").to_string(), "split: 4 of 4 images cannot be held out");
        Ok(())
    }
}
