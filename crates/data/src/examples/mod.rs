//! What a model learns from one at a time, images or rows of a table, as far as the two go the same way.

mod set;
mod split;
mod tags;

use std::ops::Range;

use sha2::{Digest, Sha256};

pub use self::set::ExampleSet;
pub(crate) use self::split::none_left;
pub use self::split::{ExampleSplit, Places, a_tenth};
pub use self::tags::Tags;
pub(crate) use self::tags::chosen;
use crate::hash::hex;
use crate::image::Images;
use crate::table::Rows;

/// Images or rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Examples {
    /// Images.
    Images(Images),
    /// Rows of a table.
    Rows(Rows),
}

impl From<Images> for Examples {
    fn from(images: Images) -> Self {
        Self::Images(images)
    }
}

impl From<Rows> for Examples {
    fn from(rows: Rows) -> Self {
        Self::Rows(rows)
    }
}

impl Examples {
    /// The height and the width of an image, or 1 and the columns of a row.
    pub fn shape(&self) -> [usize; 2] {
        match self {
            Self::Images(images) => [images.height(), images.width()],
            Self::Rows(rows) => [1, rows.columns()],
        }
    }

    /// The rows, where they are rows.
    pub fn as_rows(&self) -> Option<&Rows> {
        match self {
            Self::Images(_) => None,
            Self::Rows(rows) => Some(rows),
        }
    }

    /// The values of one example: its pixels, or its columns.
    pub fn size(&self) -> usize {
        self.shape().iter().product()
    }

    /// The values of some examples, `[examples, size]`: pixels from 0 to 1, or standardised columns.
    ///
    /// # Panics
    /// If the range ends after the last example.
    pub fn values(&self, examples: Range<usize>) -> Vec<f32> {
        match self {
            Self::Images(images) => images.intensities(examples).collect(),
            Self::Rows(rows) => rows.values(examples).to_vec(),
        }
    }
}

impl ExampleSet for Examples {
    fn plural(&self) -> &'static str {
        match self {
            Self::Images(images) => images.plural(),
            Self::Rows(rows) => rows.plural(),
        }
    }

    fn tags(&self) -> &Tags {
        match self {
            Self::Images(images) => images.tags(),
            Self::Rows(rows) => rows.tags(),
        }
    }

    fn tags_mut(&mut self) -> &mut Tags {
        match self {
            Self::Images(images) => images.tags_mut(),
            Self::Rows(rows) => rows.tags_mut(),
        }
    }

    fn select(&self, indices: &[u32]) -> Self {
        match self {
            Self::Images(images) => images.select(indices).into(),
            Self::Rows(rows) => rows.select(indices).into(),
        }
    }
}

/// What tells these sets of examples, in this order, from all others: the SHA-256 of their sizes, values and kind in
/// hexadecimal. Labels are not trained on and do not count.
pub fn digest<'a>(sets: impl IntoIterator<Item = &'a Examples>) -> String {
    let mut hash = Sha256::new();
    for examples in sets {
        let [height, width] = examples.shape();
        let is_binary = matches!(examples, Examples::Images(images) if images.is_binary());
        for size in [examples.count(), height, width, usize::from(is_binary)] {
            hash.update((size as u64).to_le_bytes());
        }
        match examples {
            Examples::Images(images) => hash.update(images.pixels()),
            Examples::Rows(rows) => rows.values(0..rows.count()).chunks(1024).for_each(|values| {
                hash.update(values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
            }),
        }
    }
    hex(hash)
}

/// What tells these sets from all others by their labels too: the SHA-256 of their [`digest`] and of what each label says, a
/// line each, in hexadecimal.
pub fn digest_with_labels<'a>(sets: impl IntoIterator<Item = &'a Examples>) -> String {
    let sets: Vec<&Examples> = sets.into_iter().collect();
    let mut hash = Sha256::new_with_prefix(digest(sets.iter().copied()));
    for examples in sets {
        for index in 0..examples.count() {
            hash.update(format!("\n{:?}", examples.label_text(index)));
        }
    }
    hex(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_sees_pixels_sizes_order_and_kind_but_no_labels() {
        let grey = |pixels: [u8; 4], height| Images::grey(pixels.to_vec(), height, 2).expect("images");
        let images = |pixels, height| Examples::from(grey(pixels, height));
        let (one, two) = (images([0, 1, 1, 0], 2), images([0, 1, 1, 1], 2));
        let base = digest([&one, &two]);
        let labelled = |label| one.clone().with_labels(vec![label]).expect("a label");
        assert_eq!(digest([&labelled(3), &two]), base);
        let [three, four] = [labelled(3), labelled(4)].map(|one| digest_with_labels([&one, &two]));
        assert!(three != four && three != digest_with_labels([&one, &two]) && three != base);
        let binary = Images::binary(vec![0, 1, 1, 0], 2, 2).expect("bits").into();
        let wide = images([0, 1, 1, 0], 1);
        for others in [vec![&two, &one], vec![&one], vec![&binary, &two], vec![&wide, &two]] {
            assert_ne!(digest(others), base);
        }
    }

    /// By earlier versions, whose runs know their data by them.
    #[test]
    fn digests_stay_what_they_were() {
        let images = Images::grey((0..24).map(|pixel| pixel * 10).collect(), 2, 3).expect("four images");
        let images = images.with_labels(vec![7, 8, 9, 6]).expect("four labels").into();
        let bits = Images::binary(vec![0, 1, 1, 0], 2, 2).expect("bits").into();
        assert_eq!(
            digest([&images, &bits]),
            "68a25d655ceb82604ecf7118d91c018e20208a554eb44fb79f01616a3d9d4561"
        );
        assert_eq!(
            digest_with_labels([&images, &bits]),
            "73f1d308dfb91e20108c6d2643e25058b845fc0438ab05bea88da417e3338789"
        );
        let rows = Rows::anonymous((0..3000).map(|value| value as f32 / 8.0 - 100.0).collect(), 3);
        assert_eq!(
            digest([&rows.into()]),
            "12801e0c8155785963d4c32cbec130bbccba083c80b5380a860279d66600d414"
        );
    }
}
