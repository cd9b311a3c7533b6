//! Link prediction without learning: scores of a pair from the training graph alone, to stand beside a model's.
//!
//! Liben-Nowell and Kleinberg, *The link-prediction problem for social networks* (2007), compare them all. N(i) are the
//! neighbours of node i, and d its degree. Every score is symmetric, and higher where a link is likelier.
//! [`Heuristic::scores`] is for given pairs, [`Heuristic::from_sources`] for all that a node could be linked to,
//! [`Heuristic::best_pairs`] for those that score highest.
//!
//! Scores are rounded to 40 bits, so that sums of the same terms in another order are ties.

use serde::Serialize;

use super::Graph;

mod best;
mod common;
mod degrees;
mod pagerank;
mod pairs;
mod rows;

pub use best::BestPair;
pub use common::{CommonNeighbours, CommonRow, CommonSums};

/// How to score a pair of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heuristic {
    /// |N(i) ∩ N(j)|.
    CommonNeighbours,
    /// Σ 1 / ln d(w) over the common neighbours w (Adamic and Adar, 2003).
    AdamicAdar,
    /// Σ 1 / d(w) over the common neighbours w (Zhou, Lü and Zhang, 2009).
    ResourceAllocation,
    /// d(i) · d(j) (Barabási and Albert, 1999).
    PreferentialAttachment,
    /// π_i(j) + π_j(i), where π_i is where a walk from i ends that takes each next step with probability
    /// [`DAMPING`], and else starts again at i.
    PersonalisedPageRank,
}

/// The probability that the walk of [`Heuristic::PersonalisedPageRank`] goes on.
pub const DAMPING: f64 = 0.85;

impl Heuristic {
    /// All of them, in the order of a table.
    pub const ALL: [Self; 5] = [
        Self::CommonNeighbours,
        Self::AdamicAdar,
        Self::ResourceAllocation,
        Self::PersonalisedPageRank,
        Self::PreferentialAttachment,
    ];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommonNeighbours => "common neighbours",
            Self::AdamicAdar => "Adamic–Adar",
            Self::ResourceAllocation => "resource allocation",
            Self::PreferentialAttachment => "preferential attachment",
            Self::PersonalisedPageRank => "personalised PageRank",
        }
    }

    /// The score of each pair of distinct nodes on `graph`, which for a fair comparison is the training graph.
    ///
    /// PageRank costs a walk for each distinct first node, O(nodes + edges) each, so score edges and non-edges at once.
    ///
    /// # Panics
    /// If a pair is outside the graph.
    pub fn scores(self, graph: &Graph, pairs: &[[u32; 2]]) -> Vec<f64> {
        let over_common = |weight: fn(usize) -> f64| {
            let weight = |w| weight(graph.degree(w));
            pairs.iter().map(|[i, j]| rounded(common_neighbours(graph, *i, *j).map(weight).sum())).collect()
        };
        match self.form() {
            Form::OverCommonNeighbours(weight) => over_common(weight),
            Form::ProductOfDegrees => {
                pairs.iter().map(|[i, j]| graph.degree(*i) as f64 * graph.degree(*j) as f64).collect()
            }
            Form::PersonalisedPageRank => pagerank::scores(graph, pairs),
        }
    }

    fn form(self) -> Form {
        match self {
            Self::CommonNeighbours => Form::OverCommonNeighbours(|_| 1.0),
            Self::AdamicAdar => Form::OverCommonNeighbours(|degree| 1.0 / (degree as f64).ln()),
            Self::ResourceAllocation => Form::OverCommonNeighbours(|degree| 1.0 / degree as f64),
            Self::PreferentialAttachment => Form::ProductOfDegrees,
            Self::PersonalisedPageRank => Form::PersonalisedPageRank,
        }
    }
}

/// What a score is computed from.
enum Form {
    /// A sum over the common neighbours, of a weight that depends on their degree.
    OverCommonNeighbours(fn(usize) -> f64),
    ProductOfDegrees,
    PersonalisedPageRank,
}

/// The bits that a score keeps of its 53.
const DIGITS: u32 = 40;

/// The nearest number of [`DIGITS`] bits, for a score that is neither negative nor huge.
fn rounded(score: f64) -> f64 {
    let dropped = f64::MANTISSA_DIGITS - DIGITS;
    f64::from_bits((score.to_bits() + (1 << (dropped - 1))) & (u64::MAX << dropped))
}

/// The common neighbours of two nodes in ascending order.
fn common_neighbours(graph: &Graph, i: u32, j: u32) -> impl Iterator<Item = u32> + '_ {
    let (few, many) = match (graph.neighbours(i), graph.neighbours(j)) {
        (a, b) if a.len() <= b.len() => (a, b),
        (a, b) => (b, a),
    };
    few.iter().copied().filter(move |w| many.binary_search(w).is_ok())
}
