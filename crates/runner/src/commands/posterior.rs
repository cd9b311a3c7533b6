//! `aevb posterior`: what the latent vectors of images were, by Hamiltonian Monte Carlo.

use std::path::Path;

use aevb_data::examples::{ExampleSet, Examples};

use super::chains::{settings, warn};
use super::new_file::NewFile;
use super::opened::open_vae;
use crate::cli::{ChainArguments, PosteriorArguments};
use crate::error::{Error, Result};
use crate::inference::{Asked, LatentPosterior, posteriors};
use crate::{interrupt, npy, table};

/// Values of all draws that are kept, 256 MiB of them, which are held twice while they are written.
const MOST_DRAWN: usize = 1 << 26;

pub(super) fn run(arguments: &PosteriorArguments) -> Result<()> {
    let run = &arguments.run;
    let out = NewFile::of_run(&run.run, run.out.as_ref(), "posterior.csv")?;
    if !has_ending(out.path(), "csv") {
        return Err(Error::usage(format!("{}: of unknown format", out.path().display()))
            .with_hint("the name ends in .csv"));
    }
    let draws_out = arguments.draws_out.clone().map(NewFile::at).transpose()?;
    if let Some(file) = draws_out.as_ref().filter(|file| !has_ending(file.path(), "npy")) {
        return Err(Error::usage(format!("{}: of unknown format", file.path().display()))
            .with_hint("the name ends in .npy"));
    }
    interrupt::listen()?;
    let vae = open_vae(&run.run, run.device.as_deref(), run.checkpoint)?;
    let asked = Asked::first_of(&vae, arguments.part.into(), arguments.images as usize)?;
    let ChainArguments { starts, draws, .. } = arguments.chains;
    let shape = [asked.examples.count(), starts as usize, draws as usize, vae.latent()];
    let values = shape.iter().fold(1, |values: usize, size| values.saturating_mul(*size));
    if draws_out.is_some() && values > MOST_DRAWN {
        return Err(Error::usage(format!("--draws-out: {values} values are too many to keep"))
            .with_hint(format!("take fewer --images, --starts or --draws: at most {MOST_DRAWN} values")));
    }
    let rows = posteriors(&vae, &asked, settings(&arguments.chains), draws_out.is_some())?;
    warn(rows.iter().filter(|row| !row.mixing.is_mixed()).count(), rows.len());
    if let Some(file) = draws_out {
        let mut content = npy::header("<f4", &shape);
        content.reserve_exact(4 * values);
        content.extend(rows.iter().flat_map(|row| &row.draws).flat_map(|z| z.to_le_bytes()));
        file.write_silently(&content)?;
    }
    out.write(&csv(&asked.examples, &rows))
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|extension| extension == ending)
}

/// A line an example: what it is called, how its chains went, then the means and the standard deviations of z.
fn csv(examples: &Examples, rows: &[LatentPosterior]) -> Vec<u8> {
    let latent = rows.first().map_or(0, |row| row.mean.len());
    let moments =
        ["mean", "std"].into_iter().flat_map(|what| (0..latent).map(move |unit| format!("{what}{unit}")));
    let columns = ["acceptance", "effective_samples", "r_hat"].map(str::to_owned);
    table::of_examples(
        examples,
        columns.into_iter().chain(moments),
        rows.iter().map(|row| {
            let LatentPosterior { mean, deviation, mixing, .. } = row;
            let chains =
                [mixing.acceptance, mixing.effective_samples, mixing.r_hat].map(|value| value.to_string());
            chains.into_iter().chain(mean.iter().chain(deviation).map(f32::to_string))
        }),
    )
}
