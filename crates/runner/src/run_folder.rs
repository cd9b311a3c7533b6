//! The folder of a run: what was asked for, where it ran, what was measured and what was learnt.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use aevb_data::files::{self, write_atomically};
use aevb_data::hash::{sha256, sha256_of_file};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::json_lines::JsonLines;
use crate::seal::{DESCRIPTION, SEAL, Seal, is_sealed};
use crate::shell;

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
/// The features' own names, where they have some: feature 0's on the first line.
pub const FEATURES: &str = "features.txt";
/// What the columns of a table were standardised by.
pub const STANDARDIZATION: &str = "standardization.json";
/// What the images or rows of a run were.
pub const DATA: &str = "data.json";
/// The metrics of the trained model.
pub const RESULT: &str = "result.json";
/// The weights that the run ended with.
pub const MODEL: &str = "model.safetensors";
/// The weights before the first step, where they were taken from another run.
pub const INITIAL_WEIGHTS: &str = "initial-weights.safetensors";
/// Why the metrics of a run that went on from another may say more than its model knows.
pub const CONTINUED: &str = "continued.json";
/// The checkpoints, a folder each.
pub const CHECKPOINTS: &str = "checkpoints";
/// How often a training was to be repeated, in the folder of the repetitions.
pub const REPEAT: &str = "repeat.json";
/// Held by the process that trains in the folder. The system lets go of it however that process ends.
const LOCK: &str = ".lock";

/// Waits until the entry of a new folder is on the disk: checkpoints are worth nothing in a folder that is lost.
fn sync_parent(path: &Path) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !cfg!(unix) {
        return Ok(());
    }
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(|error| Error::io(parent, error))
}

/// A checkpoint in place of a run's end.
#[derive(Clone, Debug)]
pub struct NamedCheckpoint {
    /// The steps that were taken.
    pub step: u64,
    /// The epochs that they ended.
    pub epochs: u64,
    /// The file of its weights.
    pub weights: PathBuf,
}

/// A run's folder on disk.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// What to evaluate in place of the end.
    checkpoint: Option<NamedCheckpoint>,
    /// Open as long as this process trains in the folder.
    _lock: Option<Arc<File>>,
    /// What this process wrote, by name, each with its SHA-256.
    written: Arc<Mutex<BTreeMap<String, String>>>,
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
            ErrorKind::AlreadyExists if is_unfinished(&path) => {
                Error::usage(format!("{}: holds a run that has not ended", path.display()))
                    .with_hint(format!("`aevb resume {}` goes on with it", shell::path(&path)))
            }
            ErrorKind::AlreadyExists => Error::usage(format!("{}: exists already", path.display()))
                .with_hint(
                    "no run is overwritten: choose another name, or --force moves this one out of the way",
                ),
            _ => Error::io(&path, error).as_usage(),
        })?;
        sync_parent(&path)?;
        Self::locked(path)
    }

    /// Moves the run in a folder out of the way, to a name that ends in `.old`, and says where it is now; `None` where
    /// there is none.
    ///
    /// # Errors
    ///
    /// [`Usage`](crate::error::ErrorKind::Usage) where what is there is no run, or one that is at work.
    pub fn move_away(path: &Path) -> Result<Option<PathBuf>> {
        if !path.exists() {
            return Ok(None);
        }
        // Without a slash at its end, behind which no ending can stand.
        let path: &Path = &path.components().collect::<PathBuf>();
        if path.file_name().is_none() {
            return Err(Error::usage(format!("{}: cannot be moved away", path.display()))
                .with_hint("name a folder for the run"));
        }
        if !path.join(CONFIG).is_file() {
            return Err(Error::usage(format!(
                "{}: is there and is no run, so it is not moved",
                path.display()
            ))
            .with_hint("choose another name or folder"));
        }
        // Held while it is moved, so that no process begins in it.
        let _held = Self::locked(path.to_owned())?;
        let name = |number: u32| {
            let number = if number == 1 { String::new() } else { format!("-{number}") };
            let mut name = path.as_os_str().to_owned();
            name.push(format!(".old{number}"));
            PathBuf::from(name)
        };
        let old = (1..).map(name).find(|old| !old.exists()).expect("numbers do not end");
        fs::rename(path, &old).map_err(|error| Error::io(path, error))?;
        Ok(Some(old))
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
                Ok(()) => {
                    sync_parent(&path)?;
                    return Self::locked(path);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => {
                    return Err(Error::io(&path, error).as_usage().with_hint("choose a folder with --out"));
                }
            }
        }
    }

    /// The last of such numbered folders, where its run began, did not end and is not at work.
    pub fn cut_short(parent: &Path, stem: &str) -> Option<PathBuf> {
        let path = |number: u64| parent.join(format!("{stem}-{number}"));
        let last = (1..).take_while(|&number| path(number).is_dir()).last().map(path)?;
        (is_unfinished(&last) && !Self::is_busy(&last)).then_some(last)
    }

    /// The folder of an earlier run.
    ///
    /// # Errors
    ///
    /// [`Usage`](crate::error::ErrorKind::Usage) where it is no run's folder; and where a file that says what the run
    /// was is not what the run wrote.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        if let Some(seal) = Seal::read(&path)? {
            DESCRIPTION.iter().try_for_each(|name| seal.check(&path, name))?;
        }
        Self::unchecked(path)
    }

    fn unchecked(path: PathBuf) -> Result<Self> {
        if path.join(CONFIG).is_file() {
            return Ok(Self { path, checkpoint: None, _lock: None, written: Arc::default() });
        }
        let problem = if path.is_dir() { format!("holds no {CONFIG}") } else { "is no folder".to_owned() };
        Err(Error::usage(format!("{}: {problem}", path.display()))
            .with_hint("a run is a folder that `aevb train` made, such as runs/vgae-cora-0-1"))
    }

    /// The folder of an earlier run, to go on in.
    ///
    /// # Errors
    ///
    /// As [`Self::open`], and where another process is at work in it.
    pub fn open_to_train(path: impl Into<PathBuf>) -> Result<Self> {
        // A seal goes before anything else changes: one that is there holds, be the run at its end or not.
        Self::locked(Self::open(path)?.path)
    }

    fn locked(path: PathBuf) -> Result<Self> {
        let file = path.join(LOCK);
        let lock = File::options().create(true).append(true).open(&file);
        let lock = lock.map_err(|error| Error::io(&file, error))?;
        match lock.try_lock() {
            Ok(()) => {
                Ok(Self { path, checkpoint: None, _lock: Some(Arc::new(lock)), written: Arc::default() })
            }
            Err(TryLockError::WouldBlock) => {
                Err(Error::failed(format!("{}: another process is at work in it", path.display()))
                    .with_hint("wait for it to end, or interrupt it"))
            }
            // Some network file systems have no locks, and training there was never refused.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                Ok(Self { path, checkpoint: None, _lock: None, written: Arc::default() })
            }
            Err(TryLockError::Error(error)) => Err(Error::io(&file, error)),
        }
    }

    /// Whether another process is at work in it.
    pub fn is_busy(path: &Path) -> bool {
        let lock = File::options().append(true).open(path.join(LOCK));
        lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// The same with the weights of a checkpoint in place of those of the end.
    #[must_use]
    pub fn with_checkpoint(self, checkpoint: NamedCheckpoint) -> Self {
        Self { checkpoint: Some(checkpoint), ..self }
    }

    /// The checkpoint whose weights are to be evaluated, where they are not those of the end.
    pub fn checkpoint(&self) -> Option<&NamedCheckpoint> {
        self.checkpoint.as_ref()
    }

    /// The file of the weights to evaluate.
    ///
    /// # Errors
    ///
    /// Where they are those of the end, and not what the run wrote.
    pub fn weights(&self) -> Result<PathBuf> {
        match &self.checkpoint {
            Some(checkpoint) => Ok(checkpoint.weights.clone()),
            None => self.check(MODEL).map(|()| self.file(MODEL)),
        }
    }

    /// Refuses a file that is not what it was when the run ended; of runs without a seal nothing is known.
    ///
    /// # Errors
    ///
    /// As of [`Seal::check`].
    pub fn check(&self, name: &str) -> Result<()> {
        Seal::read(&self.path)?.map_or(Ok(()), |seal| seal.check(&self.path, name))
    }

    /// Writes the result of a run and seals it. The seal comes first: a run that has ended has one.
    ///
    /// # Errors
    ///
    /// Where the disk refuses, or the folder is not there any more.
    pub fn end(&self, result: &impl Serialize) -> Result<()> {
        self.require_present()?;
        let result = json(result);
        // Of what was written, not of what lies there now: a file that was changed since is then told by its seal.
        let seal = Seal::of(&self.path, &result, &self.written.lock().expect("no panic"));
        let sealed = seal.and_then(|seal| self.write(SEAL, seal.to_text().as_bytes()));
        sealed.and_then(|()| self.write(RESULT, &result)).map_err(|error| self.absence_or(error))
    }

    /// Takes the end of a run back, which then goes on. What the seal names is still there if a crash comes in between.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn reopen(&self) -> Result<()> {
        self.remove(RESULT)?;
        self.remove(SEAL)
    }

    /// Makes sure that the folder is still the one in which this process works.
    ///
    /// # Errors
    ///
    /// Where it was removed, or replaced by another.
    pub fn require_present(&self) -> Result<()> {
        let Some(lock) = &self._lock else { return Ok(()) };
        if is_same_file(lock, &self.file(LOCK)) {
            return Ok(());
        }
        Err(Error::failed(format!(
            "{}: the folder was removed or replaced while the run was at work",
            self.path.display()
        ))
        .with_hint("what was measured since is lost; start the run again, and leave its folder alone"))
    }

    /// That the folder is not there any more, where that is why something in it failed, or else the error.
    pub fn absence_or(&self, error: Error) -> Error {
        self.require_present().err().unwrap_or(error)
    }

    /// Makes sure that the folder can be written to.
    ///
    /// # Errors
    ///
    /// Where it cannot.
    pub fn require_writable(&self) -> Result<()> {
        tempfile::tempfile_in(&self.path).map(drop).map_err(|error| Error::io(&self.path, error))
    }

    /// Removes what processes that were killed left half written.
    pub fn remove_abandoned(&self) {
        [self.path.clone(), self.file(CHECKPOINTS)].iter().for_each(files::remove_abandoned);
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
        write_atomically(self.file(name), content)?;
        if is_sealed(name) {
            self.note_written(name, sha256(content));
        }
        Ok(())
    }

    /// Writes a file that says what the data are. Says whether another one was there.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn describe(&self, name: &str, content: &[u8]) -> Result<bool> {
        let before = sha256_of_file(self.file(name));
        self.write(name, content)?;
        Ok(before.is_ok_and(|before| before != sha256(content)))
    }

    /// Notes what this process has written in another way.
    pub fn note_written(&self, name: &str, sha256: String) {
        self.written.lock().expect("no panic").insert(name.to_owned(), sha256);
    }

    /// Writes a value as indented JSON, as [`Self::write`] does.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<()> {
        self.write(name, &json(value))
    }

    /// A file of JSON lines to be appended to, of which the first `bytes` are kept.
    ///
    /// # Errors
    ///
    /// Where the file is shorter or the disk refuses.
    pub fn lines(&self, name: &str, bytes: u64) -> Result<JsonLines> {
        JsonLines::open(self.file(name), bytes)
    }

    /// Removes one of its files, which may not be there.
    ///
    /// # Errors
    ///
    /// Where the disk refuses.
    pub fn remove(&self, name: &str) -> Result<()> {
        let path = self.file(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(&path, error)),
            _ => Ok(()),
        }
    }

    /// Whether anything was trained in it, or in a run inside it.
    pub fn has_steps(&self) -> bool {
        let has_lines = |folder: &Path| fs::metadata(folder.join(METRICS)).is_ok_and(|file| file.len() > 0);
        let is_begun = |folder: &Path| has_lines(folder) || folder.join(CHECKPOINTS).is_dir();
        is_begun(&self.path) || self.inner_runs().iter().any(|path| is_begun(path))
    }

    /// Whether its training came to its end.
    pub fn is_finished(&self) -> bool {
        self.file(RESULT).is_file()
    }

    /// The folders of runs inside it, as `--repeat` makes them.
    pub fn inner_runs(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut runs: Vec<_> =
            entries.map(|entry| entry.path()).filter(|path| path.join(CONFIG).is_file()).collect();
        runs.sort();
        runs
    }

    /// Ends the exclusive use of a folder that nothing will ever be trained in.
    pub fn release(self) {
        // A lock that cannot be removed is empty and hinders nobody.
        let _ = fs::remove_file(self.file(LOCK));
    }

    /// Removes a folder in which nothing was trained, so that the same command can be given again.
    pub fn discard(&self) {
        for name in [
            CONFIG,
            ENVIRONMENT,
            METRICS,
            TIMING,
            SPLIT,
            NODES,
            FEATURES,
            STANDARDIZATION,
            DATA,
            REPEAT,
            MODEL,
            INITIAL_WEIGHTS,
            CONTINUED,
            SEAL,
            LOCK,
        ] {
            // A file that was never written, or that cannot be removed, hinders nobody.
            let _ = fs::remove_file(self.file(name));
        }
        // Refused where anything else is left, which is then the user's.
        let _ = fs::remove_dir(&self.path);
    }
}

/// A value as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("maps with string keys are always JSON");
    text.push(b'\n');
    text
}

/// Whether an open file is the one at a path. Where the system cannot tell, it is if there is one.
fn is_same_file(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (open.dev(), open.ino()) == (there.dev(), there.ino())
    }
    #[cfg(not(unix))]
    {
        open.is_file() && there.is_file()
    }
}

/// Whether a path holds a run that began and did not end.
pub fn is_unfinished(path: &Path) -> bool {
    path.join(CONFIG).is_file() && !path.join(RESULT).is_file()
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
    fn one_process_at_a_time_trains_in_a_folder() {
        let folder = temporary();
        let path = folder.path().join("run");
        let first = RunFolder::create(&path).expect("new");
        first.write(CONFIG, b"").expect("written");
        let error = RunFolder::open_to_train(&path).expect_err("held");
        assert!(error.message.ends_with("run: another process is at work in it"), "{error}");
        assert!(RunFolder::is_busy(&path));
        RunFolder::open(&path).expect("whoever only reads may");
        drop(first);
        assert!(!RunFolder::is_busy(&path));
        RunFolder::open_to_train(&path).expect("free again");
    }

    #[test]
    fn a_run_that_has_not_ended_is_to_be_resumed() {
        let folder = temporary();
        let path = folder.path().join("run");
        let run = RunFolder::create(&path).expect("new");
        run.write(CONFIG, b"").expect("written");
        let error = RunFolder::create(&path).expect_err("there");
        assert!(error.hint.expect("a hint").starts_with("`aevb resume "), "{}", error.message);
        run.write(RESULT, b"{}").expect("written");
        let error = RunFolder::create(&path).expect_err("there");
        assert!(error.message.ends_with("exists already"), "{error}");
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
