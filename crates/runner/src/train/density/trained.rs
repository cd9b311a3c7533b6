use std::borrow::Cow;
use std::path::Path;

use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::table::{Rows, Standardization};
use aevb_models::nn::Linear;
use aevb_models::prior::PriorConfig;
use aevb_models::vae::{Decoder, PixelMean};
use burn::tensor::{Tensor, TensorData};
use rand::Rng;

use super::moments::{self, moment_noise};
use super::opened::OpenedAutoencoder;
use super::{CHUNK, DensityModel, upload};
use crate::clusters::Components;
use crate::density::DensityMetrics;
use crate::error::{Error, Result};
use crate::experiment::{Part, Portion};
use crate::train::Encoded;

/// A trained auto-encoder and its images or rows, behind host data.
pub trait TrainedAutoencoder {
    /// The examples of a part, as the model meets them.
    ///
    /// # Errors
    /// If there is no such part.
    fn examples(&self, part: Part) -> Result<&Examples>;

    /// Whether some examples validate: a run may have trained on all that do not test.
    ///
    /// # Errors
    /// If they cannot be read.
    fn has_validation(&self) -> Result<bool>;

    /// The examples of any part, as the model meets them: where each training step draws pixels anew, as drawn once.
    ///
    /// # Errors
    /// As [`Self::examples`].
    fn portion(&self, portion: Portion) -> Result<Cow<'_, Examples>>;

    /// The place in its file of each example of all parts, in the order of [`Portion::ALL`]; `None` where that is theirs.
    ///
    /// # Errors
    /// If they cannot be read.
    fn order(&self) -> Result<Option<&[u32]>>;

    /// Images from elsewhere, or rows of a table, as the model meets its own, and what was guessed of them.
    ///
    /// # Errors
    /// If they cannot be read, or are none that the model knows.
    fn read(&self, path: &Path) -> Result<(Examples, Vec<String>)>;

    /// What standardised the columns, where the examples are rows of a table.
    fn standardization(&self) -> Option<&Standardization>;

    /// The same for rows of its table: as the run wrote it, since what is computed anew may differ in the last digit.
    fn standardization_of<'a>(&'a self, rows: &'a Rows) -> &'a Standardization {
        self.standardization().unwrap_or_else(|| rows.standardization())
    }

    /// What tells all the examples from others, those that were trained on included.
    ///
    /// # Errors
    /// If they cannot be read.
    fn fingerprint(&self) -> Result<String>;

    /// The height and the width of an image, 1 and the columns of a table.
    fn size(&self) -> [usize; 2];

    /// How many images or rows were trained on.
    fn training_images(&self) -> usize;

    /// The dimension of the latent space.
    fn latent(&self) -> usize;

    /// Draws from the prior, `[count, latent]`, with deviations multiplied by `temperature`.
    ///
    /// # Errors
    /// If the model has none.
    fn draw(&self, count: usize, temperature: f64, random: &mut dyn Rng) -> Result<Vec<f32>>;

    /// The bounds of the trained model, as its run reported them.
    ///
    /// # Errors
    /// If one is not finite.
    fn metrics(&self) -> Result<DensityMetrics>;

    /// The posteriors, or the codes, of some examples.
    ///
    /// # Errors
    /// If they are of another size than those that were trained on.
    fn encode(&self, examples: &Examples) -> Result<Encoded>;

    /// What is to be said of the means and deviations of its posteriors, where they are no closed forms.
    fn moments_note(&self) -> Option<String>;

    /// The posterior's mean, or the code, of some examples: `[examples, latent]`, row-major.
    ///
    /// # Errors
    /// If they are of another size than those that were trained on.
    fn embed(&self, examples: &Examples) -> Result<Vec<f32>> {
        Ok(self.encode(examples)?.mean)
    }

    /// The model of p(x|z), without gradients.
    fn decoder(&self) -> &Decoder;

    /// The standard deviations of the posterior of some examples, `[examples, latent]`; none where the model has codes.
    ///
    /// # Errors
    /// As [`Self::embed`].
    fn deviations(&self, examples: &Examples) -> Result<Option<Vec<f32>>>;

    /// The component of a mixture prior that is responsible for each of `means` `[examples, latent]`; none where the prior is no
    /// mixture.
    ///
    /// # Errors
    /// If they are of another width.
    fn components(&self, means: &[f32]) -> Result<Option<Components>>;

    /// The mean of p(x|z) for `z` `[examples, latent]`: `[examples, size]`, row-major.
    ///
    /// # Errors
    /// If `z` is of another width.
    fn decode(&self, z: &[f32]) -> Result<Vec<f32>>;

    /// Draws of x from p(x|z), `[rows, values]`.
    ///
    /// # Errors
    /// As [`Self::decode`].
    fn observe(&self, z: &[f32], random: &mut dyn Rng) -> Result<Vec<f32>>;

    /// The layers that lead from z to the mean of p(x|z), where these are dense layers and no more.
    fn decoder_layers(&self) -> Option<DecoderLayers>;
}

/// Dense layers that lead from z to the mean of p(x|z).
#[derive(Clone, Debug)]
pub struct DecoderLayers {
    /// Their weights; all but the last are followed by the activation of the model.
    pub layers: Vec<DecoderLayer>,
    /// What makes the mean of the last.
    pub mean: PixelMean,
}

/// The weights of a layer on the host.
#[derive(Clone, Debug)]
pub struct DecoderLayer {
    /// `[inputs, outputs]`, row-major.
    pub weight: Vec<f32>,
    /// `[outputs]`
    pub bias: Vec<f32>,
}

impl<M: DensityModel> TrainedAutoencoder for OpenedAutoencoder<M> {
    fn examples(&self, part: Part) -> Result<&Examples> {
        self.task()?.parts.held_out(part)
    }

    fn has_validation(&self) -> Result<bool> {
        Ok(self.task()?.parts.validation.is_some())
    }

    fn portion(&self, portion: Portion) -> Result<Cow<'_, Examples>> {
        self.task()?.parts.portion(portion)
    }

    fn order(&self) -> Result<Option<&[u32]>> {
        Ok(self.task()?.parts.order())
    }

    fn read(&self, path: &Path) -> Result<(Examples, Vec<String>)> {
        OpenedAutoencoder::read(self, path)
    }

    fn standardization(&self) -> Option<&Standardization> {
        OpenedAutoencoder::standardization(self)
    }

    fn fingerprint(&self) -> Result<String> {
        self.record.fingerprint.clone().map_or_else(|| Ok(self.task()?.parts.fingerprint().to_owned()), Ok)
    }

    fn size(&self) -> [usize; 2] {
        [self.record.height, self.record.width]
    }

    fn training_images(&self) -> usize {
        self.record.train
    }

    fn latent(&self) -> usize {
        self.config.networks().latent
    }

    fn draw(&self, count: usize, temperature: f64, random: &mut dyn Rng) -> Result<Vec<f32>> {
        let prior = self.model.prior()?.ok_or_else(|| {
            Error::usage("a plain auto-encoder has no prior to sample from")
                .with_hint("take a run with model.kind = \"vae\"")
        })?;
        finite(host(prior.sample(count, temperature, random, &self.device)?))
    }

    fn metrics(&self) -> Result<DensityMetrics> {
        let task = self.task()?;
        task.metrics(&self.model, task.test(&self.model)?)
    }

    fn encode(&self, examples: &Examples) -> Result<Encoded> {
        let mut encoded = Encoded::none(self.latent(), M::VARIATIONAL);
        let noise = moment_noise(self.streams(), self.latent(), &self.device);
        for first in (0..examples.count()).step_by(CHUNK) {
            let x = upload(examples, first..examples.count().min(first + CHUNK), &self.device);
            let (mean, log_variance) = self.model.posterior(x, &noise)?;
            encoded.extend(host(mean), log_variance.map(host));
        }
        encoded.mean = finite(encoded.mean)?;
        encoded.log_variance = encoded.log_variance.map(finite).transpose()?;
        Ok(encoded)
    }

    fn moments_note(&self) -> Option<String> {
        moments::note(self.config.networks())
    }

    fn decoder(&self) -> &Decoder {
        self.model.decoder()
    }

    fn deviations(&self, examples: &Examples) -> Result<Option<Vec<f32>>> {
        let mut all = M::VARIATIONAL.then(Vec::new);
        let noise = moment_noise(self.streams(), self.latent(), &self.device);
        for first in (0..examples.count()).step_by(CHUNK) {
            let x = upload(examples, first..examples.count().min(first + CHUNK), &self.device);
            if let (Some(all), Some(deviations)) = (&mut all, self.model.deviations(x, &noise)?) {
                all.extend(host(deviations));
            }
        }
        Ok(all)
    }

    fn components(&self, means: &[f32]) -> Result<Option<Components>> {
        // The density of pseudo-inputs is one of Gaussians too, but each is one of hundreds and no cluster.
        if !matches!(self.config.networks().prior, Some(PriorConfig::Mixture { .. })) {
            return Ok(None);
        }
        let prior = self.model.prior()?.expect("a mixture is a prior");
        let mut all: Option<Components> = None;
        for means in means.chunks(CHUNK * self.latent()) {
            let dims = [means.len() / self.latent(), self.latent()];
            let means = Tensor::from_data(TensorData::new(means.to_vec(), dims), &self.device);
            let found = Components::at(&prior, means)?;
            all = match (all, found) {
                (Some(before), Some(found)) => Some(before.and(found)),
                (before, found) => before.or(found),
            };
        }
        Ok(all)
    }

    fn decode(&self, z: &[f32]) -> Result<Vec<f32>> {
        let mut pixels = Vec::new();
        for z in z.chunks(CHUNK * self.latent()) {
            let dims = [z.len() / self.latent(), self.latent()];
            let z = Tensor::from_data(TensorData::new(z.to_vec(), dims), &self.device);
            pixels.extend(host(self.model.decoder().forward(z)?.mean()));
        }
        finite(pixels)
    }

    fn observe(&self, z: &[f32], random: &mut dyn Rng) -> Result<Vec<f32>> {
        let mut drawn = Vec::new();
        for z in z.chunks(CHUNK * self.latent()) {
            let dims = [z.len() / self.latent(), self.latent()];
            let z = Tensor::from_data(TensorData::new(z.to_vec(), dims), &self.device);
            drawn.extend(host(self.model.decoder().forward(z)?.sample(random)?));
        }
        finite(drawn)
    }

    fn decoder_layers(&self) -> Option<DecoderLayers> {
        let Decoder { hidden, heads, likelihood, .. } = self.model.decoder();
        let (head, function) = likelihood.mean_of_sums()?;
        let mean = PixelMean::of(function)?;
        let layers = hidden.as_mlp()?.layers.iter().chain([heads.get(head)?]);
        let layer = |layer: &Linear| DecoderLayer {
            weight: host(layer.weight.val()),
            bias: layer.bias.val().into_data().try_into_vec::<f32>().expect("everything is F32"),
        };
        Some(DecoderLayers { layers: layers.map(layer).collect(), mean })
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
