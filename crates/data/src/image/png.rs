//! Grey pixels of a PNG file: any colour type and depth, not interlaced.
//!
//! Layout: W3C, "Portable Network Graphics (PNG) Specification", second edition, sections 5, 9 and 11. Colours become grey
//! as ITU-R 601 weighs them; transparency is ignored.

use std::io::Read;

use flate2::Crc;
use flate2::read::ZlibDecoder;

use super::picture::{Picture, luma};

/// What a picture's header says.
struct Header {
    width: usize,
    height: usize,
    depth: usize,
    /// Samples of a pixel.
    channels: usize,
    kind: u8,
}

/// Decodes a file, or says what is wrong with it; pictures of more than `most` pixels are refused before they are unpacked.
pub(super) fn decode(bytes: &[u8], most: usize) -> Result<Picture, String> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n").ok_or("is no PNG")?;
    let (mut header, mut palette, mut packed) = (None, Vec::new(), Vec::new());
    loop {
        let Chunk { kind, content, after } = chunk(rest)?;
        rest = after;
        match kind {
            b"IHDR" => header = Some(Header::parse(content, most)?),
            b"PLTE" => {
                palette = content.as_chunks::<3>().0.iter().map(|[r, g, b]| luma(*r, *g, *b)).collect()
            }
            b"IDAT" => packed.extend_from_slice(content),
            b"IEND" => break,
            // What is not needed to show the picture begins with a small letter.
            [first, ..] if first.is_ascii_lowercase() => {}
            other => return Err(format!("a chunk {} that is not known", other.escape_ascii())),
        }
    }
    let header = header.ok_or("lacks its header")?;
    let row = (header.width * header.channels * header.depth).div_ceil(8);
    let size = (row + 1) * header.height;
    let mut data = Vec::new();
    let read = ZlibDecoder::new(packed.as_slice()).take(size as u64).read_to_end(&mut data);
    read.map_err(|error| format!("damaged pixels: {error}"))?;
    if data.len() < size {
        return Err(format!("ends after {} of {size} bytes of pixels", data.len()));
    }
    unfilter(&mut data, row, (header.channels * header.depth).div_ceil(8))?;
    let mut pixels = Vec::with_capacity(header.width * header.height);
    for line in data.chunks_exact(row + 1) {
        header.grey(&line[1..], &palette, &mut pixels)?;
    }
    Ok(Picture { pixels, height: header.height, width: header.width })
}

/// A part of the file, and what follows it.
struct Chunk<'a> {
    kind: &'a [u8; 4],
    content: &'a [u8],
    after: &'a [u8],
}

fn chunk(bytes: &[u8]) -> Result<Chunk<'_>, String> {
    let cut_short = "is cut short";
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(cut_short)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (kind, _) = rest.split_first_chunk::<4>().ok_or(cut_short)?;
    let (checked, rest) = rest.split_at_checked(4 + length).ok_or(cut_short)?;
    let (sum, rest) = rest.split_first_chunk::<4>().ok_or(cut_short)?;
    let mut crc = Crc::new();
    crc.update(checked);
    if crc.sum() != u32::from_be_bytes(*sum) {
        return Err(format!("the checksum of its chunk {} does not hold", kind.escape_ascii()));
    }
    Ok(Chunk { kind, content: &checked[4..], after: rest })
}

impl Header {
    fn parse(content: &[u8], most: usize) -> Result<Self, String> {
        let &[a, b, c, d, e, f, g, h, depth, kind, compression, filter, interlace] = content else {
            return Err(format!("a header of {} bytes", content.len()));
        };
        let (width, height) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > most as u64 {
            return Err(format!("announces {height} x {width} pixels; between 1 and {most} are read"));
        }
        let channels = match (kind, depth) {
            (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) => 1,
            (2, 8 | 16) => 3,
            (4, 8 | 16) => 2,
            (6, 8 | 16) => 4,
            _ => return Err(format!("colours of the unknown type {kind} and {depth} bits")),
        };
        match (compression, filter, interlace) {
            (0, 0, 0) => {}
            (0, 0, 1) => return Err("is interlaced, which is not read; save it without".into()),
            _ => return Err("packed in an unknown way".into()),
        }
        Ok(Self { width: width as usize, height: height as usize, depth: usize::from(depth), channels, kind })
    }

    /// Appends a line's pixels.
    fn grey(&self, line: &[u8], palette: &[u8], pixels: &mut Vec<u8>) -> Result<(), String> {
        let wide = self.depth / 8;
        // Of two bytes the first says nearly all.
        let sample = |index: usize| match self.depth {
            8 | 16 => line[index * wide],
            depth => {
                let bit = index * depth;
                (line[bit / 8] >> (8 - depth - bit % 8)) & ((1 << depth) - 1) as u8
            }
        };
        let white = match self.depth {
            8 | 16 => 1,
            depth => 255 / ((1 << depth) - 1) as u8,
        };
        for column in 0..self.width {
            let first = column * self.channels;
            pixels.push(match self.kind {
                2 | 6 => luma(sample(first), sample(first + 1), sample(first + 2)),
                3 => {
                    let index = sample(first);
                    *palette
                        .get(usize::from(index))
                        .ok_or(format!("colour {index}, which is not in its palette"))?
                }
                _ => sample(first) * white,
            });
        }
        Ok(())
    }
}

/// Takes back what the filter of each line did (section 9.2); `step` is the bytes of a pixel.
fn unfilter(data: &mut [u8], row: usize, step: usize) -> Result<(), String> {
    let mut above = vec![0; row];
    for line in data.chunks_exact_mut(row + 1) {
        let (filter, line) = line.split_first_mut().expect("a line has a filter");
        for at in 0..row {
            let left = if at >= step { line[at - step] } else { 0 };
            let corner = if at >= step { above[at - step] } else { 0 };
            let predicted = match *filter {
                0 => 0,
                1 => left,
                2 => above[at],
                3 => ((u16::from(left) + u16::from(above[at])) / 2) as u8,
                4 => paeth(left, above[at], corner),
                other => return Err(format!("a line with the unknown filter {other}")),
            };
            line[at] = line[at].wrapping_add(predicted);
        }
        above.copy_from_slice(line);
    }
    Ok(())
}

/// Paeth's predictor (section 9.4): of three neighbours the one nearest to left + above − corner.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let distance = |value: i16| (a + b - c - value).abs();
    if distance(a) <= distance(b) && distance(a) <= distance(c) {
        left
    } else if distance(b) <= distance(c) {
        above
    } else {
        corner
    }
}
