//! `aevb sample`, `reconstruct`, `interpolate` and `embed`: what a trained auto-encoder of images does.

use std::path::Path;

use aevb_data::files::write_atomically;

use crate::cli::{EmbedArguments, InterpolateArguments, ReconstructArguments, SampleArguments, TrainedRun};
use crate::error::{Error, Result};
use crate::experiment::{ConfigFile, Experiment, Model, Override, Part};
use crate::random::{Purpose, Streams, standard_normals};
use crate::run_folder::{CONFIG, RunFolder};
use crate::train::{self, TrainedImages, TrainedVae};
use crate::{device, environment, output, png, table};

/// A run's experiment and model.
fn open(run: &TrainedRun) -> Result<(Experiment, Box<dyn TrainedImages>)> {
    let folder = RunFolder::open(&run.run)?;
    let file = ConfigFile::find(Some(&folder.file(CONFIG)))?;
    let overrides: Vec<_> = run.device.iter().map(|name| Override::device(name)).collect();
    let experiment = Experiment::read(&file, &overrides)?;
    let found = device::resolve(&experiment.device)?;
    environment::use_threads(experiment.threads)?;
    let model = train::open_images(&experiment, &found.device, &folder)?;
    Ok((experiment, model))
}

/// A run's experiment and its VAE, for inference.
pub(super) fn open_vae(run: &Path, device: Option<&str>) -> Result<(Experiment, TrainedVae)> {
    let folder = RunFolder::open(run)?;
    let file = ConfigFile::find(Some(&folder.file(CONFIG)))?;
    let overrides: Vec<_> = device.into_iter().map(Override::device).collect();
    let experiment = Experiment::read(&file, &overrides)?;
    let found = device::resolve(&experiment.device)?;
    environment::use_threads(experiment.threads)?;
    let vae = train::open_vae(&experiment, &found.device, &folder)?;
    Ok((experiment, vae))
}

/// Where the outcome goes: the file that was asked for, or one of this name in the run.
fn write(run: &TrainedRun, name: &str, content: &[u8]) -> Result<()> {
    write_to(&run.out.clone().unwrap_or_else(|| run.run.join(name)), content)
}

/// Writes a new file and prints its path.
pub(super) fn write_to(path: &Path, content: &[u8]) -> Result<()> {
    if path.exists() {
        return Err(Error::usage(format!("{}: exists already", path.display()))
            .with_hint("choose another --out or move this file away"));
    }
    write_atomically(path, content).map_err(|error| Error::from(error).as_usage())?;
    output::print(&format!("{}\n", path.display()))
}

/// Draws z from the prior and shows the means of p(x|z).
pub(super) fn sample(arguments: &SampleArguments) -> Result<()> {
    let (experiment, model) = open(&arguments.run)?;
    if let Model::Ae(_) = experiment.model {
        return Err(Error::usage("a plain auto-encoder has no prior to sample from")
            .with_hint("take a run with model.kind = \"vae\""));
    }
    let images = model.images(Part::Test)?;
    let seed = arguments.seed.unwrap_or(experiment.seed);
    // The steps 0 and 1 of this purpose are those of the bounds.
    let mut random = Streams::new(seed).generator(Purpose::Sampling, 2);
    let count = arguments.count as usize;
    let z = standard_normals(&mut random, count * model.latent());
    let columns = (count as f64).sqrt().ceil() as usize;
    let file = png::grid(&model.decode(&z)?, images.height(), images.width(), columns);
    write(&arguments.run, "samples.png", &file)
}

/// Shows images over their reconstructions.
pub(super) fn reconstruct(arguments: &ReconstructArguments) -> Result<()> {
    const COLUMNS: usize = 10;
    let (_, model) = open(&arguments.run)?;
    let images = model.images(arguments.part.into())?;
    let count = (arguments.count as usize).min(images.count());
    let chosen: Vec<u32> = (0..count as u32).collect();
    let images = images.select(&chosen);
    let means = model.decode(&model.embed(&images)?)?;
    let given: Vec<f32> = images.intensities(0..count).collect();
    let size = images.size();
    let mut pixels = Vec::new();
    let white = vec![1.0; size];
    for first in (0..count).step_by(COLUMNS) {
        for row in [&given, &means] {
            for column in first..first + COLUMNS {
                pixels.extend_from_slice(if column < count { &row[column * size..][..size] } else { &white });
            }
        }
    }
    let file = png::grid(&pixels, images.height(), images.width(), COLUMNS);
    write(&arguments.run, "reconstructions.png", &file)
}

/// Shows the way through the latent space from one image to another.
pub(super) fn interpolate(arguments: &InterpolateArguments) -> Result<()> {
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
    write(&arguments.run, "interpolation.png", &file)
}

/// Writes the posterior means, or codes.
pub(super) fn embed(arguments: &EmbedArguments) -> Result<()> {
    let is_csv = arguments.run.out.as_deref().map_or(Ok(false), table::is_csv)?;
    let (_, model) = open(&arguments.run)?;
    let images = model.images(arguments.part.into())?;
    let codes = model.embed(images)?;
    if is_csv {
        write(&arguments.run, "", table::csv(&codes, model.latent(), images.labels()).as_bytes())
    } else {
        write(&arguments.run, "latents.npy", &table::npy(&codes, model.latent()))
    }
}
