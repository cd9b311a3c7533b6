//! Rows of text: what stands between columns, quotes, comments, and rows of equal width.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

use crate::error::{Error, Result};
use crate::lines::{Lines, WIDE};

/// What stands between the columns of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    Tab,
    Comma,
    Semicolon,
    Space,
}

impl Separator {
    /// What a file's first line is separated by: a tab where there is one, else a comma, a semicolon, or white space.
    pub fn of(line: &str) -> Self {
        if line.trim().contains('\t') {
            Self::Tab
        } else if line.contains(',') {
            Self::Comma
        } else if line.contains(';') {
            Self::Semicolon
        } else {
            Self::Space
        }
    }

    /// All columns of a line.
    pub fn fields(self, line: &str) -> Result<Vec<Cow<'_, str>>, String> {
        let mut fields = Vec::new();
        let mut rest = Some(line);
        while let Some(line) = rest {
            let (field, after) = self.field(line)?;
            fields.push(field);
            rest = after.filter(|after| self != Self::Space || !after.trim().is_empty());
        }
        Ok(fields)
    }

    /// The first field of a line, and what follows its separator.
    pub fn field(self, line: &str) -> Result<(Cow<'_, str>, Option<&str>), String> {
        let line = line.trim_start_matches(' ');
        let mark = match self {
            Self::Tab => '\t',
            Self::Comma => ',',
            Self::Semicolon => ';',
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
        let field = match quoted[..end].contains('"') {
            true => quoted[..end].replace("\"\"", "\"").into(),
            false => quoted[..end].into(),
        };
        match rest.strip_prefix(mark) {
            Some(rest) => Ok((field, Some(rest))),
            None if rest.trim().is_empty() => Ok((field, None)),
            None => Err("text between a quote's end and the next column".into()),
        }
    }
}

/// Whether a line is a comment: before the first row if `#` or `%` begins it, later only if a space or nothing follows
/// the mark, as what rows name may begin like one.
pub(crate) fn is_comment(line: &str, rows_begun: bool) -> bool {
    let text = line.strip_prefix(['#', '%']);
    text.is_some_and(|text| !rows_begun || text.is_empty() || text.starts_with(char::is_whitespace))
}

/// The rows of a table of text, all of one width. Empty lines and comments are left out.
pub(crate) struct Rows {
    lines: Lines,
    separator: Option<Separator>,
    width: usize,
    /// Whether the second row may have a column more than the first, as R writes tables with names of rows.
    may_widen: bool,
}

impl Rows {
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { lines: Lines::open(path, WIDE)?, separator: None, width: 0, may_widen: false })
    }

    /// The same, where all rows but the first may have a column more.
    pub fn may_widen(self) -> Self {
        Self { may_widen: true, ..self }
    }

    /// The next row, or none after the last.
    pub fn next(&mut self) -> Result<Option<Vec<String>>> {
        loop {
            let Some(line) = self.lines.next()? else { return Ok(None) };
            let first = self.separator.is_none();
            if line.trim().is_empty() || is_comment(line, !first) {
                continue;
            }
            let separator = *self.separator.get_or_insert_with(|| Separator::of(line));
            let fields = separator.fields(line).map(|fields| fields.into_iter().map(String::from).collect());
            let fields: Vec<String> = fields.map_err(|message| self.error(message).with_hint(QUOTE_HINT))?;
            if first {
                self.width = fields.len();
            } else if std::mem::take(&mut self.may_widen) && fields.len() == self.width + 1 {
                self.width += 1;
            } else if fields.len() != self.width {
                let message = format!("{} columns, where the first row has {}", fields.len(), self.width);
                return Err(self.error(message).with_hint("give every row the same columns"));
            }
            return Ok(Some(fields));
        }
    }

    /// An error at the row read last.
    pub fn error(&self, message: impl std::fmt::Display) -> Error {
        self.lines.error(message)
    }

    /// The number of the row's line, from 1.
    pub fn line(&self) -> usize {
        self.lines.line()
    }

    /// What stands between the columns, once a row was read.
    pub fn separator(&self) -> Option<Separator> {
        self.separator
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.lines.path()
    }

    /// Whether the first row is sure to name the columns.
    pub fn names_columns(&self) -> bool {
        self.lines.names_columns()
    }
}

/// Makes sure that each column has a name of its own: by it, columns are found in other files.
///
/// # Errors
/// Blames the row read last.
pub(crate) fn separate_names(names: &[String], rows: &Rows) -> Result<()> {
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        None => Ok(()),
        Some(name) => Err(rows
            .error(format!("two columns are called `{name}`"))
            .with_hint("give each column a name of its own")),
    }
}

/// A number in a column, or what is wrong with it.
pub(crate) fn cell(text: &str, column: &str) -> Result<f32, String> {
    const MISSING: [&str; 7] = ["", "na", "n/a", "nan", "null", "none", "?"];
    if MISSING.contains(&text.to_ascii_lowercase().as_str()) {
        return Err(format!("a missing value in column `{column}`"));
    }
    match text.parse::<f32>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("`{text}` in column `{column}` is no finite number of single precision")),
        Err(_) => Err(format!("`{text}` in column `{column}` is no number")),
    }
}

const QUOTE_HINT: &str = "a quoted field begins and ends with \", and has \"\" for a quote inside";

/// What to do about a cell that is no number.
pub(crate) const CELL_HINT: &str =
    "every value must be a number: encode categories as numbers, and fill in or leave out what is missing";
