//! Density estimation of images and of the rows of tables: Algorithm 1 of Kingma & Welling (arXiv 1312.6114) on minibatches.
//!
//! Images are uploaded once, as bytes, and a batch is a selection of them; the rows of a batch are uploaded for it, as they
//! are few. What is random comes from a [`Feed`] ahead of the device.

mod autoencoder;
mod collapse;
mod learnt;
mod moments;
mod objective;
mod opened;
mod parts;
mod prior_start;
mod record;
mod trained;
mod trained_vae;

use std::cell::OnceCell;
use std::sync::Arc;

use aevb_data::binarize::Binarization;
use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::image::Images;
use aevb_models::nn::DataShape;
use aevb_models::pixels::Pixels;
use aevb_models::prior::PriorConfig;
use aevb_models::vae::{AutoencoderConfig, log_prior};
use burn::tensor::{Device, Tensor, TensorData};

pub(super) use self::autoencoder::DensityModel;
use self::learnt::Measured;
pub(crate) use self::moments::moment_noise;
use self::objective::DensityObjective;
pub(super) use self::opened::OpenedAutoencoder;
use self::parts::Parts;
use self::record::Record;
pub use self::trained::{DecoderLayer, DecoderLayers, TrainedAutoencoder};
pub use self::trained_vae::TrainedVae;
use super::checkpoint::Checkpoint;
use super::curve::Curve;
use super::feed::{Feed, Source};
use super::initial_weights::Draw;
use super::loss::Loss;
use super::preflight::{Estimate, ExamplesSize};
use super::shard::Shard;
use super::trainable::Trainable;
use super::{import, largest, trainer};
use crate::density::{Density, DensityMetrics, DensityResult, Preparation};
use crate::error::{Error, Result};
use crate::evaluate::ValidationMetric;
use crate::experiment::{Autoencoder, ExampleData, Experiment, Metric, Networks, Part};
use crate::memory;
use crate::progress::{Observer, Unit};
use crate::random::{Purpose, Streams, standard_normals};
use crate::result::TaskName;
use crate::run_folder::{self, DATA, RunFolder, STANDARDIZATION};

/// Examples that are evaluated together, or fewer where each has many samples.
const CHUNK: usize = 500;
/// Values in a layer's output, 1 GiB of them: training keeps several such tensors at once.
const MOST_ACTIVATIONS: usize = 1 << 28;

/// Density estimation on images or rows.
pub(super) struct DensityTask<M> {
    data: ExampleData,
    model: Networks,
    objective: DensityObjective,
    parts: Parts,
    feed: Feed,
    /// The shards of a step, where it has as many images.
    shards: usize,
    /// Uploaded for the first step; never of rows, or where pixels are drawn anew.
    pixels: OnceCell<Pixels>,
    streams: Streams,
    device: Device,
    kind: std::marker::PhantomData<fn() -> M>,
}

impl<M: DensityModel> DensityTask<M> {
    pub(super) fn new(
        experiment: &Experiment,
        data: &ExampleData,
        model: &Autoencoder,
        device: &Device,
    ) -> Result<Self> {
        Self::with_parts(experiment, data, model, Parts::load(experiment, data)?, device)
    }

    /// The task, where there is the memory to train on it.
    pub(super) fn to_train(
        experiment: &Experiment,
        data: &ExampleData,
        model: &Autoencoder,
        device: &Device,
    ) -> Result<Self> {
        let mut parts = Parts::load(experiment, data)?;
        let batch = experiment.train.batch_size.expect("images have a batch size").min(parts.train.count());
        let shards = experiment.train.shards;
        if shards > batch {
            let example = data.example();
            parts.notes.push(format!(
                "train.shards = {shards}, and a step has {batch} {example}s: each is a shard of its own"
            ));
        }
        let samples = if M::VARIATIONAL { DensityObjective::of(model).samples() } else { 1 };
        let size = ExamplesSize {
            data: parts.shape(),
            train: parts.train.count(),
            held_out: parts.test.count() + parts.validation.as_ref().map_or(0, ExampleSet::count),
            is_dynamic: data.binarization() == Some(Binarization::Dynamic),
            samples,
            batch,
            shards,
            evaluated: (CHUNK / samples).max(1),
        };
        let estimate = Estimate::of_examples(&size, model.networks(), M::VARIATIONAL, &experiment.optimizer);
        estimate.check(experiment, device)?;
        Self::with_parts(experiment, data, model, parts, device)
    }

    /// What training says before its first step, once the first weights are there.
    pub(super) fn check(&self, experiment: &Experiment) -> Result<Vec<String>> {
        import::first_model(self, experiment)?;
        let notes = self.notes().map(|note| format!("note: {note}"));
        Ok(self.parts.seen.iter().cloned().chain(notes).collect())
    }

    /// What was guessed of the data, and what prior and posterior make of the estimator.
    fn notes(&self) -> impl Iterator<Item = String> {
        let estimated =
            if M::VARIATIONAL && self.objective.has_estimator_b() { self.model.estimated() } else { None };
        self.parts.notes.iter().cloned().chain(estimated)
    }

    fn with_parts(
        experiment: &Experiment,
        data: &ExampleData,
        model: &Autoencoder,
        parts: Parts,
        device: &Device,
    ) -> Result<Self> {
        let objective = DensityObjective::of(model);
        let model = model.networks();
        let batch_size = experiment.train.batch_size.expect("images have a batch size");
        let shard = batch_size.div_ceil(experiment.train.shards);
        check_activations(&model.config(parts.shape()), shard, objective.samples())?;
        let dynamic = data.binarization() == Some(Binarization::Dynamic);
        let train = Arc::clone(&parts.train);
        let streams = Streams::new(experiment.seed);
        let source = Source {
            examples: train,
            batch_size,
            samples: objective.samples(),
            latent: if M::VARIATIONAL { model.latent } else { 0 },
            dynamic,
            streams,
        };
        Ok(Self {
            data: data.clone(),
            model: model.clone(),
            objective,
            feed: Feed::new(source),
            shards: experiment.train.shards,
            pixels: OnceCell::new(),
            parts,
            streams,
            device: device.clone(),
            kind: std::marker::PhantomData,
        })
    }

    /// The pixels of the images that train.
    fn pixels(&self, images: &Images) -> Result<&Pixels> {
        if self.pixels.get().is_none() {
            let pixels = Pixels::upload(images.pixels(), images.size(), &images.levels(), &self.device)?;
            let _ = self.pixels.set(pixels);
        }
        Ok(self.pixels.get().expect("set just now"))
    }

    /// The metrics of a run; `test` are those of the test examples.
    fn metrics(&self, model: &M, test: Density) -> Result<DensityMetrics> {
        let validation = self.parts.validation.as_ref();
        let validation = validation.map(|examples| self.measure(model, examples, Part::Validation));
        Ok(DensityMetrics { validation: validation.transpose()?, ..self.metrics_of(test) })
    }

    /// The metrics of the test examples alone.
    fn metrics_of(&self, test: Density) -> DensityMetrics {
        DensityMetrics {
            data: self.data.name(),
            preparation: Preparation::of(self.data.binarization()),
            likelihood: self.model.likelihood.name().to_owned(),
            validation: None,
            test,
        }
    }

    fn test(&self, model: &M) -> Result<Density> {
        self.measure(model, &self.parts.test, Part::Test)
    }

    /// The bound on some examples, always with the same noise, so that its changes are the model's.
    fn measure(&self, model: &M, examples: &Examples, part: Part) -> Result<Density> {
        self.measure_each(model, examples, part, |_| ())
    }

    /// The same, which shows what each example loses, in nats, to `each`.
    fn measure_each(
        &self,
        model: &M,
        examples: &Examples,
        part: Part,
        mut each: impl FnMut(&[f64]),
    ) -> Result<Density> {
        // Gradients are not wanted here, and their graph would hold on to every chunk.
        let model = model.valid();
        let mut random = self.streams.generator(Purpose::Sampling, part as u64);
        let (mut reconstruction, mut kl, mut iwae) = (0.0, 0.0, None);
        let chunk = (CHUNK / self.objective.samples()).max(1);
        for first in (0..examples.count()).step_by(chunk) {
            let last = examples.count().min(first + chunk);
            let x = upload(examples, first..last, &self.device);
            let noise = self.noise(standard_normals(&mut random, self.draws(last - first)), last - first);
            let terms = model.terms(x, noise, &self.objective)?;
            let mut losses = on_host(terms.reconstruction);
            reconstruction += losses.iter().sum::<f64>();
            if let Some(divergences) = terms.kl.map(on_host) {
                kl += divergences.iter().sum::<f64>();
                losses.iter_mut().zip(divergences).for_each(|(loss, divergence)| *loss += divergence);
            }
            each(&losses);
            iwae = terms.iwae.map(|bound| iwae.unwrap_or(0.0) + total(bound));
        }
        let count = examples.count() as f64;
        let (reconstruction, kl) = (reconstruction / count, kl / count);
        if !(reconstruction + kl).is_finite() {
            let message = format!("the bound is not finite: reconstruction {reconstruction}, KL {kl}");
            // However small the steps are, they do not bring such a value nearer.
            let hint = largest::hint(self.parts.largest_value(), true);
            return Err(Error::failed(message).with_hint(hint));
        }
        Ok(Density {
            elbo: M::VARIATIONAL.then_some(-reconstruction - kl),
            reconstruction,
            kl: M::VARIATIONAL.then_some(kl),
            iwae: iwae.map(|bound| bound / count),
            images: examples.count(),
            samples: self.objective.samples(),
            likelihood: None,
        })
    }

    /// The latent draws that some images take.
    fn draws(&self, images: usize) -> usize {
        if M::VARIATIONAL { images * self.objective.samples() * self.model.latent } else { 0 }
    }

    /// ε on the device, `[samples · images, latent]`; without a posterior a placeholder that nothing reads.
    fn noise(&self, values: Vec<f32>, images: usize) -> Tensor<2> {
        if !M::VARIATIONAL {
            return Tensor::zeros([1, 1], &self.device);
        }
        let dims = [images * self.objective.samples(), self.model.latent];
        Tensor::from_data(TensorData::new(values, dims), &self.device)
    }
}

impl<M: DensityModel> Trainable for DensityTask<M> {
    type Model = M;

    const UNIT: Unit = Unit::Nats;

    fn device(&self) -> &Device {
        &self.device
    }

    fn initial_model(&self) -> Result<M> {
        let model: M = initial(&self.model, self.parts.shape(), self.streams, &self.device)?;
        match self.model.prior.as_ref().and_then(PriorConfig::pseudo_inputs) {
            None => Ok(model),
            Some((count, start)) => {
                let inputs = prior_start::pseudo_inputs(&self.parts.train, count, start, self.streams)?;
                Ok(model.begin_prior_at(inputs))
            }
        }
    }

    fn steps_per_epoch(&self) -> usize {
        self.feed.steps_per_epoch()
    }

    fn shards(&self, step: u64) -> usize {
        self.shards.min(self.feed.images(step))
    }

    fn loss(&self, model: &M, shard: Shard) -> Result<Loss> {
        let batch = self.feed.batch(shard);
        let count = batch.indices.len();
        let x = match (batch.pixels, self.parts.train.as_ref()) {
            (Some(drawn), examples) => {
                let drawn: Vec<f32> = drawn.into_iter().map(f32::from).collect();
                Tensor::from_data(TensorData::new(drawn, [count, examples.size()]), &self.device)
            }
            (None, Examples::Images(images)) => self.pixels(images)?.select(&batch.indices)?,
            (None, Examples::Rows(rows)) => {
                let chosen: Vec<u32> = batch.indices.iter().map(|&index| index as u32).collect();
                upload(&rows.select(&chosen).into(), 0..count, &self.device)
            }
        };
        let noise = self.noise(batch.noise, count);
        let terms = model.terms(x, noise, &self.objective)?;
        let mut loss = self.objective.loss(terms, shard.step, self.feed.steps_per_epoch());
        if self.objective.map() {
            let examples = self.parts.train.count() as f64;
            loss = loss.with("prior", log_prior(model.decoder()) * (-1.0 / examples), 1.0);
        }
        Ok(loss.out_of(self.feed.images(shard.step)))
    }

    fn largest_value(&self) -> Option<String> {
        self.parts.largest_value()
    }

    fn fingerprint(&self) -> String {
        self.parts.fingerprint().to_owned()
    }

    fn description(&self) -> Vec<(&'static str, Vec<u8>)> {
        let standardization = self.parts.standardization();
        let standardization =
            standardization.map(|standardization| (STANDARDIZATION, run_folder::json(standardization)));
        let record = (DATA, run_folder::json(&Record::of(&self.parts)));
        standardization.into_iter().chain([record]).collect()
    }

    fn validate(&self, model: &M) -> Result<Vec<ValidationMetric>> {
        let measured = match (self.data.curve(), &self.parts.validation) {
            (Part::Test, _) => self.test(model)?,
            (Part::Validation, Some(examples)) => self.measure(model, examples, Part::Validation)?,
            (Part::Validation, None) => return Ok(Vec::new()),
        };
        let Density { elbo, reconstruction, kl, iwae, .. } = measured;
        let terms = [("elbo", elbo), ("reconstruction", Some(reconstruction)), ("kl", kl), ("iwae", iwae)];
        Ok(terms.into_iter().filter_map(|(name, value)| Some((name, value?).into())).collect())
    }

    fn watched(&self) -> &'static str {
        match self.data.curve() {
            Part::Validation => "validation",
            Part::Test => "test",
        }
    }
}

/// The model that training begins with, for data of a shape.
fn initial<M: DensityModel>(
    model: &Networks,
    data: DataShape,
    streams: Streams,
    device: &Device,
) -> Result<M> {
    let mut draw = Draw::new(model.initial_weights, streams.initial_weights());
    Ok(M::init(&model.config(data), &mut draw, &device.clone().autodiff())?)
}

/// Refuses what no machine has the memory for, before any of it is asked for.
fn check_activations(model: &AutoencoderConfig, images: usize, samples: usize) -> Result<()> {
    let widest = model.activations(true).into_iter().max().unwrap_or_default();
    if images.saturating_mul(samples).saturating_mul(widest) <= MOST_ACTIVATIONS {
        return Ok(());
    }
    let problem =
        format!("train: {images} images of {samples} samples each in a layer of {widest} are too many");
    Err(Error::usage(problem).with_hint(
        "make train.batch_size, objective.samples or model.hidden smaller, or train.shards larger",
    ))
}

fn upload(examples: &Examples, range: std::ops::Range<usize>, device: &Device) -> Tensor<2> {
    let dims = [range.len(), examples.size()];
    Tensor::from_data(TensorData::new(examples.values(range), dims), device)
}

/// Values in f64, whose sum the order of a device's own cannot change.
fn on_host(values: Tensor<1>) -> Vec<f64> {
    values.into_data().try_into_vec::<f32>().expect("losses are F32").into_iter().map(f64::from).collect()
}

/// The sum of such values.
fn total(values: Tensor<1>) -> f64 {
    on_host(values).into_iter().sum()
}

/// Trains and measures.
pub(super) fn train<M: DensityModel>(
    task: &DensityTask<M>,
    experiment: &Experiment,
    folder: &RunFolder,
    start: Option<Checkpoint>,
    observer: &mut dyn Observer,
) -> Result<DensityResult> {
    // A run that goes on was begun with these: the trainer finds out whether the data are still the same.
    if start.is_none() {
        task.parts.seen.iter().for_each(|line| observer.message(line));
        task.notes().for_each(|note| observer.message(&format!("note: {note}")));
    }
    let trained = trainer::train(task, experiment, folder, start, observer)?;
    let Measured { metrics, mut notes, validation_error } = learnt::measure(task, &trained.model)?;
    let metric = Metric::of(&experiment.task)[0];
    if let (Some(curve), Some(error)) = (Curve::of(experiment, folder, metric)?, validation_error) {
        notes.extend(curve.caution(error, None, experiment, folder));
    }
    notes.iter().for_each(|note| observer.message(&format!("note: {note}")));
    Ok(DensityResult {
        task: TaskName::Density,
        seed: experiment.seed,
        epochs: trained.epochs,
        seconds_per_epoch: trained.seconds_per_epoch,
        best_epoch: trained.best_epoch,
        training_images: task.parts.train.count(),
        columns: task.parts.standardization().map(|standardization| standardization.columns.len()),
        notes,
        metrics,
        peak_memory_bytes: memory::peak_bytes(),
    })
}

#[cfg(test)]
mod tests;
