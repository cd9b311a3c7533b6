//! `[data]` of a table.

use std::path::PathBuf;

use aevb_data::table::{Decimal, Header, IndexColumn, TableReading};
use serde::{Deserialize, Serialize};

use super::examples::{check_files, other_paths};
use super::graph::is_default;
use super::part::Part;
use super::read::{Invalid, name_of};

/// A table of numbers, of the user's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableData {
    /// The file: CSV, TSV, `.npy` or `.npz`.
    pub path: PathBuf,
    /// A file with the class of each row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// A table with the same columns that tests, in place of a tenth of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<PathBuf>,
    /// A file with the class of each of its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_labels: Option<PathBuf>,
    /// The column that names the rows, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether the first row names the columns.
    #[serde(default, skip_serializing_if = "is_default")]
    pub header: Header,
    /// What becomes of a column that numbers the rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub index: IndexColumn,
    /// What stands before decimals.
    #[serde(default, skip_serializing_if = "is_default")]
    pub decimal: Decimal,
    /// On which rows the bounds of `metrics.jsonl` are measured while training.
    #[serde(default)]
    pub curve: Part,
}

impl TableData {
    /// What it is called: as its file.
    pub fn name(&self) -> String {
        name_of(&self.path).unwrap_or_default()
    }

    /// How it is read.
    pub fn reading(&self) -> TableReading {
        let Self { id, header, index, decimal, .. } = self.clone();
        TableReading { id, header, index, decimal }
    }

    /// The paths in it, by key.
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut PathBuf)> {
        let Self { path, labels, test, test_labels, .. } = self;
        std::iter::once(("data.path", path)).chain(other_paths(labels, test, test_labels))
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        let hint = "a file of CSV or TSV, or one of NumPy's";
        check_files(&self.path, &self.labels, &self.test, &self.test_labels, hint)
    }
}
