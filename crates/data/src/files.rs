//! Reading no more than was meant, and writing all or nothing.

use std::ffi::OsStr;
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

/// What the names of unfinished files begin and end with; between them is what nobody can foretell.
const TEMPORARY: [&str; 2] = [".aevb-", ".tmp"];

/// Writes a file under a temporary name beside it, syncs it and renames it into place, so that whoever looks sees the
/// old content or the new, never a part.
///
/// # Errors
/// If the folder cannot be written to; the file there before is then untouched.
pub fn write_atomically(path: impl AsRef<Path>, content: &[u8]) -> Result<()> {
    let path = path.as_ref();
    if path.file_name().is_none() {
        return Err(Error::config(path.display(), "is no name of a file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = (|| {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY[0]).suffix(TEMPORARY[1]);
        // Of which the user's umask takes its part, as of every new file.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        // As long as this process lives, so that nobody takes the file for one that was left behind. A file system without
        // locks is no hindrance.
        let _ = file.as_file().try_lock();
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The new name is durable once its folder is; only Unix can open a folder to say so.
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    })();
    written.map_err(|error: io::Error| Error::disk(path, &error))
}

/// Whether a file of this name is one that [`write_atomically`] has not finished.
pub fn is_temporary(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(TEMPORARY[0].as_bytes()) && name.ends_with(TEMPORARY[1].as_bytes())
}

/// Removes the files in a folder that [`write_atomically`] did not finish and whose writers are gone. What cannot be
/// removed hinders nobody.
pub fn remove_abandoned(folder: impl AsRef<Path>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_temporary(&entry.file_name()) {
            let file = File::options().append(true).open(entry.path());
            if file.is_ok_and(|file| file.try_lock().is_ok()) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
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

    /// Names that could be foretold would be followed where a link stands in wait.
    #[cfg(unix)]
    #[test]
    fn new_files_have_the_usual_permissions_and_follow_no_link() -> Result<()> {
        use std::os::unix::fs::{MetadataExt, symlink};
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [plain, written, link] = ["plain", "written", "link"].map(|name| folder.path().join(name));
        std::fs::write(&plain, "mine").expect("written");
        symlink(&plain, &link).expect("linked");
        symlink(&plain, folder.path().join(format!("written.{}.tmp", std::process::id()))).expect("linked");
        write_atomically(&written, b"new")?;
        write_atomically(&link, b"new")?;
        let mode = |path: &Path| path.metadata().expect("there").mode();
        assert_eq!(mode(&written), mode(&plain));
        assert_eq!(std::fs::read(&plain).expect("there"), b"mine");
        assert!(!link.is_symlink());
        Ok(())
    }

    #[test]
    fn what_a_dead_writer_left_is_removed_and_what_a_living_one_writes_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [left, held, own] =
            [".aevb-a1b2.tmp", ".aevb-c3d4.tmp", "notes.tmp"].map(|name| folder.path().join(name));
        for path in [&left, &held, &own] {
            std::fs::write(path, "half").expect("written");
        }
        let writer = File::options().append(true).open(&held).expect("there");
        writer.try_lock().expect("free");
        remove_abandoned(folder.path());
        assert_eq!([&left, &held, &own].map(|path| path.exists()), [false, true, true]);
        drop(writer);
        remove_abandoned(folder.path());
        assert!(!held.exists());
    }
}
