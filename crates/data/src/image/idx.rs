//! MNIST's IDX format: two zero bytes, the type of a value (8 is an unsigned byte), the number of dimensions, each size
//! as a big-endian `u32`, then the values. Plain or in gzip.

use std::path::Path;

use super::Images;
use super::source::Source;
use crate::error::{Error, Result};
use crate::examples::ExampleSet;

/// Reads grey images, `[count, height, width]`, and where a file of them is named, their labels.
///
/// # Errors
/// If a file cannot be read, is no IDX of unsigned bytes in three dimensions (labels: one), announces more or less
/// than it holds, or if there are more or fewer labels than images. Memory is bounded by what a file of its size can
/// hold.
pub fn read(images: impl AsRef<Path>, labels: Option<&Path>) -> Result<Images> {
    let read = read_images(Source::open(images.as_ref())?)?;
    match labels {
        None => Ok(read),
        Some(path) => label(read, Source::open(path)?),
    }
}

/// Reads the images of a source to its end.
pub(super) fn read_images(mut source: Source) -> Result<Images> {
    check_magic(&mut source, 3)?;
    let [count, height, width] = sizes(&mut source)?;
    let what = format!("{count} images of {height} x {width}");
    if count == 0 || height == 0 || width == 0 {
        return Err(Error::malformed(source.place(), format!("announces {what}: there is nothing to read"))
            .with_hint("give a file with at least one image"));
    }
    let pixels =
        u64::from(count).checked_mul(u64::from(height)).and_then(|rows| rows.checked_mul(u64::from(width)));
    let pixels = source.bytes(pixels, &what)?;
    source.end(&what)?;
    Images::grey(pixels, height as usize, width as usize)
}

/// Reads a label for each image.
pub(super) fn label(images: Images, source: Source) -> Result<Images> {
    let labels = labels_of(source, images.count())?;
    images.with_labels(labels)
}

/// Reads the labels of so many images.
pub(super) fn read_labels(path: &Path, images: usize) -> Result<Vec<u8>> {
    labels_of(Source::open(path)?, images)
}

fn labels_of(mut source: Source, images: usize) -> Result<Vec<u8>> {
    check_magic(&mut source, 1)?;
    let [count] = sizes(&mut source)?;
    if count as usize != images {
        let message = format!("announces {count} labels, but there are {images} images");
        return Err(
            Error::mismatch(source.place(), message).with_hint("take both files from the same data set")
        );
    }
    let what = format!("{count} labels");
    let labels = source.bytes(Some(u64::from(count)), &what)?;
    source.end(&what)?;
    Ok(labels)
}

fn sizes<const N: usize>(source: &mut Source) -> Result<[u32; N]> {
    let mut sizes = [0; N];
    for size in &mut sizes {
        *size = u32::from_be_bytes(source.header("the IDX header")?);
    }
    Ok(sizes)
}

fn check_magic(source: &mut Source, dimensions: u8) -> Result<()> {
    let (message, hint) = match source.header::<4>("the IDX header")? {
        [0, 0, 8, found] if found == dimensions => return Ok(()),
        [0, 0, 8, 1] => ("holds labels, not images".to_string(), "name the file of the images"),
        [0, 0, 8, 3] => ("holds images, not labels".to_string(), "name the file of the labels"),
        [0, 0, 8, found] => (format!("has {found} dimensions instead of {dimensions}"), "give grey images"),
        [0, 0, kind, _] => {
            let name = match kind {
                0x09 => "signed bytes",
                0x0b => "16-bit integers",
                0x0c => "32-bit integers",
                0x0d => "32-bit floats",
                0x0e => "64-bit floats",
                _ => "values of an unknown type",
            };
            (
                format!("holds {name} (type {kind:#04x}) instead of unsigned bytes"),
                "store pixels as bytes, 0 to 255",
            )
        }
        magic => (
            format!("is no IDX file: it starts with {magic:02x?} instead of [00, 00, 08, {dimensions:02x}]"),
            "MNIST's files start so, plain or in gzip",
        ),
    };
    Err(Error::malformed(format!("{}, byte 0", source.place()), message).with_hint(hint))
}
