//! Density estimation of images: Algorithm 1 of Kingma & Welling (arXiv 1312.6114) on minibatches.
//!
//! The images are uploaded once, as bytes, and a batch is a selection of them; what is random comes from a [`Feed`] ahead of the
//! device.

mod objective;
mod trained_vae;

use std::cell::OnceCell;
use std::sync::Arc;

use aevb_data::binarize::Binarization;
use aevb_data::catalog;
use aevb_data::image::{ImageSplit, Images, digest};
use aevb_data::table::Standardization;
use aevb_models::nn::{InitialWeights, Linear};
use aevb_models::pixels::Pixels;
use aevb_models::vae::{Ae, AutoencoderConfig, Decoder, Prior, Vae, log_prior};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use self::objective::{ImageObjective, Terms};
pub use self::trained_vae::TrainedVae;
use super::checkpoint::Checkpoint;
use super::feed::{Feed, Source};
use super::initial_weights::Draw;
use super::latents::Latents;
use super::preflight::{Estimate, ImagesSize};
use super::task::{Loss, Task};
use super::{own_data, trainer, weights};
use crate::data_folder;
use crate::density::{Density, DensityMetrics, DensityResult};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Experiment, ImageData, ImageModel, Part};
use crate::memory;
use crate::progress::{Observer, Unit};
use crate::random::{Purpose, Streams, standard_normals};
use crate::result::Task as TaskName;
use crate::run_folder::{RunFolder, STANDARDIZATION};

/// Images that are evaluated together, or fewer where each has many samples.
const CHUNK: usize = 500;
/// Values in a layer's output, 1 GiB of them: training keeps several such tensors at once.
const MOST_ACTIVATIONS: usize = 1 << 28;

/// An auto-encoder of images, as the task needs it.
pub(super) trait ImageAutoencoder: Module {
    /// Whether there is a posterior to draw from.
    const VARIATIONAL: bool;

    fn init(
        config: &AutoencoderConfig,
        weights: &mut impl InitialWeights,
        device: &Device,
    ) -> aevb_models::Result<Self>;

    /// What each image comes to.
    fn terms(
        &self,
        x: Tensor<2>,
        noise: Tensor<2>,
        objective: &ImageObjective,
        prior: Prior,
    ) -> aevb_models::Result<Terms>;

    /// The mean and the log-variance of the posterior, or the code alone: `[batch, latent]` each.
    fn posterior(&self, x: Tensor<2>) -> aevb_models::Result<(Tensor<2>, Option<Tensor<2>>)>;

    /// The standard deviations of the posterior, `[batch, latent]`, where there is one.
    fn deviations(&self, x: Tensor<2>) -> aevb_models::Result<Option<Tensor<2>>>;

    fn decoder(&self) -> &Decoder;
}

/// What is trained on, and what is measured on.
pub(super) struct Parts {
    train: Arc<Images>,
    validation: Option<Images>,
    test: Images,
    /// Of a table's columns.
    standardization: Option<Standardization>,
}

/// Density estimation on images.
pub(super) struct ImageTask<M> {
    data: ImageData,
    model: ImageModel,
    objective: ImageObjective,
    parts: Parts,
    feed: Feed,
    /// Uploaded for the first step; never where pixels are drawn anew.
    pixels: OnceCell<Pixels>,
    streams: Streams,
    device: Device,
    kind: std::marker::PhantomData<fn() -> M>,
}

impl<M: ImageAutoencoder> ImageTask<M> {
    pub(super) fn new(
        experiment: &Experiment,
        data: &ImageData,
        model: &ImageModel,
        device: &Device,
    ) -> Result<Self> {
        Self::with_parts(experiment, data, model, Parts::load(experiment, data)?, device)
    }

    /// The task, where there is the memory to train on it.
    pub(super) fn to_train(
        experiment: &Experiment,
        data: &ImageData,
        model: &ImageModel,
        device: &Device,
    ) -> Result<Self> {
        let parts = Parts::load(experiment, data)?;
        let samples = if M::VARIATIONAL { ImageObjective::of(&experiment.objective).samples() } else { 1 };
        let size = ImagesSize {
            pixels: parts.train.size(),
            train: parts.train.count(),
            held_out: parts.test.count() + parts.validation.as_ref().map_or(0, Images::count),
            is_dynamic: data.binarization == Binarization::Dynamic,
            samples,
            batch: experiment.train.batch_size.expect("images have a batch size").min(parts.train.count()),
            evaluated: (CHUNK / samples).max(1),
        };
        Estimate::of_images(&size, model, &experiment.optimizer).check(experiment, device)?;
        Self::with_parts(experiment, data, model, parts, device)
    }

    fn with_parts(
        experiment: &Experiment,
        data: &ImageData,
        model: &ImageModel,
        parts: Parts,
        device: &Device,
    ) -> Result<Self> {
        let objective = ImageObjective::of(&experiment.objective);
        let batch_size = experiment.train.batch_size.expect("images have a batch size");
        check_activations(model, parts.train.size(), batch_size, objective.samples())?;
        let dynamic = data.binarization == Binarization::Dynamic;
        let train = Arc::clone(&parts.train);
        let streams = Streams::new(experiment.seed);
        let source = Source {
            images: train,
            batch_size,
            noise_per_image: if M::VARIATIONAL { objective.samples() * model.latent } else { 0 },
            dynamic,
            streams,
        };
        Ok(Self {
            data: data.clone(),
            model: model.clone(),
            objective,
            feed: Feed::new(source),
            pixels: OnceCell::new(),
            parts,
            streams,
            device: device.clone(),
            kind: std::marker::PhantomData,
        })
    }

    fn config(&self) -> AutoencoderConfig {
        let ImageModel { hidden, latent, activation, .. } = &self.model;
        let pixels = self.parts.train.size();
        AutoencoderConfig::new(pixels, hidden.clone(), *latent, *activation, self.model.likelihood())
    }

    fn pixels(&self) -> Result<&Pixels> {
        if self.pixels.get().is_none() {
            let train = &self.parts.train;
            let pixels = Pixels::upload(train.pixels(), train.size(), &train.levels(), &self.device)?;
            let _ = self.pixels.set(pixels);
        }
        Ok(self.pixels.get().expect("set just now"))
    }

    /// The metrics of a run; `test` are those of the test images.
    fn metrics(&self, model: &M, test: Density) -> Result<DensityMetrics> {
        let validation = self.parts.validation.as_ref();
        Ok(DensityMetrics {
            data: self.data.name.clone(),
            binarization: self.data.binarization,
            likelihood: self.model.likelihood().name().to_owned(),
            validation: validation.map(|images| self.measure(model, images, Part::Validation)).transpose()?,
            test,
        })
    }

    fn test(&self, model: &M) -> Result<Density> {
        self.measure(model, &self.parts.test, Part::Test)
    }

    /// The bound on some images, always with the same noise, so that its changes are the model's.
    fn measure(&self, model: &M, images: &Images, part: Part) -> Result<Density> {
        // Gradients are not wanted here, and their graph would hold on to every chunk.
        let model = model.valid();
        let mut random = self.streams.generator(Purpose::Sampling, part as u64);
        let (mut reconstruction, mut kl, mut iwae) = (0.0, 0.0, None);
        let chunk = (CHUNK / self.objective.samples()).max(1);
        for first in (0..images.count()).step_by(chunk) {
            let last = images.count().min(first + chunk);
            let x = upload(images, first..last, &self.device);
            let noise = self.noise(standard_normals(&mut random, self.draws(last - first)), last - first);
            let terms = model.terms(x, noise, &self.objective, self.model.prior())?;
            reconstruction += total(terms.reconstruction);
            kl += terms.kl.map_or(0.0, total);
            iwae = terms.iwae.map(|bound| iwae.unwrap_or(0.0) + total(bound));
        }
        let count = images.count() as f64;
        let (reconstruction, kl) = (reconstruction / count, kl / count);
        if !(reconstruction + kl).is_finite() {
            let message = format!("the bound is not finite: reconstruction {reconstruction}, KL {kl}");
            return Err(Error::failed(message).with_hint("try a smaller optimizer.learning_rate"));
        }
        Ok(Density {
            elbo: M::VARIATIONAL.then_some(-reconstruction - kl),
            reconstruction,
            kl: M::VARIATIONAL.then_some(kl),
            iwae: iwae.map(|bound| bound / count),
            images: images.count(),
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

impl<M: ImageAutoencoder> Task for ImageTask<M> {
    type Model = M;

    const UNIT: Unit = Unit::Nats;

    fn device(&self) -> &Device {
        &self.device
    }

    fn initial_model(&self) -> Result<M> {
        let mut draw = Draw::new(self.model.initial_weights, self.streams.initial_weights());
        Ok(M::init(&self.config(), &mut draw, &self.device.clone().autodiff())?)
    }

    fn steps_per_epoch(&self) -> usize {
        self.feed.steps_per_epoch()
    }

    fn loss(&self, model: &M, step: u64) -> Result<Loss> {
        let batch = self.feed.batch(step);
        let count = batch.indices.len();
        let x = match batch.pixels {
            Some(drawn) => {
                let drawn: Vec<f32> = drawn.into_iter().map(f32::from).collect();
                Tensor::from_data(TensorData::new(drawn, [count, self.parts.train.size()]), &self.device)
            }
            // Rows of real numbers are no bytes, and the rows of a step are few.
            None if self.parts.train.is_real() => {
                let chosen: Vec<u32> = batch.indices.iter().map(|&index| index as u32).collect();
                upload(&self.parts.train.select(&chosen), 0..count, &self.device)
            }
            None => self.pixels()?.select(&batch.indices)?,
        };
        let noise = self.noise(batch.noise, count);
        let terms = model.terms(x, noise, &self.objective, self.model.prior())?;
        let mut loss = self.objective.loss(terms, step, self.feed.steps_per_epoch());
        if self.objective.map() {
            let images = self.parts.train.count() as f64;
            loss = loss.with("prior", log_prior(model.decoder()) * (-1.0 / images), 1.0);
        }
        Ok(loss)
    }

    fn fingerprint(&self) -> String {
        let Parts { train, validation, test, .. } = &self.parts;
        digest([train.as_ref()].into_iter().chain(validation).chain([test]))
    }

    fn validate(&self, model: &M) -> Result<Vec<(&'static str, f64)>> {
        let measured = match (self.data.curve, &self.parts.validation) {
            (Part::Test, _) => self.test(model)?,
            (Part::Validation, Some(images)) => self.measure(model, images, Part::Validation)?,
            (Part::Validation, None) => return Ok(Vec::new()),
        };
        let Density { elbo, reconstruction, kl, iwae, .. } = measured;
        let terms = [("elbo", elbo), ("reconstruction", Some(reconstruction)), ("kl", kl), ("iwae", iwae)];
        Ok(terms.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
    }

    fn watched(&self) -> &'static str {
        match self.data.curve {
            Part::Validation => "validation",
            Part::Test => "test",
        }
    }
}

/// Refuses what no machine has the memory for, before any of it is asked for.
fn check_activations(model: &ImageModel, pixels: usize, batch_size: usize, samples: usize) -> Result<()> {
    let widest = model.hidden.iter().copied().chain([pixels, model.latent]).max().unwrap_or_default();
    if batch_size.saturating_mul(samples).saturating_mul(widest) <= MOST_ACTIVATIONS {
        return Ok(());
    }
    let problem =
        format!("train: {batch_size} images of {samples} samples each in a layer of {widest} are too many");
    Err(Error::usage(problem).with_hint("make train.batch_size, objective.samples or model.hidden smaller"))
}

impl Parts {
    /// The images of a part, as the model meets them.
    fn held_out(&self, part: Part) -> Result<&Images> {
        match part {
            Part::Test => Ok(&self.test),
            Part::Validation => self.validation.as_ref().ok_or_else(|| {
                Error::usage("the run trained on its validation images too").with_hint("take --part test")
            }),
        }
    }

    fn load(experiment: &Experiment, data: &ImageData) -> Result<Self> {
        let (split, standardization) = load_split(experiment, data)?;
        // What is measured on is drawn once, by the split's seed: with it pinned, models meet the same pixels.
        let streams = Streams::new(experiment.split_seed());
        let held_out = |images: Images, part: Part| {
            data.binarization
                .apply(images, &mut streams.generator(Purpose::Binarisation, u64::MAX - part as u64))
        };
        let train = match data.binarization {
            Binarization::Dynamic => split.train,
            other => other.apply(split.train, &mut streams.generator(Purpose::Binarisation, 0))?,
        };
        let validation = split.validation.map(|images| held_out(images, Part::Validation)).transpose()?;
        let test = held_out(split.test, Part::Test)?;
        Ok(Self { train: Arc::new(train), validation, test, standardization })
    }
}

/// The images of an experiment, grey or as they came, or the rows of its table.
fn load_split(experiment: &Experiment, data: &ImageData) -> Result<(ImageSplit, Option<Standardization>)> {
    let mut random = Streams::new(experiment.split_seed()).generator(Purpose::Split, 0);
    if let Some(path) = &data.path {
        return own_data::load(data, path, &mut random);
    }
    let split = catalog::find(&data.name)?.load_images(&data_folder::get(), data.train, &mut random);
    // Files that contradict each other are the data's fault, and not the request's.
    let split = split.map_err(|error| Error { kind: ErrorKind::Failed, ..error.into() })?;
    Ok((split, None))
}

fn upload(images: &Images, range: std::ops::Range<usize>, device: &Device) -> Tensor<2> {
    let dims = [range.len(), images.size()];
    Tensor::from_data(TensorData::new(images.intensities(range).collect::<Vec<f32>>(), dims), device)
}

/// The sum of values in f64, which the order of a device's own sum cannot change.
fn total(values: Tensor<1>) -> f64 {
    values.into_data().try_into_vec::<f32>().expect("losses are F32").into_iter().map(f64::from).sum()
}

impl ImageAutoencoder for Vae {
    const VARIATIONAL: bool = true;

    fn init(
        config: &AutoencoderConfig,
        weights: &mut impl InitialWeights,
        device: &Device,
    ) -> aevb_models::Result<Self> {
        config.init_vae(weights, device)
    }

    fn terms(
        &self,
        x: Tensor<2>,
        noise: Tensor<2>,
        objective: &ImageObjective,
        prior: Prior,
    ) -> aevb_models::Result<Terms> {
        objective.terms(self, prior, x, noise)
    }

    fn posterior(&self, x: Tensor<2>) -> aevb_models::Result<(Tensor<2>, Option<Tensor<2>>)> {
        let posterior = self.encoder.forward(x)?;
        Ok((posterior.mean, Some(posterior.log_variance)))
    }

    fn deviations(&self, x: Tensor<2>) -> aevb_models::Result<Option<Tensor<2>>> {
        Ok(Some((self.encoder.forward(x)?.log_variance * 0.5).exp()))
    }

    fn decoder(&self) -> &Decoder {
        &self.decoder
    }
}

impl ImageAutoencoder for Ae {
    const VARIATIONAL: bool = false;

    fn init(
        config: &AutoencoderConfig,
        weights: &mut impl InitialWeights,
        device: &Device,
    ) -> aevb_models::Result<Self> {
        config.init_ae(weights, device)
    }

    fn terms(
        &self,
        x: Tensor<2>,
        _noise: Tensor<2>,
        _objective: &ImageObjective,
        _prior: Prior,
    ) -> aevb_models::Result<Terms> {
        Ok(Terms { reconstruction: -self.log_likelihood(x)?, kl: None, iwae: None })
    }

    fn posterior(&self, x: Tensor<2>) -> aevb_models::Result<(Tensor<2>, Option<Tensor<2>>)> {
        Ok((self.encode(x)?, None))
    }

    fn deviations(&self, _x: Tensor<2>) -> aevb_models::Result<Option<Tensor<2>>> {
        Ok(None)
    }

    fn decoder(&self) -> &Decoder {
        &self.decoder
    }
}

/// Trains and measures.
pub(super) fn train<M: ImageAutoencoder>(
    task: &ImageTask<M>,
    experiment: &Experiment,
    folder: &RunFolder,
    start: Option<Checkpoint>,
    observer: &mut dyn Observer,
) -> Result<DensityResult> {
    if let Some(standardization) = &task.parts.standardization {
        folder.write_json(STANDARDIZATION, standardization)?;
    }
    let trained = trainer::train(task, experiment, folder, start, observer)?;
    Ok(DensityResult {
        task: TaskName::Density,
        seed: experiment.seed,
        epochs: trained.epochs,
        seconds_per_epoch: trained.seconds_per_epoch,
        training_images: task.parts.train.count(),
        metrics: task.metrics(&trained.model, task.test(&trained.model)?)?,
        peak_memory_bytes: memory::peak_bytes(),
    })
}

/// A trained auto-encoder and its images, behind host data.
pub trait TrainedImages {
    /// The images of a part, as the model meets them.
    ///
    /// # Errors
    /// If there is no such part.
    fn images(&self, part: Part) -> Result<&Images>;

    /// How many images were trained on.
    fn training_images(&self) -> usize;

    /// The dimension of the latent space.
    fn latent(&self) -> usize;

    /// Draws from the prior, `[images, latent]`, of standard normal noise of that shape.
    fn draw(&self, noise: Vec<f32>) -> Vec<f32>;

    /// The bounds of the trained model, as its run reported them.
    ///
    /// # Errors
    /// If one is not finite.
    fn metrics(&self) -> Result<DensityMetrics>;

    /// The posteriors, or the codes, of some images.
    ///
    /// # Errors
    /// If they are of another size than those that were trained on.
    fn latents(&self, images: &Images) -> Result<Latents>;

    /// The posterior's mean, or the code, of some images: `[images, latent]`, row-major.
    ///
    /// # Errors
    /// If they are of another size than those that were trained on.
    fn embed(&self, images: &Images) -> Result<Vec<f32>> {
        Ok(self.latents(images)?.mean)
    }

    /// The model of p(x|z), without gradients.
    fn decoder(&self) -> &Decoder;

    /// The standard deviations of the posterior of some images, `[images, latent]`; none where the model has codes.
    ///
    /// # Errors
    /// As [`Self::embed`].
    fn deviations(&self, images: &Images) -> Result<Option<Vec<f32>>>;

    /// The mean of p(x|z) for `z` `[images, latent]`: `[images, pixels]`, row-major.
    ///
    /// # Errors
    /// If `z` is of another width.
    fn decode(&self, z: &[f32]) -> Result<Vec<f32>>;

    /// The layers that lead from z to the mean of p(x|z), the last of them linear, before what the likelihood does.
    fn decoder_layers(&self) -> Vec<DecoderLayer>;
}

/// The weights of a layer on the host.
#[derive(Clone, Debug)]
pub struct DecoderLayer {
    /// `[inputs, outputs]`, row-major.
    pub weight: Vec<f32>,
    /// `[outputs]`
    pub bias: Vec<f32>,
}

struct Trained<M> {
    task: ImageTask<M>,
    model: M,
}

/// Loads a run's model.
pub(super) fn open<M: ImageAutoencoder + 'static>(
    task: ImageTask<M>,
    folder: &RunFolder,
) -> Result<Box<dyn TrainedImages>> {
    let model = weights::load(task.initial_model()?, &folder.weights())?.valid();
    Ok(Box::new(Trained { task, model }))
}

impl<M: ImageAutoencoder> TrainedImages for Trained<M> {
    fn images(&self, part: Part) -> Result<&Images> {
        self.task.parts.held_out(part)
    }

    fn training_images(&self) -> usize {
        self.task.parts.train.count()
    }

    fn latent(&self) -> usize {
        self.task.model.latent
    }

    fn draw(&self, noise: Vec<f32>) -> Vec<f32> {
        let dims = [noise.len() / self.latent(), self.latent()];
        host(
            self.task
                .model
                .prior()
                .sample(Tensor::from_data(TensorData::new(noise, dims), &self.task.device)),
        )
    }

    fn metrics(&self) -> Result<DensityMetrics> {
        self.task.metrics(&self.model, self.task.test(&self.model)?)
    }

    fn latents(&self, images: &Images) -> Result<Latents> {
        let mut latents = Latents::none(self.latent(), M::VARIATIONAL);
        for first in (0..images.count()).step_by(CHUNK) {
            let x = upload(images, first..images.count().min(first + CHUNK), &self.task.device);
            let (mean, log_variance) = self.model.posterior(x)?;
            latents.extend(host(mean), log_variance.map(host));
        }
        latents.mean = finite(latents.mean)?;
        latents.log_variance = latents.log_variance.map(finite).transpose()?;
        Ok(latents)
    }

    fn decoder(&self) -> &Decoder {
        self.model.decoder()
    }

    fn deviations(&self, images: &Images) -> Result<Option<Vec<f32>>> {
        let mut all = M::VARIATIONAL.then(Vec::new);
        for first in (0..images.count()).step_by(CHUNK) {
            let x = upload(images, first..images.count().min(first + CHUNK), &self.task.device);
            if let (Some(all), Some(deviations)) = (&mut all, self.model.deviations(x)?) {
                all.extend(host(deviations));
            }
        }
        Ok(all)
    }

    fn decode(&self, z: &[f32]) -> Result<Vec<f32>> {
        let mut pixels = Vec::new();
        for z in z.chunks(CHUNK * self.latent()) {
            let dims = [z.len() / self.latent(), self.latent()];
            let z = Tensor::from_data(TensorData::new(z.to_vec(), dims), &self.task.device);
            pixels.extend(host(self.model.decoder().forward(z)?.mean()));
        }
        finite(pixels)
    }

    fn decoder_layers(&self) -> Vec<DecoderLayer> {
        let decoder = self.model.decoder();
        let layers = decoder.hidden.layers.iter().chain([&decoder.output]);
        let layer = |layer: &Linear| DecoderLayer {
            weight: host(layer.weight.val()),
            bias: layer.bias.val().into_data().try_into_vec::<f32>().expect("everything is F32"),
        };
        layers.map(layer).collect()
    }
}

/// A model that diverged gives numbers that are none.
fn finite(values: Vec<f32>) -> Result<Vec<f32>> {
    if values.iter().all(|value| value.is_finite()) {
        return Ok(values);
    }
    Err(Error::failed("the model's output is not finite")
        .with_hint("its training diverged: train again with a smaller optimizer.learning_rate"))
}

fn host(values: Tensor<2>) -> Vec<f32> {
    values.into_data().try_into_vec::<f32>().expect("everything is F32")
}
