use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rayon::prelude::*;

use super::{PropagationConfig, usual_bound};
use crate::SymmetricEigen;
use crate::error::Result;
use crate::host::doubles;
use crate::nn::NodeFeatures;
use crate::nn::graph_conv::uniform;
use crate::sparse::SparseMatrix;

/// Each brings the leading vectors nearer by the square of the ratio of singular values; what they span is all that matters.
const ITERATIONS: usize = 5;
/// Directions whose share of the largest eigenvalue, or of their own length, is below this are rounding errors.
const SMALLEST_SHARE: f64 = 1e-6;
/// Rows of a column that one thread works on.
const ROWS_AT_ONCE: usize = 4096;

/// How far a spectrum goes.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// K, the hops.
    pub hops: usize,
    /// The singular values, and columns of W.
    pub latent: usize,
}

/// Where the weights of features begin in order to say at once what neighbourhoods have in common: `W = V Σ^(-½)` of the
/// singular value decomposition `Ãᴷ X = U Σ Vᵀ`, its largest values first. `Ãᴷ X W = U Σ^½` then, whose inner products are
/// the best approximation of its rank to the similarity `(Ãᴷ X Xᵀ Ãᴷ)^½` of nodes.
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// `W`, `[features, latent]` row by row, of the length that [`PropagationConfig::SHORT`] gives drawn ones; where the rank
    /// is lower than the width, the other columns are drawn.
    pub(super) weight: Vec<f32>,
    /// `ln s`, by which the rows of `s X W` have the root mean square length 1.
    pub(super) log_scale: f32,
}

impl Spectrum {
    /// By subspace iteration from random weights (Halko, Martinsson & Tropp 2011, algorithm 4.4), on the device that the
    /// graph is on.
    ///
    /// # Shapes
    /// - adjacency: `[nodes, nodes]`
    /// - features: `[nodes, features]`, of one feature at least
    ///
    /// # Errors
    /// If the numbers of nodes differ.
    pub fn of(
        adjacency: &SparseMatrix,
        features: &NodeFeatures,
        Extent { hops, latent: width }: Extent,
        random: &mut impl Rng,
        device: &Device,
    ) -> Result<Self> {
        let rows = features.width();
        let bound = usual_bound(width) * PropagationConfig::SHORT as f32;
        let drawn = (0..rows * width).map(|_| uniform(bound, random.next_u32()).into());
        let mut columns = Columns { rows, values: drawn.collect() };

        let pass = |vectors: &Columns| {
            let images = features.matmul(vectors.tensor(device))?;
            (0..hops).try_fold(images, |images, _| adjacency.matmul(images))
        };
        let mut basis = Columns { rows, values: columns.values[..rows * width.min(rows)].to_vec() };
        basis.orthonormalize();
        for _ in 0..ITERATIONS {
            let back = (0..hops).try_fold(pass(&basis)?, |images, _| adjacency.matmul(images))?;
            basis = Columns::of(features.transposed_matmul(back)?);
            basis.orthonormalize();
        }
        columns.lead_by(&basis, pass(&basis)?);

        let weight = columns.tensor(device);
        let product = doubles(features.matmul(weight.clone())?);
        let square = dot(&product, &product) * width as f64 / product.len() as f64;
        let log_scale = if square > 0.0 { -0.5 * square.ln() } else { 0.0 };
        let weight = weight.into_data().try_into_vec::<f32>().expect("weights of 32 bits");
        Ok(Self { weight, log_scale: log_scale as f32 })
    }
}

/// A matrix on the host, column by column.
struct Columns {
    rows: usize,
    values: Vec<f64>,
}

impl Columns {
    fn of(tensor: Tensor<2>) -> Self {
        Self { rows: tensor.dims()[0], values: doubles(tensor.transpose()) }
    }

    /// Puts `V Σ^(-½)` in place of the first columns, by Rayleigh and Ritz: `basis` spans V, and `images` `[nodes, columns]`
    /// are its products with `Ãᴷ X`.
    fn lead_by(&mut self, basis: &Self, images: Tensor<2>) {
        let (rows, width) = (self.rows, self.values.len() / self.rows);
        let size = images.dims()[1];
        let gram = SymmetricEigen::of(doubles(images.clone().transpose().matmul(images)), size);
        let order = gram.descending();
        let least = SMALLEST_SHARE * gram.values[order[0]];
        let leading: Vec<usize> = order.into_iter().filter(|&at| gram.values[at] > least).collect();
        // An eigenvalue is σ².
        let lengths: Vec<f64> = leading.iter().map(|&at| gram.values[at].powf(-0.25)).collect();
        let mean_square = lengths.iter().map(|length| length * length).sum::<f64>() / lengths.len() as f64;
        let factor = PropagationConfig::SHORT * (rows as f64 / width as f64 / mean_square).sqrt();
        for ((column, &at), length) in self.values.chunks_exact_mut(rows).zip(&leading).zip(lengths) {
            column.fill(0.0);
            let turns = gram.vectors.iter().skip(at).step_by(size);
            for (vector, turn) in basis.values.chunks_exact(rows).zip(turns) {
                add(column, turn * length * factor, vector);
            }
        }
    }

    fn tensor(&self, device: &Device) -> Tensor<2> {
        let values: Vec<f32> = self.values.iter().map(|&value| value as f32).collect();
        let columns = values.len() / self.rows;
        Tensor::<2>::from_data(TensorData::new(values, [columns, self.rows]), device).transpose()
    }

    /// By Gram and Schmidt, twice, as rounding errors ask for it; a column that depends on those before becomes 0.
    fn orthonormalize(&mut self) {
        for at in 0..self.values.len() / self.rows {
            let (before, column) = self.values.split_at_mut(at * self.rows);
            let column = &mut column[..self.rows];
            let length = dot(column, column).sqrt();
            for _ in 0..2 {
                let shares: Vec<f64> =
                    before.par_chunks_exact(self.rows).map(|other| dot(other, column)).collect();
                column.par_chunks_mut(ROWS_AT_ONCE).enumerate().for_each(|(part, values)| {
                    let others = before.chunks_exact(self.rows).zip(&shares);
                    others.for_each(|(other, share)| add(values, -share, &other[part * ROWS_AT_ONCE..]));
                });
            }
            let left = dot(column, column).sqrt();
            let factor = if left > SMALLEST_SHARE * length { left.recip() } else { 0.0 };
            column.iter_mut().for_each(|value| *value *= factor);
        }
    }
}

/// In lanes of its own, so that a processor takes several products at once, and in one order at any number of threads.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (ones, ends) = one.as_chunks::<LANES>();
    let (others, other_ends) = other.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (one, other) in ones.iter().zip(others) {
        sums.iter_mut().zip(one.iter().zip(other)).for_each(|(sum, (one, other))| *sum += one * other);
    }
    let rest: f64 = ends.iter().zip(other_ends).map(|(one, other)| one * other).sum();
    sums.iter().sum::<f64>() + rest
}

fn add(sum: &mut [f64], factor: f64, values: &[f64]) {
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += factor * value);
}
