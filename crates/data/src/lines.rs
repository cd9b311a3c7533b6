//! The lines of a text file, unpacked where it is packed, with every length bounded.

use std::fs::File;
use std::io::{BufRead, BufReader, Chain, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::hash::hex;
use crate::memory::Watched;
use crate::packed;
#[cfg(feature = "parquet")]
use crate::parquet;
use crate::progress::{Task, Work};
use crate::text_encoding;

/// A line longer than this is no line of a list of edges.
pub(crate) const NARROW: usize = 64 << 10;

/// A line longer than this is no row of a table.
pub(crate) const WIDE: usize = 16 << 20;

/// What is looked at of a text before it is read, for its dialect.
pub(crate) const SAMPLE: usize = 128 << 10;

/// So much of a large file is in memory at once.
const MOST_AT_ONCE: usize = 4 << 20;

/// A reader of UTF-8 lines that counts and hashes what passes.
pub(crate) struct Lines {
    path: PathBuf,
    work: Work,
    /// The same file as the reader's, which shares its place.
    place: Option<File>,
    /// The bytes of text that were read when that was told last.
    told: u64,
    reader: BufReader<Looked>,
    line_limit: usize,
    limit: u64,
    /// The bytes of the file, where it is not packed.
    length: Option<u64>,
    names_columns: bool,
    notes: Vec<String>,
    /// Byte order marks of lines after the first.
    inner_marks: usize,
    line: Vec<u8>,
    count: usize,
    bytes: u64,
    hash: Sha256,
}

impl Lines {
    /// Opens a file whose lines have at most `line_limit` bytes.
    pub fn open(path: &Path, line_limit: usize) -> Result<Self> {
        let Unpacked { reader, limit, names_columns, notes, place } = unpacked(path)?;
        let looked = looked_at(reader, SAMPLE);
        let length = std::fs::metadata(path).map_err(|error| Error::io(path, error))?.len();
        let at_once = (length as usize).clamp(1 << 16, MOST_AT_ONCE);
        Ok(Self {
            path: path.to_owned(),
            work: Work::begin(Task::Reading(path.to_owned()), length),
            place,
            told: 0,
            reader: BufReader::with_capacity(at_once, looked),
            line_limit,
            limit,
            length: (limit == u64::MAX).then_some(length),
            names_columns,
            notes,
            inner_marks: 0,
            line: Vec::new(),
            count: 0,
            bytes: 0,
            hash: Sha256::new(),
        })
    }

    /// Tells from time to time how far the file has been read.
    fn tell(&mut self) {
        if self.bytes >= self.told + MOST_AT_ONCE as u64 {
            self.told = self.bytes;
            let place = self.place.as_mut().and_then(|file| file.stream_position().ok());
            self.work.reached(place.unwrap_or(0));
        }
    }

    /// The next line without its end, or none after the last.
    pub fn next(&mut self) -> Result<Option<&str>> {
        self.tell();
        self.line.clear();
        let mut bounded = (&mut self.reader).take(self.line_limit as u64 + 1);
        let read = bounded.read_until(b'\n', &mut self.line);
        self.count += 1;
        let read = read.map_err(|error| {
            if error.kind() == std::io::ErrorKind::OutOfMemory {
                return self.error(error).with_hint("take a part of the file, or more memory");
            }
            let kind = match error.kind() {
                std::io::ErrorKind::UnexpectedEof
                | std::io::ErrorKind::InvalidInput
                | std::io::ErrorKind::InvalidData => ErrorKind::Malformed,
                _ => ErrorKind::Io,
            };
            Error { kind, ..self.error(error) }.with_hint("the file is damaged: fetch or pack it again")
        })?;
        if read == 0 {
            self.count -= 1;
            return Ok(None);
        }
        if read > self.line_limit {
            return Err(self
                .error(format!("a line longer than {} bytes", self.line_limit))
                .with_hint("end each row by a line feed"));
        }
        self.bytes += read as u64;
        self.hash.update(&self.line);
        if self.bytes > self.limit {
            return Err(self
                .error(format!("unpacks to more than {} bytes", self.limit))
                .with_hint("unpack it first, if it is what you meant"));
        }
        let mut line = self.line.as_slice();
        if let Some(text) = line.strip_prefix(b"\xef\xbb\xbf") {
            self.inner_marks += usize::from(self.count > 1);
            line = text;
        }
        // The end mark of DOS.
        if line.trim_ascii_end() == b"\x1a" && self.reader.fill_buf().is_ok_and(<[u8]>::is_empty) {
            return Ok(None);
        }
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let place = || format!("{}, line {}", self.path.display(), self.count);
        let line = std::str::from_utf8(line).map_err(|error| {
            let problem = format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1);
            Error::malformed(place(), problem).with_hint("save the file as UTF-8")
        })?;
        // Line ends of old systems, and what would reach a terminal as a command.
        match line.char_indices().find(|(_, c)| c.is_control() && *c != '\t') {
            None => Ok(Some(line)),
            Some((at, _)) => {
                let problem = format!("byte {} of the line is a control character", at + 1);
                Err(Error::malformed(place(), problem)
                    .with_hint("save the file as text with a line end after each line"))
            }
        }
    }

    /// Hands on the whole lines that are in memory already, of which `look` finds those that it can read at once: the bytes
    /// that they take up, their number and what they are, which `take` takes in. Says whether there were any.
    ///
    /// Nothing is read from the file, and no error met, so that what is wrong with a line is said by [`Lines::next`].
    pub fn at_once<T: Send>(
        &mut self,
        look: impl FnOnce(&[u8]) -> (usize, usize, T),
        take: impl FnOnce(T) + Send,
    ) -> bool {
        let held = self.reader.buffer();
        let end = held.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        if end == 0 || end as u64 > self.limit.saturating_sub(self.bytes) {
            return false;
        }
        let (bytes, lines, found) = look(&held[..end]);
        rayon::join(|| self.hash.update(&held[..bytes]), || take(found));
        self.reader.consume(bytes);
        self.bytes += bytes as u64;
        self.count += lines;
        bytes > 0
    }

    /// How many lines of the length of those read so far the file has, where it is not packed.
    pub fn expected(&self) -> Option<usize> {
        let rest = self.length.filter(|_| self.bytes > 0)?;
        Some((self.count as f64 * rest as f64 / self.bytes as f64) as usize)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The first bytes of the text, and whether they are all. They are there before the first line is read.
    pub fn sample(&self) -> (&[u8], bool) {
        let sample = self.reader.get_ref().get_ref().0.get_ref().0.get_ref();
        (sample, sample.len() < SAMPLE)
    }

    /// The number of the line read last, from 1.
    pub fn line(&self) -> usize {
        self.count
    }

    /// What had to be done to read the text, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        if self.inner_marks > 0 {
            notes.push(format!(
                "{} lines after the first begin with a byte order mark, as where files are put together; the marks are left out",
                self.inner_marks
            ));
        }
        notes
    }

    /// Whether the first line is sure to name the columns: the words of text may be names or values.
    pub fn names_columns(&self) -> bool {
        self.names_columns
    }

    /// An error at the line read last.
    pub fn error(&self, message: impl std::fmt::Display) -> Error {
        Error::malformed(format!("{}, line {}", self.path.display(), self.count), message)
    }

    /// The number of lines, and the length and SHA-256 of the text, in that order.
    pub fn finish(self) -> (usize, u64, String) {
        (self.count, self.bytes, hex(self.hash))
    }
}

/// A reader whose first bytes were looked at, with the error that was met by then.
pub(crate) type Looked = Chain<Chain<Cursor<Vec<u8>>, Failure>, Box<dyn Read>>;

/// Looks at the first `count` bytes. An error on the way comes after the bytes before it.
pub(crate) fn looked_at(mut reader: Box<dyn Read>, count: usize) -> Looked {
    let mut start = Vec::new();
    let failure = (&mut reader).take(count as u64).read_to_end(&mut start).err();
    Cursor::new(start).chain(Failure(failure)).chain(reader)
}

/// An error to be met once.
pub(crate) struct Failure(Option<std::io::Error>);

impl Read for Failure {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Text does not pack a hundred times smaller unless it says the same again and again.
pub(crate) fn most_unpacked(packed: u64) -> u64 {
    (1 << 20) + 100 * packed
}

/// The text of a file.
pub(crate) struct Unpacked {
    pub reader: Box<dyn Read>,
    /// The most bytes of it that are believed.
    pub limit: u64,
    /// Whether its first line is sure to name columns.
    pub names_columns: bool,
    /// What had to be done to read it, a sentence each.
    pub notes: Vec<String>,
    /// The file, packed where it is packed, whose place is the reader's.
    pub place: Option<File>,
}

/// The text of a file, unpacked where it is packed or Parquet, in UTF-8 with line feeds.
pub(crate) fn unpacked(path: &Path) -> Result<Unpacked> {
    let text = as_text(path)?;
    Ok(Unpacked { reader: Box::new(Watched::new(text.reader)), ..text })
}

fn as_text(path: &Path) -> Result<Unpacked> {
    let file = files::open(path).map_err(|error| Error::io(path, error))?;
    let length = file.metadata().map_err(|error| Error::io(path, error))?.len();
    let place = file.try_clone().ok();
    let mut file = BufReader::with_capacity(1 << 16, file);
    let start = file.fill_buf().map_err(|error| Error::io(path, error))?;
    if packed::is_parquet(start) {
        return parquet_as_text(path);
    }
    let packing = packed::Packing::of(start);
    if packing.is_none() && path.extension().is_some_and(|extension| extension == "gz") {
        return Err(Error::malformed(path.display(), "is named .gz, but is not gzipped")
            .with_hint("the download may have been an error page: fetch the file again"));
    }
    let (reader, limit): (Box<dyn Read>, u64) = match packing {
        Some(packing) => (packing.reader(file), most_unpacked(length)),
        None => (Box::new(file), u64::MAX),
    };
    let reader = looked_at(reader, packed::TAR);
    if packed::is_tar(reader.get_ref().0.get_ref().0.get_ref()) {
        return Err(Error::malformed(path.display(), "is a tar archive")
            .with_hint("unpack it by `tar -xf FILE`, and give the file that is meant"));
    }
    let (reader, note) = text_encoding::to_utf8_lines(Box::new(reader));
    Ok(Unpacked { reader, limit, names_columns: false, notes: note.into_iter().collect(), place })
}

#[cfg(feature = "parquet")]
fn parquet_as_text(path: &Path) -> Result<Unpacked> {
    let text = parquet::Text::open(path, files::open(path).map_err(|error| Error::io(path, error))?)?;
    Ok(Unpacked {
        reader: Box::new(text),
        limit: u64::MAX,
        names_columns: true,
        notes: Vec::new(),
        place: None,
    })
}

#[cfg(not(feature = "parquet"))]
fn parquet_as_text(path: &Path) -> Result<Unpacked> {
    Err(Error::malformed(path.display(), "is Parquet, which this program was built without").with_hint(
        "build it with --features parquet, or write it in Python by pandas.read_parquet(path).to_csv(other, index=False)",
    ))
}
