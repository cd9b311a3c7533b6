//! `aevb impute`: images of which something is missing, what they may have been, and how far off that is.

use std::fmt::Write;

use serde::Serialize;

use super::chains::{settings, warn};
use super::new_file::NewFile;
use super::opened::open_vae;
use crate::cli::{ImputeArguments, TaskArgument};
use crate::error::{Error, Result};
use crate::inference::{Asked, Comparison, Imputation, ImputationTask, Side, compare, impute};
use crate::run_folder::RunFolder;
use crate::sheet::Sheet;
use crate::{interrupt, npy, output};

/// What is printed, and written as `result.json`.
#[derive(Serialize)]
struct Report {
    task: &'static str,
    data: String,
    binarization: String,
    pixels: &'static str,
    #[serde(flatten)]
    comparison: Comparison,
}

pub(super) fn run(arguments: &ImputeArguments) -> Result<()> {
    let task = task(arguments)?;
    let out = NewFile::of_run(&arguments.run, arguments.out.as_ref(), task.name())?;
    interrupt::listen()?;
    let vae = open_vae(&arguments.run, arguments.device.as_deref(), arguments.checkpoint)?;
    if vae.is_of_table() {
        return Err(Error::usage(format!("{}: a run on a table, not on images", arguments.run.display()))
            .with_hint("halves, noise and resolution are of images"));
    }
    let asked = Asked::first_of(&vae, arguments.part.into(), arguments.images as usize)?;
    let imputed = impute(&vae, &asked, task, settings(&arguments.chains))?;
    let sheet = sheet(&imputed, arguments.show as usize, vae.size());
    let scale = sheet.scale(arguments.scale)?;
    let folder = RunFolder::create(out.path())?;
    let size = vae.pixels();
    folder.write("grid.png", &sheet.to_png(scale))?;
    folder.write("mean.npy", &npy::file(&imputed.mean, size))?;
    folder.write("spread.npy", &npy::file(&imputed.spread, size))?;
    let (data, binarization) = vae.data();
    let report = Report {
        task: task.name(),
        data: data.to_owned(),
        binarization: binarization.to_string(),
        pixels: if matches!(task, ImputationTask::Inpaint { .. }) { "hidden" } else { "all" },
        comparison: compare(&imputed),
    };
    folder.write_json("result.json", &report)?;
    folder.release();
    warn(report.comparison.unmixed_images, report.comparison.images);
    if arguments.json { output::print_json(&report) } else { output::print(&report.to_text()) }
}

fn task(arguments: &ImputeArguments) -> Result<ImputationTask> {
    let given = [
        ("--hidden", arguments.hidden.is_some(), [TaskArgument::Inpaint].as_slice()),
        ("--sigma", arguments.sigma.is_some(), &[TaskArgument::Denoise, TaskArgument::Upscale]),
        ("--factor", arguments.factor.is_some(), &[TaskArgument::Upscale]),
    ];
    if let Some((option, ..)) =
        given.iter().find(|(_, given, tasks)| *given && !tasks.contains(&arguments.task))
    {
        return Err(Error::usage(format!("{option} is for another --task"))
            .with_hint("--hidden is for inpaint, --sigma for denoise and upscale, --factor for upscale"));
    }
    let sigma = |default: f64| match arguments.sigma {
        Some(sigma) if (0.001..=1000.0).contains(&sigma) => Ok(sigma),
        None => Ok(default),
        Some(sigma) => Err(Error::usage(format!("--sigma {sigma}: does not lie between 0.001 and 1000"))
            .with_hint("pixels lie between 0 and 1; try 0.3")),
    };
    Ok(match arguments.task {
        TaskArgument::Inpaint => ImputationTask::Inpaint { hidden: arguments.hidden.unwrap_or(Side::Lower) },
        TaskArgument::Denoise => ImputationTask::Denoise { sigma: sigma(0.3)? },
        TaskArgument::Upscale => {
            ImputationTask::Upscale { factor: arguments.factor.unwrap_or(2) as usize, sigma: sigma(0.05)? }
        }
    })
}

/// Images in columns: the originals, what was observed, the posterior's mean and twice its spread.
fn sheet(imputed: &Imputation, show: usize, [height, width]: [usize; 2]) -> Sheet {
    let size = height * width;
    let columns = show.min(imputed.original.len() / size);
    let spread: Vec<f32> = imputed.spread[..columns * size].iter().map(|spread| 2.0 * spread).collect();
    let rows = [&imputed.original, &imputed.observed, &imputed.mean].map(|row| &row[..columns * size]);
    Sheet { pixels: [rows.concat(), spread].concat(), height, width, columns }
}

impl Report {
    fn to_text(&self) -> String {
        let Self { task, data, binarization, pixels, comparison } = self;
        let Comparison { images, posterior_mean, baselines, acceptance, effective_samples, .. } = comparison;
        let mut text =
            format!("{task}, {images} images of {data}, {binarization}, error over {pixels} pixels\n");
        let _ = writeln!(text, "{:26}  mean squared error", "");
        let _ = writeln!(text, "{:26}  {posterior_mean:.5}", "the posterior mean");
        for baseline in baselines {
            let (difference, word) =
                (baseline.difference.abs(), if baseline.difference < 0.0 { "less" } else { "more" });
            let _ = writeln!(
                text,
                "{:26}  {:.5}, {difference:.5} ± {:.5} {word}",
                baseline.name, baseline.error, baseline.standard_error
            );
        }
        let _ = writeln!(
            text,
            "acceptance {acceptance:.2}, {effective_samples:.0} effective samples (the median image's worst dimension)"
        );
        text
    }
}
