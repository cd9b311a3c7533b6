//! Lines that a sign and white space both split.

use std::collections::HashSet;

use super::name_of;
use crate::separated::{Separator, Splitter};

/// A sentence where lines of edges are split at white space rather than at the sign that was found: all have as many
/// columns by it, and the sign stands behind the first two of them, which name a node in common or go before numbers; or it is a tab beside which other numbers are apart by
/// blanks. Names of as many words on both sides of the sign hold blanks themselves.
pub(super) fn stand_between(found: Separator, rows: &[&str], splitter: Splitter) -> Option<String> {
    let sign = found.sign()?;
    let spaced = Splitter { separator: Separator::Space, ..splitter };
    let signed = Splitter { separator: found, ..splitter };
    let split = |splitter: Splitter| -> Option<Vec<Vec<String>>> {
        let fields = |row: &&str| Some(splitter.fields(row).ok()?.into_iter().map(String::from).collect());
        rows.iter().map(fields).collect()
    };
    let (by_blanks, by_sign) = (split(spaced)?, split(signed)?);
    let width = by_blanks.first()?.len();
    if rows.len() < 2 || width < 3 || by_blanks.iter().any(|row| row.len() != width) {
        return None;
    }
    let columns = by_sign.first()?.len();
    let stands_between = match found {
        Separator::Tab => {
            let is_number = |text: &String| text.parse::<f64>().is_ok();
            width > columns && by_blanks.iter().flatten().all(is_number)
        }
        _ => {
            let words = |text: &str| text.split_whitespace().count();
            let are_numbers = |text: &str| text.split(sign).all(|number| number.parse::<f64>().is_ok());
            let first: HashSet<&str> = by_blanks.iter().map(|row| row[0].as_str()).collect();
            by_blanks.iter().all(|row| !row[0].contains(sign) && !row[1].contains(sign))
                && (by_blanks.iter().any(|row| first.contains(row[1].as_str()))
                    || by_blanks.iter().all(|row| are_numbers(&row[2])))
                && by_sign.iter().any(|row| row.len() < 2 || words(&row[0]) != words(&row[1]))
        }
    };
    stands_between.then(|| {
        let name = name_of(sign);
        format!(
            "lines are split at blanks into {width} columns; data.delimiter={name} splits them into {columns} at the {name}"
        )
    })
}
