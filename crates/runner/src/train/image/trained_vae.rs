use std::ops::Range;
use std::path::Path;

use aevb_data::binarize::Binarization;
use aevb_data::image::Images;
use aevb_models::vae::{Likelihood, Prior, Vae};
use burn::tensor::{Device, Tensor};

use super::opened::OpenedAutoencoder;
use super::upload;
use crate::density::{Density, DensityMetrics, Preparation};
use crate::error::Result;
use crate::experiment::{Autoencoder, ExampleData, Experiment, Part};
use crate::random::Streams;
use crate::run_folder::RunFolder;

/// A trained VAE with its images, for inference.
pub struct TrainedVae {
    opened: OpenedAutoencoder<Vae>,
}

impl TrainedVae {
    pub(in crate::train) fn open(
        experiment: &Experiment,
        data: &ExampleData,
        model: &Autoencoder,
        device: &Device,
        folder: &RunFolder,
    ) -> Result<Self> {
        Ok(Self { opened: OpenedAutoencoder::new(experiment, data, model, device, folder)? })
    }

    /// The model, without gradients of its own.
    pub fn model(&self) -> &Vae {
        &self.opened.model
    }

    /// The prior of its latent vectors.
    pub fn prior(&self) -> Prior {
        self.opened.config.networks().prior()
    }

    /// The dimension of the latent space.
    pub fn latent(&self) -> usize {
        self.opened.config.networks().latent
    }

    /// The pixels of an image, or the columns of a row.
    pub fn pixels(&self) -> usize {
        self.opened.record.height * self.opened.record.width
    }

    /// The most values that a layer has of one image.
    pub fn widest(&self) -> usize {
        self.opened.config.networks().hidden.iter().copied().fold(self.pixels(), usize::max)
    }

    /// Where the model lives.
    pub fn device(&self) -> &Device {
        &self.opened.device
    }

    /// The run's random numbers.
    pub fn streams(&self) -> Streams {
        self.opened.streams()
    }

    /// Whether its images are rows of a table.
    pub fn is_of_table(&self) -> bool {
        self.opened.standardization().is_some()
    }

    /// The images of a part, as the model meets them.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn images(&self, part: Part) -> Result<&Images> {
        self.opened.task()?.parts.held_out(part)
    }

    /// Images from elsewhere, or rows of a table, as the model meets its own, and what was guessed of them.
    ///
    /// # Errors
    /// If the file cannot be read, the images are of another size or the columns others, or pixels are grey where the
    /// model knows binary ones, or the other way round.
    pub fn read(&self, path: &Path) -> Result<(Images, Vec<String>)> {
        self.opened.read(path)
    }

    /// The metrics of a run, as when it ended but for the test images'.
    ///
    /// # Errors
    /// If they are not finite.
    pub fn metrics(&self, test: Density) -> Result<DensityMetrics> {
        self.opened.task()?.metrics(&self.opened.model, test)
    }

    /// The bound on some images.
    ///
    /// # Errors
    /// If it is not finite.
    pub fn measure(&self, images: &Images, part: Part) -> Result<Density> {
        self.opened.task()?.measure(&self.opened.model, images, part)
    }

    /// The mean of each pixel over the training images, `[pixels]`.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn training_mean(&self) -> Result<Vec<f32>> {
        let images = &self.opened.task()?.parts.train;
        let mut sums = vec![0.0; images.size()];
        for index in 0..images.count() {
            for (sum, pixel) in sums.iter_mut().zip(images.intensities(index..index + 1)) {
                *sum += f64::from(pixel);
            }
        }
        Ok(sums.iter().map(|sum| (sum / images.count() as f64) as f32).collect())
    }

    /// Some images on the device, `[images, pixels]`.
    pub fn upload(&self, images: &Images, range: Range<usize>) -> Tensor<2> {
        upload(images, range, self.device())
    }

    /// What is to be said beside its likelihoods, where they are none.
    pub fn caution(&self) -> Option<String> {
        let is_cross_entropy = self.opened.data.binarization() == Some(Binarization::Grey)
            && self.opened.config.networks().likelihood() == Likelihood::Bernoulli;
        is_cross_entropy.then(|| {
            "pixels are grey under a Bernoulli likelihood: what is called log p(x) is a cross-entropy, no probability, and \
             compares with that of other grey runs alone"
                .to_owned()
        })
    }

    /// The data set, and how it becomes what the likelihood is of.
    pub fn data(&self) -> (String, Preparation) {
        (self.opened.data.name(), Preparation::of(self.opened.data.binarization()))
    }
}
