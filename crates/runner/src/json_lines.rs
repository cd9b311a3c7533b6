//! Files of one JSON value a line, such as `metrics.jsonl`.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use aevb_data::hash::{hash_of, hex};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// A file that grows by one JSON value a line.
#[derive(Debug)]
pub struct JsonLines {
    path: PathBuf,
    file: File,
    bytes: u64,
    hash: Sha256,
}

impl JsonLines {
    /// Opens a file to be appended to after its first `bytes`; what follows them goes.
    ///
    /// # Errors
    ///
    /// Where the file is shorter or the disk refuses.
    pub fn open(path: PathBuf, bytes: u64) -> Result<Self> {
        let open = || -> io::Result<(File, Sha256)> {
            let mut file = File::options().create(true).truncate(false).read(true).write(true).open(&path)?;
            let length = file.metadata()?.len();
            if length < bytes {
                return Err(io::Error::other(format!("holds {length} bytes, not the {bytes} it did")));
            }
            file.set_len(bytes)?;
            let hash = hash(&mut file, bytes)?;
            file.seek(SeekFrom::End(0))?;
            Ok((file, hash))
        };
        match open() {
            Ok((file, hash)) => Ok(Self { path, file, bytes, hash }),
            Err(error) => Err(Error::io(&path, error)),
        }
    }

    /// Looks whether [`Self::open`] would succeed, and changes nothing.
    ///
    /// # Errors
    ///
    /// Where the file is missing or shorter, cannot be written to, or its first `bytes` are no whole lines or have another
    /// SHA-256 than is known.
    pub fn check(path: &Path, bytes: u64, sha256: Option<&str>) -> Result<()> {
        let check = || -> io::Result<()> {
            let mut file = File::options().read(true).write(true).open(path)?;
            let length = file.metadata()?.len();
            if length < bytes {
                return Err(io::Error::other(format!("holds {length} bytes, not the {bytes} it did")));
            }
            let mut last = *b"\n";
            if bytes > 0 {
                file.seek(SeekFrom::Start(bytes - 1))?;
                file.read_exact(&mut last)?;
            }
            if last != *b"\n" {
                return Err(io::Error::other(format!("no line ends after {bytes} bytes")));
            }
            match sha256 {
                Some(sha256) if hex(hash(&mut file, bytes)?) != sha256 => {
                    Err(io::Error::other(format!("its first {bytes} bytes are not those that the run wrote")))
                }
                _ => Ok(()),
            }
        };
        check().map_err(|error| Error::io(path, error))
    }

    /// Appends a line, in one write.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn push(&mut self, value: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_string(value).expect("maps with string keys are always JSON");
        line.push('\n');
        self.file.write_all(line.as_bytes()).map_err(|error| Error::disk(&self.path, &error))?;
        self.bytes += line.len() as u64;
        self.hash.update(line.as_bytes());
        Ok(())
    }

    /// How long the file is.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The SHA-256 of its content, in hexadecimal.
    pub fn sha256(&self) -> String {
        hex(self.hash.clone())
    }

    /// Waits until every line is on the disk.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|error| Error::io(&self.path, error))
    }
}

/// That of the first bytes of a file.
fn hash(file: &mut File, bytes: u64) -> io::Result<Sha256> {
    file.seek(SeekFrom::Start(0))?;
    hash_of(BufReader::new(file).take(bytes))
}

#[cfg(test)]
mod tests {
    use aevb_data::hash::sha256;

    use super::*;

    #[test]
    fn json_lines_are_appended_after_what_is_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("metrics.jsonl");
        let read = || std::fs::read_to_string(&path).expect("there");
        let mut lines = JsonLines::open(path.clone(), 0).expect("new");
        lines.push(&serde_json::json!({"epoch": 1, "loss": 0.5})).expect("written");
        assert_eq!(read(), "{\"epoch\":1,\"loss\":0.5}\n");
        let kept = lines.bytes();
        lines.push(&[f64::NAN]).expect("written");
        lines.sync().expect("synced");
        assert!(read().ends_with("\n[null]\n"));
        let mut again = JsonLines::open(path.clone(), kept).expect("there");
        again.push(&[2]).expect("written");
        assert_eq!(read(), "{\"epoch\":1,\"loss\":0.5}\n[2]\n");
        let mut whole = JsonLines::open(path.clone(), again.bytes()).expect("there");
        assert_eq!(whole.sha256(), sha256(read().as_bytes()));
        assert_eq!(again.sha256(), whole.sha256());
        whole.push(&[3]).expect("written");
        assert_eq!(whole.sha256(), sha256(read().as_bytes()));
        let known = sha256(&read().as_bytes()[..kept as usize]);
        JsonLines::check(&path, kept, None).expect("whole lines");
        JsonLines::check(&path, kept, Some(&known)).expect("as they were");
        JsonLines::check(&path, kept, Some(&sha256(b""))).expect_err("others");
        JsonLines::check(&path, kept - 1, None).expect_err("within a line");
        JsonLines::check(&path, 1000, None).expect_err("shorter");
        let missing = folder.path().join("missing.jsonl");
        JsonLines::check(&missing, 0, None).expect_err("missing");
        assert!(!missing.exists());
        let error = JsonLines::open(path.clone(), 1000).expect_err("shorter");
        assert!(error.message.ends_with("metrics.jsonl: holds 31 bytes, not the 1000 it did"), "{error}");
    }
}
