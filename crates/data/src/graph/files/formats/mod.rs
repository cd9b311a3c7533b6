//! Formats of graphs in text other than a list of edges.

mod adjacency_list;
mod adjacency_matrix;
mod dimacs;
mod look_alikes;
mod matrix_shape;
mod metis;
mod pajek;
mod recognise;
mod xml;

use std::path::Path;

pub(super) use self::recognise::{Recognised, recognise};
use super::{EdgeReading, Edges, FileFormat, Weights};
use crate::error::{Error, Result};
use crate::graph::FileCounts;
use crate::graph::node_ids::NodeIds;
use crate::graph::structure::is_weight;
use crate::lines::Lines;
use crate::wording::counted;

/// Reads edges in one of these formats; `None` where the format is another.
pub(super) fn read(
    path: &Path,
    format: FileFormat,
    weights: Weights,
    reading: &EdgeReading,
) -> Option<Result<Edges>> {
    let listed = match format {
        FileFormat::AdjacencyMatrix => return Some(adjacency_matrix::read(path, weights, reading)),
        FileFormat::AdjacencyList => adjacency_list::read(path, reading),
        FileFormat::Metis => metis::read(path, weights),
        FileFormat::Dimacs => dimacs::read(path, weights),
        FileFormat::Pajek => pajek::read(path, weights),
        FileFormat::GraphMl => xml::read(path, weights),
        _ => return None,
    };
    Some(listed.and_then(|(listed, bytes)| listed.into_edges(path, format, bytes, weights)))
}

/// What has been read of a file, and how many bytes of text it has.
type Read = Result<(Listed, u64)>;

/// What has been read of a file.
#[derive(Default)]
struct Listed {
    ids: NodeIds,
    entries: Vec<(u32, u32)>,
    /// One an entry, where weights are read.
    weights: Vec<f32>,
    /// How many entries of those have none of their own in the file.
    without_weight: usize,
    notes: Vec<String>,
}

impl Listed {
    /// The edges, with weights where some were read.
    fn into_edges(self, path: &Path, format: FileFormat, bytes: u64, asked: Weights) -> Result<Edges> {
        let Self { ids, entries, weights, without_weight, mut notes } = self;
        let count = entries.len();
        if count == 0 {
            return Err(Error::malformed(path.display(), "holds no edge").with_hint(HINT));
        }
        let with_weight = weights.len().saturating_sub(without_weight);
        if asked == Weights::ThirdColumn && with_weight < count {
            let message = match with_weight {
                0 => "holds no weights, which data.weights=third-column asks for".to_owned(),
                _ => format!("{} of {count} entries have no weight", count - with_weight),
            };
            return Err(Error::malformed(path.display(), message)
                .with_hint("data.weights=none or auto reads the edges without weights"));
        }
        if with_weight > 0 && without_weight > 0 {
            notes.push(format!(
                "{} no weight, which counts 1; data.weights=none ignores weights",
                counted(without_weight, "edge has", "edges have")
            ));
        }
        let is_weighted =
            with_weight > 0 && (asked == Weights::ThirdColumn || weights.iter().any(|weight| *weight != 1.0));
        Ok(Edges {
            ids,
            first: 0,
            entries,
            weights: is_weighted.then_some(weights),
            file: FileCounts::Array { file: format, bytes },
            notes,
            first_line: None,
        })
    }

    /// Takes in the weight of an entry; 1 where it has none.
    fn weigh(&mut self, text: Option<&str>) -> std::result::Result<(), String> {
        self.without_weight += usize::from(text.is_none());
        self.weights.push(text.map_or(Ok(1.0), weight)?);
        Ok(())
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
        Ok(weight) if is_weight(weight) => Ok(weight),
        _ => {
            Err(format!("`{text}` is no weight, a finite number above 0; data.weights=none ignores weights"))
        }
    }
}

const HINT: &str = "data.edges_format=csv reads the file as a list of edges, if it is one";
