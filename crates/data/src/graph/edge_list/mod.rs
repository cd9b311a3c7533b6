//! Lists of edges as people keep them.

#[cfg(test)]
mod both_ways;
mod doubts;
mod first_line;
mod guesses;
mod layout;
mod left_out;
mod list;
mod plain;
mod roles;
mod row;

use std::path::Path;

use serde::Serialize;

pub(super) use self::first_line::FirstLine;
pub(super) use self::layout::sampled_fields;
use self::list::List;
use self::plain::Plain;
pub(super) use self::roles::ends;
use super::LoadedGraph;
use super::files::{EdgeReading, Edges, GraphFiles, Weights};
use super::node_ids::NodeIds;
use crate::error;
use crate::lines::{Lines, NARROW};

/// What a list of edges held besides its edges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EdgeListFile {
    /// Lines, comments, header and empty ones included.
    pub lines: usize,
    /// Lines that are comments.
    pub comments: usize,
    /// Comments before the first row that may be rows, as ids of later rows begin like them.
    #[serde(skip_serializing_if = "is_zero")]
    pub doubtful_comments: usize,
    /// Whether the first line named the columns.
    pub header: bool,
    /// The words of a first line that was read as an edge, though neither is named again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubtful_first_line: Option<[String; 2]>,
    /// The names of the columns of source and target, where the first line named them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<[String; 2]>,
    /// The numbers from 1 of the columns of source, target and weight, where they are not 1, 2 and 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places: Option<[usize; 3]>,
    /// Whether the third column was read as weights.
    pub weights: bool,
    /// Lines with more than two columns, the rest of which was ignored.
    pub wider_lines: usize,
    /// Bytes of the text, unpacked.
    pub bytes: u64,
    /// SHA-256 of the text, unpacked.
    pub sha256: String,
}

impl EdgeListFile {
    /// Whether the file's own words say which columns hold the two ends; letters alone head any table.
    pub fn names_both_ends(&self) -> bool {
        let are_words = |columns: &[String; 2]| columns.iter().all(|name| name.chars().nth(1).is_some());
        self.columns.as_ref().is_some_and(|columns| are_words(columns) && roles::ends(columns).is_some())
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Reads a list of edges: CSV, TSV or columns by spaces, with comments, any line end, packed or not.
///
/// Each line names two nodes; further columns are ignored, and counted. A file is split at tabs, semicolons, commas, pipes
/// or white space, whichever gives most lines the same number of columns, with names in quotes where they need them. The
/// words of a header say which columns hold the ends and the weights. Lines before the first row that start with `#` or `%` are comments, and
/// so are later ones where a space or nothing follows the mark. The first line is a header if its fields are words that no
/// other line has, above two numbers or like `source,target`, or if they are 0 and 1 where the next line's are no numbers.
/// Other words that no other line has are read as an edge, and noted.
/// A third column is one of weights if the header calls it `weight`.
///
/// Names are kept as they stand. If all are whole numbers, nodes are in their order; else in the order of appearance.
///
/// # Errors
/// If the file cannot be read, is no text of at least one edge, has a line of one column or a negative number, or
/// unpacks to more than a hundred times its size.
pub fn read_edge_list(path: impl AsRef<Path>) -> error::Result<LoadedGraph> {
    GraphFiles::from_edges(path.as_ref()).read_list()
}

/// Reads the list itself.
pub(super) fn read(path: &Path, weights: Weights, reading: &EdgeReading) -> error::Result<Edges> {
    let lines =
        Lines::open(path, NARROW).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    let list = List::begin(&lines, weights, reading)?;
    read_lines(lines, list, true)
}

/// Reads the lines one by one, but for those that are plain, of which many are read at once unless they are not to be.
fn read_lines(mut lines: Lines, mut list: List, at_once: bool) -> error::Result<Edges> {
    let mut plain = Plain::new();
    while let Some(line) = lines.next()? {
        if let Err(fault) = list.add(line) {
            return Err(list.blame(fault, &lines));
        }
        while let Some(between) = list.between().filter(|_| at_once) {
            let look = |text: &[u8]| {
                let rows = plain.rows(text, between);
                (rows.bytes, rows.parts.iter().map(Vec::len).sum(), rows.parts)
            };
            if !lines.at_once(look, |rows| list.add_plain(&rows)) {
                break;
            }
            list.reserve(&lines);
        }
    }
    list.finish(lines)
}

const HINT: &str = "each line names two nodes, by whole numbers from 0 or any other names";

/// What looks spoilt about the names of a file's nodes, a sentence each.
pub(super) fn doubts_of(ids: &NodeIds) -> Vec<String> {
    doubts::of_names(ids)
}
