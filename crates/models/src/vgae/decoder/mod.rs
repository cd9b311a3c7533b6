//! How likely two nodes are linked, given where they lie: `p(A_ij = 1) = σ(x_ij)`, with `x_ij = x_ji`.
//!
//! A decoder is a file of its own with what `PairTerms` asks of it, a variant here and one in `config.rs`. Where its logits
//! are inner products of two rows, with biases of nodes, it has factors, so that the likelihood stays exact over all pairs in
//! O(N·d) memory, and ranks and best links are found by the same tiles; another one scores pairs one by one. Each may have a
//! constant for all pairs beside it, the offset.

mod biased;
mod bilinear;
mod config;
mod factors;
mod inner_product;
mod kind;
mod scaled;
mod spread;

use burn::module::{Module, Param};
use burn::tensor::Tensor;

pub use biased::Biased;
pub use bilinear::Bilinear;
pub use config::PairDecoderConfig;
pub use factors::PairFactors;
pub use inner_product::InnerProduct;
pub use kind::{PairAxis, PairDecoderKind, PairWeight};
pub use scaled::Scaled;
pub use spread::GaussianRows;

use crate::error::{Error, Result};
use crate::nn::with_values;
use crate::sides::Sides;
use crate::sparse::EdgeList;

/// A decoder of latent vectors `[nodes, latent]`.
#[derive(Module, Debug)]
pub struct PairDecoder {
    /// What tells one pair from another.
    pub form: PairForm,
    /// `c`, `[1]`, which every logit has added to it: how sparse the graph is.
    pub offset: Option<Param<Tensor<1>>>,
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
}

/// What there is to ask of a decoder, its offset left out.
trait PairTerms {
    /// Its name in configurations.
    fn name(&self) -> &'static str;

    /// As [`PairDecoder::logits`]; a decoder without factors has its own.
    fn logits(&self, z: Tensor<2>, pairs: &EdgeList) -> Result<Tensor<1>> {
        self.all_pairs(z)?.logits(pairs)
    }

    /// Factors of the logits of all pairs, where there are any.
    fn factors(&self, z: Tensor<2>) -> Result<Option<PairFactors>>;

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
        Self { form, offset: None }
    }
}

impl PairForm {
    fn terms(&self) -> &dyn PairTerms {
        match self {
            Self::InnerProduct(decoder) => decoder,
            Self::Biased(decoder) => decoder,
            Self::Bilinear(decoder) => decoder,
            Self::Scaled(decoder) => decoder,
        }
    }
}

impl PairDecoder {
    /// The decoder as it begins on a graph whose nodes have so many edges each: the offset is `ln(2E/N²)`, or `ln(E/LR)` between
    /// sides of L and R nodes, the logarithm of the graph's density, and biases that begin at a degree do.
    pub fn begin_at(self, degrees: &[u32], sides: Option<Sides>) -> Self {
        let ends: u64 = degrees.iter().map(|&degree| u64::from(degree)).sum();
        let pairs = sides.map_or((degrees.len() as f64).powi(2), |sides| 2.0 * sides.pairs());
        let density = ends.max(1) as f64 / pairs;
        let (left, right) = degrees.split_at(sides.map_or(degrees.len(), |sides| sides.left));
        Self {
            form: match self.form {
                PairForm::Scaled(scaled) => PairForm::Scaled(scaled.begin_at([left, right])),
                other => other,
            },
            offset: self.offset.map(|offset| with_values(offset, vec![density.ln() as f32])),
        }
    }

    /// The logit of each pair.
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
