//! Lists of edges as people keep them.

mod doubts;
mod first_line;
mod layout;
mod roles;

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

pub(super) use self::first_line::FirstLine;
use self::first_line::repeated_header;
use self::layout::{Layout, sampled_fields};
use super::files::header::{heads_nodes, heads_weights};
use super::files::{Bipartite, EdgeReading, Edges, GraphFiles, MissingEnds, Weights};
use super::node_ids::{NodeIds, number};
use super::{FileCounts, LoadedGraph};
use crate::dialect::{Dialect, dictionary, sampled_text};
use crate::error::{self, Error};
use crate::lines::{Lines, NARROW};
use crate::separated::{Separator, Splitter, is_comment};

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

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Reads a list of edges: CSV, TSV or columns by spaces, with comments, either line end, gzipped or not.
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
    let mut lines =
        Lines::open(path, NARROW).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    let mut list = List::begin(&lines, weights, reading)?;
    while let Some(line) = lines.next()? {
        if let Err(message) = list.add(line) {
            let hint = if list.layout.weighted && message.contains("weight") { WEIGHT_HINT } else { HINT };
            let hint = if message.starts_with("one column") { ONE_COLUMN_HINT } else { hint };
            return Err(lines.error(message).with_hint(hint));
        }
    }
    list.finish(lines)
}

const HINT: &str = "each line names two nodes, by whole numbers from 0 or any other names";

const ONE_COLUMN_HINT: &str = "each line names two nodes; if each names a node and then all its neighbours, it is an adjacency \
                               list: data.edges_format=adjacency-list";

const WEIGHT_HINT: &str = "a weight is a finite number above 0; data.weights = \"none\" ignores them, and so does leaving the column out";

/// What looks spoilt about the names of a file's nodes, a sentence each.
pub(super) fn doubts_of(ids: &NodeIds) -> Vec<String> {
    doubts::of_names(ids)
}

/// What has been read of a list.
struct List {
    splitter: Splitter,
    dictionaries: bool,
    names_separator: bool,
    layout: Layout,
    weights_asked: Weights,
    keep_missing: bool,
    bipartite: bool,
    begun: bool,
    names: NodeIds,
    entries: Vec<(u32, u32)>,
    /// One an entry, where the list is weighted.
    weights: Vec<f32>,
    /// A first line without a number is a header or an edge: the next line tells.
    undecided: Option<FirstLine>,
    header: bool,
    /// The names of the columns of the two ends.
    heading: Option<[String; 2]>,
    repeated_headers: usize,
    comments: usize,
    /// Comments before the first row that have two columns and no space after the mark.
    marked_comments: usize,
    /// An id begins like a comment.
    marked_ids: bool,
    wider_lines: usize,
    /// Lines with another number of columns than most, and the first of them.
    uneven: usize,
    missing: usize,
    decimal_commas: usize,
    without_weight: usize,
    notes: Vec<String>,
}

/// The two ends of a row and its third column, and whether it has more than two.
type Columns<'a> = ([Cow<'a, str>; 2], Cow<'a, str>, bool);

impl List {
    /// Looks at the first lines for what the columns are.
    fn begin(lines: &Lines, asked: Weights, reading: &EdgeReading) -> error::Result<Self> {
        let (sample, whole) = lines.sample();
        let delimiter = reading.delimiter.as_deref().map(|name| {
            Separator::named(name).ok_or_else(|| {
                Error::config("data.delimiter", format!("`{name}` is no sign between columns"))
                    .with_hint("give one sign, or tab, comma, semicolon, pipe or space")
            })
        });
        let dialect = Dialect::of(sample, whole, delimiter.transpose()?);
        let rows = sampled_fields(sample, whole, &dialect);
        let layout = Layout::of(&rows, lines.names_columns(), reading, asked)
            .map_err(|(message, hint)| Error::malformed(lines.path().display(), message).with_hint(hint))?;
        let konect = konect_sides(sampled_text(sample));
        let bipartite = match reading.bipartite {
            Bipartite::Auto => konect == Some(true),
            Bipartite::Yes => true,
            Bipartite::No => false,
        };
        let mut notes = layout.notes.clone();
        if bipartite && reading.bipartite == Bipartite::Auto {
            notes.push(
                "the file says `% bip`, a bipartite graph, whose sides are both numbered from 1: nodes are called left:1 … and \
                 right:1 …; data.bipartite=no reads a number as one node on either side"
                    .into(),
            );
        }
        if dialect.dictionaries && asked == Weights::None {
            notes.clear();
        }
        Ok(Self {
            splitter: dialect.splitter,
            dictionaries: dialect.dictionaries,
            names_separator: dialect.names_separator,
            layout,
            weights_asked: asked,
            keep_missing: reading.missing_ends == MissingEnds::Keep,
            bipartite,
            begun: false,
            names: NodeIds::default(),
            entries: Vec::new(),
            weights: Vec::new(),
            undecided: None,
            header: false,
            heading: None,
            repeated_headers: 0,
            comments: 0,
            marked_comments: 0,
            marked_ids: false,
            wider_lines: 0,
            uneven: 0,
            missing: 0,
            decimal_commas: 0,
            without_weight: 0,
            notes,
        })
    }

    /// Takes in a line, or says what is wrong with it.
    fn add(&mut self, line: &str) -> Result<(), String> {
        let first = !self.begun;
        if is_comment(line, !first) {
            self.comments += 1;
            let may_be_row = !is_comment(line, true) && pair(self.splitter, line).is_ok();
            self.marked_comments += usize::from(may_be_row);
            return Ok(());
        }
        if line.trim().is_empty() {
            return Ok(());
        }
        if std::mem::take(&mut self.names_separator) {
            self.comments += 1;
            return Ok(());
        }
        self.begun = true;
        self.marked_ids |= line.starts_with(['#', '%']);
        if first && self.layout.header == Some(true) {
            let name = |at: usize| self.layout.names.get(at).cloned().unwrap_or_default();
            self.heading = Some([name(self.layout.from), name(self.layout.to)]);
            self.header = true;
            return Ok(());
        }
        let (line, inside) = match self.dictionaries {
            true => dictionary(line).ok_or("no dictionary at the line's end, as all lines before have")?,
            false => (line, ""),
        };
        let ([from, to], third, is_wider) = self.columns(line)?;
        let third: Cow<'_, str> = if self.dictionaries { self.dictionary_weight(inside) } else { third };
        if first
            && self.layout.header.is_none()
            && heads_nodes(&from)
            && heads_nodes(&to)
            && heads_weights(&third)
        {
            self.heading = Some([from.into(), to.into()]);
            self.take_header(&third);
            return Ok(());
        }
        if let Some([source, target]) = &self.heading {
            if from == source.as_str() && to == target.as_str() {
                self.repeated_headers += 1;
                return Ok(());
            }
            if from == target.as_str() && to == source.as_str() {
                return Err(format!("another header, with the columns in another order: `{from}`, `{to}`"));
            }
        }
        for name in [&from, &to] {
            if name.strip_prefix('-').is_some_and(|digits| number(digits).is_some()) {
                return Err(format!("node {name} is negative"));
            }
        }
        if !self.keep_missing && (doubts::is_missing(&from) || doubts::is_missing(&to)) {
            self.missing += 1;
            return Ok(());
        }
        let numbers = [&from, &to].map(|name| number(name).is_some());
        if first && self.layout.header.is_none() && numbers == [false, false] {
            let names = [from.into(), to.into()];
            let bipartite = self.bipartite;
            let point = third.replace(',', ".");
            let has_comma =
                self.splitter.separator != Separator::Comma && third.contains(',') && weight(&point).is_ok();
            let third = if has_comma { point } else { third.into() };
            self.undecided = Some(FirstLine { names, third, heads_numbers: false, repeats: 0, bipartite });
            return Ok(());
        }
        if numbers == [false, false]
            && self.layout.header.is_none()
            && self.entries.len() == 1
            && self.names.names() == ["0", "1"]
        {
            // What pandas writes over columns without names; the nodes have names, and are not called 0 and 1.
            self.header = true;
            self.names = NodeIds::default();
            self.entries.clear();
            self.weights.clear();
            self.wider_lines = 0;
        }
        if let (Some(line), true) = (&mut self.undecided, self.entries.is_empty()) {
            let is_number = |text: &str| text.parse::<f64>().is_ok();
            let heads_third = !line.third.is_empty() && !is_number(&line.third) && is_number(&third);
            line.heads_numbers = heads_third || numbers == [true, true];
        }
        if let Some(line) = &mut self.undecided
            && from == line.names[0].as_str()
            && to == line.names[1].as_str()
        {
            line.repeats += 1;
            return Ok(());
        }
        if let Some(line) = &self.undecided
            && from == line.names[1].as_str()
            && to == line.names[0].as_str()
            && !self.entries.is_empty()
            && roles::ends(&line.names).is_some()
        {
            return Err(format!("another header, with the columns in another order: `{from}`, `{to}`"));
        }
        if let Some(line) = self.undecided.take_if(|line| line.heads_numbers && heads_weights(&line.third)) {
            self.take_header(&line.third);
            self.heading = Some(line.names);
        }
        self.wider_lines += usize::from(is_wider);
        if self.layout.weighted {
            let weight = self.weight_of(&third)?;
            self.weights.push(weight);
        }
        let pair = match self.bipartite {
            true => (self.names.place(format!("left:{from}")), self.names.place(format!("right:{to}"))),
            false => (self.names.place(from), self.names.place(to)),
        };
        self.entries.push(pair);
        Ok(())
    }

    /// Those of a row.
    fn columns<'a>(&mut self, line: &'a str) -> Result<Columns<'a>, String> {
        if self.layout.is_plain() {
            let (ends, rest) = pair(self.splitter, line)?;
            let Some(rest) = rest else {
                self.uneven += usize::from(self.layout.width > 2);
                return Ok((ends, "".into(), false));
            };
            self.uneven += usize::from(self.layout.width == 2);
            let third = match self.layout.third {
                Some(_) => self.splitter.field(rest)?.0,
                None => "".into(),
            };
            return Ok((ends, third, true));
        }
        let mut fields = self.splitter.fields(line)?;
        self.uneven += usize::from(fields.len() != self.layout.width);
        let Layout { from, to, third, .. } = self.layout;
        let mut take = |at: usize| fields.get_mut(at).map(std::mem::take);
        let third = third.and_then(&mut take).unwrap_or_default();
        match (take(from), take(to)) {
            (Some(source), Some(target)) if !source.is_empty() && !target.is_empty() => {
                Ok(([source, target], third, true))
            }
            (Some(_), Some(_)) => Err("an empty column, where an edge needs two nodes".into()),
            _ => Err(format!("no column {}, where an edge needs two nodes", from.max(to) + 1)),
        }
    }

    fn take_header(&mut self, third: &str) {
        self.header = true;
        self.layout.weighted |= self.weights_asked == Weights::Auto && heads_weights(third);
        if self.layout.weighted {
            // What was unread turned out to be read.
            self.notes.retain(|note| !note.contains("that are not read"));
        }
    }

    /// The weight in a dictionary of Python's: what it calls `weight`.
    fn dictionary_weight<'a>(&mut self, inside: &'a str) -> Cow<'a, str> {
        let mut entries = inside.split(", ").filter_map(|entry| entry.split_once(':'));
        let weight = entries.find(|(name, _)| name.trim().trim_matches(['\'', '"']) == "weight");
        if weight.is_some() && self.weights_asked == Weights::Auto && self.entries.is_empty() {
            self.layout.weighted = true;
        }
        match weight {
            Some((_, weight)) => weight.trim().into(),
            None => {
                self.without_weight += 1;
                "1".into()
            }
        }
    }

    fn weight_of(&mut self, text: &str) -> Result<f32, String> {
        let is_decimal_comma = self.splitter.separator != Separator::Comma && text.matches(',').count() == 1;
        if !is_decimal_comma {
            return weight(text);
        }
        self.decimal_commas += 1;
        weight(&text.replace(',', "."))
    }

    fn finish(mut self, lines: Lines) -> error::Result<Edges> {
        let path = lines.path().to_owned();
        if self.entries.is_empty() && self.undecided.is_none() {
            return Err(Error::malformed(path.display(), "holds no edge").with_hint(HINT));
        }
        if let Some(FirstLine { third, .. }) = &self.undecided
            && self.layout.weighted
            && weight(third).is_err()
        {
            self.header = true;
            self.undecided = None;
        }
        self.leave_out_sums();
        let mut notes = lines.notes();
        notes.append(&mut self.notes);
        let mut note = |count: usize, text: String| {
            if count > 0 {
                notes.push(text);
            }
        };
        let Self { missing, uneven, decimal_commas, without_weight, .. } = self;
        note(
            missing,
            format!(
                "{missing} lines have an end called like a missing value, such as NaN, NA or None; they are left out; \
                 data.missing_ends=keep takes the word for a node's name"
            ),
        );
        note(
            uneven,
            format!(
                "{uneven} lines have another number of columns than most, {}; if each line names a node and then all its \
                 neighbours, data.edges_format=adjacency-list reads it",
                self.layout.width
            ),
        );
        note(
            decimal_commas,
            format!(
                "{decimal_commas} weights have a decimal comma, 0,25 for a quarter; data.weights=none ignores weights"
            ),
        );
        if self.layout.weighted {
            note(
                without_weight,
                format!(
                    "{without_weight} edges have no `weight` in their dictionary and count 1; data.weights=none ignores weights"
                ),
            );
        }
        if let Some(heading) = &self.heading {
            notes.extend(repeated_header(self.repeated_headers, heading));
        }
        notes.extend(doubts::of_names(&self.names));
        let (lines, bytes, sha256) = lines.finish();
        let file = EdgeListFile {
            lines,
            comments: self.comments,
            doubtful_comments: if self.marked_ids { self.marked_comments } else { 0 },
            header: self.header,
            doubtful_first_line: None,
            columns: self.heading,
            places: (!self.layout.is_plain()).then(|| {
                [self.layout.from, self.layout.to, self.layout.third.unwrap_or(2)].map(|place| place + 1)
            }),
            weights: self.layout.weighted,
            wider_lines: self.wider_lines,
            bytes,
            sha256,
        };
        Ok(Edges {
            ids: self.names,
            first: 0,
            entries: self.entries,
            weights: self.layout.weighted.then_some(self.weights),
            file: FileCounts::EdgeList(file),
            notes,
            first_line: self.undecided,
        })
    }

    /// Leaves out a last line that begins with `Total` where the other names are numbers.
    fn leave_out_sums(&mut self) {
        let (Some(&(from, to)), names) = (self.entries.last(), self.names.names()) else { return };
        let name = names[from as usize].to_owned();
        let is_sum = doubts::heads_sums(&name)
            && from as usize + 1 >= names.len().saturating_sub(1)
            && self.entries.iter().filter(|entry| entry.0 == from || entry.1 == from).count() == 1;
        if !is_sum {
            return;
        }
        let others = names.len().saturating_sub(2);
        let numbers = names.iter().filter(|name| number(name).is_some()).count();
        let is_number = number(names[to as usize]).is_some();
        if numbers >= others || (is_number && numbers == 1) {
            self.notes.push(format!(
                "the last line begins with `{name}`, seems to be a sum and is left out; remove the line, or give the nodes other names"
            ));
            let of_target = self.entries.iter().filter(|entry| entry.0 == to || entry.1 == to).count();
            self.entries.pop();
            self.weights.pop();
            let kept: Vec<String> = names
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != from as usize && (*at != to as usize || of_target > 1))
                .map(|(_, name)| (*name).to_owned())
                .collect();
            let mut ids = NodeIds::default();
            for name in kept {
                ids.place(name);
            }
            self.names = ids;
        }
    }
}

/// Whether KONECT's first line says that the graph is bipartite; `None` where it is no line of KONECT's.
fn konect_sides(text: &str) -> Option<bool> {
    let mut words = text.lines().next()?.strip_prefix('%')?.split_whitespace();
    let (form, weights) = (words.next()?, words.next()?);
    let known = [
        "unweighted",
        "positive",
        "posweighted",
        "signed",
        "multisigned",
        "weighted",
        "multiweighted",
        "dynamic",
        "multiposweighted",
    ];
    (["sym", "asym", "bip"].contains(&form) && known.contains(&weights)).then_some(form == "bip")
}

/// The first two columns, and what follows them.
fn pair(separator: Splitter, line: &str) -> Result<([Cow<'_, str>; 2], Option<&str>), String> {
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
