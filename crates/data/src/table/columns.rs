//! What the cells of a column hold, and the refusal of those that hold no numbers.

use super::numbers::{Cell, Decimal, Written};
use crate::error::Error;
use crate::separated::{Separator, is_run_of_numbers};
use crate::wording::setting;

/// Cells of one kind: how many, and the first of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub count: usize,
    pub text: String,
    pub line: usize,
}

impl Found {
    fn add(&mut self, text: &str, line: usize) {
        const LONGEST: usize = 40;
        if self.count == 0 {
            self.text = text.chars().take(LONGEST).collect();
            self.line = line;
        }
        self.count += 1;
    }
}

/// What a column holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    pub numbers: usize,
    pub truths: Found,
    pub words: Found,
    pub dates: Found,
    pub infinite: Found,
    pub missing: Found,
    /// The lines of the first missing cells.
    missing_lines: Vec<usize>,
    /// The fewest and the most decimals of a number; none where some have an exponent alone.
    pub decimals: Option<(usize, usize)>,
    points: Found,
    /// Commas that can only be decimal, and those that may group thousands.
    commas: [Found; 2],
    grouped: [Found; 2],
}

impl Column {
    /// Takes a cell in, and gives its number, NaN where it has none.
    pub fn add(&mut self, text: &str, cell: Cell, line: usize) -> f64 {
        match cell {
            Cell::Number(value, written) => {
                let decimals = match written {
                    Written::Whole => 0,
                    Written::Point(decimals) => {
                        self.points.add(text, line);
                        // `5.` and `1e-3` are no whole numbers as people write them.
                        decimals.max(1)
                    }
                    Written::Comma { sure } => {
                        self.commas[usize::from(!sure)].add(text, line);
                        text.split_once(',').map_or(1, |(_, decimals)| decimals.len())
                    }
                };
                let (least, most) = self.decimals.unwrap_or((decimals, decimals));
                self.decimals = Some((least.min(decimals), most.max(decimals)));
                self.numbers += 1;
                return value;
            }
            Cell::Truth(truth) => {
                self.truths.add(text, line);
                return f64::from(u8::from(truth));
            }
            Cell::Missing => {
                const SHOWN: usize = 3;
                if self.missing_lines.len() < SHOWN {
                    self.missing_lines.push(line);
                }
                self.missing.add(text, line);
            }
            Cell::Infinite => self.infinite.add(text, line),
            Cell::Grouped(decimal) => self.grouped[usize::from(decimal == Decimal::Comma)].add(text, line),
            Cell::Date => self.dates.add(text, line),
            Cell::Word => self.words.add(text, line),
        }
        f64::NAN
    }

    /// Whether most cells are read as numbers.
    pub fn is_read(&self) -> bool {
        let grouped: usize = self.grouped.iter().map(|found| found.count).sum();
        let read = self.numbers + self.truths.count + self.infinite.count + grouped;
        read > 0 && read >= self.words.count + self.dates.count
    }

    /// Whether every cell is missing.
    pub fn is_empty(&self) -> bool {
        self.missing.count > 0 && !self.is_read() && self.words.count + self.dates.count == 0
    }

    /// Takes in what the first row holds, where that is no header.
    pub fn absorb(&mut self, text: &str, cell: Cell, line: usize) {
        let mut first = Self::default();
        first.add(text, cell, line);
        let Self {
            numbers,
            truths,
            words,
            dates,
            infinite,
            missing,
            missing_lines,
            decimals,
            points,
            commas,
            grouped,
        } = first;
        let ([sure, unsure], [by_commas, by_points]) = (commas, grouped);
        let [my_sure, my_unsure] = &mut self.commas;
        let [my_commas, my_points] = &mut self.grouped;
        for (mine, earlier) in [
            (&mut self.truths, truths),
            (&mut self.words, words),
            (&mut self.dates, dates),
            (&mut self.infinite, infinite),
            (&mut self.missing, missing),
            (&mut self.points, points),
            (my_sure, sure),
            (my_unsure, unsure),
            (my_commas, by_commas),
            (my_points, by_points),
        ] {
            if earlier.count > 0 {
                *mine = Found { count: mine.count + 1, ..earlier };
            }
        }
        self.numbers += numbers;
        self.missing_lines.splice(0..0, missing_lines);
        self.decimals = match (self.decimals, decimals) {
            (Some((least, most)), Some((a, b))) => Some((least.min(a), most.max(b))),
            (mine, first) => mine.or(first),
        };
    }
}

/// What keeps a table from being read: where, what, and what to do.
struct Fault {
    /// The line that it stands on, where it is one.
    line: Option<usize>,
    message: String,
    hint: String,
}

/// Refuses cells that are no numbers: all columns at once, each with the first of them.
pub(super) fn refuse(path: &str, names: &[String], columns: &[&Column]) -> Option<Error> {
    let infinite = names.iter().zip(columns).filter(|(_, column)| column.infinite.count > 0);
    let infinite = infinite.map(|(name, Column { infinite: Found { text, line, .. }, .. })| Fault {
        line: Some(*line),
        message: format!("`{text}` in column `{name}` is no finite number"),
        hint: "leave such rows out, or put a number in its place".to_owned(),
    });
    let mut faults: Vec<Fault> = infinite.collect();
    faults.extend(words(names, columns));
    faults.extend(missing(names, columns));
    if let [Fault { line: Some(line), message, hint }] = &faults[..] {
        return Some(Error::malformed(format!("{path}, line {line}"), message).with_hint(hint));
    }
    let told: Vec<String> = faults
        .iter()
        .map(|Fault { line, message, .. }| {
            line.map_or_else(|| message.clone(), |line| format!("line {line}: {message}"))
        })
        .collect();
    let mut hints: Vec<&str> = Vec::new();
    faults.iter().for_each(|fault| {
        if !hints.contains(&fault.hint.as_str()) {
            hints.push(&fault.hint);
        }
    });
    (!told.is_empty()).then(|| Error::malformed(path, told.join("; ")).with_hint(hints.join("; ")))
}

/// Values that are missing.
fn missing(names: &[String], columns: &[&Column]) -> Option<Fault> {
    let named = || names.iter().zip(columns);
    let missing: usize = columns.iter().map(|column| column.missing.count).sum();
    if missing == 0 {
        return None;
    }
    let mut marks: Vec<&str> =
        columns.iter().filter(|column| column.missing.count > 0).map(|c| c.missing.text.as_str()).collect();
    marks.sort_unstable();
    marks.dedup();
    let marks: Vec<String> = marks
        .iter()
        .map(|mark| if mark.is_empty() { "empty".to_owned() } else { format!("`{mark}`") })
        .collect();
    let place = |(name, column): (&String, &&Column)| {
        let lines: Vec<String> = column.missing_lines.iter().map(ToString::to_string).collect();
        let more = if column.missing.count > lines.len() { ", …" } else { "" };
        format!("`{name}` (line {}{more})", lines.join(", "))
    };
    let places = listed(named().filter(|(_, column)| column.missing.count > 0).map(place));
    let are = if missing == 1 { "1 value is" } else { &format!("{missing} values are") };
    let message = format!("{are} missing ({}), in column {places}", marks.join(", "));
    let hint = "fill them in, or leave out their rows or columns".to_owned();
    Some(Fault { line: None, message, hint })
}

/// Words, dates, and truths among numbers: those of columns of numbers each by itself, columns of nothing else together.
fn words(names: &[String], columns: &[&Column]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut told = Vec::new();
    let mut hint_name = None;
    let mut are_runs = false;
    for (name, column) in names.iter().zip(columns) {
        let mixed = column.truths.count > 0 && column.numbers > 0;
        let strays = [&column.words, &column.dates];
        let strange: usize = strays.iter().map(|found| found.count).sum();
        if strange == 0 && !mixed {
            continue;
        }
        if column.is_read() {
            let truths = [&column.truths];
            let found = strays.into_iter().filter(|found| found.count > 0).chain(truths);
            let Some(found) = found.min_by_key(|found| (found.count == 0, found.line)) else { continue };
            let repeated = if found.text == *name { ": the header stands there again" } else { "" };
            let more =
                if strange > 1 { format!(", nor are {} others of it", strange - 1) } else { String::new() };
            faults.push(Fault {
                line: Some(found.line),
                message: format!("`{}` in column `{name}` is no number{more}{repeated}", found.text),
                hint: WORDS_HINT.to_owned(),
            });
            continue;
        }
        let (kind, found) = if column.dates.count > column.words.count {
            ("dates", &column.dates)
        } else if is_run_of_numbers(&column.words.text) {
            are_runs = true;
            ("several numbers in a cell", &column.words)
        } else {
            hint_name.get_or_insert(name);
            ("words", &column.words)
        };
        told.push(format!("column `{name}` holds {kind}, such as `{}` on line {}", found.text, found.line));
    }
    if told.is_empty() {
        return faults;
    }
    let hint = if are_runs {
        "put the same separator between all columns, and quotes around what holds it".to_owned()
    } else {
        let id = hint_name.map_or_else(String::new, |name| {
            format!(
                "; {} takes it for the names of the rows, and a file of classes is given as data.labels",
                setting("data.id", name)
            )
        });
        format!("{WORDS_HINT}{id}")
    };
    faults.push(Fault { line: None, message: listed(told), hint });
    faults
}

/// Says how the decimal mark is understood, or refuses where that is in doubt.
pub(super) fn decimal_note(
    path: &str,
    names: &[String],
    columns: &[&Column],
    separator: Separator,
) -> Result<Option<String>, Error> {
    let first = |of: fn(&Column) -> &Found| {
        names
            .iter()
            .zip(columns)
            .find(|(_, column)| of(column).count > 0)
            .map(|(name, column)| (name, of(column)))
    };
    let sure = first(|column| &column.commas[0]);
    let unsure = first(|column| &column.commas[1]);
    let points = first(|column| &column.points);
    let refused = |(name, found): (&String, &Found), why: &str, hint: String| {
        let place = format!("{path}, line {}", found.line);
        Error::malformed(place, format!("`{}` in column `{name}` {why}", found.text)).with_hint(hint)
    };
    for (at, mark, name) in [(0, ".", "commas"), (1, ",", "points")] {
        let grouped =
            if at == 0 { first(|column| &column.grouped[0]) } else { first(|column| &column.grouped[1]) };
        if let Some(found) = grouped {
            let hint = format!("data.decimal={mark} reads it");
            return Err(refused(found, &format!("has its thousands grouped by {name}"), hint));
        }
    }
    match (sure, unsure, points) {
        (None, None, _) => Ok(None),
        (Some(found), _, Some((other, point))) => {
            let why = format!("has a decimal comma, where `{}` in column `{other}` has a point", point.text);
            Err(refused(
                found,
                &why,
                "data.decimal=, reads commas as decimal and points as marks of thousands".to_owned(),
            ))
        }
        (Some((name, found)), _, None) => {
            let separator = match separator {
                Separator::Comma => "in quotes",
                _ => "as commas do not separate the columns",
            };
            Ok(Some(format!(
                "commas are read as decimal, `{}` in column `{name}` as {}, {separator}; data.decimal=. would refuse them",
                found.text,
                found.text.replace(',', ".")
            )))
        }
        (None, Some(found), _) => {
            let text = &found.1.text;
            let (thousands, decimal) = (text.replace(',', ""), text.replace(',', "."));
            Err(refused(
                found,
                "has a comma that may group thousands or be a decimal comma",
                format!("data.decimal=. reads {thousands}, data.decimal=, reads {decimal}"),
            ))
        }
    }
}

/// A few of many, and how many others there are.
pub(super) fn listed(items: impl IntoIterator<Item = String>) -> String {
    const SHOWN: usize = 5;
    let items: Vec<String> = items.into_iter().collect();
    let more = items.len().saturating_sub(SHOWN);
    let shown = items[..items.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

const WORDS_HINT: &str =
    "only numbers are learnt from: encode categories and times as numbers, or leave the column out";
