//! A file, plain or in gzip, read no further than its own header allows.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, Result};
use crate::{files, memory};

/// No byte of gzip holds more: deflate's longest match is 258 bytes for two bits.
const GZIP_RATIO: u64 = 1032;

/// A set larger than this does not belong in memory whole.
const LARGEST: u64 = 1 << 30;

/// Bytes to read, with the name to blame and a bound on how many there can be.
pub(super) struct Source<'a> {
    place: String,
    reader: Box<dyn BufRead + 'a>,
    /// The most that the file can hold, unpacked.
    capacity: u64,
}

impl Source<'static> {
    /// Opens a file; gzip is told by its first bytes, not by its name.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |error: io::Error| Error::io(path, error);
        let file = files::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        Self::new(path.display().to_string(), BufReader::with_capacity(1 << 16, file), length).map_err(failed)
    }
}

impl<'a> Source<'a> {
    /// A file that is part of the program.
    pub fn embedded(name: &str, bytes: &'a [u8]) -> Result<Self> {
        Self::new(name.to_string(), bytes, bytes.len() as u64).map_err(|error| Error::io(name, error))
    }

    fn new(place: String, mut reader: impl BufRead + 'a, length: u64) -> io::Result<Self> {
        if reader.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
            let unpacked = BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader));
            Ok(Self { place, reader: Box::new(unpacked), capacity: length.saturating_mul(GZIP_RATIO) })
        } else {
            Ok(Self { place, reader: Box::new(reader), capacity: length })
        }
    }

    /// The name of the file.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The next `N` bytes; `what` is what they should be.
    pub fn header<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(|error| self.failed(error, what))?;
        Ok(bytes)
    }

    /// The next `count` bytes, or `None` of a count past `u64`; memory grows only as they arrive.
    pub fn bytes(&mut self, count: Option<u64>, what: &str) -> Result<Vec<u8>> {
        let Some(count) = count.filter(|count| *count <= self.capacity) else {
            let message = format!("announces {what}, more than the file can hold");
            return Err(Error::malformed(&self.place, message).with_hint(REFETCH));
        };
        if count > LARGEST {
            let message = format!("announces {what}, {count} bytes; at most {LARGEST} are read into memory");
            return Err(Error::malformed(&self.place, message).with_hint("take a part of the set"));
        }
        memory::require(&self.place, what, count)?;
        let mut bytes = Vec::with_capacity(count.min(1 << 26) as usize);
        let read = self.reader.by_ref().take(count).read_to_end(&mut bytes);
        read.map_err(|error| self.failed(error, what))?;
        if (bytes.len() as u64) < count {
            let message = format!("announces {what}, but ends after {} of {count} bytes", bytes.len());
            return Err(Error::malformed(&self.place, message).with_hint(REFETCH));
        }
        bytes.shrink_to_fit();
        Ok(bytes)
    }

    /// The next line without its end, at most `limit` bytes of it; `None` after the last.
    pub fn line<'b>(&mut self, limit: usize, line: &'b mut Vec<u8>) -> Result<Option<&'b [u8]>> {
        line.clear();
        let most = limit as u64 + 2;
        let read = self.reader.by_ref().take(most).read_until(b'\n', line);
        if read.map_err(|error| self.failed(error, "text"))? == 0 {
            return Ok(None);
        }
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        Ok(Some(content.strip_suffix(b"\r").unwrap_or(content)))
    }

    /// Makes sure that nothing follows, and that gzip's checksum holds.
    pub fn end(mut self, what: &str) -> Result<()> {
        let rest = self.reader.fill_buf().map(|rest| !rest.is_empty());
        if rest.map_err(|error| self.failed(error, what))? {
            let message = format!("announces {what}, but goes on after them");
            return Err(Error::malformed(&self.place, message).with_hint(REFETCH));
        }
        Ok(())
    }

    fn failed(&self, error: io::Error, what: &str) -> Error {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Error::malformed(&self.place, format!("ends within {what}")).with_hint(REFETCH)
            }
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                Error::malformed(&self.place, format!("damaged gzip within {what}: {error}"))
                    .with_hint(REFETCH)
            }
            _ => Error::io(&self.place, error),
        }
    }
}

/// What to do about a file that contradicts itself.
pub(super) const REFETCH: &str = "the file is damaged or cut short: fetch it again";
