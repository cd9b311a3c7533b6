//! Event files for TensorBoard: scalars only, which takes three protocol buffer messages and no library.
//!
//! A file is a sequence of TFRecords (a length, its checksum, the data, their checksum), each an `Event` of
//! TensorFlow's `event.proto`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result};
use crate::progress::{EpochReport, Observer};

/// The folder of the event files in a run.
pub const FOLDER: &str = "tensorboard";

/// Writes the loss, its terms and the validation metrics of each epoch, by the number of steps.
#[derive(Debug)]
pub struct TensorBoard {
    folder: PathBuf,
    /// Begun with the first epoch, so that a run without one leaves nothing behind.
    file: Option<File>,
    /// Epochs are reported to an observer, which has no way to fail.
    failure: Option<Error>,
}

impl TensorBoard {
    /// Events in the folder of a run.
    pub fn new(run: &Path) -> Self {
        Self { folder: run.join(FOLDER), file: None, failure: None }
    }

    /// Waits until every event is on the disk.
    ///
    /// # Errors
    ///
    /// Where the disk refused an event, this one or an earlier one.
    pub fn finish(self) -> Result<()> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        self.file.map_or(Ok(()), |file| file.sync_all()).map_err(|error| Error::io(&self.folder, error))
    }

    fn write(&mut self, step: u64, data: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(begin(&self.folder, step)?),
        };
        file.write_all(&record(data))
    }
}

/// A new file that says which version of the format it is of, and that what earlier files have of `step` and later ones
/// did not stay: a run that was killed goes on from a checkpoint.
fn begin(folder: &Path, step: u64) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    // TensorBoard reads the files of a folder in the order of their names.
    let name = format!("events.out.tfevents.{:010}.{}.aevb", now().floor(), std::process::id());
    let mut file = File::create_new(folder.join(name))?;
    let mut version = Message::default();
    version.double(1, now());
    version.bytes(3, b"brain.Event:2");
    file.write_all(&record(&version.0))?;
    // `SessionLog { status: START }`
    let mut session = Message::default();
    session.integer(1, 1);
    let mut start = Message::default();
    start.double(1, now());
    start.integer(2, step);
    start.bytes(7, &session.0);
    file.write_all(&record(&start.0))?;
    Ok(file)
}

impl Observer for TensorBoard {
    fn epoch(&mut self, report: &EpochReport) {
        let mut scalars = vec![("train/loss".to_owned(), report.loss)];
        scalars.extend(report.terms.iter().map(|(name, value)| (format!("train/{name}"), *value)));
        let watched = report.watched;
        scalars.extend(
            report.validation.iter().map(|metric| (format!("{watched}/{}", metric.name), metric.value)),
        );
        if let Err(error) = self.write(report.step, &event(report.step, &scalars)) {
            self.failure.get_or_insert(Error::io(&self.folder, error));
        }
    }
}

/// `Event { wall_time, step, summary { value { tag, simple_value } … } }`
fn event(step: u64, scalars: &[(String, f64)]) -> Vec<u8> {
    let mut summary = Message::default();
    for (tag, value) in scalars {
        let mut scalar = Message::default();
        scalar.bytes(1, tag.as_bytes());
        scalar.float(2, *value as f32);
        summary.bytes(1, &scalar.0);
    }
    let mut event = Message::default();
    event.double(1, now());
    event.integer(2, step);
    event.bytes(5, &summary.0);
    event.0
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

/// A protocol buffer message, field after field.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn key(&mut self, field: u64, wire_type: u64) {
        self.variable(field << 3 | wire_type);
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    fn variable(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn integer(&mut self, field: u64, value: u64) {
        self.key(field, 0);
        self.variable(value);
    }

    fn double(&mut self, field: u64, value: f64) {
        self.key(field, 1);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.key(field, 2);
        self.variable(value.len() as u64);
        self.0.extend(value);
    }

    fn float(&mut self, field: u64, value: f32) {
        self.key(field, 5);
        self.0.extend(value.to_le_bytes());
    }
}

fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    [&length, &masked_checksum(&length).to_le_bytes()[..], data, &masked_checksum(data).to_le_bytes()]
        .concat()
}

/// CRC-32C, turned and shifted as TFRecords have it, so that a checksum of checksums is none of theirs.
fn masked_checksum(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The cyclic redundancy check of Castagnoli's polynomial, bit by bit: events are short and few.
fn crc32c(data: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    !data.iter().fold(u32::MAX, |checksum, &byte| {
        (0..8).fold(checksum ^ u32::from(byte), |bits, _| {
            bits >> 1 ^ if bits & 1 == 1 { POLYNOMIAL } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_castagnolis() {
        // The check value of the catalogue of CRCs, and RFC 3720, appendix B.4.
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
    }

    #[test]
    fn messages_are_laid_out_as_protocol_buffers_are() {
        let mut message = Message::default();
        message.integer(2, 300);
        message.bytes(3, b"ab");
        message.float(4, 1.0);
        assert_eq!(message.0, [0x10, 0xac, 0x02, 0x1a, 2, b'a', b'b', 0x25, 0, 0, 0x80, 0x3f]);
    }

    #[test]
    fn a_failed_write_is_told_at_the_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(FOLDER), "no folder").expect("written");
        let mut board = TensorBoard::new(folder.path());
        board.epoch(&EpochReport::of_loss(1, 0.5));
        assert!(board.finish().expect_err("not written").message.contains(FOLDER));
    }
}
