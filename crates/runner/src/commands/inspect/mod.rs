//! `aevb data inspect`: what data hold, and what training would do with them.

mod command;
mod graph;
mod images;
mod table;

use std::path::{Path, PathBuf};

use aevb_data::array::{Npz, read_npy};
use aevb_data::catalog;
use aevb_data::graph::{FileFormat, Standardize};

use crate::cli::{DataKind, ReadingArguments};
use crate::error::{Error, Result};

/// Files beside one of edges.
pub(super) struct Beside {
    pub features: Option<PathBuf>,
    pub labels: Option<PathBuf>,
    pub kind: Option<DataKind>,
    /// The column of a table that names its rows.
    pub id: Option<String>,
    /// How the files of a graph are read.
    pub reading: ReadingArguments,
    /// Whether features are brought to one scale.
    pub standardize: Option<Standardize>,
}

/// Looks into a set of the catalog, or else into files.
pub(super) fn run(data: &str, beside: Beside, folder: &Path, json: bool) -> Result<()> {
    let file = Path::new(data);
    let set = match catalog::find(data) {
        Err(_) if file.exists() => None,
        Err(_) if file.components().count() > 1 || file.extension().is_some() => {
            return Err(
                Error::failed(format!("{data}: there is no such file")).with_hint("give the path of a file")
            );
        }
        Err(error) => return Err(error.into()),
        Ok(set) => Some(set),
    };
    let Some(set) = set else {
        let kind = beside.kind.map_or_else(|| kind_of(file), Ok)?;
        let is_of_graph = beside.features.is_some() || beside.labels.is_some() || beside.reading.is_given();
        if kind != DataKind::Graph && is_of_graph {
            return Err(Error::usage(format!("{data}: features, labels, formats and weights are of graphs"))
                .with_hint("leave them out, or say --kind graph"));
        }
        return match kind {
            DataKind::Graph => graph::inspect_files(file, beside, json),
            DataKind::Images => images::inspect_own(file, json),
            DataKind::Table => table::inspect(file, beside.id.as_deref(), json),
        };
    };
    if beside.features.is_some() || beside.labels.is_some() {
        return Err(Error::usage(format!("{data}: a data set by name has files of its own"))
            .with_hint("--features and --labels go with a file of edges"));
    }
    if !set.is_graph() {
        return images::inspect_set(set, folder, json);
    }
    graph::inspect_set(set, folder, json)
}

/// What a path seems to hold: a folder and an array of more than two dimensions images, another file a graph.
fn kind_of(path: &Path) -> Result<DataKind> {
    if path.is_dir() {
        return Ok(DataKind::Images);
    }
    let is_images = match FileFormat::of(path)? {
        FileFormat::Npy => read_npy(path)?.shape.len() > 2,
        FileFormat::Npz => Npz::open(path)?.has("images"),
        _ => false,
    };
    Ok(if is_images { DataKind::Images } else { DataKind::Graph })
}
