use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::{GaussianRows, PairAxis, PairDecoderKind, PairFactors, PairTerms, PairWeight};
use crate::error::{Error, Result};
use crate::nn::parameter;

/// `x_ij = z_i·z_j + b_i + b_j`: some nodes have more links than where they lie explains (the sociality effects of Krivitsky,
/// Handcock, Raftery & Hoff 2009, §2).
#[derive(Module, Debug)]
pub struct Biased {
    /// `b`, `[nodes]`.
    pub bias: Param<Tensor<1>>,
}

impl Biased {
    const NAME: &str = "biased";
    const PATH: &str = "decoder.bias";

    pub(super) fn kind() -> PairDecoderKind {
        let bias = PairWeight::new(Self::PATH, [PairAxis::Nodes]);
        PairDecoderKind::with_factors(Self::NAME, "z_i · z_j + b_i + b_j", vec![bias])
    }

    /// It begins as the inner product.
    pub(super) fn init(nodes: usize, device: &Device) -> Self {
        Self { bias: parameter(Self::PATH, Tensor::zeros([nodes], device)) }
    }
}

impl PairTerms for Biased {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn factors(&self, z: Tensor<2>) -> Result<Option<PairFactors>> {
        let bias = self.bias.val();
        require_nodes(&z, &bias)?;
        Ok(Some(PairFactors { bias: Some(bias), ..z.into() }))
    }

    /// A bias adds none.
    fn spread(&self, nodes: &GaussianRows<'_>, pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        Some(nodes.spread_of_products(None, pairs))
    }
}

/// `½ ln((degree_i + ½) / (mean degree + ½))`: half of what degrees alone would say (Chung & Lu 2002), as latent vectors say some
/// of it. The halves in there are for nodes without an edge.
pub(super) fn half_degrees(degrees: &[u32]) -> Vec<f32> {
    let mean = degrees.iter().map(|&degree| f64::from(degree)).sum::<f64>() / degrees.len() as f64;
    let bias = |&degree: &u32| (0.5 * ((f64::from(degree) + 0.5) / (mean + 0.5)).ln()) as f32;
    degrees.iter().map(bias).collect()
}

/// Makes sure that there is a bias for each latent vector.
pub(super) fn require_nodes(z: &Tensor<2>, bias: &Tensor<1>) -> Result<()> {
    if z.dims()[0] == bias.dims()[0] {
        Ok(())
    } else {
        Err(Error::shape("biases of nodes", z.dims(), bias.dims()))
    }
}
