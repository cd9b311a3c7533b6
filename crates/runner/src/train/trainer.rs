use std::time::Instant;

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use serde_json::{Map, Value, json};

use super::task::{Means, Sums, Task};
use super::{import, optimizer, weights};
use crate::error::{Error, Result};
use crate::experiment::Experiment;
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
    let mut optimizer = optimizer::init(&experiment.optimizer);
    let learning_rate = experiment.optimizer.learning_rate();
    let epochs = experiment.train.epochs;
    let every = experiment.train.evaluate_every;
    let (mut metrics, mut timing) = (folder.lines(METRICS)?, folder.lines(TIMING)?);
    let mut model = import::first_model(task, experiment)?;
    let mut total_seconds = 0.0;
    for epoch in 1..=epochs {
        let began = Instant::now();
        let means;
        (model, means) = run_epoch(task, model, &mut optimizer, learning_rate, epoch)?;
        let seconds = began.elapsed().as_secs_f64();
        total_seconds += seconds;

        let is_due = epoch == epochs || (every > 0 && epoch.is_multiple_of(every));
        let validation = if is_due { task.validate(&model) } else { Ok(Vec::new()) };
        let recorded = metrics
            .push(&line(epoch, &means, task.watched(), validation.as_deref().unwrap_or_default()))
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
        observer.epoch(&EpochReport {
            epoch,
            loss: means.loss,
            validation,
            unit: T::UNIT,
            watched: task.watched(),
        });
        if interrupt::requested() && epoch < epochs {
            finish(&model, folder, metrics, timing)?;
            return Err(Error::interrupted(format!("interrupted after epoch {epoch} of {epochs}")));
        }
    }
    finish(&model, folder, metrics, timing)?;
    Ok(Trained { model, seconds_per_epoch: total_seconds / epochs as f64 })
}

/// One pass over the data, with the means of the loss and its terms. They are read back once, at the end.
fn run_epoch<T: Task>(
    task: &T,
    mut model: T::Model,
    optimizer: &mut ModuleOptimizer,
    learning_rate: f64,
    epoch: usize,
) -> Result<(T::Model, Means)> {
    let steps = task.steps_per_epoch();
    let mut sums = Sums::default();
    for step in (epoch - 1) * steps..epoch * steps {
        let loss = task.loss(&model, step as u64)?;
        let gradients = GradientsParams::from_grads(loss.total().backward(), &model);
        model = optimizer.step(learning_rate, model, gradients);
        sums.add(loss);
    }
    let means = sums.means();
    require_finite(&means, epoch * steps)?;
    Ok((model, means))
}

/// `step` is the last one, as nobody looked before.
fn require_finite(means: &Means, step: usize) -> Result<()> {
    if means.terms.iter().all(|(_, value)| value.is_finite()) {
        return Ok(());
    }
    let terms: Vec<String> = means.terms.iter().map(|(name, value)| format!("{name} {value}")).collect();
    Err(Error::failed(format!("step {step}: the loss is not finite: {}", terms.join(", ")))
        .with_hint("try a smaller optimizer.learning_rate"))
}

fn line(epoch: usize, means: &Means, watched: &str, validation: &[(&'static str, f64)]) -> Value {
    let mut line = Map::new();
    line.insert("epoch".into(), epoch.into());
    line.insert("loss".into(), means.loss.into());
    line.extend(means.terms.iter().map(|&(name, value)| (name.to_owned(), value.into())));
    if !validation.is_empty() {
        let metrics = validation.iter().map(|&(name, value)| (name.to_owned(), value.into()));
        line.insert(watched.into(), Value::Object(metrics.collect()));
    }
    Value::Object(line)
}

fn finish(model: &impl Module, folder: &RunFolder, metrics: JsonLines, timing: JsonLines) -> Result<()> {
    metrics.finish()?;
    timing.finish()?;
    folder.write(MODEL, &weights::to_bytes(model))
}
