//! `aevb reproduce aevb`: the runs one after the other, then the table and the data of the curves.
//!
//! A run that the folder has finished is not made again, so an interrupted reproduction goes on where it stopped.

use aevb_data::files::write_atomically;

use super::super::train::Show;
use super::own_folder;
use super::runs::{asked_for, is_finished, read, train_once};
use crate::cli::ReproduceAevbArguments;
use crate::device::{self, Found};
use crate::error::Result;
use crate::experiment::{ConfigFile, Experiment, Override};
use crate::reproduce::{BoundsTable, ImageRun, image_runs};
use crate::run_folder::{METRICS, RESULT};
use crate::{environment, interrupt, output};

pub(super) fn run(arguments: &ReproduceAevbArguments) -> Result<()> {
    let runs = chosen_runs(&arguments.only)?;
    let found = device::resolve(&arguments.device)?;
    environment::use_threads(arguments.threads)?;
    interrupt::listen()?;
    let out = &arguments.out;
    let names: Vec<String> = image_runs().into_iter().map(|run| run.name).collect();
    own_folder(out, &names.iter().map(String::as_str).collect::<Vec<_>>())?;
    // What a table would have to leave out is refused before anything is trained.
    table(arguments, &found)?;
    for (number, run) in runs.iter().enumerate() {
        let experiment = experiment(run, arguments, &found)?;
        train_once(
            &run.name,
            [number, runs.len()],
            &experiment,
            &found,
            &out.join(&run.name),
            Show::default(),
        )?;
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
        if is_finished(&experiment(run, arguments, found)?, &folder)? {
            table.add(run, &read(&folder.join(RESULT))?, &read(&folder.join(METRICS))?)?;
        }
    }
    Ok(table)
}

fn chosen_runs(only: &[String]) -> Result<Vec<ImageRun>> {
    Ok(asked_for(&image_runs(), |run| &run.name, only)?.into_iter().cloned().collect())
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
