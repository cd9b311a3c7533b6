use burn::tensor::{DType, Device, Tensor, TensorData};
use rand::Rng;

use super::{PropagationConfig, usual_bound};
use crate::SymmetricEigen;
use crate::error::Result;
use crate::nn::NodeFeatures;
use crate::nn::graph_conv::uniform;
use crate::sparse::SparseMatrix;

/// Each brings the leading vectors nearer by the square of the ratio of singular values; what they span is all that matters.
const ITERATIONS: usize = 5;
/// Directions whose share of the largest eigenvalue, or of their own length, is below this are rounding errors.
const SMALLEST_SHARE: f64 = 1e-6;

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
    /// # Errors
    /// If the numbers of nodes differ.
    pub fn of(
        adjacency: &SparseMatrix,
        features: &NodeFeatures,
        [hops, width]: [usize; 2],
        random: &mut impl Rng,
        device: &Device,
    ) -> Result<Self> {
        let passed = |x: Tensor<2>| (0..hops).try_fold(x, |x, _| adjacency.matmul(x));
        let rows = features.width();
        let bound = usual_bound(width) * PropagationConfig::SHORT as f32;
        let drawn = (0..rows * width).map(|_| uniform(bound, random.next_u32()).into());
        let mut columns = Columns { rows, values: drawn.collect() };
        let mut basis = Columns { rows, values: columns.values[..rows * width.min(rows)].to_vec() };
        basis.orthonormalize();
        for _ in 0..ITERATIONS {
            let images = passed(features.matmul(basis.tensor(device))?)?;
            basis = Columns::of(features.transposed_matmul(passed(images)?)?);
            basis.orthonormalize();
        }
        let images = passed(features.matmul(basis.tensor(device))?)?;
        let size = images.dims()[1];
        // Rayleigh and Ritz: what is left is a small matrix.
        let gram = SymmetricEigen::of(host(images.clone().transpose().matmul(images)), size);
        let order = gram.descending();
        let least = SMALLEST_SHARE * gram.values[order[0]];
        let leading: Vec<usize> = order.into_iter().filter(|&at| gram.values[at] > least).collect();
        // An eigenvalue is σ², and what is sought is σ^(-½) as often as V.
        let lengths: Vec<f64> = leading.iter().map(|&at| gram.values[at].powf(-0.25)).collect();
        let squares: f64 = lengths.iter().map(|length| length * length).sum();
        let usual =
            PropagationConfig::SHORT * (lengths.len() as f64 * rows as f64 / width as f64 / squares).sqrt();
        for ((column, &at), length) in columns.values.chunks_exact_mut(rows).zip(&leading).zip(lengths) {
            column.fill(0.0);
            for (vector, turn) in
                basis.values.chunks_exact(rows).zip(gram.vectors.iter().skip(at).step_by(size))
            {
                add(column, turn * length * usual, vector);
            }
        }
        let weight = columns.tensor(device);
        let product = host(features.matmul(weight.clone())?);
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
        Self { rows: tensor.dims()[0], values: host(tensor.transpose()) }
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
                for other in before.chunks_exact(self.rows) {
                    let share = dot(other, column);
                    add(column, -share, other);
                }
            }
            let left = dot(column, column).sqrt();
            let factor = if left > SMALLEST_SHARE * length { left.recip() } else { 0.0 };
            column.iter_mut().for_each(|value| *value *= factor);
        }
    }
}

fn host(tensor: Tensor<2>) -> Vec<f64> {
    tensor.into_data_dtype(DType::F64).try_into_vec::<f64>().expect("converted to F64")
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn add(sum: &mut [f64], factor: f64, values: &[f64]) {
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += factor * value);
}
