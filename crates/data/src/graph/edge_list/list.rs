//! A list of edges as it is read, line by line.

use std::borrow::Cow;

use super::first_line::{FirstLine, repeated_header};
use super::layout::{Layout, sampled_fields};
use super::left_out::SizeLine;
use super::plain::{Between, MOST_ROWS};
use super::row::{Fault, Row, pair, weight};
use super::{EdgeListFile, HINT, doubts, roles};
use crate::dialect::{Dialect, commented_header, dictionary, sampled_text};
use crate::error::{self, Error};
use crate::graph::FileCounts;
use crate::graph::files::header::{heads_nodes, heads_weights};
use crate::graph::files::{Bipartite, EdgeReading, Edges, MissingEnds, Weights};
use crate::graph::node_ids::{NodeIds, number};
use crate::lines::Lines;
use crate::separated::{Separator, Splitter, is_comment};
use crate::wording::counted;

/// What has been read of a list.
pub(super) struct List {
    splitter: Splitter,
    dictionaries: bool,
    names_separator: bool,
    pub(super) layout: Layout,
    weights_asked: Weights,
    keep_missing: bool,
    pub(super) bipartite: bool,
    pub(super) names: NodeIds,
    pub(super) entries: Vec<(u32, u32)>,
    /// One an entry, where the list is weighted.
    pub(super) weights: Vec<f32>,
    /// A first row of numbers that may tell how many nodes and edges there are.
    pub(super) size_line: Option<SizeLine>,
    /// A first line of words is a header or an edge: other lines tell.
    undecided: Option<FirstLine>,
    header: bool,
    /// The names of the columns of the two ends.
    heading: Option<[String; 2]>,
    pub(super) counts: Counts,
    pub(super) notes: Vec<String>,
    /// So many entries and so many names can be numbered.
    most: usize,
}

/// How many lines of each kind there are.
#[derive(Default)]
pub(super) struct Counts {
    /// Those that are neither empty nor comments.
    pub rows: usize,
    comments: usize,
    /// Comments before the first row that have two columns and no space after the mark.
    marked_comments: usize,
    /// Rows whose id begins like a comment.
    marked_ids: usize,
    pub wider: usize,
    /// Rows with another number of columns than most.
    pub uneven: usize,
    missing: usize,
    decimal_commas: usize,
    without_weight: usize,
    repeated_headers: usize,
}

impl List {
    /// Looks at the first lines for what the columns are.
    pub fn begin(lines: &Lines, asked: Weights, reading: &EdgeReading) -> error::Result<Self> {
        let (sample, whole) = lines.sample();
        let delimiter = reading.delimiter.as_deref().map(|name| {
            Separator::named(name).ok_or_else(|| {
                Error::config("data.delimiter", format!("`{name}` is no sign between columns"))
                    .with_hint("give one sign, or tab, comma, semicolon, pipe or space")
            })
        });
        let dialect = Dialect::of_edges(sample, whole, delimiter.transpose()?);
        let rows = sampled_fields(sample, whole, &dialect);
        let comment = commented_header(sampled_text(sample), dialect.splitter);
        let mut layout = Layout::of(&rows, lines.names_columns(), comment, reading, asked)
            .map_err(|(message, hint)| Error::malformed(lines.path().display(), message).with_hint(hint))?;
        let konect = konect_sides(sampled_text(sample));
        let bipartite = match reading.bipartite {
            Bipartite::Auto | Bipartite::Sides => konect == Some(true),
            Bipartite::Yes => true,
            Bipartite::No => false,
        };
        let mut notes: Vec<String> = dialect.doubt.into_iter().collect();
        notes.append(&mut layout.notes);
        if bipartite && reading.bipartite == Bipartite::Auto {
            notes.push(
                "the file says `% bip`, a bipartite graph, whose sides are both numbered from 1: nodes are called left:1 … and \
                 right:1 …; data.bipartite=no reads a number as one node on either side"
                    .into(),
            );
        }
        let name = |at: usize| layout.names.get(at).cloned().unwrap_or_default();
        let heading = layout.is_commented.then(|| [name(layout.from), name(layout.to)]);
        Ok(Self {
            splitter: dialect.splitter,
            dictionaries: dialect.dictionaries,
            names_separator: dialect.names_separator,
            layout,
            weights_asked: asked,
            keep_missing: reading.missing_ends == MissingEnds::Keep,
            bipartite,
            names: NodeIds::default(),
            entries: Vec::new(),
            weights: Vec::new(),
            size_line: None,
            undecided: None,
            header: false,
            heading,
            counts: Counts::default(),
            notes,
            most: NodeIds::MOST,
        })
    }

    /// The same with fewer that can be numbered.
    #[cfg(test)]
    pub fn with_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// The error of the line read last.
    pub fn blame(&self, fault: Fault, lines: &Lines) -> Error {
        let (message, hint) = fault.told();
        lines.error(message).with_hint(hint)
    }

    /// Takes in a line, or says what is wrong with it.
    pub fn add(&mut self, line: &str) -> Result<(), Fault> {
        let first = self.counts.rows == 0;
        if is_comment(line, !first) {
            self.counts.comments += 1;
            let may_be_row = !is_comment(line, true) && pair(self.splitter, line).is_ok();
            self.counts.marked_comments += usize::from(may_be_row);
            return Ok(());
        }
        if line.trim().is_empty() {
            return Ok(());
        }
        if std::mem::take(&mut self.names_separator) {
            self.counts.comments += 1;
            return Ok(());
        }
        self.counts.rows += 1;
        self.counts.marked_ids += usize::from(line.starts_with(['#', '%']));
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
        let mut size_line = if first && self.layout.header.is_none() && !self.dictionaries {
            SizeLine::of(line, self.splitter)
        } else {
            None
        };
        let Row { ends: [from, to], third, is_wider, is_even } = Row::of(line, self.splitter, &self.layout)?;
        let third = if self.dictionaries { self.dictionary_weight(inside) } else { third };
        if self.is_header([&from, &to], &third, first)? {
            return Ok(());
        }
        for name in [&from, &to] {
            if name.strip_prefix('-').is_some_and(|digits| number(digits).is_some()) {
                return Err(format!("node {name} is negative").into());
            }
        }
        if !self.keep_missing && (doubts::is_missing(&from) || doubts::is_missing(&to)) {
            self.counts.missing += 1;
            return Ok(());
        }
        if self.waits([&from, &to], &third, first) {
            return Ok(());
        }
        if self.entries.len() >= self.most || self.names.len() + 2 > self.most {
            return Err(Fault::TooMany);
        }
        self.counts.uneven += usize::from(!is_even);
        self.counts.wider += usize::from(is_wider);
        if self.layout.weighted {
            let weight = match (self.weight_of(&third), &size_line) {
                // Sizes have no weight; whether they are such is known at the end.
                (Err(_), Some(_)) => f32::NAN,
                (weight, _) => weight?,
            };
            self.weights.push(weight);
        }
        if let Some(line) = &mut size_line {
            (line.is_even, line.is_wider) = (is_even, is_wider);
            self.size_line = size_line;
        }
        let pair = match self.bipartite {
            true => (self.names.place(format!("left:{from}")), self.names.place(format!("right:{to}"))),
            false => (self.names.place(from), self.names.place(to)),
        };
        self.entries.push(pair);
        Ok(())
    }

    /// What stands between two numbers in rows that are nothing but edges without weights, of which [`List::add`] would do
    /// no more than [`List::add_plain`]; none where rows are to be looked at one by one.
    pub fn between(&self) -> Option<Between> {
        let is_plain = self.layout.is_plain() && self.layout.width <= 2 && !self.layout.weighted;
        let is_begun = !self.entries.is_empty() && !self.names_separator;
        let has_room = self.most > self.entries.len().max(self.names.len()) + 2 * MOST_ROWS;
        match is_plain && is_begun && has_room && !self.dictionaries && !self.bipartite {
            true => Between::of(self.splitter),
            false => None,
        }
    }

    /// Takes in rows of two numbers below 2⁶³.
    pub fn add_plain(&mut self, parts: &[Vec<[u64; 2]>]) {
        for part in parts {
            self.counts.rows += part.len();
            let place =
                |&[from, to]: &[u64; 2]| (self.names.place_of_number(from), self.names.place_of_number(to));
            self.entries.extend(part.iter().map(place));
        }
    }

    /// Makes room for as many entries as seem to come, once there are many: a list that grows is copied.
    pub fn reserve(&mut self, lines: &Lines) {
        const MANY: usize = 1 << 16;
        if self.entries.len() < MANY || self.entries.capacity() - self.entries.len() > MANY {
            return;
        }
        // A list of twice the size is what follows where this does not help.
        if let Some(expected) = lines.expected() {
            let more = (expected + expected / 64).saturating_sub(self.entries.len());
            let _ = self.entries.try_reserve_exact(more.min(self.most));
        }
    }

    /// Whether a row names the columns, for the first time or again.
    fn is_header(&mut self, [from, to]: [&str; 2], third: &str, first: bool) -> Result<bool, Fault> {
        if first
            && self.layout.header.is_none()
            && heads_nodes(from)
            && heads_nodes(to)
            && heads_weights(third)
        {
            self.heading = Some([from.into(), to.into()]);
            self.take_header(third);
            return Ok(true);
        }
        let Some([source, target]) = &self.heading else { return Ok(false) };
        // Numbers that head columns are those of nodes in rows.
        if number(source).is_some() || number(target).is_some() {
            return Ok(false);
        }
        if from == target.as_str() && to == source.as_str() && from != to {
            return Err(format!("another header, with the columns in another order: `{from}`, `{to}`").into());
        }
        let repeats = from == source.as_str() && to == target.as_str();
        self.counts.repeated_headers += usize::from(repeats);
        Ok(repeats)
    }

    /// Whether what a row is can only be told at the end: the first line may be a header, and later ones may be the same
    /// again. Looks at the line after the first for what it tells of that.
    fn waits(&mut self, [from, to]: [&str; 2], third: &str, first: bool) -> bool {
        let numbers = [from, to].map(|name| number(name).is_some());
        if first && self.layout.header.is_none() && numbers == [false, false] {
            let third = self.with_point(third).unwrap_or_else(|| third.to_owned());
            self.undecided = Some(FirstLine::new([from.into(), to.into()], third, self.bipartite));
            return true;
        }
        if numbers == [false, false]
            && self.layout.header.is_none()
            && self.entries.len() == 1
            && self.layout.is_plain()
            && self.size_line.as_ref().is_some_and(|line| line.first_two() == ["0", "1"])
        {
            // What pandas writes over columns without names, unless nodes are called 0 and 1.
            let third = self.size_line.take().and_then(|line| line.third()).unwrap_or_default();
            let mut line = FirstLine::new(["0".into(), "1".into()], third, self.bipartite);
            line.heads_numbers = true;
            self.undecided = Some(line);
            self.names = NodeIds::default();
            self.entries.clear();
            self.weights.clear();
            (self.counts.wider, self.counts.uneven) = (0, 0);
        } else if let (Some(line), true) = (&mut self.undecided, self.entries.is_empty()) {
            let is_number = |text: &str| text.parse::<f64>().is_ok();
            let heads_third = !line.third.is_empty() && !is_number(&line.third) && is_number(third);
            line.heads_numbers = heads_third || numbers == [true, true];
        }
        let is_alone = self.entries.is_empty();
        let at = self.counts.rows;
        if self.undecided.as_ref().is_some_and(|line| number(&line.names[0]).is_none()) {
            let third = self.with_point(third).map_or(Cow::Borrowed(third), Cow::Owned);
            let line = self.undecided.as_mut().expect("looked at above");
            if from == line.names[0].as_str() && to == line.names[1].as_str() {
                line.repeat(&third);
                return true;
            }
            if from == line.names[1].as_str()
                && to == line.names[0].as_str()
                && !is_alone
                && roles::ends(&line.names).is_some()
            {
                line.turn(at, third.into_owned());
                return true;
            }
            line.third_comes_again |= !third.is_empty() && third == line.third;
        }
        if let Some(line) = self.undecided.take_if(|line| line.heads_numbers && heads_weights(&line.third)) {
            self.take_header(&line.third);
            self.heading = Some(line.names);
        }
        false
    }

    fn take_header(&mut self, third: &str) {
        self.header = true;
        self.layout.weighted |= self.weights_asked == Weights::Auto && heads_weights(third);
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
                self.counts.without_weight += 1;
                "1".into()
            }
        }
    }

    /// A weight with a decimal comma as one with a point.
    fn with_point(&self, text: &str) -> Option<String> {
        let is_comma = self.splitter.separator != Separator::Comma && text.matches(',').count() == 1;
        is_comma.then(|| text.replace(',', ".")).filter(|text| text.parse::<f32>().is_ok())
    }

    fn weight_of(&mut self, text: &str) -> Result<f32, Fault> {
        let column = self.layout.third.unwrap_or(2) + 1;
        match self.with_point(text) {
            None => weight(text, column),
            Some(text) => {
                self.counts.decimal_commas += 1;
                weight(&text, column)
            }
        }
    }

    /// The edges, once all lines were taken in.
    pub fn finish(mut self, lines: Lines) -> error::Result<Edges> {
        let path = lines.path().to_owned();
        if self.entries.is_empty() && self.undecided.is_none() {
            let hint = match self.counts.comments {
                0 => HINT,
                _ => {
                    "lines that begin with # or % are comments: if nodes are called so, put a line above them that names the columns, \
                      such as source,target"
                }
            };
            return Err(Error::malformed(path.display(), "holds no edge").with_hint(hint));
        }
        if let Some(line) = &self.undecided
            && self.layout.weighted
            && weight(&line.third, 3).is_err()
        {
            self.header = true;
            let FirstLine { names, repeats, .. } = self.undecided.take().expect("it was there");
            self.counts.repeated_headers = repeats;
            self.heading = Some(names);
        }
        self.leave_out_sizes(&path)?;
        self.leave_out_sums();
        let mut notes = lines.notes();
        if !self.layout.weighted {
            notes.extend(self.layout.unread.take());
        }
        notes.append(&mut self.notes);
        notes.extend(self.counts.notes(&self.layout));
        if let Some(heading) = &self.heading {
            notes.extend(repeated_header(self.counts.repeated_headers, heading));
        }
        notes.extend(doubts::of_names(&self.names));
        let (lines, bytes, sha256) = lines.finish();
        let Counts { comments, marked_comments, marked_ids, wider, .. } = self.counts;
        let file = EdgeListFile {
            lines,
            comments,
            doubtful_comments: if marked_ids > 0 { marked_comments } else { 0 },
            header: self.header,
            doubtful_first_line: None,
            columns: self.heading,
            places: (!self.layout.is_plain()).then(|| {
                [self.layout.from, self.layout.to, self.layout.third.unwrap_or(2)].map(|place| place + 1)
            }),
            weights: self.layout.weighted,
            wider_lines: wider,
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
}

impl Counts {
    /// A sentence for each kind of line that is told of.
    fn notes(&self, layout: &Layout) -> Vec<String> {
        let Self { missing, uneven, decimal_commas, without_weight, .. } = *self;
        let mut notes = Vec::new();
        if missing > 0 {
            notes.push(format!(
                "{} an end called like a missing value, such as NaN, NA or None, and {} left out; data.missing_ends=keep takes the \
                 word for a node's name",
                counted(missing, "line has", "lines have"),
                if missing == 1 { "is" } else { "are" }
            ));
        }
        if uneven > 0 {
            notes.push(format!(
                "{} another number of columns than most, {}; if each line names a node and then all its neighbours, \
                 data.edges_format=adjacency-list reads it",
                counted(uneven, "line has", "lines have"),
                layout.width
            ));
        }
        if decimal_commas > 0 {
            notes.push(format!(
                "{} a decimal comma, 0,25 for a quarter; data.weights=none ignores weights",
                counted(decimal_commas, "weight has", "weights have")
            ));
        }
        if without_weight > 0 && layout.weighted {
            notes.push(format!(
                "{} no `weight` in the dictionary, which counts 1; data.weights=none ignores weights",
                counted(without_weight, "edge has", "edges have")
            ));
        }
        notes
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
