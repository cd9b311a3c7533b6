//! `aevb embed`: the latent vectors of nodes, images and rows, under their own names.

use std::path::{Path, PathBuf};

use aevb_data::examples::Examples;
use aevb_data::image::labelled_by;

use super::moments;
use super::new_file::NewFile;
use super::next;
use super::opened::{OpenedRun, open};
use super::part_rows::PartRows;
use crate::cli::EmbedArguments;
use crate::communities::Communities;
use crate::error::{Error, Result};
use crate::experiment::{GraphData, Task};
use crate::latents::{LatentFormat, Latents};
use crate::output;
use crate::train::{self, Messages, OtherNodes, TrainedAutoencoder};

pub(super) fn run(arguments: &EmbedArguments) -> Result<()> {
    let (format, path) = target(arguments)?;
    let files: Vec<NewFile> = format.paths(&path).into_iter().map(NewFile::at).collect::<Result<_>>()?;
    let opened = open(&arguments.run, arguments.device.as_deref())?.with_checkpoint(arguments.checkpoint)?;
    let latents = match &opened.experiment.task {
        Task::Graph { data, .. } => of_nodes(&opened, data, arguments)?,
        Task::Images { .. } => of_examples(&opened, "image", arguments)?,
        Task::Table { .. } => of_examples(&opened, "row", arguments)?,
    };
    if let Some(communities) = &latents.communities {
        tell_communities(communities, &latents);
    }
    if let Some(components) = &latents.components {
        output::message(&components.in_words());
    }
    let written = latents.files(format, &path);
    for (path, content) in &written {
        let file = files.iter().find(|file| file.path() == path).expect("a format writes what it says");
        file.write(content)?;
    }
    next::after_embedding(&written.iter().map(|(path, _)| path.as_path()).collect::<Vec<_>>());
    Ok(())
}

/// How many there are, and who belongs to the largest.
fn tell_communities(communities: &Communities, latents: &Latents) {
    output::message(&communities.in_words());
    let name = |node: u32| match &latents.ids {
        Some(ids) => ids[node as usize].clone(),
        None => node.to_string(),
    };
    for [number, size, members] in communities.largest(name) {
        output::message(&format!("community {number}: {size} nodes, first {members}"));
    }
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

fn of_nodes(opened: &OpenedRun, data: &GraphData, arguments: &EmbedArguments) -> Result<Latents> {
    let OpenedRun { folder, experiment, device } = opened;
    if arguments.part.is_some() {
        return Err(Error::usage(format!("{}: the run is one on a graph", arguments.run.display()))
            .with_hint("--part is for images and tables; all nodes of a graph are placed"));
    }
    let model = train::open_graph(experiment, device, folder)?;
    let messages = if arguments.all_edges { Messages::All } else { Messages::Training };
    let Some(edges) = arguments.data.as_ref().or(arguments.edges.as_ref()) else {
        check_no_files(arguments)?;
        return model.places(messages);
    };
    let files = OtherNodes {
        edges: edges.clone(),
        features: arguments.features.clone(),
        labels: arguments.labels.clone(),
        edges_format: arguments.reading.edges_format,
        features_format: arguments.reading.features_format,
        weights: arguments.reading.weights,
        reading: arguments.reading.edges(data.reading()),
        node: arguments.reading.node.clone(),
        label: arguments.reading.label.clone(),
        first_node: arguments.reading.first_node,
        known: arguments.known,
        zero_features: arguments.zero_features,
        messages,
    };
    let (latents, notes) = model.other_nodes(files)?;
    notes.iter().for_each(|note| output::message(&format!("note: {note}")));
    Ok(latents)
}

/// Options that say how files of other nodes are read need such files.
fn check_no_files(arguments: &EmbedArguments) -> Result<()> {
    let EmbedArguments { features, labels, known, zero_features, reading, .. } = arguments;
    if reading.is_given() || features.is_some() || labels.is_some() || known.is_some() || *zero_features {
        return Err(Error::usage("formats, features, labels and the like are of the files of other nodes")
            .with_hint("name their edges as FILE or --edges; the run's own files are read as they were"));
    }
    Ok(())
}

/// `example` is what one of them is called.
fn of_examples(opened: &OpenedRun, example: &str, arguments: &EmbedArguments) -> Result<Latents> {
    let EmbedArguments { edges, features, known, all_edges, zero_features, reading, .. } = arguments;
    if edges.is_some()
        || features.is_some()
        || known.is_some()
        || *all_edges
        || *zero_features
        || reading.is_given()
    {
        return Err(Error::usage(format!("{}: the run is not one on a graph", arguments.run.display()))
            .with_hint("--edges, --features and what says how they are read are for graphs"));
    }
    let model = train::open_autoencoder(&opened.experiment, &opened.device, &opened.folder)?;
    moments::tell(model.as_ref());
    let compute = |examples: &Examples| {
        let deviations = model.deviations(examples)?;
        Ok([model.embed(examples)?].into_iter().chain(deviations).collect())
    };
    let rows = match &arguments.data {
        Some(file) => {
            PartRows::of(&other_examples(model.as_ref(), file, arguments.labels.as_deref())?, &compute)?
        }
        None if arguments.labels.is_some() => {
            return Err(Error::usage("--labels: are those of FILE, and none is named")
                .with_hint("the labels of a run's own data are given to training, as data.labels"));
        }
        None => {
            let rows = PartRows::of_part(model.as_ref(), arguments.part.unwrap_or_default(), &compute)?;
            tell_part(arguments, rows.arrays[0].len() / model.latent(), example);
            rows
        }
    };
    let mut arrays = rows.arrays.into_iter();
    let mean = arrays.next().expect("a model has means");
    let latents = Latents {
        components: model.components(&mean)?,
        ids: rows.ids,
        labels: rows.labels,
        parts: rows.parts,
        mean,
        deviation: arrays.next(),
        width: model.latent(),
        communities: None,
        are_roles: false,
    };
    latents.check()?;
    Ok(latents)
}

/// The examples of another file, with the labels of one more where that is named.
fn other_examples(model: &dyn TrainedAutoencoder, file: &Path, labels: Option<&Path>) -> Result<Examples> {
    let (examples, mut notes) = model.read(file)?;
    let examples = match labels {
        None => examples,
        Some(labels) => {
            let (examples, guessed) = labelled_by(examples, labels)?;
            notes.extend(guessed);
            examples
        }
    };
    notes.iter().for_each(|note| output::message(&format!("note: {note}")));
    Ok(examples)
}

/// Says which part of the data is written where none was asked for.
fn tell_part(arguments: &EmbedArguments, count: usize, example: &str) {
    if arguments.part.is_some() {
        return;
    }
    output::message(&format!(
        "the test part, {count} {example}{}; --part all, train or validation places others",
        if count == 1 { "" } else { "s" }
    ));
}
