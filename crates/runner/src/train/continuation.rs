//! `train --continue-from RUN`: the first weights of a run, taken from a finished run of the same kind on other data.
//!
//! A row of the first matrix belongs to a feature, a node or a column, and is found by its name. What RUN does not know
//! keeps the weights that the new run draws.

mod axes;
mod held_out;
mod names;
mod tensors;

use aevb_data::files::read_at_most;
use burn::tensor::Device;
use serde_json::Value;

use self::axes::Axes;
use self::names::Names;
use self::tensors::Mapping;
use super::trainable::Trainable;
use super::{prepare, weights};
use crate::error::{Error, Result};
use crate::experiment::{self, CovariateWeights, Experiment, Features, Task};
use crate::run_folder::{CONTINUED, FEATURES, NODES, RunFolder, STANDARDIZATION};
use crate::shell;

/// More than any model's weights take.
const LARGEST: u64 = 1 << 33;

/// What a run begins with.
#[derive(Clone, Debug)]
pub struct Continuation {
    /// The weights, a safetensors file.
    pub weights: Vec<u8>,
    /// What was kept, what is new, and what is to be known of it.
    pub messages: Vec<String>,
    /// Why the metrics to come may say more than the model knows.
    pub caution: Option<String>,
}

/// Why the metrics of a run that went on from another may say more than its model knows; it was kept when the run began.
///
/// # Errors
/// If the file cannot be read.
pub fn caution_of(run: &RunFolder) -> Result<Option<String>> {
    let path = run.file(CONTINUED);
    if !path.is_file() {
        return Ok(None);
    }
    let kept: Value = serde_json::from_slice(&read_at_most(&path, LARGEST)?)
        .map_err(|error| Error::failed(format!("{}: {error}", path.display())))?;
    Ok(kept["caution"].as_str().map(str::to_owned))
}

/// The weights of a finished run, `before`, as far as a new experiment has use for them.
///
/// # Errors
/// If the runs are of different kinds or sizes, nothing in their data has the same name, or files cannot be read.
pub fn continue_from(
    experiment: &Experiment,
    device: &Device,
    before: &Experiment,
    run: &RunFolder,
) -> Result<Continuation> {
    require_alike(experiment, before, run)?;
    refuse_hidden_edges(experiment)?;
    prepare(experiment, device)?.continue_from(experiment, before, run)
}

/// The same for a task with its data.
pub(super) fn of<T: Trainable>(
    task: &T,
    experiment: &Experiment,
    before: &Experiment,
    run: &RunFolder,
) -> Result<Continuation> {
    let described = task.description();
    let content = |name: &str| described.iter().find(|(known, _)| *known == name).map(|(_, bytes)| bytes);
    let now = Names::of(|name| Ok(content(name).cloned()))?;
    let then = Names::of(|name| {
        let path = run.file(name);
        if path.is_file() { Ok(Some(read_at_most(&path, LARGEST)?)) } else { Ok(None) }
    })?;
    let path = run.weights()?;
    let hint = "name a run that has ended; its weights are written then";
    let old = read_at_most(&path, LARGEST).map_err(|error| Error::from(error).as_usage().with_hint(hint))?;
    let drawn = weights::to_bytes(&task.initial_model()?);
    let place = shell::path(run.path());
    let mut mapping = Mapping::new(&now, &then, &place);
    let weights = mapping.weights(&old, &drawn, &Axes::of(experiment)).map_err(|problem| {
        let flag = match &experiment.task {
            experiment::Task::Graph { .. } => "--edges",
            experiment::Task::Images { .. } => "--images",
            experiment::Task::Table { .. } => "--table",
        };
        Error::usage(format!("{}: {problem}", path.display())).with_hint(format!(
            "begin with that run's own configuration and other data: aevb train {place}/config.toml {flag} FILE \
             --continue-from {place}"
        ))
    })?;
    let mut messages = mapping.messages();
    messages.extend(differences(experiment, before).into_iter().map(|note| format!("note: {note}")));
    messages.extend(mapping.scales().map(|note| format!("note: {note}")));
    let caution = held_out::caution(|name| content(name).map(Vec::as_slice), run, &mapping, &place)?;
    messages.extend(caution.iter().map(|note| format!("note: {note}")));
    Ok(Continuation { weights, messages, caution })
}

/// Refuses runs whose weights mean something else.
fn require_alike(experiment: &Experiment, before: &Experiment, run: &RunFolder) -> Result<()> {
    let kind = |experiment: &Experiment| match &experiment.task {
        experiment::Task::Graph { data, .. } if data.directed => "a directed graph",
        experiment::Task::Graph { data, .. } if data.has_sides() => "a bipartite graph",
        experiment::Task::Graph { data, .. } if data.features == Features::None => "a graph without features",
        experiment::Task::Graph { .. } => "a graph with features",
        experiment::Task::Images { .. } => "images",
        experiment::Task::Table { .. } => "a table",
    };
    let [now, then] = [experiment, before].map(|it| format!("`{}` on {}", it.task.model_kind(), kind(it)));
    if now == then {
        return Ok(());
    }
    Err(Error::usage(format!("{}: a run of {then}, and this is one of {now}", run.path().display()))
        .with_hint("continue from a run of the same kind of model and data"))
}

/// What differs between the models, where shapes do not tell.
fn differences(experiment: &Experiment, before: &Experiment) -> Option<String> {
    let is_told = |key: &str| key.starts_with("model.") && key != "model.initial_weights";
    let show = |value: &Option<toml::Value>| value.as_ref().map_or("absent".to_owned(), ToString::to_string);
    let changes: Vec<String> = before
        .changes(experiment)
        .iter()
        .filter(|change| is_told(&change.key))
        .map(|change| format!("{} is {} and was {}", change.key, show(&change.after), show(&change.before)))
        .collect();
    (!changes.is_empty()).then(|| {
        format!("the weights were learnt by another model, and have to adapt: {}", changes.join(", "))
    })
}

/// The files that name what the rows of weights belong to.
const FILES: [&str; 3] = [NODES, FEATURES, STANDARDIZATION];
/// Refuses weights that are fitted to hidden training edges: the run before has learnt these.
fn refuse_hidden_edges(experiment: &Experiment) -> Result<()> {
    let Task::Graph { model, .. } = &experiment.task else { return Ok(()) };
    let covariates = &model.encoder().decoder.covariates;
    if covariates.names.is_empty() || covariates.weights != CovariateWeights::Training {
        return Ok(());
    }
    let problem = "model.decoder.covariate_weights: \"training\" hides training edges, which the run before may have learnt";
    Err(Error::usage(problem).with_hint("--set model.decoder.covariate_weights=validation"))
}
