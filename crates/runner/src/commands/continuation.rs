//! `aevb train --continue-from RUN`: the weights of a finished run, kept with the run that begins with them.

use std::path::Path;

use aevb_data::hash::sha256;
use serde_json::json;

use super::opened;
use crate::cli::TrainArguments;
use crate::device::Found;
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Task};
use crate::own::Before;
use crate::run_folder::{CONTINUED, INITIAL_WEIGHTS, RunFolder};
use crate::train::{self, Continuation};
use crate::{output, shell};

/// What is kept of the run to go on from.
///
/// # Errors
/// If there is no such run.
pub(super) fn before(run: &Path) -> Result<Before> {
    let (_, before) = opened::read(run, None)?;
    Ok(Before::of(&before.task, run.display()))
}

/// What a run is to begin with; said on stderr unless the run is to be quiet.
///
/// # Errors
/// If there is no such run, or its weights do not go with the experiment.
pub(super) fn read(
    run: &Path,
    experiment: &Experiment,
    found: &Found,
    arguments: &TrainArguments,
) -> Result<Continuation> {
    let (folder, before) = opened::read(run, None)?;
    let continuation = train::continue_from(experiment, &found.device, &before, &folder)?;
    if !arguments.quiet {
        continuation.messages.iter().for_each(|message| output::message(message));
        let is_named = matches!(&experiment.task, Task::Graph { split, .. } if split.file.is_some());
        let is_pinned = experiment.task.split_seed().is_some() || is_named;
        if arguments.repeat > 1 && !is_pinned {
            output::message(&format!(
                "note: each seed has a split of its own, and {} may have trained on what it holds out: --set split.seed=N \
                 pins one",
                shell::path(run)
            ));
        }
    }
    Ok(continuation)
}

/// Writes the weights into the new run, and gives its experiment, which names them: it does not need the old run any
/// more.
///
/// # Errors
/// If the disk refuses.
pub(super) fn keep(
    continuation: &Continuation,
    folder: &RunFolder,
    experiment: Experiment,
) -> Result<Experiment> {
    folder.write(INITIAL_WEIGHTS, &continuation.weights)?;
    if let Some(caution) = &continuation.caution {
        folder.write_json(CONTINUED, &json!({"caution": caution}))?;
    }
    let path = folder.file(INITIAL_WEIGHTS);
    let path = path.canonicalize().map_err(|error| Error::io(&path, error))?;
    let mut experiment = experiment;
    experiment.train.initial_weights = Some(path);
    experiment.train.initial_weights_sha256 = Some(sha256(&continuation.weights));
    Ok(experiment)
}
