//! Images: how they are held, read and split.
//!
//! [`Images`] keeps one byte a pixel, grey or binary, with optional labels. They come from the program itself
//! ([`mnist_5k`]) or from files in the formats of the classic data sets ([`idx`], [`amat`], [`matlab`]), and arrive as
//! an [`ImageSplit`] of training, validation and test.

pub mod amat;
mod frey_face;
pub mod idx;
pub mod matlab;
mod mnist;
mod source;
mod split;
mod statistics;

use std::ops::Range;

use sha2::{Digest, Sha256};

pub use self::frey_face::frey_face;
pub use self::mnist::{mnist, mnist_5k, mnist_binarized};
pub use self::split::{ImageSplit, TrainingPart};
pub use self::statistics::ImageStatistics;
use crate::error::{Error, Result};
use crate::hash::hex;

/// Images of one size, `[count, height, width]`, one byte a pixel, with a label each where labels are known.
///
/// There is at least one image, and none is empty. A grey pixel is 0 (black) to 255 (white); a binary one 0 or 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    pixels: Vec<u8>,
    height: usize,
    width: usize,
    binary: bool,
    labels: Option<Vec<u8>>,
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
        Ok(Self { pixels, height, width, binary: false, labels: None })
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

    /// The images with a label each.
    ///
    /// # Errors
    /// If there are more or fewer labels than images.
    pub fn with_labels(self, labels: Vec<u8>) -> Result<Self> {
        if labels.len() != self.count() {
            let message = format!("{} labels for {} images", labels.len(), self.count());
            return Err(
                Error::mismatch("labels", message).with_hint("take both files from the same data set")
            );
        }
        Ok(Self { labels: Some(labels), ..self })
    }

    /// The number of images, at least 1.
    pub fn count(&self) -> usize {
        self.pixels.len() / self.size()
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

    /// The label of each image, where labels are known.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref()
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

    /// The images named by `indices`, in that order; an index may occur again.
    ///
    /// # Panics
    /// If `indices` is empty or names an image that is not there.
    #[must_use]
    pub fn select(&self, indices: &[u32]) -> Self {
        assert!(!indices.is_empty(), "a selection holds at least one image");
        let mut pixels = Vec::with_capacity(indices.len() * self.size());
        for index in indices {
            pixels.extend_from_slice(self.image(*index as usize));
        }
        let labels =
            self.labels().map(|labels| indices.iter().map(|index| labels[*index as usize]).collect());
        Self { pixels, labels, ..*self }
    }

    /// Takes the images from `start` on away and returns them.
    ///
    /// # Panics
    /// If no image would be left on either side.
    #[must_use]
    pub fn split_off(&mut self, start: usize) -> Self {
        assert!((1..self.count()).contains(&start), "both parts hold at least one image");
        let pixels = self.pixels.split_off(start * self.size());
        let labels = self.labels.as_mut().map(|labels| labels.split_off(start));
        Self { pixels, labels, ..*self }
    }

    /// The same images after `change` has made every grey pixel 0 or 1.
    pub(crate) fn into_binary(mut self, change: impl FnOnce(&mut [u8])) -> Self {
        change(&mut self.pixels);
        debug_assert!(self.pixels.iter().all(|pixel| *pixel <= 1), "a binary pixel is 0 or 1");
        Self { binary: true, ..self }
    }
}

/// What tells these sets of images, in this order, from all others: the SHA-256 of their sizes, pixels and kind in
/// hexadecimal. Labels are not trained on and do not count.
pub fn digest<'a>(sets: impl IntoIterator<Item = &'a Images>) -> String {
    let mut hash = Sha256::new();
    for images in sets {
        let sizes = [images.count(), images.height, images.width, usize::from(images.binary)];
        for size in sizes {
            hash.update((size as u64).to_le_bytes());
        }
        hash.update(&images.pixels);
    }
    hex(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_sees_pixels_sizes_order_and_kind_but_no_labels() {
        let images = |pixels: [u8; 4], height| Images::grey(pixels.to_vec(), height, 2).expect("images");
        let (one, two) = (images([0, 1, 1, 0], 2), images([0, 1, 1, 1], 2));
        let base = digest([&one, &two]);
        assert_eq!(digest([&one.clone().with_labels(vec![3]).expect("a label"), &two]), base);
        let binary = Images::binary(vec![0, 1, 1, 0], 2, 2).expect("bits");
        let wide = images([0, 1, 1, 0], 1);
        for others in [vec![&two, &one], vec![&one], vec![&binary, &two], vec![&wide, &two]] {
            assert_ne!(digest(others), base);
        }
    }

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
