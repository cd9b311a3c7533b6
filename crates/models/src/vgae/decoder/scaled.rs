use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::biased::{half_degrees, require_nodes};
use super::{GaussianRows, PairAxis, PairDecoderKind, PairFactors, PairTerms, PairWeight};
use crate::error::Result;
use crate::host::doubles;
use crate::nn::{parameter, with_values};

/// Where `s` begins: latent vectors of about the length 1 then tell nodes apart at once.
const SCALE: f32 = 4.0;

/// `x_ij = s z_i·z_j + b_i + b_j`, `s > 0`, beside an offset: how sparse the graph is goes into that, how many links a node
/// has into its bias, and how sure the products are into `s`, so that latent vectors say who is linked with whom.
#[derive(Module, Debug)]
pub struct Scaled {
    /// `ln s`, `[1]`.
    pub log_scale: Param<Tensor<1>>,
    /// `b`, `[nodes]`.
    pub bias: Param<Tensor<1>>,
}

impl Scaled {
    pub(super) const NAME: &str = "scaled";
    const SCALE: &str = "decoder.log_scale";
    const BIAS: &str = "decoder.bias";

    pub(super) fn kind() -> PairDecoderKind {
        let weights = [(Self::SCALE, PairAxis::Units(1)), (Self::BIAS, PairAxis::Nodes)];
        let weights = weights.map(|(path, axis)| PairWeight::new(path, [axis]));
        PairDecoderKind::with_factors(Self::NAME, "s z_i · z_j + b_i + b_j", weights.into())
    }

    /// It is the inner product until it [begins](Self::begin_at) on a graph.
    pub(super) fn init(nodes: usize, device: &Device) -> Self {
        Self {
            log_scale: parameter(Self::SCALE, Tensor::zeros([1], device)),
            bias: parameter(Self::BIAS, Tensor::zeros([nodes], device)),
        }
    }

    pub(super) fn begin_at(self, sides: [&[u32]; 2]) -> Self {
        Self {
            bias: with_values(self.bias, sides.map(half_degrees).concat()),
            log_scale: with_values(self.log_scale, vec![SCALE.ln()]),
        }
    }
}

impl PairTerms for Scaled {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    /// `√s z_i · √s z_j`, so that a sum over all pairs takes one matrix.
    fn factors(&self, z: Tensor<2>) -> Result<Option<PairFactors>> {
        let bias = self.bias.val();
        require_nodes(&z, &bias)?;
        let root = (self.log_scale.val() * 0.5).exp().reshape([1, 1]);
        Ok(Some(PairFactors { bias: Some(bias), ..(z * root).into() }))
    }

    /// A bias adds none.
    fn spread(&self, nodes: &GaussianRows<'_>, pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        let scale = doubles(self.log_scale.val())[0].exp();
        Some(nodes.spread_of_products(None, pairs).into_iter().map(|spread| scale * spread).collect())
    }
}
