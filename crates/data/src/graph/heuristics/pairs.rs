//! Every pair that scores above 0, without a row of zeros for each node.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Form, Heuristic, rounded};
use crate::graph::Graph;

/// Sources that a thread takes at once.
const CHUNK: usize = 64;

impl Heuristic {
    /// Calls `visit` with each pair `i < j` that scores above 0 and its score, and an account that `open` began: there are
    /// some accounts, and which pairs come to which is not said, nor their order. Returns the accounts.
    ///
    /// Over common neighbours this costs Σ d², PageRank a walk from each node; the product of degrees visits all pairs but
    /// those of isolated nodes.
    pub fn fold_pairs<T: Send>(
        self,
        graph: &Graph,
        open: impl Fn() -> T + Sync,
        visit: impl Fn(&mut T, [u32; 2], f64) + Sync,
    ) -> Vec<T> {
        match self.form() {
            Form::OverCommonNeighbours(weight) => {
                let weights: Vec<f64> =
                    (0..graph.nodes() as u32).map(|node| weight(graph.degree(node))).collect();
                let next = AtomicUsize::new(0);
                let share = |_: usize| {
                    let mut account = open();
                    let mut row = Row::of(graph.nodes());
                    loop {
                        let first = next.fetch_add(CHUNK, Ordering::Relaxed);
                        if first >= graph.nodes() {
                            return account;
                        }
                        for source in first as u32..(first + CHUNK).min(graph.nodes()) as u32 {
                            row.fill(graph, &weights, source, source + 1);
                            row.empty(|target, score| visit(&mut account, [source, target], score));
                        }
                    }
                };
                (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).map(share).collect()
            }
            Form::ProductOfDegrees | Form::PersonalisedPageRank => {
                let accounts: Mutex<Vec<T>> = Mutex::default();
                let nodes: Vec<u32> = (0..graph.nodes() as u32).collect();
                self.from_sources(graph, &nodes, |source, row| {
                    let free = accounts.lock().expect("no thread panicked").pop();
                    let mut account = free.unwrap_or_else(&open);
                    for (target, &score) in (0..).zip(row).skip(source as usize + 1) {
                        if score > 0.0 {
                            visit(&mut account, [source, target], score);
                        }
                    }
                    accounts.lock().expect("no thread panicked").push(account);
                });
                accounts.into_inner().expect("no thread panicked")
            }
        }
    }
}

/// The scores of one node with all others, of which most are 0.
pub(super) struct Row {
    scores: Vec<f64>,
    /// The nodes whose score is not 0.
    touched: Vec<u32>,
}

impl Row {
    pub(super) fn of(nodes: usize) -> Self {
        Self { scores: vec![0.0; nodes], touched: Vec::new() }
    }

    /// Adds the weights of the common neighbours of `source` and each node from `least` on.
    pub(super) fn fill(&mut self, graph: &Graph, weights: &[f64], source: u32, least: u32) {
        // By ascending common neighbours, as for single pairs: the same sum to the bit.
        for &common in graph.neighbours(source) {
            let others = graph.neighbours(common);
            for &other in &others[others.partition_point(|&other| other < least)..] {
                let score = &mut self.scores[other as usize];
                if *score == 0.0 {
                    self.touched.push(other);
                }
                *score += weights[common as usize];
            }
        }
    }

    /// Hands out all scores and leaves the row with zeros.
    pub(super) fn empty(&mut self, mut visit: impl FnMut(u32, f64)) {
        for node in self.touched.drain(..) {
            visit(node, rounded(std::mem::take(&mut self.scores[node as usize])));
        }
    }
}
