//! Lists of edges as people keep them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use serde::Serialize;

use super::lines::Lines;
use super::{FileCounts, Graph, LoadedGraph};
use crate::error::{self, Error};

/// What a list of edges held besides its edges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EdgeListFile {
    /// Lines, comments, header and empty ones included.
    pub lines: usize,
    /// Lines that are comments.
    pub comments: usize,
    /// Whether the first line named the columns.
    pub header: bool,
    /// Lines with more than two columns, the rest of which was ignored.
    pub wider_lines: usize,
    /// Bytes of the text, unpacked.
    pub bytes: u64,
    /// SHA-256 of the text, unpacked.
    pub sha256: String,
}

/// Reads a list of edges: CSV, TSV or columns by spaces, with comments, either line end, gzipped or not.
///
/// Each line names two nodes; further columns are ignored, and counted. A file with a tab in its first line is split at
/// tabs, else one with a comma at commas, with fields in double quotes where they need them, and any other at white
/// space. Lines that start with `#` or `%` are comments. The first line is a header if it says so (`source,target`), or
/// if neither of its fields is a number where both of the next line's are.
///
/// Names are kept as they stand. If all are whole numbers, nodes are in their order; else in the order of appearance.
///
/// # Errors
/// If the file cannot be read, is no text of at least one edge, has a line of one column or a negative number, or
/// unpacks to more than a hundred times its size.
pub fn read_edge_list(path: impl AsRef<Path>) -> error::Result<LoadedGraph> {
    let path = path.as_ref();
    let hint = "each line names two nodes, by whole numbers from 0 or any other names";
    let mut lines =
        Lines::open(path).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    let mut list = List::default();
    while let Some(line) = lines.next()? {
        if let Err(message) = list.add(line) {
            return Err(lines.error(message).with_hint(hint));
        }
    }
    list.decide_first(false);
    if list.entries.is_empty() {
        return Err(Error::malformed(path.display(), "holds no edge").with_hint(hint));
    }
    let names = list.names.ordered(&mut list.entries);
    let (graph, entries) = Graph::from_edges(names.len(), list.entries)?;
    let (lines, bytes, sha256) = lines.finish();
    let file = EdgeListFile {
        lines,
        comments: list.comments,
        header: list.header,
        wider_lines: list.wider_lines,
        bytes,
        sha256,
    };
    Ok(LoadedGraph { graph: graph.with_names(names)?, entries, files: FileCounts::EdgeList(file) })
}

/// What has been read of a list.
#[derive(Default)]
struct List {
    separator: Option<Separator>,
    names: Names,
    entries: Vec<(u32, u32)>,
    /// A first line without a number is a header or an edge: the next line tells.
    undecided: Option<[String; 2]>,
    header: bool,
    comments: usize,
    wider_lines: usize,
}

impl List {
    /// Takes in a line, or says what is wrong with it.
    fn add(&mut self, line: &str) -> Result<(), String> {
        if line.starts_with(['#', '%']) {
            self.comments += 1;
            return Ok(());
        }
        if line.trim().is_empty() {
            return Ok(());
        }
        let first = self.separator.is_none();
        let separator = *self.separator.get_or_insert_with(|| Separator::of(line));
        let ([from, to], wider) = separator.split(line)?;
        for name in [&from, &to] {
            if name.strip_prefix('-').is_some_and(|digits| number(digits).is_some()) {
                return Err(format!("node {name} is negative"));
            }
        }
        let numbers = [&from, &to].map(|name| number(name).is_some());
        if first && names_columns(&from, &to) {
            self.header = true;
            return Ok(());
        }
        if first && numbers == [false, false] {
            self.undecided = Some([from.into(), to.into()]);
            return Ok(());
        }
        self.decide_first(numbers == [true, true]);
        self.wider_lines += usize::from(wider);
        self.entries.push((self.names.place(from), self.names.place(to)));
        Ok(())
    }

    /// Takes the first line for a header or for an edge, where that is still open.
    fn decide_first(&mut self, header: bool) {
        if let Some([from, to]) = self.undecided.take() {
            self.header = header;
            if !header {
                self.entries.push((self.names.place(from), self.names.place(to)));
            }
        }
    }
}

/// The places that names get as they first appear.
#[derive(Default)]
struct Names {
    places: HashMap<String, u32>,
}

impl Names {
    fn place(&mut self, name: impl Into<String> + AsRef<str>) -> u32 {
        if let Some(place) = self.places.get(name.as_ref()) {
            return *place;
        }
        let next = self.places.len() as u32;
        match self.places.entry(name.into()) {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(place) => *place.insert(next),
        }
    }

    /// All names by place, after the places in `entries` were put in the order of numbers where all names are numbers.
    fn ordered(self, entries: &mut [(u32, u32)]) -> Vec<String> {
        let mut names: Vec<(String, u32)> = self.places.into_iter().collect();
        names.sort_unstable_by_key(|(_, place)| *place);
        if names.iter().all(|(name, _)| number(name).is_some()) {
            names.sort_by_key(|(name, _)| number(name));
            let mut place_of = vec![0; names.len()];
            for (place, (_, before)) in (0..).zip(&names) {
                place_of[*before as usize] = place;
            }
            for (from, to) in entries {
                *from = place_of[*from as usize];
                *to = place_of[*to as usize];
            }
        }
        names.into_iter().map(|(name, _)| name).collect()
    }
}

/// A whole number as people write it. With leading zeros or a sign it is a name: `7` and `007` may be two nodes.
fn number(name: &str) -> Option<u64> {
    let plain = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if plain { name.parse().ok() } else { None }
}

/// Whether two fields are what columns of nodes are usually called.
fn names_columns(from: &str, to: &str) -> bool {
    let pairs = [
        ["source", "target"],
        ["from", "to"],
        ["src", "dst"],
        ["head", "tail"],
        ["fromnodeid", "tonodeid"],
        ["node1", "node2"],
        ["node_1", "node_2"],
        ["id1", "id2"],
        ["id_1", "id_2"],
        ["u", "v"],
    ];
    let fields = [from.to_ascii_lowercase(), to.to_ascii_lowercase()];
    pairs.iter().any(|pair| *pair == [fields[0].as_str(), fields[1].as_str()])
}

/// What stands between the columns of a file.
#[derive(Clone, Copy)]
enum Separator {
    Tab,
    Comma,
    Space,
}

type Fields<'a> = [Cow<'a, str>; 2];

impl Separator {
    fn of(line: &str) -> Self {
        if line.trim().contains('\t') {
            Self::Tab
        } else if line.contains(',') {
            Self::Comma
        } else {
            Self::Space
        }
    }

    /// The first two columns, and whether there are more.
    fn split(self, line: &str) -> Result<(Fields<'_>, bool), String> {
        let (first, rest) = self.field(line)?;
        let Some(rest) = rest else { return Err("one column, where an edge needs two".into()) };
        let (second, rest) = self.field(rest)?;
        if first.is_empty() || second.is_empty() {
            return Err("an empty column, where an edge needs two nodes".into());
        }
        Ok(([first, second], rest.is_some_and(|rest| !rest.trim().is_empty())))
    }

    /// The first field of a line, and what follows its separator.
    fn field(self, line: &str) -> Result<(Cow<'_, str>, Option<&str>), String> {
        let line = line.trim_start_matches(' ');
        let mark = match self {
            Self::Tab => '\t',
            Self::Comma => ',',
            Self::Space => {
                let line = line.trim();
                return Ok(match line.split_once(char::is_whitespace) {
                    Some((field, rest)) => (field.into(), Some(rest)),
                    None => (line.into(), None),
                });
            }
        };
        let Some(quoted) = line.strip_prefix('"') else {
            return Ok(match line.split_once(mark) {
                Some((field, rest)) => (field.trim().into(), Some(rest)),
                None => (line.trim().into(), None),
            });
        };
        let mut end = 0;
        loop {
            end += quoted[end..].find('"').ok_or("a quote that does not end on its line")?;
            if !quoted[end + 1..].starts_with('"') {
                break;
            }
            end += 2;
        }
        let rest = quoted[end + 1..].trim_start_matches(' ');
        let field = quoted[..end].replace("\"\"", "\"").into();
        match rest.strip_prefix(mark) {
            Some(rest) => Ok((field, Some(rest))),
            None if rest.trim().is_empty() => Ok((field, None)),
            None => Err("text between a quote's end and the next column".into()),
        }
    }
}
