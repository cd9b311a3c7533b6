//! Scores of pairs by a small network, on the host, of each pair by itself.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::elementary::Elementary;
use crate::error::{Error, Result};
use crate::nn::Activation;

/// Pairs that go through the network side by side, and units of a layer that do: what fits into the registers.
const PAIRS: usize = 6;
const UNITS: usize = 16;

/// Pairs that a thread takes at once.
const CHUNK: usize = 256;

/// `x_ij = w·h(z_i ⊙ z_j) + c`, with a multi-layer perceptron h. A pair has the same score, bit for bit, wherever it is
/// computed, and `[j, i]` that of `[i, j]`.
#[derive(Clone, Debug)]
pub struct PairNetwork {
    /// `[nodes, latent]`
    z: Vec<f32>,
    pub(super) nodes: usize,
    latent: usize,
    layers: Vec<PairNetworkLayer>,
    activation: Activation,
    /// `w`, `[width of the last layer]`
    output: Vec<f32>,
    /// `c`
    offset: f32,
}

/// A layer, `f(W x + b)`.
#[derive(Clone, Debug)]
pub struct PairNetworkLayer {
    inputs: usize,
    outputs: usize,
    /// `[blocks, inputs, UNITS]`: blocks of units, the last with zeros where there are no more.
    weight: Vec<f32>,
    /// `[blocks, UNITS]`
    bias: Vec<f32>,
}

impl PairNetworkLayer {
    /// Of `weight` `[inputs, outputs]`, row by row, and `bias` `[outputs]`.
    pub(crate) fn new(weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let (inputs, blocks) = (weight.len() / outputs.max(1), outputs.div_ceil(UNITS));
        let mut packed = vec![0.0; blocks * inputs * UNITS];
        for (input, row) in weight.chunks_exact(outputs.max(1)).enumerate() {
            for (block, units) in row.chunks(UNITS).enumerate() {
                packed[(block * inputs + input) * UNITS..][..units.len()].copy_from_slice(units);
            }
        }
        let mut padded = bias.to_vec();
        padded.resize(blocks * UNITS, 0.0);
        Self { inputs, outputs, weight: packed, bias: padded }
    }

    fn weight(&self, input: usize, output: usize) -> f32 {
        self.weight[(output / UNITS * self.inputs + input) * UNITS + output % UNITS]
    }

    /// No smaller than any output for inputs of at most this size, before what follows it.
    fn bound(&self, input: f64) -> f64 {
        let of_output = |output: usize| {
            let weights = (0..self.inputs).map(|input| f64::from(self.weight(input, output).abs()));
            weights.sum::<f64>() * input + f64::from(self.bias[output].abs())
        };
        (0..self.outputs)
            .map(of_output)
            .fold(0.0, |largest, bound| if bound <= largest { largest } else { bound })
    }
}

impl PairNetwork {
    /// Of the rows of `z`, `[nodes, latent]`, the layers from them on, and the `output` of the last.
    ///
    /// # Errors
    /// If shapes do not go together, or a row is not finite, or so long that scores may overflow.
    pub fn new(
        z: Vec<f32>,
        [nodes, latent]: [usize; 2],
        layers: Vec<PairNetworkLayer>,
        activation: Activation,
        output: Vec<f32>,
        offset: f32,
    ) -> Result<Self> {
        if nodes.checked_mul(latent) != Some(z.len()) {
            return Err(Error::shape("scores by a network", [z.len()], [nodes, latent]));
        }
        let mut width = latent;
        for layer in &layers {
            if layer.inputs != width {
                return Err(Error::shape("scores by a network", [width], [layer.inputs, layer.outputs]));
            }
            width = layer.outputs;
        }
        if output.len() != width {
            return Err(Error::shape("scores by a network", [width], [output.len()]));
        }
        let network = Self { z, nodes, latent, layers, activation, output, offset };
        let rows = || (0..nodes as u32).map(|node| network.row(node)).enumerate();
        let refused = |node, problem| Err(Error::Embedding { node, problem });
        if let Some((node, _)) = rows().find(|(_, row)| row.iter().any(|z| !z.is_finite())) {
            return refused(node, "is not finite");
        }
        let largest = |row: &[f32]| f64::from(row.iter().fold(0.0_f32, |largest, z| largest.max(z.abs())));
        let of_all = rows().map(|(_, row)| largest(row)).fold(0.0, f64::max);
        // Not `>=`: what is no number is refused.
        let is_bounded = |row| network.bound(largest(row) * of_all) < f64::from(f32::MAX);
        if let Some((node, _)) = rows().find(|(_, row)| !is_bounded(row)) {
            return refused(node, "is so long that scores overflow");
        }
        Ok(network)
    }

    /// No smaller than the size of any score and of what it is made of, where no product of two numbers is larger than this.
    fn bound(&self, product: f64) -> f64 {
        let mut bounds = vec![product];
        for layer in &self.layers {
            let last = bounds[bounds.len() - 1];
            // None of the functions adds more than ln 2 to the size of a number.
            bounds.push(layer.bound(last) + std::f64::consts::LN_2);
        }
        let weights: f64 = self.output.iter().map(|weight| f64::from(weight.abs())).sum();
        let score = weights * bounds[bounds.len() - 1] + f64::from(self.offset.abs());
        bounds
            .into_iter()
            .chain([score])
            .fold(0.0, |largest, bound| if bound <= largest { largest } else { bound })
    }

    /// The multiplications of a score.
    pub(super) fn multiplications(&self) -> usize {
        let layers = self.layers.iter().map(|layer| layer.inputs * layer.outputs).sum::<usize>();
        self.latent + layers + self.output.len()
    }

    /// The length of a latent vector.
    pub(super) fn latent(&self) -> usize {
        self.latent
    }

    /// The score of each pair, `[pairs]`.
    ///
    /// # Panics
    /// If a pair names a node that is not there.
    pub fn scores(&self, pairs: &[[u32; 2]]) -> Vec<f32> {
        let mut scores = vec![0.0; pairs.len()];
        let chunks = scores.par_chunks_mut(CHUNK).zip(pairs.par_chunks(CHUNK));
        chunks.for_each(|(scores, pairs)| self.score(pairs.iter().copied(), scores));
        scores
    }

    /// The scores of a node with some others, on one thread.
    pub(super) fn with_others(
        &self,
        source: u32,
        others: impl ExactSizeIterator<Item = u32>,
        scores: &mut Vec<f32>,
    ) {
        scores.clear();
        scores.resize(others.len(), 0.0);
        self.score(others.map(|other| [source, other]), scores);
    }

    fn score(&self, pairs: impl Iterator<Item = [u32; 2]>, scores: &mut [f32]) {
        let arch = Arch::new();
        let mut pairs = pairs;
        let (mut group, mut rows) = ([[0; 2]; PAIRS], [Vec::new(), Vec::new()]);
        for scores in scores.chunks_mut(PAIRS) {
            let count = scores.len();
            // Where fewer are left, the last ones stand for others.
            group[..count].iter_mut().for_each(|pair| *pair = pairs.next().expect("a pair for each score"));
            arch.dispatch(Group { network: self, pairs: group, rows: &mut rows, scores });
        }
    }

    /// The score of each pair, summed in double precision, of weights and vectors of single precision.
    ///
    /// # Panics
    /// If a pair names a node that is not there.
    pub fn exact(&self, pairs: &[[u32; 2]]) -> Vec<f64> {
        let activate = |x: f64| match self.activation {
            Activation::Tanh => x.tanh(),
            Activation::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Activation::Relu => x.max(0.0),
        };
        let score = |&[i, j]: &[u32; 2]| -> f64 {
            let products = self.row(i).iter().zip(self.row(j));
            let mut row: Vec<f64> = products.map(|(&a, &b)| f64::from(a) * f64::from(b)).collect();
            for layer in &self.layers {
                let sum = |output: usize| {
                    let products = row.iter().enumerate();
                    products.map(|(input, x)| x * f64::from(layer.weight(input, output))).sum::<f64>()
                };
                row = (0..layer.outputs)
                    .map(|output| activate(sum(output) + f64::from(layer.bias[output])))
                    .collect();
            }
            let products = row.iter().zip(&self.output).map(|(x, &weight)| x * f64::from(weight));
            products.sum::<f64>() + f64::from(self.offset)
        };
        pairs.par_iter().map(score).collect()
    }

    #[inline(always)]
    fn row(&self, node: u32) -> &[f32] {
        &self.z[node as usize * self.latent..][..self.latent]
    }
}

/// Pairs that go through the network side by side.
struct Group<'a> {
    network: &'a PairNetwork,
    pairs: [[u32; 2]; PAIRS],
    /// Inputs and outputs of a layer, `[width, PAIRS]` each.
    rows: &'a mut [Vec<f32>; 2],
    scores: &'a mut [f32],
}

// Not a closure: one would be compiled for any processor. Each number of a pair is a chain of fused multiply-adds of its own,
// whatever pairs are beside it and however wide the vectors are.
impl WithSimd for Group<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { network, pairs, rows: [inputs, outputs], scores } = self;
        inputs.clear();
        inputs.resize(network.latent * PAIRS, 0.0);
        for (place, [i, j]) in pairs.into_iter().enumerate() {
            let products = network.row(i).iter().zip(network.row(j));
            for (x, (a, b)) in inputs[place..].iter_mut().step_by(PAIRS).zip(products) {
                *x = a * b;
            }
        }
        for layer in &network.layers {
            outputs.clear();
            outputs.resize(layer.bias.len() * PAIRS, 0.0);
            let blocks = layer.weight.chunks_exact(layer.inputs * UNITS).zip(layer.bias.chunks_exact(UNITS));
            for ((weight, bias), outputs) in blocks.zip(outputs.chunks_exact_mut(UNITS * PAIRS)) {
                let bias: &[f32; UNITS] = bias.try_into().expect("a block");
                let mut sums = [*bias; PAIRS];
                let (weight, _) = weight.as_chunks::<UNITS>();
                let (inputs, _) = inputs.as_chunks::<PAIRS>();
                for (weight, x) in weight.iter().zip(inputs) {
                    for (sums, &x) in sums.iter_mut().zip(x) {
                        for (sum, &weight) in sums.iter_mut().zip(weight) {
                            *sum = x.mul_add(weight, *sum);
                        }
                    }
                }
                for sums in &mut sums {
                    match network.activation {
                        Activation::Tanh => sums.iter_mut().for_each(|x| *x = x.hyperbolic_tangent()),
                        Activation::Softplus => sums.iter_mut().for_each(|x| *x = x.softplus()),
                        Activation::Relu => sums.iter_mut().for_each(|x| *x = x.max(0.0)),
                    }
                }
                for (place, sums) in sums.iter().enumerate() {
                    outputs[place..].iter_mut().step_by(PAIRS).zip(sums).for_each(|(y, &sum)| *y = sum);
                }
            }
            std::mem::swap(inputs, outputs);
        }
        let mut sums = [network.offset; PAIRS];
        let (inputs, _) = inputs.as_chunks::<PAIRS>();
        for (&weight, x) in network.output.iter().zip(inputs) {
            for (sum, &x) in sums.iter_mut().zip(x) {
                *sum = x.mul_add(weight, *sum);
            }
        }
        scores.iter_mut().zip(sums).for_each(|(score, sum)| *score = sum);
    }
}
