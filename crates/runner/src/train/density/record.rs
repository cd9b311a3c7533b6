//! What a run's images or rows were: `data.json`, by which they are known again.

use aevb_data::examples::ExampleSet;
use aevb_data::files::read_at_most;
use serde::{Deserialize, Serialize};

use super::parts::Parts;
use crate::error::{Error, Result};
use crate::run_folder::{DATA, RunFolder};

/// What they were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// What tells them from all others, the parts' order and their drawn pixels included; unknown of earlier versions' runs.
    pub fingerprint: Option<String>,
    /// In pixels; 1 for rows.
    pub height: usize,
    /// In pixels, or columns.
    pub width: usize,
    /// How many were trained on.
    pub train: usize,
    /// What was guessed of them, why, and what overrules it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Record {
    pub fn of(parts: &Parts) -> Self {
        Self { fingerprint: Some(parts.fingerprint().to_owned()), ..Self::unchecked(parts) }
    }

    /// Of examples that nothing is known of but themselves.
    pub fn unchecked(parts: &Parts) -> Self {
        let Parts { train, notes, .. } = parts;
        let [height, width] = train.shape();
        Self { fingerprint: None, height, width, train: train.count(), notes: notes.clone() }
    }

    /// That of a run, where it was written: earlier versions did not.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn read(folder: &RunFolder) -> Result<Option<Self>> {
        const LARGEST: u64 = 1 << 20;
        let path = folder.file(DATA);
        if !path.exists() {
            return Ok(None);
        }
        let record: Self = serde_json::from_slice(&read_at_most(&path, LARGEST)?)
            .map_err(|error| Error::failed(format!("{}: {error}", path.display())).with_hint(DAMAGED))?;
        let is_possible = record.height.checked_mul(record.width).is_some_and(|pixels| pixels > 0);
        if !is_possible {
            return Err(Error::failed(format!("{}: images of no size", path.display())).with_hint(DAMAGED));
        }
        Ok(Some(record))
    }

    /// Refuses examples that are not those of the run.
    pub fn check(&self, parts: &Parts, folder: &RunFolder) -> Result<()> {
        if self.fingerprint.as_deref().is_none_or(|known| known == parts.fingerprint()) {
            return Ok(());
        }
        let message = format!("{}: the data are not those that the run trained on", folder.path().display());
        Err(Error::failed(message).with_hint("bring the old data back, or train again"))
    }
}

const DAMAGED: &str =
    "the file was changed since the run; without it the run is taken as one of an earlier version";
