use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::biased::{half_degrees, require_nodes};
use super::{GaussianRows, PairAxis, PairDecoderKind, PairFactors, PairTerms, PairWeight};
use crate::error::Result;
use crate::host::doubles;
use crate::nn::{parameter, with_values};
use crate::reduce::sum_rows;

/// Where `s` begins: on vectors of the length 1 it is then [`Scaled`](super::Scaled) as that begins.
const SCALE: f32 = 2.0;

/// `x_ij = b_i + b_j − s ‖z_i − z_j‖²`, `s > 0`, beside an offset: nodes are linked that lie near each other (Hoff, Raftery &
/// Handcock 2002, eq. 2, with the square of the distance, by which sums over all pairs stay those of inner products).
#[derive(Module, Debug)]
pub struct Distance {
    /// `ln s`, `[1]`.
    pub log_scale: Param<Tensor<1>>,
    /// `b`, `[nodes]`.
    pub bias: Param<Tensor<1>>,
}

impl Distance {
    pub(super) const NAME: &str = "distance";
    const SCALE: &str = "decoder.log_scale";
    const BIAS: &str = "decoder.bias";

    pub(super) fn kind() -> PairDecoderKind {
        let weights = [(Self::SCALE, PairAxis::Units(1)), (Self::BIAS, PairAxis::Nodes)];
        let weights = weights.map(|(path, axis)| PairWeight::new(path, [axis]));
        PairDecoderKind::with_factors(Self::NAME, "b_i + b_j - s |z_i - z_j|^2", weights.into())
    }

    /// It is the plain distance until it [begins](Self::begin_at) on a graph.
    pub(super) fn init(nodes: usize, device: &Device) -> Self {
        Self {
            log_scale: parameter(Self::SCALE, Tensor::zeros([1], device)),
            bias: parameter(Self::BIAS, Tensor::zeros([nodes], device)),
        }
    }

    /// What the offset begins above the logarithm of the density by: two vectors of the length 1 that share nothing, which are √2
    /// apart, are then linked as often as any two nodes.
    pub(super) const START: f64 = 2.0 * SCALE as f64;

    /// The biases are half of what degrees alone would say, as those of [`Scaled`](super::Scaled).
    pub(super) fn begin_at(self, sides: [&[u32]; 2]) -> Self {
        Self {
            bias: with_values(self.bias, sides.map(half_degrees).concat()),
            log_scale: with_values(self.log_scale, vec![SCALE.ln()]),
        }
    }
}

impl PairTerms for Distance {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    /// With `w = √s z` it is `√2 w_i · √2 w_j + (b_i − ‖w_i‖²) + (b_j − ‖w_j‖²)`.
    fn factors(&self, z: Tensor<2>) -> Result<Option<PairFactors>> {
        let bias = self.bias.val();
        require_nodes(&z, &bias)?;
        let rows = z * (self.log_scale.val() * 0.5).exp().reshape([1, 1]);
        let bias = bias - sum_rows(rows.clone() * rows.clone());
        Ok(Some(PairFactors { bias: Some(bias), ..(rows * std::f64::consts::SQRT_2).into() }))
    }

    /// A bias adds none.
    fn spread(&self, nodes: &GaussianRows<'_>, pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        let scale = doubles(self.log_scale.val())[0].exp();
        Some(nodes.spread_of_distances(pairs).into_iter().map(|spread| scale * spread).collect())
    }
}
