//! `aevb data inspect`: what data hold, and what training would do with them.

mod command;
mod graph;
mod images;
mod table;

use std::path::{Path, PathBuf};

use aevb_data::catalog;
use aevb_data::graph::Standardize;
use aevb_data::image::is_images;
use aevb_data::table::TableReading;

use crate::cli::{DataKind, ImageReadingArguments, ReadingArguments};
use crate::error::{Error, Result};

/// Files beside one of edges.
pub(super) struct Beside {
    pub features: Option<PathBuf>,
    pub labels: Option<PathBuf>,
    pub kind: Option<DataKind>,
    /// How a table is read.
    pub table: TableReading,
    /// How the files of a graph are read.
    pub reading: ReadingArguments,
    /// How images are read.
    pub images: ImageReadingArguments,
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
        let is_of_images = beside.images.is_given();
        let kind = match beside.kind {
            Some(kind) => kind,
            None if is_of_images => DataKind::Images,
            None => kind_of(file)?,
        };
        if kind != DataKind::Images && is_of_images {
            return Err(Error::usage(format!(
                "{data}: size, background, range, axes and classes are of images"
            ))
            .with_hint("leave them out, or say --kind images"));
        }
        // Graphs and tables alike may have a header.
        let reading = match kind {
            DataKind::Table => ReadingArguments { header: None, ..beside.reading.clone() },
            DataKind::Graph | DataKind::Images => beside.reading.clone(),
        };
        let is_of_graph = beside.features.is_some()
            || beside.labels.is_some()
            || beside.standardize.is_some()
            || reading.is_given();
        if kind != DataKind::Graph && is_of_graph {
            return Err(Error::usage(format!("{data}: features, labels, formats and weights are of graphs"))
                .with_hint("leave them out, or say --kind graph"));
        }
        let headed = TableReading { header: beside.table.header, ..TableReading::default() };
        if kind != DataKind::Table && beside.table != headed {
            return Err(Error::usage(format!("{data}: --id, --index and --decimal are of tables"))
                .with_hint("leave them out, or say --kind table"));
        }
        return match kind {
            DataKind::Graph => graph::inspect_files(file, beside, json),
            DataKind::Images => images::inspect_own(file, &beside.images.reading()?, json),
            DataKind::Table => table::inspect(file, &beside.table, json),
        };
    };
    let is_given = beside.features.is_some()
        || beside.labels.is_some()
        || beside.kind.is_some()
        || beside.standardize.is_some()
        || beside.reading.is_given()
        || beside.images.is_given()
        || beside.table != TableReading::default();
    if is_given {
        return Err(Error::usage(format!(
            "{data}: a data set by name has files of its own, read in their own way"
        ))
        .with_hint("give the name alone; options go with the path of a file"));
    }
    if !set.is_graph() {
        return images::inspect_set(set, folder, json);
    }
    graph::inspect_set(set, folder, json)
}

/// What a path seems to hold: a folder, an array of more than two dimensions and an archive of pictures images, another file
/// a graph.
fn kind_of(path: &Path) -> Result<DataKind> {
    Ok(if path.is_dir() || is_images(path)? { DataKind::Images } else { DataKind::Graph })
}
