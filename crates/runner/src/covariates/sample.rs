//! The pairs by which weights begin: edges, and a sample of the pairs that are none, each with what it stands for.

use aevb_data::graph::Graph;
use aevb_data::shuffle::permutation;
use rand::RngExt;

use super::Structure;
use crate::random::{Purpose, Streams};

/// Sources whose pairs are taken at most.
const MOST_SOURCES: usize = 512;
/// Sources are taken until they have so many pairs with a common neighbour, and this many at least.
const ENOUGH_PAIRS: usize = 400_000;
const FEWEST_SOURCES: usize = 32;
/// Of its pairs without a common neighbour a source has so many drawn, if it has more nodes to go with.
const MOST_WITHOUT: usize = 4096;

/// The terms of pairs, zeros without a common neighbour, and how many pairs each stands for.
#[derive(Clone, Debug)]
pub struct Sample {
    terms: Vec<f64>,
    counts: Vec<f64>,
    width: usize,
}

impl Sample {
    /// Edges, each once.
    pub fn of_edges(structure: &Structure, edges: &[[u32; 2]]) -> Self {
        let mut sample = Self::empty(structure);
        for &pair in edges {
            let sums = structure.common().of_pair(pair);
            sample.push(1.0, |sample| match sums {
                Some(sums) => structure.each_term(pair, &sums, |term| sample.terms.push(term)),
                None => sample.push_zeros(),
            });
        }
        sample
    }

    /// Pairs `{i, j}` that have no edge in `known`: those of sources that are drawn, all with a common neighbour and some
    /// without.
    pub fn of_others(structure: &Structure, known: &Graph, streams: Streams) -> Self {
        let mut sample = Self::empty(structure);
        let nodes = known.nodes();
        let mut random = streams.generator(Purpose::CovariatePairs, 1);
        let order = permutation(nodes as u32, &mut random);
        let mut row = structure.common().row();
        let mut has_common = vec![0_u32; nodes];
        let mut sources = 0;
        for (turn, &source) in (1..).zip(order.iter().take(MOST_SOURCES)) {
            if sample.len() >= ENOUGH_PAIRS && sources >= FEWEST_SOURCES {
                break;
            }
            sources += 1;
            structure.common().of_source(&mut row, source, 0, |other, sums| {
                has_common[other as usize] = turn;
                if !known.has_edge(source, other) {
                    let pair = [source, other];
                    sample.push(1.0, |sample| {
                        structure.each_term(pair, &sums, |term| sample.terms.push(term));
                    });
                }
            });
            let mut add = |other: u32, count: f64| {
                let is_new = other != source && has_common[other as usize] != turn;
                if is_new && !known.has_edge(source, other) {
                    sample.push(count, Self::push_zeros);
                }
            };
            if nodes <= MOST_WITHOUT {
                (0..nodes as u32).for_each(|other| add(other, 1.0));
            } else {
                let count = nodes as f64 / MOST_WITHOUT as f64;
                (0..MOST_WITHOUT).for_each(|_| add(random.random_range(0..nodes as u32), count));
            }
        }
        // Each pair is one of two sources.
        let scale = nodes as f64 / (2.0 * f64::from(sources.max(1) as u32));
        sample.counts.iter_mut().for_each(|count| *count *= scale);
        sample
    }

    /// The same, each of which stands for so many.
    #[must_use]
    pub fn counting(mut self, each: f64) -> Self {
        self.counts.iter_mut().for_each(|count| *count *= each);
        self
    }

    /// How many pairs they are.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// How many pairs they stand for.
    pub fn counted(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// The terms of a pair, and how many it stands for.
    pub fn get(&self, place: usize) -> (&[f64], f64) {
        (&self.terms[place * self.width..][..self.width], self.counts[place])
    }

    fn empty(structure: &Structure) -> Self {
        Self { terms: Vec::new(), counts: Vec::new(), width: structure.width() }
    }

    fn push(&mut self, count: f64, push_terms: impl FnOnce(&mut Self)) {
        self.counts.push(count);
        push_terms(self);
    }

    fn push_zeros(&mut self) {
        self.terms.resize(self.terms.len() + self.width, 0.0);
    }
}
