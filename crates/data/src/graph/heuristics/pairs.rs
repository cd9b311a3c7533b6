//! Every pair that scores above 0, without a row of zeros for each node.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::paths::Paths;
use super::{Form, Heuristic, rounded, weights};
use crate::graph::Graph;

/// Sources that a thread takes at once.
const CHUNK: usize = 64;

impl Heuristic {
    /// Calls `visit` with each pair `i < j` that scores above 0 and its score, and an account that `open` began: there are
    /// some accounts, and which pairs come to which is not said, nor their order. Returns the accounts.
    ///
    /// Over common neighbours this costs Σ d², over paths of three edges as much as all rows of a second such graph, PageRank a walk from each node; the product of degrees visits all pairs but
    /// those of isolated nodes.
    pub fn fold_pairs<T: Send>(
        self,
        graph: &Graph,
        open: impl Fn() -> T + Sync,
        visit: impl Fn(&mut T, [u32; 2], f64) + Sync,
    ) -> Vec<T> {
        match self.form() {
            Form::OverCommonNeighbours(weight) | Form::OverThreePaths(weight) => {
                let are_paths = matches!(self.form(), Form::OverThreePaths(_));
                let weights = weights(graph, weight);
                let rows = graph.sides().map_or(graph.nodes(), |sides| sides.left);
                let next = AtomicUsize::new(0);
                let share = |_: usize| {
                    let mut account = open();
                    let mut row = Row::of(graph.nodes(), are_paths);
                    loop {
                        let first = next.fetch_add(CHUNK, Ordering::Relaxed);
                        if first >= rows {
                            return account;
                        }
                        for source in first as u32..(first + CHUNK).min(rows) as u32 {
                            let twin = graph.sides().and_then(|sides| sides.twin(source));
                            row.fill(graph, &weights, source, source + 1);
                            row.empty(|target, score| {
                                if twin != Some(target) {
                                    visit(&mut account, [source, target], score);
                                }
                            });
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
                        if score > 0.0 && graph.is_pair(source, target) {
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
    /// Where a score is over paths of three edges.
    paths: Option<Paths>,
}

impl Row {
    pub(super) fn of(nodes: usize, are_paths: bool) -> Self {
        let paths = are_paths.then(|| Paths::of(nodes));
        Self { scores: vec![0.0; nodes], touched: Vec::new(), paths }
    }

    /// Adds the weights of the common neighbours of `source` and each node from `least` on, or of the paths between them.
    pub(super) fn fill(&mut self, graph: &Graph, weights: &[f64], source: u32, least: u32) {
        if let Some(paths) = &mut self.paths {
            let (scores, touched) = (&mut self.scores, &mut self.touched);
            return paths.follow(graph, weights, source, least, |end, term| {
                let score = &mut scores[end as usize];
                if *score == 0.0 {
                    touched.push(end);
                }
                *score += term;
            });
        }
        // By ascending common neighbours, as for single pairs: the same sum to the bit.
        for &common in graph.neighbours(source) {
            let others = graph.neighbours(graph.onward(common));
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
