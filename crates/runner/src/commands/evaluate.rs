//! `aevb evaluate`: the metrics of a finished run, from its weights and its split.

use crate::cli::EvaluateArguments;
use crate::error::{Error, Result};
use crate::experiment::{ConfigFile, Data, Experiment, Override};
use crate::run_folder::{CONFIG, RunFolder};
use crate::{device, environment, output, train};

pub(super) fn run(arguments: &EvaluateArguments) -> Result<()> {
    let folder = RunFolder::open(&arguments.run)?;
    if let Some(inner) = folder.inner_runs().first() {
        return Err(Error::usage(format!("{}: holds several runs", folder.path().display()))
            .with_hint(format!("name one of them, such as {}", inner.display())));
    }
    let file = ConfigFile::find(Some(&folder.file(CONFIG)))?;
    let overrides: Vec<_> = arguments.device.iter().map(|name| Override::device(name)).collect();
    let experiment = Experiment::read(&file, &overrides)?;
    let found = device::resolve(&experiment.device)?;
    environment::use_threads(experiment.threads)?;
    if let Data::Images(_) = experiment.data {
        let metrics = train::evaluate_images(&experiment, &found.device, &folder)?;
        return if arguments.json { output::print_json(&metrics) } else { output::print(&metrics.to_text()) };
    }
    let metrics = train::evaluate(&experiment, &found.device, &folder)?;
    if arguments.json { output::print_json(&metrics) } else { output::print(&metrics.to_text()) }
}
