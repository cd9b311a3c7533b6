//! `aevb resume`: a run that was interrupted or cut short goes on from its newest sound checkpoint, and ends as if
//! nothing had happened.

use std::path::Path;

use aevb_data::files::read_at_most;
use aevb_data::hash::sha256;
use serde::Deserialize;

use super::opened::note_without_seal;
use super::train;
use crate::cli::ResumeArguments;
use crate::device;
use crate::environment::{self, Environment};
use crate::error::{Error, Result};
use crate::experiment::{Change, ConfigFile, Experiment, FREE, Override};
use crate::run_folder::{CONFIG, ENVIRONMENT, MODEL, REPEAT, RESULT, RunFolder};
use crate::seal::Seal;
use crate::train::{Checkpoint, Checkpoints, Newest};
use crate::{interrupt, output, shell};

/// No result comes near it.
const LARGEST: u64 = 1 << 26;

pub(super) fn run(arguments: &ResumeArguments) -> Result<()> {
    let folder = RunFolder::open_to_train(&arguments.run)?;
    let place = folder.path().display();
    let tell = |text: &str| {
        if !arguments.quiet {
            output::message(text);
        }
    };
    if !arguments.quiet {
        note_without_seal(&folder);
    }
    let overrides = arguments.overrides()?;
    let repeat = repetitions(&folder)?;
    let resumption = match repeat {
        None => Resumption::of(&folder, &overrides)?,
        Some(_) => Resumption::of_several(&folder, &overrides)?,
    };
    let Some(Resumption { experiment, start, messages }) = resumption else {
        if let Some(restored) = restore_weights(&folder)? {
            tell(&format!("{place}: {restored}"));
        }
        tell(&format!("{place}: has ended; --set train.epochs=N would train on until epoch N"));
        return if arguments.json { print_result(&folder) } else { Ok(()) };
    };
    messages.iter().for_each(|message| tell(message));
    let found = device::resolve(&experiment.device)?;
    environment::use_threads(experiment.threads)?;
    interrupt::listen()?;
    if let Some(before) = device_before(&folder).filter(|before| *before != found.row.name) {
        let now = &found.row.name;
        tell(&format!("{place}: on {now}, and on {before} before: the bits will be those of neither alone"));
    }
    let show = train::Show { quiet: arguments.quiet, beginning: false, tensorboard: false, heuristics: true };
    let outcome = match repeat {
        None => train::go_on(&experiment, &found, &folder, start, show).map(train::Ended::Once),
        Some(repeat) => {
            train::several(&experiment, &found, &folder, repeat, show).map(train::Ended::Repeatedly)
        }
    };
    if outcome.is_ok() {
        folder.write_json(ENVIRONMENT, &Environment::current(found.row.clone()))?;
    }
    train::report(outcome, &folder, arguments.json)
}

/// What a run goes on with.
pub(super) struct Resumption {
    pub experiment: Experiment,
    /// `None` is from the beginning: there is no sound checkpoint.
    pub start: Option<Checkpoint>,
    /// What the user should know.
    pub messages: Vec<String>,
}

impl Resumption {
    /// Looks for the newest sound checkpoint of a run, and at what is to be changed. `None` where the run has ended and
    /// is to stay as it is.
    ///
    /// # Errors
    /// If something is to be changed that would have made other steps.
    pub fn of(folder: &RunFolder, overrides: &[Override]) -> Result<Option<Self>> {
        let place = folder.path().display();
        let file = ConfigFile::find(Some(&folder.file(CONFIG)))?;
        let before = Experiment::read(&file, &[])?;
        let experiment = Experiment::read(&file, overrides)?;
        let prolongs = |change: &Change| {
            ["train.epochs", "train.patience", "train.weights"].contains(&change.key.as_str())
        };
        if folder.is_finished() && !before.changes(&experiment).iter().any(prolongs) {
            refuse(&before.changes(&experiment), &place.to_string())?;
            return Ok(None);
        }
        let checkpoints = Checkpoints::of(folder);
        let Newest { checkpoint, damaged } = checkpoints.newest()?;
        let mut messages: Vec<String> = damaged
            .iter()
            .map(|(name, problem)| format!("{place}: checkpoint {name} is damaged and left out: {problem}"))
            .collect();
        let Some(checkpoint) = checkpoint else {
            if folder.is_finished() {
                let problem = format!("{place}: has no sound checkpoint to train on from");
                let problem = messages.into_iter().fold(problem, |all, message| all + "; " + &message);
                return Err(Error::usage(problem).with_hint("start a new run"));
            }
            refuse(&before.changes(&experiment), &place.to_string())?;
            messages.push(format!("{place}: no checkpoint yet, so from the beginning"));
            return Ok(Some(Self { experiment, start: None, messages }));
        };
        let position = &checkpoint.state.position;
        let (step, epochs) = (position.step, experiment.train.epochs as u64);
        let then = ConfigFile {
            place: format!("{place}, the configuration in checkpoint step-{step}"),
            text: checkpoint.state.config.clone().into(),
            ..file
        };
        let changes = Experiment::read(&then, &[])?.changes(&experiment);
        refuse(&changes, &place.to_string())?;
        if position.step > epochs.saturating_mul(position.steps_per_epoch) {
            return Err(Error::usage(format!(
                "train.epochs = {epochs}: the run is in epoch {}",
                position.epoch()
            ))
            .with_hint("no step is taken back: name a later epoch"));
        }
        let is_longer = changes.iter().any(|change| change.key == "train.epochs");
        if is_longer && experiment.schedule.follows_the_total() {
            messages.push("the steps so far followed a schedule for another train.epochs".to_owned());
        }
        messages
            .push(format!("{place}: goes on after step {step}, in epoch {} of {epochs}", position.epoch()));
        Ok(Some(Self { experiment, start: Some(checkpoint), messages }))
    }

    /// Refuses to go on with one of several runs whose configuration is not that of them all.
    pub fn refuse_another(&self, experiment: &Experiment, path: &Path) -> Result<()> {
        let changes = self.experiment.changes(experiment);
        let other = changes.iter().find(|change| !["device", "threads"].contains(&change.key.as_str()));
        other.map_or(Ok(()), |change| {
            let message = format!("{}: has another {} than the runs beside it", path.display(), change.key);
            Err(Error::usage(message)
                .with_hint(format!("`aevb resume {}` goes on with it alone", shell::path(path))))
        })
    }

    /// Of the folder of `--repeat`: its runs have checkpoints, and it has none itself.
    fn of_several(folder: &RunFolder, overrides: &[Override]) -> Result<Option<Self>> {
        let file = ConfigFile::find(Some(&folder.file(CONFIG)))?;
        let experiment = Experiment::read(&file, overrides)?;
        let changes = Experiment::read(&file, &[])?.changes(&experiment);
        if let Some(change) =
            changes.iter().find(|change| !["device", "threads"].contains(&change.key.as_str()))
        {
            let message =
                format!("{}: holds several runs, whose {} stays", folder.path().display(), change.key);
            return Err(Error::usage(message).with_hint("name one of them to change it"));
        }
        let resumption = Self { experiment, start: None, messages: Vec::new() };
        Ok((!folder.is_finished()).then_some(resumption))
    }
}

/// Refuses what would have made other steps.
fn refuse(changes: &[Change], place: &str) -> Result<()> {
    let Some(Change { key, before, after }) = changes.iter().find(|change| !change.is_free()) else {
        return Ok(());
    };
    let show = |value: &Option<toml::Value>| value.as_ref().map_or("absent".to_owned(), ToString::to_string);
    let message = format!("{place}: {key} is {}, and was {} when the run began", show(after), show(before));
    Err(Error::usage(message)
        .with_hint(format!("a run may change {} alone; for the rest start a new one", FREE.join(", "))))
}

/// How many runs there are to be in the folder of `--repeat`.
fn repetitions(folder: &RunFolder) -> Result<Option<u32>> {
    #[derive(Deserialize)]
    struct Repeat {
        repeat: u32,
    }
    let file = folder.file(REPEAT);
    if !file.is_file() {
        return Ok(None);
    }
    let Repeat { repeat } = serde_json::from_slice(&read_at_most(&file, LARGEST)?)
        .map_err(|error| Error::failed(format!("{}: {error}", file.display())))?;
    Ok(Some(repeat))
}

/// The device that the run was on, if it is known.
fn device_before(folder: &RunFolder) -> Option<String> {
    let bytes = read_at_most(folder.file(ENVIRONMENT), LARGEST).ok()?;
    let environment: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    environment["device"]["name"].as_str().map(str::to_owned)
}

/// Writes the weights of the end again where they are not what the run wrote, and says so. They are those of the newest
/// checkpoint or of the best, and the seal tells which.
fn restore_weights(folder: &RunFolder) -> Result<Option<String>> {
    let Some(seal) = Seal::read(folder.path())? else { return Ok(None) };
    let Err(changed) = seal.check(folder.path(), MODEL) else { return Ok(None) };
    let checkpoints = Checkpoints::of(folder);
    for step in checkpoints.steps()?.into_iter().rev() {
        let Ok((weights, _)) = checkpoints.weights_of(step) else { continue };
        if seal.sum(MODEL) == Some(sha256(&weights).as_str()) {
            folder.write(MODEL, &weights)?;
            return Ok(Some(format!(
                "{MODEL} was not what the run wrote, and is restored from checkpoint step-{step}"
            )));
        }
    }
    Err(changed.with_hint(
        "no sound checkpoint with these weights is left to restore it from: bring it back from a copy, or train again",
    ))
}

fn print_result(folder: &RunFolder) -> Result<()> {
    folder.check(RESULT)?;
    let bytes = read_at_most(folder.file(RESULT), LARGEST)?;
    output::print(&String::from_utf8_lossy(&bytes))
}
