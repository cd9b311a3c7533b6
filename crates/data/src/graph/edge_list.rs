//! Lists of edges as people keep them.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use super::files::{Edges, GraphFiles, Weights};
use super::node_ids::{NodeIds, number};
use super::{FileCounts, LoadedGraph};
use crate::error::{self, Error};
use crate::lines::{Lines, NARROW};
use crate::separated::Separator;

/// What a list of edges held besides its edges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EdgeListFile {
    /// Lines, comments, header and empty ones included.
    pub lines: usize,
    /// Lines that are comments.
    pub comments: usize,
    /// Whether the first line named the columns.
    pub header: bool,
    /// The words of a first line that was read as an edge, though neither is named again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubtful_first_line: Option<[String; 2]>,
    /// Whether the third column was read as weights.
    pub weights: bool,
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
/// tabs, else one with a comma at commas, else one with a semicolon at semicolons, with fields in double quotes where
/// they need them, and any other at white space. Lines that start with `#` or `%` are comments. The first line is a
/// header if it says so (`source,target`), if neither of its fields is a number where both of the next line's are, or if they
/// are 0 and 1 where the next line's are no numbers. One of words that no other line has and that are not known to head
/// columns is read as an edge, and noted.
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
pub(super) fn read(path: &Path, weights: Weights) -> error::Result<Edges> {
    let hint = "each line names two nodes, by whole numbers from 0 or any other names";
    let mut lines =
        Lines::open(path, NARROW).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    let mut list = List {
        names_columns: lines.names_columns(),
        weighted: weights == Weights::ThirdColumn,
        may_be_weighted: weights == Weights::Auto,
        ..List::default()
    };
    while let Some(line) = lines.next()? {
        if let Err(message) = list.add(line) {
            return Err(lines.error(message).with_hint(if list.weighted { WEIGHT_HINT } else { hint }));
        }
    }
    if list.entries.is_empty() && list.undecided.is_none() {
        return Err(Error::malformed(path.display(), "holds no edge").with_hint(hint));
    }
    if let Some(FirstLine { third, .. }) = &list.undecided
        && list.weighted
        && weight(third).is_err()
    {
        list.header = true;
        list.undecided = None;
    }
    let (lines, bytes, sha256) = lines.finish();
    let file = EdgeListFile {
        lines,
        comments: list.comments,
        header: list.header,
        doubtful_first_line: None,
        weights: list.weighted,
        wider_lines: list.wider_lines,
        bytes,
        sha256,
    };
    Ok(Edges {
        ids: list.names,
        first: 0,
        entries: list.entries,
        weights: list.weighted.then_some(list.weights),
        file: FileCounts::EdgeList(file),
        first_line: list.undecided,
    })
}

const WEIGHT_HINT: &str = "a weight is a finite number above 0; data.weights = \"none\" ignores them, and so does leaving the column out";

/// A first line of two words, which is a header or an edge.
#[derive(Debug)]
pub(super) struct FirstLine {
    names: [String; 2],
    third: String,
}

impl Edges {
    /// Takes the first line for a header or for an edge, where the list itself did not tell: for an edge if one of its
    /// names occurs again, in the list or among `nodes`; else for a header if there are `nodes`, or its words are such
    /// as head columns.
    pub(super) fn settle_first_line(&mut self, nodes: Option<&NodeIds>) {
        let Some(FirstLine { names: [from, to], third }) = self.first_line.take() else { return };
        let occurs = |name: &str| self.ids.has(name) || nodes.is_some_and(|nodes| nodes.has(name));
        let stands_alone = from != to && !self.entries.is_empty() && !occurs(&from) && !occurs(&to);
        if let (FileCounts::EdgeList(file), true) = (&mut self.file, stands_alone) {
            if nodes.is_some() || (heads_column(&from) && heads_column(&to)) {
                file.header = true;
                return;
            }
            file.doubtful_first_line = Some([from.clone(), to.clone()]);
        }
        let mut ids = NodeIds::default();
        let first = (ids.place(from), ids.place(to));
        let place_of: Vec<u32> = self.ids.names().into_iter().map(|name| ids.place(name)).collect();
        for (from, to) in &mut self.entries {
            *from = place_of[*from as usize];
            *to = place_of[*to as usize];
        }
        self.ids = ids;
        self.entries.insert(0, first);
        if let (Some(weights), Ok(weight)) = (&mut self.weights, weight(&third)) {
            weights.insert(0, weight);
        }
        if let (FileCounts::EdgeList(file), false) = (&mut self.file, third.is_empty()) {
            file.wider_lines += 1;
        }
    }
}

/// What has been read of a list.
#[derive(Default)]
struct List {
    separator: Option<Separator>,
    names: NodeIds,
    entries: Vec<(u32, u32)>,
    /// One an entry, where the list is weighted.
    weights: Vec<f32>,
    weighted: bool,
    may_be_weighted: bool,
    /// A first line without a number is a header or an edge: the next line tells.
    undecided: Option<FirstLine>,
    /// The first line is a header.
    names_columns: bool,
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
        let ([from, to], rest) = pair(separator, line)?;
        let third = match rest {
            Some(rest) => separator.field(rest)?.0,
            None => "".into(),
        };
        if first && (self.names_columns || names_columns(&from, &to)) {
            self.take_header(&third);
            return Ok(());
        }
        for name in [&from, &to] {
            if name.strip_prefix('-').is_some_and(|digits| number(digits).is_some()) {
                return Err(format!("node {name} is negative"));
            }
        }
        let numbers = [&from, &to].map(|name| number(name).is_some());
        if first && numbers == [false, false] {
            self.undecided = Some(FirstLine { names: [from.into(), to.into()], third: third.into() });
            return Ok(());
        }
        if numbers == [false, false] && self.entries.len() == 1 && self.names.names() == ["0", "1"] {
            // What pandas writes over columns without names; the nodes have names, and are not called 0 and 1.
            let Self { separator, comments, weighted, .. } = *self;
            *self = Self { separator, comments, weighted, header: true, ..Self::default() };
        }
        let is_number = |text: &str| text.parse::<f64>().is_ok();
        let is_second = self.entries.is_empty();
        if let Some(line) = self.undecided.take_if(|line| {
            let heads_numbers = !line.third.is_empty() && !is_number(&line.third) && is_number(&third);
            is_second && (numbers == [true, true] || heads_numbers)
        }) {
            self.take_header(&line.third);
        }
        self.wider_lines += usize::from(rest.is_some());
        if self.weighted {
            self.weights.push(weight(&third)?);
        }
        self.entries.push((self.names.place(from), self.names.place(to)));
        Ok(())
    }

    fn take_header(&mut self, third: &str) {
        self.header = true;
        self.weighted |= self.may_be_weighted && names_weights(third);
    }
}

/// The first two columns, and what follows them.
fn pair(separator: Separator, line: &str) -> Result<([Cow<'_, str>; 2], Option<&str>), String> {
    let (first, rest) = separator.field(line)?;
    let Some(rest) = rest else { return Err("one column, where an edge needs two".into()) };
    let (second, rest) = separator.field(rest)?;
    if first.is_empty() || second.is_empty() {
        return Err("an empty column, where an edge needs two nodes".into());
    }
    Ok(([first, second], rest.filter(|rest| !rest.trim().is_empty())))
}

fn weight(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(weight) if weight.is_finite() && weight > 0.0 => Ok(weight),
        _ => Err(format!("`{text}` in the third column is no weight")),
    }
}

/// Whether a third column of this name holds weights.
fn names_weights(name: &str) -> bool {
    ["weight", "weights", "w", "edge_weight", "edgeweight"].contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a word, or each of several, is one of those that columns of nodes are called by.
fn heads_column(name: &str) -> bool {
    const WORDS: [&str; 52] = [
        "source",
        "target",
        "from",
        "to",
        "src",
        "dst",
        "dest",
        "destination",
        "origin",
        "head",
        "tail",
        "start",
        "end",
        "node",
        "vertex",
        "id",
        "name",
        "user",
        "person",
        "member",
        "page",
        "paper",
        "author",
        "item",
        "u",
        "v",
        "i",
        "j",
        "a",
        "b",
        "citing",
        "cited",
        "sender",
        "receiver",
        "friend",
        "follower",
        "followee",
        "following",
        "parent",
        "child",
        "customer",
        "product",
        "protein",
        "gene",
        "account",
        "city",
        "station",
        "airport",
        "subject",
        "object",
        "left",
        "right",
    ];
    let lower = name.to_lowercase();
    let mut words =
        lower.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| WORDS.contains(&word))
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
