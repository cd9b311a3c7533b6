//! `aevb sample`, `reconstruct` and `interpolate`: what a trained auto-encoder of images draws.

use super::new_file::NewFile;
use super::opened::{self, OpenedRun};
use crate::cli::{InterpolateArguments, ReconstructArguments, SampleArguments, TrainedRun};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Model};
use crate::train::{self, TrainedImages};
use crate::{png, report};

/// A run's experiment and model.
fn open(run: &TrainedRun) -> Result<(Experiment, Box<dyn TrainedImages>)> {
    let opened = opened::open(&run.run, run.device.as_deref())?;
    let OpenedRun { folder, experiment, device } = opened.with_checkpoint(run.checkpoint)?;
    let model = train::open_images(&experiment, &device, &folder)?;
    Ok((experiment, model))
}

/// The file that was asked for, or one of this name in the run.
fn outcome(run: &TrainedRun, name: &str) -> Result<NewFile> {
    NewFile::of_run(&run.run, run.out.as_ref(), name)
}

/// Draws z from the prior and shows the means of p(x|z).
pub(super) fn sample(arguments: &SampleArguments) -> Result<()> {
    let outcome = outcome(&arguments.run, "samples.png")?;
    let (experiment, model) = open(&arguments.run)?;
    if let Model::Ae(_) = experiment.model {
        return Err(Error::usage("a plain auto-encoder has no prior to sample from")
            .with_hint("take a run with model.kind = \"vae\""));
    }
    let seed = arguments.seed.unwrap_or(experiment.seed);
    let file = report::samples(model.as_ref(), seed, arguments.count as usize)?;
    outcome.write(&file)
}

/// Shows images over their reconstructions.
pub(super) fn reconstruct(arguments: &ReconstructArguments) -> Result<()> {
    let outcome = outcome(&arguments.run, "reconstructions.png")?;
    let (_, model) = open(&arguments.run)?;
    let images = model.images(arguments.part.into())?;
    let file = report::reconstructions(model.as_ref(), images, arguments.count as usize)?;
    outcome.write(&file)
}

/// Shows the way through the latent space from one image to another.
pub(super) fn interpolate(arguments: &InterpolateArguments) -> Result<()> {
    let outcome = outcome(&arguments.run, "interpolation.png")?;
    let (_, model) = open(&arguments.run)?;
    let images = model.images(arguments.part.into())?;
    for index in [arguments.from, arguments.to] {
        if index as usize >= images.count() {
            return Err(Error::usage(format!(
                "image {index}: there are {}, numbered from 0",
                images.count()
            ))
            .with_hint("choose others by --from and --to"));
        }
    }
    let ends = model.embed(&images.select(&[arguments.from, arguments.to]))?;
    let (from, to) = ends.split_at(model.latent());
    let steps = arguments.steps as usize;
    let z: Vec<f32> = (0..steps)
        .flat_map(|step| {
            let share = step as f32 / (steps - 1) as f32;
            from.iter().zip(to).map(move |(from, to)| from + share * (to - from))
        })
        .collect();
    let file = png::grid(&model.decode(&z)?, images.height(), images.width(), steps);
    outcome.write(&file)
}
