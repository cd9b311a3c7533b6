//! One row of a list of edges.

use std::borrow::Cow;

use super::HINT;
use super::layout::Layout;
use crate::graph::structure::is_weight;
use crate::separated::Splitter;

/// What is wrong with a row.
#[derive(Debug)]
pub(super) enum Fault {
    /// It has one column.
    OneColumn,
    /// It has one column, with this sign in its middle.
    Around(char),
    /// It has one column, with two colons in a row.
    TwoColons,
    /// What its weight is and where it stands.
    Weight(String),
    /// There are more edges or nodes before it than can be numbered.
    TooMany,
    /// Anything else.
    Other(String),
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::Other(message)
    }
}

impl From<&str> for Fault {
    fn from(message: &str) -> Self {
        Self::Other(message.into())
    }
}

impl Fault {
    /// What is wrong, and what to do about it.
    pub fn told(self) -> (String, &'static str) {
        match self {
            Self::OneColumn => (
                "one column, where an edge needs two".into(),
                "each line names two nodes: remove titles and remarks above and below the list, or begin them by `# `; data.delimiter \
                 says what stands between the columns, and data.edges_format=adjacency-list reads a node and all its neighbours a line",
            ),
            Self::Around(sign) => (
                format!("one column, where an edge needs two: does `{sign}` stand between the nodes?"),
                "data.delimiter splits lines at the sign that it names",
            ),
            Self::TwoColons => (
                "`::` stands between the columns, as in MovieLens, and is not split at".into(),
                "write tabs in its place: sed 's/::/\\t/g' FILE > edges.tsv",
            ),
            Self::Weight(message) => (
                message,
                "a weight is a finite number above 0; data.weights = \"none\" ignores them, and so does leaving the column out",
            ),
            Self::TooMany => (
                "more edges or nodes than 32 bits can number".into(),
                "take a part of the file: a graph has fewer than 4294967295 of either",
            ),
            Self::Other(message) => (message, HINT),
        }
    }
}

/// The columns of a row that are read.
pub(super) struct Row<'a> {
    pub ends: [Cow<'a, str>; 2],
    pub third: Cow<'a, str>,
    /// Whether it has more than two columns.
    pub is_wider: bool,
    /// Whether it has as many columns as most rows.
    pub is_even: bool,
}

impl<'a> Row<'a> {
    /// The row of a line.
    pub fn of(line: &'a str, splitter: Splitter, layout: &Layout) -> Result<Self, Fault> {
        if layout.is_plain() {
            let (ends, rest) = pair(splitter, line)?;
            let Some(rest) = rest else {
                let ends_in_sign =
                    splitter.separator.sign().is_some_and(|sign| line.trim_end_matches(' ').ends_with(sign));
                let is_even = layout.width <= 2 || ends_in_sign;
                return Ok(Self { ends, third: "".into(), is_wider: false, is_even });
            };
            let (third, after) = splitter.field(rest)?;
            let is_even = after
                .map_or(layout.width == 3, |after| is_even(splitter, after, layout.width.saturating_sub(3)));
            return Ok(Self { ends, third, is_wider: true, is_even });
        }
        let mut fields = splitter.fields(line)?;
        let ends_in_sign = fields.last().is_some_and(|field| field.is_empty());
        let is_even = fields.len() == layout.width || (ends_in_sign && fields.len() == layout.width + 1);
        let mut take = |at: usize| fields.get_mut(at).map(std::mem::take);
        let third = layout.third.and_then(&mut take).unwrap_or_default();
        match (take(layout.from), take(layout.to)) {
            (Some(source), Some(target)) if !source.is_empty() && !target.is_empty() => {
                Ok(Self { ends: [source, target], third, is_wider: true, is_even })
            }
            (Some(_), Some(_)) => Err("an empty column, where an edge needs two nodes".into()),
            _ => {
                Err(format!("no column {}, where an edge needs two nodes", layout.from.max(layout.to) + 1)
                    .into())
            }
        }
    }
}

/// Whether a rest of a line has this many columns; after a separator at its end there may be one or none.
fn is_even(splitter: Splitter, rest: &str, width: usize) -> bool {
    splitter.fields(rest).is_ok_and(|fields| {
        let ends_in_sign = fields.last().is_some_and(|field| field.is_empty());
        fields.len() == width || (ends_in_sign && fields.len() == width + 1)
    })
}

/// The first two columns, and what follows them.
pub(super) fn pair(separator: Splitter, line: &str) -> Result<([Cow<'_, str>; 2], Option<&str>), Fault> {
    let (first, rest) = separator.field(line)?;
    let Some(rest) = rest else {
        return Err(match sign_within(&first) {
            _ if first.contains("::") => Fault::TwoColons,
            Some(sign) => Fault::Around(sign),
            None => Fault::OneColumn,
        });
    };
    if first.is_empty() {
        return Err("an empty column before the nodes: leave the index out (in pandas by index=False)".into());
    }
    let (second, rest) = separator.field(rest)?;
    if second.is_empty() {
        return Err("an empty column, where an edge needs two nodes".into());
    }
    Ok(([first, second], rest.filter(|rest| !rest.trim().is_empty())))
}

/// The only sign of a text, where it stands between two words or numbers.
fn sign_within(text: &str) -> Option<char> {
    let mut signs = text.char_indices().filter(|(_, letter)| !letter.is_alphanumeric());
    let (at, sign) = signs.next()?;
    let is_within = at > 0 && at + sign.len_utf8() < text.len();
    (is_within && signs.next().is_none() && ":-_/=~+&".contains(sign)).then_some(sign)
}

/// A weight in a column with this number from 1.
pub(super) fn weight(text: &str, column: usize) -> Result<f32, Fault> {
    match text.parse::<f32>() {
        Ok(weight) if is_weight(weight) => Ok(weight),
        _ => Err(Fault::Weight(format!("`{text}` in column {column} is no weight"))),
    }
}
