//! `checkpoints/`: which there are, which is the best, and which are kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aevb_data::files::{read_at_most, write_atomically};

use super::Checkpoint;
use super::files::{
    Files, LARGEST_SUMS, SUMS, Unusable, WriteFile, remove_folder, sum, sync_folder, write_synced,
};
use crate::error::{Error, Result};
use crate::run_folder::{CHECKPOINTS, MODEL, NamedCheckpoint, RunFolder};

/// Where a checkpoint is written before it is one.
const UNFINISHED: &str = "unfinished";
/// Where one is put that is no longer wanted, so that what is left of it is taken for none.
const UNWANTED: &str = "unwanted";

/// The file that names the best, by the checksum of its checksums: `sha256sum --check best`.
const BEST: &str = "best";

/// A run's checkpoints.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    path: PathBuf,
}

/// The newest that can be used, and those that cannot.
#[derive(Clone, Debug)]
pub struct Newest {
    /// `None` where there is none, or none is sound.
    pub checkpoint: Option<Checkpoint>,
    /// Newer ones that are damaged: each folder's name and what is wrong, newest first.
    pub damaged: Vec<(String, String)>,
}

/// A checkpoint as a user names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The best by `train.best_metric`.
    Best,
    /// The newest.
    Latest,
    /// The one after so many steps.
    Step(u64),
}

impl std::str::FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "best" => Ok(Self::Best),
            "latest" => Ok(Self::Latest),
            _ => {
                text.parse().map(Self::Step).map_err(|_| "it is best, latest or a number of steps".to_owned())
            }
        }
    }
}

impl Checkpoints {
    /// Those of a run.
    pub fn of(folder: &RunFolder) -> Self {
        Self { path: folder.file(CHECKPOINTS) }
    }

    /// The steps at which there is one, sound or not, in ascending order.
    ///
    /// # Errors
    /// If the folder cannot be read: to take it for an empty one would begin the run anew.
    pub fn steps(&self) -> Result<Vec<u64>> {
        let unreadable = |error| Error::io(&self.path, error);
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(unreadable)?,
        };
        let names = entries.map(|entry| Ok(entry.map_err(unreadable)?.file_name()));
        let names: Vec<_> = names.collect::<Result<_>>()?;
        let mut steps: Vec<u64> = names.iter().filter_map(|name| step_of(name.to_str()?)).collect();
        steps.sort_unstable();
        Ok(steps)
    }

    /// The newest sound one.
    ///
    /// # Errors
    /// [`Usage`](crate::error::ErrorKind::Usage) where a newer version of the program wrote one: what an older one says
    /// is then out of date.
    pub fn newest(&self) -> Result<Newest> {
        let mut damaged = Vec::new();
        for step in self.steps()?.into_iter().rev() {
            match self.read(step) {
                Ok(checkpoint) => return Ok(Newest { checkpoint: Some(checkpoint), damaged }),
                Err(Unusable::Damaged(problem)) => damaged.push((name(step), problem)),
                Err(Unusable::Newer(format)) => return Err(self.newer(step, format)),
            }
        }
        Ok(Newest { checkpoint: None, damaged })
    }

    /// One that a user names, after a check of all its bytes.
    ///
    /// # Errors
    /// If there is no such checkpoint, or it is damaged.
    pub fn find(&self, which: Which) -> Result<NamedCheckpoint> {
        let steps = self.steps()?;
        let found = match which {
            Which::Best => Some(self.best()?),
            Which::Latest => steps.last().copied(),
            Which::Step(step) => Some(step),
        };
        let Some(step) = found.filter(|step| steps.contains(step)) else {
            let there: Vec<String> = steps.iter().map(u64::to_string).collect();
            let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
            return Err(Error::usage(format!("{}: has no such checkpoint", self.path.display()))
                .with_hint(format!("there are, by their steps: {there}")));
        };
        match self.read(step) {
            Ok(checkpoint) => {
                let epochs = step / checkpoint.state.position.steps_per_epoch;
                Ok(NamedCheckpoint { step, epochs, weights: self.folder(step).join(MODEL) })
            }
            Err(Unusable::Damaged(problem)) => {
                Err(Error::failed(format!("{}: {problem}", self.folder(step).display()))
                    .with_hint("the checkpoint is damaged: name another with --checkpoint"))
            }
            Err(Unusable::Newer(format)) => Err(self.newer(step, format)),
        }
    }

    /// Writes one, complete or not at all, and syncs it to the disk.
    ///
    /// # Errors
    /// If the disk refuses; those there before are then untouched.
    pub fn save(&self, checkpoint: &Checkpoint) -> Result<()> {
        self.save_by(checkpoint, &mut write_synced)
    }

    pub(super) fn save_by(&self, checkpoint: &Checkpoint, write: &mut WriteFile<'_>) -> Result<()> {
        let unfinished = self.path.join(UNFINISHED);
        let target = self.folder(checkpoint.state.position.step);
        let written = (|| -> io::Result<()> {
            if !self.path.is_dir() {
                // Not those above it: a run's folder that was removed stays away.
                fs::create_dir(&self.path)?;
                self.path.parent().map_or(Ok(()), sync_folder)?;
            }
            remove_folder(&unfinished)?;
            fs::create_dir(&unfinished)?;
            Files::from(checkpoint).write(&unfinished, write)?;
            self.discard(&target)?;
            fs::rename(&unfinished, &target)?;
            sync_folder(&self.path)
        })();
        written.map_err(|error| {
            // The room it takes is wanted; whether it can be had is not the error to tell.
            let _ = remove_folder(&unfinished);
            let advice = Error::disk(&target, &error);
            let help = advice.hint.clone().unwrap_or_else(|| "make room on the disk".to_owned());
            advice.with_hint(format!("the checkpoints before are untouched: {help}"))
        })
    }

    /// The weights of the one after `step` steps, after a check of all its bytes, and their file.
    ///
    /// # Errors
    /// If there is no such checkpoint, or it is damaged.
    pub fn weights_of(&self, step: u64) -> Result<(Vec<u8>, PathBuf)> {
        let NamedCheckpoint { weights, .. } = self.find(Which::Step(step))?;
        let bytes = fs::read(&weights).map_err(|error| Error::io(&weights, error))?;
        Ok((bytes, weights))
    }

    /// Names the best from now on, or none.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn mark_best(&self, step: Option<u64>) -> Result<()> {
        let file = self.path.join(BEST);
        match step.and_then(|step| self.line_of(step)) {
            Some(line) => Ok(write_atomically(file, line.as_bytes())?),
            None if file.exists() => fs::remove_file(&file).map_err(|error| Error::io(&file, error)),
            None => Ok(()),
        }
    }

    /// The step of the best.
    fn best(&self) -> Result<u64> {
        let file = self.path.join(BEST);
        let hint = "a best one is kept by runs with a train.best_metric";
        let text = read_at_most(&file, 200).map_err(|error| Error::from(error).as_usage().with_hint(hint))?;
        let candidates = self.steps()?.into_iter();
        let mut named =
            candidates.filter(|&step| self.line_of(step).is_some_and(|line| line.as_bytes() == text));
        named.next().ok_or_else(|| {
            Error::failed(format!("{}: names no checkpoint that is there", file.display()))
                .with_hint("the file or the checkpoint is damaged: name another with --checkpoint")
        })
    }

    /// What names a checkpoint as the best.
    fn line_of(&self, step: u64) -> Option<String> {
        let sums = read_at_most(self.folder(step).join(SUMS), LARGEST_SUMS).ok()?;
        Some(sum(&format!("{}/{SUMS}", name(step)), &sums) + "\n")
    }

    /// Removes all but the newest so many and the best.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn keep(&self, newest: usize, best: Option<u64>) -> Result<()> {
        let steps = self.steps()?;
        for &step in &steps[..steps.len().saturating_sub(newest)] {
            if best != Some(step) {
                let folder = self.folder(step);
                self.discard(&folder).map_err(|error| Error::io(folder, error))?;
            }
        }
        Ok(())
    }

    /// Puts those of later steps aside, which are damaged, out of the way of those that are to come.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put_aside_after(&self, step: u64) -> Result<()> {
        for name in self.steps()?.into_iter().filter(|&later| later > step).map(name) {
            let aside = self.path.join(format!("damaged-{name}"));
            remove_folder(&aside)
                .and_then(|()| fs::rename(self.path.join(&name), &aside))
                .map_err(|error| Error::io(&aside, error))?;
        }
        Ok(())
    }

    fn read(&self, step: u64) -> Result<Checkpoint, Unusable> {
        let checkpoint = Files::read(&self.folder(step))?.verify()?;
        if checkpoint.state.position.step == step {
            Ok(checkpoint)
        } else {
            Err(Unusable::Damaged(format!("is that of step {}", checkpoint.state.position.step)))
        }
    }

    fn newer(&self, step: u64, format: u32) -> Error {
        let place = self.folder(step);
        Error::usage(format!("{}: has format {format}, which a newer version of aevb wrote", place.display()))
            .with_hint("go on with that version")
    }

    fn discard(&self, folder: &Path) -> io::Result<()> {
        let unwanted = self.path.join(UNWANTED);
        remove_folder(&unwanted)?;
        match fs::rename(folder, &unwanted) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => remove_folder(&unwanted),
        }
    }

    fn folder(&self, step: u64) -> PathBuf {
        self.path.join(name(step))
    }
}

fn name(step: u64) -> String {
    format!("step-{step}")
}

fn step_of(text: &str) -> Option<u64> {
    let step = text.strip_prefix("step-")?.parse().ok()?;
    // `step-007` and `step-+7` are no names of ours.
    (name(step) == text).then_some(step)
}
