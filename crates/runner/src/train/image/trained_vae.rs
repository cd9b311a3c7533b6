use std::ops::Range;
use std::path::Path;

use aevb_data::binarize::Binarization;
use aevb_data::image::{Images, read_own};
use aevb_data::table::Table;
use aevb_models::vae::{Prior, Vae};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{ImageTask, upload};
use crate::density::{Density, DensityMetrics};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, ImageData, ImageModel, Part};
use crate::random::{Purpose, Streams};
use crate::run_folder::RunFolder;
use crate::train::{own_data, weights};

/// A trained VAE with its images, for inference.
pub struct TrainedVae {
    task: ImageTask<Vae>,
    model: Vae,
    split_seed: u64,
}

impl TrainedVae {
    pub(in crate::train) fn open(
        experiment: &Experiment,
        data: &ImageData,
        model: &ImageModel,
        device: &Device,
        folder: &RunFolder,
    ) -> Result<Self> {
        let task = ImageTask::<Vae>::new(experiment, data, model, device)?;
        let model = weights::load(super::Task::initial_model(&task)?, &folder.weights())?.valid();
        Ok(Self { task, model, split_seed: experiment.split_seed() })
    }

    /// The model, without gradients of its own.
    pub fn model(&self) -> &Vae {
        &self.model
    }

    /// The prior of its latent vectors.
    pub fn prior(&self) -> Prior {
        self.task.model.prior()
    }

    /// The dimension of the latent space.
    pub fn latent(&self) -> usize {
        self.task.model.latent
    }

    /// The pixels of an image, or the columns of a row.
    pub fn pixels(&self) -> usize {
        self.task.parts.test.size()
    }

    /// The most values that a layer has of one image.
    pub fn widest(&self) -> usize {
        self.task.model.hidden.iter().copied().fold(self.pixels(), usize::max)
    }

    /// Where the model lives.
    pub fn device(&self) -> &Device {
        &self.task.device
    }

    /// The run's random numbers.
    pub fn streams(&self) -> Streams {
        self.task.streams
    }

    /// Whether its images are rows of a table.
    pub fn is_of_table(&self) -> bool {
        self.task.parts.standardization.is_some()
    }

    /// The images of a part, as the model meets them.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn images(&self, part: Part) -> Result<&Images> {
        self.task.parts.held_out(part)
    }

    /// Images from elsewhere, or rows of a table, as the model meets its own.
    ///
    /// # Errors
    /// If the file cannot be read, the images are of another size or the columns others, or pixels are grey where the
    /// model knows binary ones, or the other way round.
    pub fn read(&self, path: &Path) -> Result<Images> {
        let ImageData { id, size, binarization, .. } = &self.task.data;
        let in_file = |error: aevb_data::Error| {
            let place = format!("{}: {}", path.display(), error.place);
            Error::from(aevb_data::Error { place, ..error })
        };
        if let Some(standardization) = &self.task.parts.standardization {
            let table = Table::read(path, id.as_deref())?;
            return own_data::standardized(table, standardization).map_err(in_file);
        }
        let images = read_own(path, *size)?.images;
        let known = &self.task.parts.test;
        if (images.height(), images.width()) != (known.height(), known.width()) {
            let sizes = [&images, known].map(|images| format!("{} x {}", images.height(), images.width()));
            let message = format!("{}: images of {} pixels, not of {}", path.display(), sizes[0], sizes[1]);
            return Err(Error::failed(message).with_hint("the model knows images of one size"));
        }
        // The parts of the run's own images have drawn by the numbers from the end on.
        let mut random = Streams::new(self.split_seed).generator(Purpose::Binarisation, u64::MAX - 2);
        binarization.apply(images, &mut random).map_err(in_file)
    }

    /// The metrics of a run, as when it ended but for the test images'.
    ///
    /// # Errors
    /// If they are not finite.
    pub fn metrics(&self, test: Density) -> Result<DensityMetrics> {
        self.task.metrics(&self.model, test)
    }

    /// The bound on some images.
    ///
    /// # Errors
    /// If it is not finite.
    pub fn measure(&self, images: &Images, part: Part) -> Result<Density> {
        self.task.measure(&self.model, images, part)
    }

    /// The mean of each pixel over the training images, `[pixels]`.
    pub fn training_mean(&self) -> Vec<f32> {
        let images = &self.task.parts.train;
        let mut sums = vec![0.0; images.size()];
        for index in 0..images.count() {
            for (sum, pixel) in sums.iter_mut().zip(images.intensities(index..index + 1)) {
                *sum += f64::from(pixel);
            }
        }
        sums.iter().map(|sum| (sum / images.count() as f64) as f32).collect()
    }

    /// Some images on the device, `[images, pixels]`.
    pub fn upload(&self, images: &Images, range: Range<usize>) -> Tensor<2> {
        upload(images, range, self.device())
    }

    /// The data set, and how its grey pixels become data.
    pub fn data(&self) -> (&str, Binarization) {
        (&self.task.data.name, self.task.data.binarization)
    }
}
