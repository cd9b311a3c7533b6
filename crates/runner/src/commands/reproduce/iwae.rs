//! `aevb reproduce iwae`: the runs one after the other, then their likelihoods on the same images with the same draws.

use std::path::Path;

use aevb_data::examples::ExampleSet;
use aevb_data::files::write_atomically;
use aevb_models::vae::inference::active_units;

use super::super::train::Show;
use super::kept_likelihoods::KeptLikelihoods;
use super::own_folder;
use super::runs::{is_finished, read, train_one};
use crate::cli::ReproduceIwaeArguments;
use crate::density::DensityResult;
use crate::device::Found;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{ConfigFile, Experiment, Override, Part};
use crate::inference::{Asked, LikelihoodEstimator, likelihoods, summarize};
use crate::reproduce::{IWAE_RUNS, IwaeTable};
use crate::run_folder::{RESULT, RunFolder};
use crate::{device, environment, interrupt, output, train};

pub(super) fn run(arguments: &ReproduceIwaeArguments) -> Result<()> {
    if let Some(unknown) = arguments.only.iter().find(|only| IWAE_RUNS.iter().all(|(run, _)| run != only)) {
        let names = IWAE_RUNS.map(|(run, _)| run).join(", ");
        return Err(Error::usage(format!("--only {unknown}: names no run"))
            .with_hint(format!("the runs are {names}")));
    }
    let found = device::resolve(&arguments.device)?;
    environment::use_threads(arguments.threads)?;
    interrupt::listen()?;
    own_folder(&arguments.out, &IWAE_RUNS.map(|(run, _)| run))?;
    // What a table would have to leave out is refused before anything is trained.
    for (run, config) in IWAE_RUNS {
        is_finished(&experiment(config, arguments, &found)?, &arguments.out.join(run))?;
    }
    let mut last = None;
    let wanted = |run: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == run);
    for (run, config) in IWAE_RUNS.into_iter().filter(|(run, _)| wanted(run)) {
        let images = measured(run, config, arguments, &found)?;
        let table = table(images, arguments, &found)?;
        write(&table, &arguments.out)?;
        last = Some(table);
    }
    let table = last.expect("at least one run was wanted");
    if arguments.json { output::print_json(&table) } else { output::print(&table.to_markdown()) }
}

fn experiment(config: &str, arguments: &ReproduceIwaeArguments, found: &Found) -> Result<Experiment> {
    let overrides = [Override::device(&found.row.name), Override::threads(arguments.threads)];
    let mut experiment = Experiment::read(&ConfigFile::named(config)?, &overrides)?;
    if let Some(epochs) = arguments.epochs {
        experiment.train.epochs = experiment.train.epochs.min(epochs as usize);
    }
    Ok(experiment)
}

/// Trains a run and takes its likelihoods, each unless it was done before; of how many images they are.
fn measured(run: &str, config: &str, arguments: &ReproduceIwaeArguments, found: &Found) -> Result<usize> {
    let experiment = experiment(config, arguments, found)?;
    let path = arguments.out.join(run);
    if is_finished(&experiment, &path)? {
        output::message(&format!("{run}: trained before"));
    } else {
        output::message(&format!("{run}: {config}"));
        train_one(&experiment, found, &path, Show::default())?;
    }
    let folder = RunFolder::open(&path)?;
    let samples = arguments.samples as usize;
    let vae = train::open_vae(&experiment, &found.device, &folder)?;
    let asked = Asked::first_of(&vae, Part::Test, arguments.images as usize)?;
    let images = asked.examples.count();
    if KeptLikelihoods::read(&folder, samples, images).is_some() {
        return Ok(images);
    }
    let (rows, means) = likelihoods(&vae, &asked, LikelihoodEstimator::Importance { samples }).map_err(
        |error| match error.kind {
            ErrorKind::Interrupted => error
                .with_hint("the same command trains nothing again, and begins this run's likelihoods anew"),
            _ => error,
        },
    )?;
    let active_units = active_units(&means, vae.latent());
    // What is no number is told before it is kept.
    summarize(&rows, active_units, samples)?;
    KeptLikelihoods::new(&folder, samples, active_units, &rows)?.write(&folder)?;
    Ok(images)
}

/// A row for each run that has come to its likelihoods, by this command or an earlier one.
fn table(images: usize, arguments: &ReproduceIwaeArguments, found: &Found) -> Result<IwaeTable> {
    let samples = arguments.samples as usize;
    let mut table = IwaeTable::new(samples, images);
    for (run, config) in IWAE_RUNS {
        let path = arguments.out.join(run);
        if !is_finished(&experiment(config, arguments, found)?, &path)? {
            continue;
        }
        let Some(kept) = KeptLikelihoods::read(&RunFolder::open(&path)?, samples, images) else { continue };
        let Some(rows) = kept.rows() else { continue };
        let result: DensityResult = serde_json::from_str(&read(&path.join(RESULT))?)
            .map_err(|error| Error::failed(format!("{run}: {error}")))?;
        let spent = (result.epochs, result.seconds_per_epoch);
        table.add(run, spent, summarize(&rows, kept.active_units, samples)?, &rows);
    }
    Ok(table)
}

fn write(table: &IwaeTable, out: &Path) -> Result<()> {
    write_atomically(out.join("table.md"), table.to_markdown().as_bytes())?;
    write_atomically(out.join("likelihoods.csv"), table.to_csv().as_bytes())?;
    let json = serde_json::to_vec_pretty(table).expect("a table is always JSON");
    Ok(write_atomically(out.join(RESULT), &json)?)
}
