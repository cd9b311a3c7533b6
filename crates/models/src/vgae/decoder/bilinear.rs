use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::{GaussianRows, PairAxis, PairDecoderKind, PairFactors, PairTerms, PairWeight};
use crate::error::{Error, Result};
use crate::host::doubles;
use crate::nn::parameter;

/// `x_ij = z_iᵀ S z_j` with `S = (W + Wᵀ)/2`, as links have no direction (RESCAL with one relation; Nickel, Tresp &
/// Kriegel 2011). Unlike the inner product it may keep nodes apart that are alike.
#[derive(Module, Debug)]
pub struct Bilinear {
    /// `W`, `[latent, latent]`.
    pub weight: Param<Tensor<2>>,
}

impl Bilinear {
    const NAME: &str = "bilinear";
    const PATH: &str = "decoder.weight";

    pub(super) fn kind() -> PairDecoderKind {
        let weight = PairWeight::new(Self::PATH, [PairAxis::Latent; 2]);
        PairDecoderKind::with_factors(Self::NAME, "z_i^T S z_j", vec![weight])
    }

    /// It begins as the inner product.
    pub(super) fn init(latent: usize, device: &Device) -> Self {
        Self { weight: parameter(Self::PATH, Tensor::eye(latent, device)) }
    }

    /// `S`, `[latent, latent]`.
    pub fn symmetric(&self) -> Tensor<2> {
        let weight = self.weight.val();
        (weight.clone() + weight.transpose()) * 0.5
    }

    /// `z_iᵀ S · z_j`
    fn rows(&self, z: Tensor<2>) -> Result<PairFactors> {
        let matrix = self.symmetric();
        if z.dims()[1] != matrix.dims()[0] {
            return Err(Error::shape("bilinear decoder", z.dims(), matrix.dims()));
        }
        Ok(PairFactors { right: Some(z.clone()), ..z.matmul(matrix).into() })
    }
}

impl PairTerms for Bilinear {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn factors(&self, z: Tensor<2>) -> Result<Option<PairFactors>> {
        self.rows(z).map(Some)
    }

    fn spread(&self, nodes: &GaussianRows<'_>, pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        Some(nodes.spread_of_products(Some(&doubles(self.symmetric())), pairs))
    }
}
