//! `aevb embed`: the latent vectors of nodes and of images, under their own names.

use std::path::PathBuf;

use aevb_data::graph::EdgeReading;
use aevb_data::image::Images;

use super::new_file::NewFile;
use super::opened::{OpenedRun, open};
use crate::cli::{EmbedArguments, PartArgument};
use crate::error::{Error, Result};
use crate::experiment::Data;
use crate::latents::{LatentFormat, Latents};
use crate::output;
use crate::train::{self, Messages, OtherGraph};

pub(super) fn run(arguments: &EmbedArguments) -> Result<()> {
    let (format, path) = target(arguments)?;
    let files: Vec<NewFile> = format.paths(&path).into_iter().map(NewFile::at).collect::<Result<_>>()?;
    let opened = open(&arguments.run, arguments.device.as_deref())?.with_checkpoint(arguments.checkpoint)?;
    let latents = match &opened.experiment.data {
        Data::Graph(_) => of_nodes(&opened, arguments)?,
        Data::Images(_) => of_images(&opened, arguments)?,
    };
    for (path, content) in latents.files(format, &path) {
        let file = files.iter().find(|file| file.path() == path).expect("a format writes what it says");
        file.write(&content)?;
    }
    Ok(())
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
    if arguments.part.is_some() {
        return Err(Error::usage(format!("{}: the run is one on a graph", arguments.run.display()))
            .with_hint("--part is for images and tables; all nodes of a graph are placed"));
    }
    let (Some(edges), Some(features)) = (&arguments.edges, &arguments.features) else {
        if arguments.reading.is_given() {
            return Err(Error::usage("formats and weights are of the files of another graph")
                .with_hint("name those as --edges and --features; the run's own are read as they were"));
        }
        let messages = if arguments.all_edges { Messages::All } else { Messages::Training };
        return Ok(train::embed_nodes(experiment, device, folder, messages)?.latents);
    };
    let files = OtherGraph {
        edges: edges.clone(),
        features: features.clone(),
        labels: arguments.labels.clone(),
        edges_format: arguments.reading.edges_format,
        features_format: arguments.reading.features_format,
        weights: arguments.reading.weights,
        reading: match &experiment.data {
            Data::Graph(data) => arguments.reading.edges(data.reading()),
            Data::Images(_) => EdgeReading::default(),
        },
        node: arguments.reading.node.clone(),
        label: arguments.reading.label.clone(),
        first_node: arguments.reading.first_node,
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
    let images = model.images(arguments.part.unwrap_or(PartArgument::Test).into())?;
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
