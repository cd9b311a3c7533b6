//! Where this process finds data sets: `--data-dir`, else `AEVB_DATA`, else `datasets` here. It says where a machine
//! keeps its files and nothing about an experiment, so no configuration holds it.

use std::path::PathBuf;
use std::sync::OnceLock;

use aevb_data::catalog;

static CHOSEN: OnceLock<PathBuf> = OnceLock::new();

/// Takes the folder of the command line; the first call in a process counts.
pub fn choose(folder: Option<PathBuf>) {
    CHOSEN.get_or_init(|| catalog::data_dir(folder));
}

/// The folder of all data.
pub fn get() -> PathBuf {
    CHOSEN.get_or_init(|| catalog::data_dir(None)).clone()
}
