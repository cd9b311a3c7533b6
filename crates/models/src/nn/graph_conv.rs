use burn::config::Config;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use super::parameter;
use crate::error::Result;
use crate::sparse::SparseMatrix;

/// What a graph's nodes are described by.
#[derive(Clone, Debug)]
pub enum NodeFeatures {
    /// The identity matrix `[nodes, nodes]`: no features, every node has weights of its own. Never stored.
    Identity {
        /// The number of nodes.
        nodes: usize,
    },
    /// A sparse matrix `[nodes, features]`.
    Sparse(Box<SparseMatrix>),
}

impl NodeFeatures {
    /// The number of features of a node.
    pub fn width(&self) -> usize {
        match self {
            Self::Identity { nodes } => *nodes,
            Self::Sparse(matrix) => matrix.dims()[1],
        }
    }

    /// `X W`, for `weight` `[features, outputs]`; `[nodes, outputs]`.
    pub(crate) fn matmul(&self, weight: Tensor<2>) -> Result<Tensor<2>> {
        match self {
            Self::Identity { .. } => Ok(weight),
            Self::Sparse(matrix) => matrix.matmul(weight),
        }
    }

    /// `Xᵀ Y`, for `rows` `[nodes, outputs]`; `[features, outputs]`.
    pub(crate) fn transposed_matmul(&self, rows: Tensor<2>) -> Result<Tensor<2>> {
        match self {
            Self::Identity { .. } => Ok(rows),
            Self::Sparse(matrix) => matrix.transpose().matmul(rows),
        }
    }
}

/// Configuration of a [`GraphConv`] layer.
#[derive(Config, Debug)]
pub struct GraphConvConfig {
    /// The width of the input.
    pub d_input: usize,
    /// The width of the output.
    pub d_output: usize,
}

/// A graph convolution without bias, `Y = Ã X W` (Kipf & Welling, arXiv 1609.02907, eq. 8, before the activation).
#[derive(Module, Debug)]
pub struct GraphConv {
    /// `[d_input, d_output]`
    pub weight: Param<Tensor<2>>,
}

impl GraphConvConfig {
    /// Draws the weights by Glorot's uniform rule, `U(−b, b)` with `b = √(6 / (d_input + d_output))`, on the host, so
    /// that every device starts from the same numbers. `path` is the layer's place in its model.
    pub fn init(&self, path: &str, random: &mut impl Rng, device: &Device) -> GraphConv {
        let bound = (6.0 / (self.d_input + self.d_output) as f64).sqrt() as f32;
        let values: Vec<f32> =
            (0..self.d_input * self.d_output).map(|_| uniform(bound, random.next_u32())).collect();
        let weight = Tensor::from_data(TensorData::new(values, [self.d_input, self.d_output]), device);
        GraphConv { weight: parameter(&format!("{path}.weight"), weight) }
    }
}

/// A number in [−bound, bound) from 24 of the bits, as `torch.Tensor.uniform_` takes it: with one rounding at the end.
pub(super) fn uniform(bound: f32, bits: u32) -> f32 {
    let unit = (bits & 0xFF_FFFF) as f32 / (1 << 24) as f32;
    unit.mul_add(2.0 * bound, -bound)
}

impl GraphConv {
    /// `Ã X W`.
    ///
    /// # Shapes
    /// - adjacency: `[nodes, nodes]`
    /// - x: `[nodes, d_input]`
    /// - output: `[nodes, d_output]`
    ///
    /// # Errors
    /// If the numbers of nodes differ.
    pub fn forward(&self, adjacency: &SparseMatrix, x: Tensor<2>) -> Result<Tensor<2>> {
        adjacency.matmul(x.matmul(self.weight.val()))
    }

    /// `Ã X W` for the features of the nodes, which are never made dense.
    ///
    /// # Errors
    /// If the numbers of nodes, or of features and `d_input`, differ.
    pub fn forward_features(&self, adjacency: &SparseMatrix, features: &NodeFeatures) -> Result<Tensor<2>> {
        adjacency.matmul(features.matmul(self.weight.val())?)
    }
}
