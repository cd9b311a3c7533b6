//! Whether the first row of a table names its columns.
//!
//! Words over numbers do. Numbers may: pandas numbers columns from 0, and others are called by years or wavelengths. A
//! first row of numbers is taken for names where no row of the table could look like it, and for a row where that is in
//! doubt; either is told.

use super::columns::Column;
use super::numbers::{Cell, Written};

/// What the first row is, and what there is to say of it.
#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    pub is_header: bool,
    pub note: Option<String>,
}

/// The first row and those after it.
pub(super) struct Rows<'a> {
    /// Its cells as they stand.
    pub text: &'a [String],
    /// Its cells as they are understood.
    pub first: &'a [Cell],
    /// What the others hold, column by column.
    pub columns: &'a [Column],
    /// The numbers of the others, `[rows, columns]`, NaN for what is none.
    pub rest: &'a [f64],
}

impl Rows<'_> {
    pub(super) fn decide(&self) -> Verdict {
        let names = |note| Verdict { is_header: true, note };
        let row = |note| Verdict { is_header: false, note };
        if self.is_of_words() {
            let has_numbers = self.first.iter().any(|cell| matches!(cell, Cell::Number(..)));
            let why = "as it has words where the other rows have numbers";
            return names(has_numbers.then(|| self.taken(why)));
        }
        let is_cornered = self.has_corner();
        let missing = self.first.iter().skip(usize::from(is_cornered)).any(|cell| *cell == Cell::Missing);
        if missing || self.rest.is_empty() {
            return row(None);
        }
        if is_cornered {
            return names(Some(self.taken("as it has no name for the column that counts or names the rows")));
        }
        let numbers = Numbers::of(self);
        match (numbers.evidence(), numbers.doubt()) {
            (Some(why), _) => names(Some(self.taken(why))),
            (None, Some(why)) => row(Some(format!(
                "the first row, {}, {why}; it is read as a row of numbers, and data.header=yes takes it for the names of the columns",
                self.start()
            ))),
            (None, None) if self.first.contains(&Cell::Word) => row(Some(format!(
                "the first row, {}, looks like the others and is read as one of them; data.header=yes takes it for the names \
                 of the columns",
                self.start()
            ))),
            (None, None) => row(None),
        }
    }

    /// Words where the others have numbers, or nothing but words.
    fn is_of_words(&self) -> bool {
        let is_word = |cell: &Cell| *cell == Cell::Word;
        let over_numbers = self.first.iter().zip(self.columns);
        self.first.iter().zip(self.text).all(|(cell, text)| is_word(cell) || text.is_empty())
            && self.first.iter().any(is_word)
            || over_numbers.clone().any(|(cell, column)| is_word(cell) && column.is_read())
    }

    /// An empty corner over a column that counts the rows, or that names them by words.
    fn has_corner(&self) -> bool {
        let Some(column) = self.columns.first().filter(|_| self.text[0].is_empty()) else { return false };
        let Some(start) = self.rest.first() else { return false };
        let mut counted = self.rest.iter().step_by(self.columns.len()).enumerate();
        let is_counted =
            self.rest.len() > self.columns.len() && counted.all(|(row, value)| *value == start + row as f64);
        self.columns.len() > 1 && (is_counted || (!column.is_read() && column.words.count > 0))
    }

    fn taken(&self, why: &str) -> String {
        format!("the first row, {}, names the columns, {why}; data.header=no makes it a row", self.start())
    }

    fn start(&self) -> String {
        const SHOWN: usize = 4;
        let shown: Vec<String> = self
            .text
            .iter()
            .take(SHOWN)
            .map(|text| if text.is_empty() { "(empty)".to_owned() } else { format!("`{text}`") })
            .collect();
        format!("{}{}", shown.join(", "), if self.text.len() > SHOWN { ", …" } else { "" })
    }
}

/// A first row of numbers beside the others, in the columns that hold numbers.
struct Numbers {
    first: Vec<f64>,
    rows: usize,
    /// Whether it is written by digits alone.
    is_whole: bool,
    /// Whether nearly all columns have decimals, without exception below the first row.
    has_decimals: bool,
    /// Whether those have as many in every row.
    is_fixed: bool,
    /// How far the first row is from the range of the others, in widths of that range.
    gaps: Vec<f64>,
    /// How many whole numbers lie within the range of each column, where all of it are whole.
    choices: Vec<Option<f64>>,
    /// The share of the other rows that count up.
    others_count: f64,
    /// Whether another row is the same.
    comes_again: bool,
}

impl Numbers {
    fn of(rows: &Rows<'_>) -> Self {
        let width = rows.columns.len();
        let number = |at: &usize| match (rows.first[*at], rows.columns[*at].is_read()) {
            (Cell::Number(value, written), true) => Some((value, written)),
            _ => None,
        };
        let used: Vec<usize> = (0..width).filter(|at| number(at).is_some()).collect();
        let (first, written): (Vec<f64>, Vec<Written>) = used.iter().filter_map(number).unzip();
        let chosen = || used.iter().map(|&at| &rows.columns[at]);
        let nearly_all = |count: usize| count > 0 && count as f64 >= 0.9 * used.len() as f64;
        let decimals = chosen().filter(|column| column.decimals.is_some_and(|(least, _)| least > 0));
        let fixed =
            chosen().filter(|column| column.decimals.is_some_and(|(least, most)| least > 0 && least == most));
        let (mut gaps, mut choices) = (Vec::new(), Vec::new());
        for (&at, value) in used.iter().zip(&first) {
            let values = rows.rest.iter().skip(at).step_by(width).filter(|value| !value.is_nan());
            let (least, most) = values
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &value| (a.min(value), b.max(value)));
            let gap = (value - most).max(least - value).max(0.0);
            gaps.push(if gap == 0.0 { 0.0 } else { gap / (most - least) });
            choices.push((rows.columns[at].decimals == Some((0, 0))).then_some(most - least + 1.0));
        }
        let counting = |row: &&[f64]| counts(&used.iter().map(|&at| row[at]).collect::<Vec<_>>());
        let count = rows.rest.len() / width;
        let others = if counts(&first) { rows.rest.chunks_exact(width).filter(counting).count() } else { 0 };
        let comes_again = rows
            .rest
            .chunks_exact(width)
            .any(|row| used.iter().zip(&first).all(|(&at, value)| row[at] == *value));
        Self {
            comes_again,
            rows: count,
            is_whole: !first.is_empty() && written.iter().all(|written| *written == Written::Whole),
            has_decimals: nearly_all(decimals.count()),
            is_fixed: nearly_all(fixed.count()),
            gaps,
            choices,
            others_count: others as f64 / count as f64,
            first,
        }
    }

    /// Whether nearly all columns have the first row so many of their widths outside.
    fn is_far(&self, widths: f64) -> bool {
        self.share_beyond(widths) >= 0.9
    }

    fn share_beyond(&self, widths: f64) -> f64 {
        self.gaps.iter().filter(|gap| **gap > widths).count() as f64 / self.gaps.len().max(1) as f64
    }

    /// Whether it counts up by one step, as next to none of the others does.
    fn counts_alone(&self) -> bool {
        counts(&self.first) && self.others_count <= 0.02
    }

    fn is_monotone(&self) -> bool {
        let steps = || self.first.windows(2).map(|pair| pair[1] - pair[0]);
        self.first.len() > 1 && (steps().all(|step| step > 0.0) || steps().all(|step| step < 0.0))
    }

    fn is_distinct(&self) -> bool {
        let mut sorted = self.first.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.windows(2).all(|pair| pair[0] != pair[1])
    }

    /// Whether columns are often called so: 0, 1, 2, …, or 1, 2, 3, …, or by years.
    fn is_usual(&self) -> bool {
        let (start, step) = (self.first[0], self.first[1] - self.first[0]);
        step == 1.0 && (start == 0.0 || start == 1.0 || (1800.0..2100.0).contains(&start))
    }

    /// How likely rows of these ranges would have counted up.
    fn chance(&self) -> f64 {
        self.choices.iter().skip(2).map(|choices| choices.map_or(1.0, f64::recip)).product()
    }

    /// Why it names the columns, if it does.
    fn evidence(&self) -> Option<&'static str> {
        let width = self.first.len();
        if width < 2 || self.rows < 2 || !self.is_distinct() {
            return None;
        }
        let is_alien = self.is_whole && self.has_decimals;
        let counts = self.counts_alone();
        let many = self.rows >= 10;
        if is_alien && self.is_far(1.0) {
            Some("as its whole numbers stand far from the decimals of the other rows")
        } else if is_alien && counts {
            Some("as it counts up by whole numbers, where the other rows have decimals")
        } else if self.is_whole && self.is_fixed && many && self.is_monotone() {
            Some("as it has whole numbers, where every other row has as many decimals")
        } else if counts && many && self.is_far(1.0) {
            Some("as it counts up and stands far from the other rows")
        } else if width >= 3 && self.is_monotone() && self.is_far(10.0) {
            Some("as it goes up or down and stands far from the other rows")
        } else if counts && many && self.is_whole && width >= 5 && self.share_beyond(0.25) >= 0.5 {
            Some("as it counts up, beyond what most columns hold")
        } else if counts && many && self.is_whole && self.is_usual() && self.chance() < 1e-9 {
            Some("as it counts up, which no other row does")
        } else {
            None
        }
    }

    /// Why it may name the columns, where that is not sure.
    fn doubt(&self) -> Option<&'static str> {
        let width = self.first.len();
        let is_alien = self.is_whole && self.has_decimals;
        if self.counts_alone() && self.rows >= 2 {
            Some("counts up as names of columns may")
        } else if self.rows >= 10 && width > 0 && (self.is_far(10.0) || (width > 1 && self.is_far(1.0))) {
            Some("stands far from the other rows, as names of columns may")
        } else if self.rows >= 2 && width == 2 && is_alien && self.first[1] - self.first[0] == 1.0 {
            Some("has whole numbers that follow each other, as names of columns may")
        } else if self.rows >= 3
            && width == 2
            && self.is_whole
            && self.first == [0.0, 1.0]
            && !self.comes_again
        {
            Some("counts from 0, as names of columns may")
        } else {
            None
        }
    }
}

/// Whether three numbers or more go up, or down, by one step.
fn counts(numbers: &[f64]) -> bool {
    let [first, second, .., last] = numbers[..] else { return false };
    let step = second - first;
    let near = |found: f64| (found - step).abs() <= 1e-6 * step.abs();
    step != 0.0
        && step.is_finite()
        && numbers.windows(2).all(|pair| near(pair[1] - pair[0]))
        && (last - first - step * (numbers.len() - 1) as f64).abs() <= 1e-3 * step.abs()
}
