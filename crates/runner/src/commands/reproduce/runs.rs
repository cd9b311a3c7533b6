//! The runs of a reproduction, each in its folder: trained once, and found again.

use std::path::Path;

use aevb_data::files::read_at_most;
use aevb_data::memory;

use crate::commands::resume::Resumption;
use crate::commands::train::{self, Show};
use crate::device::Found;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{ConfigFile, Experiment};
use crate::output;
use crate::reproduce::is_of_group;
use crate::run_folder::{CONFIG, ENVIRONMENT, METRICS, RESULT, RunFolder};

/// Neither file of a run comes near it.
const LARGEST: u64 = 1 << 26;

/// The runs that are asked for by their names or by those of groups; all, where none is.
///
/// # Errors
/// If a name is that of no run.
pub(super) fn asked_for<'a, Run>(
    runs: &'a [Run],
    name: impl Fn(&Run) -> &str,
    only: &[String],
) -> Result<Vec<&'a Run>> {
    if let Some(unknown) = only.iter().find(|group| !runs.iter().any(|run| is_of_group(name(run), group))) {
        let names: Vec<&str> = runs.iter().map(&name).collect();
        return Err(Error::usage(format!("--only {unknown}: names no run, and no group of them"))
            .with_hint(format!("the runs are {}", names.join(", "))));
    }
    let wanted = |run: &&Run| only.is_empty() || only.iter().any(|group| is_of_group(name(run), group));
    Ok(runs.iter().filter(wanted).collect())
}

/// Whether the folder holds the result of this very experiment.
///
/// # Errors
/// If it holds a run of another one, which a table may neither mix with its own nor leave out, or a damaged one.
pub(super) fn is_finished(experiment: &Experiment, folder: &Path) -> Result<bool> {
    if !folder.join(CONFIG).is_file() {
        return Ok(false);
    }
    let file = ConfigFile::find(Some(&folder.join(CONFIG)))?;
    let there = Experiment::read(&file, &[])?;
    let wanted = experiment.clone().with_inputs_of(&there);
    if let Some(change) = there.changes(&wanted).first() {
        let [there, wanted] = [&change.before, &change.after]
            .map(|value| value.as_ref().map_or_else(|| "left out".to_owned(), ToString::to_string));
        let message = format!(
            "{}: holds a run of another configuration: {} is {there} there, and {wanted} is asked for",
            folder.display(),
            change.key
        );
        return Err(Error::usage(message).with_hint("choose another --out, or remove that run"));
    }
    let folder = RunFolder::open(folder)?;
    [METRICS, RESULT].into_iter().try_for_each(|name| folder.check(name))?;
    Ok(folder.is_finished())
}

/// Trains a run that its folder has not finished, the `number`-th from 0 of so many, and says so.
pub(super) fn train_once(
    name: &str,
    [number, runs]: [usize; 2],
    experiment: &Experiment,
    found: &Found,
    folder: &Path,
    show: Show,
) -> Result<()> {
    if is_finished(experiment, folder)? {
        output::message(&format!("{name}: done before"));
        return Ok(());
    }
    output::message(&format!("run {} of {runs}: {name}", number + 1));
    train_one(experiment, found, folder, show)
}

/// Trains, or goes on with what was cut short.
pub(super) fn train_one(experiment: &Experiment, found: &Found, path: &Path, show: Show) -> Result<()> {
    memory::forget_peak();
    let (experiment, folder, start) = if path.join(CONFIG).is_file() {
        let folder = RunFolder::open_to_train(path)?;
        let resumption = Resumption::of(&folder, &[])?.expect("a run without a result has not ended");
        resumption.messages.iter().for_each(|message| output::message(message));
        (experiment.clone().with_inputs_of(&resumption.experiment), folder, resumption.start)
    } else {
        let experiment = train::with_inputs_chosen(experiment, found, show.quiet)?;
        let folder = RunFolder::create(path)?;
        folder.write(CONFIG, experiment.to_toml().as_bytes())?;
        folder.write_json(ENVIRONMENT, &Environment::current(found.row.clone()))?;
        (experiment, folder, None)
    };
    match train::go_on(&experiment, found, &folder, start, show) {
        Ok(_) => Ok(()),
        Err(error) if !folder.has_steps() => {
            folder.discard();
            Err(error)
        }
        Err(error) if error.kind == ErrorKind::Interrupted => {
            Err(error.with_hint("the same command goes on from there"))
        }
        Err(error) => Err(error),
    }
}

pub(super) fn read(path: &Path) -> Result<String> {
    let bytes = read_at_most(path, LARGEST)?;
    String::from_utf8(bytes).map_err(|_| Error::failed(format!("{}: is no UTF-8", path.display())))
}
