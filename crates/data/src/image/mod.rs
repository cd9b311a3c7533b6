//! Images: how they are held, read and split.
//!
//! [`Images`] keeps one byte a pixel, grey or binary, with optional labels. They come from the program itself
//! ([`mnist_5k`]), from files in the formats of the classic data sets ([`idx`], [`amat`], [`matlab`]) or from pictures and
//! arrays of one's own ([`read_own`]), and arrive as an [`ExampleSplit`](crate::examples::ExampleSplit) of training,
//! validation and test.

pub mod amat;
mod frey_face;
pub mod idx;
pub mod matlab;
mod mnist;
pub(crate) mod own;
mod picture;
mod source;
mod statistics;
mod training_part;

use std::ops::Range;

pub use self::frey_face::frey_face;
pub use self::mnist::{mnist, mnist_5k, mnist_binarized};
pub use self::own::{
    Axes, Classes, ImageReading, Orientation, OwnImages, has_pictures, is_images, labelled_by, read_own,
    with_common_labels,
};
pub use self::picture::Background;
pub use self::statistics::ImageStatistics;
pub use self::training_part::TrainingPart;
use crate::error::{Error, Result};
use crate::examples::{ExampleSet, Tags, chosen};

/// Images of one size, `[count, height, width]`, one byte a pixel, with a label and a name each where these are known.
///
/// There is at least one image, and none is empty. A grey pixel is 0 (black) to 255 (white); a binary one 0 or 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    pixels: Vec<u8>,
    height: usize,
    width: usize,
    binary: bool,
    tags: Tags,
}

impl Images {
    /// Grey images from `pixels`, `[count, height, width]`.
    ///
    /// # Errors
    /// If there is no image, or if the pixels are no whole number of images.
    pub fn grey(pixels: Vec<u8>, height: usize, width: usize) -> Result<Self> {
        let size = height.saturating_mul(width);
        if size == 0 || pixels.is_empty() || !pixels.len().is_multiple_of(size) {
            let message = format!("{} pixels are no images of {height} x {width}", pixels.len());
            return Err(
                Error::malformed("images", message).with_hint("at least one image of one pixel is needed")
            );
        }
        let tags = Tags::none(pixels.len() / size);
        Ok(Self { pixels, height, width, binary: false, tags })
    }

    /// Binary images from `pixels`, `[count, height, width]`, each 0 or 1.
    ///
    /// # Errors
    /// As for [`Images::grey`], or if a pixel is neither 0 nor 1.
    pub fn binary(pixels: Vec<u8>, height: usize, width: usize) -> Result<Self> {
        let images = Self::grey(pixels, height, width)?;
        match images.pixels.iter().position(|pixel| *pixel > 1) {
            None => Ok(Self { binary: true, ..images }),
            Some(index) => {
                let place = format!("image {}, pixel {}", index / images.size(), index % images.size());
                Err(Error::malformed(place, format!("{} is neither 0 nor 1", images.pixels[index])))
            }
        }
    }

    /// Pixels from top to bottom, at least 1.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Pixels from left to right, at least 1.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of pixels of one image.
    pub fn size(&self) -> usize {
        self.height * self.width
    }

    /// Whether every pixel is 0 or 1; otherwise they are grey, 0 to 255.
    pub fn is_binary(&self) -> bool {
        self.binary
    }

    /// All pixels, `[count, height, width]`.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The pixels of image `index`, `[height, width]`.
    ///
    /// # Panics
    /// If there is no such image.
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * self.size()..(index + 1) * self.size()]
    }

    /// The pixels of some images as numbers from 0 to 1, `[images, height, width]`, without a copy of them.
    ///
    /// # Panics
    /// If the range ends after the last image.
    pub fn intensities(&self, images: Range<usize>) -> impl ExactSizeIterator<Item = f32> + '_ {
        let levels = self.levels();
        let pixels = &self.pixels[images.start * self.size()..images.end * self.size()];
        pixels.iter().map(move |pixel| levels[usize::from(*pixel)])
    }

    /// The number from 0 to 1 that each byte stands for.
    pub fn levels(&self) -> [f32; 256] {
        let white = if self.binary { 1.0 } else { 255.0 };
        std::array::from_fn(|byte| byte as f32 / white)
    }

    /// Takes the images from `start` on away and returns them.
    ///
    /// # Panics
    /// If no image would be left on either side.
    #[must_use]
    pub fn split_off(&mut self, start: usize) -> Self {
        assert!((1..self.count()).contains(&start), "both parts hold at least one image");
        let pixels = self.pixels.split_off(start * self.size());
        Self { pixels, tags: self.tags.split_off(start), ..*self }
    }

    /// The same images after `change` has made every grey pixel 0 or 1.
    pub(crate) fn into_binary(mut self, change: impl FnOnce(&mut [u8])) -> Self {
        change(&mut self.pixels);
        debug_assert!(self.pixels.iter().all(|pixel| *pixel <= 1), "a binary pixel is 0 or 1");
        Self { binary: true, ..self }
    }
}

impl ExampleSet for Images {
    fn plural(&self) -> &'static str {
        "images"
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn select(&self, indices: &[u32]) -> Self {
        Self { pixels: chosen(&self.pixels, self.size(), indices), tags: self.tags.select(indices), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four() -> Images {
        let images = Images::grey((0..24).map(|pixel| pixel * 10).collect(), 2, 3).expect("four images");
        images.with_labels(vec![7, 8, 9, 6]).expect("four labels")
    }

    #[test]
    fn shape_and_parts_agree() {
        let images = four();
        assert_eq!((images.count(), images.height(), images.width(), images.size()), (4, 2, 3, 6));
        assert_eq!(images.image(1), [60, 70, 80, 90, 100, 110]);
        assert_eq!(images.labels(), Some(&[7, 8, 9, 6][..]));
        assert!(!images.is_binary());
    }

    #[test]
    fn intensities_lie_between_0_and_1() -> Result<()> {
        let grey = Images::grey(vec![0, 51, 255, 102], 1, 2)?;
        assert_eq!(grey.intensities(0..2).collect::<Vec<_>>(), [0.0, 0.2, 1.0, 0.4]);
        assert_eq!(grey.intensities(1..2).collect::<Vec<_>>(), [1.0, 0.4]);
        let binary = Images::binary(vec![0, 1], 1, 2)?;
        assert_eq!(binary.intensities(0..1).collect::<Vec<_>>(), [0.0, 1.0]);
        Ok(())
    }

    #[test]
    fn labels_follow_their_images() {
        let mut images = four();
        let chosen = images.select(&[2, 0, 2]);
        assert_eq!((chosen.image(0), chosen.image(1)), (images.image(2), images.image(0)));
        assert_eq!(chosen.labels(), Some(&[9, 7, 9][..]));
        let whole = images.clone();
        let rest = images.split_off(3);
        assert_eq!((images.count(), rest.count()), (3, 1));
        assert_eq!((rest.image(0), rest.labels()), (whole.image(3), Some(&[6][..])));
        assert_eq!(images, whole.select(&[0, 1, 2]));
    }

    #[test]
    fn what_is_no_image_is_refused() {
        for (pixels, height, width) in [(0, 2, 3), (5, 2, 3), (6, 0, 3), (6, 2, 0), (6, usize::MAX, 2)] {
            assert!(Images::grey(vec![0; pixels], height, width).is_err(), "{pixels} {height} {width}");
        }
        let error = Images::binary(vec![0, 1, 1, 2], 1, 2).expect_err("a pixel of 2");
        assert_eq!(error.to_string(), "image 1, pixel 1: 2 is neither 0 nor 1");
        let error = four().with_labels(vec![1, 2, 3]).expect_err("three labels");
        assert_eq!(error.to_string(), "labels: 3 labels for 4 images");
    }
}
