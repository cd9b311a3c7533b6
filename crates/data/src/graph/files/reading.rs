//! How a list of edges is read, where its content does not tell or tells wrong.

use std::fmt;

use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which columns and lines of a list of edges are what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EdgeReading {
    /// The column of the nodes that edges begin at; it goes with `target`.
    pub source: Option<Column>,
    /// The column of the nodes that they end at.
    pub target: Option<Column>,
    /// The column of their weights.
    pub weight: Option<Column>,
    /// Whether the first line names the columns.
    pub header: Header,
    /// What stands between the columns: a sign, or tab, comma, semicolon, pipe or space.
    pub delimiter: Option<String>,
    /// Whether the two ends are nodes of different kinds, each numbered by itself.
    pub bipartite: Bipartite,
    /// What lines with an end called `NA`, `NaN`, `None` or `null` are.
    pub missing_ends: MissingEnds,
    /// Whether edges are from the first end to the second, and not between the two.
    pub directed: bool,
}

/// A column, by its name or by its number from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ColumnText", into = "String")]
pub struct Column(pub String);

/// A column as configurations have it.
#[derive(Deserialize)]
#[serde(untagged)]
enum ColumnText {
    Number(u32),
    Name(String),
}

impl From<ColumnText> for Column {
    fn from(text: ColumnText) -> Self {
        match text {
            ColumnText::Number(number) => Self(number.to_string()),
            ColumnText::Name(name) => Self(name),
        }
    }
}

impl From<Column> for String {
    fn from(column: Column) -> Self {
        column.0
    }
}

/// Whether the first line of a file names its columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Header {
    /// By what it looks like.
    #[default]
    Auto,
    /// It does.
    Yes,
    /// It is a row like the others.
    No,
}

/// Whether the two ends of each edge are nodes of different kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bipartite {
    /// They are where the file says so: KONECT's `% bip`, or a matrix in Matrix Market that is no square.
    #[default]
    Auto,
    /// They are, and may have the same names: nodes are called `left:` and `right:` with the name in the file.
    Yes,
    /// A name is one node on either side.
    No,
    /// They are, and all pairs are between the two columns: `true` in configurations.
    Sides,
}

impl Serialize for Bipartite {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Yes => serializer.serialize_str("yes"),
            Self::No => serializer.serialize_str("no"),
            Self::Sides => serializer.serialize_bool(true),
        }
    }
}

impl<'de> Deserialize<'de> for Bipartite {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(Spoken)
    }
}

/// What configurations say: a truth, or a name.
struct Spoken;

impl Visitor<'_> for Spoken {
    type Value = Bipartite;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("true, false or one of `auto`, `yes`, `no`")
    }

    fn visit_bool<E: de::Error>(self, are_sides: bool) -> std::result::Result<Bipartite, E> {
        Ok(if are_sides { Bipartite::Sides } else { Bipartite::No })
    }

    fn visit_str<E: de::Error>(self, name: &str) -> std::result::Result<Bipartite, E> {
        match name {
            "auto" => Ok(Bipartite::Auto),
            "yes" => Ok(Bipartite::Yes),
            "true" => Ok(Bipartite::Sides),
            "no" | "false" => Ok(Bipartite::No),
            _ => Err(E::invalid_value(Unexpected::Str(name), &self)),
        }
    }
}

/// What lines are whose source or target is called like a missing value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingEnds {
    /// No edges: they are left out, and counted.
    #[default]
    LeaveOut,
    /// Edges of a node of that name.
    Keep,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_configuration_says_of_sides_is_read_or_refused_in_plain_words() {
        let read = |text: &str| serde_json::from_str::<Bipartite>(text).map_err(|error| error.to_string());
        let all = [
            ("true", Bipartite::Sides),
            ("false", Bipartite::No),
            ("\"auto\"", Bipartite::Auto),
            ("\"yes\"", Bipartite::Yes),
            ("\"no\"", Bipartite::No),
        ];
        for (text, expected) in all {
            assert_eq!(read(text), Ok(expected));
            let written = serde_json::to_string(&expected).expect("JSON");
            assert_eq!(read(&written), Ok(expected));
        }
        for (wrong, found) in [("\"maybe\"", "string \"maybe\""), ("3", "integer `3`")] {
            let error = read(wrong).expect_err("no such value");
            let expected = format!("{found}, expected true, false or one of `auto`, `yes`, `no`");
            assert!(error.contains(&expected), "{error}");
        }
    }
}
