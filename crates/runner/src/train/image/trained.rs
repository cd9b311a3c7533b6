use std::borrow::Cow;
use std::path::Path;

use aevb_data::image::Images;
use aevb_data::table::Standardization;
use aevb_models::distribution::IsotropicGaussian;
use aevb_models::nn::Linear;
use aevb_models::vae::{Decoder, Observation};
use burn::tensor::{Tensor, TensorData};

use super::opened::OpenedAutoencoder;
use super::{CHUNK, ImageAutoencoder, upload};
use crate::density::DensityMetrics;
use crate::error::{Error, Result};
use crate::experiment::{Part, Portion};
use crate::train::latents::Latents;

/// A trained auto-encoder and its images, behind host data.
pub trait TrainedAutoencoder {
    /// The images of a part, as the model meets them.
    ///
    /// # Errors
    /// If there is no such part.
    fn images(&self, part: Part) -> Result<&Images>;

    /// Whether some images validate: a run may have trained on all that do not test.
    ///
    /// # Errors
    /// If they cannot be read.
    fn has_validation(&self) -> Result<bool>;

    /// The images of any part, as the model meets them: where each training step draws their pixels anew, as drawn once.
    ///
    /// # Errors
    /// As [`Self::images`].
    fn portion(&self, portion: Portion) -> Result<Cow<'_, Images>>;

    /// The place in its file of each image of all parts, in the order of [`Portion::ALL`]; `None` where that is theirs.
    ///
    /// # Errors
    /// If they cannot be read.
    fn order(&self) -> Result<Option<&[u32]>>;

    /// Images from elsewhere, or rows of a table, as the model meets its own, and what was guessed of them.
    ///
    /// # Errors
    /// If they cannot be read, or are none that the model knows.
    fn read(&self, path: &Path) -> Result<(Images, Vec<String>)>;

    /// What standardised the columns, where the images are rows of a table.
    fn standardization(&self) -> Option<&Standardization>;

    /// What tells all the images from others, those that were trained on included.
    ///
    /// # Errors
    /// If they cannot be read.
    fn fingerprint(&self) -> Result<String>;

    /// The height and the width of an image, 1 and the columns of a table.
    fn size(&self) -> [usize; 2];

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

    /// Draws of x from p(x|z) of a Gaussian likelihood, `[rows, columns]`, of standard normal noise of that shape.
    ///
    /// # Errors
    /// As [`Self::decode`], or if the likelihood is another.
    fn observe(&self, z: &[f32], noise: &[f32]) -> Result<Vec<f32>>;

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

impl<M: ImageAutoencoder> TrainedAutoencoder for OpenedAutoencoder<M> {
    fn images(&self, part: Part) -> Result<&Images> {
        self.task()?.parts.held_out(part)
    }

    fn has_validation(&self) -> Result<bool> {
        Ok(self.task()?.parts.validation.is_some())
    }

    fn portion(&self, portion: Portion) -> Result<Cow<'_, Images>> {
        self.task()?.parts.portion(portion)
    }

    fn order(&self) -> Result<Option<&[u32]>> {
        Ok(self.task()?.parts.order())
    }

    fn read(&self, path: &Path) -> Result<(Images, Vec<String>)> {
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

    fn draw(&self, noise: Vec<f32>) -> Vec<f32> {
        let dims = [noise.len() / self.latent(), self.latent()];
        host(
            self.config
                .networks()
                .prior()
                .sample(Tensor::from_data(TensorData::new(noise, dims), &self.device)),
        )
    }

    fn metrics(&self) -> Result<DensityMetrics> {
        let task = self.task()?;
        task.metrics(&self.model, task.test(&self.model)?)
    }

    fn latents(&self, images: &Images) -> Result<Latents> {
        let mut latents = Latents::none(self.latent(), M::VARIATIONAL);
        for first in (0..images.count()).step_by(CHUNK) {
            let x = upload(images, first..images.count().min(first + CHUNK), &self.device);
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
            let x = upload(images, first..images.count().min(first + CHUNK), &self.device);
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
            let z = Tensor::from_data(TensorData::new(z.to_vec(), dims), &self.device);
            pixels.extend(host(self.model.decoder().forward(z)?.mean()));
        }
        finite(pixels)
    }

    fn observe(&self, z: &[f32], noise: &[f32]) -> Result<Vec<f32>> {
        let [height, width] = self.size();
        let mut drawn = Vec::new();
        for (z, noise) in z.chunks(CHUNK * self.latent()).zip(noise.chunks(CHUNK * height * width)) {
            let rows = z.len() / self.latent();
            let on_device = |values: &[f32], width: usize| {
                Tensor::from_data(TensorData::new(values.to_vec(), [rows, width]), &self.device)
            };
            let noise = on_device(noise, height * width);
            let x: Tensor<2> = match self.model.decoder().forward(on_device(z, self.latent()))? {
                Observation::Gaussian(gaussian) => gaussian.rsample(noise)?,
                Observation::GaussianFixed(IsotropicGaussian { mean, variance }) => {
                    mean + noise * variance.sqrt()
                }
                Observation::Bernoulli(_) => {
                    return Err(Error::usage("a Bernoulli likelihood draws no numbers")
                        .with_hint("take a run with a Gaussian likelihood"));
                }
            };
            drawn.extend(host(x));
        }
        finite(drawn)
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
