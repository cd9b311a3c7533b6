use std::path::PathBuf;

use aevb_data::files::write_atomically;

use crate::error::{Error, Result};
use crate::output;

/// A file that does not exist yet.
pub(super) struct NewFile(PathBuf);

impl NewFile {
    /// Chosen before the work, so that none is done in vain.
    ///
    /// # Errors
    /// If it exists.
    pub fn at(path: PathBuf) -> Result<Self> {
        if path.exists() {
            return Err(Error::usage(format!("{}: exists already", path.display()))
                .with_hint("choose another --out or move this file away"));
        }
        Ok(Self(path))
    }

    /// Writes the file and prints its path.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn write(&self, content: &[u8]) -> Result<()> {
        write_atomically(&self.0, content)
            .map_err(|error| Error::from(error).as_usage().with_hint("choose another --out"))?;
        output::print(&format!("{}\n", self.0.display()))
    }
}
