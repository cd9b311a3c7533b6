use std::cell::OnceCell;

use aevb_data::files::read_at_most;
use aevb_data::table::Standardization;
use burn::tensor::Device;

use super::record::Record;
use super::{ImageAutoencoder, ImageTask, initial};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, ImageData, ImageModel};
use crate::random::Streams;
use crate::run_folder::{RunFolder, STANDARDIZATION};
use crate::train::weights;

/// A trained auto-encoder, without gradients. Its data are read when they are first asked for: a run can be used where they
/// are not.
pub(super) struct Opened<M: ImageAutoencoder> {
    pub model: M,
    pub config: ImageModel,
    pub data: ImageData,
    pub record: Record,
    pub standardization: Option<Standardization>,
    pub device: Device,
    experiment: Experiment,
    folder: RunFolder,
    task: OnceCell<ImageTask<M>>,
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
                let read = ImageTask::new(experiment, data, config, device)?;
                let record = Record::unchecked(&read.parts);
                let _ = task.set(read);
                record
            }
        };
        let streams = Streams::new(experiment.seed);
        let model = initial(config, record.height * record.width, streams, device)?;
        Ok(Self {
            model: weights::load::<M>(model, &folder.weights()?)?.valid(),
            config: config.clone(),
            data: data.clone(),
            standardization: if data.is_table() { Some(standardization(folder, &record)?) } else { None },
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
    pub fn task(&self) -> Result<&ImageTask<M>> {
        if self.task.get().is_none() {
            let task = ImageTask::new(&self.experiment, &self.data, &self.config, &self.device)?;
            self.record.check(&task.parts, &self.folder)?;
            let _ = self.task.set(task);
        }
        Ok(self.task.get().expect("set just now"))
    }

    pub fn split_seed(&self) -> u64 {
        self.experiment.split_seed()
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
