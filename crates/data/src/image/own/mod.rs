//! Images of one's own: a folder of pictures, an array of NumPy's, or an IDX file.

mod archive;
mod array;
mod axes;
mod folder;
mod idx_array;
mod label_file;
mod labels;
mod levels;
pub(crate) mod other;
mod tree;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use serde::{Deserialize, Serialize};

pub use self::axes::Axes;
pub use self::label_file::{labelled_by, with_common_labels};
pub use self::tree::{Classes, has_pictures};
use super::Images;
use super::picture::{Background, Picture};
use crate::array::{Announced, Npz, announced, read_npy, read_npy_bytes};
use crate::error::{Error, Result};
use crate::examples::ExampleSet;
use crate::files::open;
use crate::packed::is_zip;

/// A set of more pixels does not belong in memory whole.
const LARGEST: usize = 1 << 30;

/// Images of one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnImages {
    /// The images; from a folder with the names of their files below it, and of the folders of theirs as labels.
    pub images: Images,
    /// Files that are no pictures by their names.
    pub ignored: usize,
    /// What was read, such as `60 PNG files` or the name, sizes and type of an array.
    pub source: String,
    /// What was guessed or left out, a sentence each, with the option that says otherwise.
    pub notes: Vec<String>,
}

/// How images are read, where their files do not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageReading {
    /// Height and width that all are brought to; of rows without a shape, their shape.
    pub size: Option<[usize; 2]>,
    /// What transparent pixels are laid on.
    pub background: Background,
    /// The values, in the file's own numbers, that become black and white.
    pub range: Option<[f64; 2]>,
    /// Which axis of an array is which.
    pub axes: Option<Axes>,
    /// The array of an `.npz` that holds the images.
    pub array: Option<String>,
    /// Which folder's name is the class of a picture.
    pub classes: Classes,
    /// Whether pictures are turned.
    pub orientation: Orientation,
}

/// Whether pictures are turned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Orientation {
    /// As their EXIF says.
    #[default]
    Exif,
    /// Never.
    Stored,
}

/// The advice where nothing better can be said.
const HINT: &str = "name a folder of pictures, or a file of NumPy's or of IDX";

/// Reads images from a folder of PNG or JPEG files, from `.npy` or `.npz`, or from IDX, by what is there; arrays and IDX
/// may be gzipped.
///
/// In a folder, pictures in folders of its own are labelled by those. All become grey and must have one size, or get it.
/// Arrays are `[images, height, width]`, with an axis of 1, 3 or 4 colours behind these or before them; bytes are pixels,
/// and floats lie between 0 and 1 or 0 and 255.
///
/// # Errors
/// If there is nothing to read, or a file is damaged, or images differ in size, or what they are cannot be told. Memory is
/// bounded before it is allocated.
pub fn read_own(path: impl AsRef<Path>, reading: &ImageReading) -> Result<OwnImages> {
    let path = path.as_ref();
    if path.is_dir() {
        return folder::read(path, reading);
    }
    let start = start_of(path)?;
    let place = path.display().to_string();
    let is_gzip = start.starts_with(&[0x1f, 0x8b]);
    let inside = if is_gzip { unpacked_start(path)? } else { Vec::new() };
    let own = if start.starts_with(b"\x93NUMPY") {
        array::read(read_npy(path)?, "array", &place, reading)?
    } else if is_zip(&start) {
        archive::read(Npz::open(path)?, &place, reading)?
    } else if inside.starts_with(b"\x93NUMPY") {
        array::read(read_npy_bytes(&unpacked(path)?, &place)?, "array", &place, reading)?
    } else if let Some(other) = other::format(if inside.is_empty() { &start } else { &inside }) {
        return Err(Error::malformed(&place, format!("is {}", other.name)).with_hint(other.hint));
    } else {
        idx_array::read(path, &place, reading).map_err(|error| error.or_hint(HINT))?
    };
    match reading.size {
        Some([height, width]) if (height, width) != (own.images.height(), own.images.width()) => {
            Ok(OwnImages { images: resized(&own.images, height, width)?, ..own })
        }
        _ => Ok(own),
    }
}

/// Whether a file is one of images without a doubt: an array of three axes or more, in an archive too, or an archive of
/// pictures.
///
/// # Errors
/// If it cannot be read.
pub fn is_images(path: impl AsRef<Path>) -> Result<bool> {
    let path = path.as_ref();
    let start = start_of(path)?;
    if is_zip(&start) {
        return archive::is_images(Npz::open(path)?);
    }
    let start = if start.starts_with(&[0x1f, 0x8b]) { unpacked_start(path)? } else { start };
    let is_idx = start.starts_with(&[0, 0]) && start.get(2).is_some_and(|kind| (8..=14).contains(kind));
    if is_idx || other::picture(&start).is_some() {
        return Ok(true);
    }
    // Rows of bytes that are squares are pictures more likely than anything else.
    let is_picture_row = |columns: usize| columns >= 64 && columns.isqrt().pow(2) == columns;
    if !start.starts_with(b"\x93NUMPY") {
        return Ok(false);
    }
    let Announced { shape, are_bytes, .. } = header_of(path)?;
    Ok(match shape[..] {
        [rows, columns] if rows != columns => are_bytes && is_picture_row(columns),
        ref shape => shape.len() > 2,
    })
}

/// What the header of an array says, gzipped or not.
fn header_of(path: &Path) -> Result<Announced> {
    let mut file = BufReader::new(open(path).map_err(|error| Error::io(path, error))?);
    let place = path.display().to_string();
    if file.fill_buf().is_ok_and(|start| start.starts_with(&[0x1f, 0x8b])) {
        return announced(&mut MultiGzDecoder::new(file), &place);
    }
    announced(&mut file, &place)
}

/// The first bytes of a file.
fn start_of(path: &Path) -> Result<Vec<u8>> {
    let file = open(path).map_err(|error| Error::io(path, error).with_hint(HINT))?;
    first_bytes(file).map_err(|error| Error::io(path, error))
}

/// The first bytes within gzip; what is no sound gzip begins with nothing.
fn unpacked_start(path: &Path) -> Result<Vec<u8>> {
    let file = open(path).map_err(|error| Error::io(path, error))?;
    Ok(first_bytes(MultiGzDecoder::new(BufReader::new(file))).unwrap_or_default())
}

fn first_bytes(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    reader.take(264).read_to_end(&mut start)?;
    Ok(start)
}

/// What a gzip file holds, bounded before it is held.
fn unpacked(path: &Path) -> Result<Vec<u8>> {
    let file = open(path).map_err(|error| Error::io(path, error))?;
    let damaged = |error: std::io::Error| {
        Error::malformed(path.display(), format!("damaged gzip: {error}"))
            .with_hint("the file is damaged or cut short: fetch it again")
    };
    let mut bytes = Vec::new();
    let reader = MultiGzDecoder::new(BufReader::new(file));
    reader.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(damaged)?;
    if bytes.len() > LARGEST {
        return Err(Error::malformed(path.display(), format!("holds more than {LARGEST} bytes"))
            .with_hint("take a part of the set"));
    }
    Ok(bytes)
}

fn resized(images: &Images, height: usize, width: usize) -> Result<Images> {
    check_total(images.count(), height, width).map_err(|message| {
        Error::config("data.size", message).with_hint("set data.size to something smaller")
    })?;
    let mut pixels = Vec::new();
    let white = if images.is_binary() { 255 } else { 1 };
    for index in 0..images.count() {
        let pixels_of_it = images.image(index).iter().map(|pixel| pixel * white).collect();
        let picture = Picture { pixels: pixels_of_it, height: images.height(), width: images.width() };
        pixels.extend(picture.resized(height, width).pixels);
    }
    let resized = Images::grey(pixels, height, width)?;
    let resized = match images.labels() {
        Some(labels) => resized.with_labels(labels.to_vec())?,
        None => resized,
    };
    match images.label_names() {
        Some(names) => resized.with_label_names(names.to_vec()),
        None => Ok(resized),
    }
}

/// Says where so many pictures of a size do not fit.
fn check_total(count: usize, height: usize, width: usize) -> std::result::Result<(), String> {
    if height.saturating_mul(width).saturating_mul(count) > LARGEST {
        return Err(format!("{count} pictures of {height} x {width} do not fit"));
    }
    Ok(())
}
