//! `aevb sample`, `reconstruct` and `interpolate`: what a trained auto-encoder draws, as a picture or as rows of a table.

use aevb_data::examples::{ExampleSet, Examples};

use super::moments;
use super::new_file::NewFile;
use super::opened::{self, OpenedRun};
use super::rows::{self, Draws, RowsFormat};
use crate::cli::{InterpolateArguments, PictureArguments, ReconstructArguments, SampleArguments, TrainedRun};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Task};
use crate::report;
use crate::sheet::Sheet;
use crate::train::{self, TrainedAutoencoder};

/// More pictures than these are no sheet to look at.
const MOST_PICTURES: u32 = 10_000;
/// Pictures that are reconstructed where no number is given.
const PICTURES: u32 = 50;

/// A run's experiment and model, and where its outcome goes.
struct Opened {
    outcome: NewFile,
    /// Of rows.
    format: RowsFormat,
    experiment: Experiment,
    model: Box<dyn TrainedAutoencoder>,
}

/// Opens a run; `stem` is what the file is called in its folder where nothing else is asked for.
fn open(run: &TrainedRun, picture: &PictureArguments, stem: &str) -> Result<Opened> {
    let opened = opened::open(&run.run, run.device.as_deref())?;
    let is_table = matches!(opened.experiment.task, Task::Table { .. });
    let ending = if is_table { "csv" } else { "png" };
    let outcome = NewFile::of_run(&run.run, run.out.as_ref(), &format!("{stem}.{ending}"))?;
    let is_graph = matches!(opened.experiment.task, Task::Graph { .. });
    // What a graph's run is told does not depend on the file.
    let format = if is_graph { None } else { RowsFormat::of(outcome.path(), is_table)? };
    if picture.scale.is_some() && is_table {
        return Err(Error::usage("--scale: is for pictures, and the run is on a table")
            .with_hint("leave it away: rows are written as CSV or TSV"));
    }
    let OpenedRun { folder, experiment, device } = opened.with_checkpoint(run.checkpoint)?;
    let model = train::open_autoencoder(&experiment, &device, &folder)?;
    Ok(Opened { outcome, format: format.unwrap_or(RowsFormat::CSV), experiment, model })
}

fn write(outcome: &NewFile, sheet: &Sheet, picture: &PictureArguments) -> Result<()> {
    outcome.write(&sheet.to_png(sheet.scale(picture.scale)?))
}

/// Draws z from the prior, and shows the means of p(x|z) or writes draws of x.
pub(super) fn sample(arguments: &SampleArguments) -> Result<()> {
    let Opened { outcome, format, experiment, model } = open(&arguments.run, &arguments.picture, "samples")?;
    let (seed, count) = (arguments.seed.unwrap_or(experiment.seed), arguments.count);
    let temperature = arguments.temperature;
    if let Some(standardization) = model.standardization() {
        let count = count as usize;
        let draws = Draws { seed, count, temperature, means: arguments.means };
        return outcome.write(&rows::sample(model.as_ref(), standardization, draws, format)?);
    }
    if arguments.means {
        return Err(Error::usage("--means: is for tables, and the run is on images")
            .with_hint("leave it away: pictures show the means of p(x|z)"));
    }
    require_a_sheet(count)?;
    write(&outcome, &report::samples(model.as_ref(), seed, count as usize, temperature)?, &arguments.picture)
}

/// Shows images over their reconstructions, or writes rows beside theirs.
pub(super) fn reconstruct(arguments: &ReconstructArguments) -> Result<()> {
    let Opened { outcome, format, model, .. } = open(&arguments.run, &arguments.picture, "reconstructions")?;
    moments::tell(model.as_ref());
    match model.examples(arguments.part.into())? {
        Examples::Rows(rows) => {
            let count = arguments.count.map_or(usize::MAX, |count| count as usize);
            outcome.write(&rows::reconstruct(model.as_ref(), rows, count, format)?)
        }
        Examples::Images(images) => {
            let count = arguments.count.unwrap_or(PICTURES);
            require_a_sheet(count)?;
            let sheet = report::reconstructions(model.as_ref(), images, count as usize)?;
            write(&outcome, &sheet, &arguments.picture)
        }
    }
}

/// Shows, or writes, the way through the latent space from one image or row to another.
pub(super) fn interpolate(arguments: &InterpolateArguments) -> Result<()> {
    let Opened { outcome, format, model, .. } = open(&arguments.run, &arguments.picture, "interpolation")?;
    moments::tell(model.as_ref());
    let examples = model.examples(arguments.part.into())?;
    for index in [arguments.from, arguments.to] {
        if index as usize >= examples.count() {
            let word = match examples {
                Examples::Images(_) => "image",
                Examples::Rows(_) => "row",
            };
            return Err(Error::usage(format!(
                "{word} {index}: there are {}, numbered from 0",
                examples.count()
            ))
            .with_hint("choose others by --from and --to"));
        }
    }
    let ends = model.embed(&examples.select(&[arguments.from, arguments.to]))?;
    let (from, to) = ends.split_at(model.latent());
    let steps = arguments.steps as usize;
    let z: Vec<f32> = (0..steps)
        .flat_map(|step| {
            let share = step as f32 / (steps - 1) as f32;
            from.iter().zip(to).map(move |(from, to)| from + share * (to - from))
        })
        .collect();
    let decoded = model.decode(&z)?;
    match examples {
        Examples::Rows(rows) => {
            outcome.write(&rows::way(model.standardization_of(rows), &decoded, steps, format))
        }
        Examples::Images(images) => {
            let (height, width) = (images.height(), images.width());
            let sheet = Sheet { pixels: decoded, height, width, columns: steps };
            write(&outcome, &sheet, &arguments.picture)
        }
    }
}

fn require_a_sheet(count: u32) -> Result<()> {
    if count <= MOST_PICTURES {
        return Ok(());
    }
    Err(Error::usage(format!("--count {count}: a picture shows {MOST_PICTURES} images at the most"))
        .with_hint("choose a smaller --count"))
}
