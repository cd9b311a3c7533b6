//! Columns that number or name the rows, as pandas and R write them, and are no feature.

use serde::{Deserialize, Serialize};

/// What becomes of a column that numbers the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndexColumn {
    /// It is left out, and names the rows where nothing else does.
    #[default]
    Auto,
    /// It is a column like the others.
    Keep,
}

/// A column that may number the rows.
pub(super) struct Candidate<'a> {
    /// What the file calls it, if it does.
    pub name: Option<&'a str>,
    /// Whether all columns before it number the rows.
    pub is_leading: bool,
    /// Whether it holds words.
    pub has_words: bool,
    /// Whether the column after it counts as well, as those of a series and its lags do.
    pub is_series: bool,
    /// Whether no cell of it holds anything.
    pub is_empty: bool,
    /// Its numbers.
    pub values: &'a [f64],
}

/// What a column is, and why.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// A feature.
    Feature,
    /// A feature that may be none.
    Doubtful(&'static str),
    /// The rows' numbers or names.
    Index(&'static str),
}

/// Fewer rows may count up by chance.
const FEW: usize = 10;

impl Candidate<'_> {
    pub fn found(&self) -> Found {
        let counting = counts_from_0_or_1(self.values);
        match self.name {
            Some(name) if name.starts_with("__index_level_") => {
                Found::Index("is the index that pandas writes into Parquet")
            }
            Some(name) if is_unnamed(name) => {
                if self.is_empty {
                    Found::Index("has no name and no value")
                } else if self.is_leading {
                    Found::Index("has no name, as the index that pandas and R write")
                } else if counting && !self.has_words {
                    Found::Index("has no name and counts the rows")
                } else {
                    Found::Doubtful("has no name")
                }
            }
            Some(name)
                if !self.is_leading
                    && !self.has_words
                    && self.values.len() >= FEW
                    && is_identifier(name)
                    && are_distinct_whole(self.values) =>
            {
                Found::Doubtful("is called like a number of the rows, and has another whole number in each")
            }
            _ if !self.is_leading || self.has_words => Found::Feature,
            Some(name) if is_identifier(name) && are_distinct_whole(self.values) => {
                Found::Index("is called like a number of the rows, and has another whole number in each")
            }
            Some(name) if counting && !self.is_series && self.values.len() >= FEW && !is_time(name) => {
                Found::Doubtful("counts the rows")
            }
            None if counting && !self.is_series && self.values.len() >= FEW => {
                Found::Index("counts the rows")
            }
            _ => Found::Feature,
        }
    }
}

/// Whether a file has no name for a column, or pandas' name of one that had none.
pub(super) fn is_unnamed(name: &str) -> bool {
    let number = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit());
    name.is_empty() || name.strip_prefix("Unnamed: ").is_some_and(number)
}

/// Whether a column of that name holds numbers of rows rather than a quantity.
pub(super) fn is_identifier(name: &str) -> bool {
    const NAMES: [&str; 22] = [
        "id",
        "ids",
        "uid",
        "idx",
        "index",
        "row",
        "rows",
        "rowid",
        "rownum",
        "rownumber",
        "rowname",
        "rownames",
        "no",
        "no.",
        "nr",
        "nr.",
        "#",
        "obs",
        "obs.",
        "observation",
        "record",
        "level_0",
    ];
    let plain = name.trim().to_lowercase().replace([' ', '-'], "_");
    let squeezed = plain.replace('_', "");
    NAMES.contains(&plain.as_str())
        || NAMES.contains(&squeezed.as_str())
        || plain.ends_with("_id")
        || ["Id", "ID"].iter().any(|end| {
            name.strip_suffix(end)
                .is_some_and(|before| before.ends_with(|letter: char| letter.is_lowercase()))
        })
}

/// Whether a column of that name counts because what it measures does.
fn is_time(name: &str) -> bool {
    const NAMES: [&str; 20] = [
        "time",
        "t",
        "timestep",
        "step",
        "day",
        "days",
        "hour",
        "hours",
        "minute",
        "minutes",
        "second",
        "seconds",
        "week",
        "month",
        "year",
        "epoch",
        "iteration",
        "frame",
        "age",
        "depth",
    ];
    NAMES.iter().any(|known| name.trim().eq_ignore_ascii_case(known))
}

/// Whether each number is one more than the last.
pub(super) fn counts(mut values: impl Iterator<Item = f64>) -> bool {
    let Some(mut last) = values.next() else { return false };
    values.all(|value| std::mem::replace(&mut last, value) + 1.0 == value)
}

fn counts_from_0_or_1(values: &[f64]) -> bool {
    let Some(&start) = values.first() else { return false };
    (start == 0.0 || start == 1.0) && counts(values.iter().copied())
}

fn are_distinct_whole(values: &[f64]) -> bool {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    values.iter().all(|value| value.fract() == 0.0) && sorted.windows(2).all(|pair| pair[0] != pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate<'a>(name: Option<&'a str>, values: &'a [f64]) -> Candidate<'a> {
        Candidate { name, is_leading: true, is_series: false, has_words: false, is_empty: false, values }
    }

    fn found(name: Option<&str>, values: &[f64]) -> Found {
        candidate(name, values).found()
    }

    #[test]
    fn numbers_of_rows_are_told_from_features() {
        let counting: Vec<f64> = (0..20).map(f64::from).collect();
        let jumping: Vec<f64> = (0..20).map(|row| f64::from(1000 + (row * 7) % 20)).collect();
        let repeated: Vec<f64> = (0..20).map(|row| f64::from(row / 2)).collect();
        let real: Vec<f64> = (0..20).map(|row| f64::from(row) * 0.5).collect();
        for name in
            ["", "Unnamed: 0", "Unnamed: 0.1", "id", "Row ID", "CustomerId", "sample_id", "index", "#"]
        {
            for values in [&counting, &jumping] {
                assert!(matches!(found(Some(name), values), Found::Index(_)), "{name}");
            }
        }
        assert!(matches!(found(None, &counting), Found::Index(_)));
        let last = Candidate { is_leading: false, ..candidate(Some("__index_level_0__"), &real) };
        assert!(matches!(last.found(), Found::Index(_)));
        assert!(matches!(found(Some("sample"), &counting), Found::Doubtful(_)));
        assert!(matches!(found(Some(""), &real), Found::Index(_)));
        for (name, values) in [
            (Some("time"), &counting),
            (Some("time"), &jumping),
            (Some("id"), &repeated),
            (Some("acid"), &jumping),
            (Some("humid"), &real),
            (Some("year"), &real),
            (None, &jumping),
            (None, &real),
        ] {
            assert_eq!(found(name, values), Found::Feature, "{name:?}");
        }
        let few = &counting[..3];
        assert_eq!((found(None, few), found(Some("a"), few)), (Found::Feature, Found::Feature));
    }
}
