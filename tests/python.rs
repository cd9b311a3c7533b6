//! The Python that reads what the program writes.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that can import the modules: the one that `AEVB_PYTHON` names, else the one that `.ci/run` makes, else the
/// system's.
pub fn python(modules: &str) -> Option<PathBuf> {
    let of_ci = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?.join("python/bin/python");
    let python = match std::env::var_os("AEVB_PYTHON") {
        Some(named) => PathBuf::from(named),
        None if of_ci.is_file() => of_ci,
        None => "python3".into(),
    };
    let output = Command::new(&python).args(["-c", &format!("import {modules}")]).output().ok()?;
    output.status.success().then_some(python)
}
