use std::path::{Path, PathBuf};

use aevb_data::files::write_atomically;

use crate::error::{Error, Result};
use crate::output;
use crate::run_folder::RunFolder;

/// A file or folder that does not exist yet, in a folder that does.
#[derive(Debug)]
pub(super) struct NewFile(PathBuf);

impl NewFile {
    /// Chosen before the work, so that none is done in vain.
    ///
    /// # Errors
    /// If it exists, or the folder that it would stand in does not.
    pub fn at(path: PathBuf) -> Result<Self> {
        if path.exists() {
            return Err(Error::usage(format!("{}: exists already", path.display()))
                .with_hint("choose another --out or move this one away"));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = parent.filter(|parent| !parent.is_dir()) {
            return Err(Error::usage(format!("{}: is no folder", parent.display()))
                .with_hint("make it, or choose another --out"));
        }
        Ok(Self(path))
    }

    /// The one that was asked for, or one of this name in a run.
    ///
    /// # Errors
    /// As [`Self::at`], or if there is no such run.
    pub fn of_run(run: &Path, out: Option<&PathBuf>, name: &str) -> Result<Self> {
        RunFolder::open(run)?;
        Self::at(out.cloned().unwrap_or_else(|| run.join(name)))
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes the file and prints its path.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn write(&self, content: &[u8]) -> Result<()> {
        self.write_silently(content)?;
        output::print(&format!("{}\n", self.0.display()))
    }

    /// Writes the file, where stdout is for something else.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn write_silently(&self, content: &[u8]) -> Result<()> {
        write_atomically(&self.0, content)
            .map_err(|error| Error::from(error).as_usage().or_hint("choose another --out"))
    }
}
