//! `[objective]` of a graph: which of its pairs of nodes a step sums over.

use aevb_models::vgae::Diagonal;
use serde::{Deserialize, Serialize};

use super::graph::is_default;
use super::read::Invalid;

/// Rows and columns of a block, and pairs without an edge of each node, where no number is asked for.
const USUAL_ROWS: usize = 256;
const USUAL_COLUMNS: usize = 4096;
const USUAL_NON_EDGES: usize = 5;
/// Nodes of a subgraph are drawn by their degrees, where nothing is said.
const USUAL_ALPHA: f64 = 1.0;
/// Degrees to a higher power would be beyond all numbers on the largest graphs.
const LARGEST_ALPHA: f64 = 8.0;

/// The pairs of a graph that its objective is a sum over.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pairs {
    /// Those of a step.
    pub sum: PairSum,
    /// What a node's pair with itself is.
    pub diagonal: Diagonal,
    /// The share of the training edges that a step hides from the encoder, to learn these alone.
    pub mask: Option<f64>,
}

/// Over which pairs a step takes the sum that has no labels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum PairSum {
    /// Over all of them.
    #[default]
    All,
    /// Over a block, which is drawn anew for each step.
    Block(Block),
    /// Over all edges, and over some pairs without one that are drawn anew for each step.
    NonEdges {
        /// How many of each node.
        per_node: usize,
    },
    /// Over the pairs among some nodes alone, in place of both sums: biased (FastGAE).
    Subgraph {
        /// How many nodes, drawn without replacement.
        nodes: usize,
        /// α, where they are drawn by (degree + 1)^α.
        alpha: f64,
    },
}

/// Some nodes with all nodes, or with some.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// How many nodes, the rows.
    pub rows: usize,
    /// With how many others, the columns; with all where none are said.
    pub columns: Option<usize>,
    /// Over which edges the other sum is.
    pub edges: BlockEdges,
    /// α, where rows are drawn by (degree + 1)^α, with replacement; uniformly and without where none is said.
    pub alpha: Option<f64>,
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
    columns: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edges: Option<BlockEdges>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alpha: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    non_edges: Option<usize>,
    #[serde(skip_serializing_if = "is_default")]
    self_pairs: Diagonal,
    #[serde(skip_serializing_if = "Option::is_none")]
    mask: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Which {
    #[default]
    All,
    Rows,
    Blocks,
    Sampled,
    Subgraph,
}

impl PairKeys {
    pub(super) fn checked(self) -> Result<Pairs, Invalid> {
        Invalid::unless(
            self.mask.is_none_or(|share| share > 0.0 && share < 1.0),
            "objective.mask",
            "must lie between 0 and 1",
            "0.5 hides half of the edges in a step; leave it out to hide none",
        )?;
        Ok(Pairs { sum: self.sum()?, diagonal: self.self_pairs, mask: self.mask })
    }

    fn sum(self) -> Result<PairSum, Invalid> {
        self.check_place()?;
        for (key, count) in [
            ("objective.rows", self.rows),
            ("objective.columns", self.columns),
            ("objective.non_edges", self.non_edges),
        ] {
            Invalid::unless(
                count != Some(0),
                key,
                "must be at least 1",
                "leave it out for the usual number",
            )?;
        }
        Invalid::unless(
            self.pairs != Which::Subgraph || self.rows != Some(1),
            "objective.rows",
            "must be at least 2 beside objective.pairs = \"subgraph\", as one node is no pair",
            "leave it out for the usual number",
        )?;
        Invalid::unless(
            self.alpha.is_none_or(|alpha| alpha.abs() <= LARGEST_ALPHA),
            "objective.alpha",
            "must be a number from -8 to 8",
            "1 draws rows by their degrees; leave it out to draw all alike",
        )?;
        let block = |columns| Block {
            rows: self.rows.unwrap_or(USUAL_ROWS),
            columns,
            edges: self.edges.unwrap_or_default(),
            alpha: self.alpha,
        };
        Ok(match self.pairs {
            Which::All => PairSum::All,
            Which::Rows => PairSum::Block(block(None)),
            Which::Blocks => PairSum::Block(block(Some(self.columns.unwrap_or(USUAL_COLUMNS)))),
            Which::Sampled => PairSum::NonEdges { per_node: self.non_edges.unwrap_or(USUAL_NON_EDGES) },
            Which::Subgraph => PairSum::Subgraph {
                nodes: self.rows.unwrap_or(USUAL_ROWS),
                alpha: self.alpha.unwrap_or(USUAL_ALPHA),
            },
        })
    }

    /// Refuses keys that mean nothing beside the way that is asked for.
    fn check_place(self) -> Result<(), Invalid> {
        let of_blocks = "objective.pairs = \"rows\" or \"blocks\"";
        let of_drawn_rows = "objective.pairs = \"rows\", \"blocks\" or \"subgraph\"";
        let is_block = matches!(self.pairs, Which::Rows | Which::Blocks);
        let has_rows = is_block || self.pairs == Which::Subgraph;
        let given = [
            ("objective.rows", self.rows.is_some(), has_rows, of_drawn_rows),
            ("objective.edges", self.edges.is_some(), is_block, of_blocks),
            ("objective.alpha", self.alpha.is_some(), has_rows, of_drawn_rows),
            (
                "objective.columns",
                self.columns.is_some(),
                self.pairs == Which::Blocks,
                "objective.pairs = \"blocks\"",
            ),
            (
                "objective.non_edges",
                self.non_edges.is_some(),
                self.pairs == Which::Sampled,
                "objective.pairs = \"sampled\"",
            ),
        ];
        given.into_iter().try_for_each(|(key, is_given, is_placed, place)| {
            let message = format!("means something only beside {place}");
            Invalid::unless(!is_given || is_placed, key, &message, &format!("set {place}, or leave it out"))
        })
    }

    /// Refuses them where there are no pairs.
    pub(super) fn check_absent(self) -> Result<(), Invalid> {
        let given = [
            ("objective.pairs", self.pairs != Which::All),
            ("objective.rows", self.rows.is_some()),
            ("objective.columns", self.columns.is_some()),
            ("objective.edges", self.edges.is_some()),
            ("objective.alpha", self.alpha.is_some()),
            ("objective.non_edges", self.non_edges.is_some()),
            ("objective.self_pairs", !is_default(&self.self_pairs)),
            ("objective.mask", self.mask.is_some()),
        ];
        given.into_iter().try_for_each(|(key, is_given)| {
            Invalid::unless(!is_given, key, "is for graphs alone", "leave it out")
        })
    }
}

impl From<Pairs> for PairKeys {
    fn from(Pairs { sum, diagonal, mask }: Pairs) -> Self {
        let keys = Self { self_pairs: diagonal, mask, ..Self::default() };
        match sum {
            PairSum::All => keys,
            PairSum::Block(Block { rows, columns, edges, alpha }) => Self {
                pairs: if columns.is_some() { Which::Blocks } else { Which::Rows },
                rows: Some(rows),
                columns,
                edges: Some(edges).filter(|edges| !is_default(edges)),
                alpha,
                ..keys
            },
            PairSum::NonEdges { per_node } => {
                Self { pairs: Which::Sampled, non_edges: Some(per_node), ..keys }
            }
            PairSum::Subgraph { nodes, alpha } => {
                Self { pairs: Which::Subgraph, rows: Some(nodes), alpha: Some(alpha), ..keys }
            }
        }
    }
}
