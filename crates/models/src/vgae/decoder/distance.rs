use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::biased::{half_degrees, require_nodes};
use super::{GaussianRows, PairAxis, PairDecoderKind, PairFactors, PairTerms, PairWeight};
use crate::error::Result;
use crate::nn::{parameter, with_values};
use crate::reduce::sum_rows;

/// `x_ij = b_i + b_j − ‖z_i − z_j‖²`, beside an offset: nodes are linked that lie near each other (Hoff, Raftery & Handcock
/// 2002, eq. 2, with the square of the distance, by which sums over all pairs stay those of inner products).
#[derive(Module, Debug)]
pub struct Distance {
    /// `b`, `[nodes]`.
    pub bias: Param<Tensor<1>>,
}

impl Distance {
    pub(super) const NAME: &str = "distance";
    const PATH: &str = "decoder.bias";

    pub(super) fn kind() -> PairDecoderKind {
        let bias = PairWeight::new(Self::PATH, [PairAxis::Nodes]);
        PairDecoderKind::with_factors(Self::NAME, "b_i + b_j - |z_i - z_j|^2", vec![bias])
    }

    pub(super) fn init(nodes: usize, device: &Device) -> Self {
        Self { bias: parameter(Self::PATH, Tensor::zeros([nodes], device)) }
    }

    /// The biases are half of what degrees alone would say, as those of [`Scaled`](super::Scaled).
    pub(super) fn begin_at(self, degrees: &[u32]) -> Self {
        Self { bias: with_values(self.bias, half_degrees(degrees)) }
    }
}

impl PairTerms for Distance {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    /// `√2 z_i · √2 z_j + (b_i − ‖z_i‖²) + (b_j − ‖z_j‖²)`
    fn factors(&self, z: Tensor<2>) -> Result<Option<PairFactors>> {
        let bias = self.bias.val();
        require_nodes(&z, &bias)?;
        let bias = bias - sum_rows(z.clone() * z.clone());
        Ok(Some(PairFactors { bias: Some(bias), ..(z * std::f64::consts::SQRT_2).into() }))
    }

    fn spread(&self, nodes: &GaussianRows<'_>, pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        Some(nodes.spread_of_distances(pairs))
    }
}
