//! How far the work on many images is, for a terminal.

use std::ops::Range;

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::Error;

/// A bar on stderr, where that is a terminal, which goes when the work is done.
pub(super) struct Work {
    bar: ProgressBar,
    images: usize,
}

impl Work {
    /// On so many images, each of so many parts.
    pub fn on(images: usize, parts: usize) -> Self {
        let style = ProgressStyle::with_template("{msg}  {wide_bar} {percent} %  {eta} left");
        // Hidden by itself where stderr is no terminal.
        let bar = ProgressBar::new(images as u64 * parts as u64)
            .with_style(style.expect("the template is well formed"))
            .with_message(format!("{images} images"));
        Self { bar, images }
    }

    /// The images, some at a time.
    pub fn blocks(&self, at_once: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let images = self.images;
        (0..images).step_by(at_once).map(move |first| first..images.min(first + at_once))
    }

    /// The user asked to stop, at an image.
    pub fn interrupted(&self, image: usize) -> Error {
        Error::interrupted(format!("interrupted at image {image} of {}", self.images))
    }

    /// So many parts of each of so many images are done.
    pub fn done(&self, images: usize, parts: usize) {
        self.bar.inc(images as u64 * parts as u64);
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
