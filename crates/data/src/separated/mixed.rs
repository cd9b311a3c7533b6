//! Columns of numbers that stand apart by blanks, before a tab and a name, as in old files of UCI's.

use super::{Separator, Splitter};
use crate::missing::is_missing;

/// Whether rows that tabs split are meant to be split at any white space: that gives all of them the same number of columns,
/// and tabs leave several numbers in one.
pub(super) fn are_split_by_blanks(rows: &[&str], by_tabs: Splitter) -> bool {
    let by_blanks = Splitter { separator: Separator::Space, ..by_tabs };
    let mut width = None;
    let mut has_numbers = false;
    for (at, row) in rows.iter().enumerate() {
        let (Ok(wide), Ok(narrow)) = (by_blanks.fields(row), by_tabs.fields(row)) else { return false };
        let runs = || narrow.iter().filter(|field| is_run_of_numbers(field));
        let is_wider = wide.len() > narrow.len() && *width.get_or_insert(wide.len()) == wide.len();
        if !is_wider || (at > 0 && runs().next().is_none()) {
            return false;
        }
        has_numbers |= runs().any(|field| !is_grouped(field));
    }
    has_numbers
}

/// Whether a text is two numbers or more with blanks between them, of which some may be missing.
pub(crate) fn is_run_of_numbers(text: &str) -> bool {
    let is_number = |word: &str| is_missing(word) || word.parse::<f64>().is_ok();
    let words = || text.split_whitespace();
    words().count() > 1 && words().all(is_number) && !words().all(is_missing)
}

/// Whether a run of numbers may be one, whose thousands stand apart.
fn is_grouped(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(|first| first.trim_start_matches('-').len() <= 3)
        && words.all(|word| word.len() == 3)
}
