//! What about the names of nodes looks as if a file had been spoilt on its way.

use crate::graph::node_ids::{NodeIds, NodeName};
use crate::missing::is_missing_name;
use crate::wording::counted;

/// Whether an end is called like a value that is not there: by programs, spreadsheets and databases.
pub(super) fn is_missing(name: &str) -> bool {
    const OF_ENDS: [&str; 14] = [
        "?", "-", "--", "\\N", "(none)", "(null)", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!",
        "#NULL!", "#ERROR!", "[null]",
    ];
    let first = name.bytes().next();
    is_missing_name(name)
        || (name.len() <= 7
            && first.is_some_and(|byte| b"?-\\(#[".contains(&byte))
            && OF_ENDS.contains(&name))
}

/// Words that head a row of sums.
pub(super) fn heads_sums(name: &str) -> bool {
    const SUMS: [&str; 8] = ["total", "totals", "sum", "grand total", "summe", "gesamt", "somme", "suma"];
    SUMS.iter().any(|word| name.trim_end_matches(':').eq_ignore_ascii_case(word))
}

/// So many names are shown of each kind.
const SHOWN: usize = 3;

/// A sentence for each way in which names look spoilt.
pub(super) fn of_names(ids: &NodeIds) -> Vec<String> {
    let mut tally = Tally::default();
    ids.names().for_each(|name| match name {
        NodeName::Number(number) => tally.add_number(number),
        NodeName::Word(word) => tally.add(word),
    });
    tally.notes(ids)
}

#[derive(Default)]
struct Tally<'a> {
    rounded: Vec<&'a str>,
    with_point: Vec<&'a str>,
    long: usize,
    long_with_zeros: usize,
    /// The first of them.
    shown_with_zeros: Vec<String>,
    split_oddly: Vec<&'a str>,
    /// Names that a single quote begins, and those that one ends.
    opened: Vec<&'a str>,
    closed: Vec<&'a str>,
    missing: Vec<&'a str>,
    words: Vec<&'a str>,
    numbers: usize,
}

impl<'a> Tally<'a> {
    fn add_number(&mut self, number: u64) {
        // Of at most 15 digits there is nothing to say.
        match number {
            ..1_000_000_000_000_000 => self.numbers += 1,
            _ => self.add_digits(&number.to_string()),
        }
    }

    fn add_digits(&mut self, name: &str) {
        self.numbers += 1;
        if name.len() >= 16 {
            self.long += 1;
            if name.ends_with('0') {
                self.long_with_zeros += 1;
                if self.shown_with_zeros.len() < SHOWN {
                    self.shown_with_zeros.push(name.to_owned());
                }
            }
        }
    }

    fn add(&mut self, name: &'a str) {
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            self.add_digits(name);
            return;
        }
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = |text: &str| {
            let (whole, rest) = text.split_once(['.', ',']).unwrap_or((text, "0"));
            digits(whole) && digits(rest)
        };
        if let Some((mantissa, exponent)) = name.split_once(['e', 'E'])
            && is_number(mantissa)
            && exponent.strip_prefix('+').is_some_and(digits)
        {
            self.rounded.push(name);
        } else if name.strip_suffix(".0").is_some_and(digits) {
            self.with_point.push(name);
        } else if is_missing(name) {
            self.missing.push(name);
        } else {
            let bracket = |open, close| name.matches(open).count() != name.matches(close).count();
            let is_arrow = name.chars().all(|sign| "-=<>|:→⇒⟶↔⇔←⇐➔—–".contains(sign));
            let is_odd = is_arrow
                || bracket('(', ')')
                || bracket('[', ']')
                || bracket('{', '}')
                || name.starts_with('"')
                || (name.len() > 1 && name.starts_with('\'') && name.ends_with('\''));
            match (name.starts_with('\''), name.ends_with('\'')) {
                (true, false) => self.opened.push(name),
                (false, true) => self.closed.push(name),
                _ => {}
            }
            if is_odd {
                self.split_oddly.push(name);
            }
            self.words.push(name);
        }
    }

    fn notes(mut self, ids: &NodeIds) -> Vec<String> {
        let names = ids.len();
        // Names such as 's-Hertogenbosch begin with a quote that none ends.
        if !self.closed.is_empty() {
            self.split_oddly.append(&mut self.opened);
        }
        let mut notes = Vec::new();
        let shown = |names: &[&str]| {
            names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        if !self.rounded.is_empty() {
            notes.push(format!(
                "{} such as {} {} a spreadsheet or R has rounded: nodes may have become one, and other files may call them \
                 otherwise; export the ids as text (in R by options(scipen = 999))",
                counted(self.rounded.len(), "id", "ids"),
                shown(&self.rounded),
                if self.rounded.len() == 1 { "looks like a number that" } else { "look like numbers that" }
            ));
        }
        if !self.with_point.is_empty() {
            notes.push(format!(
                "{} in `.0`, as pandas writes whole numbers beside missing ones; other files may call the nodes otherwise; write \
                 them by .astype(\"Int64\")",
                counted(self.with_point.len(), "id ends", "ids end")
            ));
            let whole = |name: &&&str| name.strip_suffix(".0").is_some_and(|name| ids.has(name));
            if let Some(name) = self.with_point.iter().find(whole) {
                notes.push(format!(
                    "`{}` and `{name}` are two nodes, as ids with and without `.0` are not the same; write all in one way",
                    name.trim_end_matches(".0")
                ));
            }
        }
        if self.long_with_zeros >= 3 && self.long_with_zeros == self.long {
            notes.push(format!(
                "all ids of 16 digits or more end in 0, such as {}: a spreadsheet may have rounded them to 15 digits, and nodes may \
                 have become one; export the ids as text",
                shown(&self.shown_with_zeros.iter().map(String::as_str).collect::<Vec<_>>())
            ));
        }
        if !self.split_oddly.is_empty() {
            notes.push(format!(
                "{} such as {} {} as if lines were split inside names; data.delimiter says what stands between the columns",
                counted(self.split_oddly.len(), "name", "names"),
                shown(&self.split_oddly),
                if self.split_oddly.len() == 1 { "looks" } else { "look" }
            ));
        }
        if !self.missing.is_empty() {
            notes.push(format!(
                "{} called like missing values: {}",
                counted(self.missing.len(), "node is", "nodes are"),
                shown(&self.missing)
            ));
        }
        if !self.words.is_empty() && self.numbers >= 10 && 20 * self.words.len() <= names {
            notes.push(format!(
                "{} no number, as all {} others are: {}; is there a heading or a sum?",
                counted(self.words.len(), "name is", "names are"),
                self.numbers,
                shown(&self.words)
            ));
        }
        notes
    }
}
