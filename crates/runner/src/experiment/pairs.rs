//! `[objective]` of a graph: which of its pairs of nodes a step sums over.

use aevb_models::vgae::Diagonal;
use serde::{Deserialize, Serialize};

use super::graph::is_default;
use super::read::Invalid;

/// Rows of a block, where none are asked for.
const USUAL_ROWS: usize = 256;

/// The pairs of a graph that its objective is a sum over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Those of a step.
    pub sum: PairSum,
    /// What a node's pair with itself is.
    pub diagonal: Diagonal,
}

/// Over which pairs a step takes the sum that has no labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PairSum {
    /// Over all of them.
    #[default]
    All,
    /// Over those of some nodes, which are drawn anew for each step, with all nodes.
    Rows {
        /// How many nodes.
        rows: usize,
        /// Over which edges the other sum is.
        edges: BlockEdges,
    },
}

/// Over which edges a step sums that takes a block of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockEdges {
    /// Over all of them.
    #[default]
    All,
    /// Over those of the rows, each as often as a row stands for others: far less noise near the optimum, where a row's edges and
    /// its other pairs nearly cancel.
    Rows,
}

/// The same as it stands in a file.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PairKeys {
    #[serde(skip_serializing_if = "is_default")]
    pairs: Which,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edges: Option<BlockEdges>,
    #[serde(skip_serializing_if = "is_default")]
    self_pairs: Diagonal,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Which {
    #[default]
    All,
    Rows,
}

impl PairKeys {
    pub(super) fn checked(self) -> Result<Pairs, Invalid> {
        Ok(Pairs { sum: self.sum()?, diagonal: self.self_pairs })
    }

    fn sum(self) -> Result<PairSum, Invalid> {
        match self {
            Self { pairs: Which::All, rows: None, edges: None, .. } => Ok(PairSum::All),
            Self { pairs: Which::All, rows, .. } => Err(Invalid::new(
                if rows.is_some() { "objective.rows" } else { "objective.edges" },
                "means something only beside objective.pairs = \"rows\"",
                "set objective.pairs = \"rows\", or leave it out",
            )),
            Self { rows: Some(0), .. } => {
                Err(Invalid::new("objective.rows", "must be at least 1", "256 is usual"))
            }
            Self { rows, edges, .. } => {
                Ok(PairSum::Rows { rows: rows.unwrap_or(USUAL_ROWS), edges: edges.unwrap_or_default() })
            }
        }
    }

    /// Refuses them where there are no pairs.
    pub(super) fn check_absent(self) -> Result<(), Invalid> {
        let given = [
            ("objective.pairs", self.pairs != Which::All),
            ("objective.rows", self.rows.is_some()),
            ("objective.edges", self.edges.is_some()),
            ("objective.self_pairs", !is_default(&self.self_pairs)),
        ];
        given.into_iter().try_for_each(|(key, is_given)| {
            Invalid::unless(!is_given, key, "is for graphs alone", "leave it out")
        })
    }
}

impl From<Pairs> for PairKeys {
    fn from(Pairs { sum, diagonal }: Pairs) -> Self {
        let keys = Self { self_pairs: diagonal, ..Self::default() };
        match sum {
            PairSum::All => keys,
            PairSum::Rows { rows, edges } => Self {
                pairs: Which::Rows,
                rows: Some(rows),
                edges: Some(edges).filter(|edges| !is_default(edges)),
                ..keys
            },
        }
    }
}
