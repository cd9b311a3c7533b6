//! What data of the user's own hold, and which keys of a configuration they are named by.

use std::path::{Path, PathBuf};

use aevb_data::kind::{FolderOfGraph, Guess, Kind, beside_edges, graph_in, kind_of};

use super::{told, twice};
use crate::cli::OwnArguments;
use crate::error::{Error, Result};
use crate::experiment::Override;

/// What was found.
pub(super) struct Found {
    pub kind: Kind,
    /// The files, as keys of `[data]`.
    pub data: Vec<Override>,
    pub told: Vec<String>,
    /// What they were taken for where that was guessed, and what says otherwise.
    pub others: Option<String>,
    /// The name of a folder of a graph, whose edges may be called as everybody's.
    pub name: Option<String>,
}

/// The files that flags name, by key.
pub(super) fn flags(own: &OwnArguments) -> Vec<Override> {
    let OwnArguments { edges, features, labels, table, images, .. } = own;
    let path = |flag: &str, key: &str, file: &Option<PathBuf>| {
        file.as_ref().map(|file| Override::data(format!("{flag} {}", file.display()), key, file.display()))
    };
    [
        path("--edges", "edges", edges),
        path("--features", "features", features),
        path("--labels", "labels", labels),
        path("--table", "path", table),
        path("--images", "path", images),
    ]
    .into_iter()
    .flatten()
    .chain(sides(own))
    .collect()
}

/// The flags that say what the sides of edges are, by key.
fn sides(own: &OwnArguments) -> impl Iterator<Item = Override> {
    let flags = [("directed", own.directed), ("bipartite", own.bipartite)];
    let said = flags.into_iter().filter(|(_, is_said)| *is_said);
    said.map(|(key, _)| Override::kept(&format!("data.{key}"), true, format!("--{key}")))
}

/// The kind of data that flags say.
pub(super) fn kind_of_flags(own: &OwnArguments) -> Option<Kind> {
    match own {
        OwnArguments { table: Some(_), .. } => Some(Kind::Table),
        OwnArguments { images: Some(_), .. } => Some(Kind::Images),
        OwnArguments { edges: None, features: None, directed: false, bipartite: false, .. } => None,
        _ => Some(Kind::Graph),
    }
}

/// Data that flags alone name.
pub(super) fn by_flags(own: &OwnArguments) -> Result<Found> {
    match own {
        OwnArguments { table: Some(_), .. } => {
            Ok(Found { kind: Kind::Table, data: flags(own), told: Vec::new(), others: None, name: None })
        }
        OwnArguments { images: Some(_), .. } => {
            Ok(Found { kind: Kind::Images, data: flags(own), told: Vec::new(), others: None, name: None })
        }
        OwnArguments { edges: Some(edges), .. } => {
            let (data, told) = graph(edges, own, None)?;
            Ok(Found { kind: Kind::Graph, data, told, others: None, name: None })
        }
        OwnArguments { features: None, labels: None, .. } => {
            let flag = if own.directed { "--directed" } else { "--bipartite" };
            Err(Error::usage(format!("{flag}: says how a file of edges is read, and no argument names one"))
                .with_hint("name it, as FILE or by --edges; the graphs of the catalog are undirected"))
        }
        _ => Err(Error::usage("features and labels are of a graph or of images, which no argument names")
            .with_hint("add --edges FILE or --images FOLDER")),
    }
}

/// A graph that flags name, or that of the preset.
pub(super) fn of_preset(preset: &str, own: &OwnArguments) -> Result<Found> {
    match kind_of_flags(own) {
        None if own.labels.is_none() => {
            Ok(Found { kind: Kind::Graph, data: Vec::new(), told: Vec::new(), others: None, name: None })
        }
        Some(Kind::Table | Kind::Images) => Err(Error::usage(format!("{preset} is a preset for graphs"))
            .with_hint("leave it out: `aevb train` with the flags alone takes the preset for such data")),
        _ => by_flags(own),
    }
}

/// Looks at a file or folder.
pub(super) fn at(path: &Path, own: &OwnArguments) -> Result<Found> {
    let shown = path.display();
    for (flag, file) in [("--edges", &own.edges), ("--table", &own.table), ("--images", &own.images)] {
        if file.is_some() {
            return Err(twice(path, flag));
        }
    }
    if path.is_dir()
        && let Some(folder) = graph_in(path)?
    {
        let (data, mut told) = graph(&folder.edges.clone(), own, Some(folder))?;
        told.insert(0, format!("{shown}: a graph, by the names of its files"));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        return Ok(Found { kind: Kind::Graph, data, told, others: None, name });
    }
    let mut guess = kind_of(path)?;
    let of_graph = [
        (own.features.is_some(), "features were named beside it"),
        (own.directed, "--directed says so"),
        (own.bipartite, "--bipartite says so"),
    ];
    if let Some((_, why)) = of_graph.into_iter().find(|(is_said, _)| *is_said) {
        guess = Guess { kind: Kind::Graph, why: why.to_owned(), is_doubtful: false };
    }
    let kind = guess.kind;
    let (told, others) = told(&shown, &guess, ["--edges", "--table", "--images"]);
    let (data, mut more) = match kind {
        Kind::Graph => graph(path, own, None)?,
        Kind::Table | Kind::Images => {
            let mut data = vec![Override::data(&shown, "path", &shown)];
            if let Some(labels) = &own.labels {
                let argument = format!("--labels {}", labels.display());
                data.push(Override::data(argument, "labels", labels.display()));
            }
            (data, Vec::new())
        }
    };
    more.insert(0, told);
    Ok(Found { kind, data, told: more, others: Some(others), name: None })
}

/// The files of a graph: those that flags name, else those in the same folder or the same archive.
fn graph(
    edges: &Path,
    own: &OwnArguments,
    folder: Option<FolderOfGraph>,
) -> Result<(Vec<Override>, Vec<String>)> {
    let mut told = Vec::new();
    let inside = beside_edges(edges).unwrap_or_default();
    let same = |is_inside: bool| is_inside.then(|| edges.to_owned());
    let (in_folder, labels_in_folder) =
        folder.map_or((None, None), |folder| (folder.features, folder.labels));
    let found = [
        ("features", &own.features, in_folder.or(same(inside.features))),
        ("labels", &own.labels, labels_in_folder.or(same(inside.labels))),
    ];
    let mut data = vec![Override::data(edges.display(), "edges", edges.display())];
    data.extend(sides(own));
    for (key, asked, beside) in found {
        let file = match (asked, beside) {
            (Some(file), _) => Some(file.clone()),
            (None, Some(file)) => {
                told.push(format!("{key} are those of {}", file.display()));
                Some(file)
            }
            (None, None) => None,
        };
        match file {
            Some(file) => {
                data.push(Override::data(format!("--{key} {}", file.display()), key, file.display()))
            }
            None if key == "features" => data.push(Override::data("--features none", key, "none")),
            None => {}
        }
    }
    Ok((data, told))
}
