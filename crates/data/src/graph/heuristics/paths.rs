//! Paths of three edges, which tell of two nodes on different sides of a bipartite graph.
//!
//! A score is Σ_u w(u) Σ_v w(v) over the neighbours `u` of one node and the common neighbours `v` of `u` and the other, both in
//! ascending order: the same sum to the bit for a single pair and in a row. Of two nodes that are linked it counts walks, which go
//! along that edge and back.

use rayon::prelude::*;

use super::{common_neighbours, rounded, weights};
use crate::graph::Graph;

/// Pairs that a thread takes at once.
const CHUNK: usize = 256;

/// The scores of single pairs.
pub(super) fn scores(graph: &Graph, weight: fn(usize) -> f64, pairs: &[[u32; 2]]) -> Vec<f64> {
    let weights = weights(graph, weight);
    let score = |&[i, j]: &[u32; 2]| {
        let through = |&u: &u32| {
            let first: f64 = common_neighbours(graph, i, u).map(|v| weights[v as usize]).sum();
            first * weights[u as usize]
        };
        rounded(graph.neighbours(j).iter().map(through).filter(|&term| term > 0.0).sum())
    };
    pairs.par_chunks(CHUNK).flat_map_iter(|pairs| pairs.iter().map(score)).collect()
}

/// What a thread needs to go along paths from one node after another.
pub(super) struct Paths {
    /// Of each node two edges away, the sum of the weights of the nodes between.
    first: Vec<f64>,
    touched: Vec<u32>,
}

impl Paths {
    pub(super) fn of(nodes: usize) -> Self {
        Self { first: vec![0.0; nodes], touched: Vec::new() }
    }

    /// Calls `add` with each node from `least` on at the end of some paths from a source, and what these add to its score.
    pub(super) fn follow(
        &mut self,
        graph: &Graph,
        weights: &[f64],
        source: u32,
        least: u32,
        mut add: impl FnMut(u32, f64),
    ) {
        for &v in graph.neighbours(source) {
            for &u in graph.neighbours(v) {
                let first = &mut self.first[u as usize];
                if *first == 0.0 {
                    self.touched.push(u);
                }
                *first += weights[v as usize];
            }
        }
        self.touched.sort_unstable();
        for u in self.touched.drain(..) {
            let term = std::mem::take(&mut self.first[u as usize]) * weights[u as usize];
            let ends = graph.neighbours(u);
            ends[ends.partition_point(|&end| end < least)..].iter().for_each(|&end| add(end, term));
        }
    }
}
