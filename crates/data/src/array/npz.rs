//! NumPy's `.npz`: a ZIP archive of `.npy` arrays, stored or deflated.
//!
//! Layout: PKWARE, ".ZIP File Format Specification", sections 4.3.7, 4.3.12 and 4.3.16.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::npy::{self, Array};
use crate::error::{Error, Result};
use crate::files;
use crate::packed::DEFLATE_RATIO;

/// No graph, table or set of images needs more.
const MOST_MEMBERS: u16 = 4096;

/// An archive's arrays by name.
#[derive(Debug)]
pub struct Npz {
    place: String,
    file: File,
    length: u64,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    name: String,
    method: u16,
    crc: u32,
    packed: u64,
    unpacked: u64,
    offset: u64,
}

impl Npz {
    /// Opens an archive and reads its list of members.
    ///
    /// # Errors
    /// If the file cannot be read, or its list is damaged or too long, or an array encrypted or of more than 4 GiB.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let place = path.display().to_string();
        let mut file = files::open(path).map_err(|error| Error::io(path, error))?;
        let length = file.metadata().map_err(|error| Error::io(path, error))?.len();
        // The last record has 22 bytes and a comment of at most 65 535.
        let tail = length.min(22 + 65_535);
        let bytes = read_at(&mut file, length - tail, tail).map_err(|error| Error::io(path, error))?;
        let refused = |message: &str| Error::malformed(&place, message).with_hint(HINT);
        let found = bytes.windows(4).rposition(|window| window == b"PK\x05\x06");
        let end = found.and_then(|at| bytes.get(at..at + 22));
        let end = end.ok_or_else(|| refused("is cut short: the list of its members is missing"))?;
        let (count, size, start) = (u16_at(end, 10), u32_at(end, 12), u32_at(end, 16));
        let (size, start) = (u64::from(size), u64::from(start));
        if start + size > length || size > 1 << 24 {
            return Err(refused("a list of members outside the file"));
        }
        if count > MOST_MEMBERS {
            return Err(refused(&format!("holds more than {MOST_MEMBERS} files")));
        }
        let list = read_at(&mut file, start, size).map_err(|error| Error::io(path, error))?;
        let mut members = Vec::new();
        let mut rest = list.as_slice();
        for _ in 0..count {
            let header = rest.get(..46).filter(|header| header.starts_with(b"PK\x01\x02"));
            let header = header.ok_or_else(|| refused("a damaged list of members"))?;
            let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(header, at)));
            let bytes = rest.get(46..46 + name).ok_or_else(|| refused("a damaged list of members"))?;
            if u16_at(header, 8) & 1 == 1 {
                return Err(refused("is encrypted"));
            }
            let name_text = String::from_utf8_lossy(bytes);
            let member = Member {
                name: name_text.strip_suffix(".npy").unwrap_or(&name_text).to_owned(),
                method: u16_at(header, 10),
                crc: u32_at(header, 16),
                packed: u64::from(u32_at(header, 20)),
                unpacked: u64::from(u32_at(header, 24)),
                offset: u64::from(u32_at(header, 42)),
            };
            if member.unpacked == u64::from(u32::MAX) || member.packed == u64::from(u32::MAX) {
                return Err(refused("holds an array of more than 4 GiB"));
            }
            members.push(member);
            rest = rest.get(46 + name + extra + comment..).unwrap_or_default();
        }
        Ok(Self { place, file, length, members })
    }

    /// The name of the file.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> u64 {
        self.length
    }

    /// The names of the arrays, in the order of the archive.
    pub fn names(&self) -> Vec<&str> {
        self.members.iter().map(|member| member.name.as_str()).collect()
    }

    /// Whether there is an array of this name.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.name == name)
    }

    /// Reads the array of this name.
    ///
    /// # Errors
    /// If there is none, or it is damaged or no plain array.
    pub fn get(&mut self, name: &str) -> Result<Array> {
        let Opened { mut reader, unpacked, crc, place } = self.member(name)?;
        let array = npy::read(&mut reader, unpacked, &place)?;
        if reader.crc.sum() != crc {
            let message = "is damaged: its checksum does not hold";
            return Err(Error::malformed(place, message).with_hint(HINT));
        }
        Ok(array)
    }

    /// The shape of the array of this name, of which the header alone is read.
    ///
    /// # Errors
    /// If there is none, or its header is damaged or none of a plain array.
    pub(crate) fn shape(&mut self, name: &str) -> Result<Vec<usize>> {
        Ok(self.announced(name)?.shape)
    }

    /// What the header of the array of this name says.
    ///
    /// # Errors
    /// As [`Self::shape`].
    pub(crate) fn announced(&mut self, name: &str) -> Result<npy::Announced> {
        let Opened { mut reader, place, .. } = self.member(name)?;
        npy::announced(&mut reader, &place)
    }

    fn member(&mut self, name: &str) -> Result<Opened<'_>> {
        let place = format!("{}, array `{name}`", self.place);
        let Some(member) = self.members.iter().find(|member| member.name == name) else {
            let message = format!("there is none; there are {}", self.names().join(", "));
            return Err(Error::malformed(place, message).with_hint(HINT));
        };
        let refused = |message: String| Error::malformed(&place, message).with_hint(HINT);
        let io = |error| Error::io(&self.place, error);
        let local = match member.offset.checked_add(30) {
            Some(end) if end <= self.length => read_at(&mut self.file, member.offset, 30).map_err(io)?,
            _ => return Err(refused("lies outside the file".into())),
        };
        if !local.starts_with(b"PK\x03\x04") {
            return Err(refused("is not where the list of members says".into()));
        }
        let start = member.offset + 30 + u64::from(u16_at(&local, 26)) + u64::from(u16_at(&local, 28));
        if start + member.packed > self.length {
            return Err(refused("is cut short".into()));
        }
        if member.unpacked > member.packed.saturating_mul(DEFLATE_RATIO) {
            return Err(refused(format!("announces {} bytes, more than it can hold", member.unpacked)));
        }
        self.file.seek(SeekFrom::Start(start)).map_err(io)?;
        let packed = BufReader::with_capacity(1 << 16, (&mut self.file).take(member.packed));
        let reader = match member.method {
            0 => Checked::new(Unpacked::Stored(packed)),
            8 => Checked::new(Unpacked::Deflated(DeflateDecoder::new(packed))),
            other => return Err(refused(format!("is packed by the unknown method {other}"))),
        };
        Ok(Opened { reader, unpacked: member.unpacked, crc: member.crc, place })
    }
}

/// A member about to be read.
struct Opened<'a> {
    reader: Checked<BufReader<Take<&'a mut File>>>,
    unpacked: u64,
    /// What its bytes must sum up to.
    crc: u32,
    place: String,
}

const HINT: &str = "write it by numpy.savez(path, name=array) or scipy.sparse.save_npz(path, matrix)";

enum Unpacked<R: Read> {
    Stored(R),
    Deflated(DeflateDecoder<R>),
}

/// A reader that sums up what passes.
struct Checked<R: Read> {
    inner: Unpacked<R>,
    crc: Crc,
}

impl<R: Read> Checked<R> {
    fn new(inner: Unpacked<R>) -> Self {
        Self { inner, crc: Crc::new() }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = match &mut self.inner {
            Unpacked::Stored(reader) => reader.read(buffer),
            Unpacked::Deflated(reader) => reader.read(buffer),
        }?;
        self.crc.update(&buffer[..read]);
        Ok(read)
    }
}

fn read_at(file: &mut File, offset: u64, length: u64) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
