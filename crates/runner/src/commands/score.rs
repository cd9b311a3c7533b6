//! `aevb score`: how likely each image or row of a table is.

use std::path::Path;

use aevb_data::image::Images;

use super::new_file::NewFile;
use super::opened::open_vae;
use crate::cli::ScoreArguments;
use crate::error::{Error, Result};
use crate::inference::{Asked, Estimator, ImageLikelihood, likelihoods};
use crate::{interrupt, npy, output, table};

const COLUMNS: [&str; 4] = ["log_likelihood", "standard_error", "effective_samples", "bound"];

pub(super) fn run(arguments: &ScoreArguments) -> Result<()> {
    let out = NewFile::of_run(&arguments.run, arguments.out.as_ref(), "scores.csv")?;
    let is_csv = is_csv(out.path())?;
    interrupt::listen()?;
    let vae = open_vae(&arguments.run, arguments.device.as_deref(), arguments.checkpoint)?;
    let asked = match &arguments.data {
        None => Asked::first_of(&vae, arguments.part.into(), usize::MAX)?,
        Some(path) => {
            let (images, notes) = vae.read(path)?;
            notes.iter().for_each(|note| output::message(&format!("note: {note}")));
            Asked::elsewhere(images)
        }
    };
    let images = &asked.images;
    let estimator = Estimator::Importance { samples: arguments.samples as usize };
    let (rows, _) = likelihoods(&vae, &asked, estimator)?;
    if let Some(broken) = rows.iter().position(|row| row.marginal.log_likelihood.is_nan()) {
        let name = images
            .names()
            .map_or_else(|| format!("row {broken}, counted from 0"), |names| names[broken].clone());
        return Err(Error::failed(format!("{name}: the model's likelihood is not a number")).with_hint(
            "the training may have diverged: look at its metrics, try a smaller optimizer.learning_rate",
        ));
    }
    let impossible: Vec<usize> =
        (0..rows.len()).filter(|&row| rows[row].marginal.log_likelihood.is_infinite()).collect();
    if let [first, others @ ..] = &impossible[..] {
        let name = images
            .names()
            .map_or_else(|| format!("row {first}, counted from 0"), |names| names[*first].clone());
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        output::message(&format!(
            "note: {name}{more}: so far from all that trained that no number holds the likelihood: look for huge values"
        ));
    }
    let cautions = estimator.caution(&rows).into_iter().chain(vae.caution());
    cautions.for_each(|caution| output::message(&caution));
    out.write(&if is_csv {
        csv(images, &rows)
    } else {
        let values: Vec<f32> = rows.iter().flat_map(row).map(|value| value as f32).collect();
        npy::file(&values, COLUMNS.len())
    })
}

fn is_csv(file: &Path) -> Result<bool> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("npy") => Ok(false),
        Some("csv") => Ok(true),
        _ => Err(Error::usage(format!("{}: of unknown format", file.display()))
            .with_hint("the name ends in .npy or .csv")),
    }
}

fn row(likelihood: &ImageLikelihood) -> [f64; COLUMNS.len()] {
    let marginal = likelihood.marginal;
    let bound = marginal.bound.unwrap_or(f64::NAN);
    [marginal.log_likelihood, marginal.standard_error, marginal.effective_samples, bound]
}

/// A line an image: what it is called, and the scores.
fn csv(images: &Images, rows: &[ImageLikelihood]) -> Vec<u8> {
    let scores = rows.iter().map(|likelihood| row(likelihood).map(|score| score.to_string()));
    table::of_images(images, COLUMNS.map(str::to_owned), scores)
}
