//! One picture in grey, turned upright, and its size changed.

mod exif;
mod grey;
mod jpeg;
mod png;

pub use self::grey::Background;
pub(super) use self::grey::{Grey, Samples, laid, luma};

/// Grey pixels, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub pixels: Vec<u8>,
    pub height: usize,
    pub width: usize,
}

/// What is asked of a picture.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// How its samples become grey.
    pub grey: Grey,
    /// Whether it is left as it was stored, whatever its EXIF says.
    pub as_stored: bool,
}

/// What was met in a file besides its pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Met {
    /// Whether its EXIF turned it.
    pub is_turned: bool,
    /// Whether its four colours lack Adobe's mark, which says which way round they count.
    pub is_unmarked_cmyk: bool,
    /// What its samples were.
    pub samples: Samples,
}

impl Picture {
    /// Decodes a PNG or JPEG file of at most `most` pixels, told by its content, or says what is wrong with it.
    pub fn decode(bytes: &[u8], most: usize, asked: &Asked) -> Result<(Self, Met), String> {
        let (picture, met, orientation) = if bytes.starts_with(b"\x89PNG") {
            png::decode(bytes, most, &asked.grey)?
        } else if bytes.starts_with(&[0xff, 0xd8]) {
            jpeg::decode(bytes, most, &asked.grey)?
        } else {
            return Err("is neither PNG nor JPEG".into());
        };
        if orientation == 1 || asked.as_stored {
            return Ok((picture, met));
        }
        Ok((picture.turned(orientation), Met { is_turned: true, ..met }))
    }

    /// The picture as EXIF's orientation, 1 to 8, says that it is to be seen.
    fn turned(&self, orientation: u8) -> Self {
        let (height, width) = (self.height, self.width);
        let (tall, wide) = if orientation < 5 { (height, width) } else { (width, height) };
        let source = |y: usize, x: usize| match orientation {
            2 => (y, width - 1 - x),
            3 => (height - 1 - y, width - 1 - x),
            4 => (height - 1 - y, x),
            5 => (x, y),
            6 => (height - 1 - x, y),
            7 => (height - 1 - x, width - 1 - y),
            8 => (x, width - 1 - y),
            _ => (y, x),
        };
        let places = (0..tall).flat_map(|y| (0..wide).map(move |x| (y, x)));
        let pixels = places.map(|(y, x)| source(y, x)).map(|(y, x)| self.pixels[y * width + x]).collect();
        Self { pixels, height: tall, width: wide }
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

/// Refuses a size before anything is allocated for it.
fn check_size(height: usize, width: usize, most: usize) -> Result<(), String> {
    match height.checked_mul(width) {
        Some(pixels) if (1..=most).contains(&pixels) => Ok(()),
        _ => Err(format!("announces {height} x {width} pixels; between 1 and {most} are read")),
    }
}

/// A decoder's message, which may have several lines, in one.
fn in_one_line(error: impl std::fmt::Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
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
