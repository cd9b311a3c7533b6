//! What a trained decoder scores pairs of nodes by, on the host.

use aevb_models::ranking::{AllPairs, InnerProducts, PairNetwork};
use aevb_models::vgae::{PairDecoder, PairFactors, PairLink};
use burn::tensor::Tensor;
use rayon::prelude::*;

use crate::error::Result;

/// A decoder's scores of all pairs of the nodes whose latent vectors it was given.
#[derive(Clone, Debug)]
pub struct PairScores {
    form: Form,
    link: PairLink,
}

/// What scores are made of.
#[derive(Clone, Debug)]
enum Form {
    /// Rows whose inner products they are.
    Factors(Rows),
    /// A network that scores pairs one by one.
    Network(PairNetwork),
}

#[derive(Clone, Debug)]
struct Rows {
    /// `[nodes, width]`
    left: Vec<f32>,
    /// `[nodes, width]`, where they are others than the left ones.
    right: Option<Vec<f32>>,
    nodes: usize,
    width: usize,
}

impl PairScores {
    /// Brings what a decoder makes of latent vectors, `[nodes, latent]`, to the host.
    pub(crate) fn of(decoder: &PairDecoder, z: Tensor<2>) -> Result<Self> {
        let link = decoder.link();
        Ok(match decoder.network(z.clone())? {
            Some(network) => Self { form: Form::Network(network), link },
            None => Self { form: Form::Factors(Rows::of(decoder.factors(z)?)), link },
        })
    }

    /// The scores of all pairs, to be ranked.
    ///
    /// # Errors
    /// If a row is not finite, or so long that scores overflow.
    pub fn all(&self) -> Result<AllPairs<'_>> {
        Ok(match &self.form {
            Form::Factors(rows) => {
                let Rows { left, nodes, width, .. } = rows;
                InnerProducts::between(left, rows.right(), [*nodes, *width])?.into()
            }
            Form::Network(network) => AllPairs::Network(network),
        })
    }

    /// The score of each pair, summed in double precision, as the scripts behind published tables do.
    ///
    /// # Panics
    /// If a pair names a node that is not there.
    pub fn exact(&self, pairs: &[[u32; 2]]) -> Vec<f64> {
        match &self.form {
            Form::Factors(rows) => rows.exact(pairs),
            Form::Network(network) => network.exact(pairs),
        }
    }

    /// The decoder's own probability of a link by a score, which nobody has calibrated.
    pub fn probability(&self, score: f64) -> f64 {
        self.link.probability(score)
    }

    /// What makes a probability of a score.
    pub fn link(&self) -> PairLink {
        self.link
    }
}

impl Rows {
    fn of(factors: PairFactors) -> Self {
        let (left, right) = factors.into_rows();
        let host = |rows: Tensor<2>| rows.into_data().try_into_vec::<f32>().expect("latents are F32");
        let [nodes, width] = left.dims();
        Self { left: host(left), right: right.map(host), nodes, width }
    }

    fn exact(&self, pairs: &[[u32; 2]]) -> Vec<f64> {
        let row = |node: u32| node as usize * self.width..(node as usize + 1) * self.width;
        let score = |&[i, j]: &[u32; 2]| -> f64 {
            let (left, right) = (&self.left[row(i)], &self.right()[row(j)]);
            left.iter().zip(right).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
        };
        pairs.par_iter().map(score).collect()
    }

    fn right(&self) -> &[f32] {
        self.right.as_deref().unwrap_or(&self.left)
    }
}
