//! Scores of every node from one node after another.

use rayon::prelude::*;

use super::pagerank::{self, Walks};
use super::paths::Paths;
use super::{Form, Heuristic, rounded, weights};
use crate::graph::Graph;

/// Sources that a thread takes at once, so that they share its row.
const CHUNK: usize = 64;

impl Heuristic {
    /// Calls `visit` with each source and its scores with all nodes, `[nodes]`, in which the source's own is 0 and those of its
    /// side say nothing, and
    /// returns what it answers in the order of the sources. Rows are made on every thread and not kept.
    ///
    /// A row costs O(nodes) at least, PageRank's O(nodes + edges) times its steps, with 256 bytes a node on each thread.
    /// Scores are those of
    /// [`Heuristic::scores`] with the source first.
    ///
    /// # Panics
    /// If a source is outside the graph.
    pub fn from_sources<T: Send>(
        self,
        graph: &Graph,
        sources: &[u32],
        visit: impl Fn(u32, &[f64]) -> T + Sync,
    ) -> Vec<T> {
        let zeros = || vec![0.0; graph.nodes()];
        let itself = |source: u32| graph.sides().map_or(Some(source), |sides| sides.twin(source));
        let clear = |row: &mut [f64], source: u32| {
            itself(source).into_iter().for_each(|node| row[node as usize] = 0.0)
        };
        match self.form() {
            Form::OverCommonNeighbours(weight) => {
                let weights = weights(graph, weight);
                let rows = sources.par_chunks(CHUNK).map_init(zeros, |row, sources| {
                    let visit_next = |&source: &u32| {
                        row.fill(0.0);
                        // By ascending common neighbours, as in `scores`: the same sum to the bit.
                        for common in graph.neighbours(source) {
                            for other in graph.neighbours(graph.onward(*common)) {
                                row[*other as usize] += weights[*common as usize];
                            }
                        }
                        row.iter_mut().for_each(|score| *score = rounded(*score));
                        clear(row, source);
                        visit(source, row)
                    };
                    sources.iter().map(visit_next).collect::<Vec<_>>()
                });
                rows.flatten_iter().collect()
            }
            Form::OverThreePaths(weight) => {
                let weights = weights(graph, weight);
                let open = || (zeros(), Paths::of(graph.nodes()));
                let rows = sources.par_chunks(CHUNK).map_init(open, |(row, paths), sources| {
                    let visit_next = |&source: &u32| {
                        row.fill(0.0);
                        paths.follow(graph, &weights, source, 0, |end, term| row[end as usize] += term);
                        row.iter_mut().for_each(|score| *score = rounded(*score));
                        visit(source, row)
                    };
                    sources.iter().map(visit_next).collect::<Vec<_>>()
                });
                rows.flatten_iter().collect()
            }
            Form::ProductOfDegrees => {
                let degrees: Vec<f64> =
                    (0..graph.nodes() as u32).map(|node| graph.degree(node) as f64).collect();
                let rows = sources.par_iter().map_init(zeros, |row, &source| {
                    for (score, degree) in row.iter_mut().zip(&degrees) {
                        *score = degrees[source as usize] * degree;
                    }
                    clear(row, source);
                    visit(source, row)
                });
                rows.collect()
            }
            Form::PersonalisedPageRank => {
                let walks = Walks::on(graph);
                let rows = sources.par_chunks(pagerank::BLOCK).map_init(zeros, |row, sources| {
                    let g = walks.green_columns(sources);
                    let visit_next = |(column, &source): (usize, &u32)| {
                        for (node, (score, g)) in (0..).zip(row.iter_mut().zip(&g)) {
                            *score = walks.score(source, node, g[column]);
                        }
                        clear(row, source);
                        visit(source, row)
                    };
                    sources.iter().enumerate().map(visit_next).collect::<Vec<_>>()
                });
                rows.flatten_iter().collect()
            }
        }
    }
}
