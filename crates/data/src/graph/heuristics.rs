//! Link prediction without learning: scores of a pair from the training graph alone, to stand beside a model's.
//!
//! Liben-Nowell and Kleinberg, *The link-prediction problem for social networks* (2007), compare them all. N(i) are the
//! neighbours of node i, and d its degree. Every score is symmetric, and higher where a link is likelier.
//! [`Heuristic::scores`] is for given pairs, [`Heuristic::from_sources`] for all that a node could be linked to,
//! [`Heuristic::best_pairs`] for those that score highest.
//!
//! Of a graph with sides the pairs are those between them. Of a directed one a neighbour of i that is common is a node w with
//! i → w → j, whose degree is that of both its roles, and d(i) · d(j) counts the edges out of i and into j. Two nodes on different
//! sides of a bipartite graph have no common neighbour: paths i – v – u – j of three edges are in their place.
//!
//! Scores are rounded to 40 bits, so that sums of the same terms in another order are ties.

use serde::Serialize;

use super::{Graph, SideKind};

mod best;
mod common;
mod degrees;
mod links;
mod pagerank;
mod pairs;
mod paths;
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
    /// The number of paths i – v – u – j, of bipartite graphs.
    ThreePaths,
    /// Σ 1 / √(d(v) d(u)) over them (Kovács et al., 2019).
    L3,
    /// Σ 1 / (d(v) d(u)) over them: resource allocation in three steps.
    ThreeStepAllocation,
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
    pub const ALL: [Self; 8] = [
        Self::CommonNeighbours,
        Self::AdamicAdar,
        Self::ResourceAllocation,
        Self::ThreePaths,
        Self::L3,
        Self::ThreeStepAllocation,
        Self::PersonalisedPageRank,
        Self::PreferentialAttachment,
    ];

    /// Those that say something of the pairs of a graph, in the order of a table: common neighbours of nodes on two sides of a
    /// bipartite graph are none, paths of three edges are for such graphs, and PageRank walks in no direction.
    pub fn of(graph: &Graph) -> Vec<Self> {
        let kind = graph.sides().map(|sides| sides.kind);
        let suits = |heuristic: &Self| match heuristic.form() {
            Form::OverCommonNeighbours(_) => kind != Some(SideKind::Bipartite),
            Form::OverThreePaths(_) => kind == Some(SideKind::Bipartite),
            Form::PersonalisedPageRank => kind != Some(SideKind::Directed),
            Form::ProductOfDegrees => true,
        };
        Self::ALL.into_iter().filter(suits).collect()
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommonNeighbours => "common neighbours",
            Self::AdamicAdar => "Adamic–Adar",
            Self::ResourceAllocation => "resource allocation",
            Self::ThreePaths => "paths of three edges",
            Self::L3 => "L3",
            Self::ThreeStepAllocation => "three-step allocation",
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
            let weight = |w| weight(middle_degree(graph, w));
            pairs.iter().map(|[i, j]| rounded(common_neighbours(graph, *i, *j).map(weight).sum())).collect()
        };
        match self.form() {
            Form::OverCommonNeighbours(weight) => over_common(weight),
            Form::ProductOfDegrees => {
                pairs.iter().map(|[i, j]| graph.degree(*i) as f64 * graph.degree(*j) as f64).collect()
            }
            Form::OverThreePaths(weight) => paths::scores(graph, weight, pairs),
            Form::PersonalisedPageRank => pagerank::scores(graph, pairs),
        }
    }

    fn form(self) -> Form {
        match self {
            Self::CommonNeighbours => Form::OverCommonNeighbours(|_| 1.0),
            Self::AdamicAdar => Form::OverCommonNeighbours(|degree| 1.0 / (degree as f64).ln()),
            Self::ResourceAllocation => Form::OverCommonNeighbours(|degree| 1.0 / degree as f64),
            Self::ThreePaths => Form::OverThreePaths(|_| 1.0),
            Self::L3 => Form::OverThreePaths(|degree| 1.0 / (degree as f64).sqrt()),
            Self::ThreeStepAllocation => Form::OverThreePaths(|degree| 1.0 / degree as f64),
            Self::PreferentialAttachment => Form::ProductOfDegrees,
            Self::PersonalisedPageRank => Form::PersonalisedPageRank,
        }
    }
}

/// What a score is computed from.
enum Form {
    /// A sum over the common neighbours, of a weight that depends on their degree.
    OverCommonNeighbours(fn(usize) -> f64),
    /// A sum over paths of three edges, of the product of such weights of the two nodes within.
    OverThreePaths(fn(usize) -> f64),
    ProductOfDegrees,
    PersonalisedPageRank,
}

/// The bits that a score keeps of its 53.
const DIGITS: u32 = 40;

/// The nearest number of [`DIGITS`] bits, for a score that is neither negative nor huge.
fn rounded(score: f64) -> f64 {
    let dropped = f64::MANTISSA_DIGITS - DIGITS;
    // An empty sum is −0.
    let score = score + 0.0;
    f64::from_bits((score.to_bits() + (1 << (dropped - 1))) & (u64::MAX << dropped))
}

/// The degree of a node that a path goes through: of a directed graph its edges in and out.
fn middle_degree(graph: &Graph, node: u32) -> usize {
    let onward = graph.onward(node);
    graph.degree(node) + if onward == node { 0 } else { graph.degree(onward) }
}

/// A weight for each node, by its degree as one that paths go through.
fn weights(graph: &Graph, weight: fn(usize) -> f64) -> Vec<f64> {
    (0..graph.nodes() as u32).map(|node| weight(middle_degree(graph, node))).collect()
}

/// The common neighbours of two nodes in ascending order.
fn common_neighbours(graph: &Graph, i: u32, j: u32) -> impl Iterator<Item = u32> + '_ {
    let (few, many) = match (graph.neighbours(i), graph.neighbours(j)) {
        (a, b) if a.len() <= b.len() => (a, b),
        (a, b) => (b, a),
    };
    few.iter().copied().filter(move |w| many.binary_search(&graph.onward(*w)).is_ok())
}
