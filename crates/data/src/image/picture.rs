//! One picture in grey, and its size changed.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::png;

/// Grey pixels, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub pixels: Vec<u8>,
    pub height: usize,
    pub width: usize,
}

impl Picture {
    /// Decodes a PNG or JPEG file of at most `most` pixels, or says what is wrong with it.
    pub fn decode(bytes: &[u8], most: usize) -> Result<Self, String> {
        if bytes.starts_with(b"\x89PNG") {
            return png::decode(bytes, most);
        }
        if !bytes.starts_with(&[0xff, 0xd8]) {
            return Err("is neither PNG nor JPEG".into());
        }
        let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        decoder.decode_headers().map_err(damaged)?;
        let info = decoder.info().ok_or("is no sound JPEG: its size is missing")?;
        let (height, width) = (usize::from(info.height), usize::from(info.width));
        if height * width == 0 || height * width > most {
            return Err(format!("announces {height} x {width} pixels; between 1 and {most} are read"));
        }
        let pixels = decoder.decode().map_err(damaged)?;
        if pixels.len() != height * width {
            return Err(format!("{} values for {height} x {width} grey pixels", pixels.len()));
        }
        Ok(Self { pixels, height, width })
    }

    /// The same picture in another size: each new pixel is the mean of the area that it covers.
    pub fn resized(&self, height: usize, width: usize) -> Self {
        if (height, width) == (self.height, self.width) {
            return self.clone();
        }
        let (rows, columns) = (shares(self.height, height), shares(self.width, width));
        let mut pixels = Vec::with_capacity(height * width);
        for row in &rows {
            for column in &columns {
                let mut sum = 0.0;
                for &(y, down) in row {
                    for &(x, across) in column {
                        sum += f64::from(self.pixels[y * self.width + x]) * down * across;
                    }
                }
                pixels.push(sum.round().clamp(0.0, 255.0) as u8);
            }
        }
        Self { pixels, height, width }
    }
}

/// The decoder's messages may have several lines.
fn damaged(error: impl std::fmt::Display) -> String {
    let message = error.to_string();
    format!("is no sound JPEG: {}", message.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// For each of `to` equal parts of a length of `from` pixels, the pixels under it and how much of it each is.
fn shares(from: usize, to: usize) -> Vec<Vec<(usize, f64)>> {
    let part = from as f64 / to as f64;
    let share = |index: usize| {
        let (start, end) = (index as f64 * part, ((index + 1) as f64 * part).min(from as f64));
        let pixels = start.floor() as usize..(end.ceil() as usize).clamp(start.floor() as usize + 1, from);
        pixels
            .map(|pixel| {
                let covered = end.min((pixel + 1) as f64) - start.max(pixel as f64);
                (pixel, covered / (end - start))
            })
            .collect()
    };
    (0..to).map(share).collect()
}

/// Brightness by ITU-R 601, in the fixed-point arithmetic of Python's Pillow.
pub(super) fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = u32::from(red) * 19_595 + u32::from(green) * 38_470 + u32::from(blue) * 7_471;
    ((sum + (1 << 15)) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_picture_has_the_means_of_areas() {
        let picture = Picture { pixels: vec![0, 100, 20, 40, 10, 30, 200, 100], height: 2, width: 4 };
        assert_eq!(picture.resized(2, 4), picture);
        assert_eq!(picture.resized(1, 2).pixels, [35, 90]);
        assert_eq!(picture.resized(1, 1).pixels, [63]);
        // Three parts of four pixels take four thirds each.
        assert_eq!(picture.resized(2, 3).pixels[..3], [25, 60, 35]);
        assert_eq!(picture.resized(4, 4).pixels[..8], [0, 100, 20, 40, 0, 100, 20, 40]);
    }
}
