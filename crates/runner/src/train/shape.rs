//! How large data are, which the sizes of a model for them follow from.

use aevb_data::examples::ExampleSet;
use aevb_data::graph::Sides;
use aevb_data::image::read_own;
use aevb_data::table::Table;

use super::graph;
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Features, Task};

/// The size of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Of a graph.
    Graph {
        /// Its nodes.
        nodes: usize,
        /// Its undirected edges.
        edges: usize,
        /// The features of a node; 0 where there are none.
        features: usize,
        /// The sides that its pairs are between, where there are such; nodes are then those of both.
        sides: Option<Sides>,
    },
    /// Of a table.
    Table {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// Of images.
    Images {
        /// How many there are.
        count: usize,
        /// The pixels of each.
        pixels: usize,
        /// Whether all pixels are black or white.
        is_binary: bool,
    },
}

/// Reads the data of the user's own that an experiment names.
///
/// # Errors
/// If they cannot be read, or are of the catalog.
pub fn shape(experiment: &Experiment) -> Result<Shape> {
    Ok(match &experiment.task {
        Task::Graph { data, .. } => {
            let graph = graph::load(data)?.graph;
            let features = graph.features().filter(|_| data.features != Features::None);
            let features = features.map_or(0, |features| features.cols());
            Shape::Graph { nodes: graph.nodes(), edges: graph.edge_count(), features, sides: graph.sides() }
        }
        Task::Images { data, .. } => {
            let path = data.path.as_deref().ok_or_else(|| Error::usage("data.path: names no data"))?;
            let images = read_own(path, &data.reading())?.images;
            Shape::Images { count: images.count(), pixels: images.size(), is_binary: images.is_binary() }
        }
        Task::Table { data, .. } => {
            let table = Table::read(&data.path, &data.reading())?;
            Shape::Table { rows: table.rows(), columns: table.columns.len() }
        }
    })
}
