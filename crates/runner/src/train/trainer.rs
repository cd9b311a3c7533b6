use std::cell::OnceCell;
use std::time::Instant;

use burn::optim::GradientsParams;
use serde_json::{Map, Value, json};

use super::checkpoint::{Checkpoint, Checkpoints, Position, State};
use super::early_stopping::EarlyStopping;
use super::loss::{Means, Sums};
use super::module_optimizer::ModuleOptimizer;
use super::shard::Shard;
use super::trainable::Trainable;
use super::tree_sum::{TreeSum, sum_of_gradients};
use super::watch::require_finite;
use super::{import, optimizer, weights};
use crate::awake::with_threads_awake;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::{Ranked, ValidationMetric};
use crate::experiment::{CheckpointEvery, Cosine, Experiment, Schedule, Weights};
use crate::interrupt;
use crate::json_lines::JsonLines;
use crate::progress::{EpochReport, Observer};
use crate::result::BestEpoch;
use crate::run_folder::{CONFIG, METRICS, MODEL, RunFolder, TIMING};

/// A model after its training.
pub(super) struct Trained<M> {
    /// With the weights that the run ends with: `train.weights` says which.
    pub model: M,
    /// The epoch of these weights, where they are the best.
    pub best_epoch: Option<BestEpoch>,
    /// The epochs that were trained: fewer than asked for where patience ran out.
    pub epochs: usize,
    /// The mean wall time of an epoch, evaluation left out.
    pub seconds_per_epoch: f64,
}

/// Trains a task's model, from a checkpoint on where there is one, and writes metrics, timing, checkpoints and final
/// weights into the folder.
pub(super) fn train<T: Trainable>(
    task: &T,
    experiment: &Experiment,
    folder: &RunFolder,
    start: Option<Checkpoint>,
    observer: &mut dyn Observer,
) -> Result<Trained<T::Model>> {
    let (mut training, model) = match start {
        None => {
            let model = import::first_model(task, experiment)?;
            (Training::begin(task, experiment, folder)?, model)
        }
        Some(checkpoint) => Training::resume(task, experiment, folder, &checkpoint, task.template()?)?,
    };
    for (name, content) in task.description() {
        if folder.describe(name, &content)? {
            let place = folder.file(name);
            observer.message(&format!(
                "{}: says something else than the data do now, and is written anew",
                place.display()
            ));
        }
    }
    let model = training.run(model, observer)?;
    let epochs = training.step / training.steps_per_epoch;
    Ok(Trained {
        model,
        best_epoch: training.kept(),
        epochs: usize::try_from(epochs).expect("train.epochs is a usize"),
        seconds_per_epoch: training.clock.seconds / epochs as f64,
    })
}

/// A model after a few steps of its task, which leave nothing behind; the learning rate falls along half a cosine.
pub(super) fn briefly<T: Trainable>(task: &T, experiment: &Experiment, steps: u64) -> Result<T::Model> {
    let mut optimizer = optimizer::init(&experiment.optimizer);
    let cosine = Schedule::Cosine(Cosine::default());
    (0..steps).try_fold(task.initial_model()?, |model, step| {
        if interrupt::requested() {
            return Err(Error::interrupted("interrupted before the first step"));
        }
        let learning_rate = experiment.optimizer.learning_rate() * cosine.factor(step, 1, steps);
        with_threads_awake(task.device(), || {
            let loss = task.loss(&model, Shard::whole(step))?;
            let gradients = GradientsParams::from_grads(loss.in_step().backward(), &model);
            Ok(optimizer.step(learning_rate, model, gradients))
        })
    })
}

/// All that changes from step to step, but for the model.
struct Training<'a, T> {
    task: &'a T,
    experiment: &'a Experiment,
    folder: &'a RunFolder,
    checkpoints: Checkpoints,
    steps_per_epoch: u64,
    /// The steps that were taken.
    step: u64,
    optimizer: ModuleOptimizer,
    sums: Sums,
    stopping: EarlyStopping,
    metrics: JsonLines,
    timing: JsonLines,
    clock: Clock,
    fingerprint: OnceCell<String>,
    /// The step of the newest checkpoint, and when it was written.
    saved: (Option<u64>, Instant),
    /// The last step after which all was found to be finite.
    sound: u64,
}

/// Wall time of training alone.
struct Clock {
    /// That of the epochs that are closed.
    seconds: f64,
    /// That of this epoch before `since`.
    epoch_seconds: f64,
    since: Instant,
}

impl Clock {
    fn pause(&mut self) {
        self.epoch_seconds += self.since.elapsed().as_secs_f64();
        self.since = Instant::now();
    }

    fn restart(&mut self) {
        self.since = Instant::now();
    }
}

impl<'a, T: Trainable> Training<'a, T> {
    fn begin(task: &'a T, experiment: &'a Experiment, folder: &'a RunFolder) -> Result<Self> {
        let checkpoints = Checkpoints::of(folder);
        // A run that was killed before its first sound checkpoint begins again in its folder.
        checkpoints.put_aside_after(0)?;
        folder.remove_abandoned();
        Ok(Self {
            task,
            experiment,
            folder,
            checkpoints,
            steps_per_epoch: task.steps_per_epoch() as u64,
            step: 0,
            optimizer: optimizer::init(&experiment.optimizer),
            sums: Sums::default(),
            stopping: EarlyStopping::new(&experiment.train),
            metrics: folder.lines(METRICS, 0)?,
            timing: folder.lines(TIMING, 0)?,
            clock: Clock { seconds: 0.0, epoch_seconds: 0.0, since: Instant::now() },
            fingerprint: OnceCell::new(),
            saved: (None, Instant::now()),
            sound: 0,
        })
    }

    /// Nothing in the folder changes before the checkpoint is found to fit.
    fn resume(
        task: &'a T,
        experiment: &'a Experiment,
        folder: &'a RunFolder,
        Checkpoint { state, weights, optimizer }: &Checkpoint,
        model: T::Model,
    ) -> Result<(Self, T::Model)> {
        let position = &state.position;
        let place = folder.path().display();
        let fingerprint = task.fingerprint();
        if fingerprint != state.data || position.steps_per_epoch != task.steps_per_epoch() as u64 {
            let message = format!("{place}: the data are not those that the run began with");
            return Err(Error::usage(message).with_hint("bring the old data back, or start a new run"));
        }
        let file = folder.file(&format!("checkpoints/step-{}", position.step));
        let model = weights::from_bytes(model, weights, &file.join(MODEL))?;
        let mut restored = optimizer::init(&experiment.optimizer);
        restored.restore(&model, optimizer).map_err(|problem| {
            Error::failed(format!("{}: the optimizer's state {problem}", file.display()))
                .with_hint("the checkpoint is that of another configuration")
        })?;
        folder.require_writable()?;
        if folder.is_finished() {
            folder.check(METRICS)?;
        }
        let metrics = (METRICS, position.metrics_bytes, position.metrics_sha256.as_deref());
        for (name, bytes, sha256) in [metrics, (TIMING, position.timing_bytes, None)] {
            JsonLines::check(&folder.file(name), bytes, sha256).map_err(|error| {
                error.with_hint(
                    "nothing was changed: bring the file back as it was, or begin a new run with the run's config.toml",
                )
            })?;
        }
        // First of all, so that a crash in between does not leave a run that has ended without its last line.
        folder.reopen()?;
        let checkpoints = Checkpoints::of(folder);
        checkpoints.put_aside_after(position.step)?;
        folder.remove_abandoned();
        let (metrics, timing) =
            (folder.lines(METRICS, position.metrics_bytes)?, folder.lines(TIMING, position.timing_bytes)?);
        folder.write(CONFIG, experiment.to_toml().as_bytes())?;
        let mut stopping = EarlyStopping::new(&experiment.train);
        stopping.restore(position);
        checkpoints.mark_best(position.best.map(|best| best.step))?;
        let training = Self {
            task,
            experiment,
            folder,
            checkpoints,
            steps_per_epoch: position.steps_per_epoch,
            step: position.step,
            optimizer: restored,
            sums: Sums::from(position.sums.clone()),
            stopping,
            metrics,
            timing,
            clock: Clock {
                seconds: position.seconds,
                epoch_seconds: position.epoch_seconds,
                since: Instant::now(),
            },
            fingerprint: fingerprint.into(),
            saved: (Some(position.step), Instant::now()),
            sound: position.step,
        };
        Ok((training, model))
    }

    /// Steps until the end, the user's wish to stop, or an error.
    fn run(&mut self, mut model: T::Model, observer: &mut dyn Observer) -> Result<T::Model> {
        let ended = loop {
            match self.after_step(&model, observer) {
                Ok(false) => model = with_threads_awake(self.task.device(), || self.step(model))?,
                ended => break ended,
            }
        };
        let chosen = match &ended {
            Err(error) if error.kind != ErrorKind::Interrupted => Ok(None),
            _ => self.best_model(),
        };
        // Whatever ends it, weights are written: a disk may have room for them and not for a checkpoint.
        let (chosen, model) = match chosen {
            Ok(best) => (Ok(()), best.unwrap_or(model)),
            Err(damaged) => (Err(damaged), model),
        };
        let written = self.finish(&model);
        ended.and(chosen).and(written).map(|()| model)
    }

    /// The model of the best epoch, where the run ends with that and it is not the one of the last step.
    fn best_model(&self) -> Result<Option<T::Model>> {
        let best = self.stopping.best.filter(|best| best.step < self.step);
        let Some(best) = best.filter(|_| self.experiment.train.weights == Weights::Best) else {
            return Ok(None);
        };
        let hint = "the run can still end with the weights of its last epoch: resume it with --set train.weights=last";
        let (bytes, file) = self.checkpoints.weights_of(best.step).map_err(|error| error.with_hint(hint))?;
        weights::from_bytes(self.task.template()?, &bytes, &file).map(Some)
    }

    /// The best epoch, where the run ends with its weights.
    fn kept(&self) -> Option<BestEpoch> {
        self.stopping.best_epoch().filter(|_| self.experiment.train.weights == Weights::Best)
    }

    fn step(&mut self, model: T::Model) -> Result<T::Model> {
        let epochs = self.experiment.train.epochs as u64;
        let factor = self.experiment.schedule.factor(self.step, self.steps_per_epoch, epochs);
        let learning_rate = self.experiment.optimizer.learning_rate() * factor;
        let mut gradients = TreeSum::new(|left, right| sum_of_gradients(&model, left, right));
        self.sums.begin_step();
        for shard in Shard::all(self.step, self.task.shards(self.step).max(1)) {
            let mut loss = self.task.loss(&model, shard)?;
            self.sums.look(&mut loss);
            gradients.add(GradientsParams::from_grads(loss.in_step().backward(), &model));
            self.sums.add(loss);
        }
        let gradients = gradients.total().expect("a step has a shard");
        let model = self.optimizer.step(learning_rate, model, gradients);
        self.step += 1;
        Ok(model)
    }

    /// What there is to do between two steps: close an epoch, write a checkpoint, stop. Says whether training is over.
    fn after_step(&mut self, model: &T::Model, observer: &mut dyn Observer) -> Result<bool> {
        if self.step == 0 {
            self.judge_start(model, observer)?;
            return Ok(false);
        }
        let epochs = self.experiment.train.epochs as u64;
        observer.step(self.step, epochs.saturating_mul(self.steps_per_epoch));
        let is_interrupted = interrupt::requested();
        let is_due = self.is_checkpoint_due();
        let Some(epoch) = self.ended_epoch() else {
            if is_due || is_interrupted {
                let position = self.position(model)?;
                self.save(model, position)?;
            }
            let (step, epoch) = (self.step, self.step.div_ceil(self.steps_per_epoch));
            let message = || format!("interrupted after step {step}, in epoch {epoch} of {epochs}");
            return if is_interrupted { Err(Error::interrupted(message())) } else { Ok(false) };
        };
        // Of before the epoch is closed, which whoever goes on from here does again: with more epochs it may be
        // closed without an evaluation.
        let position = self.position(model)?;
        let is_best = self.close_epoch(model, &position, epoch, observer)?;
        let is_over = epoch >= epochs || self.stopping.is_over(epoch);
        if is_over || is_best || is_due || is_interrupted {
            self.save(model, position)?;
        }
        self.clock.restart();
        if is_over {
            self.tell_the_end(epoch, observer);
        } else if is_interrupted {
            return Err(Error::interrupted(format!("interrupted after epoch {epoch} of {epochs}")));
        }
        Ok(is_over)
    }

    /// Holds the model that training begins with against the epochs to come, where it may be the best. It counts as epoch 0.
    fn judge_start(&mut self, model: &T::Model, observer: &mut dyn Observer) -> Result<()> {
        if self.experiment.train.best_metric.is_none() || !self.task.has_informed_start() {
            return Ok(());
        }
        let position = self.position(model)?;
        let validation = self.task.validate(model)?;
        self.stopping.hear(&validation, 0, 0)?;
        if let Some(start) = self.stopping.best_epoch() {
            observer.message(&start.start_to_text());
        }
        self.save(model, position)?;
        self.clock.restart();
        Ok(())
    }

    fn ended_epoch(&self) -> Option<u64> {
        self.step.is_multiple_of(self.steps_per_epoch).then(|| self.step / self.steps_per_epoch)
    }

    fn is_checkpoint_due(&self) -> bool {
        let (step, when) = self.saved;
        Some(self.step) > step
            && match self.experiment.train.checkpoint_every {
                CheckpointEvery::Never => false,
                CheckpointEvery::Steps(steps) => self.step.is_multiple_of(steps),
                CheckpointEvery::Epochs(epochs) => {
                    self.ended_epoch().is_some_and(|epoch| epoch.is_multiple_of(epochs))
                }
                CheckpointEvery::Seconds(seconds) => when.elapsed().as_secs() >= seconds,
            }
    }

    /// Where the run stands. Reads the sums back, which waits for the device, and fails where a number was not finite.
    fn position(&mut self, model: &T::Model) -> Result<Position> {
        let (sums, found) = self.sums.read(model, self.optimizer.squares());
        self.clock.pause();
        require_finite(found, self.sums.watched(), &sums.means(), self.sound + 1..=self.step, || {
            self.task.largest_value()
        })?;
        self.sound = self.step;
        Ok(Position {
            step: self.step,
            steps_per_epoch: self.steps_per_epoch,
            sums,
            best: self.stopping.best,
            evaluations_since_best: self.stopping.evaluations_since_best,
            seconds: self.clock.seconds,
            epoch_seconds: self.clock.epoch_seconds,
            metrics_bytes: self.metrics.bytes(),
            metrics_sha256: Some(self.metrics.sha256()),
            timing_bytes: self.timing.bytes(),
        })
    }

    /// Evaluates where that is due and writes the epoch's lines. Says whether the evaluation is the best so far.
    fn close_epoch(
        &mut self,
        model: &T::Model,
        position: &Position,
        epoch: u64,
        observer: &mut dyn Observer,
    ) -> Result<bool> {
        let seconds = std::mem::take(&mut self.clock.epoch_seconds);
        self.clock.seconds += seconds;
        self.sums = Sums::default();
        let means = position.sums.means();
        let (epochs, every) =
            (self.experiment.train.epochs as u64, self.experiment.train.evaluate_every as u64);
        let is_due = epoch >= epochs || (every > 0 && epoch.is_multiple_of(every));
        let validation = if is_due { self.task.validate(model) } else { Ok(Vec::new()) };
        let taken = validation.as_deref().unwrap_or_default();
        self.metrics
            .push(&line(epoch, &means, self.task.watched(), taken))
            .and_then(|()| self.timing.push(&json!({"epoch": epoch, "seconds": seconds})))
            .map_err(|error| error.or_hint("make room on the disk, or choose another folder with --out"))?;
        let validation = validation?;
        let is_best = self.stopping.hear(&validation, self.step, epoch)?;
        observer.epoch(&EpochReport {
            epoch: usize::try_from(epoch).expect("train.epochs is a usize"),
            step: self.step,
            loss: means.loss,
            terms: means.terms,
            validation,
            best_metric: self.experiment.train.best_metric,
            unit: T::UNIT,
            watched: self.task.watched(),
        });
        Ok(is_best)
    }

    /// Writes a checkpoint, unless it is the one that the run went on from, and removes those not kept.
    fn save(&mut self, model: &T::Model, position: Position) -> Result<()> {
        self.folder.require_present()?;
        // It may go while the checkpoint is written.
        self.write_checkpoint(model, position).map_err(|error| self.folder.absence_or(error))
    }

    fn write_checkpoint(&mut self, model: &T::Model, position: Position) -> Result<()> {
        if self.saved.0 != Some(self.step) {
            self.metrics.sync()?;
            self.timing.sync()?;
            let fingerprint = self.fingerprint.get_or_init(|| self.task.fingerprint()).clone();
            self.checkpoints.save(&Checkpoint {
                state: State::new(position, fingerprint, self.experiment.to_toml()),
                weights: weights::to_bytes(model),
                optimizer: self.optimizer.to_bytes(model),
            })?;
            self.saved = (Some(self.step), Instant::now());
        }
        let best = self.stopping.best.map(|best| best.step);
        self.checkpoints.mark_best(best)?;
        self.checkpoints.keep(self.experiment.train.keep_checkpoints, best)
    }

    fn tell_the_end(&self, epoch: u64, observer: &mut dyn Observer) {
        let epochs = self.experiment.train.epochs as u64;
        if epoch < epochs {
            let evaluations = self.stopping.evaluations_since_best;
            observer.message(&format!(
                "stopped after epoch {epoch} of {epochs}: {evaluations} evaluations without a better one"
            ));
        }
        if let Some(kept) = self.kept() {
            observer.message(&kept.to_text());
        } else if self.experiment.train.weights == Weights::Best {
            observer.message("nothing was validated, so the weights of the last epoch are kept");
        } else if let Some(best) = self.stopping.best_in_words() {
            observer.message(&format!("{best}: evaluate it with --checkpoint best"));
        }
    }

    fn finish(&self, model: &T::Model) -> Result<()> {
        self.folder.require_present()?;
        let synced = self.metrics.sync().and(self.timing.sync());
        self.folder.note_written(METRICS, self.metrics.sha256());
        let written = self.folder.write(MODEL, &weights::to_bytes(model)).and(synced);
        written.map_err(|error| self.folder.absence_or(error))
    }
}

fn line(epoch: u64, means: &Means, watched: &str, validation: &[ValidationMetric]) -> Value {
    let mut line = Map::new();
    line.insert("epoch".into(), epoch.into());
    line.insert("loss".into(), means.loss.into());
    line.extend(means.terms.iter().map(|(name, value)| (name.clone(), (*value).into())));
    if !validation.is_empty() {
        let mut metrics = Map::new();
        for ValidationMetric { name, value, ranked } in validation {
            metrics.insert((*name).into(), (*value).into());
            if let Some(Ranked { standard_error, .. }) = ranked {
                metrics.insert(ValidationMetric::error_name(name), (*standard_error).into());
            }
        }
        line.insert(watched.into(), Value::Object(metrics));
    }
    Value::Object(line)
}

#[cfg(test)]
mod tests;
