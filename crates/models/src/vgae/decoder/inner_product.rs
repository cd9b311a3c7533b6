use burn::module::Module;
use burn::tensor::Tensor;

use super::{GaussianRows, PairDecoderKind, PairFactors, PairTerms};
use crate::error::Result;

/// `x_ij = z_i·z_j` (Kipf & Welling, arXiv 1611.07308, eq. 2), without parameters.
#[derive(Module, Debug, Default)]
pub struct InnerProduct;

impl InnerProduct {
    const NAME: &str = "inner-product";

    pub(super) fn kind() -> PairDecoderKind {
        PairDecoderKind::with_factors(Self::NAME, "z_i · z_j", Vec::new())
    }
}

impl PairTerms for InnerProduct {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn factors(&self, z: Tensor<2>) -> Result<Option<PairFactors>> {
        Ok(Some(z.into()))
    }

    fn spread(&self, nodes: &GaussianRows<'_>, pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        Some(nodes.spread_of_products(None, pairs))
    }
}
