use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::PairFactors;
use crate::error::{Error, Result};
use crate::nn::parameter;

/// `x_ij = z_iᵀ S z_j` with `S = (W + Wᵀ)/2`, as links have no direction (RESCAL with one relation; Nickel, Tresp &
/// Kriegel 2011). Unlike the inner product it may keep nodes apart that are alike.
#[derive(Module, Debug)]
pub struct Bilinear {
    /// `W`, `[latent, latent]`.
    pub weight: Param<Tensor<2>>,
}

impl Bilinear {
    pub(super) fn init(latent: usize, device: &Device) -> Self {
        Self { weight: parameter("decoder.weight", Tensor::eye(latent, device)) }
    }

    /// `S`, `[latent, latent]`.
    pub fn symmetric(&self) -> Tensor<2> {
        let weight = self.weight.val();
        (weight.clone() + weight.transpose()) * 0.5
    }

    pub(super) fn factors(&self, z: Tensor<2>) -> Result<PairFactors> {
        let matrix = self.symmetric();
        if z.dims()[1] != matrix.dims()[0] {
            return Err(Error::shape("bilinear decoder", z.dims(), matrix.dims()));
        }
        Ok(PairFactors { left: z.clone().matmul(matrix), right: Some(z) })
    }
}
