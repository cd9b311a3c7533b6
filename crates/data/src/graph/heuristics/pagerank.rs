//! Personalised PageRank from one node, or several side by side.
//!
//! With S = D^-½ A D^-½ and G = (I − αS)⁻¹, π_i(j) = (1 − α) √(d_j / d_i) G_ij. G is symmetric, so a pair needs one of
//! its two walks only.

use rayon::prelude::*;

use super::DAMPING;
use crate::graph::Graph;

/// Steps of the solver: each nearly halves the error, and these leave some 1e-9.
const STEPS: usize = 40;

/// Systems solved side by side, so that one pass over the graph serves them all.
pub(super) const BLOCK: usize = 16;

/// π_i(j) + π_j(i) for each pair.
pub(super) fn scores(graph: &Graph, pairs: &[[u32; 2]]) -> Vec<f64> {
    let walks = Walks::on(graph);
    let mut sources: Vec<u32> = pairs.iter().map(|[i, _]| *i).collect();
    sources.sort_unstable();
    sources.dedup();
    let mut by_source: Vec<usize> = (0..pairs.len()).collect();
    by_source.sort_by_key(|pair| pairs[*pair][0]);

    let blocks = sources.par_chunks(BLOCK).flat_map_iter(|block| {
        let g = walks.green_columns(block);
        let first = by_source.partition_point(|pair| pairs[*pair][0] < block[0]);
        let last = by_source.partition_point(|pair| pairs[*pair][0] <= block[block.len() - 1]);
        let score = |pair: &usize| {
            let [i, j] = pairs[*pair];
            let column = block.binary_search(&i).expect("every first node is a source");
            (*pair, walks.score(i, j, g[j as usize][column]))
        };
        by_source[first..last].iter().map(score).collect::<Vec<_>>()
    });
    let mut scores = vec![0.0; pairs.len()];
    for (pair, score) in blocks.collect::<Vec<_>>() {
        scores[pair] = score;
    }
    scores
}

/// A graph with what walks on it need.
pub(super) struct Walks<'a> {
    graph: &'a Graph,
    /// d^-½ of each node, 0 where there is no edge.
    inverse_root: Vec<f64>,
}

/// `[nodes, BLOCK]`.
pub(super) type Rows = Vec<[f64; BLOCK]>;

impl<'a> Walks<'a> {
    pub(super) fn on(graph: &'a Graph) -> Self {
        let inverse_root = |node| match graph.degree(node) {
            0 => 0.0,
            degree => 1.0 / (degree as f64).sqrt(),
        };
        Self { graph, inverse_root: (0..graph.nodes() as u32).map(inverse_root).collect() }
    }

    /// π_i(j) + π_j(i) from G_ij, for distinct nodes.
    pub(super) fn score(&self, i: u32, j: u32, g: f64) -> f64 {
        match (self.inverse_root[i as usize], self.inverse_root[j as usize]) {
            // A node without edges is reached from itself alone.
            (a, b) if a == 0.0 || b == 0.0 => 0.0,
            (a, b) => (1.0 - DAMPING) * g * (a / b + b / a),
        }
    }

    /// The columns `sources` of (I − αS)⁻¹, `[nodes, BLOCK]`.
    ///
    /// The eigenvalues of αS are within ±α, so Chebyshev's iteration (Golub and Varga, 1961) shrinks the error by
    /// α / (1 + √(1 − α²)) = 0.56 a step where the power iteration does by α, and needs neither a norm nor a test.
    pub(super) fn green_columns(&self, sources: &[u32]) -> Rows {
        let Self { graph, inverse_root } = self;
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
}
