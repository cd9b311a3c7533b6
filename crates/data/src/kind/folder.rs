//! What a folder holds: pictures, or the files of a graph.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Guess, Kind};
use crate::error::{Error, Result};
use crate::image::has_pictures;

/// The files of a graph, told apart by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderOfGraph {
    /// The edges.
    pub edges: PathBuf,
    /// What is known of each node, where a file is called so.
    pub features: Option<PathBuf>,
    /// The class of each node, where a file is called so.
    pub labels: Option<PathBuf>,
}

const EDGES: [&str; 8] = ["edges", "edge", "edgelist", "links", "adjacency", "cites", "graph", "arcs"];
const FEATURES: [&str; 5] = ["features", "feature", "attributes", "feats", "content"];
const LABELS: [&str; 6] = ["labels", "label", "classes", "target", "targets", "class"];

/// A folder of pictures.
///
/// # Errors
/// If there is none in it, with what there is.
pub(super) fn pictures(folder: &Path) -> Result<Guess> {
    if has_pictures(folder)? {
        return Ok(Guess::sure(Kind::Images, "the folder holds pictures"));
    }
    const SHOWN: usize = 6;
    let files = files(folder)?;
    let names = files.iter().filter_map(|file| file.file_name());
    let shown: Vec<String> = names.take(SHOWN).map(|name| name.to_string_lossy().into_owned()).collect();
    let several: Vec<String> = files
        .iter()
        .filter(|file| says(file, &EDGES))
        .filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()))
        .collect();
    if several.len() > 1 {
        let message = format!("several files of the folder are called edges: {}", several.join(", "));
        return Err(Error::malformed(folder.display(), message).with_hint("name the one that is meant"));
    }
    let (message, hint) = match &shown[..] {
        [] => (
            "the folder holds no picture and no other file".to_owned(),
            "name a folder of PNG or JPEG files, or a file",
        ),
        names => {
            let more = if files.len() > SHOWN { ", …" } else { "" };
            (
                format!(
                    "the folder holds no picture, and no file whose name says edges; there are {}{more}",
                    names.join(", ")
                ),
                "name the file that is meant",
            )
        }
    };
    Err(Error::malformed(folder.display(), message).with_hint(hint))
}

/// The files of a graph, where the name of one alone says edges.
pub(super) fn graph(folder: &Path) -> Result<Option<FolderOfGraph>> {
    if has_pictures(folder)? {
        return Ok(None);
    }
    let files = files(folder)?;
    let called = |words: &[&str]| {
        let mut found = files.iter().filter(|file| says(file, words));
        found.next().filter(|_| found.next().is_none()).cloned()
    };
    let edges = called(&EDGES);
    Ok(edges.map(|edges| {
        let other = |words: &[&str]| called(words).filter(|file| *file != edges);
        FolderOfGraph { features: other(&FEATURES), labels: other(&LABELS), edges: edges.clone() }
    }))
}

/// Whether the name of a file, the ending included, has one of these words.
fn says(file: &Path, words: &[&str]) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.split(|letter: char| !letter.is_alphanumeric()).any(|word| words.contains(&word))
}

/// The files in a folder but for hidden ones, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let io = |error| Error::io(folder, error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !is_hidden && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
