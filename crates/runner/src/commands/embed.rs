//! `aevb embed`: the latent vectors of nodes and of images, under their own names.

use std::path::{Path, PathBuf};

use aevb_data::files::write_atomically;
use aevb_data::graph::GraphFiles;
use aevb_data::image::Images;

use super::opened::{OpenedRun, open};
use crate::cli::EmbedArguments;
use crate::error::{Error, Result};
use crate::experiment::Data;
use crate::latents::{LatentFormat, Latents};
use crate::output;
use crate::train::{self, Messages};

pub(super) fn run(arguments: &EmbedArguments) -> Result<()> {
    let (format, path) = target(arguments)?;
    let opened = open(&arguments.run, arguments.device.as_deref())?.with_checkpoint(arguments.checkpoint)?;
    let latents = match &opened.experiment.data {
        Data::Graph(_) => of_nodes(&opened, arguments)?,
        Data::Images(_) => of_images(&opened, arguments)?,
    };
    write(&latents, format, &path)
}

/// What to write, and where: a name's ending is a format, and a format has a name.
fn target(arguments: &EmbedArguments) -> Result<(LatentFormat, PathBuf)> {
    let format = match (&arguments.out, arguments.format) {
        (_, Some(format)) => format,
        (None, None) => LatentFormat::Npy,
        (Some(out), None) => LatentFormat::of(out).ok_or_else(|| {
            Error::usage(format!("{}: of unknown format", out.display()))
                .with_hint("the name ends in .npy, .csv, .tsv or, in a program built with --features parquet, .parquet; or --format says what it is")
        })?,
    };
    let path = arguments.out.clone().unwrap_or_else(|| arguments.run.join(format.default_name()));
    Ok((format, path))
}

fn of_nodes(opened: &OpenedRun, arguments: &EmbedArguments) -> Result<Latents> {
    let OpenedRun { folder, experiment, device } = opened;
    let Some(edges) = &arguments.edges else {
        let messages = if arguments.all_edges { Messages::All } else { Messages::Training };
        return Ok(train::embed_nodes(experiment, device, folder, messages)?.latents);
    };
    let files = GraphFiles {
        features: arguments.features.clone(),
        labels: arguments.labels.clone(),
        ..GraphFiles::from_edges(edges)
    };
    let (latents, notes) = train::embed_other_nodes(experiment, device, folder, files)?;
    notes.iter().for_each(|note| output::message(&format!("note: {note}")));
    Ok(latents)
}

fn of_images(opened: &OpenedRun, arguments: &EmbedArguments) -> Result<Latents> {
    if arguments.edges.is_some() || arguments.all_edges {
        return Err(Error::usage(format!("{}: the run is not one on a graph", arguments.run.display()))
            .with_hint("--edges and --all-edges are for graphs"));
    }
    let model = train::open_images(&opened.experiment, &opened.device, &opened.folder)?;
    let images = model.images(arguments.part.into())?;
    let latents = Latents {
        ids: images.names().map(<[String]>::to_vec),
        labels: images.labels().map(|labels| labels.iter().map(|label| label_name(images, *label)).collect()),
        mean: model.embed(images)?,
        deviation: model.deviations(images)?,
        width: model.latent(),
    };
    latents.check()?;
    Ok(latents)
}

fn label_name(images: &Images, label: u8) -> String {
    images.label_names().map_or_else(|| label.to_string(), |names| names[usize::from(label)].clone())
}

/// Writes all files or none that is there already, and prints their names.
fn write(latents: &Latents, format: LatentFormat, path: &Path) -> Result<()> {
    let files = latents.files(format, path);
    for (path, _) in &files {
        if path.exists() {
            return Err(Error::usage(format!("{}: exists already", path.display()))
                .with_hint("choose another --out or move this file away"));
        }
    }
    for (path, content) in &files {
        write_atomically(path, content).map_err(|error| Error::from(error).as_usage())?;
        output::print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}
