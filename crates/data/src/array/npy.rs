//! NumPy's `.npy`: a magic string, a version, a header that is a Python dictionary, and the elements.
//!
//! Layout: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays", versions 1.0 to 3.0.

use std::io::{BufReader, Read};
use std::path::Path;

use crate::error::{Error, Result};
use crate::{files, memory};

/// Arrays that would take more bytes do not belong in memory whole. Deflate packs what is all the same a thousand times
/// smaller, so the size of a file alone is no bound.
const LARGEST: u64 = 2 << 30;

const OBJECTS_HINT: &str = "in Python: numpy.save(other, numpy.array(numpy.load(path, allow_pickle=True).tolist())), of a file that you trust";

/// No header of a plain array is longer; NumPy's own limit is the same.
const LONGEST_HEADER: usize = 10_000;

/// A plain array, its elements in the order of the last index running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The size in each dimension; none of a single value.
    pub shape: Vec<usize>,
    /// The elements.
    pub values: Values,
    /// What NumPy calls their type, such as `float16`.
    pub element: String,
}

/// The elements of an array, in the narrowest form that loses none of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `uint8` and `bool`.
    Bytes(Vec<u8>),
    /// All other integers.
    Integers(Vec<i64>),
    /// `float16`, `float32` and `float64`.
    Floats(Vec<f64>),
    /// Strings.
    Text(Vec<String>),
}

/// Reads a `.npy` file.
///
/// # Errors
/// If the file cannot be read, is no `.npy`, holds Python objects, complex numbers or records, or is longer or shorter
/// than its header announces.
pub fn read_npy(path: impl AsRef<Path>) -> Result<Array> {
    let path = path.as_ref();
    let file = files::open(path).map_err(|error| Error::io(path, error))?;
    let length = file.metadata().map_err(|error| Error::io(path, error))?.len();
    read(&mut BufReader::with_capacity(1 << 16, file), length, &path.display().to_string())
}

/// Reads what a `.npy` file holds.
pub(crate) fn read_npy_bytes(mut bytes: &[u8], place: &str) -> Result<Array> {
    let length = bytes.len() as u64;
    read(&mut bytes, length, place)
}

/// What the header of an array announces.
pub(crate) struct Announced {
    /// The size in each dimension.
    pub shape: Vec<usize>,
    /// Whether the elements are [`Values::Bytes`].
    pub are_bytes: bool,
    /// Whether they are whole numbers.
    pub are_whole: bool,
}

/// Reads no more of an array than its header.
pub(crate) fn announced(reader: &mut impl Read, place: &str) -> Result<Announced> {
    let (Header { kind, shape, .. }, _) = read_header(reader, place)?;
    Ok(Announced { shape, are_bytes: kind.is_byte(), are_whole: kind.is_whole() })
}

fn malformed(place: &str, message: impl Into<String>) -> Error {
    Error::malformed(place, message.into()).with_hint("write it by numpy.save(path, array)")
}

fn failed(place: &str, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => malformed(place, "ends within the array"),
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput => {
            malformed(place, format!("damaged: {error}"))
        }
        _ => Error::io(place, error),
    }
}

/// The header of an array, and how many bytes it has, those before it included.
fn read_header(reader: &mut impl Read, place: &str) -> Result<(Header, u64)> {
    let malformed = |message: String| malformed(place, message);
    let failed = |error: std::io::Error| failed(place, &error);
    let mut start = [0; 8];
    reader.read_exact(&mut start).map_err(failed)?;
    if &start[..6] != b"\x93NUMPY" {
        return Err(malformed("is no .npy array: its magic string is missing".into()));
    }
    let (size, before) = if start[6] == 1 {
        let mut size = [0; 2];
        reader.read_exact(&mut size).map_err(failed)?;
        (usize::from(u16::from_le_bytes(size)), 10)
    } else {
        let mut size = [0; 4];
        reader.read_exact(&mut size).map_err(failed)?;
        (u32::from_le_bytes(size) as usize, 12)
    };
    if size > LONGEST_HEADER {
        return Err(malformed(format!("a header of {size} bytes")));
    }
    let mut header = vec![0; size];
    reader.read_exact(&mut header).map_err(failed)?;
    let header = std::str::from_utf8(&header).map_err(|_| malformed("a header that is no text".into()))?;
    let header = Header::parse(header).map_err(|refusal| match refusal {
        Refusal::Objects => {
            let message = "holds Python objects, which are not read, as reading them could run anything";
            Error::malformed(place, message).with_hint(OBJECTS_HINT)
        }
        Refusal::Other(message) => malformed(message),
    })?;
    Ok((header, before + size as u64))
}

/// Reads an array of exactly `length` bytes, header included.
pub(super) fn read(reader: &mut impl Read, length: u64, place: &str) -> Result<Array> {
    let malformed = |message: String| malformed(place, message);
    let (Header { kind, fortran_order, shape }, before) = read_header(reader, place)?;
    let count = shape.iter().try_fold(1_u64, |count, size| count.checked_mul(*size as u64));
    let bytes = count.and_then(|count| count.checked_mul(kind.size as u64));
    let held = length.saturating_sub(before);
    if bytes != Some(held) {
        return Err(malformed(format!("announces an array of {shape:?}, but holds {held} bytes of it")));
    }
    let taken = count.unwrap_or(u64::MAX).saturating_mul(kind.taken());
    if taken > LARGEST {
        return Err(malformed(format!(
            "{shape:?} would take {taken} bytes of memory; at most {LARGEST} are read"
        )));
    }
    // Another order is a copy.
    let copies = if fortran_order { 2 } else { 1 };
    memory::require(place, format!("an array of {shape:?}"), copies * taken)?;
    let values = kind.read(reader, held).map_err(|error| match error {
        Unread::Io(error) => failed(place, &error),
        Unread::Element(message) => malformed(message),
    })?;
    let array = Array { shape, values, element: kind.name() };
    Ok(if fortran_order { array.into_row_major() } else { array })
}

/// Why a header is none of an array that is read.
enum Refusal {
    /// The elements are Python's objects.
    Objects,
    Other(String),
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::Other(message)
    }
}

impl From<&str> for Refusal {
    fn from(message: &str) -> Self {
        Self::Other(message.to_owned())
    }
}

struct Header {
    kind: Kind,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Header {
    /// Takes apart `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
    fn parse(text: &str) -> Result<Self, Refusal> {
        let after = |key: &str| {
            let (_, rest) = text.split_once(key).ok_or(format!("the header lacks {key}"))?;
            let rest =
                rest.trim_start().strip_prefix(':').ok_or(format!("the header's {key} has no value"))?;
            Ok::<&str, String>(rest.trim_start())
        };
        let descr = after("'descr'")?;
        let Some(descr) = descr.strip_prefix('\'').and_then(|rest| rest.split('\'').next()) else {
            return Err("an array of records; columns of one type are read".into());
        };
        let fortran_order = match after("'fortran_order'")? {
            rest if rest.starts_with("True") => true,
            rest if rest.starts_with("False") => false,
            _ => return Err("the header's 'fortran_order' is neither True nor False".into()),
        };
        let shape = after("'shape'")?;
        let inner = shape.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let (sizes, _) = inner.ok_or("the header's 'shape' is no tuple")?;
        let sizes = sizes.split(',').map(str::trim).filter(|size| !size.is_empty());
        let shape: Vec<usize> = sizes
            .map(|size| size.trim_end_matches('L').parse())
            .collect::<Result<_, _>>()
            .map_err(|_| "the header's 'shape' is no tuple of sizes")?;
        if shape.len() > 8 {
            return Err(format!("{} dimensions", shape.len()).into());
        }
        Ok(Self { kind: Kind::parse(descr)?, fortran_order, shape })
    }
}

/// A type of elements, such as `<f8`.
struct Kind {
    letter: char,
    /// Bytes of an element.
    size: usize,
    big_endian: bool,
}

enum Unread {
    Io(std::io::Error),
    Element(String),
}

impl Kind {
    fn parse(descr: &str) -> Result<Self, Refusal> {
        let mut letters = descr.chars();
        let order = letters.next();
        let letter = letters.next().unwrap_or_default();
        let number: Option<usize> = letters.as_str().parse().ok();
        let known = match (letter, number) {
            ('b' | 'i' | 'u', Some(size @ (1 | 2 | 4 | 8))) | ('f', Some(size @ (2 | 4 | 8))) => Some(size),
            ('S', Some(size @ 1..=65_536)) => Some(size),
            ('U', Some(letters @ 1..=65_536)) => Some(4 * letters),
            _ => None,
        };
        match (known, letter) {
            (Some(size), _) => Ok(Self { letter, size, big_endian: order == Some('>') }),
            (None, 'O') => Err(Refusal::Objects),
            _ => Err(format!(
                "elements of type {descr}; integers, float16, float32, float64 and strings are read"
            )
            .into()),
        }
    }

    /// What NumPy calls it.
    fn name(&self) -> String {
        let kind = match self.letter {
            'b' if self.size == 1 => return "bool".to_owned(),
            'b' | 'i' => "int",
            'u' => "uint",
            'f' => "float",
            _ => return "strings".to_owned(),
        };
        format!("{kind}{}", 8 * self.size)
    }

    /// Whether its elements are kept as bytes.
    fn is_byte(&self) -> bool {
        matches!(self.letter, 'u' | 'b') && self.size == 1
    }

    /// Whether its elements are whole numbers.
    fn is_whole(&self) -> bool {
        matches!(self.letter, 'u' | 'b' | 'i')
    }

    /// Bytes of an element in memory.
    fn taken(&self) -> u64 {
        match self.letter {
            _ if self.is_byte() => 1,
            'i' | 'u' | 'b' | 'f' => 8,
            _ => (size_of::<String>() + self.size) as u64,
        }
    }

    fn read(&self, reader: &mut impl Read, length: u64) -> Result<Values, Unread> {
        match self.letter {
            _ if self.is_byte() => {
                let mut values = Vec::new();
                self.each(reader, length, |element| {
                    values.push(element[0]);
                    Ok(())
                })?;
                Ok(Values::Bytes(values))
            }
            'i' | 'u' | 'b' => {
                let mut values = Vec::new();
                self.each(reader, length, |element| {
                    let value = self.integer(element);
                    values.push(value.ok_or("an integer above the greatest of 64 bits with a sign")?);
                    Ok(())
                })?;
                Ok(Values::Integers(values))
            }
            'f' => {
                let mut values = Vec::new();
                self.each(reader, length, |element| {
                    values.push(match element {
                        [a, b] => half(u16::from_le_bytes([*a, *b])),
                        [a, b, c, d] => f64::from(f32::from_le_bytes([*a, *b, *c, *d])),
                        other => f64::from_le_bytes(other.try_into().expect("other floats have 8 bytes")),
                    });
                    Ok(())
                })?;
                Ok(Values::Floats(values))
            }
            _ => {
                let mut values = Vec::new();
                self.each(reader, length, |element| {
                    values.push(self.text(element)?);
                    Ok(())
                })?;
                Ok(Values::Text(values))
            }
        }
    }

    /// Shows each element in little-endian order; memory grows only as bytes arrive.
    fn each(
        &self,
        reader: &mut impl Read,
        length: u64,
        mut element: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), Unread> {
        let mut buffer = vec![0; self.size * (1 + (1 << 16) / self.size)];
        let mut left = length;
        let unit = if self.letter == 'U' { 4 } else { self.size };
        while left > 0 {
            let part = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let part = &mut buffer[..part];
            reader.read_exact(part).map_err(Unread::Io)?;
            left -= part.len() as u64;
            if self.big_endian && self.letter != 'S' {
                part.chunks_exact_mut(unit).for_each(<[u8]>::reverse);
            }
            for bytes in part.chunks_exact(self.size) {
                element(bytes).map_err(Unread::Element)?;
            }
        }
        Ok(())
    }

    fn integer(&self, bytes: &[u8]) -> Option<i64> {
        let negative = self.letter == 'i' && bytes[bytes.len() - 1] >= 128;
        let mut wide = [if negative { 255 } else { 0 }; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        let value = i64::from_le_bytes(wide);
        (self.letter == 'i' || value >= 0).then_some(value)
    }

    fn text(&self, bytes: &[u8]) -> Result<String, String> {
        let text = if self.letter == 'S' {
            String::from_utf8(bytes.to_vec()).map_err(|_| "a string that is no UTF-8")?
        } else {
            let letters =
                bytes.as_chunks().0.iter().map(|letter| char::from_u32(u32::from_le_bytes(*letter)));
            letters.collect::<Option<String>>().ok_or("a string that is no Unicode")?
        };
        Ok(text.trim_end_matches('\0').to_owned())
    }
}

impl Array {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows as columns.
    #[must_use]
    pub(crate) fn transposed(mut self) -> Self {
        self.shape.reverse();
        self.into_row_major()
    }

    /// The same array of a file in Fortran's order, the first index running fastest there.
    fn into_row_major(self) -> Self {
        let Self { shape, values, element } = self;
        let mut strides = vec![1; shape.len()];
        for axis in 1..shape.len() {
            strides[axis] = strides[axis - 1] * shape[axis - 1];
        }
        let count: usize = shape.iter().product();
        let order = {
            let shape = shape.clone();
            let mut index = vec![0; shape.len()];
            (0..count).map(move |_| {
                let at: usize = index.iter().zip(&strides).map(|(index, stride)| index * stride).sum();
                for axis in (0..shape.len()).rev() {
                    index[axis] += 1;
                    if index[axis] < shape[axis] {
                        break;
                    }
                    index[axis] = 0;
                }
                at
            })
        };
        let values = match values {
            Values::Bytes(values) => Values::Bytes(order.map(|at| values[at]).collect()),
            Values::Integers(values) => Values::Integers(order.map(|at| values[at]).collect()),
            Values::Floats(values) => Values::Floats(order.map(|at| values[at]).collect()),
            Values::Text(mut values) => {
                Values::Text(order.map(|at| std::mem::take(&mut values[at])).collect())
            }
        };
        Self { shape, values, element }
    }
}

impl Values {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(values) => values.len(),
            Self::Integers(values) => values.len(),
            Self::Floats(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What they are, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bytes(_) => "bytes",
            Self::Integers(_) => "whole numbers",
            Self::Floats(_) => "floats",
            Self::Text(_) => "text",
        }
    }

    /// An element as a number; NaN of text.
    ///
    /// # Panics
    /// If there is no such element.
    pub fn number(&self, at: usize) -> f64 {
        match self {
            Self::Bytes(values) => f64::from(values[at]),
            Self::Integers(values) => values[at] as f64,
            Self::Floats(values) => values[at],
            Self::Text(_) => f64::NAN,
        }
    }

    /// The elements as single-precision numbers; `None` of strings.
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        match self {
            Self::Bytes(values) => Some(values.iter().map(|value| f32::from(*value)).collect()),
            Self::Integers(values) => Some(values.iter().map(|value| *value as f32).collect()),
            Self::Floats(values) => Some(values.iter().map(|value| *value as f32).collect()),
            Self::Text(_) => None,
        }
    }

    /// The elements as double-precision numbers; `None` of strings.
    pub fn to_f64(&self) -> Option<Vec<f64>> {
        match self {
            Self::Bytes(values) => Some(values.iter().map(|value| f64::from(*value)).collect()),
            Self::Integers(values) => Some(values.iter().map(|value| *value as f64).collect()),
            Self::Floats(values) => Some(values.clone()),
            Self::Text(_) => None,
        }
    }

    /// The elements as whole numbers; floats count where they are whole. `None` of anything else.
    pub fn to_integers(&self) -> Option<Vec<i64>> {
        match self {
            Self::Bytes(values) => Some(values.iter().map(|value| i64::from(*value)).collect()),
            Self::Integers(values) => Some(values.clone()),
            Self::Floats(values) => values.iter().map(|value| whole(*value)).collect(),
            Self::Text(_) => None,
        }
    }

    /// The elements as names: strings, or whole numbers written out.
    pub fn to_names(&self) -> Option<Vec<String>> {
        let written = |name| match name {
            Name::Number(number) => number.to_string(),
            Name::Text(text) => str::to_owned(text),
        };
        (0..self.len()).map(|at| self.name(at).map(written)).collect()
    }

    /// An element in single precision; `None` of a string.
    ///
    /// # Panics
    /// If there is no such element.
    pub(crate) fn single(&self, at: usize) -> Option<f32> {
        match self {
            Self::Bytes(values) => Some(f32::from(values[at])),
            Self::Integers(values) => Some(values[at] as f32),
            Self::Floats(values) => Some(values[at] as f32),
            Self::Text(_) => None,
        }
    }

    /// What an element names; `None` of a number that is not whole.
    ///
    /// # Panics
    /// If there is no such element.
    pub(crate) fn name(&self, at: usize) -> Option<Name<'_>> {
        match self {
            Self::Bytes(values) => Some(Name::Number(i64::from(values[at]))),
            Self::Integers(values) => Some(Name::Number(values[at])),
            Self::Floats(values) => whole(values[at]).map(Name::Number),
            Self::Text(values) => Some(Name::Text(&values[at])),
        }
    }
}

/// A name in an array: most are numbers, of which no text is made before it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    Number(i64),
    Text(&'a str),
}

/// A number of half precision: a bit of sign, five of the exponent and ten of the fraction (IEEE 754, binary16).
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023) / 1024.0);
    let size = match exponent {
        0 => fraction * 2.0_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2.0_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// A float that is a whole number, and as exact as one.
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}
