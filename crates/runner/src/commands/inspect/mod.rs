//! `aevb data inspect`: what data hold, and what training would do with them.

mod command;
mod graph;
mod images;
mod needs;
mod table;

use std::path::{Path, PathBuf};

use aevb_data::catalog;
use aevb_data::graph::Standardize;
use aevb_data::kind::{FolderOfGraph, Kind, graph_in, kind_of};
use aevb_data::table::TableReading;

use crate::cli::{DataKind, ImageReadingArguments, ReadingArguments};
use crate::error::{Error, Result};
use crate::{output, own};

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
        let is_of_graph = beside.is_of_graph();
        if file.is_dir()
            && beside.kind.is_none()
            && let Some(FolderOfGraph { edges, features, labels }) = graph_in(file)?
        {
            let beside =
                Beside { features: beside.features.or(features), labels: beside.labels.or(labels), ..beside };
            return graph::inspect_files(&edges, beside, json);
        }
        let (kind, guess) = match beside.kind {
            Some(kind) => (kind, None),
            None if is_of_images => (DataKind::Images, None),
            None if is_of_graph => (DataKind::Graph, None),
            None => {
                let guess = kind_of(file)?;
                (guess.kind.into(), Some(guess))
            }
        };
        if kind != DataKind::Images && is_of_images {
            return Err(Error::usage(format!(
                "{data}: size, background, range, axes and classes are of images"
            ))
            .with_hint("leave them out, or say --kind images"));
        }
        let is_of_graph = is_of_graph || kind == DataKind::Images && beside.reading.is_given();
        if kind != DataKind::Graph && is_of_graph {
            return Err(Error::usage(format!("{data}: features, formats and weights are of graphs"))
                .with_hint("leave them out, or say --kind graph"));
        }
        let headed = TableReading { header: beside.table.header, ..TableReading::default() };
        if kind != DataKind::Table && beside.table != headed {
            return Err(Error::usage(format!("{data}: --id, --index and --decimal are of tables"))
                .with_hint("leave them out, or say --kind table"));
        }
        let outcome = match kind {
            DataKind::Graph => graph::inspect_files(file, beside, json),
            DataKind::Images => {
                images::inspect_own(file, &beside.images.reading()?, beside.labels.as_deref(), json)
            }
            DataKind::Table => table::inspect(file, &beside.table, beside.labels.as_deref(), json),
        };
        let Some(guess) = guess else { return outcome };
        let (told, others) = own::told(data, &guess, ["--kind graph", "--kind table", "--kind images"]);
        return match outcome {
            Ok(()) => {
                output::message(&told);
                Ok(())
            }
            Err(error) => Err(error.and_hint(others)),
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

impl Beside {
    /// Whether something is said that only graphs have.
    fn is_of_graph(&self) -> bool {
        let Self { features, standardize, reading, .. } = self;
        // Graphs and tables alike may have a header.
        let reading = ReadingArguments { header: None, ..reading.clone() };
        features.is_some() || standardize.is_some() || reading.is_given()
    }
}

impl From<Kind> for DataKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Graph => Self::Graph,
            Kind::Table => Self::Table,
            Kind::Images => Self::Images,
        }
    }
}
