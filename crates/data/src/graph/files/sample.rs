//! The beginning of a text, for whoever asks whether it is of a graph at all.

use std::path::Path;

use super::formats::{Recognised, recognise};
use super::header::heads_weights;
use super::{EdgeReading, FileFormat};
use crate::dialect::{Dialect, commented_header, sampled_text};
use crate::error::{Error, Result};
use crate::graph::edge_list::{ends, sampled_fields};
use crate::lines::{Lines, WIDE};

/// The first rows of a text, and what they say of edges.
#[derive(Debug)]
pub(crate) struct TextSample {
    /// The first rows in their fields, a header too.
    pub rows: Vec<Vec<String>>,
    /// Whether these are all rows.
    pub is_whole: bool,
    /// A format of graphs that is more than a list of edges.
    pub format: Option<GraphFormat>,
    /// The two columns whose names say the ends of edges.
    pub ends: Option<(String, String)>,
    /// Whether the name of a column says weights of edges.
    pub has_weights: bool,
    /// What kept the text from being taken for a graph.
    pub refusal: Option<Error>,
}

/// A format of graphs, told by its content.
#[derive(Debug)]
pub(crate) struct GraphFormat {
    pub name: &'static str,
    /// Whether it may be something else.
    pub is_doubtful: bool,
    /// Whether it is a matrix, a row a node.
    pub is_matrix: bool,
}

impl TextSample {
    /// Looks at the beginning of a text.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of(path: &Path) -> Result<Self> {
        let lines = Lines::open(path, WIDE)?;
        let (sample, whole) = lines.sample();
        let text = sampled_text(sample);
        let dialect = Dialect::of_edges(sample, whole, None);
        let rows = sampled_fields(sample, whole, &dialect);
        let (format, refusal) = match recognise(path, &EdgeReading::default()) {
            Ok(Recognised { format, doubt }) => {
                let name = name(format);
                let is_matrix = format == FileFormat::AdjacencyMatrix;
                (name.map(|name| GraphFormat { name, is_doubtful: doubt.is_some(), is_matrix }), None)
            }
            Err(error) => (None, Some(error)),
        };
        let comment = commented_header(text, dialect.splitter);
        let headers = comment.iter().chain(rows.first());
        let pair =
            |names: &Vec<String>| ends(names).map(|(from, to)| (names[from].clone(), names[to].clone()));
        let has_weights = headers.clone().flatten().any(|name| heads_weights(name));
        const MOST_ROWS: usize = 1000;
        let is_whole = whole && rows.len() < MOST_ROWS;
        Ok(Self { is_whole, ends: headers.clone().find_map(pair), has_weights, rows, format, refusal })
    }
}

fn name(format: FileFormat) -> Option<&'static str> {
    Some(match format {
        FileFormat::AdjacencyList => "an adjacency list, a node and its neighbours a line",
        FileFormat::AdjacencyMatrix => "an adjacency matrix",
        FileFormat::Metis => "a graph in METIS's format",
        FileFormat::Dimacs => "a graph in DIMACS's format",
        FileFormat::Pajek => "a graph in Pajek's format",
        FileFormat::GraphMl => "a graph in XML (GraphML or GEXF)",
        _ => return None,
    })
}
