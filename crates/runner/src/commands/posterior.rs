//! `aevb posterior`: what the latent vectors of images were, by Hamiltonian Monte Carlo.

use aevb_data::image::Images;
use aevb_models::vae::inference::Hmc;

use super::new_file::NewFile;
use super::opened::open_vae;
use crate::cli::{ChainArguments, PosteriorArguments};
use crate::error::Result;
use crate::inference::{ChainSettings, FEWEST, LatentPosterior, Mixing, posteriors};
use crate::{output, table};

pub(super) fn run(arguments: &PosteriorArguments) -> Result<()> {
    let run = &arguments.run;
    let out = NewFile::at(run.out.clone().unwrap_or_else(|| run.run.join("posterior.csv")))?;
    let vae = open_vae(&run.run, run.device.as_deref())?;
    let images = vae.images(arguments.part.into())?;
    let chosen: Vec<u32> = (0..images.count() as u32).take(arguments.images as usize).collect();
    let images = images.select(&chosen);
    let rows = posteriors(&vae, &images, settings(&arguments.chains))?;
    warn(rows.iter().filter(|row| !row.mixing.is_mixed()).count(), rows.len());
    out.write(&csv(&images, &rows))
}

pub(super) fn settings(arguments: &ChainArguments) -> ChainSettings {
    ChainSettings {
        starts: arguments.starts as usize,
        hmc: Hmc {
            warm_up: arguments.warm_up as usize,
            draws: arguments.draws as usize,
            leapfrog_steps: arguments.leapfrog_steps as usize,
            target_acceptance: 0.8,
        },
    }
}

/// Says where chains do not mix.
pub(super) fn warn(unmixed: usize, images: usize) {
    if unmixed > 0 {
        output::message(&format!(
            "the chains of {unmixed} of {images} images do not mix (R-hat above {}, or fewer than {FEWEST} effective \
             samples): what is said of these is uncertain; more --warm-up and --draws may help",
            Mixing::LARGEST_R_HAT
        ));
    }
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
