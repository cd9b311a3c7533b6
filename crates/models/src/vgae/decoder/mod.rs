//! How likely two nodes are linked, given where they lie: `p(A_ij = 1) = σ(x_ij)`, with `x_ij = x_ji`.
//!
//! A decoder is a file of its own with what `PairTerms` asks of it, and a variant here. Where its logits are inner
//! products of two rows it has factors, so that the likelihood stays exact over all pairs in O(N·d) memory, and ranks and
//! best links are found by the same tiles; another one scores pairs one by one.

mod biased;
mod bilinear;
mod inner_product;
mod spread;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use serde::{Deserialize, Serialize};

pub use biased::Biased;
pub use bilinear::Bilinear;
pub use inner_product::InnerProduct;
pub use spread::GaussianRows;

use crate::error::{Error, Result};
use crate::nn::ParameterShape;
use crate::sparse::{EdgeList, edge_scores};

/// Configuration of a [`PairDecoder`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PairDecoderConfig {
    // Serde lets unknown keys pass in a variant without braces.
    /// `z_i·z_j` (Kipf & Welling, arXiv 1611.07308, eq. 2).
    InnerProduct {},
    /// `z_i·z_j + b_i + b_j`, with a parameter for each node.
    Biased {},
    /// `z_iᵀ S z_j`, with a symmetric matrix of parameters.
    Bilinear {},
}

/// A decoder of latent vectors `[nodes, latent]`.
#[derive(Module, Debug)]
pub enum PairDecoder {
    /// `z_i·z_j`
    InnerProduct(InnerProduct),
    /// `z_i·z_j + b_i + b_j`
    Biased(Biased),
    /// `z_iᵀ S z_j`
    Bilinear(Bilinear),
}

/// What is known of a kind of decoder before one is made.
#[derive(Debug)]
pub struct PairDecoderKind {
    /// Its name in configurations.
    pub name: &'static str,
    /// The logit of a link between the nodes i and j.
    pub logit: &'static str,
    /// Whether it has factors, which sums over all pairs are made of; another one scores pairs one by one.
    pub has_factors: bool,
    /// Its weights, in the order of the fields.
    pub weights: Vec<PairWeight>,
}

/// A weight of a kind of decoder.
#[derive(Debug)]
pub struct PairWeight {
    /// Its path in the model.
    pub path: &'static str,
    /// What each axis counts.
    pub axes: Vec<PairAxis>,
}

/// What an axis of a decoder's weight counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairAxis {
    /// The nodes that it was trained on.
    Nodes,
    /// The latent dimensions.
    Latent,
    /// What the decoder itself says: the units of a layer.
    Units(usize),
}

/// Matrices whose rows have the logits as inner products, `x_ij = left_i · right_j = x_ji`.
#[derive(Clone, Debug)]
pub struct PairFactors {
    /// `[nodes, width]`
    pub left: Tensor<2>,
    /// `[nodes, width]`, where they are others than the left ones.
    pub right: Option<Tensor<2>>,
}

/// What there is to ask of a decoder.
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

impl Default for PairDecoderConfig {
    fn default() -> Self {
        Self::InnerProduct {}
    }
}

impl PairDecoderConfig {
    /// Makes sure that its constants can be meant.
    ///
    /// # Errors
    /// [`Error::Config`], with the key.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::InnerProduct {} | Self::Biased {} | Self::Bilinear {} => Ok(()),
        }
    }

    /// What is known of the decoder before it is made.
    pub fn kind(&self) -> PairDecoderKind {
        match self {
            Self::InnerProduct {} => InnerProduct::kind(),
            Self::Biased {} => Biased::kind(),
            Self::Bilinear {} => Bilinear::kind(),
        }
    }

    /// A decoder for so many nodes and latent dimensions, whose first parameters are drawn from `random` on the host.
    pub(super) fn init(
        &self,
        nodes: usize,
        latent: usize,
        _random: &mut dyn Rng,
        device: &Device,
    ) -> PairDecoder {
        match self {
            Self::InnerProduct {} => PairDecoder::InnerProduct(InnerProduct),
            Self::Biased {} => PairDecoder::Biased(Biased::init(nodes, device)),
            Self::Bilinear {} => PairDecoder::Bilinear(Bilinear::init(latent, device)),
        }
    }
}

impl PairDecoderKind {
    /// The weights of a decoder for so many nodes and latent dimensions.
    pub(super) fn layers(&self, nodes: usize, latent: usize) -> Vec<ParameterShape> {
        let length = |axis: &PairAxis| match axis {
            PairAxis::Nodes => nodes,
            PairAxis::Latent => latent,
            PairAxis::Units(units) => *units,
        };
        let shape = |axes: &[PairAxis]| axes.iter().map(length).collect::<Vec<_>>();
        self.weights.iter().map(|weight| ParameterShape::new(weight.path, shape(&weight.axes))).collect()
    }

    /// The weight whose rows are those of the nodes that were trained on, where there is one. Such a decoder has no logits
    /// of other nodes.
    pub fn weight_of_nodes(&self) -> Option<&'static str> {
        let of_nodes = |weight: &&PairWeight| weight.axes.first() == Some(&PairAxis::Nodes);
        self.weights.iter().find(of_nodes).map(|weight| weight.path)
    }
}

impl PairDecoder {
    fn terms(&self) -> &dyn PairTerms {
        match self {
            Self::InnerProduct(decoder) => decoder,
            Self::Biased(decoder) => decoder,
            Self::Bilinear(decoder) => decoder,
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
        self.terms().logits(z, pairs)
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
        self.terms().all_pairs(z)
    }

    /// The standard deviation of the logit of each pair where the latent vectors are independent Gaussians, of a node with
    /// itself too; `None` where it is not known in closed form.
    ///
    /// # Panics
    /// If a pair names a node that is not there, or the rows are of another width than the decoder's.
    pub fn spread(&self, nodes: &GaussianRows<'_>, pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        self.terms().spread(nodes, pairs)
    }
}

impl PairFactors {
    /// The logit of each pair, `[pairs]`.
    ///
    /// # Errors
    /// If the pairs are of another number of nodes.
    pub fn logits(&self, pairs: &EdgeList) -> Result<Tensor<1>> {
        let right = self.right.as_ref().unwrap_or(&self.left);
        edge_scores(pairs, self.left.clone(), right.clone())
    }
}

#[cfg(test)]
mod tests;
