//! `[objective]` of a graph: which of its pairs of nodes a step sums over.

use aevb_models::vgae::Diagonal;
use serde::{Deserialize, Serialize};

use super::graph::is_default;
use super::read::Invalid;

/// Rows and columns of a block, all of a graph with fewer nodes, and pairs without an edge of each node, where no number is asked for.
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
    /// Which of its numbers of nodes were asked for.
    pub asked: Asked,
    /// What a node's pair with itself is.
    pub diagonal: Diagonal,
    /// The share of the training edges that a step hides from the encoder, to learn these alone.
    pub mask: Option<f64>,
}

/// Which numbers of nodes were asked for: a graph that has fewer is refused. Of one with fewer than the usual number a step takes all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// That of the rows of a block, or of the nodes of a subgraph.
    pub rows: bool,
    /// That of the columns.
    pub columns: bool,
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

impl PairSum {
    /// Whether each step brings the edges that it sums over, so that no list of all of them is kept.
    pub fn has_own_edges(self) -> bool {
        match self {
            Self::Block(block) => block.edges == BlockEdges::Rows,
            Self::Subgraph { .. } => true,
            Self::All | Self::NonEdges { .. } => false,
        }
    }

    /// Whether a step asks which nodes are neighbours, be it to take these pairs or not to.
    pub fn needs_training_graph(self) -> bool {
        self.has_own_edges() || matches!(self, Self::NonEdges { .. })
    }

    /// Whether a step needs the latent vectors of some nodes alone.
    pub fn needs_some_nodes(self) -> bool {
        self.has_own_edges() && !matches!(self, Self::Block(Block { columns: None, .. }))
    }

    /// α, where nodes are drawn by (degree + 1)^α.
    pub fn alpha(self) -> Option<f64> {
        match self {
            Self::Block(block) => block.alpha,
            Self::Subgraph { alpha, .. } => Some(alpha),
            Self::All | Self::NonEdges { .. } => None,
        }
    }

    /// The same on a graph with so many nodes that may be rows, and columns, of which a step has no more.
    #[must_use]
    pub fn within(self, nodes: usize, columns: usize) -> Self {
        match self {
            Self::Block(block) => Self::Block(Block {
                rows: block.rows.min(nodes),
                columns: block.columns.map(|drawn| drawn.min(columns)),
                ..block
            }),
            Self::Subgraph { nodes: drawn, alpha } => Self::Subgraph { nodes: drawn.min(nodes), alpha },
            Self::All | Self::NonEdges { .. } => self,
        }
    }
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
        let asked = Asked { rows: self.rows.is_some(), columns: self.columns.is_some() };
        Ok(Pairs { sum: self.sum()?, asked, diagonal: self.self_pairs, mask: self.mask })
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
    fn from(Pairs { sum, asked, diagonal, mask }: Pairs) -> Self {
        // A number that nobody asked for is not written: read again, it would be refused where the graph has fewer nodes.
        let said = |rows| asked.rows.then_some(rows);
        let keys = Self { self_pairs: diagonal, mask, ..Self::default() };
        match sum {
            PairSum::All => keys,
            PairSum::Block(Block { rows, columns, edges, alpha }) => Self {
                pairs: if columns.is_some() { Which::Blocks } else { Which::Rows },
                rows: said(rows),
                columns: columns.filter(|_| asked.columns),
                edges: Some(edges).filter(|edges| !is_default(edges)),
                alpha,
                ..keys
            },
            PairSum::NonEdges { per_node } => {
                Self { pairs: Which::Sampled, non_edges: Some(per_node), ..keys }
            }
            PairSum::Subgraph { nodes, alpha } => {
                Self { pairs: Which::Subgraph, rows: said(nodes), alpha: Some(alpha), ..keys }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(keys: &str) -> Pairs {
        toml::from_str::<PairKeys>(keys).expect("TOML").checked().unwrap_or_else(|_| panic!("{keys}"))
    }

    #[test]
    fn what_is_asked_for_is_written_and_nothing_else() {
        for keys in [
            "pairs = \"blocks\"\n",
            "pairs = \"blocks\"\nrows = 256\ncolumns = 4096\n",
            "pairs = \"blocks\"\ncolumns = 4096\nedges = \"rows\"\n",
            "pairs = \"rows\"\nrows = 7\n",
            "pairs = \"subgraph\"\nalpha = 1.0\n",
            "pairs = \"subgraph\"\nrows = 256\nalpha = 1.0\n",
        ] {
            assert_eq!(toml::to_string(&PairKeys::from(pairs(keys))).expect("TOML"), keys);
        }
    }

    #[test]
    fn a_graph_of_fewer_nodes_has_all_of_them_in_a_step() {
        let PairSum::Block(block) = pairs("pairs = \"blocks\"").sum.within(300, 300) else {
            panic!("a block")
        };
        assert_eq!((block.rows, block.columns), (256, Some(300)));
        let PairSum::Block(block) = pairs("pairs = \"rows\"").sum.within(30, 30) else { panic!("a block") };
        assert_eq!((block.rows, block.columns), (30, None));
        assert_eq!(
            pairs("pairs = \"subgraph\"").sum.within(30, 30),
            PairSum::Subgraph { nodes: 30, alpha: USUAL_ALPHA }
        );
    }

    #[test]
    fn what_a_way_needs_follows_from_its_edges_and_columns() {
        for (keys, own_edges, training_graph, some_nodes) in [
            ("", false, false, false),
            ("pairs = \"rows\"", false, false, false),
            ("pairs = \"rows\"\nedges = \"rows\"", true, true, false),
            ("pairs = \"blocks\"", false, false, false),
            ("pairs = \"blocks\"\nedges = \"rows\"", true, true, true),
            ("pairs = \"sampled\"", false, true, false),
            ("pairs = \"subgraph\"", true, true, true),
        ] {
            let sum = pairs(keys).sum;
            let found = (sum.has_own_edges(), sum.needs_training_graph(), sum.needs_some_nodes());
            assert_eq!(found, (own_edges, training_graph, some_nodes), "{keys}");
        }
    }
}
