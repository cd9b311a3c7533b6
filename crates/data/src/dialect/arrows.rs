//! Arrows between two names, and what stands after the second.

use std::collections::HashSet;

use super::name_of;
use crate::separated::{Separator, Splitter};

/// Longer ones first, as they hold the shorter. A sign that names hold too has blanks around it.
const ARROWS: [&str; 25] = [
    "<-->", "<->", "<=>", "<==>", "-->", "->", "==>", "=>", "<--", "<-", "<==", "→", "⇒", "⟶", "↔", "⇔", "←",
    "⇐", "➔", " -- ", " — ", " – ", " > ", " < ", " - ",
];

/// What stands between columns.
const SIGNS: [char; 4] = ['\t', ';', ',', '|'];

/// How lines with arrows are split.
pub(super) struct Arrows {
    pub arrow: &'static str,
    /// What stands between the columns after the arrow, where there are several.
    pub beyond: Option<Separator>,
    pub doubt: Option<String>,
}

impl Arrows {
    /// That of rows each of which has one arrow of the same kind. The first row may be a header, without one.
    pub fn of(rows: &[&str]) -> Option<Self> {
        let (first, rest) = rows.split_first()?;
        let arrow = ARROWS.into_iter().find(|arrow| {
            let once = |row: &&str| {
                row.match_indices(arrow).count() == 1 && !row.trim_start().starts_with(arrow.trim())
            };
            let stands_free =
                |row: &&str| row.split_once(arrow).is_some_and(|(before, _)| before.ends_with(' '));
            let is_headed = || rest.len() > 1 && rest.iter().all(stands_free);
            rest.iter().all(once)
                && (once(first) || is_headed())
                && !(arrow.starts_with(' ') && (is_in_a_column(arrow, rows) || is_in_a_name(arrow, rows)))
        })?;
        let sides: Vec<(&str, &str)> =
            rows.iter().filter_map(|row| row.split_once(arrow)).map(|(a, b)| (a.trim(), b.trim())).collect();
        let beyond = beyond(&sides);
        let ends_in_number = |text: &str| {
            let number = text.rsplit_once(' ').map(|(_, last)| last);
            number.is_some_and(is_number)
        };
        let words = |text: &str| text.split_whitespace().count();
        let longer = sides.iter().all(|(from, to)| words(to) > words(from) && ends_in_number(to));
        let before: HashSet<&str> = sides.iter().map(|(from, _)| *from).collect();
        let is_known = |sign: char| {
            let mut names = sides.iter().filter_map(|(_, to)| to.split(sign).next());
            names.any(|name| before.contains(name.trim()))
        };
        let doubt = match beyond {
            None if longer => Some(format!(
                "every line ends in a number that is taken for a part of the name after `{}`; put a tab before a weight",
                arrow.trim()
            )),
            Some(separator) if arrow.starts_with(' ') => {
                separator.sign().filter(|sign| SIGNS.contains(sign) && !is_known(*sign)).map(|sign| {
                    let name = name_of(sign);
                    format!(
                        "`{}` is taken for an arrow between two names; data.delimiter={name} splits lines at the {name} alone",
                        arrow.trim()
                    )
                })
            }
            _ => None,
        };
        Some(Self { arrow, beyond, doubt })
    }
}

/// Whether a sign between columns stands in every row, on one side of the arrow only.
fn is_in_a_column(arrow: &str, rows: &[&str]) -> bool {
    SIGNS.into_iter().any(|sign| {
        let count = |text: &str| text.matches(sign).count();
        let sides = || rows.iter().filter_map(|row| row.split_once(arrow));
        sides().all(|(before, _)| count(before) > 0) && sides().all(|(_, after)| count(after) == 0)
    })
}

/// Whether a sign between columns stands in every row behind an arrow that names may hold too, and nothing tells that it
/// is an arrow: no name behind it stands before it too, and the last column holds no numbers.
fn is_in_a_name(arrow: &str, rows: &[&str]) -> bool {
    let sides = || rows.iter().filter_map(|row| row.split_once(arrow));
    let before: HashSet<&str> = sides().map(|(before, _)| before.trim()).collect();
    SIGNS.into_iter().any(|sign| {
        let stands_behind = sides().all(|(before, after)| !before.contains(sign) && after.contains(sign));
        let first = |after: &str| after.split(sign).next().map(str::trim).map(|name| before.contains(name));
        let last = |after: &str| after.rsplit(sign).next().is_some_and(is_number);
        stands_behind
            && !sides().any(|(_, after)| first(after) == Some(true))
            && !sides().all(|(_, after)| last(after))
    })
}

fn is_number(text: &str) -> bool {
    text.trim().replace(',', ".").parse::<f64>().is_ok()
}

/// What splits what follows the arrow into as many columns on each line, where nothing splits what comes before it. A
/// comma or a blank may stand within a name: then the last column holds numbers, or the names before it are known.
fn beyond(sides: &[(&str, &str)]) -> Option<Separator> {
    let before: HashSet<&str> = sides.iter().map(|(from, _)| *from).collect();
    [Separator::Tab, Separator::Semicolon, Separator::Pipe, Separator::Comma, Separator::Space]
        .into_iter()
        .find(|separator| {
            let splitter = Splitter::from(*separator);
            let single = |text: &str| splitter.fields(text).is_ok_and(|fields| fields.len() == 1);
            let rights: Option<Vec<Vec<String>>> = sides
                .iter()
                .map(|(_, to)| Some(splitter.fields(to).ok()?.into_iter().map(String::from).collect()))
                .collect();
            let Some(rights) = rights else { return false };
            let width = rights.first().map_or(0, Vec::len);
            if width < 2
                || rights.iter().any(|row| row.len() != width)
                || !sides.iter().all(|(from, _)| single(from))
            {
                return false;
            }
            !matches!(separator, Separator::Comma | Separator::Space)
                || rights.iter().all(|row| row.last().is_some_and(|text| is_number(text)))
                || rights.iter().any(|row| before.contains(row[0].as_str()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_after_an_arrow_are_told_from_names_of_several_words() {
        for (rows, expected) in [
            (["P0 -> P1 4", "P1 -> P2 5"], Some(Separator::Space)),
            (["a -> b friend", "b -> c enemy"], Some(Separator::Space)),
            (["a -> b, 3", "b -> c, 4"], Some(Separator::Comma)),
            (["a -> b\t3", "b -> c\t4"], Some(Separator::Tab)),
            (["Berlin -> New York", "Paris -> San Diego"], None),
            (["Member 1 -> Member 2", "Member 2 -> Member 3"], None),
            (["Doe, J -> Roe, K", "Roe, K -> Poe, L"], None),
        ] {
            let found = Arrows::of(&rows).expect("an arrow");
            assert_eq!((found.arrow, found.beyond), ("->", expected), "{rows:?}");
            assert_eq!(found.doubt, None, "{rows:?}");
        }
        assert!(
            Arrows::of(&["Member 1 -> Member 2 4", "Member 2 -> Member 3 5"])
                .expect("an arrow")
                .doubt
                .is_some()
        );
        assert!(Arrows::of(&["from to", "a → b", "b → c"]).is_some());
        assert!(Arrows::of(&["a,b,x - y", "b,c,y - z"]).is_none());
    }
}
