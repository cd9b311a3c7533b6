//! `aevb posterior`: what the latent vectors of images were, by Hamiltonian Monte Carlo.

use aevb_data::image::Images;

use super::chains::{settings, warn};
use super::new_file::NewFile;
use super::opened::open_vae;
use crate::cli::PosteriorArguments;
use crate::error::{Error, Result};
use crate::inference::{Asked, LatentPosterior, posteriors};
use crate::{interrupt, table};

pub(super) fn run(arguments: &PosteriorArguments) -> Result<()> {
    let run = &arguments.run;
    let out = NewFile::of_run(&run.run, run.out.as_ref(), "posterior.csv")?;
    if out.path().extension().is_none_or(|extension| extension != "csv") {
        return Err(Error::usage(format!("{}: of unknown format", out.path().display()))
            .with_hint("the name ends in .csv"));
    }
    interrupt::listen()?;
    let vae = open_vae(&run.run, run.device.as_deref(), run.checkpoint)?;
    let asked = Asked::first_of(&vae, arguments.part.into(), arguments.images as usize)?;
    let rows = posteriors(&vae, &asked, settings(&arguments.chains))?;
    warn(rows.iter().filter(|row| !row.mixing.is_mixed()).count(), rows.len());
    out.write(&csv(&asked.images, &rows))
}

/// A line an image: what it is called, how its chains went, then the means and the standard deviations of z.
fn csv(images: &Images, rows: &[LatentPosterior]) -> Vec<u8> {
    let latent = rows.first().map_or(0, |row| row.mean.len());
    let moments =
        ["mean", "std"].into_iter().flat_map(|what| (0..latent).map(move |unit| format!("{what}{unit}")));
    let columns = ["acceptance", "effective_samples", "r_hat"].map(str::to_owned);
    table::of_images(
        images,
        columns.into_iter().chain(moments),
        rows.iter().map(|row| {
            let LatentPosterior { mean, deviation, mixing } = row;
            let chains =
                [mixing.acceptance, mixing.effective_samples, mixing.r_hat].map(|value| value.to_string());
            chains.into_iter().chain(mean.iter().chain(deviation).map(f32::to_string))
        }),
    )
}
