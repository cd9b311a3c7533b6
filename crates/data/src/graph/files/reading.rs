//! How a list of edges is read, where its content does not tell or tells wrong.

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BipartiteText", into = "BipartiteText")]
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

/// The same as configurations have it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum BipartiteText {
    Flag(bool),
    Name(BipartiteName),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BipartiteName {
    Auto,
    Yes,
    No,
    True,
    False,
}

impl From<BipartiteText> for Bipartite {
    fn from(text: BipartiteText) -> Self {
        match text {
            BipartiteText::Flag(true) | BipartiteText::Name(BipartiteName::True) => Self::Sides,
            BipartiteText::Flag(false) | BipartiteText::Name(BipartiteName::False | BipartiteName::No) => {
                Self::No
            }
            BipartiteText::Name(BipartiteName::Auto) => Self::Auto,
            BipartiteText::Name(BipartiteName::Yes) => Self::Yes,
        }
    }
}

impl From<Bipartite> for BipartiteText {
    fn from(bipartite: Bipartite) -> Self {
        match bipartite {
            Bipartite::Auto => Self::Name(BipartiteName::Auto),
            Bipartite::Yes => Self::Name(BipartiteName::Yes),
            Bipartite::No => Self::Name(BipartiteName::No),
            Bipartite::Sides => Self::Flag(true),
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
