//! How likely two nodes are linked, given where they lie: `p(A_ij = 1) = σ(x_ij)`, with `x_ij = x_ji`.
//!
//! A decoder is a file of its own with what `PairTerms` asks of it, a variant here and one in `config.rs`. Where its logits
//! are inner products of two rows, with biases of nodes, it has factors, so that the likelihood stays exact over all pairs in
//! O(N·d) memory, and ranks and best links are found by the same tiles; another one scores pairs one by one. Each may have a
//! constant for all pairs beside it, the offset.

mod bernoulli_poisson;
mod biased;
mod bilinear;
mod config;
mod distance;
mod factors;
mod inner_product;
mod kind;
mod link;
mod mlp;
mod scaled;
mod spread;

use burn::module::{Module, Param};
use burn::tensor::Tensor;

pub use bernoulli_poisson::BernoulliPoisson;
pub use biased::Biased;
pub use bilinear::Bilinear;
pub use config::PairDecoderConfig;
pub use distance::Distance;
pub use factors::PairFactors;
pub use inner_product::InnerProduct;
pub use kind::{PairAxis, PairDecoderKind, PairWeight};
pub use link::PairLink;
pub use mlp::{PairMlp, PairMlpConfig};
pub use scaled::Scaled;
pub use spread::GaussianRows;

use crate::error::{Error, Result};
use crate::host::floats;
use crate::nn::with_values;
use crate::ranking::PairNetwork;
use crate::sides::Sides;
use crate::sparse::EdgeList;

/// A decoder of latent vectors `[nodes, latent]`.
#[derive(Module, Debug)]
pub struct PairDecoder {
    /// What tells one pair from another.
    pub form: PairForm,
    /// `c`, `[1]`, which every logit has added to it: how sparse the graph is.
    pub offset: Option<Param<Tensor<1>>>,
    /// The weights of structural covariates, w₀ first, `[terms]`, where they are learnt: see [`CovariateSum`](super::CovariateSum).
    pub covariates: Option<Param<Tensor<1>>>,
}

/// What tells one pair from another.
#[derive(Module, Debug)]
pub enum PairForm {
    /// `z_i·z_j`
    InnerProduct(InnerProduct),
    /// `z_i·z_j + b_i + b_j`
    Biased(Biased),
    /// `z_iᵀ S z_j`
    Bilinear(Bilinear),
    /// `s z_i·z_j + b_i + b_j`
    Scaled(Scaled),
    /// `b_i + b_j − s ‖z_i − z_j‖²`
    Distance(Distance),
    /// `softplus(s z_i + t)·softplus(s z_j + t)`
    BernoulliPoisson(BernoulliPoisson),
    /// `MLP(z_i ⊙ z_j)`
    Mlp(PairMlp),
}

/// What there is to ask of a decoder, its offset left out.
trait PairTerms {
    /// Its name in configurations.
    fn name(&self) -> &'static str;

    /// As [`PairDecoder::link`].
    fn link(&self) -> PairLink {
        PairLink::default()
    }

    /// As [`PairDecoder::logits`]; a decoder without factors has its own.
    fn logits(&self, z: Tensor<2>, pairs: &EdgeList) -> Result<Tensor<1>> {
        self.all_pairs(z)?.logits(pairs)
    }

    /// Factors of the logits of all pairs, where there are any.
    fn factors(&self, z: Tensor<2>) -> Result<Option<PairFactors>>;

    /// As [`PairDecoder::memberships`].
    fn memberships(&self, _z: Tensor<2>) -> Result<Option<Tensor<2>>> {
        Ok(None)
    }

    /// As [`PairDecoder::network`], of a decoder without factors.
    fn network(&self, _z: Tensor<2>, _offset: f32) -> Result<Option<PairNetwork>> {
        Ok(None)
    }

    /// As [`PairDecoder::spread`].
    fn spread(&self, nodes: &GaussianRows<'_>, pairs: &[[u32; 2]]) -> Option<Vec<f64>>;

    /// As [`PairDecoder::factors`].
    fn all_pairs(&self, z: Tensor<2>) -> Result<PairFactors> {
        self.factors(z)?.ok_or(Error::OneByOne { decoder: self.name() })
    }
}

impl From<PairForm> for PairDecoder {
    /// Without an offset.
    fn from(form: PairForm) -> Self {
        Self { form, offset: None, covariates: None }
    }
}

impl PairForm {
    fn terms(&self) -> &dyn PairTerms {
        match self {
            Self::InnerProduct(decoder) => decoder,
            Self::Biased(decoder) => decoder,
            Self::Bilinear(decoder) => decoder,
            Self::Scaled(decoder) => decoder,
            Self::Distance(decoder) => decoder,
            Self::BernoulliPoisson(decoder) => decoder,
            Self::Mlp(decoder) => decoder,
        }
    }
}

impl PairDecoder {
    /// The decoder as it begins on a graph whose nodes have so many edges each, an edge weighing as much as `edge_weight` other
    /// pairs in the likelihood: the offset is `ln(2E/N² · edge_weight)`, or `ln(E/LR · edge_weight)` between sides of L and R nodes,
    /// the logarithm of the density that steps see, or of `distance` above that, and what else begins at the density or at the
    /// degrees does.
    pub fn begin_at(self, degrees: &[u32], edge_weight: f64, sides: Option<Sides>) -> Self {
        let ends: u64 = degrees.iter().map(|&degree| u64::from(degree)).sum();
        let pairs = sides.map_or((degrees.len() as f64).powi(2), |sides| 2.0 * sides.pairs());
        let density = ends.max(1) as f64 / pairs;
        let above = if matches!(self.form, PairForm::Distance(_)) { Distance::START } else { 0.0 };
        let (left, right) = degrees.split_at(sides.map_or(degrees.len(), |sides| sides.left));
        let by_side = [left, right];
        Self {
            form: match self.form {
                PairForm::Scaled(scaled) => PairForm::Scaled(scaled.begin_at(by_side)),
                PairForm::Distance(distance) => PairForm::Distance(distance.begin_at(by_side)),
                PairForm::BernoulliPoisson(communities) => {
                    PairForm::BernoulliPoisson(communities.begin_at(density))
                }
                other => other,
            },
            offset: self
                .offset
                .map(|offset| with_values(offset, vec![((density * edge_weight).ln() + above) as f32])),
            covariates: self.covariates,
        }
    }

    /// The decoder as it begins beside covariates whose weights are known: `constant` is the logit of a pair without any, and goes
    /// to the first of the weights where the decoder has no offset.
    /// An edge weighs as much as `edge_weight` other pairs in the likelihood.
    pub fn begin_at_covariates(self, constant: f64, weights: &[f64], edge_weight: f64) -> Self {
        let above = if matches!(self.form, PairForm::Distance(_)) { Distance::START } else { 0.0 };
        let constant = constant + edge_weight.ln() + above;
        let mut values: Vec<f32> = weights.iter().map(|&weight| weight as f32).collect();
        if let (None, Some(first)) = (&self.offset, values.first_mut()) {
            *first += constant as f32;
        }
        Self {
            offset: self.offset.map(|offset| with_values(offset, vec![constant as f32])),
            covariates: self.covariates.map(|covariates| with_values(covariates, values)),
            ..self
        }
    }

    /// What makes a probability of a score.
    pub fn link(&self) -> PairLink {
        self.form.terms().link()
    }

    /// The logit of each pair, or what else its score is.
    ///
    /// # Shapes
    /// - z: `[nodes, latent]`
    /// - output: `[pairs]`
    ///
    /// # Errors
    /// If there are more or fewer nodes, or latent dimensions, than the decoder has parameters for.
    pub fn logits(&self, z: Tensor<2>, pairs: &EdgeList) -> Result<Tensor<1>> {
        let logits = self.form.terms().logits(z, pairs)?;
        Ok(match &self.offset {
            None => logits,
            Some(offset) => logits + offset.val(),
        })
    }

    /// The factors of the logits of all pairs, which exact sums over these, ranks and best links are made of.
    ///
    /// # Shapes
    /// - z: `[nodes, latent]`
    ///
    /// # Errors
    /// If the decoder scores pairs one by one, or there are more or fewer nodes, or latent dimensions, than it has
    /// parameters for.
    pub fn factors(&self, z: Tensor<2>) -> Result<PairFactors> {
        let factors = self.form.terms().all_pairs(z)?;
        Ok(match &self.offset {
            None => factors,
            Some(offset) => factors.moved_by(offset.val()),
        })
    }

    /// How far each node belongs to each of the communities, where the latent dimensions are communities.
    ///
    /// # Shapes
    /// - z: `[nodes, latent]`
    /// - output: `[nodes, latent]`, no number below 0
    ///
    /// # Errors
    /// If `z` has another width.
    pub fn memberships(&self, z: Tensor<2>) -> Result<Option<Tensor<2>>> {
        self.form.terms().memberships(z)
    }

    /// What scores pairs one by one on the host, where the decoder has no factors to score them by.
    ///
    /// # Shapes
    /// - z: `[nodes, latent]`
    ///
    /// # Errors
    /// If `z` has another width, or rows that are not finite or so long that scores overflow.
    pub fn network(&self, z: Tensor<2>) -> Result<Option<PairNetwork>> {
        let offset = self.offset.as_ref().map_or(0.0, |offset| floats(offset.val())[0]);
        self.form.terms().network(z, offset)
    }

    /// The standard deviation of the logit of each pair where the latent vectors are independent Gaussians, of a node with
    /// itself too; `None` where it is not known in closed form.
    ///
    /// # Panics
    /// If a pair names a node that is not there, or the rows are of another width than the decoder's.
    pub fn spread(&self, nodes: &GaussianRows<'_>, pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        self.form.terms().spread(nodes, pairs)
    }
}

#[cfg(test)]
mod tests;
