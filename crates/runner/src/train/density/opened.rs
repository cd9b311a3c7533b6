use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::files::read_at_most;
use aevb_data::image::{OwnImages, read_own};
use aevb_data::table::{Standardization, TableReading};
use aevb_models::nn::DataShape;
use burn::tensor::Device;

use super::record::Record;
use super::{DensityModel, DensityTask, initial};
use crate::error::{Error, Result};
use crate::experiment::{Autoencoder, ExampleData, Experiment, ImageData};
use crate::random::{Purpose, Streams};
use crate::run_folder::{RunFolder, STANDARDIZATION};
use crate::train::{own_data, weights};

/// A trained auto-encoder, without gradients. Its data are read when they are first asked for: a run can be used where they
/// are not.
pub(in crate::train) struct OpenedAutoencoder<M: DensityModel> {
    pub(super) model: M,
    pub(super) config: Autoencoder,
    pub(super) data: ExampleData,
    pub(super) record: Record,
    reading: Reading,
    pub(super) device: Device,
    experiment: Experiment,
    folder: RunFolder,
    task: OnceCell<DensityTask<M>>,
}

/// How examples from elsewhere are read.
enum Reading {
    Images(ImageData),
    Table(TableReading, Arc<Standardization>),
}

impl<M: DensityModel> OpenedAutoencoder<M> {
    pub fn new(
        experiment: &Experiment,
        data: &ExampleData,
        config: &Autoencoder,
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
        let shape = match data {
            ExampleData::Table(_) => DataShape::Columns(record.width),
            ExampleData::Images(_) => {
                DataShape::Image { channels: 1, height: record.height, width: record.width }
            }
        };
        let model = initial(config.networks(), shape, streams, device)?;
        Ok(Self {
            model: weights::load::<M>(model, &folder.weights()?)?.valid(),
            config: config.clone(),
            data: data.clone(),
            reading: match data {
                ExampleData::Images(images) => Reading::Images(images.clone()),
                ExampleData::Table(table) => {
                    Reading::Table(table.reading(), Arc::new(standardization(folder, &record)?))
                }
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
        let data = match &self.reading {
            Reading::Images(data) => data,
            Reading::Table(reading, standardization) => {
                let (rows, notes) = own_data::read_alike(path, reading, standardization)?;
                return Ok((rows.into(), notes));
            }
        };
        let OwnImages { images, notes, .. } = read_own(path, &data.reading())?;
        own_data::check_size(&images, [self.record.height, self.record.width], path)?;
        // The parts of the run's own images have drawn by the numbers from the end on.
        let mut random =
            Streams::new(self.experiment.split_seed()).generator(Purpose::Binarisation, u64::MAX - 2);
        let drawn = data.binarization.apply(images.numbered(), &mut random);
        let in_file = |error: aevb_data::Error| aevb_data::Error {
            place: format!("{}: {}", path.display(), error.place),
            ..error
        };
        Ok((drawn.map_err(in_file)?.into(), notes))
    }

    /// What standardised the columns of a table.
    pub fn standardization(&self) -> Option<&Standardization> {
        match &self.reading {
            Reading::Images(_) => None,
            Reading::Table(_, standardization) => Some(standardization),
        }
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
