//! The pairs that score highest, exactly, of all pairs of nodes.

use std::cmp::Ordering;
use std::sync::Mutex;

use rayon::prelude::*;

use super::pairs::Row;
use super::{Form, Heuristic, degrees, weights};
use crate::graph::Graph;

/// Pairs that a thread gathers before it hands them to all threads' best.
const GATHERED: usize = 1 << 14;

/// A pair and its score. Of two the greater is the one that scores lower or, where they tie, comes later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestPair {
    /// The score.
    pub score: f64,
    /// The nodes.
    pub pair: [u32; 2],
}

impl Eq for BestPair {}

impl Ord for BestPair {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.pair.cmp(&other.pair))
    }
}

impl PartialOrd for BestPair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Heuristic {
    /// The `count` pairs `i < j` with the highest scores above 0, those of `j` in `excluded(i)`, which ascends, left out: the
    /// highest first, and of equal ones the first in the order of pairs. The same at any number of threads. O(count) memory
    /// beside the rows of [`Self::fold_pairs`].
    pub fn best_pairs<'g>(
        self,
        graph: &Graph,
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<BestPair> {
        if let Form::ProductOfDegrees = self.form() {
            return degrees::best_pairs(graph, count, excluded);
        }
        let best = Mutex::new(Best::new(count));
        let open = || Gathered { pairs: Vec::new(), threshold: f64::NEG_INFINITY };
        let visit = |gathered: &mut Gathered, [source, target]: [u32; 2], score: f64| {
            // Most are told apart by their score, before anything is looked up.
            if score >= gathered.threshold && excluded(source).binary_search(&target).is_err() {
                gathered.pairs.push(BestPair { score, pair: [source, target] });
                if gathered.pairs.len() == GATHERED {
                    gathered.hand_over(&mut best.lock().expect("no thread panicked"));
                }
            }
        };
        let rest = self.fold_pairs(graph, open, visit);
        let mut best = best.into_inner().expect("no thread panicked");
        rest.into_iter().for_each(|mut gathered| gathered.hand_over(&mut best));
        best.sorted()
    }

    /// For each source the `count` nodes that score highest with it and above 0, itself and those in `excluded(source)` left
    /// out, as pairs `[source, node]` in the order of [`Self::best_pairs`].
    ///
    /// # Panics
    /// If a source is outside the graph.
    pub fn best_partners<'g>(
        self,
        graph: &Graph,
        sources: &[u32],
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<Vec<BestPair>> {
        let is_wanted = |source: u32, target: u32, score: f64| {
            score > 0.0 && graph.is_pair(source, target) && excluded(source).binary_search(&target).is_err()
        };
        if let form @ (Form::OverCommonNeighbours(weight) | Form::OverThreePaths(weight)) = self.form() {
            let are_paths = matches!(form, Form::OverThreePaths(_));
            let weights = weights(graph, weight);
            let rows = sources.par_iter().map_init(
                || Row::of(graph.nodes(), are_paths),
                |row, &source| {
                    let mut best = Best::new(count);
                    row.fill(graph, &weights, source, 0);
                    row.empty(|target, score| {
                        if is_wanted(source, target, score) {
                            best.offer(BestPair { score, pair: [source, target] });
                        }
                    });
                    best.sorted()
                },
            );
            return rows.collect();
        }
        self.from_sources(graph, sources, |source, row| {
            let mut best = Best::new(count);
            for (target, &score) in (0..).zip(row) {
                if score >= best.threshold && is_wanted(source, target, score) {
                    best.offer(BestPair { score, pair: [source, target] });
                }
            }
            best.sorted()
        })
    }
}

/// Pairs of one thread that may be among the best: all threads share those, or each would hold as many as are wanted.
struct Gathered {
    pairs: Vec<BestPair>,
    /// That of the best when they were last seen.
    threshold: f64,
}

impl Gathered {
    fn hand_over(&mut self, best: &mut Best) {
        self.pairs.drain(..).for_each(|pair| best.offer(pair));
        self.threshold = best.threshold;
    }
}

/// The best pairs so far, and some that no longer are.
struct Best {
    count: usize,
    pairs: Vec<BestPair>,
    /// No pair that scores lower is among the best.
    threshold: f64,
}

impl Best {
    fn new(count: usize) -> Self {
        let threshold = if count == 0 { f64::INFINITY } else { f64::NEG_INFINITY };
        Self { count, pairs: Vec::new(), threshold }
    }

    fn offer(&mut self, pair: BestPair) {
        if pair.score < self.threshold || self.count == 0 {
            return;
        }
        self.pairs.push(pair);
        // Sorting out twice as many at once costs each pair a constant time.
        if self.pairs.len() >= self.count.saturating_mul(2).max(256) {
            let (_, last, _) = self.pairs.select_nth_unstable(self.count - 1);
            self.threshold = last.score;
            self.pairs.truncate(self.count);
        }
    }

    fn sorted(mut self) -> Vec<BestPair> {
        self.pairs.sort_unstable();
        self.pairs.truncate(self.count);
        self.pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More pairs than a thread gathers at once, on more than one thread.
    #[test]
    fn the_best_are_those_of_all_pairs_that_were_handed_over() {
        let nodes = 700_u32;
        let edges = (0..nodes)
            .flat_map(|i| [1, 7, 31, 57, 99, 150, 200, 321].map(|step| (i, (i * i + step) % nodes)));
        let edges = edges.filter(|(i, j)| i != j);
        let (graph, _) = Graph::from_edges(nodes as usize, edges).expect("a graph");
        let heuristic = Heuristic::AdamicAdar;
        let pairs: Vec<[u32; 2]> = (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| [i, j])).collect();
        let scores = heuristic.scores(&graph, &pairs).into_iter();
        let all = scores.zip(&pairs).map(|(score, &pair)| BestPair { score, pair });
        let is_wanted = |best: &BestPair| best.score > 0.0 && !graph.has_edge(best.pair[0], best.pair[1]);
        let mut expected: Vec<BestPair> = all.filter(is_wanted).collect();
        expected.sort_unstable();
        assert!(expected.len() > 2 * GATHERED, "{}", expected.len());
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            for count in [0, 1, 300, GATHERED + 1, expected.len(), 10_000_000] {
                let found =
                    pool.install(|| heuristic.best_pairs(&graph, count, |node| graph.neighbours(node)));
                assert!(found == expected[..count.min(expected.len())], "{threads} threads, {count}");
            }
        }
    }
}
