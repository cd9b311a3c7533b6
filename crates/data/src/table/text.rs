//! Tables of text: one pass over the rows, then what the first row and the columns are.

use std::collections::HashSet;
use std::path::Path;

use super::assembly::Assembly;
use super::columns::{Column, decimal_note, listed, refuse};
use super::header::{self, Verdict};
use super::index_column::is_unnamed;
use super::numbers::{self, Cell, Decimal};
use super::{ColumnType, HINT, Header, MOST_COLUMNS, MOST_VALUES, Standardization, Table, TableReading};
use crate::error::{Error, Result};
use crate::nearest::did_you_mean;
use crate::separated::{Beginning, Rows, Separator};

/// What a file holds, before its first row is understood.
struct Content {
    first: Vec<String>,
    first_line: usize,
    /// Whether it has to be the header: a row of Parquet's, or one field short.
    is_header: bool,
    /// Of all rows but the first.
    columns: Vec<Column>,
    /// The same.
    values: Vec<f64>,
    texts: Vec<(usize, Vec<String>)>,
    separator: Separator,
    note: Vec<String>,
}

pub(super) fn read(path: &Path, reading: &TableReading, known: Option<&Standardization>) -> Result<Table> {
    let place = path.display().to_string();
    let mut content = Content::read(path, reading)?;
    let cells: Vec<Cell> = content.first.iter().map(|text| numbers::read(text, reading.decimal)).collect();
    let Verdict { is_header, note } = content.verdict(&cells, reading, known);
    let names: Vec<String> = if is_header {
        content.first.clone()
    } else {
        content.take_first(&cells);
        (0..content.first.len()).map(|column| format!("x{column}")).collect()
    };
    let id = reading.id.as_ref().and_then(|id| names.iter().position(|name| name == id));
    if let Some(id) = reading.id.as_ref().filter(|_| id.is_none() && known.is_none()) {
        let why = if !is_header && content.first.contains(id) {
            ", as the first row is read as one of numbers"
        } else {
            ""
        };
        let called = listed(names.iter().map(|name| format!("`{name}`")));
        let hint = if why.is_empty() {
            format!("{}there are {called}", did_you_mean(id, names.iter().map(String::as_str)))
        } else {
            format!("data.header=yes takes it for the names of the columns, which are called {called}")
        };
        let place = format!("{place}, line {}", content.first_line);
        return Err(Error::malformed(place, format!("there is no column `{id}`{why}")).with_hint(hint));
    }
    if content.values.is_empty() {
        return Err(Error::malformed(&place, "holds no row").with_hint(HINT));
    }
    if is_header {
        separate(&names, &place, content.first_line)?;
    }
    let Content { columns, values, texts, separator, note: of_rows, .. } = content;
    let chosen = Assembly {
        names,
        is_named: is_header,
        types: columns.iter().map(type_of).collect(),
        has_words: columns.iter().map(|column| !column.is_read()).collect(),
        is_empty: columns.iter().map(Column::is_empty).collect(),
        values,
        texts,
        id,
        notes: of_rows.into_iter().chain(note).collect(),
    };
    let mut chosen = chosen.without_index(reading, known);
    let names: Vec<String> = chosen.kept.iter().map(|&at| chosen.all.names[at].clone()).collect();
    let kept: Vec<&Column> = chosen.kept.iter().map(|&at| &columns[at]).collect();
    let decimal = match reading.decimal {
        Decimal::Auto => decimal_note(&place, &names, &kept, separator)?,
        Decimal::Point | Decimal::Comma => None,
    };
    if let Some(error) = refuse(&place, &names, &kept) {
        return Err(error);
    }
    chosen.all.notes.extend(decimal);
    chosen.into_table()
}

impl Content {
    fn read(path: &Path, reading: &TableReading) -> Result<Self> {
        let mut rows = Rows::open(path)?;
        let empty = || Error::malformed(path.display(), "holds no row").with_hint(HINT);
        let Beginning { first, line: first_line, second: mut next, is_short } =
            rows.begin()?.ok_or_else(empty)?;
        let width = first.len();
        if width > MOST_COLUMNS {
            return Err(rows
                .error(format!("{width} columns; at most {MOST_COLUMNS} are read"))
                .with_hint(HINT));
        }
        let mut columns = vec![Column::default(); width];
        let is_id = |at: usize| {
            reading.id.as_ref().is_some_and(|id| *id == first[at] || *id == format!("x{at}"))
                || (at == 0 && is_unnamed(&first[0]))
        };
        let mut texts: Vec<(usize, Vec<String>)> =
            (0..width).filter(|&at| is_id(at)).map(|at| (at, Vec::new())).collect();
        let mut values = Vec::new();
        while let Some(fields) = next {
            let line = rows.line();
            for (field, column) in fields.iter().zip(&mut columns) {
                values.push(column.add(field, numbers::read(field, reading.decimal), line));
            }
            for (at, texts) in &mut texts {
                texts.push(fields[*at].clone());
            }
            if values.len() > MOST_VALUES {
                let message = format!("more than {MOST_VALUES} values");
                return Err(rows.error(message).with_hint("take a part of the table"));
            }
            next = rows.next()?;
        }
        let is_header = is_short || rows.names_columns();
        let separator = rows.separator().unwrap_or(Separator::Comma);
        let note = rows.notes();
        Ok(Self { first, first_line, is_header, columns, values, texts, separator, note })
    }

    fn verdict(&self, cells: &[Cell], reading: &TableReading, known: Option<&Standardization>) -> Verdict {
        let sure = |is_header| Verdict { is_header, note: None };
        let has_known_names = || {
            let first: HashSet<&str> = self.first.iter().map(String::as_str).collect();
            known.is_some_and(|known| known.columns.iter().all(|column| first.contains(column.as_str())))
        };
        match reading.header {
            Header::Yes => sure(true),
            Header::No if !self.is_header => sure(false),
            _ if self.is_header || has_known_names() => sure(true),
            _ => header::Rows { text: &self.first, first: cells, columns: &self.columns, rest: &self.values }
                .decide(),
        }
    }

    /// Makes the first row one like the others.
    fn take_first(&mut self, cells: &[Cell]) {
        let row: Vec<f64> = self
            .columns
            .iter_mut()
            .zip(self.first.iter().zip(cells))
            .map(|(column, (text, &cell))| {
                column.absorb(text, cell, self.first_line);
                Column::default().add(text, cell, self.first_line)
            })
            .collect();
        self.values.splice(0..0, row);
        for (at, texts) in &mut self.texts {
            texts.insert(0, self.first[*at].clone());
        }
    }
}

fn type_of(column: &Column) -> ColumnType {
    if column.truths.count > 0 {
        ColumnType::Truth
    } else if column.decimals == Some((0, 0)) {
        ColumnType::Whole
    } else {
        ColumnType::Real
    }
}

/// Makes sure that each column has a name of its own, but for those that have none.
fn separate(names: &[String], place: &str, line: usize) -> Result<()> {
    let mut seen = HashSet::new();
    let mut named = names.iter().filter(|name| !name.is_empty());
    match named.find(|name| !seen.insert(name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::malformed(
            format!("{place}, line {line}"),
            format!("two columns are called `{name}`"),
        )
        .with_hint(
            "give each column a name of its own; where the first row is none of names, data.header=no",
        )),
    }
}
