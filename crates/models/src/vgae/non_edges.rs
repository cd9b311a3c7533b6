use burn::tensor::{Tensor, TensorCreationOptions};

use super::pair_block::floats;
use crate::error::{Error, Result};
use crate::sparse::EdgeList;

/// Ordered pairs without an edge, drawn at random, by which a [`GraphLikelihood`](super::GraphLikelihood) is estimated: its edges
/// are counted exactly, and no decoder needs factors.
#[derive(Clone, Debug)]
pub struct NonEdgeSample {
    pub(super) pairs: EdgeList,
    /// `[pairs]`
    pub(super) weights: Tensor<1>,
}

impl NonEdgeSample {
    /// Pairs of so many nodes with what each stands for, one over how often it is drawn in the mean, on a device: `&device`, or
    /// `(&device, dtype)` for another float type.
    ///
    /// # Errors
    /// If a node is out of range, or there is not a weight for each pair.
    pub fn new(
        nodes: usize,
        pairs: &[[u32; 2]],
        weights: Vec<f32>,
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        let options = options.into();
        if weights.len() != pairs.len() {
            return Err(Error::shape("weights of pairs", [pairs.len()], [weights.len()]));
        }
        Ok(Self { pairs: EdgeList::new(nodes, pairs, &options.device)?, weights: floats(weights, &options) })
    }
}
