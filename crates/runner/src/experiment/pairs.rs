//! `[objective]` of a graph: which of its pairs of nodes a step sums over.

use serde::{Deserialize, Serialize};

use super::graph::is_default;
use super::read::Invalid;

/// Rows of a block, where none are asked for.
const USUAL_ROWS: usize = 256;

/// Over which pairs a step takes the sum that has no labels. That over the edges is exact in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PairSum {
    /// Over all of them.
    #[default]
    All,
    /// Over those of so many nodes, which are drawn anew for each step, with all nodes.
    Rows(usize),
}

/// The same as it stands in a file.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PairKeys {
    #[serde(skip_serializing_if = "is_default")]
    pairs: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Pairs {
    #[default]
    All,
    Rows,
}

impl PairKeys {
    pub(super) fn sum(self) -> Result<PairSum, Invalid> {
        match self {
            Self { pairs: Pairs::All, rows: None } => Ok(PairSum::All),
            Self { pairs: Pairs::All, rows: Some(_) } => Err(Invalid::new(
                "objective.rows",
                "means something only beside objective.pairs = \"rows\"",
                "set objective.pairs = \"rows\", or leave it out",
            )),
            Self { rows: Some(0), .. } => {
                Err(Invalid::new("objective.rows", "must be at least 1", "256 is usual"))
            }
            Self { rows, .. } => Ok(PairSum::Rows(rows.unwrap_or(USUAL_ROWS))),
        }
    }

    /// Refuses them where there are no pairs.
    pub(super) fn check_absent(self) -> Result<(), Invalid> {
        let is_absent = self.pairs == Pairs::All && self.rows.is_none();
        let key = if self.pairs == Pairs::All { "objective.rows" } else { "objective.pairs" };
        Invalid::unless(is_absent, key, "is for graphs alone", "leave it out")
    }
}

impl From<PairSum> for PairKeys {
    fn from(sum: PairSum) -> Self {
        match sum {
            PairSum::All => Self::default(),
            PairSum::Rows(rows) => Self { pairs: Pairs::Rows, rows: Some(rows) },
        }
    }
}
