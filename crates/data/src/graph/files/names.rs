//! What nodes are called: a table with a column of the ids that a graph has and one of names for people.

use std::path::Path;

use super::header;
use crate::error::{Error, Result};
use crate::missing::is_missing;
use crate::separated::{Beginning, Rows};

/// Columns that are listed in a message before the rest is left out.
const SHOWN: usize = 12;

/// What columns of names are called, the likelier first.
const NAME: [&str; 3] = ["name", "title", "label"];

/// Nodes and what they are called, as a file has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTable {
    /// The id of a node, which the graph need not have, and its name, which may be empty; a pair for each row.
    pub rows: Vec<(String, String)>,
    /// What was guessed, a sentence each.
    pub notes: Vec<String>,
}

/// A table as a first look finds it.
struct Look {
    first: Vec<String>,
    /// Whether the first row is sure to name the columns.
    surely_named: bool,
    is_short: bool,
    /// Rows below the first.
    below: usize,
    columns: Vec<Column>,
}

/// What a column holds below the first row.
#[derive(Clone, Default)]
struct Column {
    /// Rows that name a node of the graph.
    nodes: usize,
    words: usize,
    numbers: usize,
}

/// Reads the names of nodes from a table in text: the ids are in the column that names most nodes which are `known`, the
/// names in the column that is asked for by its name or its number from 1, else in one called name, title or label, else in
/// the only one of words.
///
/// # Errors
/// If the file cannot be read, no column names a known node, or several could hold the names.
pub fn read_names(
    path: impl AsRef<Path>,
    asked: Option<&str>,
    known: &dyn Fn(&str) -> bool,
) -> Result<NameTable> {
    let path = path.as_ref();
    let look = Look::at(path, known)?;
    let (id, has_header) = look.id_column(path, known)?;
    let name = look.name_column(path, asked, id, has_header)?;
    let mut rows = Rows::open(path)?.below_short(look.is_short);
    let mut next = rows.next()?;
    if has_header {
        next = rows.next()?;
    }
    let mut found = Vec::new();
    while let Some(mut fields) = next {
        // The first row lacks the column of the rows' names where all others have it.
        if fields.len() < look.first.len() {
            fields.insert(0, String::new());
        }
        // The ids themselves may be asked for as names.
        let called = fields[name].clone();
        found.push((std::mem::take(&mut fields[id]), called));
        next = rows.next()?;
    }
    let mut notes = rows.notes_of_file();
    notes.push(format!(
        "{}: the nodes' ids are {} and their names {}",
        path.display(),
        look.name(id, has_header),
        look.name(name, has_header)
    ));
    Ok(NameTable { rows: found, notes })
}

impl Look {
    fn at(path: &Path, known: &dyn Fn(&str) -> bool) -> Result<Self> {
        let mut rows =
            Rows::open(path).map_err(|error| error.or_hint("the file must exist and be readable"))?;
        let Some(Beginning { first, second, is_short, .. }) = rows.begin()? else {
            return Err(Error::malformed(path.display(), "holds no names").with_hint(HINT));
        };
        let surely_named = rows.names_columns() || is_short;
        let mut columns = vec![Column::default(); first.len()];
        let mut below = 0;
        let mut next = second;
        while let Some(fields) = next {
            below += 1;
            for (text, column) in fields.iter().zip(&mut columns) {
                column.nodes += usize::from(known(text));
                let is_number = text.parse::<f64>().is_ok();
                column.numbers += usize::from(is_number);
                column.words += usize::from(!is_number && !is_missing(text));
            }
            next = rows.next()?;
        }
        Ok(Self { first, surely_named, is_short, below, columns })
    }

    /// The column that names most nodes, of equals the one whose name says so or the first, and whether the first row names
    /// the columns.
    fn id_column(&self, path: &Path, known: &dyn Fn(&str) -> bool) -> Result<(usize, bool)> {
        let of_first = |column: usize| usize::from(!self.surely_named && known(&self.first[column]));
        let nodes = |column: usize| self.columns[column].nodes + of_first(column);
        let most = (0..self.first.len()).map(nodes).max().unwrap_or_default();
        if most == 0 {
            let (example, of) = match self.first.len() {
                1 => ("".to_owned(), "its one column"),
                _ => (self.list(true), "any of its columns"),
            };
            let message = format!("names no node of the graph in {of} {example}").trim_end().to_owned();
            return Err(Error::malformed(path.display(), message)
                .with_hint("one column must hold the ids of the nodes, written as in the file of edges"));
        }
        let said = header::node_column(&self.first).filter(|column| nodes(*column) == most);
        let id = said.or_else(|| (0..self.first.len()).find(|column| nodes(*column) == most));
        let id = id.expect("one has the most");
        let first = &self.first[id];
        let Column { nodes, words, numbers } = &self.columns[id];
        let heads_numbers = first.parse::<f64>().is_err() && *words == 0 && *numbers > 0;
        let is_named = |text: &String| {
            header::node_column(std::slice::from_ref(text)).is_some()
                || header::heads_nodes(text)
                || NAME.iter().any(|name| text.eq_ignore_ascii_case(name))
        };
        // Where all rows but the first name nodes, and by words, the first heads them.
        let is_odd_one = *nodes == self.below && self.below > 0 && first.parse::<f64>().is_err();
        let has_header = self.surely_named
            || first.is_empty()
            || (!known(first) && (heads_numbers || is_odd_one || self.first.iter().any(is_named)));
        Ok((id, has_header))
    }

    fn name_column(&self, path: &Path, asked: Option<&str>, id: usize, has_header: bool) -> Result<usize> {
        let wrong = |message: String| Error::malformed(path.display(), message);
        if let Some(asked) = asked {
            let named = || self.first.iter().position(|name| has_header && name == asked);
            let numbered =
                || asked.parse::<usize>().ok()?.checked_sub(1).filter(|&column| column < self.first.len());
            return named().or_else(numbered).ok_or_else(|| {
                wrong(format!("has no column `{asked}` of names; there are {}", self.list(has_header)))
                    .with_hint("name one of them, or give its number from 1")
            });
        }
        let others: Vec<usize> = (0..self.first.len()).filter(|column| *column != id).collect();
        let called = |name: &&str| {
            others.iter().copied().find(|&other| has_header && self.first[other].eq_ignore_ascii_case(name))
        };
        if let Some(column) = NAME.iter().find_map(called) {
            return Ok(column);
        }
        let is_of_words = |column: &usize| {
            self.columns[*column].words > 0 || (!has_header && self.first[*column].parse::<f64>().is_err())
        };
        let of_words: Vec<usize> = others.iter().copied().filter(is_of_words).collect();
        match (&others[..], &of_words[..]) {
            ([], _) => Err(wrong("has one column, of ids, and none of names".to_owned()).with_hint(HINT)),
            ([column], _) | (_, [column]) => Ok(*column),
            _ => Err(wrong(format!("which column holds the names? There are {}", self.list(has_header)))
                .with_hint("say which behind a colon, by name or by number from 1: --names FILE:COLUMN")),
        }
    }

    fn name(&self, column: usize, has_header: bool) -> String {
        match self.first[column].as_str() {
            name if has_header && !name.is_empty() => format!("in the column `{name}`"),
            _ => format!("in column {}", column + 1),
        }
    }

    fn list(&self, has_header: bool) -> String {
        if !has_header {
            return format!("{} columns without names", self.first.len());
        }
        let more = if self.first.len() > SHOWN { ", …" } else { "" };
        let shown: Vec<String> = self.first.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
        shown.join(", ") + more
    }
}

const HINT: &str = "give a table with a column of the nodes' ids and one of their names";
