use std::ops::Range;
use std::path::Path;

use aevb_data::examples::{ExampleSet, Examples};
use aevb_models::vae::Vae;
use burn::tensor::{Device, Tensor};

use super::opened::OpenedAutoencoder;
use super::upload;
use crate::density::{Density, DensityMetrics, Preparation};
use crate::error::Result;
use crate::experiment::{Autoencoder, ExampleData, Experiment, Part};
use crate::random::Streams;
use crate::run_folder::RunFolder;

/// A trained VAE with its images or rows, for inference.
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

    /// The dimension of the latent space.
    pub fn latent(&self) -> usize {
        self.opened.config.networks().latent
    }

    /// The height and the width of an image, 1 and the columns of a table.
    pub fn size(&self) -> [usize; 2] {
        [self.opened.record.height, self.opened.record.width]
    }

    /// The pixels of an image, or the columns of a row.
    pub fn pixels(&self) -> usize {
        self.size().iter().product()
    }

    /// The most values that a layer, the prior or the posterior has of one image.
    pub fn widest(&self) -> usize {
        self.widths().into_iter().fold(0, usize::max)
    }

    /// The values of one image, and the most that a hidden layer, the prior and the posterior have of it.
    pub fn widths(&self) -> [usize; 4] {
        let networks = self.opened.config.networks();
        let prior = networks.prior.as_ref().map_or(0, |prior| prior.activations(networks.latent));
        let posterior =
            networks.posterior.as_ref().map_or(0, |posterior| posterior.activations(networks.latent));
        [self.pixels(), networks.hidden.iter().copied().max().unwrap_or_default(), prior, posterior]
    }

    /// Where the model lives.
    pub fn device(&self) -> &Device {
        &self.opened.device
    }

    /// The run's random numbers.
    pub fn streams(&self) -> Streams {
        self.opened.streams()
    }

    /// Whether it is a run on a table.
    pub fn is_of_table(&self) -> bool {
        self.opened.standardization().is_some()
    }

    /// The examples of a part, as the model meets them.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn examples(&self, part: Part) -> Result<&Examples> {
        self.opened.task()?.parts.held_out(part)
    }

    /// Images from elsewhere, or rows of a table, as the model meets its own, and what was guessed of them.
    ///
    /// # Errors
    /// If the file cannot be read, the images are of another size or the columns others, or pixels are grey where the
    /// model knows binary ones, or the other way round.
    pub fn read(&self, path: &Path) -> Result<(Examples, Vec<String>)> {
        self.opened.read(path)
    }

    /// The metrics of a run, as when it ended but for the test examples'.
    ///
    /// # Errors
    /// If they are not finite.
    pub fn metrics(&self, test: Density) -> Result<DensityMetrics> {
        self.opened.task()?.metrics(&self.opened.model, test)
    }

    /// The bound on some examples.
    ///
    /// # Errors
    /// If it is not finite.
    pub fn measure(&self, examples: &Examples, part: Part) -> Result<Density> {
        self.opened.task()?.measure(&self.opened.model, examples, part)
    }

    /// The mean of each pixel over the training images, or of each column over the training rows, `[size]`.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn training_mean(&self) -> Result<Vec<f32>> {
        let examples = &self.opened.task()?.parts.train;
        let mut sums = vec![0.0; examples.size()];
        for index in 0..examples.count() {
            for (sum, value) in sums.iter_mut().zip(examples.values(index..index + 1)) {
                *sum += f64::from(value);
            }
        }
        Ok(sums.iter().map(|sum| (sum / examples.count() as f64) as f32).collect())
    }

    /// Some examples on the device, `[examples, size]`.
    pub fn upload(&self, examples: &Examples, range: Range<usize>) -> Tensor<2> {
        upload(examples, range, self.device())
    }

    /// What is to be said beside its likelihoods, where they are none.
    pub fn caution(&self) -> Option<String> {
        let likelihood = &self.opened.config.networks().likelihood;
        likelihood.caution(self.opened.data.values()).map(|caution| {
            format!(
                "{caution}: what is called log p(x) is a cross-entropy, no probability, and compares with that of other such \
                 runs alone"
            )
        })
    }

    /// The data set, and how it becomes what the likelihood is of.
    pub fn data(&self) -> (String, Preparation) {
        (self.opened.data.name(), Preparation::of(self.opened.data.binarization()))
    }
}
