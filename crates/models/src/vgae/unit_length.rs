use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use crate::nn::parameter;

/// `s · h/‖h‖` for each row, with a learned `s` (VGNAE: Ahn & Kim, arXiv 2108.08046, eq. 5): without it the vectors of nodes
/// that have no links are drawn to the origin.
#[derive(Module, Debug)]
pub struct UnitLength {
    /// `s`, `[1]`.
    pub scale: Param<Tensor<1>>,
}

impl UnitLength {
    /// The paper's scale, which is fixed there.
    const SCALE: f32 = 1.8;
    /// Below this a row has no direction.
    const SHORTEST: f64 = 1e-12;

    pub(super) fn init(path: &str, device: &Device) -> Self {
        let scale = Tensor::from_floats([Self::SCALE], device);
        Self { scale: parameter(&format!("{path}.scale"), scale) }
    }

    /// # Shapes
    /// - rows: `[nodes, latent]`, as is the output
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let squares = rows.clone() * rows.clone();
        let length = squares.sum_dim(1).clamp_min(Self::SHORTEST * Self::SHORTEST).sqrt();
        rows / length * self.scale.val().reshape([1, 1])
    }
}
