//! What one cell of a table says: a number, by a point or a comma, a truth, a date, a word, or nothing.

use serde::{Deserialize, Serialize};

use crate::missing::is_missing;

/// What stands before the decimals of a table's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decimal {
    /// A point, or a comma where the cells leave no doubt.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// A point; commas group thousands.
    #[serde(rename = ".")]
    Point,
    /// A comma; points group thousands.
    #[serde(rename = ",")]
    Comma,
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    /// A number.
    Number(f64, Written),
    /// `true` or `false`, in whatever case.
    Truth(bool),
    /// Nothing, or a mark that says so.
    Missing,
    /// A number with no bound.
    Infinite,
    /// Digits between which only thousands' marks make sense: with a decimal point or comma beside them, or several.
    Grouped(Decimal),
    /// A date or a time of day.
    Date,
    /// Anything else.
    Word,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// By digits alone.
    Whole,
    /// With so many decimals behind a point, or with an exponent.
    Point(usize),
    /// With a comma; `sure` where it can group no thousands.
    Comma { sure: bool },
}

/// Reads a cell; without a choice of the decimal mark a comma is taken for one.
pub(super) fn read(text: &str, decimal: Decimal) -> Cell {
    let text = text.trim();
    if is_missing(text) {
        return Cell::Missing;
    }
    if decimal != Decimal::Comma
        && let Some(number) = plain(text)
    {
        return number;
    }
    let read = match decimal {
        Decimal::Auto => auto(text),
        Decimal::Point => grouped(text, ',', '.').or_else(|| plain(text)),
        Decimal::Comma => grouped(text, '.', ',').or_else(|| comma(text)),
    };
    read.unwrap_or_else(|| {
        if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
            Cell::Truth(text.eq_ignore_ascii_case("true"))
        } else if ["inf", "infinity"]
            .iter()
            .any(|word| text.trim_start_matches(['+', '-']).eq_ignore_ascii_case(word))
        {
            Cell::Infinite
        } else if is_date(text) {
            Cell::Date
        } else {
            Cell::Word
        }
    })
}

/// A number with a point or none.
fn plain(text: &str) -> Option<Cell> {
    if !text.contains(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    if !value.is_finite() {
        return Some(Cell::Infinite);
    }
    let is_whole = text.trim_start_matches(['+', '-']).bytes().all(|letter| letter.is_ascii_digit());
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    Some(Cell::Number(value, if is_whole { Written::Whole } else { Written::Point(decimals) }))
}

/// A number with a comma or none, and no point.
fn comma(text: &str) -> Option<Cell> {
    if text.contains('.') {
        return None;
    }
    match plain(&text.replacen(',', ".", 1))? {
        Cell::Number(value, Written::Point(_)) if text.contains(',') => {
            Some(Cell::Number(value, Written::Comma { sure: true }))
        }
        number => Some(number),
    }
}

/// A comma in a number: one that may be a decimal comma, or thousands' marks.
fn auto(text: &str) -> Option<Cell> {
    if let Some(Cell::Number(value, _)) = comma(text) {
        let digits = text.trim_start_matches(['+', '-']);
        let is_thousands = is_grouped(digits, ',') && !digits.starts_with('0');
        return Some(Cell::Number(value, Written::Comma { sure: !is_thousands }));
    }
    for (group, point, decimal) in [(',', '.', Decimal::Point), ('.', ',', Decimal::Comma)] {
        if grouped(text, group, point).is_some() {
            return Some(Cell::Grouped(decimal));
        }
    }
    None
}

/// A number whose thousands are grouped by a mark, in threes.
fn grouped(text: &str, group: char, point: char) -> Option<Cell> {
    let digits = text.trim_start_matches(['+', '-']);
    let (whole, decimals) =
        digits.split_once(point).map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    if !is_grouped(whole, group) {
        return None;
    }
    let mut number: String = text.chars().filter(|&letter| letter != group).collect();
    if decimals.is_some() {
        number = number.replacen(point, ".", 1);
    }
    plain(&number)
}

/// Whether a mark stands before each three digits, at least once.
fn is_grouped(digits: &str, mark: char) -> bool {
    let mut groups = digits.split(mark);
    let is_number = |group: &str| group.bytes().all(|digit| digit.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    (1..=3).contains(&first.len())
        && is_number(first)
        && !rest.is_empty()
        && rest.iter().all(|group| group.len() == 3 && is_number(group))
}

/// Whether digits stand between the marks of a date or of a time of day, as in `2024-01-31 08:00` or `31.1.2024`.
fn is_date(text: &str) -> bool {
    let is_known =
        |letter: char| letter.is_ascii_digit() || letter.is_whitespace() || "-/.:,+TZapmAPM".contains(letter);
    let first = text.split([' ', 'T']).next().unwrap_or_default();
    let marks = |mark: char| first.matches(mark).count();
    text.starts_with(|letter: char| letter.is_ascii_digit())
        && text.chars().all(is_known)
        && (['-', '/', '.'].into_iter().any(|mark| marks(mark) >= 2) || marks(':') >= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_apart() {
        use Written::{Comma, Point, Whole};
        for (text, cell) in [
            ("12", Cell::Number(12.0, Whole)),
            (" -3.50 ", Cell::Number(-3.5, Point(2))),
            ("1700000000.091", Cell::Number(1_700_000_000.091, Point(3))),
            ("4e2", Cell::Number(400.0, Point(0))),
            ("10,24", Cell::Number(10.24, Comma { sure: true })),
            ("0,125", Cell::Number(0.125, Comma { sure: true })),
            ("-12345,125", Cell::Number(-12345.125, Comma { sure: true })),
            ("4,187", Cell::Number(4.187, Comma { sure: false })),
            ("1,234,567", Cell::Grouped(Decimal::Point)),
            ("1,234.5", Cell::Grouped(Decimal::Point)),
            ("1.234,56", Cell::Grouped(Decimal::Comma)),
            ("1.234.567", Cell::Grouped(Decimal::Comma)),
            ("True", Cell::Truth(true)),
            ("FALSE", Cell::Truth(false)),
            ("?", Cell::Missing),
            ("NA", Cell::Missing),
            ("", Cell::Missing),
            ("-", Cell::Missing),
            ("nan", Cell::Missing),
            ("-inf", Cell::Infinite),
            ("1e999", Cell::Infinite),
            ("2024-01-31 08:00", Cell::Date),
            ("31.1.2024", Cell::Date),
            ("8:30", Cell::Date),
            ("red", Cell::Word),
            ("12%", Cell::Word),
            ("21.3 4 101.4", Cell::Word),
            ("2024-01-31T08:00:00Z", Cell::Date),
            ("1,2,3", Cell::Word),
        ] {
            assert_eq!(read(text, Decimal::Auto), cell, "{text}");
        }
    }

    #[test]
    fn a_chosen_mark_leaves_the_other_to_thousands() {
        for (text, decimal, value) in [
            ("4,187", Decimal::Point, 4187.0),
            ("1,234,567.5", Decimal::Point, 1_234_567.5),
            ("4,187", Decimal::Comma, 4.187),
            ("1.234,56", Decimal::Comma, 1234.56),
            ("1.234", Decimal::Comma, 1234.0),
            ("12", Decimal::Comma, 12.0),
        ] {
            let Cell::Number(read, _) = read(text, decimal) else { panic!("{text} is a number") };
            assert_eq!(read, value, "{text}");
        }
        assert_eq!(read("10,24", Decimal::Point), Cell::Word);
        assert_eq!(read("0.5", Decimal::Comma), Cell::Word);
    }
}
