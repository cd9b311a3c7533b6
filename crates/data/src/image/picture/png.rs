//! PNG files of every colour type and depth, interlaced or not.

use std::io::{Cursor, ErrorKind};

use png::{ColorType, Decoder, DecodingError, Limits, Transformations};

use super::exif::orientation;
use super::{Grey, Met, Picture, check_size, in_one_line};
use crate::packed::DEFLATE_RATIO;

/// Samples of more bytes are those of no example among many.
const MOST_BYTES: usize = 1 << 28;

/// Decodes a file, or says what is wrong with it; with it comes its orientation. What announces more than the file can hold
/// is refused before it is unpacked.
pub(super) fn decode(bytes: &[u8], most: usize, grey: &Grey) -> Result<(Picture, Met, u8), String> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MOST_BYTES });
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let info = decoder.read_header_info().map_err(|error| damaged(&error))?;
    let (height, width) = (info.height as usize, info.width as usize);
    check_size(height, width, most)?;
    let packed = info.raw_bytes();
    if packed as u64 > (bytes.len() as u64).saturating_mul(DEFLATE_RATIO) {
        return Err(format!("is cut short: announces {packed} bytes of pixels, more than it can hold"));
    }
    let mut reader = decoder.read_info().map_err(|error| damaged(&error))?;
    let size = reader.output_buffer_size().filter(|size| *size <= MOST_BYTES);
    let mut samples =
        vec![0; size.ok_or(format!("{height} x {width} pixels of more than {MOST_BYTES} bytes"))?];
    reader.next_frame(&mut samples).map_err(|error| damaged(&error))?;
    reader.finish().map_err(|error| damaged(&error))?;
    let (colour, depth) = reader.output_color_type();
    let channels = match colour {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
        ColorType::Indexed => return Err("is no sound PNG: its palette is missing".into()),
    };
    let (pixels, met) = grey.pixels(&samples, channels, depth == png::BitDepth::Sixteen);
    if pixels.len() != height * width {
        return Err(format!("{} values for {height} x {width} pixels", pixels.len()));
    }
    let turn = reader.info().exif_metadata.as_deref().map_or(1, orientation);
    Ok((Picture { pixels, height, width }, Met { samples: met, ..Met::default() }, turn))
}

fn damaged(error: &DecodingError) -> String {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => "is cut short".into(),
        error => format!("is no sound PNG: {}", in_one_line(error)),
    }
}
