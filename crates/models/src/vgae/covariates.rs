use burn::tensor::{Tensor, TensorCreationOptions, TensorData};

use super::decoder::PairDecoder;
use super::likelihood::GraphLikelihood;
use super::pair_block::floats;
use crate::elementwise::softplus;
use crate::error::{Error, Result};
use crate::reduce::sum;
use crate::sparse::EdgeList;

/// What structural covariates change in a likelihood whose logits are `x_ij + φ_ij`, with `φ_ij = Σ_k w_k c_k(i, j)` for the
/// pairs that have covariates, S, and 0 for all others.
///
/// The sum over all pairs stays that of x, by tiles, and what is added to it has the pairs of S alone:
/// `Σ_{S∖E} [softplus(x + φ) − softplus(x)] + Σ_{S∩E} q [softplus(−x − φ) − softplus(−x)]`, which with `q = 1` is
/// `Σ_S [softplus(x + φ) − softplus(x)] − Σ_E φ`. As φ depends on the graph this is a pseudo-likelihood (Besag 1975): each pair
/// given all others.
#[derive(Clone, Debug)]
pub struct CovariateSum {
    /// The pairs of S without an edge.
    pub others: CovariatePairs,
    /// The edges in S.
    pub edges: CovariatePairs,
}

/// Pairs and their covariates, on a device.
#[derive(Clone, Debug)]
pub struct CovariatePairs {
    pairs: EdgeList,
    /// `[pairs, terms]`
    terms: Tensor<2>,
    /// `[pairs]`: how many ordered pairs each stands for; of an edge times how often it is learnt.
    counts: Tensor<1>,
}

impl CovariatePairs {
    /// Pairs of so many nodes, `[pairs, terms]` covariates row by row, and how many ordered pairs each stands for, on a device:
    /// `&device`, or `(&device, dtype)` for another float type.
    ///
    /// # Errors
    /// If a node is out of range, or there are not as many covariates or counts.
    pub fn new(
        nodes: usize,
        pairs: &[[u32; 2]],
        terms: Vec<f32>,
        counts: Vec<f32>,
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        let options = options.into();
        let width = terms.len() / pairs.len().max(1);
        if counts.len() != pairs.len() || terms.len() != width * pairs.len() {
            return Err(Error::shape("covariates of pairs", [pairs.len()], [counts.len(), terms.len()]));
        }
        Ok(Self {
            pairs: EdgeList::new(nodes, pairs, &options.device)?,
            terms: Tensor::from_data(TensorData::new(terms, [pairs.len(), width]), options.clone()),
            counts: floats(counts, &options),
        })
    }

    /// The same pairs with other counts.
    ///
    /// # Errors
    /// If there are more or fewer.
    pub fn with_counts(&self, counts: Vec<f32>, options: impl Into<TensorCreationOptions>) -> Result<Self> {
        if counts.len() != self.pairs.len() {
            return Err(Error::shape("counts of pairs", [self.pairs.len()], [counts.len()]));
        }
        Ok(Self { counts: floats(counts, &options.into()), ..self.clone() })
    }

    /// `sign · x` and `sign · φ`, `[pairs]` each.
    fn logits(
        &self,
        decoder: &PairDecoder,
        weights: &Tensor<1>,
        z: Tensor<2>,
        sign: f32,
    ) -> Result<[Tensor<1>; 2]> {
        let [terms] = weights.dims();
        if self.terms.dims()[1] != terms {
            return Err(Error::shape("weights of covariates", [terms], self.terms.dims()));
        }
        let logits = decoder.logits(z, &self.pairs)?;
        let covariates = self.terms.clone().matmul(weights.clone().reshape([terms, 1]));
        Ok([logits, covariates.reshape([self.pairs.len()])].map(|numbers| numbers * sign))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pairs.len() == 0
    }
}

impl GraphLikelihood {
    /// What the weights of a decoder's covariates change in [`Self::reconstruction`], or in an estimate of it whose pairs these
    /// are.
    ///
    /// # Shapes
    /// - z: `[nodes, latent]`
    /// - output: `[1]`
    ///
    /// # Errors
    /// If the decoder has no weights of covariates or others, or there are more or fewer nodes, or latent dimensions, than it has
    /// parameters for.
    pub fn of_covariates(
        &self,
        decoder: &PairDecoder,
        z: Tensor<2>,
        covariates: &CovariateSum,
    ) -> Result<Tensor<1>> {
        let weights = decoder.covariates.as_ref().map(|weights| weights.val()).ok_or_else(|| {
            let problem = "the decoder has no weights of them".to_owned();
            Error::Config { field: "covariates", problem }
        })?;
        let parts = [(&covariates.others, 1.0, 1.0), (&covariates.edges, -1.0, self.edge_weight())];
        let mut terms = Vec::new();
        for (pairs, sign, weight) in parts {
            if !pairs.is_empty() {
                let [logits, covariates] = pairs.logits(decoder, &weights, z.clone(), sign)?;
                let difference = softplus(logits.clone() + covariates) - softplus(logits);
                terms.push(difference * pairs.counts.clone() * weight);
            }
        }
        Ok(match terms.is_empty() {
            true => z.zeros_like().slice([0..1, 0..1]).reshape([1]),
            false => sum(Tensor::cat(terms, 0)) * self.reconstruction_scale(),
        })
    }
}
