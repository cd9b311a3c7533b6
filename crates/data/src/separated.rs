//! Rows of text: what stands between columns, quotes, comments, and rows of equal width.

mod mixed;

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

use crate::dialect::{Dialect, commented_header, sampled_rows, sampled_text};
use crate::error::{Error, Result};
use crate::graph::{heads_classes, node_column};
use crate::lines::{Lines, WIDE};
use crate::missing::is_missing;

pub(crate) use self::mixed::is_run_of_numbers;

/// What stands between the columns of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    Tab,
    Comma,
    Semicolon,
    Pipe,
    /// Any other sign.
    Sign(char),
    /// An arrow between two names, such as `->`.
    Arrow(&'static str),
    /// White space of any length.
    Space,
}

impl Separator {
    /// The one of this name: a sign, or one of the words tab, comma, semicolon, pipe and space.
    pub fn named(name: &str) -> Option<Self> {
        let mut letters = name.chars();
        Some(match (name, letters.next(), letters.next()) {
            ("tab" | "\t" | "\\t", ..) => Self::Tab,
            ("comma" | ",", ..) => Self::Comma,
            ("semicolon" | ";", ..) => Self::Semicolon,
            ("pipe" | "|", ..) => Self::Pipe,
            ("space" | " ", ..) => Self::Space,
            (_, Some(sign), None) if !sign.is_alphanumeric() && !sign.is_control() && sign != '"' => {
                Self::Sign(sign)
            }
            _ => return None,
        })
    }

    /// The sign, where it is one.
    pub fn sign(self) -> Option<char> {
        match self {
            Self::Tab => Some('\t'),
            Self::Comma => Some(','),
            Self::Semicolon => Some(';'),
            Self::Pipe => Some('|'),
            Self::Sign(sign) => Some(sign),
            Self::Arrow(_) | Self::Space => None,
        }
    }
}

/// How lines are split into columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Splitter {
    pub separator: Separator,
    /// What stands around a name that holds the separator; twice inside for itself.
    pub quote: char,
    /// Whether names may be tuples in round brackets, which are not split.
    pub tuples: bool,
    /// What stands between the columns after an arrow, where there are several.
    pub beyond: Option<Separator>,
}

impl From<Separator> for Splitter {
    fn from(separator: Separator) -> Self {
        Self { separator, quote: '"', tuples: false, beyond: None }
    }
}

impl Splitter {
    /// All columns of a line.
    pub fn fields(self, line: &str) -> Result<Vec<Cow<'_, str>>, String> {
        let mut fields = Vec::new();
        let mut rest = Some(line);
        while let Some(line) = rest {
            let (field, after) = self.field(line)?;
            fields.push(field);
            rest = after.filter(|after| self.separator != Separator::Space || !after.trim().is_empty());
        }
        Ok(fields)
    }

    /// The first field of a line, and what follows its separator.
    pub fn field(self, line: &str) -> Result<(Cow<'_, str>, Option<&str>), String> {
        let line = match self.separator {
            Separator::Space => line.trim_start(),
            _ => line.trim_start_matches(' '),
        };
        if line.starts_with(self.quote) {
            return self.quoted(line);
        }
        if self.tuples && line.starts_with('(') {
            let end = end_of_tuple(line).ok_or("a bracket that does not end on its line")?;
            let rest = self.after(&line[end..]).ok_or("text between a bracket's end and the next column")?;
            return Ok((line[..end].into(), rest));
        }
        let split = match self.separator {
            Separator::Space => {
                let line = line.trim_end();
                line.split_once(char::is_whitespace).unwrap_or((line, ""))
            }
            Separator::Arrow(arrow) => {
                return match (line.split_once(arrow), self.after_arrow()) {
                    (None, Some(splitter)) => splitter.field(line),
                    (split, _) => Ok(trimmed(line, split)),
                };
            }
            other => {
                let sign = other.sign().expect("the others are signs");
                return Ok(trimmed(line, line.split_once(sign)));
            }
        };
        Ok((split.0.into(), (split.0.len() < line.trim_end().len()).then_some(split.1)))
    }

    /// How the columns after an arrow are split.
    fn after_arrow(self) -> Option<Self> {
        self.beyond.map(|separator| Self { separator, beyond: None, ..self })
    }

    fn quoted(self, line: &str) -> Result<(Cow<'_, str>, Option<&str>), String> {
        let quote = self.quote;
        let quoted = &line[quote.len_utf8()..];
        let mut end = 0;
        loop {
            end += quoted[end..].find(quote).ok_or("a quote that does not end on its line")?;
            if !quoted[end + 1..].starts_with(quote) {
                break;
            }
            end += 2;
        }
        let inside = &quoted[..end];
        let field = match inside.contains(quote) {
            true => inside.replace(&format!("{quote}{quote}"), &quote.to_string()).into(),
            false => inside.into(),
        };
        match self.after(&quoted[end + 1..]) {
            Some(rest) => Ok((field, rest)),
            None => Err("text between a quote's end and the next column".into()),
        }
    }

    /// What follows the separator that `rest` begins with; `None` if it begins with something else.
    fn after(self, rest: &str) -> Option<Option<&str>> {
        let begins = rest.trim_start_matches(' ');
        let after = match self.separator {
            Separator::Space => rest.strip_prefix(char::is_whitespace).map(str::trim_start),
            Separator::Arrow(arrow) => begins
                .strip_prefix(arrow)
                .or_else(|| self.after_arrow().and_then(|splitter| splitter.after(rest).flatten())),
            other => begins.strip_prefix(other.sign().expect("the others are signs")),
        };
        match after {
            Some(after) => Some(Some(after)),
            None => begins.trim().is_empty().then_some(None),
        }
    }
}

fn trimmed<'a>(line: &'a str, split: Option<(&'a str, &'a str)>) -> (Cow<'a, str>, Option<&'a str>) {
    match split {
        Some((field, rest)) => (field.trim().into(), Some(rest)),
        None => (line.trim().into(), None),
    }
}

/// Where the tuple that a line begins with ends.
fn end_of_tuple(line: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in line.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at + 1),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether a line is a comment: before the first row if `#` or `%` begins it, later only if a space or nothing follows
/// the mark, as what rows name may begin like one.
pub(crate) fn is_comment(line: &str, rows_begun: bool) -> bool {
    let text = line.strip_prefix(['#', '%']);
    text.is_some_and(|text| !rows_begun || text.is_empty() || text.starts_with(char::is_whitespace))
}

/// How a table begins.
pub(crate) struct Beginning {
    /// The first row; where it is short, an empty column goes before it.
    pub first: Vec<String>,
    /// The number of its line, from 1.
    pub line: usize,
    pub second: Option<Vec<String>>,
    /// Whether the second row has a column more, as below a header that R writes without a name for those of the rows.
    pub is_short: bool,
}

/// The rows of a table of text, all of one width. Empty lines and comments are left out.
pub(crate) struct Rows {
    lines: Lines,
    splitter: Splitter,
    /// The next row names the separator.
    names_separator: bool,
    /// The comment above the first row, where it names the columns and was not read yet.
    comment: Option<Vec<String>>,
    /// Whether there was one.
    is_commented: bool,
    /// Whether a row was read that is no such comment.
    begun: bool,
    /// Blanks and tabs stand between the columns.
    is_mixed: bool,
    separator: Option<Separator>,
    width: usize,
    /// Whether the second row may have a column more than the first, as R writes tables with names of rows.
    may_widen: bool,
}

impl Rows {
    pub fn open(path: &Path) -> Result<Self> {
        let lines = Lines::open(path, WIDE)?;
        let (sample, whole) = lines.sample();
        let Dialect { mut splitter, names_separator, .. } = Dialect::of(sample, whole, None);
        let is_mixed = splitter.separator == Separator::Tab
            && mixed::are_split_by_blanks(&sampled_rows(sampled_text(sample), whole), splitter);
        if is_mixed {
            splitter.separator = Separator::Space;
        }
        let comment = names_in_comment(sampled_text(sample), whole, splitter);
        let is_commented = comment.is_some();
        Ok(Self {
            lines,
            splitter,
            names_separator,
            comment,
            is_commented,
            begun: false,
            is_mixed,
            separator: None,
            width: 0,
            may_widen: false,
        })
    }

    /// The same below a first row that is `short`: all others may have a column more.
    pub fn below_short(self, short: bool) -> Self {
        Self { may_widen: short, ..self }
    }

    /// How a table begins, or none where it has no row. All rows but the first may have a column more.
    pub fn begin(&mut self) -> Result<Option<Beginning>> {
        self.may_widen = true;
        let Some(mut first) = self.next()? else { return Ok(None) };
        let line = self.line();
        let second = self.next()?;
        let is_short = second.as_ref().is_some_and(|second| second.len() == first.len() + 1);
        if is_short {
            first.insert(0, String::new());
        }
        Ok(Some(Beginning { first, line, second, is_short }))
    }

    /// The next row, or none after the last.
    pub fn next(&mut self) -> Result<Option<Vec<String>>> {
        if let Some(names) = self.comment.take() {
            self.separator = Some(self.splitter.separator);
            self.width = names.len();
            return Ok(Some(names));
        }
        loop {
            let Some(line) = self.lines.next()? else { return Ok(None) };
            let first = self.separator.is_none();
            if line.trim().is_empty() || is_comment(line, self.begun) {
                continue;
            }
            if std::mem::take(&mut self.names_separator) {
                continue;
            }
            self.begun = true;
            let splitter = self.splitter;
            self.separator = Some(splitter.separator);
            let fields = splitter.fields(line).map(|fields| fields.into_iter().map(String::from).collect());
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

    /// The number that a cell of the row read last holds, in single precision.
    pub fn number(&self, text: &str, column: &str) -> Result<f32> {
        if is_missing(text) {
            return Err(self.error(format!("a missing value in column `{column}`")).with_hint(CELL_HINT));
        }
        let (problem, hint) = match text.parse::<f32>() {
            Ok(value) if value.is_finite() => return Ok(value),
            Ok(_) => ("is no finite number of single precision", CELL_HINT),
            Err(_) if has_decimal_comma(text) => {
                ("has a decimal comma, where a point is read", "write points in place of decimal commas")
            }
            Err(_) => ("is no number", CELL_HINT),
        };
        Err(self.error(format!("`{text}` in column `{column}` {problem}")).with_hint(hint))
    }

    /// The number of the row's line, from 1.
    pub fn line(&self) -> usize {
        self.lines.line()
    }

    /// What stands between the columns, once a row was read.
    pub fn separator(&self) -> Option<Separator> {
        self.separator
    }

    /// What was guessed of what stands between the columns.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.lines.notes();
        if self.is_mixed {
            notes.push(
                "tabs and blanks stand between the columns: each run of them is taken for one separator; put names that have \
                 blanks in quotes"
                    .to_owned(),
            );
        }
        if self.is_commented {
            notes.push("the comment above the first row names the columns".to_owned());
        }
        notes
    }

    /// The same with the file's name, where there are several files.
    pub fn notes_of_file(&self) -> Vec<String> {
        self.notes().into_iter().map(|note| format!("{}: {note}", self.path().display())).collect()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.lines.path()
    }

    /// Whether the first row is sure to name the columns.
    pub fn names_columns(&self) -> bool {
        self.lines.names_columns() || self.is_commented
    }
}

/// The names of the columns in a comment above rows with numbers.
fn names_in_comment(text: &str, whole: bool, splitter: Splitter) -> Option<Vec<String>> {
    let names = commented_header(text, splitter)?;
    let rows = sampled_rows(text, whole);
    let fields = splitter.fields(rows.first()?).ok()?;
    let has_number = fields.iter().any(|field| field.parse::<f64>().is_ok());
    let known = ["id", "node", "label", "class"];
    let is_known = || names.iter().any(|name| known.iter().any(|known| name.eq_ignore_ascii_case(known)));
    // Above a row that heads the columns, the comment is a title. What heads a column does not come again in it.
    let comes_again = |column: usize| {
        rows[1..].iter().any(|row| {
            splitter.fields(row).is_ok_and(|row| row.get(column).is_some_and(|cell| *cell == fields[column]))
        })
    };
    let heads = |(column, field): (usize, &Cow<str>)| {
        (node_column(&[field.to_string()]).is_some() || heads_classes(field)) && !comes_again(column)
    };
    (has_number || (is_known() && !fields.iter().enumerate().any(heads))).then_some(names)
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

/// Whether a text would be a number with a point in place of its comma.
pub(crate) fn has_decimal_comma(text: &str) -> bool {
    text.contains(',') && text.replacen(',', ".", 1).parse::<f64>().is_ok_and(f64::is_finite)
}

const QUOTE_HINT: &str = "a quoted field begins and ends with \", and has \"\" for a quote inside";

/// What to do about a cell that is no number.
pub(crate) const CELL_HINT: &str =
    "every value must be a number: encode categories as numbers, and fill in or leave out what is missing";
