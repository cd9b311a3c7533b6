//! Text in UTF-16, or with the line ends of old Macs, as UTF-8 with line feeds.

use std::io::{self, Read};

use crate::lines::looked_at;

/// The same text as UTF-8 with line feeds, and what had to be done for it.
pub(crate) fn to_utf8_lines(reader: Box<dyn Read>) -> (Box<dyn Read>, Option<String>) {
    let looked = looked_at(reader, 4096);
    let start = looked.get_ref().0.get_ref().0.get_ref();
    let big_endian = match start[..] {
        [0xff, 0xfe, ..] | [1..=0x7f, 0, 1..=0x7f, 0, ..] => Some(false),
        [0xfe, 0xff, ..] | [0, 1..=0x7f, 0, 1..=0x7f, ..] => Some(true),
        _ => None,
    };
    let is_old_mac =
        !start.contains(&b'\n') && start.split_last().is_some_and(|(_, rest)| rest.contains(&b'\r'));
    let whole: Box<dyn Read> = Box::new(looked);
    match big_endian {
        Some(big_endian) => {
            let decoded = Utf16 { reader: whole, big_endian, high: None, pending: Vec::new(), at: 0 };
            (Box::new(decoded), Some("the text is UTF-16 and was read as such".into()))
        }
        None if is_old_mac => {
            let note = "lines end in carriage returns alone, as on old Macs; each was taken for a line's end";
            (Box::new(OldMac(whole)), Some(note.into()))
        }
        None => (whole, None),
    }
}

/// Carriage returns made line feeds.
struct OldMac(Box<dyn Read>);

impl Read for OldMac {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        for byte in &mut buffer[..count] {
            if *byte == b'\r' {
                *byte = b'\n';
            }
        }
        Ok(count)
    }
}

/// UTF-16 made UTF-8. Each byte order mark is kept, as a mark of UTF-8.
struct Utf16 {
    reader: Box<dyn Read>,
    big_endian: bool,
    /// The first half of a pair.
    high: Option<u16>,
    pending: Vec<u8>,
    at: usize,
}

impl Utf16 {
    /// Decodes the next piece; an empty one is the end.
    fn refill(&mut self) -> io::Result<()> {
        let damaged = |problem| io::Error::new(io::ErrorKind::InvalidData, problem);
        let mut piece = Vec::new();
        (&mut self.reader).take(8192).read_to_end(&mut piece)?;
        self.pending.clear();
        self.at = 0;
        if piece.len() % 2 == 1 {
            return Err(damaged("the text is UTF-16 and ends within a letter"));
        }
        let units = piece.chunks_exact(2).map(|pair| match self.big_endian {
            true => u16::from_be_bytes([pair[0], pair[1]]),
            false => u16::from_le_bytes([pair[0], pair[1]]),
        });
        let mut units: Vec<u16> = self.high.take().into_iter().chain(units).collect();
        if !piece.is_empty() {
            self.high = units.pop_if(|unit| (0xd800..0xdc00).contains(unit));
        }
        for letter in char::decode_utf16(units) {
            let letter = letter.map_err(|_| damaged("the text is UTF-16 and holds half a letter"))?;
            self.pending.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.pending.len() {
            self.refill()?;
            // A piece of half a letter alone.
            if self.pending.is_empty() && self.high.is_some() {
                self.refill()?;
            }
        }
        let count = buffer.len().min(self.pending.len() - self.at);
        buffer[..count].copy_from_slice(&self.pending[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
