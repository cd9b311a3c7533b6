//! All columns of a file on their way to a table: which are left out, and what names the rows.

use std::collections::HashSet;

use super::columns::listed;
use super::index_column::{Candidate, Found, counts, is_identifier, is_unnamed};
use super::{ColumnType, IndexColumn, LeftOut, Standardization, Table, TableReading, Why};
use crate::error::Result;
use crate::wording::setting;

/// The columns of a file as they stand there.
pub(super) struct Assembly {
    /// The file's names, or `x0`, `x1`, ….
    pub names: Vec<String>,
    pub is_named: bool,
    pub types: Vec<ColumnType>,
    pub has_words: Vec<bool>,
    pub is_empty: Vec<bool>,
    /// `[rows, columns]`, NaN for what is no number.
    pub values: Vec<f64>,
    /// The text of columns that may name the rows.
    pub texts: Vec<(usize, Vec<String>)>,
    /// The column that names the rows.
    pub id: Option<usize>,
    pub notes: Vec<String>,
}

/// The same with what is left out.
pub(super) struct Chosen {
    pub all: Assembly,
    left_out: Vec<LeftOut>,
    /// The places of what is left.
    pub kept: Vec<usize>,
    ids: Option<Vec<String>>,
}

impl Assembly {
    fn cells(&self, at: usize) -> impl Iterator<Item = f64> {
        self.values.iter().skip(at).step_by(self.names.len()).copied()
    }

    /// Leaves out what names or numbers the rows.
    pub fn without_index(mut self, reading: &TableReading, known: Option<&Standardization>) -> Chosen {
        let others = self.names.len() - usize::from(self.id.is_some());
        // What a known table was made of says more than this file's looks.
        let is_known: HashSet<&str> = match known {
            Some(known) if self.is_named => known.columns.iter().map(String::as_str).collect(),
            _ => HashSet::new(),
        };
        let fits = known.is_some_and(|known| !self.is_named && known.places(others).is_some());
        let (mut left_out, mut kept) = (Vec::new(), Vec::new());
        let mut ids = self.id.and_then(|id| self.texts_of(id));
        let mut reasons: Vec<(String, &'static str)> = Vec::new();
        let id = self.id;
        for (place, at) in (0..self.names.len()).filter(|at| Some(*at) != id).enumerate() {
            let is_leading = kept.is_empty();
            let may_count = is_unnamed(&self.names[at]) || (self.is_named && is_identifier(&self.names[at]));
            let values = if is_leading || may_count { self.cells(at).collect() } else { Vec::new() };
            let name = self.names[at].clone();
            let found = if is_known.contains(name.as_str()) || fits {
                Found::Feature
            } else {
                Candidate {
                    name: self.is_named.then_some(&name),
                    is_leading,
                    is_series: is_leading && at + 1 < self.names.len() && counts(self.cells(at + 1)),
                    has_words: self.has_words[at],
                    is_empty: self.is_empty[at],
                    values: &values,
                }
                .found()
            };
            // What names the rows does so wherever it stands, where the columns that were learnt are known.
            let found = match found {
                Found::Doubtful(why) if known.is_some() => Found::Index(why),
                found => found,
            };
            let is_last = place + 1 == others && kept.is_empty();
            match found {
                Found::Index(why) if reading.index == IndexColumn::Auto && !is_last => {
                    if ids.is_none() && !self.is_empty[at] {
                        ids = self.texts_of(at).or_else(|| names_of(&values)).filter(|ids| are_distinct(ids));
                    }
                    reasons.push((name.clone(), why));
                    left_out.push(LeftOut { column: name, place, why: Why::Index, value: None });
                }
                other => {
                    if let (Found::Doubtful(why), true) = (&other, known.is_none()) {
                        self.notes.push(self.doubt(at, why));
                    }
                    if self.is_named && is_unnamed(&name) && !is_known.contains(name.as_str()) {
                        self.names[at] = format!("x{at}");
                    }
                    kept.push(at);
                }
            }
        }
        if !reasons.is_empty() {
            let told = reasons.iter().map(|(name, why)| match (self.is_named, name.is_empty()) {
                (true, true) => format!("a column that {why}"),
                _ => format!("column `{name}`, which {why}"),
            });
            let (are, them) = if reasons.len() > 1 { ("are", "them") } else { ("is", "it") };
            self.notes.push(format!("{}, {are} left out; data.index=keep keeps {them}", listed(told)));
        }
        Chosen { all: self, left_out, kept, ids }
    }

    fn doubt(&self, at: usize, why: &str) -> String {
        let name = &self.names[at];
        if is_unnamed(name) {
            return format!("column {}, counted from 1, {why}; it is called `x{at}`", at + 1);
        }
        format!(
            "column `{name}` {why}; if it is no feature, {} takes it for the names of the rows",
            setting("data.id", name)
        )
    }

    fn texts_of(&mut self, at: usize) -> Option<Vec<String>> {
        let found = self.texts.iter().position(|(column, _)| *column == at)?;
        Some(self.texts.swap_remove(found).1)
    }
}

fn names_of(values: &[f64]) -> Option<Vec<String>> {
    values.iter().map(|value| (value.fract() == 0.0).then(|| value.to_string())).collect()
}

fn are_distinct(ids: &[String]) -> bool {
    let mut seen = HashSet::new();
    ids.iter().all(|id| seen.insert(id))
}

impl Chosen {
    /// The table; every value that is kept is a finite number.
    pub fn into_table(self) -> Result<Table> {
        let Self { all, left_out, kept, ids } = self;
        let width = all.names.len();
        let values = if kept.len() == width {
            all.values
        } else {
            all.values.chunks_exact(width).flat_map(|row| kept.iter().map(|&at| row[at])).collect()
        };
        let mut notes = all.notes;
        let truths = kept
            .iter()
            .filter(|&&at| all.types[at] == ColumnType::Truth)
            .map(|&at| format!("`{}`", all.names[at]));
        let truths = listed(truths);
        if !truths.is_empty() {
            notes.push(format!("true and false are read as 1 and 0, in column {truths}"));
        }
        Ok(Table {
            columns: kept.iter().map(|&at| all.names[at].clone()).collect(),
            types: kept.iter().map(|&at| all.types[at]).collect(),
            is_named: all.is_named,
            ids,
            values,
            left_out,
            notes,
        })
    }
}
