//! Formats of graphs in text other than a list of edges: what they are told by, and a room for each that is read.

mod adjacency_list;
mod adjacency_matrix;
mod dimacs;
mod metis;
mod pajek;
mod recognise;
mod xml;

use std::path::Path;

pub(super) use self::recognise::recognise;
use super::{EdgeReading, Edges, FileFormat, Weights};
use crate::error::{Error, Result};
use crate::graph::FileCounts;
use crate::graph::node_ids::NodeIds;
use crate::lines::Lines;

/// Reads edges in one of these formats; `None` where the format is another.
pub(super) fn read(
    path: &Path,
    format: FileFormat,
    weights: Weights,
    reading: &EdgeReading,
) -> Option<Result<Edges>> {
    Some(match format {
        FileFormat::AdjacencyList => adjacency_list::read(path, reading),
        FileFormat::AdjacencyMatrix => adjacency_matrix::read(path, weights, reading),
        FileFormat::Metis => metis::read(path, weights),
        FileFormat::Dimacs => dimacs::read(path, weights),
        FileFormat::Pajek => pajek::read(path, weights),
        FileFormat::GraphMl => xml::read(path, weights),
        _ => return None,
    })
}

/// What has been read of a file.
#[derive(Default)]
struct Listed {
    ids: NodeIds,
    entries: Vec<(u32, u32)>,
    /// One an entry, where all have one.
    weights: Vec<f32>,
    notes: Vec<String>,
}

impl Listed {
    /// The edges, with weights where they are asked for and each has one.
    fn into_edges(mut self, path: &Path, format: FileFormat, bytes: u64, weighted: bool) -> Result<Edges> {
        if self.entries.is_empty() {
            return Err(Error::malformed(path.display(), "holds no edge").with_hint(HINT));
        }
        let weights =
            (weighted && self.weights.len() == self.entries.len()).then(|| std::mem::take(&mut self.weights));
        Ok(Edges {
            ids: self.ids,
            first: 0,
            entries: self.entries,
            weights,
            file: FileCounts::Array { file: format, bytes },
            notes: self.notes,
            first_line: None,
        })
    }

    /// The nodes 1 to `count`, in their order; each byte of the file makes room for a few.
    fn number_nodes(&mut self, count: usize, lines: &Lines) -> Result<()> {
        let length = std::fs::metadata(lines.path()).map_err(|error| Error::io(lines.path(), error))?.len();
        if count as u64 > (1 << 16) + 100 * length {
            return Err(lines
                .error(format!("announces {count} nodes, far more than a file of {length} bytes tells of"))
                .with_hint(HINT));
        }
        for node in 1..=count {
            self.ids.place(node.to_string());
        }
        Ok(())
    }
}

/// A weight, or what is wrong with it.
fn weight(text: &str) -> std::result::Result<f32, String> {
    match text.parse::<f32>() {
        Ok(weight) if weight.is_finite() && weight > 0.0 => Ok(weight),
        _ => {
            Err(format!("`{text}` is no weight, a finite number above 0; data.weights=none ignores weights"))
        }
    }
}

const HINT: &str = "data.edges_format=csv reads the file as a list of edges, if it is one";
