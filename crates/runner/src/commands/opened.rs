use std::path::Path;

use burn::tensor::Device;

use crate::error::{Error, Result};
use crate::experiment::{ConfigFile, Experiment, Override};
use crate::run_folder::{CONFIG, RunFolder};
use crate::seal::SEAL;
use crate::train::{Checkpoints, TrainedVae, Which};
use crate::{device, environment, output, train};

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
    let (folder, experiment) = read(run, device)?;
    let device = device::resolve(&experiment.device)?.device;
    environment::use_threads(experiment.threads)?;
    Ok(OpenedRun { folder, experiment, device })
}

/// Reads what a run was, to be used without a device.
///
/// # Errors
/// If the folder is no run, or one of several runs.
pub(super) fn read(run: &Path, device: Option<&str>) -> Result<(RunFolder, Experiment)> {
    let folder = RunFolder::open(run)?;
    if let Some(inner) = folder.inner_runs().first() {
        return Err(Error::usage(format!("{}: holds several runs", folder.path().display()))
            .with_hint(format!("name one of them, such as {}", inner.display())));
    }
    note_without_seal(&folder);
    let file = ConfigFile::find(Some(&folder.file(CONFIG)))?;
    let overrides: Vec<_> = device.iter().map(|name| Override::device(name)).collect();
    let experiment = Experiment::read(&file, &overrides)?;
    Ok((folder, experiment))
}

/// Says that nobody knows whether the files of a run that has ended are still those that it wrote.
pub(super) fn note_without_seal(folder: &RunFolder) {
    if folder.is_finished() && !folder.file(SEAL).is_file() {
        let run = folder.path().display();
        output::message(&format!(
            "note: {run}: has no {SEAL}, as runs of earlier versions; its files are taken as they stand"
        ));
    }
}

/// Opens a run's VAE, for inference.
///
/// # Errors
/// As [`open`], or if the run has no VAE of images, or no such checkpoint.
pub(super) fn open_vae(run: &Path, device: Option<&str>, checkpoint: Option<Which>) -> Result<TrainedVae> {
    let OpenedRun { folder, experiment, device } = open(run, device)?.with_checkpoint(checkpoint)?;
    train::open_vae(&experiment, &device, &folder)
}

impl OpenedRun {
    /// The same run with the weights of one of its checkpoints, where one is named.
    ///
    /// # Errors
    /// If there is no such checkpoint, or it is damaged.
    pub fn with_checkpoint(self, which: Option<Which>) -> Result<Self> {
        Ok(Self { folder: with_checkpoint(self.folder, which)?, ..self })
    }
}

/// The same folder with the weights of one of its checkpoints, where one is named.
///
/// # Errors
/// If there is no such checkpoint, or it is damaged.
pub(super) fn with_checkpoint(folder: RunFolder, which: Option<Which>) -> Result<RunFolder> {
    let Some(which) = which else { return Ok(folder) };
    let checkpoint = Checkpoints::of(&folder).find(which)?;
    Ok(folder.with_checkpoint(checkpoint))
}
