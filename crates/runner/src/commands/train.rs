//! `aevb train`: one run, or several that differ in their seeds.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::resume::Resumption;
use super::{config, continuation, next};
use crate::cli::TrainArguments;
use crate::device::{self, Found};
use crate::environment::{self, Environment};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Experiment;
use crate::outcome::{Outcome, Repeated};
use crate::own::Chosen;
use crate::progress::Progress;
use crate::run_folder::{CONFIG, ENVIRONMENT, REPEAT, RESULT, RunFolder};
use crate::tensorboard::{self, TensorBoard};
use crate::train::{self, Checkpoint};
use crate::{interrupt, output, shell};

pub(super) fn run(arguments: &TrainArguments) -> Result<()> {
    let before = arguments.continue_from.as_deref().map(continuation::before).transpose()?;
    let read = || config::read_to_go_on(&arguments.config, before.as_ref());
    let Chosen { file, experiment, told, name } =
        environment::on_own_threads(arguments.config.threads.unwrap_or_default(), read)?;
    if !arguments.quiet {
        told.iter().for_each(|line| output::message(line));
    }
    experiment.require_files()?;
    let last_seed = experiment.seed.checked_add(u64::from(arguments.repeat) - 1);
    if last_seed.is_none_or(|seed| i64::try_from(seed).is_err()) {
        return Err(Error::usage(format!("--repeat {}: the last seed is too large", arguments.repeat))
            .with_hint("a seed lies between 0 and 2^63 - 1"));
    }
    let experiment = match &arguments.continue_from {
        None => train::pin_initial_weights(experiment)?,
        // Its weights take the place of those of the configuration.
        Some(_) => experiment,
    };
    let found = device::resolve(&experiment.device)?;
    environment::use_threads(experiment.threads)?;
    interrupt::listen()?;
    let continuation = arguments.continue_from.as_deref();
    let continuation =
        continuation.map(|run| continuation::read(run, &experiment, &found, arguments)).transpose()?;
    let stem = match name {
        Some(name) => format!("{}-{name}", experiment.task.model_kind()),
        None => experiment.name(&file.name),
    };
    let (folder, old) = new_folder(arguments, &format!("{stem}-{}", experiment.seed))?;
    if !arguments.quiet {
        let path = folder.path().display();
        output::message(&format!("{} on {}, into {path}", file.place, found.row.name));
    }
    let experiment = match continuation {
        None => experiment,
        Some(continuation) => {
            let kept = continuation::keep(&continuation, &folder, experiment);
            kept.inspect_err(|_| put_back(&folder, old.as_deref()))?
        }
    };
    let show = Show {
        quiet: arguments.quiet,
        beginning: false,
        tensorboard: arguments.tensorboard,
        heuristics: true,
    };
    let outcome = if arguments.repeat == 1 {
        one(&experiment, &found, &folder, show).map(Ended::Once)
    } else {
        several(&experiment, &found, &folder, arguments.repeat, show).map(Ended::Repeatedly)
    };
    if outcome.is_err() && !folder.has_steps() {
        put_back(&folder, old.as_deref());
    }
    let has_ended = outcome.is_ok();
    report(outcome, &folder, arguments.json)?;
    if has_ended && !arguments.quiet && !arguments.json {
        next::after_training(&experiment, folder.path(), arguments.repeat > 1);
    }
    Ok(())
}

/// Discards a run that has not begun. The one that was moved out of its way comes back: none has taken its place.
fn put_back(folder: &RunFolder, old: Option<&Path>) {
    folder.discard();
    if old.is_some_and(|old| std::fs::rename(old, folder.path()).is_ok()) {
        output::message(&format!("{} is back where it was", folder.path().display()));
    }
}

/// The folder of a new run: the one that was asked for, or the first of `runs/STEM-1`, … that is free.
/// With it the run that was moved out of its way.
fn new_folder(arguments: &TrainArguments, stem: &str) -> Result<(RunFolder, Option<PathBuf>)> {
    let named = arguments.name.as_deref().map(by_name).transpose()?;
    if let Some(path) = arguments.out.clone().or(named) {
        let old = if arguments.force { RunFolder::move_away(&path)? } else { None };
        if let Some(old) = &old {
            let (path, old) = (path.display(), old.display());
            output::message(&format!("{path}: the run that was there is now {old}"));
        }
        return Ok((RunFolder::create(path)?, old));
    }
    let runs = Path::new("runs");
    if let Some(cut_short) = RunFolder::cut_short(runs, stem).filter(|_| !arguments.quiet) {
        let (path, word) = (cut_short.display(), shell::path(&cut_short));
        output::message(&format!("{path} was cut short: `aevb resume {word}` would go on with it"));
    }
    Ok((RunFolder::create_numbered(runs, stem)?, None))
}

/// The folder of a run by name.
fn by_name(name: &str) -> Result<PathBuf> {
    let is_plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    if !is_plain {
        return Err(Error::usage(format!("--name {name}: is no name for a folder in runs"))
            .with_hint("give a plain name, or a path by --out"));
    }
    Ok(Path::new("runs").join(name))
}

pub(super) enum Ended {
    Once(Outcome),
    Repeatedly(Repeated),
}

/// Prints what training came to; where it was stopped, says how to go on.
pub(super) fn report(outcome: Result<Ended>, folder: &RunFolder, json: bool) -> Result<()> {
    match outcome {
        Ok(Ended::Once(result)) if json => output::print_json(&result),
        Ok(Ended::Once(result)) => output::print(&result.to_text()),
        Ok(Ended::Repeatedly(result)) if json => output::print_json(&result),
        Ok(Ended::Repeatedly(result)) => output::print(&result.to_text()),
        Err(error) if error.kind == ErrorKind::Interrupted && folder.has_steps() => {
            Err(error.with_hint(format!("`aevb resume {}` goes on", shell::path(folder.path()))))
        }
        Err(error) => Err(error),
    }
}

/// What is seen of a run while it trains.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Show {
    /// Nothing on stderr.
    pub quiet: bool,
    /// Though quiet, what is said before the first step.
    pub beginning: bool,
    /// Heuristics beside the model of a graph, at the end.
    pub heuristics: bool,
    /// Event files in the run's folder; a run that has some goes on with them.
    pub tensorboard: bool,
}

/// Trains once and leaves a complete run in the folder.
fn one(experiment: &Experiment, found: &Found, folder: &RunFolder, show: Show) -> Result<Outcome> {
    let experiment = with_inputs_chosen(experiment, found, show.quiet)?;
    begin(&experiment, found, folder)?;
    go_on(&experiment, found, folder, None, show)
}

/// The experiment with what it leaves open chosen, which is told.
pub(super) fn with_inputs_chosen(experiment: &Experiment, found: &Found, quiet: bool) -> Result<Experiment> {
    let (experiment, told) = train::choose_inputs(experiment.clone(), &found.device)?;
    told.iter().filter(|_| !quiet).for_each(|line| output::message(line));
    Ok(experiment)
}

/// Trains from a checkpoint on, or from the beginning.
pub(super) fn go_on(
    experiment: &Experiment,
    found: &Found,
    folder: &RunFolder,
    start: Option<Checkpoint>,
    show: Show,
) -> Result<Outcome> {
    let progress = match show.beginning {
        true => Progress::beginning(),
        false => Progress::new(experiment.train.epochs, show.quiet),
    };
    let has_events = show.tensorboard || folder.file(tensorboard::FOLDER).is_dir();
    let mut observer = (progress, has_events.then(|| TensorBoard::new(folder.path())));
    let result = train::run(experiment, &found.device, folder, start, show.heuristics, &mut observer)?;
    observer.1.map_or(Ok(()), TensorBoard::finish)?;
    folder.end(&result)?;
    Ok(result)
}

/// Trains with consecutive seeds, each run in a folder `seed-N` of its own. Runs that are there and have ended are taken
/// as they are; one that has not ended goes on.
pub(super) fn several(
    experiment: &Experiment,
    found: &Found,
    folder: &RunFolder,
    repeat: u32,
    show: Show,
) -> Result<Repeated> {
    if !folder.file(REPEAT).is_file() {
        begin(experiment, found, folder)?;
        folder.write_json(REPEAT, &json!({"repeat": repeat}))?;
    }
    let mut results = Vec::new();
    for seed in (experiment.seed..).take(repeat as usize) {
        let experiment = Experiment { seed, ..experiment.clone() };
        // What is read is the same for every seed.
        let show = Show { beginning: !show.quiet && results.is_empty(), ..show };
        let result = one_of_several(&experiment, found, &folder.file(&format!("seed-{seed}")), show)?;
        if !show.quiet {
            output::message(&format!("seed {seed}: {}", result.in_brief()));
        }
        results.push(result);
    }
    let result = Repeated::of(results).expect("at least one run");
    if let Repeated::Density(density) = &result {
        density.caution().iter().for_each(|caution| output::message(&format!("note: {caution}")));
    }
    folder.end(&result)?;
    Ok(result)
}

fn one_of_several(experiment: &Experiment, found: &Found, path: &Path, show: Show) -> Result<Outcome> {
    if path.join(RESULT).is_file() {
        return ended(path);
    }
    let is_new = !path.join(CONFIG).is_file();
    let (experiment, folder, start) = if !is_new {
        let folder = RunFolder::open_to_train(path)?;
        let Some(resumption) = Resumption::of(&folder, &[])? else {
            // Another process ended it before the lock was had.
            return ended(path);
        };
        let experiment = experiment.clone().with_inputs_of(&resumption.experiment);
        resumption.refuse_another(&experiment, path)?;
        if !show.quiet {
            resumption.messages.iter().for_each(|message| output::message(message));
        }
        (experiment, folder, resumption.start)
    } else {
        let experiment = with_inputs_chosen(experiment, found, show.quiet)?;
        // Nothing but an empty folder can be there: its configuration is the first thing in it.
        let _ = std::fs::remove_dir(path);
        (experiment, RunFolder::create(path)?, None)
    };
    if is_new {
        begin(&experiment, found, &folder)?;
    }
    // What a run that goes on says of its files is said of each.
    let beginning = show.beginning || (!is_new && !show.quiet);
    let result = go_on(&experiment, found, &folder, start, Show { quiet: true, beginning, ..show });
    if is_new && result.is_err() && !folder.has_steps() {
        folder.discard();
    }
    if !is_new && result.is_ok() {
        folder.write_json(ENVIRONMENT, &Environment::current(found.row.clone()))?;
    }
    result
}

/// The result of a run that has ended.
fn ended(path: &Path) -> Result<Outcome> {
    let folder = RunFolder::open(path)?;
    folder.check(RESULT)?;
    Outcome::read(&folder.file(RESULT))
}

/// Writes what is known before the first step.
fn begin(experiment: &Experiment, found: &Found, folder: &RunFolder) -> Result<()> {
    folder.write(CONFIG, experiment.to_toml().as_bytes())?;
    folder.write_json(ENVIRONMENT, &Environment::current(found.row.clone()))
}
