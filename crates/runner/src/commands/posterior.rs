//! `aevb posterior`: what the latent vectors of images were, by Hamiltonian Monte Carlo.

use std::fmt::Write;

use super::new_file::NewFile;
use super::opened::open_vae;
use crate::cli::{ChainArguments, PosteriorArguments};
use crate::error::Result;
use crate::inference::{ChainSettings, LatentPosterior, MIXED, posteriors};
use crate::output;
use aevb_models::vae::inference::Hmc;

pub(super) fn run(arguments: &PosteriorArguments) -> Result<()> {
    let run = &arguments.run;
    let out = NewFile::at(run.out.clone().unwrap_or_else(|| run.run.join("posterior.csv")))?;
    let vae = open_vae(&run.run, run.device.as_deref())?;
    let images = vae.images(arguments.part.into())?;
    let chosen: Vec<u32> = (0..images.count() as u32).take(arguments.images as usize).collect();
    let rows = posteriors(&vae, &images.select(&chosen), settings(&arguments.chains), vae.streams())?;
    let unmixed = rows.iter().filter(|row| row.r_hat.is_nan() || row.r_hat > MIXED).count();
    warn(unmixed, rows.len());
    out.write(csv(&rows).as_bytes())
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
            "the chains of {unmixed} of {images} images do not mix (R-hat above {MIXED}): what is said of these is \
             uncertain; more --warm-up and --draws may help"
        ));
    }
}

/// A line an image: how its chains went, then the means and the standard deviations of z.
fn csv(rows: &[LatentPosterior]) -> String {
    let latent = rows.first().map_or(0, |row| row.mean.len());
    let names = ["mean", "std"].map(|what| (0..latent).map(move |unit| format!(",{what}{unit}")));
    let mut text = "acceptance,effective_samples,r_hat".to_owned();
    text.extend(names.into_iter().flatten());
    text.push('\n');
    for LatentPosterior { mean, deviation, acceptance, effective_samples, r_hat } in rows {
        let _ = write!(text, "{acceptance},{effective_samples},{r_hat}");
        for value in mean.iter().chain(deviation) {
            let _ = write!(text, ",{value}");
        }
        text.push('\n');
    }
    text
}
