//! Larochelle's `.amat` text: one image a line, `0` or `1` for each pixel with one space between. Plain or in gzip.

use std::path::Path;

use super::Images;
use super::source::{REFETCH, Source};
use crate::error::{Error, Result};

/// Reads exactly `count` binary images of `height` x `width` pixels, one a line. The format has no header, so the
/// caller says how many there are.
///
/// # Errors
/// If the file cannot be read, if a line has more or fewer columns than an image has pixels or holds anything but `0`
/// and `1`, or if there are more or fewer lines.
///
/// # Panics
/// If `count`, `height` or `width` is 0.
pub fn read(path: impl AsRef<Path>, count: usize, height: usize, width: usize) -> Result<Images> {
    let columns = height * width;
    assert!(count > 0 && columns > 0, "at least one image of one pixel");
    let mut source = Source::open(path.as_ref())?;
    let (mut pixels, mut line) = (Vec::new(), Vec::new());
    // A digit and a separator for each pixel, the last without.
    let length = 2 * columns - 1;
    for row in 0..count {
        let Some(content) = source.line(length, &mut line)? else {
            let message = format!("ends after {row} lines; {count} were expected");
            return Err(Error::malformed(source.place(), message).with_hint(REFETCH));
        };
        append(content, columns, &mut pixels).map_err(|message| {
            Error::malformed(format!("{}, line {}", source.place(), row + 1), message)
                .with_hint(format!("a line is one image: {columns} times 0 or 1, one space between"))
        })?;
    }
    if source.line(length, &mut line)?.is_some() {
        let message = format!("goes on after {count} lines");
        return Err(
            Error::malformed(source.place(), message).with_hint("take the file of this name and no other")
        );
    }
    pixels.shrink_to_fit();
    Images::binary(pixels, height, width)
}

/// Appends the pixels of one line, or says what is wrong with it.
fn append(line: &[u8], columns: usize, pixels: &mut Vec<u8>) -> std::result::Result<(), String> {
    for (index, byte) in line.iter().enumerate() {
        let column = index / 2 + 1;
        match (index % 2, byte) {
            _ if column > columns => return Err(format!("more than {columns} columns")),
            (0, b'0' | b'1') => pixels.push(byte - b'0'),
            (0, _) => return Err(format!("column {column} is {}, neither 0 nor 1", shown(*byte))),
            (_, b' ') => {}
            _ => return Err(format!("{} instead of a space after column {column}", shown(*byte))),
        }
    }
    match line.len() {
        length if length == 2 * columns - 1 => Ok(()),
        length if length == 2 * columns => Err(format!("a space after the last column, {columns}")),
        length => Err(format!("{} columns instead of {columns}", length.div_ceil(2))),
    }
}

fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("'{}'", char::from(byte)) } else { format!("byte {byte:#04x}") }
}
