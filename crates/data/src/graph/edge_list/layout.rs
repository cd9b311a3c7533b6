//! Which columns of a list of edges are what, told by its first rows.

use super::guesses::{self, Quantity, Relation};
use super::roles;
use crate::dialect::{Dialect, dictionary, sampled_rows, sampled_text};
use crate::graph::files::header::heads_weights;
use crate::graph::files::{Bipartite, Column, EdgeReading, Header, Weights};
use crate::graph::node_ids::number;
use crate::nearest::did_you_mean;

/// The columns of a list.
#[derive(Debug)]
pub(super) struct Layout {
    pub from: usize,
    pub to: usize,
    /// The column of the weights, or else the third.
    pub third: Option<usize>,
    /// Whether the third holds weights.
    pub weighted: bool,
    /// Whether the first row names the columns, where it is known before all rows are.
    pub header: Option<bool>,
    /// The name of each column, where it is known that the first row names them, or a comment does.
    pub names: Vec<String>,
    /// Whether the comment above the first row names the columns.
    pub is_commented: bool,
    /// How many columns most rows have.
    pub width: usize,
    /// A sentence on numbers that no weights are read from.
    pub unread: Option<String>,
    /// Whether the third column was found by what it holds.
    has_guessed_third: bool,
    pub notes: Vec<String>,
}

/// What keeps a list from being read, and what to do about it.
pub(super) type Refusal = (String, String);

/// The rows that are looked at, each in its fields.
pub(in crate::graph) fn sampled_fields(sample: &[u8], whole: bool, dialect: &Dialect) -> Vec<Vec<String>> {
    let mut rows = sampled_rows(sampled_text(sample), whole);
    if dialect.names_separator && !rows.is_empty() {
        rows.remove(0);
    }
    let rows = rows.into_iter().take(1000);
    rows.filter_map(|row| {
        let row = if dialect.dictionaries { dictionary(row)?.0 } else { row };
        let mut fields: Vec<String> =
            dialect.splitter.fields(row).ok()?.into_iter().map(String::from).collect();
        // What ends with a separator has no column after it.
        fields.pop_if(|field| field.is_empty());
        Some(fields)
    })
    .collect()
}

impl Layout {
    /// The layout of a list that begins with these rows.
    pub fn of(
        rows: &[Vec<String>],
        named: bool,
        comment: Option<Vec<String>>,
        reading: &EdgeReading,
        weights: Weights,
    ) -> Result<Self, Refusal> {
        let none = Vec::new();
        let first = rows.first().unwrap_or(&none);
        let width = most_common_width(rows.get(1..).filter(|rest| !rest.is_empty()).unwrap_or(rows));
        let mut layout = Self {
            from: 0,
            to: 1,
            third: Some(2),
            weighted: weights == Weights::ThirdColumn,
            header: None,
            names: Vec::new(),
            is_commented: false,
            width,
            unread: None,
            has_guessed_third: false,
            notes: Vec::new(),
        };
        let rest = rows.get(1..).unwrap_or(&[]);
        let is_short = !rest.is_empty()
            && first.len() + 1 == width
            && first.len() >= 2
            && rest.iter().all(|row| row.len() == width)
            && first.iter().all(|name| name.parse::<f64>().is_err());
        let mut names = first.clone();
        if is_short {
            names.insert(0, String::new());
        }
        let comment = comment.filter(|comment| {
            let moves = roles::ends(comment).is_some_and(|ends| ends != (0, 1));
            reading.header != Header::Yes
                && (roles::ends(&names).is_none() || names.iter().any(|name| name.parse::<f64>().is_ok()))
                && roles::ends(comment).is_some()
                && (moves || comment.iter().any(|name| heads_weights(name)))
        });
        layout.is_commented = comment.is_some();
        if let Some(comment) = comment {
            names = comment;
        }
        let ends = roles::ends(&names).filter(|&(from, to)| {
            if layout.is_commented {
                return true;
            }
            let is_name = |row: &Vec<String>, at: usize| {
                row.get(at).is_some_and(|name| *name == names[from] || *name == names[to])
            };
            let occurs = rest.iter().any(|row| row != first && (is_name(row, from) || is_name(row, to)));
            !occurs && names.iter().all(|name| name.parse::<f64>().is_err())
        });
        let unnamed = names.first().is_some_and(String::is_empty) && names.len() >= 3;
        // Where the columns stand is as without a header, and whether there is one is told by all rows.
        let moves = ends.is_some_and(|ends| ends != (0, 1)) || names.iter().any(|name| heads_weights(name));
        layout.header = match reading.header {
            Header::Yes => Some(true),
            Header::No => Some(false),
            Header::Auto if layout.is_commented => Some(false),
            Header::Auto if named || is_short || unnamed || (ends.is_some() && width >= 3 && moves) => {
                Some(true)
            }
            Header::Auto => None,
        };
        let asked = (&reading.source, &reading.target);
        if let (None, Some(column)) | (Some(column), None) = asked {
            return Err((
                format!("column `{}` is one end of the edges, and the other is not said", column.0),
                "say both data.source and data.target".into(),
            ));
        }
        if layout.header.is_none()
            && [&reading.source, &reading.target, &reading.weight]
                .into_iter()
                .flatten()
                .any(|column| names.contains(&column.0) && number(&column.0).is_none())
        {
            layout.header = Some(true);
        }
        let headed = layout.header == Some(true) || layout.is_commented;
        let find = |column: &Column| column_of(column, &names, width, headed);
        if let (Some(source), Some(target)) = asked {
            (layout.from, layout.to) = (find(source)?, find(target)?);
        } else if headed {
            if let Some(ends) = ends.or_else(|| roles::ends(&names)) {
                (layout.from, layout.to) = ends;
            } else if is_short || unnamed {
                (layout.from, layout.to) = (1, 2);
                layout.notes.push(format!(
                    "the first column has no name and is taken for names of rows; edges are from `{}` to `{}`; data.source and \
                     data.target name other columns",
                    names.get(1).map_or("", String::as_str),
                    names.get(2).map_or("", String::as_str)
                ));
            }
        } else if ends.is_none() {
            layout.guess(&names, rows, reading)?;
        }
        if layout.from == layout.to {
            return Err((
                "source and target are one column".into(),
                "name two columns by data.source and data.target".into(),
            ));
        }
        if layout.is_commented {
            layout.notes.push(format!(
                "the comment above the first row names the columns: edges are from `{}` to `{}`; data.source and data.target name \
                 others",
                names.get(layout.from).map_or("", String::as_str),
                names.get(layout.to).map_or("", String::as_str)
            ));
        }
        if layout.header == Some(true) || layout.is_commented {
            layout.names = names.clone();
        }
        layout.find_weights(&names, reading, weights)?;
        if reading.bipartite == Bipartite::Auto {
            layout.notes.extend(guesses::two_kinds(&names, (layout.from, layout.to), rows));
        }
        layout.tell_of_numbers_unread(rows, weights);
        Ok(layout)
    }

    /// Whether columns are where they are in most lists.
    pub fn is_plain(&self) -> bool {
        (self.from, self.to) == (0, 1) && self.third.is_none_or(|third| third == 2)
    }

    fn find_weights(
        &mut self,
        names: &[String],
        reading: &EdgeReading,
        weights: Weights,
    ) -> Result<(), Refusal> {
        let named = || {
            let others = names.iter().enumerate().filter(|(at, _)| *at != self.from && *at != self.to);
            others.filter(|(_, name)| heads_weights(name)).map(|(at, _)| at).next()
        };
        if let (Some(column), true) = (&reading.weight, weights != Weights::None) {
            let headed = self.header == Some(true) || self.is_commented;
            self.third = Some(column_of(column, names, self.width, headed)?);
            self.weighted = true;
            return Ok(());
        }
        if (self.header == Some(true) || self.is_commented)
            && let Some(at) = named()
        {
            self.third = Some(at);
            self.weighted = weights != Weights::None;
            return Ok(());
        }
        if (self.from, self.to) != (0, 1) && !self.has_guessed_third {
            let after = self.from.max(self.to) + 1;
            self.third = (after < self.width).then_some(after);
            if self.weighted && self.third.is_none() {
                return Err((
                    "no column is left that could hold weights".into(),
                    "name it by data.weight".into(),
                ));
            }
        }
        Ok(())
    }

    /// Where no words say which columns are the ends, what the columns hold may.
    fn guess(
        &mut self,
        names: &[String],
        rows: &[Vec<String>],
        reading: &EdgeReading,
    ) -> Result<(), Refusal> {
        if reading.header == Header::Auto {
            self.ask_of_a_column_that_counts(rows)?;
            if let Some(guess) = guesses::beside_quantities_by_name(names, rows) {
                self.take(guess);
                return Ok(());
            }
        }
        match guesses::beside_quantities(rows, self.width) {
            Quantity::Beside(guess) => {
                self.take(guess);
                return Ok(());
            }
            Quantity::Doubtful(note) => self.notes.push(note),
            Quantity::None => {}
        }
        match guesses::around_relation(rows) {
            Relation::Between(guess) if self.weighted => drop(guess),
            Relation::Between(guess) => self.take(guess),
            Relation::Doubtful(note) => self.notes.push(note),
            Relation::None => {}
        }
        Ok(())
    }

    fn take(&mut self, guess: guesses::Guess) {
        (self.from, self.to) = guess.ends;
        if guess.is_headed {
            self.header = Some(true);
        }
        if guess.third.is_some() {
            (self.third, self.has_guessed_third) = (guess.third, true);
        }
        self.notes.push(guess.note);
    }

    /// A first column that counts the lines is the number of the edge, or its source: where the columns after it look like
    /// nodes, that is asked.
    fn ask_of_a_column_that_counts(&mut self, rows: &[Vec<String>]) -> Result<(), Refusal> {
        const FEWEST: usize = 5;
        let is_header =
            rows.first().is_some_and(|row| row.first().is_some_and(|name| number(name).is_none()));
        let body = &rows[usize::from(is_header).min(rows.len())..];
        if body.len() < FEWEST || self.width < 3 || body.iter().any(|row| row.len() < 3) {
            return Ok(());
        }
        let numbers: Option<Vec<u64>> = body.iter().map(|row| number(&row[0])).collect();
        let Some(numbers) =
            numbers.filter(|all| all[0] <= 1 && all.windows(2).all(|pair| pair[1] == pair[0] + 1))
        else {
            return Ok(());
        };
        let is_word = |text: &String| text.parse::<f64>().is_err();
        let of_words = body.iter().all(|row| is_word(&row[1]) && is_word(&row[2]));
        let seconds: std::collections::HashSet<&str> = body.iter().map(|row| row[1].as_str()).collect();
        let thirds: std::collections::HashSet<&str> = body.iter().map(|row| row[2].as_str()).collect();
        let shared = thirds.iter().filter(|name| seconds.contains(*name)).count();
        // Of a path, each node's number is one above that of the node before.
        let is_path = body.iter().zip(&numbers).filter(|(row, at)| number(&row[1]) == Some(*at + 1)).count();
        let of_ids = body.iter().all(|row| number(&row[1]).is_some() && number(&row[2]).is_some())
            && 2 * shared >= thirds.len()
            && 2 * is_path < body.len();
        if of_words || of_ids {
            let named = |at: usize| {
                let name = rows[0].get(at).filter(|name| is_header && number(name).is_none());
                name.cloned().unwrap_or_else(|| (at + 1).to_string())
            };
            return Err((
                "the first column counts the lines: which columns are the nodes?".into(),
                format!(
                    "say data.source={:?} and data.target={:?}, or, if the first column names nodes, data.source={:?} and \
                     data.target={:?}",
                    named(1),
                    named(2),
                    named(0),
                    named(1)
                ),
            ));
        }
        Ok(())
    }

    /// Numbers in a third column that no weights are read from are told, unless a word heads them that says what they are.
    fn tell_of_numbers_unread(&mut self, rows: &[Vec<String>], weights: Weights) {
        let Some(third) =
            self.third.filter(|third| *third < self.width && !self.weighted && weights == Weights::Auto)
        else {
            return;
        };
        let named = if self.is_commented { Some(&self.names) } else { rows.first() };
        let heading = named
            .and_then(|row| row.get(third))
            .filter(|name| name.replace(',', ".").parse::<f64>().is_err());
        let values: Vec<f64> = rows
            .iter()
            .skip(usize::from(heading.is_some() && !self.is_commented))
            .filter_map(|row| row.get(third))
            .map(|text| text.replace(',', ".").parse().unwrap_or(f64::NAN))
            .collect();
        const TELLING: [&str; 23] = [
            "distance",
            "length",
            "cost",
            "frequency",
            "freq",
            "amount",
            "volume",
            "flow",
            "prob",
            "confidence",
            "intensity",
            "capacity",
            "number",
            "sign",
            "rating",
            "value",
            "score",
            "strength",
            "count",
            "trust",
            "similarity",
            "correlation",
            "vote",
        ];
        let is_told = heading.is_some_and(|name| {
            let name = name.to_lowercase();
            !heads_weights(&name) && !TELLING.iter().any(|word| name.contains(word))
        });
        let is_weight = heading.is_some_and(|name| heads_weights(name));
        if values.is_empty() || is_told || is_weight || values.iter().any(|value| value.is_nan()) {
            return;
        }
        let column = heading.map_or_else(|| (third + 1).to_string(), |name| format!("`{name}`"));
        self.unread = Some(match values.iter().any(|value| *value <= 0.0) {
            true => format!(
                "column {column} holds numbers that are not read, some of them negative or 0, as of enemies or distrust, which count \
                 like all others; weights are above 0; data.weights=none says that these are none"
            ),
            false => format!(
                "column {column} holds numbers that are not read; data.weights=third-column reads them as weights, \
                 data.weights=none says that they are none"
            ),
        });
    }
}

/// Where a column is, by name or else by number. Where the first line does not name the columns, a number there is no name.
fn column_of(column: &Column, names: &[String], width: usize, headed: bool) -> Result<usize, Refusal> {
    if (headed || number(&column.0).is_none())
        && let Some(at) = names.iter().position(|name| *name == column.0)
    {
        return Ok(at);
    }
    match number(&column.0).and_then(|number| usize::try_from(number).ok()) {
        Some(number) if (1..=width).contains(&number) => Ok(number - 1),
        _ => {
            let shown: Vec<String> = names.iter().take(20).map(|name| format!("`{name}`")).collect();
            Err((
                format!("no column is called `{}`; the first line is {}", column.0, shown.join(", ")),
                format!(
                    "{}give a name of the first line, or a number from 1 to {width}",
                    did_you_mean(&column.0, names.iter().map(String::as_str))
                ),
            ))
        }
    }
}

fn most_common_width(rows: &[Vec<String>]) -> usize {
    let mut widths: Vec<usize> = rows.iter().map(Vec::len).collect();
    widths.sort_unstable();
    widths.chunk_by(|a, b| a == b).max_by_key(|group| group.len()).map_or(0, |group| group[0])
}
