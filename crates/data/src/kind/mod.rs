//! What a file or folder of one's own holds: a graph, a table or images, told by its content.

mod array;
mod columns;
mod folder;

use std::path::Path;

pub use self::folder::FolderOfGraph;
use crate::array::Npz;
use crate::error::Result;
use crate::graph::{self, FileFormat, TextSample};
use crate::image::is_images;

/// What data are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Edges between nodes.
    Graph,
    /// Rows of numbers.
    Table,
    /// Pictures, or an array of them.
    Images,
}

/// What a file was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// What it holds.
    pub kind: Kind,
    /// Why: what was seen, such as `its columns 'from' and 'to' name the ends of edges`.
    pub why: String,
    /// Whether it could well be something else.
    pub is_doubtful: bool,
}

impl Guess {
    fn sure(kind: Kind, why: impl Into<String>) -> Self {
        Self { kind, why: why.into(), is_doubtful: false }
    }

    fn doubtful(kind: Kind, why: impl Into<String>) -> Self {
        Self { kind, why: why.into(), is_doubtful: true }
    }
}

/// What a file, or a folder of pictures, holds.
///
/// # Errors
/// If it cannot be read, is of a format that is known and not read, or is a folder without pictures.
pub fn kind_of(path: impl AsRef<Path>) -> Result<Guess> {
    let path = path.as_ref();
    if path.is_dir() {
        return folder::pictures(path);
    }
    if is_images(path)? {
        return Ok(Guess::sure(Kind::Images, "it holds pictures, or an array of them"));
    }
    Ok(match FileFormat::of(path)? {
        FileFormat::Npy => array::of_npy(path)?,
        FileFormat::Npz => array::of_npz(path)?,
        FileFormat::MatrixMarket => Guess::sure(Kind::Graph, "it is a matrix in Matrix Market's format"),
        FileFormat::Json | FileFormat::JsonValues => {
            Guess::doubtful(Kind::Graph, "it is JSON, which only features of a graph are read from")
        }
        _ => {
            let sample = TextSample::of(path)?;
            let guess = columns::of(&sample);
            match sample.refusal {
                Some(error) if guess.kind == Kind::Graph => return Err(error),
                _ => guess,
            }
        }
    })
}

/// The files of a graph in a folder, where their names tell them apart: `edges.csv`, `features.json`, `labels.csv`.
///
/// # Errors
/// If the folder cannot be listed.
pub fn graph_in(folder: &Path) -> Result<Option<FolderOfGraph>> {
    folder::graph(folder)
}

/// What an archive of NumPy's holds of a graph beside its edges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BesideEdges {
    /// Features of the nodes.
    pub features: bool,
    /// Their classes.
    pub labels: bool,
}

/// What lies beside the edges of a graph in the same file, which an archive of NumPy's can.
///
/// # Errors
/// If it cannot be read.
pub fn beside_edges(path: impl AsRef<Path>) -> Result<BesideEdges> {
    let path = path.as_ref();
    if FileFormat::of(path)? != FileFormat::Npz {
        return Ok(BesideEdges::default());
    }
    let [features, labels] = graph::beside_edges(&Npz::open(path)?);
    Ok(BesideEdges { features, labels })
}
