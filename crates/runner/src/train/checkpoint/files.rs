//! The bytes of a checkpoint, and whether they are still those that were written.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use aevb_data::files::read_at_most;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::state::FORMAT;
use super::{Checkpoint, State};
use crate::run_folder::MODEL;

pub(super) const OPTIMIZER: &str = "optimizer.safetensors";
pub(super) const STATE: &str = "state.json";
pub(super) const SUMS: &str = "SHA256SUMS";

/// Nothing that is no checkpoint is read further than this: 16 GiB a file, and far less of those that describe.
const LARGEST: u64 = 1 << 34;
const LARGEST_STATE: u64 = 1 << 24;
pub(super) const LARGEST_SUMS: u64 = 1 << 16;

/// Why a checkpoint cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It is not what was written, or cannot be read.
    Damaged(String),
    /// A newer version of the program wrote it, in this format.
    Newer(u32),
}

/// The four files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Files {
    pub weights: Vec<u8>,
    pub optimizer: Vec<u8>,
    pub state: Vec<u8>,
    pub sums: Vec<u8>,
}

/// Writes a file's content, to the disk itself.
pub(super) type WriteFile<'a> = dyn FnMut(&Path, &[u8]) -> io::Result<()> + 'a;

/// As [`WriteFile`] wants it.
pub(super) fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Makes names in a folder durable. Only Unix can open a folder to say so.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

impl From<&Checkpoint> for Files {
    fn from(checkpoint: &Checkpoint) -> Self {
        let mut state = serde_json::to_vec_pretty(&checkpoint.state).expect("a state is always JSON");
        state.push(b'\n');
        let sums = sums(&checkpoint.weights, &checkpoint.optimizer, &state).into_bytes();
        Self { weights: checkpoint.weights.clone(), optimizer: checkpoint.optimizer.clone(), state, sums }
    }
}

impl Files {
    /// Writes all four into a folder that is there and empty.
    pub fn write(&self, folder: &Path, write: &mut WriteFile<'_>) -> io::Result<()> {
        write(&folder.join(MODEL), &self.weights)?;
        write(&folder.join(OPTIMIZER), &self.optimizer)?;
        write(&folder.join(STATE), &self.state)?;
        write(&folder.join(SUMS), &self.sums)?;
        sync_folder(folder)
    }

    /// Reads all four.
    pub fn read(folder: &Path) -> Result<Self, Unusable> {
        let read = |name: &str, limit: u64| {
            read_at_most(folder.join(name), limit).map_err(|error| Unusable::Damaged(error.to_string()))
        };
        Ok(Self {
            sums: read(SUMS, LARGEST_SUMS)?,
            state: read(STATE, LARGEST_STATE)?,
            optimizer: read(OPTIMIZER, LARGEST)?,
            weights: read(MODEL, LARGEST)?,
        })
    }

    /// The checkpoint, if every byte is what was written.
    pub fn verify(self) -> Result<Checkpoint, Unusable> {
        let expected = sums(&self.weights, &self.optimizer, &self.state);
        if self.sums != expected.as_bytes() {
            return Err(self.newer().unwrap_or_else(|| {
                let wrong = self.wrong_file(&expected);
                Unusable::Damaged(format!("{wrong} is not what was written, as {SUMS} has it"))
            }));
        }
        if let Some(newer) = self.newer() {
            return Err(newer);
        }
        let state: State = serde_json::from_slice(&self.state)
            .map_err(|error| Unusable::Damaged(format!("{STATE}: {error}")))?;
        if !state.position.is_possible() {
            return Err(Unusable::Damaged(format!("{STATE} says what cannot be")));
        }
        Ok(Checkpoint { state, weights: self.weights, optimizer: self.optimizer })
    }

    /// The first file whose checksum is another, or the list of them.
    fn wrong_file(&self, expected: &str) -> &'static str {
        let sums = String::from_utf8_lossy(&self.sums);
        let named = [MODEL, OPTIMIZER, STATE].into_iter().zip(expected.lines());
        let mut wrong = named.filter(|(_, line)| !sums.lines().any(|known| known == *line));
        wrong.next().map_or(SUMS, |(name, _)| name)
    }

    /// The format, where `state.json` is sound and newer. What else such a checkpoint holds is not known here.
    fn newer(&self) -> Option<Unusable> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let sums = std::str::from_utf8(&self.sums).ok()?;
        let is_sound = sums.lines().any(|line| line == sum(STATE, &self.state));
        let Format { format } = serde_json::from_slice(&self.state).ok().filter(|_| is_sound)?;
        (format > FORMAT).then_some(Unusable::Newer(format))
    }
}

/// The lines that `sha256sum` writes.
fn sums(weights: &[u8], optimizer: &[u8], state: &[u8]) -> String {
    let files = [(MODEL, weights), (OPTIMIZER, optimizer), (STATE, state)];
    files.iter().fold(String::new(), |mut text, (name, content)| {
        let _ = writeln!(text, "{}", sum(name, content));
        text
    })
}

/// One line that `sha256sum` writes.
pub(super) fn sum(name: &str, content: &[u8]) -> String {
    let mut line = String::with_capacity(66 + name.len());
    for byte in Sha256::digest(content) {
        let _ = write!(line, "{byte:02x}");
    }
    line + "  " + name
}

/// Removes a folder and what is in it, if it is there.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
