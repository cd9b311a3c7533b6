use aevb_data::examples::{ExampleSet, Examples};

use crate::error::Result;
use crate::experiment::Part;
use crate::train::TrainedVae;

/// Images or rows that something is asked about.
pub struct Asked {
    /// The examples.
    pub examples: Examples,
    /// The number of the first, by which its random numbers are drawn.
    origin: u64,
}

impl Asked {
    /// The first examples of a part, at most so many.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn first_of(vae: &TrainedVae, part: Part, most: usize) -> Result<Self> {
        let examples = vae.examples(part)?;
        let chosen: Vec<u32> = (0..examples.count() as u32).take(most).collect();
        let origin = match part {
            Part::Test => 0,
            Part::Validation => Self::MOST,
        };
        Ok(Self { examples: examples.select(&chosen), origin })
    }

    /// Examples from elsewhere.
    pub fn elsewhere(examples: Examples) -> Self {
        Self { examples, origin: 2 * Self::MOST }
    }

    /// More than there are in a part or a file.
    const MOST: u64 = 1 << 40;

    /// The number of an example, unlike those of other parts.
    pub(super) fn number(&self, example: usize) -> u64 {
        self.origin + example as u64
    }
}
