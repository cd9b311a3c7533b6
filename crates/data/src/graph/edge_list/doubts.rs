//! What about the names of nodes looks as if a file had been spoilt on its way.

use crate::graph::node_ids::NodeIds;
pub(super) use crate::missing::is_missing_name as is_missing;

/// Words that head a row of sums.
pub(super) fn heads_sums(name: &str) -> bool {
    const SUMS: [&str; 8] = ["total", "totals", "sum", "grand total", "summe", "gesamt", "somme", "suma"];
    SUMS.iter().any(|word| name.trim_end_matches(':').eq_ignore_ascii_case(word))
}

/// A sentence for each way in which names look spoilt.
pub(super) fn of_names(ids: &NodeIds) -> Vec<String> {
    let names = ids.names();
    let mut tally = Tally::default();
    names.iter().for_each(|name| tally.add(name));
    tally.notes(names.len())
}

#[derive(Default)]
struct Tally<'a> {
    rounded: Vec<&'a str>,
    with_point: usize,
    long: usize,
    long_with_zeros: Vec<&'a str>,
    split_oddly: Vec<&'a str>,
    missing: Vec<&'a str>,
    words: Vec<&'a str>,
    numbers: usize,
}

impl<'a> Tally<'a> {
    fn add(&mut self, name: &'a str) {
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            self.numbers += 1;
            if name.len() >= 16 {
                self.long += 1;
                if name.ends_with('0') {
                    self.long_with_zeros.push(name);
                }
            }
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
            self.with_point += 1;
        } else if is_missing(name) {
            self.missing.push(name);
        } else {
            let bracket = |open, close| name.matches(open).count() != name.matches(close).count();
            let is_odd = matches!(name, "->" | "--" | "-->" | "<->" | "=>" | "-" | "|" | ":")
                || bracket('(', ')')
                || bracket('[', ']')
                || bracket('{', '}')
                || name.starts_with(['"', '\''])
                || (name.ends_with(['"', '\''])
                    && name.len() > 1
                    && name.starts_with(name.chars().last().unwrap_or(' ')));
            if is_odd {
                self.split_oddly.push(name);
            }
            self.words.push(name);
        }
    }

    fn notes(self, names: usize) -> Vec<String> {
        let mut notes = Vec::new();
        let shown = |names: &[&str]| {
            names.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        if !self.rounded.is_empty() {
            notes.push(format!(
                "{} ids such as {} look like numbers that a spreadsheet or R has rounded: nodes may have become one, and other \
                 files may call them otherwise; export the ids as text (in R by options(scipen = 999))",
                self.rounded.len(), shown(&self.rounded)
            ));
        }
        if self.with_point > 0 {
            notes.push(format!(
                "{} ids end in `.0`, as pandas writes whole numbers beside missing ones; other files may call the nodes otherwise; \
                 write them by .astype(\"Int64\")",
                self.with_point
            ));
        }
        if self.long_with_zeros.len() >= 3 && self.long_with_zeros.len() == self.long {
            notes.push(format!(
                "all ids of 16 digits or more end in 0, such as {}: a spreadsheet may have rounded them to 15 digits, and nodes may \
                 have become one; export the ids as text",
                shown(&self.long_with_zeros)
            ));
        }
        if !self.split_oddly.is_empty() {
            notes.push(format!(
                "{} names such as {} look as if lines were split inside them; data.delimiter says what stands between the columns",
                self.split_oddly.len(), shown(&self.split_oddly)
            ));
        }
        if !self.missing.is_empty() {
            notes.push(format!(
                "{} nodes are called like missing values: {}",
                self.missing.len(),
                shown(&self.missing)
            ));
        }
        if !self.words.is_empty() && self.numbers >= 10 && 20 * self.words.len() <= names {
            notes.push(format!(
                "{} names are no numbers, as all {} others are: {}; are they headings or sums?",
                self.words.len(),
                self.numbers,
                shown(&self.words)
            ));
        }
        notes
    }
}
