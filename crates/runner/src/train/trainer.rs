use std::time::Instant;

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use serde_json::{Map, Value, json};

use super::task::Task;
use super::weights;
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Optimizer};
use crate::interrupt;
use crate::progress::{EpochReport, Observer};
use crate::run_folder::{JsonLines, METRICS, MODEL, RunFolder, TIMING};

/// A model after its last step.
pub(super) struct Trained<M> {
    pub model: M,
    /// The mean wall time of an epoch, evaluation left out.
    pub seconds_per_epoch: f64,
}

/// Trains a task's model and writes metrics, timing and final weights into the folder.
pub(super) fn train<T: Task>(
    task: &T,
    experiment: &Experiment,
    folder: &RunFolder,
    observer: &mut dyn Observer,
) -> Result<Trained<T::Model>> {
    let Optimizer::Adam(adam) = &experiment.optimizer;
    let mut optimizer = AdamConfig::new()
        .with_beta_1(adam.beta_1 as f32)
        .with_beta_2(adam.beta_2 as f32)
        .with_epsilon(adam.epsilon as f32)
        .init();
    let epochs = experiment.train.epochs;
    let every = experiment.train.evaluate_every;
    let (mut metrics, mut timing) = (folder.lines(METRICS)?, folder.lines(TIMING)?);
    let mut model = task.initial_model()?;
    let mut total_seconds = 0.0;
    for epoch in 1..=epochs {
        let began = Instant::now();
        let terms;
        (model, terms) = run_epoch(task, model, &mut optimizer, adam.learning_rate, epoch)?;
        let seconds = began.elapsed().as_secs_f64();
        total_seconds += seconds;

        let is_due = epoch == epochs || (every > 0 && epoch.is_multiple_of(every));
        let validation = if is_due { task.validate(&model) } else { Ok(Vec::new()) };
        let loss = terms.iter().map(|(_, value)| value).sum();
        let recorded = metrics
            .push(&line(epoch, loss, &terms, validation.as_deref().unwrap_or_default()))
            .and_then(|()| timing.push(&json!({"epoch": epoch, "seconds": seconds})));
        if let Err(error) = recorded {
            // A disk may have no room for a line and yet for the weights.
            let _ = folder.write(MODEL, &weights::to_bytes(&model));
            return Err(error.with_hint("make room on the disk, or choose another folder with --out"));
        }
        let validation = match validation {
            Ok(validation) => validation,
            // What was trained is kept, whatever is wrong with it.
            Err(error) => return finish(&model, folder, metrics, timing).and(Err(error)),
        };
        observer.epoch(&EpochReport { epoch, loss, validation });
        if interrupt::requested() && epoch < epochs {
            finish(&model, folder, metrics, timing)?;
            return Err(Error::interrupted(format!("interrupted after epoch {epoch} of {epochs}")));
        }
    }
    finish(&model, folder, metrics, timing)?;
    Ok(Trained { model, seconds_per_epoch: total_seconds / epochs as f64 })
}

type Terms = Vec<(&'static str, f64)>;

/// One pass over the data; the terms of the loss are those of its last step.
fn run_epoch<T: Task>(
    task: &T,
    mut model: T::Model,
    optimizer: &mut ModuleOptimizer,
    learning_rate: f64,
    epoch: usize,
) -> Result<(T::Model, Terms)> {
    let steps = task.steps_per_epoch();
    let mut terms = Vec::new();
    for step in (epoch - 1) * steps..epoch * steps {
        let loss = task.loss(&model, step as u64)?;
        let gradients = GradientsParams::from_grads(loss.total().backward(), &model);
        model = optimizer.step(learning_rate, model, gradients);
        terms = loss.values();
        require_finite(&terms, step)?;
    }
    Ok((model, terms))
}

fn require_finite(terms: &Terms, step: usize) -> Result<()> {
    if terms.iter().all(|(_, value)| value.is_finite()) {
        return Ok(());
    }
    let terms: Vec<String> = terms.iter().map(|(name, value)| format!("{name} {value}")).collect();
    Err(Error::failed(format!("step {}: the loss is not finite: {}", step + 1, terms.join(", ")))
        .with_hint("try a smaller optimizer.learning_rate"))
}

fn line(epoch: usize, loss: f64, terms: &Terms, validation: &[(&'static str, f64)]) -> Value {
    let mut line = Map::new();
    line.insert("epoch".into(), epoch.into());
    line.insert("loss".into(), loss.into());
    line.extend(terms.iter().map(|&(name, value)| (name.to_owned(), value.into())));
    if !validation.is_empty() {
        let metrics = validation.iter().map(|&(name, value)| (name.to_owned(), value.into()));
        line.insert("validation".into(), Value::Object(metrics.collect()));
    }
    Value::Object(line)
}

fn finish(model: &impl Module, folder: &RunFolder, metrics: JsonLines, timing: JsonLines) -> Result<()> {
    metrics.finish()?;
    timing.finish()?;
    folder.write(MODEL, &weights::to_bytes(model))
}
