//! One image matrix from a MATLAB 5 file: little-endian, uncompressed, one variable of class `uint8`.
//!
//! Layout: MathWorks, "MAT-File Level 5 File Format". A header of 128 bytes, then elements, each a type and a length
//! (both `u32`) and the bytes, padded to a multiple of 8; an element of at most 4 bytes may share the 8 of its tag.

use std::path::Path;

use super::Images;
use crate::error::{Error, Result};
use crate::files::read_at_most;

/// Nothing of this format that is meant for us comes near: Frey Face has 1.1 MB.
const LARGEST: u64 = 1 << 26;

const INT8: u32 = 1;
const UINT8: u32 = 2;
const INT32: u32 = 5;
const UINT32: u32 = 6;
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;

/// Array classes by number.
const CLASSES: [&str; 16] = [
    "unknown", "cell", "struct", "object", "char", "sparse", "double", "single", "int8", "uint8", "int16",
    "uint16", "int32", "uint32", "int64", "uint64",
];

/// Reads the grey images in the columns of the matrix `variable`, `[height * width, count]`, each image row by row.
///
/// # Errors
/// If the file cannot be read, is no MATLAB 5 file, is big-endian or compressed, or holds anything but one real
/// `uint8` matrix of that name and height.
pub fn read(path: impl AsRef<Path>, variable: &str, height: usize, width: usize) -> Result<Images> {
    let path = path.as_ref();
    let bytes = read_at_most(path, LARGEST)?;
    pixels(&bytes, variable, height * width)
        .and_then(|pixels| Images::grey(pixels.to_vec(), height, width).map_err(|error| (128, error.message)))
        .map_err(|(offset, message)| {
            Error::malformed(format!("{}, byte {offset}", path.display()), message).with_hint(format!(
                "write it in MATLAB by save('file.mat', '{variable}', '-v6'), with {variable} uint8"
            ))
        })
}

/// Where and why reading failed.
type Refused = (usize, String);

fn pixels<'a>(bytes: &'a [u8], variable: &str, rows: usize) -> std::result::Result<&'a [u8], Refused> {
    let header = bytes.get(..128).ok_or_else(|| (0, "is too short for a MATLAB 5 file".to_string()))?;
    match (&header[124..126], &header[126..]) {
        (_, b"MI") => return Err((126, "is big-endian; only little-endian files are read".to_string())),
        ([0, 2], b"IM") => return Err((124, "is a MATLAB 7.3 file (HDF5), not a MATLAB 5 file".to_string())),
        ([0, 1], b"IM") => {}
        _ => return Err((124, "is no MATLAB 5 file: version and byte order are missing".to_string())),
    }
    let mut file = Cursor { bytes, offset: 128 };
    let matrix = file.element()?;
    match matrix.kind {
        MATRIX => {}
        COMPRESSED => return Err((128, "is compressed; only uncompressed files are read".to_string())),
        other => return Err((128, format!("an element of type {other} instead of a matrix"))),
    }

    let mut parts = Cursor { bytes: &bytes[..matrix.start + matrix.bytes.len()], offset: matrix.start };
    let flags = parts.expect(UINT32, "array flags")?;
    let dimensions = parts.expect(INT32, "dimensions")?;
    let name = parts.expect(INT8, "name")?;
    if name.bytes != variable.as_bytes() {
        let found = name.bytes.get(..63).unwrap_or(name.bytes).escape_ascii();
        return Err((name.start, format!("holds the variable {found} instead of {variable}")));
    }
    let (class, attributes) = match flags.bytes {
        [class, attributes, ..] => (*class, *attributes),
        _ => return Err((flags.start, "array flags are missing".to_string())),
    };
    if CLASSES.get(usize::from(class)) != Some(&"uint8") {
        let class = CLASSES.get(usize::from(class)).unwrap_or(&CLASSES[0]);
        return Err((flags.start, format!("{variable} is of class {class} instead of uint8")));
    }
    // Bits of MathWorks' flags: 8 is complex, 2 logical.
    if attributes & 0b1010 != 0 {
        return Err((flags.start, format!("{variable} is complex or logical instead of real numbers")));
    }
    let sizes: Vec<i32> =
        dimensions.bytes.as_chunks().0.iter().map(|size| i32::from_le_bytes(*size)).collect();
    let columns = match sizes[..] {
        [height, columns] if usize::try_from(height) == Ok(rows) && columns > 0 => columns as usize,
        _ => return Err((dimensions.start, format!("{variable} is {sizes:?} instead of [{rows}, images]"))),
    };
    let data = parts.expect(UINT8, "pixels")?;
    if rows.checked_mul(columns) != Some(data.bytes.len()) {
        let message = format!("{} pixels for {columns} images of {rows}", data.bytes.len());
        return Err((data.start, message));
    }
    if file.offset < bytes.len() {
        return Err((file.offset, format!("something follows the variable {variable}")));
    }
    Ok(data.bytes)
}

/// One element: its type, where its bytes start, and the bytes.
struct Element<'a> {
    kind: u32,
    start: usize,
    bytes: &'a [u8],
}

/// A place in the file, and where what is being read ends.
struct Cursor<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    fn element(&mut self) -> std::result::Result<Element<'a>, Refused> {
        let cut_short = || (self.offset, "ends within an element".to_string());
        let rest = self.bytes.get(self.offset..).unwrap_or_default();
        let (tag, rest) = rest.split_first_chunk::<4>().ok_or_else(cut_short)?;
        let tag = u32::from_le_bytes(*tag);
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut_short)?;
        // In the short form the upper half of the type is the length, and the bytes come at once.
        let (kind, start, bytes) = match (tag >> 16) as usize {
            0 => (tag, self.offset + 8, rest.get(..u32::from_le_bytes(*length) as usize)),
            short => {
                (tag & 0xffff, self.offset + 4, self.bytes[self.offset + 4..self.offset + 8].get(..short))
            }
        };
        let bytes = bytes.ok_or_else(cut_short)?;
        let end = (start + bytes.len()).next_multiple_of(8);
        self.offset = end;
        Ok(Element { kind, start, bytes })
    }

    fn expect(&mut self, kind: u32, what: &str) -> std::result::Result<Element<'a>, Refused> {
        let start = self.offset;
        let element = self.element().map_err(|(offset, message)| (offset, format!("{message}: {what}")))?;
        if element.kind != kind {
            return Err((start, format!("{what} of type {} instead of {kind}", element.kind)));
        }
        Ok(element)
    }
}
