//! Grey images side by side in a PNG file.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Pixels between neighbours and around the whole.
pub const GAP: usize = 2;
/// The grey between images.
const BACKGROUND: u8 = 96;

/// The height and the width of a grid of so many pixels, at one pixel for each.
///
/// # Panics
/// If `pixels` are no whole number of images, or there is no column.
pub fn size(pixels: usize, height: usize, width: usize, columns: usize) -> [usize; 2] {
    let size = height * width;
    assert!(columns > 0 && size > 0 && pixels.is_multiple_of(size), "whole images on a grid with a column");
    let rows = (pixels / size).div_ceil(columns);
    [rows * (height + GAP) + GAP, columns * (width + GAP) + GAP]
}

/// Images of one size on a grid, row by row, as a PNG of 8 grey bits with `scale` x `scale` pixels for each.
///
/// `pixels` `[images, height, width]` are brightnesses; outside of [0, 1] they are cut.
///
/// # Panics
/// As [`size`].
pub fn grid(pixels: &[f32], height: usize, width: usize, columns: usize, scale: usize) -> Vec<u8> {
    let [full_height, full_width] = size(pixels.len(), height, width, columns);
    let mut canvas = vec![BACKGROUND; full_height * full_width];
    for (index, image) in pixels.chunks_exact(height * width).enumerate() {
        let top = GAP + index / columns * (height + GAP);
        let left = GAP + index % columns * (width + GAP);
        for (row, pixels) in image.chunks_exact(width).enumerate() {
            let line = &mut canvas[(top + row) * full_width + left..][..width];
            for (to, pixel) in line.iter_mut().zip(pixels) {
                *to = (pixel.clamp(0.0, 1.0) * 255.0).round() as u8;
            }
        }
    }
    encode(&canvas, full_height, full_width, scale)
}

/// The PNG of grey pixels `[height, width]` (ISO/IEC 15948, colour type 0), each `scale` pixels high and wide.
fn encode(pixels: &[u8], height: usize, width: usize, scale: usize) -> Vec<u8> {
    let side = |length: usize| u32::try_from(length).expect("a side below 2^32").to_be_bytes();
    let mut header = [side(scale * width), side(scale * height)].concat();
    // 8 bits, grey, deflate, the one filter method, not interlaced.
    header.extend([8, 0, 0, 0, 0]);
    let mut lines = ZlibEncoder::new(Vec::new(), Compression::default());
    for line in pixels.chunks_exact(width) {
        let wide: Vec<u8> = line.iter().flat_map(|&pixel| std::iter::repeat_n(pixel, scale)).collect();
        for _ in 0..scale {
            // Each line begins with its filter: none.
            lines.write_all(&[0]).and_then(|()| lines.write_all(&wide)).expect("a vector takes everything");
        }
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", header),
        (b"IDAT", lines.finish().expect("a vector takes everything")),
        (b"IEND", Vec::new()),
    ] {
        png.extend(side(content.len()));
        let mut checksum = flate2::Crc::new();
        checksum.update(kind);
        checksum.update(&content);
        png.extend(kind);
        png.extend(content);
        png.extend(checksum.sum().to_be_bytes());
    }
    png
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// The lines of a picture, each behind its filter.
    fn lines(png: &[u8]) -> Vec<u8> {
        let start = png.windows(4).position(|kind| kind == b"IDAT").expect("pixels");
        let length = u32::from_be_bytes(png[start - 4..start].try_into().expect("four bytes")) as usize;
        let mut lines = Vec::new();
        flate2::read::ZlibDecoder::new(&png[start + 4..start + 4 + length])
            .read_to_end(&mut lines)
            .expect("deflate");
        lines
    }

    #[test]
    fn the_pixels_come_back_from_the_file() {
        let png = grid(&[0.0, 1.0, 0.5, 2.0, -1.0, 0.2], 1, 2, 2, 1);
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x0a\0\0\0\x08\x08\0\0\0\0"));
        let lines = lines(&png);
        let line = |row: usize| &lines[row * 11 + 1..(row + 1) * 11];
        assert_eq!(lines.len(), 8 * 11);
        assert_eq!(line(2), [96, 96, 0, 255, 96, 96, 128, 255, 96, 96]);
        assert_eq!(line(5), [96, 96, 0, 51, 96, 96, 96, 96, 96, 96]);
    }

    #[test]
    fn each_pixel_is_a_square_of_the_scale() {
        let pixels = [0.0, 1.0, 0.5, 2.0, -1.0, 0.2];
        let (one, three) = (grid(&pixels, 1, 2, 2, 1), grid(&pixels, 1, 2, 2, 3));
        assert!(three.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x1e\0\0\0\x18\x08\0\0\0\0"));
        let (one, three) = (lines(&one), lines(&three));
        assert_eq!(three.len(), 24 * 31);
        for row in 0..24 {
            for column in 0..30 {
                let expected = one[row / 3 * 11 + 1 + column / 3];
                assert_eq!(three[row * 31 + 1 + column], expected, "{row}, {column}");
            }
        }
    }

    /// The checksum is that of zlib's `crc32` (`zlib.crc32(b"IEND")` in Python for the last).
    #[test]
    fn every_chunk_carries_its_length_and_checksum() {
        let png = grid(&[0.0, 0.7], 1, 1, 1, 1);
        let mut rest = &png[8..];
        let mut kinds = Vec::new();
        while let [a, b, c, d, after @ ..] = rest {
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            let (chunk, after) = after.split_at(length + 4);
            let mut checksum = flate2::Crc::new();
            checksum.update(chunk);
            assert_eq!(after[..4], checksum.sum().to_be_bytes());
            kinds.push(chunk[..4].to_vec());
            rest = &after[4..];
        }
        assert_eq!(kinds, [b"IHDR", b"IDAT", b"IEND"]);
        assert!(png.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
    }
}
