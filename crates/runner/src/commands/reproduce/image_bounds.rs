//! `aevb reproduce aevb`: the runs one after the other, then the table and the data of the curves.
//!
//! A run that the folder has finished is not made again, so an interrupted reproduction goes on where it stopped.

use std::path::Path;

use aevb_data::files::{read_at_most, write_atomically};

use super::own_folder;
use crate::cli::ReproduceAevbArguments;
use crate::commands::resume::Resumption;
use crate::commands::train;
use crate::device::{self, Found};
use crate::environment::{self, Environment};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{ConfigFile, Experiment, Override};
use crate::reproduce::{BoundsTable, ImageRun, image_runs};
use crate::run_folder::{CONFIG, ENVIRONMENT, METRICS, RESULT, RunFolder};
use crate::{interrupt, output};

/// Neither file of a run comes near it.
const LARGEST: u64 = 1 << 26;

pub(super) fn run(arguments: &ReproduceAevbArguments) -> Result<()> {
    let runs = chosen_runs(&arguments.only)?;
    let found = device::resolve(&arguments.device)?;
    environment::use_threads(arguments.threads)?;
    interrupt::listen()?;
    let out = &arguments.out;
    let names: Vec<String> = image_runs().into_iter().map(|run| run.name).collect();
    own_folder(out, &names.iter().map(String::as_str).collect::<Vec<_>>())?;
    for (number, run) in runs.iter().enumerate() {
        let experiment = experiment(run, arguments, &found)?;
        let folder = out.join(&run.name);
        if is_finished(&experiment, &folder)? {
            output::message(&format!("{}: done before", run.name));
        } else {
            output::message(&format!("run {} of {}: {}", number + 1, runs.len(), run.name));
            train_one(&experiment, &found, &folder)?;
        }
        let table = table(arguments, &found)?;
        write_atomically(out.join("table.md"), table.to_markdown().as_bytes())?;
        write_atomically(out.join("curves.csv"), table.curves().as_bytes())?;
        let json = serde_json::to_vec_pretty(&table).expect("a table is always JSON");
        write_atomically(out.join(RESULT), &json)?;
    }
    let table = table(arguments, &found)?;
    if arguments.json { output::print_json(&table) } else { output::print(&table.to_markdown()) }
}

/// A row for each run that has ended, by this command or an earlier one.
fn table(arguments: &ReproduceAevbArguments, found: &Found) -> Result<BoundsTable> {
    let mut table = BoundsTable::default();
    for run in &image_runs() {
        let folder = arguments.out.join(&run.name);
        // A run of another configuration is none of this table's.
        if is_finished(&experiment(run, arguments, found)?, &folder).unwrap_or(false) {
            table.add(run, &read(&folder.join(RESULT))?, &read(&folder.join(METRICS))?)?;
        }
    }
    Ok(table)
}

fn chosen_runs(only: &[String]) -> Result<Vec<ImageRun>> {
    let runs = image_runs();
    if let Some(unknown) = only.iter().find(|group| !runs.iter().any(|run| run.is_of(group))) {
        let names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
        return Err(Error::usage(format!("--only {unknown}: names no run, and no group of them"))
            .with_hint(format!("the runs are {}", names.join(", "))));
    }
    let wanted = |run: &ImageRun| only.is_empty() || only.iter().any(|group| run.is_of(group));
    Ok(runs.into_iter().filter(wanted).collect())
}

fn experiment(run: &ImageRun, arguments: &ReproduceAevbArguments, found: &Found) -> Result<Experiment> {
    let mut overrides = run.overrides()?;
    overrides.extend([Override::device(&found.row.name), Override::threads(arguments.threads)]);
    let mut experiment = Experiment::read(&ConfigFile::named(run.config)?, &overrides)?;
    if let Some(epochs) = arguments.epochs {
        experiment.train.epochs = experiment.train.epochs.min(epochs as usize);
    }
    Ok(experiment)
}

/// Whether the folder holds the result of this very experiment.
pub(super) fn is_finished(experiment: &Experiment, folder: &Path) -> Result<bool> {
    if !folder.join(CONFIG).is_file() {
        return Ok(false);
    }
    let file = ConfigFile::find(Some(&folder.join(CONFIG)))?;
    if Experiment::read(&file, &[])? != *experiment {
        let message = format!("{}: holds a run of another configuration", folder.display());
        return Err(Error::usage(message).with_hint("remove it, or choose another --out"));
    }
    Ok(folder.join(RESULT).is_file())
}

/// Trains, or goes on with what was cut short.
pub(super) fn train_one(experiment: &Experiment, found: &Found, path: &Path) -> Result<()> {
    let (folder, start) = if path.join(CONFIG).is_file() {
        let folder = RunFolder::open_to_train(path)?;
        let resumption = Resumption::of(&folder, &[])?.expect("a run without a result has not ended");
        resumption.messages.iter().for_each(|message| output::message(message));
        (folder, resumption.start)
    } else {
        let folder = RunFolder::create(path)?;
        folder.write(CONFIG, experiment.to_toml().as_bytes())?;
        folder.write_json(ENVIRONMENT, &Environment::current(found.row.clone()))?;
        (folder, None)
    };
    match train::go_on(experiment, found, &folder, start, train::Show::default()) {
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
