//! Images on a grid, before they are a picture.

use crate::error::{Error, Result};
use crate::png;

/// A sheet is drawn at least so wide, in pixels, where nothing is said.
const WIDTH: usize = 1000;
/// Pixels of a sheet that is drawn larger where nothing is said.
const MOST_UNASKED: usize = 1 << 26;
/// Pixels of a sheet that is drawn larger because that was asked for.
const MOST: usize = 1 << 28;

/// Images of one size, row by row.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Brightnesses, `[images, height, width]`.
    pub pixels: Vec<f32>,
    /// Of an image.
    pub height: usize,
    /// Of an image.
    pub width: usize,
    /// Images of a row.
    pub columns: usize,
}

impl Sheet {
    /// As a PNG, with `scale` x `scale` pixels for each of the images'.
    pub fn to_png(&self, scale: usize) -> Vec<u8> {
        png::grid(&self.pixels, self.height, self.width, self.columns, scale)
    }

    /// The scale that was asked for, or else one at which the sheet is not tiny.
    ///
    /// # Errors
    /// If the picture that was asked for is too large.
    pub fn scale(&self, asked: Option<u32>) -> Result<usize> {
        let [height, width] = png::size(self.pixels.len(), self.height, self.width, self.columns);
        let pixels = |scale: usize| (scale * height).saturating_mul(scale * width);
        let Some(scale) = asked.map(|scale| scale as usize) else {
            let fitting = (1..=WIDTH.div_ceil(width)).rev().find(|&scale| pixels(scale) <= MOST_UNASKED);
            return Ok(fitting.unwrap_or(1));
        };
        if scale > 1 && pixels(scale) > MOST {
            let problem = format!(
                "--scale {scale}: a picture of {} x {} pixels is too large",
                scale * height,
                scale * width
            );
            return Err(Error::usage(problem).with_hint("choose a smaller --scale, or fewer images"));
        }
        Ok(scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(images: usize, columns: usize) -> Sheet {
        Sheet { pixels: vec![0.0; images * 28 * 28], height: 28, width: 28, columns }
    }

    #[test]
    fn a_sheet_is_a_thousand_pixels_wide_where_it_can_be() {
        // 10 images of 28 pixels and 11 gaps of 2 are 302 pixels.
        assert_eq!(sheet(100, 10).scale(None).expect("small"), 4);
        assert_eq!(sheet(1, 1).scale(None).expect("small"), 32);
        assert_eq!(sheet(40, 40).scale(None).expect("small"), 1);
        // 1000 rows of 30 pixels and a gap: 30002 x 302, whose 3² is above 2²⁶.
        assert_eq!(sheet(10_000, 10).scale(None).expect("large"), 2);
        assert_eq!(sheet(10_000, 10).scale(Some(1)).expect("as ever"), 1);
        let error = sheet(10_000, 10).scale(Some(6)).expect_err("180012 x 1812");
        assert!(error.message.contains("180012 x 1812") && error.exit_code() == 2, "{error}");
    }
}
