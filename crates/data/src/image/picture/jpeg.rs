//! JPEG files: baseline and progressive, grey, of three colours, and of four as printers have them.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::exif::orientation;
use super::{Grey, Met, Picture, check_size, in_one_line};

/// Decodes a file, or says what is wrong with it; with it comes its orientation.
///
/// Grey is the brightness that the file has. Four colours count down from white, as all programs write them that people use.
pub(super) fn decode(bytes: &[u8], most: usize, grey: &Grey) -> Result<(Picture, Met, u8), String> {
    let segments = Segments::of(bytes);
    if !segments.has_end {
        return Err("is cut short: the mark of a JPEG's end is missing".into());
    }
    let mut decoder = with_colours(bytes, ColorSpace::Luma);
    decoder.decode_headers().map_err(damaged)?;
    let info = decoder.info().ok_or("is no sound JPEG: its size is missing")?;
    let (height, width) = (usize::from(info.height), usize::from(info.width));
    check_size(height, width, most)?;
    let orientation = decoder.exif().map_or(1, |exif| orientation(exif));
    let colours = decoder.input_colorspace();
    let is_grey = matches!(colours, Some(ColorSpace::Luma | ColorSpace::YCbCr));
    if !is_grey {
        decoder = with_colours(bytes, ColorSpace::RGB);
    }
    let samples = decoder.decode().map_err(damaged)?;
    let channels = if is_grey { 1 } else { 3 };
    if samples.len() != height * width * channels {
        return Err(format!("{} values for {height} x {width} pixels", samples.len()));
    }
    let (pixels, met) = grey.pixels(&samples, channels, false);
    let is_unmarked_cmyk = colours == Some(ColorSpace::CMYK) && !segments.has_adobe;
    Ok((
        Picture { pixels, height, width },
        Met { samples: met, is_unmarked_cmyk, is_turned: false },
        orientation,
    ))
}

fn with_colours(bytes: &[u8], colours: ColorSpace) -> JpegDecoder<ZCursor<&[u8]>> {
    // Where it is not strict, the decoder fills what is missing with grey.
    let options = DecoderOptions::default().jpeg_set_out_colorspace(colours).set_strict_mode(true);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options)
}

fn damaged(error: impl std::fmt::Display) -> String {
    format!("is no sound JPEG: {}", in_one_line(error))
}

/// What the segments of a file say that its decoder does not.
struct Segments {
    /// Whether Adobe's mark is there.
    has_adobe: bool,
    /// Whether the mark of the end follows the first scan. None of its bytes can look so: 0xff is followed by 0 there.
    has_end: bool,
}

impl Segments {
    fn of(bytes: &[u8]) -> Self {
        let (mut at, mut has_adobe) = (2, false);
        while let Some([0xff, mark, rest @ ..]) = bytes.get(at..) {
            let is_fill = *mark == 0xff;
            if is_fill {
                at += 1;
                continue;
            }
            let Some(length) = rest.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length)))
            else {
                break;
            };
            has_adobe |= *mark == 0xee && rest.get(2..).is_some_and(|content| content.starts_with(b"Adobe"));
            at += 2 + length;
            if *mark == 0xda {
                break;
            }
        }
        let scans = bytes.get(at..).unwrap_or_default();
        Self { has_adobe, has_end: scans.windows(2).any(|pair| pair == [0xff, 0xd9]) }
    }
}
