//! `aevb score`: how likely each image is, the lowest being the strangest.

use std::path::Path;

use aevb_data::image::{Images, idx};

use super::images::{Outcome, open_vae};
use crate::cli::ScoreArguments;
use crate::error::{Error, Result};
use crate::inference::{Estimator, ImageLikelihood, likelihoods};
use crate::table;

const COLUMNS: [&str; 4] = ["log_likelihood", "standard_error", "effective_samples", "bound"];

pub(super) fn run(arguments: &ScoreArguments) -> Result<()> {
    let out = arguments.out.clone().unwrap_or_else(|| arguments.run.join("scores.csv"));
    let is_csv = table::is_csv(&out)?;
    let out = Outcome::at(out)?;
    let vae = open_vae(&arguments.run, arguments.device.as_deref())?;
    let own;
    let images: &Images = match &arguments.data {
        None => vae.images(arguments.part.into())?,
        Some(path) => {
            own = vae.adopt(idx::read(path, None)?).map_err(|error| at(path, error))?;
            &own
        }
    };
    let estimator = Estimator::Importance { samples: arguments.samples as usize };
    let (rows, _) = likelihoods(&vae, images, estimator, vae.streams())?;
    let values: Vec<f32> = rows.iter().flat_map(row).map(|value| value as f32).collect();
    let file = if is_csv {
        table::csv_named(&COLUMNS, &values, images.labels()).into_bytes()
    } else {
        table::npy(&values, COLUMNS.len())
    };
    out.write(&file)
}

fn row(likelihood: &ImageLikelihood) -> [f64; COLUMNS.len()] {
    let marginal = likelihood.marginal;
    let bound = marginal.bound.unwrap_or(f64::NAN);
    [marginal.log_likelihood, marginal.standard_error, marginal.effective_samples, bound]
}

fn at(path: &Path, error: Error) -> Error {
    Error { message: format!("{}: {}", path.display(), error.message), ..error }
}
