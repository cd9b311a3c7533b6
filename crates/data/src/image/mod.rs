//! Images: how they are held, read and split.
//!
//! [`Images`] keeps one byte a pixel, grey or binary, with optional labels. They come from the program itself
//! ([`mnist_5k`]), from files in the formats of the classic data sets ([`idx`], [`amat`], [`matlab`]) or from pictures and
//! arrays of one's own ([`read_own`]), and arrive as an [`ImageSplit`] of training, validation and test.

pub mod amat;
mod frey_face;
pub mod idx;
pub mod matlab;
mod mnist;
pub(crate) mod own;
mod picture;
mod source;
mod split;
mod statistics;

use std::ops::Range;

use sha2::{Digest, Sha256};

pub use self::frey_face::frey_face;
pub use self::mnist::{mnist, mnist_5k, mnist_binarized};
pub use self::own::{
    Axes, Classes, ImageReading, Orientation, OwnImages, has_pictures, is_images, labelled_by, read_own,
    with_common_labels,
};
pub use self::picture::Background;
pub use self::split::{ImageSplit, TrainingPart, a_tenth};
pub use self::statistics::ImageStatistics;
use crate::error::{Error, Result};
use crate::hash::hex;

/// Images of one size, `[count, height, width]`, one byte a pixel, with a label and a name each where these are known.
///
/// There is at least one image, and none is empty. A grey pixel is 0 (black) to 255 (white); a binary one 0 or 1. Rows of
/// real numbers, which a table consists of, are held here too, as images one pixel high.
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    pixels: Pixels,
    height: usize,
    width: usize,
    binary: bool,
    labels: Option<Vec<u8>>,
    label_names: Option<Vec<String>>,
    names: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Pixels {
    Bytes(Vec<u8>),
    Reals(Vec<f32>),
}

impl Pixels {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(pixels) => pixels.len(),
            Self::Reals(values) => values.len(),
        }
    }
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
        Ok(Self {
            pixels: Pixels::Bytes(pixels),
            height,
            width,
            binary: false,
            labels: None,
            label_names: None,
            names: None,
        })
    }

    /// Binary images from `pixels`, `[count, height, width]`, each 0 or 1.
    ///
    /// # Errors
    /// As for [`Images::grey`], or if a pixel is neither 0 nor 1.
    pub fn binary(pixels: Vec<u8>, height: usize, width: usize) -> Result<Self> {
        let images = Self::grey(pixels, height, width)?;
        match images.pixels().iter().position(|pixel| *pixel > 1) {
            None => Ok(Self { binary: true, ..images }),
            Some(index) => {
                let place = format!("image {}, pixel {}", index / images.size(), index % images.size());
                Err(Error::malformed(place, format!("{} is neither 0 nor 1", images.pixels()[index])))
            }
        }
    }

    /// The rows of a table, `[count, width]`, of real numbers.
    ///
    /// # Errors
    /// If there is no row, or if the values are no whole number of rows.
    pub fn reals(values: Vec<f32>, width: usize) -> Result<Self> {
        if width == 0 || values.is_empty() || !values.len().is_multiple_of(width) {
            let message = format!("{} values are no rows of {width}", values.len());
            return Err(
                Error::malformed("table", message).with_hint("at least one row of one column is needed")
            );
        }
        let pixels = Pixels::Reals(values);
        Ok(Self { pixels, height: 1, width, binary: false, labels: None, label_names: None, names: None })
    }

    /// The images with a name for each label.
    ///
    /// # Errors
    /// If a label has no name.
    pub fn with_label_names(self, names: Vec<String>) -> Result<Self> {
        match self.labels().into_iter().flatten().find(|label| usize::from(**label) >= names.len()) {
            None => Ok(Self { label_names: Some(names), ..self }),
            Some(label) => {
                let message = format!("{} for the label {label}", names.len());
                Err(Error::mismatch("label names", message).with_hint("name every label"))
            }
        }
    }

    /// The images with a name each.
    ///
    /// # Errors
    /// If there are more or fewer names than images.
    pub fn with_names(self, names: Vec<String>) -> Result<Self> {
        if names.len() != self.count() {
            let message = format!("{} names for {} images", names.len(), self.count());
            return Err(Error::mismatch("names", message).with_hint("give one each"));
        }
        Ok(Self { names: Some(names), ..self })
    }

    /// The same images without labels.
    #[must_use]
    pub fn without_labels(self) -> Self {
        Self { labels: None, label_names: None, ..self }
    }

    /// What the label of an image says, its name where labels have names; none where labels are not known.
    ///
    /// # Panics
    /// If there is no such image.
    pub fn label_text(&self, index: usize) -> Option<String> {
        let label = self.labels()?[index];
        let names = self.label_names();
        Some(names.map_or_else(|| label.to_string(), |names| names[usize::from(label)].clone()))
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

    /// Whether every pixel is 0 or 1; otherwise they are grey, 0 to 255, or real.
    pub fn is_binary(&self) -> bool {
        self.binary
    }

    /// Whether they are rows of real numbers.
    pub fn is_real(&self) -> bool {
        matches!(self.pixels, Pixels::Reals(_))
    }

    /// All pixels, `[count, height, width]`; none where they are real numbers.
    pub fn pixels(&self) -> &[u8] {
        match &self.pixels {
            Pixels::Bytes(pixels) => pixels,
            Pixels::Reals(_) => &[],
        }
    }

    /// The pixels of image `index`, `[height, width]`.
    ///
    /// # Panics
    /// If there is no such image, or they are real numbers.
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels()[index * self.size()..(index + 1) * self.size()]
    }

    /// The name of each label, where labels have names.
    pub fn label_names(&self) -> Option<&[String]> {
        self.label_names.as_deref()
    }

    /// What the source of the images calls each.
    pub fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    /// The label of each image, where labels are known.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref()
    }

    /// The pixels of some images as numbers from 0 to 1, or the real numbers, `[images, height, width]`, without a copy of
    /// them.
    ///
    /// # Panics
    /// If the range ends after the last image.
    pub fn intensities(&self, images: Range<usize>) -> impl ExactSizeIterator<Item = f32> + '_ {
        let levels = self.levels();
        let (start, end) = (images.start * self.size(), images.end * self.size());
        (start..end).map(move |at| match &self.pixels {
            Pixels::Bytes(pixels) => levels[usize::from(pixels[at])],
            Pixels::Reals(values) => values[at],
        })
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
        let pixels = match &self.pixels {
            Pixels::Bytes(pixels) => Pixels::Bytes(rows(pixels, self.size(), indices)),
            Pixels::Reals(values) => Pixels::Reals(rows(values, self.size(), indices)),
        };
        let labels = self.labels().map(|labels| rows(labels, 1, indices));
        let names = self.names.as_ref().map(|names| rows(names, 1, indices));
        Self { pixels, labels, names, label_names: self.label_names.clone(), ..*self }
    }

    /// Takes the images from `start` on away and returns them.
    ///
    /// # Panics
    /// If no image would be left on either side.
    #[must_use]
    pub fn split_off(&mut self, start: usize) -> Self {
        assert!((1..self.count()).contains(&start), "both parts hold at least one image");
        let at = start * self.size();
        let pixels = match &mut self.pixels {
            Pixels::Bytes(pixels) => Pixels::Bytes(pixels.split_off(at)),
            Pixels::Reals(values) => Pixels::Reals(values.split_off(at)),
        };
        let labels = self.labels.as_mut().map(|labels| labels.split_off(start));
        let names = self.names.as_mut().map(|names| names.split_off(start));
        Self { pixels, labels, names, label_names: self.label_names.clone(), ..*self }
    }

    /// The same images after `change` has made every grey pixel 0 or 1.
    pub(crate) fn into_binary(mut self, change: impl FnOnce(&mut [u8])) -> Self {
        if let Pixels::Bytes(pixels) = &mut self.pixels {
            change(pixels);
        }
        debug_assert!(self.pixels().iter().all(|pixel| *pixel <= 1), "a binary pixel is 0 or 1");
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
        match &images.pixels {
            Pixels::Bytes(pixels) => hash.update(pixels),
            Pixels::Reals(values) => values.chunks(1024).for_each(|values| {
                hash.update(values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
            }),
        }
    }
    hex(hash)
}

/// What tells these sets from all others by their labels too: the SHA-256 of their [`digest`] and of what each label says, a
/// line each, in hexadecimal.
pub fn digest_with_labels<'a>(sets: impl IntoIterator<Item = &'a Images>) -> String {
    let sets: Vec<&Images> = sets.into_iter().collect();
    let mut hash = Sha256::new_with_prefix(digest(sets.iter().copied()));
    for images in sets {
        for index in 0..images.count() {
            hash.update(format!("\n{:?}", images.label_text(index)));
        }
    }
    hex(hash)
}

/// The rows of `size` values that `indices` name.
fn rows<T: Clone>(values: &[T], size: usize, indices: &[u32]) -> Vec<T> {
    let mut chosen = Vec::with_capacity(indices.len() * size);
    for index in indices {
        chosen.extend_from_slice(&values[*index as usize * size..][..size]);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_sees_pixels_sizes_order_and_kind_but_no_labels() {
        let images = |pixels: [u8; 4], height| Images::grey(pixels.to_vec(), height, 2).expect("images");
        let (one, two) = (images([0, 1, 1, 0], 2), images([0, 1, 1, 1], 2));
        let base = digest([&one, &two]);
        let labelled = |label| one.clone().with_labels(vec![label]).expect("a label");
        assert_eq!(digest([&labelled(3), &two]), base);
        let [three, four] = [labelled(3), labelled(4)].map(|one| digest_with_labels([&one, &two]));
        assert!(three != four && three != digest_with_labels([&one, &two]) && three != base);
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
    fn rows_of_a_table_are_held_as_they_are() -> Result<()> {
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let mut table = Images::reals(vec![-1.5, 2.0, 300.0, 0.0, 5.0, 6.0], 2)?.with_names(names)?;
        assert_eq!((table.count(), table.height(), table.width(), table.is_real()), (3, 1, 2, true));
        assert_eq!(table.select(&[2, 0]).intensities(0..2).collect::<Vec<_>>(), [5.0, 6.0, -1.5, 2.0]);
        assert_eq!(table.select(&[2, 0]).names().expect("names"), ["c", "a"]);
        let rest = table.split_off(1);
        assert_eq!(
            (rest.names().expect("names").len(), table.intensities(0..1).collect::<Vec<_>>()),
            (2, vec![-1.5, 2.0])
        );
        assert!(Images::reals(vec![1.0; 3], 2).is_err() && Images::reals(Vec::new(), 2).is_err());
        Ok(())
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
