//! Reading no more than was meant, and writing all or nothing.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use crate::error::{Error, Result};

/// Opens a file to read it.
///
/// # Errors
/// If it cannot be opened, or is a folder, a pipe or a device: a pipe without a writer would be waited for without end,
/// and readers look at a file more than once.
pub fn open(path: impl AsRef<Path>) -> io::Result<File> {
    let path = path.as_ref();
    let kind = path.metadata()?.file_type();
    if kind.is_file() {
        return File::open(path);
    }
    let kind = if kind.is_dir() { "is a folder" } else { "is no regular file; copy its content into one" };
    Err(io::Error::new(ErrorKind::InvalidInput, kind))
}

/// The content of a file of at most `limit` bytes.
///
/// # Errors
/// If the file cannot be read, or is longer: nothing beyond the limit is ever held.
pub fn read_at_most(path: impl AsRef<Path>, limit: u64) -> Result<Vec<u8>> {
    let path = path.as_ref();
    let file = open(path).map_err(|error| Error::io(path, error))?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| Error::io(path, error))?;
    if bytes.len() as u64 > limit {
        return Err(Error::malformed(path.display(), format!("longer than {limit} bytes")));
    }
    Ok(bytes)
}

/// Writes a file under a temporary name beside it, syncs it and renames it into place, so that whoever looks sees the
/// old content or the new, never a part.
///
/// # Errors
/// If the folder cannot be written to; the file there before is then untouched.
pub fn write_atomically(path: impl AsRef<Path>, content: &[u8]) -> Result<()> {
    let path = path.as_ref();
    let Some(name) = path.file_name() else {
        return Err(Error::config(path.display(), "is no name of a file"));
    };
    let mut temporary_name = name.to_os_string();
    temporary_name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(temporary_name);
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)?;
        // The new name is durable once its folder is; only Unix can open a folder to say so.
        #[cfg(unix)]
        if let Some(folder) = path.parent() {
            File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all()?;
        }
        Ok(())
    })();
    written.map_err(|error: std::io::Error| {
        // Whether or not it exists, the first error is the one to tell.
        let _ = std::fs::remove_file(&temporary);
        Error::io(path, error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe that nobody writes to would be waited for.
    #[cfg(unix)]
    #[test]
    fn only_files_are_opened() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts");
        assert!(made.success());
        for (path, problem) in [(pipe.as_path(), "no regular file"), (folder.path(), "is a folder")] {
            let error = read_at_most(path, 10).expect_err("refused");
            assert!(error.to_string().contains(problem), "{error}");
        }
        let link = folder.path().join("link");
        std::fs::write(folder.path().join("file"), "text").expect("written");
        std::os::unix::fs::symlink("file", &link).expect("linked");
        assert_eq!(read_at_most(link, 10).expect("read"), b"text");
    }

    #[test]
    fn a_write_replaces_all_and_leaves_nothing_beside_it() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("split.json");
        write_atomically(&path, b"old, and longer")?;
        write_atomically(&path, b"new")?;
        assert_eq!(read_at_most(&path, 3)?, b"new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1);
        assert!(read_at_most(&path, 2).is_err());
        let missing = folder.path().join("no/such/folder");
        assert!(
            write_atomically(&missing, b"").expect_err("no folder").to_string().contains("no/such/folder")
        );
        Ok(())
    }
}
