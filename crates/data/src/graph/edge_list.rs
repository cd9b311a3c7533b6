//! Lists of edges as people keep them.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use super::files::header::{heads_nodes, heads_weights};
use super::files::{Edges, GraphFiles, Weights};
use super::node_ids::{NodeIds, number};
use super::{FileCounts, LoadedGraph};
use crate::error::{self, Error};
use crate::lines::{Lines, NARROW};
use crate::separated::{Separator, is_comment};

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
    /// Whether the third column was read as weights.
    pub weights: bool,
    /// Lines with more than two columns, the rest of which was ignored.
    pub wider_lines: usize,
    /// Bytes of the text, unpacked.
    pub bytes: u64,
    /// SHA-256 of the text, unpacked.
    pub sha256: String,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Reads a list of edges: CSV, TSV or columns by spaces, with comments, either line end, gzipped or not.
///
/// Each line names two nodes; further columns are ignored, and counted. A file with a tab in its first line is split at
/// tabs, else one with a comma at commas, else one with a semicolon at semicolons, with fields in double quotes where
/// they need them, and any other at white space. Lines before the first row that start with `#` or `%` are comments, and
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
pub(super) fn read(path: &Path, weights: Weights) -> error::Result<Edges> {
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
            return Err(lines.error(message).with_hint(if list.weighted { WEIGHT_HINT } else { HINT }));
        }
    }
    if list.entries.is_empty() && list.undecided.is_none() {
        return Err(Error::malformed(path.display(), "holds no edge").with_hint(HINT));
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
        doubtful_comments: if list.marked_ids { list.marked_comments } else { 0 },
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

const HINT: &str = "each line names two nodes, by whole numbers from 0 or any other names";

const WEIGHT_HINT: &str = "a weight is a finite number above 0; data.weights = \"none\" ignores them, and so does leaving the column out";

/// A first line of two words, which is a header or an edge.
#[derive(Debug)]
pub(super) struct FirstLine {
    names: [String; 2],
    third: String,
    /// The second line holds numbers where this one holds words.
    heads_numbers: bool,
}

impl Edges {
    /// Takes the first line for a header or for an edge, where the list itself did not tell: for an edge if one of its
    /// names occurs again, in the list or elsewhere; else for a header if it stands above numbers, other files say all there
    /// is to `know` of nodes, or its words are such as head columns.
    ///
    /// # Errors
    /// If there is a header and no edge.
    pub(super) fn settle_first_line(
        &mut self,
        path: &Path,
        occurs_elsewhere: &dyn Fn(&str) -> bool,
        know: bool,
    ) -> error::Result<()> {
        let Some(FirstLine { names: [from, to], third, heads_numbers }) = self.first_line.take() else {
            return Ok(());
        };
        let occurs = |name: &str| self.ids.has(name) || occurs_elsewhere(name);
        let stands_alone = from != to && !occurs(&from) && !occurs(&to);
        let is_only = self.entries.is_empty();
        if let (FileCounts::EdgeList(file), true) = (&mut self.file, stands_alone) {
            let is_header = heads_numbers || (know && !is_only) || (heads_nodes(&from) && heads_nodes(&to));
            file.header = is_header;
            if is_header && is_only {
                return Err(Error::malformed(path.display(), "holds no edge").with_hint(HINT));
            }
            if is_header {
                return Ok(());
            }
            file.doubtful_first_line = (!is_only).then(|| [from.clone(), to.clone()]);
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
        Ok(())
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
    /// Comments before the first row that have two columns and no space after the mark.
    marked_comments: usize,
    /// An id begins like a comment.
    marked_ids: bool,
    wider_lines: usize,
}

impl List {
    /// Takes in a line, or says what is wrong with it.
    fn add(&mut self, line: &str) -> Result<(), String> {
        let first = self.separator.is_none();
        if is_comment(line, !first) {
            self.comments += 1;
            let may_be_row = !is_comment(line, true) && pair(Separator::of(line), line).is_ok();
            self.marked_comments += usize::from(may_be_row);
            return Ok(());
        }
        if line.trim().is_empty() {
            return Ok(());
        }
        self.marked_ids |= line.starts_with(['#', '%']);
        let separator = *self.separator.get_or_insert_with(|| Separator::of(line));
        let ([from, to], rest) = pair(separator, line)?;
        let third = match rest {
            Some(rest) => separator.field(rest)?.0,
            None => "".into(),
        };
        if first && (self.names_columns || (heads_nodes(&from) && heads_nodes(&to) && heads_weights(&third)))
        {
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
            let names = [from.into(), to.into()];
            self.undecided = Some(FirstLine { names, third: third.into(), heads_numbers: false });
            return Ok(());
        }
        if numbers == [false, false] && self.entries.len() == 1 && self.names.names() == ["0", "1"] {
            // What pandas writes over columns without names; the nodes have names, and are not called 0 and 1.
            let Self { separator, comments, marked_comments, marked_ids, weighted, .. } = *self;
            let kept = Self { separator, comments, marked_comments, marked_ids, weighted, ..Self::default() };
            *self = Self { header: true, ..kept };
        }
        if let (Some(line), true) = (&mut self.undecided, self.entries.is_empty()) {
            let is_number = |text: &str| text.parse::<f64>().is_ok();
            let heads_third = !line.third.is_empty() && !is_number(&line.third) && is_number(&third);
            line.heads_numbers = heads_third || numbers == [true, true];
        }
        if let Some(line) = self.undecided.take_if(|line| line.heads_numbers && heads_weights(&line.third)) {
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
        self.weighted |= self.may_be_weighted && heads_weights(third);
    }
}

/// The first two columns, and what follows them.
fn pair(separator: Separator, line: &str) -> Result<([Cow<'_, str>; 2], Option<&str>), String> {
    let (first, rest) = separator.field(line)?;
    let Some(rest) = rest else { return Err("one column, where an edge needs two".into()) };
    if first.is_empty() {
        return Err("an empty column before the nodes: leave the index out (in pandas by index=False)".into());
    }
    let (second, rest) = separator.field(rest)?;
    if second.is_empty() {
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
