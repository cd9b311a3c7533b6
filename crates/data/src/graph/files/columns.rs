//! Which columns of a table of nodes name them, hold their classes, or are neither: told by a look at all rows before
//! any is read.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use super::header;
use crate::error::{Error, Result};
use crate::graph::node_ids::number;
use crate::missing::is_missing;
use crate::nearest::did_you_mean;
use crate::separated::{Beginning, Rows, has_decimal_comma};

/// A column with more distinct values than this holds no classes, unless it is asked for.
const MOST_GUESSED_CLASSES: usize = 4096;

/// Names of columns that are shown before the rest is left out.
const SHOWN: usize = 12;

/// A table as a first look finds it.
pub(super) struct Columns {
    /// The first row.
    pub first: Vec<String>,
    /// Whether the first row is sure to name the columns: in files of this kind, or as it is a column short.
    pub surely_named: bool,
    /// Whether the first row is a column short of the others.
    is_short: bool,
    /// Rows below the first.
    pub below: usize,
    columns: Vec<Column>,
}

/// What a column holds below the first row.
#[derive(Default)]
struct Column {
    numbers: usize,
    words: usize,
    /// Whether its numbers are those of the rows, from 0 or from 1.
    counts: bool,
    /// Whether its numbers are whole.
    is_whole: bool,
    /// The known nodes that it names, as long as it names none twice.
    nodes: Option<HashSet<String>>,
    first_is_node: bool,
    /// Its distinct values by their hashes, as long as they are few.
    distinct: Option<HashSet<u64>>,
}

/// A column that was chosen, and what there is to say of the choice.
#[derive(Debug)]
pub(super) struct Choice {
    pub column: usize,
    pub note: Option<String>,
}

/// Also by a decimal comma, which whoever wants the number refuses.
fn is_number(text: &str) -> bool {
    !is_missing(text) && (text.parse::<f64>().is_ok() || has_decimal_comma(text))
}

/// Whether a cell holds something that is no number.
pub(super) fn is_word(text: &str) -> bool {
    !is_missing(text) && !is_number(text)
}

/// Whether a row that is a column short of the next names the columns of all but the rows' names, and lacks no value: it
/// has words or counts from 0, or words name the rows.
fn heads_short(first: &[String], second: &[String]) -> bool {
    let counts = || (0..).zip(first).all(|(column, text): (usize, _)| text.parse() == Ok(column));
    is_word(&second[0]) || first.iter().any(|text| is_word(text)) || counts()
}

impl Columns {
    /// Looks at a table whose nodes may be `known`; none where it has no row.
    pub fn of(path: &Path, known: &dyn Fn(&str) -> bool) -> Result<Option<Self>> {
        let mut rows =
            Rows::open(path).map_err(|error| error.or_hint("the file must exist and be readable"))?;
        let Some(Beginning { first, second, is_short, .. }) = rows.begin()? else { return Ok(None) };
        if let Some(second) = second.as_ref().filter(|second| is_short && !heads_short(&first[1..], second)) {
            let message = format!("{} columns, where the first row has {}", second.len(), first.len() - 1);
            return Err(rows.error(message).with_hint("give every row the same columns"));
        }
        let surely_named = rows.names_columns() || is_short;
        let of_first = |text: &String| Column {
            counts: true,
            is_whole: true,
            nodes: Some(HashSet::new()),
            first_is_node: known(text),
            distinct: Some(HashSet::new()),
            ..Column::default()
        };
        let mut columns: Vec<Column> = first.iter().map(of_first).collect();
        let hasher = RandomState::new();
        let mut below = 0;
        let mut next = second;
        while let Some(fields) = next {
            below += 1;
            for (text, column) in fields.into_iter().zip(&mut columns) {
                let at = number(&text);
                column.counts &= at == Some(below as u64) || at.map(|at| at + 1) == Some(below as u64);
                column.add(text, known, &hasher);
            }
            next = rows.next()?;
        }
        Ok(Some(Self { first, surely_named, is_short, below, columns }))
    }

    /// The rows of the table once more, the first of them read.
    pub fn rows(&self, path: &Path) -> Result<Rows> {
        let mut rows = Rows::open(path)?.below_short(self.is_short);
        rows.next()?;
        Ok(rows)
    }

    /// Whether the first row has a word above nothing but numbers.
    pub fn heads_numbers(&self, but: Option<usize>) -> bool {
        let others = self.columns.iter().zip(&self.first).enumerate().filter(|(at, _)| Some(*at) != but);
        others.into_iter().any(|(_, (column, text))| {
            is_word(text) && column.words == 0 && (column.numbers > 0 || self.below == 0)
        })
    }

    /// What a column is called in messages.
    pub fn name(&self, column: usize, header: bool) -> String {
        match self.first[column].as_str() {
            name if header && !name.is_empty() => format!("the column `{name}`"),
            _ => format!("column {}", column + 1),
        }
    }

    /// All columns by name, or how many there are.
    fn list(&self, header: bool) -> String {
        if !header {
            return format!("{} columns without names", self.first.len());
        }
        let more = if self.first.len() > SHOWN { ", …" } else { "" };
        let shown: Vec<String> = self.first.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
        shown.join(", ") + more
    }

    /// The column of this name or, of a table without names, of this number from 1.
    pub fn find(&self, name: &str, header: bool) -> Option<usize> {
        if header {
            return self.first.iter().position(|column| column == name);
        }
        let number = name.parse::<usize>().ok()?.checked_sub(1)?;
        (number < self.first.len()).then_some(number)
    }

    fn has_no(&self, key: &str, name: &str, header: bool, path: &Path) -> Error {
        let hint = match header {
            true => did_you_mean(name, self.first.iter().map(String::as_str)) + "name one of them",
            false => "give the number of the column, from 1".to_owned(),
        };
        let message = format!("has no column `{name}`, as {key} says; there are {}", self.list(header));
        Error::malformed(path.display(), message).with_hint(hint)
    }

    /// How many rows a column names nodes in that are known; none where it names one twice.
    fn nodes(&self, column: usize, header: bool) -> usize {
        let Column { nodes, first_is_node, .. } = &self.columns[column];
        let first = usize::from(!header && *first_is_node);
        nodes.as_ref().map_or(0, |nodes| nodes.len() + first)
    }

    /// The column that names the nodes: the one asked for, else the one that its name says or the first, unless another
    /// one knows many more nodes.
    ///
    /// # Errors
    /// If several others do.
    pub fn node_column(&self, header: bool, asked: Option<&str>, path: &Path) -> Result<Choice> {
        if let Some(column) = asked.and_then(|name| self.find(name, header)) {
            return Ok(Choice { column, note: None });
        }
        let named = if header { header::node_column(&self.first) } else { None };
        let usual = named.unwrap_or(0);
        let of = |column| self.nodes(column, header);
        // Any feature may hold whole numbers that happen to be nodes: beside a column of nodes by name it takes a name too.
        let may_name = |column: &usize| {
            *column == usual || (header && (named.is_none() || header::ends_in_id(&self.first[*column])))
        };
        let candidates: Vec<usize> = (0..self.first.len()).filter(may_name).collect();
        let rows = self.below + usize::from(!header);
        let best = candidates.iter().map(|column| of(*column)).max().unwrap_or_default();
        if 2 * of(usual) >= best || (2 * best < rows && 10 * of(usual) >= best) {
            let is_rival = |column: &usize| {
                let is_called_so = header && header::ends_in_id(&self.first[*column]);
                // Where no name says which, another that knows as many nodes may be the one.
                let is_as_good = header && named.is_none() && of(*column) == of(usual);
                let knows = of(usual) > 0 && 2 * of(*column) >= of(usual);
                *column != usual && knows && (is_called_so || is_as_good)
            };
            let rival = (0..self.first.len()).find(is_rival).map(|rival| {
                format!(
                    "{}: nodes are named by {}, though {} could name them too; data.node takes another",
                    path.display(),
                    self.name(usual, header),
                    self.name(rival, header)
                )
            });
            return Ok(Choice { column: usual, note: rival });
        }
        let better: Vec<usize> = candidates.into_iter().filter(|column| of(*column) == best).collect();
        let [column] = better[..] else {
            let names: Vec<String> = better.iter().map(|column| self.name(*column, header)).collect();
            let message = format!("which column names the nodes? {} could", names.join(" and "));
            return Err(Error::malformed(path.display(), message)
                .with_hint("say which by data.node, or --node of `aevb data inspect`"));
        };
        let note = format!(
            "{}: nodes are named by {}, which names nodes of the graph in {best} of {rows} rows ({} does in {}); data.node \
             takes another column",
            path.display(),
            self.name(column, header),
            self.name(usual, header),
            of(usual)
        );
        Ok(Choice { column, note: Some(note) })
    }

    /// The column that holds the classes: the one asked for, the only one beside the nodes', the one whose name says so, or
    /// the only one that has few words or, where none has, few whole numbers.
    ///
    /// # Errors
    /// If there is none, or several could be meant.
    pub fn class_column(
        &self,
        node: usize,
        header: bool,
        asked: Option<&str>,
        path: &Path,
    ) -> Result<Choice> {
        if let Some(name) = asked {
            let column = self.find(name, header);
            let column = column.ok_or_else(|| self.has_no("data.label", name, header, path))?;
            return Ok(Choice { column, note: None });
        }
        let others: Vec<usize> = (0..self.first.len()).filter(|column| *column != node).collect();
        if let [column] = others[..] {
            return Ok(Choice { column, note: None });
        }
        let called: Vec<usize> = match header {
            true => {
                others.iter().copied().filter(|&other| header::heads_classes(&self.first[other])).collect()
            }
            false => Vec::new(),
        };
        if let [column] = called[..] {
            let distinct = self.columns[column].distinct.as_ref().map(HashSet::len);
            let all_differ = self.below > 2 && distinct.is_none_or(|distinct| distinct == self.below);
            let note = format!(
                "{}: {} is taken for the class, though hardly two nodes share one; data.label takes another column",
                path.display(),
                self.name(column, header)
            );
            return Ok(Choice { column, note: all_differ.then_some(note) });
        }
        let among = if called.is_empty() { &others } else { &called };
        let is_category = |column: &usize| self.is_category(*column);
        let words: Vec<usize> =
            among.iter().copied().filter(is_category).filter(|&at| self.columns[at].words > 0).collect();
        let numbers: Vec<usize> =
            among.iter().copied().filter(is_category).filter(|&at| self.columns[at].words == 0).collect();
        let candidates = if words.is_empty() { numbers } else { words };
        let [column] = candidates[..] else {
            let names: Vec<String> =
                candidates.iter().take(SHOWN).map(|&column| self.name(column, header)).collect();
            let names = match candidates.len() {
                0 => format!("there are {}", self.list(header)),
                more if more > SHOWN => format!("{}, … could be", names.join(", ")),
                _ => format!("{} could be", names.join(" and ")),
            };
            let message = format!("which column is the class? {names}");
            return Err(Error::malformed(path.display(), message)
                .with_hint("say which by data.label, or --label of `aevb data inspect`"));
        };
        let kind = if self.columns[column].words > 0 { "words" } else { "whole numbers" };
        let note = format!(
            "{}: {} is taken for the class, as no other of {} holds so few different {kind}; data.label takes another",
            path.display(),
            self.name(column, header),
            self.first.len()
        );
        Ok(Choice { column, note: Some(note) })
    }

    /// Whether a column has few different values, each of which is a word or a whole number, and more than one.
    fn is_category(&self, column: usize) -> bool {
        let Column { is_whole, words, distinct, .. } = &self.columns[column];
        let few = |distinct: &HashSet<u64>| distinct.len() > 1 && 10 * distinct.len() <= 6 * self.below + 4;
        (*is_whole || *words > 0) && distinct.as_ref().is_some_and(few)
    }

    /// Whether a column holds words and no number.
    pub fn is_of_words(&self, column: usize) -> bool {
        let Column { numbers, words, .. } = self.columns[column];
        is_word(&self.first[column]) && numbers == 0 && words > 0
    }

    /// Whether a column holds nothing but numbers, though some may be missing.
    pub fn is_of_numbers(&self, column: usize) -> bool {
        self.columns[column].words == 0
    }

    /// Whether a column holds numbers below the first row, none of them missing, at least one with a fraction, and names no
    /// node of the graph: it names none at all.
    fn is_of_fractions(&self, column: usize, header: bool) -> bool {
        let Column { numbers, is_whole, nodes, first_is_node, .. } = &self.columns[column];
        let names_some = (!header && *first_is_node) || nodes.as_ref().is_none_or(|nodes| !nodes.is_empty());
        *numbers == self.below && self.below > 0 && !is_whole && !names_some
    }

    /// Why a column names no nodes: it holds fractions, or it names few in as many rows as there are `nodes`, and is called
    /// otherwise.
    pub fn names_no_nodes(&self, column: usize, header: bool, nodes: usize) -> Option<&'static str> {
        if self.is_of_fractions(column, header) {
            return Some("numbers with a fraction where nodes would be named");
        }
        // Without a header, they may as well be ids of another numbering.
        if !header && self.may_be_foreign_ids(column) {
            return None;
        }
        let rows = self.below + usize::from(!header);
        let is_few = 2 * self.nodes(column, header) < rows;
        let of_numbers = self.columns[column].words == 0 && (header || !is_word(&self.first[column]));
        (!self.says_names(column, header) && of_numbers && rows == nodes && rows > 1 && is_few)
            .then_some("no column that names the nodes")
    }

    /// Whether the values of a column without a name are whole, all differ, and are none of the nodes.
    fn may_be_foreign_ids(&self, column: usize) -> bool {
        let Column { is_whole, words, nodes, first_is_node, distinct, .. } = &self.columns[column];
        let all_differ = distinct.as_ref().is_none_or(|distinct| distinct.len() == self.below);
        let is_none = !first_is_node && nodes.as_ref().is_some_and(HashSet::is_empty);
        *is_whole && *words == 0 && number(&self.first[column]).is_some() && all_differ && is_none
    }

    /// What there is to say where numbers under another name than those of nodes are taken for them.
    pub fn doubt_of_names(&self, column: usize, header: bool, path: &Path) -> Option<String> {
        let Column { words, counts, .. } = &self.columns[column];
        (header && *words == 0 && !counts && !self.says_names(column, header)).then(|| {
            format!(
                "{}: nodes are named by {}, though it is not called so; data.node takes another, and where no column names the \
                 nodes, put one before the others",
                path.display(),
                self.name(column, header)
            )
        })
    }

    /// Whether the name of a column says that it names or numbers something.
    fn says_names(&self, column: usize, header: bool) -> bool {
        let name = &self.first[column];
        let is_index =
            || name.is_empty() || name.starts_with("Unnamed: ") || name.eq_ignore_ascii_case("index");
        // A letter is one of any column's names.
        let heads_nodes = || name.chars().count() > 1 && header::heads_nodes(name);
        header && (is_index() || header::ends_in_id(name) || heads_nodes())
    }

    /// Whether the first row counts from 0 above nothing but numbers with fractions.
    pub fn counts_over_fractions(&self) -> bool {
        let counts = (0..).zip(&self.first).all(|(column, text): (usize, _)| text.parse() == Ok(column));
        let of_fractions = |column: &Column| column.numbers == self.below && !column.is_whole;
        counts && self.first.len() > 1 && self.below > 1 && self.columns.iter().all(of_fractions)
    }

    /// Whether a column numbers or names the rows and says nothing of them: an index without a name, or ids besides those
    /// that name the nodes.
    pub fn is_index(&self, column: usize, header: bool) -> bool {
        let Column { is_whole, words, distinct, .. } = &self.columns[column];
        let all_differ = distinct.as_ref().is_none_or(|distinct| distinct.len() == self.below);
        let name = &self.first[column];
        let says_so = name.is_empty() || name.starts_with("Unnamed: ") || header::ends_in_id(name);
        header && says_so && *is_whole && *words == 0 && self.below > 1 && all_differ
    }
}

impl Column {
    fn add(&mut self, text: String, known: &dyn Fn(&str) -> bool, hasher: &RandomState) {
        if is_number(&text) {
            self.numbers += 1;
            self.is_whole &= number(text.strip_prefix('-').unwrap_or(&text)).is_some();
        } else if is_word(&text) {
            self.words += 1;
        }
        if let Some(distinct) = self.distinct.as_mut().filter(|_| !is_missing(&text)) {
            distinct.insert(hasher.hash_one(&text));
            if distinct.len() > MOST_GUESSED_CLASSES {
                self.distinct = None;
            }
        }
        if let Some(nodes) = self.nodes.as_mut()
            && known(&text)
            && !nodes.insert(text)
        {
            self.nodes = None;
        }
    }
}
