use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::{GaussianRows, PairAxis, PairDecoderKind, PairFactors, PairLink, PairTerms, PairWeight};
use crate::elementwise::softplus;
use crate::error::{Error, Result};
use crate::nn::{parameter, with_values};

/// How far `s z` spreads at the beginning, where latent vectors are of about the length 1: memberships of a node then differ by
/// factors of e² and tell nodes apart at once.
const SPREAD: f64 = 2.0;

/// `p(A_ij = 1) = 1 − exp(−λ_ij)`, `λ_ij = y_i·y_j` with `y = softplus(s z + t)`: each dimension is a community, a node belongs to
/// it as far as its `y` is above 0, and two nodes are linked where any community of both links them, each independently (Yang &
/// Leskovec 2013, eq. 1; Todeschini, Miscouridou & Caron 2020). Prior and divergence are those of z.
///
/// `t` stands before the softplus, and not a factor behind it: there a factor as small as the density asks for would leave no way
/// for `y` to grow to 1, where a community links its members.
#[derive(Module, Debug)]
pub struct BernoulliPoisson {
    /// `ln s`, `[1]`.
    pub log_scale: Param<Tensor<1>>,
    /// `t`, `[latent]`.
    pub shift: Param<Tensor<1>>,
}

impl BernoulliPoisson {
    pub(super) const NAME: &str = "bernoulli-poisson";
    const SCALE: &str = "decoder.log_scale";
    const SHIFT: &str = "decoder.shift";

    pub(super) fn kind() -> PairDecoderKind {
        let weights = [(Self::SCALE, PairAxis::Units(1)), (Self::SHIFT, PairAxis::Latent)];
        let weights = weights.map(|(path, axis)| PairWeight::new(path, [axis]));
        let kind = PairDecoderKind::with_factors(
            Self::NAME,
            "softplus(s z_i + t) · softplus(s z_j + t)",
            weights.into(),
        );
        PairDecoderKind { link: PairLink::Poisson, ..kind }
    }

    /// It is `softplus(z)` until it [begins](Self::begin_at) on a graph.
    pub(super) fn init(latent: usize, device: &Device) -> Self {
        Self {
            log_scale: parameter(Self::SCALE, Tensor::zeros([1], device)),
            shift: parameter(Self::SHIFT, Tensor::zeros([latent], device)),
        }
    }

    /// `s` is `2 √latent`, and `t` where nodes have about as many links as the graph: with `s z` of N(0, 2²), and softplus nearly the
    /// exponential so far below 0, the mean of `λ` is `latent · e^(2t + 2²)`, which is to be the density.
    pub(super) fn begin_at(self, density: f64) -> Self {
        let latent = self.shift.val().dims()[0];
        let shift = 0.5 * ((density / latent as f64).ln() - SPREAD * SPREAD);
        let scale = SPREAD * (latent as f64).sqrt();
        Self {
            log_scale: with_values(self.log_scale, vec![scale.ln() as f32]),
            shift: with_values(self.shift, vec![shift as f32; latent]),
        }
    }

    /// `y`, `[nodes, latent]`
    fn rows(&self, z: Tensor<2>) -> Result<Tensor<2>> {
        let shift = self.shift.val();
        let latent = shift.dims()[0];
        if z.dims()[1] != latent {
            return Err(Error::shape("communities", z.dims(), [latent]));
        }
        let scale = self.log_scale.val().exp().reshape([1, 1]);
        Ok(softplus(z * scale + shift.reshape([1, latent])))
    }
}

impl PairTerms for BernoulliPoisson {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn link(&self) -> PairLink {
        PairLink::Poisson
    }

    fn factors(&self, z: Tensor<2>) -> Result<Option<PairFactors>> {
        Ok(Some(PairFactors { link: PairLink::Poisson, ..self.rows(z)?.into() }))
    }

    fn memberships(&self, z: Tensor<2>) -> Result<Option<Tensor<2>>> {
        self.rows(z).map(Some)
    }

    /// That of a sum of products of softplus is in no closed form.
    fn spread(&self, _nodes: &GaussianRows<'_>, _pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        None
    }
}
