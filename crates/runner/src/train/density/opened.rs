use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::files::read_at_most;
use aevb_data::image::{OwnImages, read_own};
use aevb_data::table::Standardization;
use aevb_models::nn::DataShape;
use burn::tensor::Device;

use super::record::Record;
use super::{DensityTask, ImageAutoencoder, initial};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, ImageData, ImageModel};
use crate::random::{Purpose, Streams};
use crate::run_folder::{RunFolder, STANDARDIZATION};
use crate::train::{own_data, weights};

/// A trained auto-encoder, without gradients. Its data are read when they are first asked for: a run can be used where they
/// are not.
pub(super) struct Opened<M: ImageAutoencoder> {
    pub model: M,
    pub config: ImageModel,
    pub data: ImageData,
    pub record: Record,
    pub standardization: Option<Arc<Standardization>>,
    pub device: Device,
    experiment: Experiment,
    folder: RunFolder,
    task: OnceCell<DensityTask<M>>,
}

impl<M: ImageAutoencoder> Opened<M> {
    pub fn new(
        experiment: &Experiment,
        data: &ImageData,
        config: &ImageModel,
        device: &Device,
        folder: &RunFolder,
    ) -> Result<Self> {
        let task = OnceCell::new();
        let record = match Record::read(folder)? {
            Some(record) => record,
            None => {
                let read = DensityTask::new(experiment, data, config, device)?;
                let record = Record::unchecked(&read.parts);
                let _ = task.set(read);
                record
            }
        };
        let streams = Streams::new(experiment.seed);
        let shape = match data.is_table() {
            true => DataShape::Columns(record.width),
            false => DataShape::Image { channels: 1, height: record.height, width: record.width },
        };
        let model = initial(config, shape, streams, device)?;
        Ok(Self {
            model: weights::load::<M>(model, &folder.weights()?)?.valid(),
            config: config.clone(),
            data: data.clone(),
            standardization: if data.is_table() {
                Some(Arc::new(standardization(folder, &record)?))
            } else {
                None
            },
            record,
            device: device.clone(),
            experiment: experiment.clone(),
            folder: folder.clone(),
            task,
        })
    }

    /// The task, with the data.
    ///
    /// # Errors
    /// If they cannot be read, or are others than the run's.
    pub fn task(&self) -> Result<&DensityTask<M>> {
        if self.task.get().is_none() {
            let task = DensityTask::new(&self.experiment, &self.data, &self.config, &self.device)?;
            self.record.check(&task.parts, &self.folder)?;
            let _ = self.task.set(task);
        }
        Ok(self.task.get().expect("set just now"))
    }

    /// Images from elsewhere, or rows of a table, as the model meets its own, and what was guessed of them.
    ///
    /// # Errors
    /// If the file cannot be read, the images are of another size or the columns others, or pixels are grey where the
    /// model knows binary ones, or the other way round.
    pub fn read(&self, path: &Path) -> Result<(Examples, Vec<String>)> {
        if let Some(standardization) = &self.standardization {
            let (rows, notes) = own_data::read_alike(path, &self.data, standardization)?;
            return Ok((rows.into(), notes));
        }
        let OwnImages { images, notes, .. } = read_own(path, &self.data.reading())?;
        own_data::check_size(&images, [self.record.height, self.record.width], path)?;
        // The parts of the run's own images have drawn by the numbers from the end on.
        let mut random =
            Streams::new(self.experiment.split_seed()).generator(Purpose::Binarisation, u64::MAX - 2);
        let drawn = self.data.binarization.apply(images.numbered(), &mut random);
        let in_file = |error: aevb_data::Error| aevb_data::Error {
            place: format!("{}: {}", path.display(), error.place),
            ..error
        };
        Ok((drawn.map_err(in_file)?.into(), notes))
    }

    pub fn streams(&self) -> Streams {
        Streams::new(self.experiment.seed)
    }
}

/// What standardised the columns of a run's table.
fn standardization(folder: &RunFolder, record: &Record) -> Result<Standardization> {
    const LARGEST: u64 = 1 << 30;
    let path = folder.file(STANDARDIZATION);
    let damaged = |problem: String| {
        Error::failed(format!("{}: {problem}", path.display()))
            .with_hint("the run wrote the file when it began, and was trained by it")
    };
    let found: Standardization =
        serde_json::from_slice(&read_at_most(&path, LARGEST)?).map_err(|error| damaged(error.to_string()))?;
    let lengths = [found.columns.len(), found.mean.len(), found.deviation.len()];
    if lengths != [record.width; 3] {
        return Err(damaged(format!("{lengths:?} columns, means and deviations, not {}", record.width)));
    }
    if !found.mean.iter().all(|mean| mean.is_finite())
        || !found.deviation.iter().all(|&deviation| deviation > 0.0 && deviation.is_finite())
    {
        return Err(damaged("a mean or a deviation that none can be".to_owned()));
    }
    Ok(found)
}
