//! Link prediction without learning: scores of a pair from the training graph alone, to stand beside a model's.
//!
//! Liben-Nowell and Kleinberg, *The link-prediction problem for social networks* (2007), compare them all. N(i) are the
//! neighbours of node i, and d its degree. Every score is symmetric, and higher where a link is likelier.

use rayon::prelude::*;
use serde::Serialize;

use super::Graph;

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

/// Steps of the solver behind it: each nearly halves the error, and these leave some 1e-9.
const STEPS: usize = 40;

/// Systems solved side by side, so that one pass over the graph serves them all.
const BLOCK: usize = 16;

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
        let degree = |node| graph.degree(node) as f64;
        let over_common = |weight: &dyn Fn(u32) -> f64| {
            pairs.iter().map(|[i, j]| common_neighbours(graph, *i, *j).map(weight).sum()).collect()
        };
        match self {
            Self::CommonNeighbours => over_common(&|_| 1.0),
            Self::AdamicAdar => over_common(&|w| 1.0 / degree(w).ln()),
            Self::ResourceAllocation => over_common(&|w| 1.0 / degree(w)),
            Self::PreferentialAttachment => pairs.iter().map(|[i, j]| degree(*i) * degree(*j)).collect(),
            Self::PersonalisedPageRank => personalised_pagerank(graph, pairs),
        }
    }
}

/// The common neighbours of two nodes in ascending order.
fn common_neighbours(graph: &Graph, i: u32, j: u32) -> impl Iterator<Item = u32> + '_ {
    let (few, many) = match (graph.neighbours(i), graph.neighbours(j)) {
        (a, b) if a.len() <= b.len() => (a, b),
        (a, b) => (b, a),
    };
    few.iter().copied().filter(move |w| many.binary_search(w).is_ok())
}

/// With S = D^-½ A D^-½ and G = (I − αS)⁻¹, π_i(j) = (1 − α) √(d_j / d_i) G_ij. G is symmetric, so a pair needs one of
/// its two walks only.
fn personalised_pagerank(graph: &Graph, pairs: &[[u32; 2]]) -> Vec<f64> {
    let inverse_root: Vec<f64> = (0..graph.nodes() as u32)
        .map(|node| match graph.degree(node) {
            0 => 0.0,
            degree => 1.0 / (degree as f64).sqrt(),
        })
        .collect();
    let mut sources: Vec<u32> = pairs.iter().map(|[i, _]| *i).collect();
    sources.sort_unstable();
    sources.dedup();
    let mut by_source: Vec<usize> = (0..pairs.len()).collect();
    by_source.sort_by_key(|pair| pairs[*pair][0]);

    let blocks = sources.par_chunks(BLOCK).flat_map_iter(|block| {
        let g = green_columns(graph, &inverse_root, block);
        let first = by_source.partition_point(|pair| pairs[*pair][0] < block[0]);
        let last = by_source.partition_point(|pair| pairs[*pair][0] <= block[block.len() - 1]);
        let score = |pair: &usize| {
            let [i, j] = pairs[*pair];
            let column = block.binary_search(&i).expect("every first node is a source");
            match (inverse_root[i as usize], inverse_root[j as usize]) {
                // A node without edges is reached from itself alone.
                (a, b) if a == 0.0 || b == 0.0 => (*pair, 0.0),
                (a, b) => (*pair, (1.0 - DAMPING) * g[j as usize][column] * (a / b + b / a)),
            }
        };
        by_source[first..last].iter().map(score).collect::<Vec<_>>()
    });
    let mut scores = vec![0.0; pairs.len()];
    for (pair, score) in blocks.collect::<Vec<_>>() {
        scores[pair] = score;
    }
    scores
}

type Rows = Vec<[f64; BLOCK]>;

/// The columns `sources` of (I − αS)⁻¹, `[nodes, BLOCK]`.
///
/// The eigenvalues of αS are within ±α, so Chebyshev's iteration (Golub and Varga, 1961) shrinks the error by
/// α / (1 + √(1 − α²)) = 0.56 a step where the power iteration does by α, and needs neither a norm nor a test.
fn green_columns(graph: &Graph, inverse_root: &[f64], sources: &[u32]) -> Rows {
    let mut before = vec![[0.0; BLOCK]; graph.nodes()];
    let mut now = before.clone();
    let mut weight = 1.0;
    for step in 0..STEPS {
        for (node, row) in before.iter_mut().enumerate() {
            let mut sum = [0.0; BLOCK];
            for neighbour in graph.neighbours(node as u32) {
                let factor = inverse_root[*neighbour as usize];
                for (sum, value) in sum.iter_mut().zip(&now[*neighbour as usize]) {
                    *sum += factor * value;
                }
            }
            let factor = weight * DAMPING * inverse_root[node];
            for (value, sum) in row.iter_mut().zip(sum) {
                *value = factor * sum + (1.0 - weight) * *value;
            }
        }
        for (column, source) in sources.iter().enumerate() {
            before[*source as usize][column] += weight;
        }
        std::mem::swap(&mut before, &mut now);
        weight = match step {
            0 => 2.0 / (2.0 - DAMPING * DAMPING),
            _ => 1.0 / (1.0 - DAMPING * DAMPING * weight / 4.0),
        };
    }
    now
}
