//! How likely two nodes are linked, given where they lie: `p(A_ij = 1) = σ(x_ij)`.
//!
//! Every decoder here writes its logits as inner products of two rows, so that the likelihood stays exact over all pairs
//! in O(N·d) memory, and ranks and best links are found by the same tiles.

mod biased;
mod bilinear;

use burn::config::Config;
use burn::module::Module;
use burn::tensor::{Device, Tensor};

pub use biased::Biased;
pub use bilinear::Bilinear;

use crate::error::Result;

/// Configuration of a [`Decoder`].
#[derive(Config, Debug, Copy, PartialEq, Eq)]
pub enum DecoderConfig {
    /// `z_i·z_j` (Kipf & Welling, arXiv 1611.07308, eq. 2).
    InnerProduct,
    /// `z_i·z_j + b_i + b_j`, with a parameter for each node.
    Biased {
        /// The number of nodes.
        nodes: usize,
    },
    /// `z_iᵀ S z_j`, with a symmetric matrix of parameters.
    Bilinear,
}

/// A decoder of latent vectors `[nodes, latent]`.
#[derive(Module, Debug)]
pub enum Decoder {
    /// `z_i·z_j`
    InnerProduct(InnerProduct),
    /// `z_i·z_j + b_i + b_j`
    Biased(Biased),
    /// `z_iᵀ S z_j`
    Bilinear(Bilinear),
}

/// The decoder without parameters.
#[derive(Module, Debug, Default)]
pub struct InnerProduct;

/// Matrices whose rows have the logits as inner products, `x_ij = left_i · right_j = x_ji`.
#[derive(Clone, Debug)]
pub struct PairFactors {
    /// `[nodes, width]`
    pub left: Tensor<2>,
    /// `[nodes, width]`, where they are others than the left ones.
    pub right: Option<Tensor<2>>,
}

impl DecoderConfig {
    /// A decoder that begins as the inner product: with biases of 0, or the identity as its matrix.
    pub(super) fn init(self, latent: usize, device: &Device) -> Decoder {
        match self {
            Self::InnerProduct => Decoder::InnerProduct(InnerProduct),
            Self::Biased { nodes } => Decoder::Biased(Biased::init(nodes, device)),
            Self::Bilinear => Decoder::Bilinear(Bilinear::init(latent, device)),
        }
    }
}

impl Decoder {
    /// The factors of the logits of all pairs.
    ///
    /// # Shapes
    /// - z: `[nodes, latent]`
    ///
    /// # Errors
    /// If there are more or fewer nodes, or latent dimensions, than the decoder has parameters for.
    pub fn factors(&self, z: Tensor<2>) -> Result<PairFactors> {
        match self {
            Self::InnerProduct(_) => Ok(PairFactors { left: z, right: None }),
            Self::Biased(biased) => biased.factors(z),
            Self::Bilinear(bilinear) => bilinear.factors(z),
        }
    }
}
