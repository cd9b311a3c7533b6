//! Where weights that are learnt with latent vectors begin: a logistic regression of the training edges by covariates alone.

use aevb_data::graph::Graph;
use aevb_data::shuffle::permutation;
use rayon::prelude::*;

use super::Structure;
use super::newton::{Slope, top};
use super::sample::Sample;
use crate::random::{Purpose, Streams};

/// Training edges that are looked at, at most.
const MOST_EDGES: usize = 20_000;

/// Pairs that a thread takes at once, so that sums are the same at any number of threads.
const CHUNK: usize = 1 << 12;

/// The deviation of the weights' normal prior, whose mean is 0: it matters where few edges tell.
const DEVIATION: f64 = 10.0;

/// The logit of a pair without a common neighbour, and the weights, w₀ first.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// Of all pairs.
    pub constant: f64,
    /// Of the terms of φ.
    pub weights: Vec<f64>,
}

impl Start {
    /// Of the edges of a training graph, or a sample of them, and a sample of its other pairs.
    pub fn of(structure: &Structure, streams: Streams) -> Self {
        let train = structure.common().graph();
        let edges = Sample::of_edges(structure, &drawn(train, streams));
        let share = train.edge_count() as f64 / edges.len().max(1) as f64;
        let edges = edges.counting(share);
        let others = Sample::of_others(structure, train, streams);
        let odds = edges.counted() / others.counted().max(1.0);
        let mut first = vec![0.0; structure.width() + 1];
        first[0] = odds.max(f64::MIN_POSITIVE).ln();
        let found = top(first, f64::NEG_INFINITY, |weights| {
            let mut slope = sums(weights, &edges, true).plus(&sums(weights, &others, false));
            // Of how many edges there are is no prior.
            slope.hold(0);
            (1..weights.len()).for_each(|place| slope.add_normal(place, weights[place], 0.0, DEVIATION));
            slope
        });
        Self { constant: found[0], weights: found[1..].to_vec() }
    }
}

/// Edges of a graph, all or as many as are looked at.
fn drawn(train: &Graph, streams: Streams) -> Vec<[u32; 2]> {
    let all: Vec<[u32; 2]> = train.edges().collect();
    let count = u32::try_from(all.len()).expect("no graph with covariates has 2^32 edges");
    let order = permutation(count, &mut streams.generator(Purpose::CovariatePairs, 2));
    let mut places: Vec<u32> = order.into_iter().take(MOST_EDGES).collect();
    places.sort_unstable();
    places.into_iter().map(|place| all[place as usize]).collect()
}

fn sums(weights: &[f64], sample: &Sample, are_edges: bool) -> Slope {
    let of_chunk = |first: usize| {
        let mut sum = Slope::zero(weights.len());
        for place in first..(first + CHUNK).min(sample.len()) {
            let (terms, count) = sample.get(place);
            // Of most pairs there is nothing but the constant.
            let used = if terms.iter().all(|term| *term == 0.0) { 1 } else { weights.len() };
            let numbers: Vec<f64> = std::iter::once(1.0).chain(terms.iter().copied()).take(used).collect();
            let logit: f64 = numbers.iter().zip(weights).map(|(number, weight)| number * weight).sum();
            let probability = 1.0 / (1.0 + (-logit).exp());
            let against = if are_edges { -logit } else { logit };
            sum.value -= count * (against.max(0.0) + (-against.abs()).exp().ln_1p());
            let residual = count * (f64::from(u8::from(are_edges)) - probability);
            numbers.iter().zip(&mut sum.gradient).for_each(|(number, sum)| *sum += residual * number);
            sum.add_products(count * probability * (1.0 - probability), &numbers);
        }
        sum
    };
    let chunks: Vec<usize> = (0..sample.len()).step_by(CHUNK).collect();
    let chunks: Vec<Slope> = chunks.into_par_iter().map(of_chunk).collect();
    chunks.iter().fold(Slope::zero(weights.len()), Slope::plus)
}
