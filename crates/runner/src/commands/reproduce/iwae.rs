//! `aevb reproduce iwae`: the runs one after the other, then their likelihoods on the same images with the same draws.

use std::fs;

use aevb_data::files::write_atomically;

use super::image_bounds::{is_finished, read, train_one};
use crate::cli::ReproduceIwaeArguments;
use crate::density::DensityResult;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{ConfigFile, Experiment, Override, Part};
use crate::inference::{Estimator, likelihoods, summarize};
use crate::reproduce::{IWAE_RUNS, IwaeTable};
use crate::run_folder::{RESULT, RunFolder};
use crate::{device, environment, interrupt, output, train};

pub(super) fn run(arguments: &ReproduceIwaeArguments) -> Result<()> {
    if let Some(unknown) = arguments.only.iter().find(|only| IWAE_RUNS.iter().all(|(run, _)| run != only)) {
        let names = IWAE_RUNS.map(|(run, _)| run).join(", ");
        return Err(Error::usage(format!("--only {unknown}: names no run"))
            .with_hint(format!("the runs are {names}")));
    }
    let found = device::resolve(&arguments.device)?.described();
    environment::use_threads(arguments.threads)?;
    interrupt::listen()?;
    let out = &arguments.out;
    fs::create_dir_all(out).map_err(|error| Error::io(out, error).as_usage())?;
    let (samples, images) = (arguments.samples as usize, arguments.images as usize);
    let mut table: Option<IwaeTable> = None;
    let wanted = |run: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == run);
    for (run, config) in IWAE_RUNS.into_iter().filter(|(run, _)| wanted(run)) {
        let overrides = [Override::device(&found.row.name), Override::threads(arguments.threads)];
        let mut experiment = Experiment::read(&ConfigFile::named(config)?, &overrides)?;
        if let Some(epochs) = arguments.epochs {
            experiment.train.epochs = experiment.train.epochs.min(epochs as usize);
        }
        let path = out.join(run);
        if is_finished(&experiment, &path)? {
            output::message(&format!("{run}: done before"));
        } else {
            output::message(&format!("{run}: {config}"));
            train_one(&experiment, &found, &path)?;
        }
        let result: DensityResult = serde_json::from_str(&read(&path.join(RESULT))?)
            .map_err(|error| Error::failed(format!("{run}: {error}")))?;
        let vae = train::open_vae(&experiment, &found.device, &RunFolder::open(&path)?)?;
        let test = vae.images(Part::Test)?;
        let chosen: Vec<u32> = (0..test.count() as u32).take(images).collect();
        let (rows, means) = likelihoods(&vae, &test.select(&chosen), Estimator::Importance { samples })
            .map_err(|error| match error.kind {
                ErrorKind::Interrupted => error.with_hint("the same command goes on from there"),
                _ => error,
            })?;
        let table = table.get_or_insert_with(|| IwaeTable::new(samples, rows.len()));
        let spent = (result.epochs, result.seconds_per_epoch);
        table.add(run, spent, summarize(&rows, &means, samples)?, &rows);
        write_atomically(out.join("table.md"), table.to_markdown().as_bytes())?;
        write_atomically(out.join("likelihoods.csv"), table.to_csv().as_bytes())?;
        let json = serde_json::to_vec_pretty(&table).expect("a table is always JSON");
        write_atomically(out.join(RESULT), &json)?;
    }
    let table = table.expect("at least one run was wanted");
    if arguments.json { output::print_json(&table) } else { output::print(&table.to_markdown()) }
}
