//! The folder of a run: what was asked for, where it ran, what was measured and what was learnt.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use aevb_data::files::write_atomically;
use serde::Serialize;

use crate::error::{Error, Result};

/// The resolved configuration.
pub const CONFIG: &str = "config.toml";
/// The program, device, threads and machine.
pub const ENVIRONMENT: &str = "environment.json";
/// One line an epoch, without times: the same seed on the same device gives the same bytes.
pub const METRICS: &str = "metrics.jsonl";
/// One line an epoch with the time it took.
pub const TIMING: &str = "timing.jsonl";
/// The edges held out.
pub const SPLIT: &str = "split.json";
/// The nodes' own ids, where they have some: node 0's on the first line.
pub const NODES: &str = "nodes.txt";
/// The metrics of the trained model.
pub const RESULT: &str = "result.json";
/// The weights after the last epoch.
pub const MODEL: &str = "model.safetensors";

/// A run's folder on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes a new folder and those above it.
    ///
    /// # Errors
    ///
    /// [`Usage`](crate::error::ErrorKind::Usage) where the path exists, whatever it is: no run is ever overwritten.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| Error::io(parent, error).as_usage())?;
        }
        fs::create_dir(&path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Error::usage(format!("{}: exists already", path.display()))
                .with_hint("no run is overwritten: choose another --out or move this one away"),
            _ => Error::io(&path, error).as_usage(),
        })?;
        Ok(Self { path })
    }

    /// Makes a new folder `stem-1` in `parent`, or the first of `stem-2`, `stem-3`, … that is free.
    ///
    /// # Errors
    ///
    /// Where the parent cannot be written to.
    pub fn create_numbered(parent: &Path, stem: &str) -> Result<Self> {
        fs::create_dir_all(parent)
            .map_err(|error| Error::io(parent, error).as_usage().with_hint("choose a folder with --out"))?;
        let mut number = 1u64;
        loop {
            let path = parent.join(format!("{stem}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => {
                    return Err(Error::io(&path, error).as_usage().with_hint("choose a folder with --out"));
                }
            }
        }
    }

    /// The folder of an earlier run.
    ///
    /// # Errors
    ///
    /// [`Usage`](crate::error::ErrorKind::Usage) where it is no run's folder.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        if path.join(CONFIG).is_file() {
            return Ok(Self { path });
        }
        let problem = if path.is_dir() { format!("holds no {CONFIG}") } else { "is no folder".to_owned() };
        Err(Error::usage(format!("{}: {problem}", path.display()))
            .with_hint("a run is a folder that `aevb train` made, such as runs/vgae-cora-0-1"))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of one of its files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file so that a crash leaves the old one or the new one, never half of one.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        Ok(write_atomically(self.file(name), content)?)
    }

    /// Writes a value as indented JSON, as [`Self::write`] does.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_string_pretty(value).expect("maps with string keys are always JSON");
        text.push('\n');
        self.write(name, text.as_bytes())
    }

    /// A new file of JSON lines, to be appended to.
    ///
    /// # Errors
    ///
    /// Where the file exists or the disk refuses.
    pub fn lines(&self, name: &str) -> Result<JsonLines> {
        let path = self.file(name);
        let file = File::create_new(&path).map_err(|error| Error::io(&path, error))?;
        Ok(JsonLines { path, file })
    }

    /// Whether anything was trained in it, or in a run inside it.
    pub fn has_steps(&self) -> bool {
        let is_begun = |folder: &Path| fs::metadata(folder.join(METRICS)).is_ok_and(|file| file.len() > 0);
        is_begun(&self.path) || self.inner_runs().iter().any(|path| is_begun(path))
    }

    /// The folders of runs inside it, as `--repeat` makes them.
    pub fn inner_runs(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut runs: Vec<_> =
            entries.map(|entry| entry.path()).filter(|path| path.join(CONFIG).is_file()).collect();
        runs.sort();
        runs
    }

    /// Removes a folder in which nothing was trained, so that the same command can be given again.
    pub fn discard(self) {
        for name in [CONFIG, ENVIRONMENT, METRICS, TIMING, SPLIT, NODES] {
            // A file that was never written, or that cannot be removed, hinders nobody.
            let _ = fs::remove_file(self.file(name));
        }
        // Refused where anything else is left, which is then the user's.
        let _ = fs::remove_dir(&self.path);
    }
}

/// A file that grows by one JSON value a line.
#[derive(Debug)]
pub struct JsonLines {
    path: PathBuf,
    file: File,
}

impl JsonLines {
    /// Appends a line, in one write.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn push(&mut self, value: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_string(value).expect("maps with string keys are always JSON");
        line.push('\n');
        self.file.write_all(line.as_bytes()).map_err(|error| Error::io(&self.path, error))
    }

    /// Waits until every line is on the disk.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn finish(self) -> Result<()> {
        self.file.sync_all().map_err(|error| Error::io(&self.path, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    #[test]
    fn an_existing_path_is_never_taken() {
        let folder = temporary();
        let path = folder.path().join("a/b");
        RunFolder::create(&path).expect("new");
        let error = RunFolder::create(&path).expect_err("a folder is there");
        assert_eq!(error.exit_code(), 2);
        assert!(error.message.ends_with("b: exists already"), "{error}");
        fs::write(folder.path().join("file"), "mine").expect("written");
        assert_eq!(RunFolder::create(folder.path().join("file")).expect_err("a file").exit_code(), 2);
        assert_eq!(RunFolder::create(folder.path().join("file/in")).expect_err("no folder").exit_code(), 2);
        assert_eq!(fs::read_to_string(folder.path().join("file")).expect("still there"), "mine");
    }

    #[test]
    fn numbered_folders_take_the_first_free_number() {
        let folder = temporary();
        let name = || {
            let run = RunFolder::create_numbered(folder.path(), "vgae-cora-0").expect("new");
            run.path().file_name().expect("a name").to_string_lossy().into_owned()
        };
        assert_eq!([name(), name()], ["vgae-cora-0-1", "vgae-cora-0-2"]);
        fs::write(folder.path().join("vgae-cora-0-3"), "").expect("written");
        assert_eq!(name(), "vgae-cora-0-4");
    }

    #[test]
    fn only_a_run_can_be_opened() {
        let folder = temporary();
        assert!(RunFolder::open(folder.path()).expect_err("empty").message.ends_with("holds no config.toml"));
        let missing = RunFolder::open(folder.path().join("missing")).expect_err("missing");
        assert!(missing.message.ends_with("is no folder"), "{missing}");
        fs::write(folder.path().join(CONFIG), "").expect("written");
        RunFolder::open(folder.path()).expect("a run");
    }

    #[test]
    fn json_lines_are_appended_and_not_begun_twice() {
        let folder = temporary();
        let run = RunFolder::create(folder.path().join("run")).expect("new");
        let mut lines = run.lines(METRICS).expect("new");
        lines.push(&serde_json::json!({"epoch": 1, "loss": 0.5})).expect("written");
        assert_eq!(fs::read_to_string(run.file(METRICS)).expect("there"), "{\"epoch\":1,\"loss\":0.5}\n");
        lines.push(&[f64::NAN]).expect("written");
        lines.finish().expect("synced");
        assert!(fs::read_to_string(run.file(METRICS)).expect("there").ends_with("\n[null]\n"));
        assert!(run.lines(METRICS).is_err());
    }

    #[test]
    fn a_discarded_folder_is_gone_unless_something_was_put_there() {
        let folder = temporary();
        let path = folder.path().join("run");
        let run = RunFolder::create(&path).expect("new");
        run.write(CONFIG, b"seed = 0").expect("written");
        run.discard();
        assert!(!path.exists());
        let run = RunFolder::create(&path).expect("new");
        fs::write(path.join("notes.txt"), "mine").expect("written");
        run.discard();
        assert!(path.join("notes.txt").exists());
    }
}
