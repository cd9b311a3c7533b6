//! `aevb train`: one run, or several that differ in their seeds.

use std::path::Path;

use super::config;
use crate::cli::TrainArguments;
use crate::device::{self, Found};
use crate::environment::{self, Environment};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Experiment;
use crate::outcome::{Outcome, Repeated};
use crate::progress::Progress;
use crate::run_folder::{CONFIG, ENVIRONMENT, RESULT, RunFolder};
use crate::{interrupt, output, train};

pub(super) fn run(arguments: &TrainArguments) -> Result<()> {
    let (file, experiment) = config::read(&arguments.config)?;
    let last_seed = experiment.seed.checked_add(u64::from(arguments.repeat) - 1);
    if last_seed.is_none_or(|seed| i64::try_from(seed).is_err()) {
        return Err(Error::usage(format!("--repeat {}: the last seed is too large", arguments.repeat))
            .with_hint("a seed lies between 0 and 2^63 - 1"));
    }
    let experiment = train::pin_initial_weights(experiment)?;
    let found = device::resolve(&experiment.device)?.described();
    environment::use_threads(experiment.threads)?;
    interrupt::listen()?;
    let folder = match &arguments.out {
        Some(path) => RunFolder::create(path)?,
        None => {
            let stem = format!("{}-{}", experiment.name(&file.name), experiment.seed);
            RunFolder::create_numbered(Path::new("runs"), &stem)?
        }
    };
    if !arguments.quiet {
        let path = folder.path().display();
        output::message(&format!("{} on {}, into {path}", file.place, found.row.name));
    }
    let outcome = if arguments.repeat == 1 {
        one(&experiment, &found, &folder, arguments.quiet).map(Ended::Once)
    } else {
        several(&experiment, &found, &folder, arguments.repeat, arguments.quiet).map(Ended::Repeatedly)
    };
    match outcome {
        Ok(Ended::Once(result)) if arguments.json => output::print_json(&result),
        Ok(Ended::Once(result)) => output::print(&result.to_text()),
        Ok(Ended::Repeatedly(result)) if arguments.json => output::print_json(&result),
        Ok(Ended::Repeatedly(result)) => output::print(&result.to_text()),
        Err(error) if !folder.has_steps() => {
            folder.discard();
            Err(error)
        }
        Err(error) if error.kind == ErrorKind::Interrupted => {
            Err(error.with_hint(format!("what was done is in {}", folder.path().display())))
        }
        Err(error) => Err(error),
    }
}

enum Ended {
    Once(Outcome),
    Repeatedly(Repeated),
}

/// Trains once and leaves a complete run in the folder.
fn one(experiment: &Experiment, found: &Found, folder: &RunFolder, quiet: bool) -> Result<Outcome> {
    begin(experiment, found, folder)?;
    let mut progress = Progress::new(experiment.train.epochs, quiet);
    let result = train::run(experiment, &found.device, folder, &mut progress)?;
    folder.write_json(RESULT, &result)?;
    Ok(result)
}

/// Trains with consecutive seeds, each run in a folder `seed-N` of its own.
pub(super) fn several(
    experiment: &Experiment,
    found: &Found,
    folder: &RunFolder,
    repeat: u32,
    quiet: bool,
) -> Result<Repeated> {
    begin(experiment, found, folder)?;
    let mut results = Vec::new();
    for seed in (experiment.seed..).take(repeat as usize) {
        let experiment = Experiment { seed, ..experiment.clone() };
        let inner = RunFolder::create(folder.file(&format!("seed-{seed}")))?;
        let result = one(&experiment, found, &inner, true);
        if result.is_err() && !inner.has_steps() {
            inner.discard();
        }
        let result = result?;
        if !quiet {
            output::message(&format!("seed {seed}: {}", result.in_brief()));
        }
        results.push(result);
    }
    let result = Repeated::of(results).expect("at least one run");
    folder.write_json(RESULT, &result)?;
    Ok(result)
}

/// Writes what is known before the first step.
fn begin(experiment: &Experiment, found: &Found, folder: &RunFolder) -> Result<()> {
    folder.write(CONFIG, experiment.to_toml().as_bytes())?;
    folder.write_json(ENVIRONMENT, &Environment::current(found.row.clone()))
}
