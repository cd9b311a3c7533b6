use aevb_data::image::Images;

use crate::error::Result;
use crate::experiment::Part;
use crate::train::TrainedVae;

/// Images that something is asked about.
pub struct Asked {
    /// The images.
    pub images: Images,
    /// The number of the first, by which its random numbers are drawn.
    origin: u64,
}

impl Asked {
    /// The first images of a part, at most so many.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn first_of(vae: &TrainedVae, part: Part, most: usize) -> Result<Self> {
        let images = vae.images(part)?;
        let chosen: Vec<u32> = (0..images.count() as u32).take(most).collect();
        let origin = match part {
            Part::Test => 0,
            Part::Validation => Self::MOST,
        };
        Ok(Self { images: images.select(&chosen), origin })
    }

    /// Images from elsewhere.
    pub fn elsewhere(images: Images) -> Self {
        Self { images, origin: 2 * Self::MOST }
    }

    /// More than there are in a part or a file.
    const MOST: u64 = 1 << 40;

    /// The number of an image, unlike those of other parts.
    pub(super) fn number(&self, image: usize) -> u64 {
        self.origin + image as u64
    }
}
