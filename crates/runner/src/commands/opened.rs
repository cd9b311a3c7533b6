use std::path::Path;

use burn::tensor::Device;

use crate::error::{Error, Result};
use crate::experiment::{ConfigFile, Experiment, Override};
use crate::run_folder::{CONFIG, RunFolder};
use crate::train::{Checkpoints, Which};
use crate::{device, environment};

/// A finished run, and where it is to be used.
pub(super) struct OpenedRun {
    pub folder: RunFolder,
    pub experiment: Experiment,
    pub device: Device,
}

/// Opens a run on a device, or on that of its configuration, with the threads that are asked for there.
///
/// # Errors
/// If the folder is no run, or one of several runs.
pub(super) fn open(run: &Path, device: Option<&str>) -> Result<OpenedRun> {
    let folder = RunFolder::open(run)?;
    if let Some(inner) = folder.inner_runs().first() {
        return Err(Error::usage(format!("{}: holds several runs", folder.path().display()))
            .with_hint(format!("name one of them, such as {}", inner.display())));
    }
    let file = ConfigFile::find(Some(&folder.file(CONFIG)))?;
    let overrides: Vec<_> = device.iter().map(|name| Override::device(name)).collect();
    let experiment = Experiment::read(&file, &overrides)?;
    let device = device::resolve(&experiment.device)?.device;
    environment::use_threads(experiment.threads)?;
    Ok(OpenedRun { folder, experiment, device })
}

impl OpenedRun {
    /// The same run with the weights of one of its checkpoints, where one is named.
    ///
    /// # Errors
    /// If there is no such checkpoint, or it is damaged.
    pub fn with_checkpoint(self, which: Option<Which>) -> Result<Self> {
        let Some(which) = which else { return Ok(self) };
        let weights = Checkpoints::of(&self.folder).weights(which)?;
        Ok(Self { folder: self.folder.with_weights(weights), ..self })
    }
}
