//! What a trained decoder scores pairs of nodes by, on the host.

use std::sync::Arc;

use aevb_data::graph::SideKind;
use aevb_models::Sides;
use aevb_models::ranking::{AllPairs, InnerProducts, PairNetwork};
use aevb_models::vgae::{PairDecoder, PairFactors, PairLink};
use burn::tensor::Tensor;
use rayon::prelude::*;

use crate::covariates::StructuralCorrection;
use crate::error::Result;

/// The sides of a graph as models have them.
pub(crate) fn sides_of(sides: aevb_data::graph::Sides) -> Sides {
    Sides { left: sides.left, right: sides.right, are_roles: sides.kind == SideKind::Directed }
}

/// A decoder's scores of all pairs of the nodes whose latent vectors it was given, and what covariates add to them.
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
    Network(Arc<PairNetwork>),
}

#[derive(Clone, Debug)]
struct Rows {
    /// `[nodes, width]`
    left: Arc<[f32]>,
    /// `[nodes, width]`, where they are others than the left ones.
    right: Option<Arc<[f32]>>,
    nodes: usize,
    width: usize,
    /// What the decoder's own logits were multiplied by.
    scale: f64,
    are_weighed: bool,
    correction: Option<Arc<StructuralCorrection>>,
    sides: Option<Sides>,
}

impl PairScores {
    /// Brings what a decoder makes of latent vectors, `[nodes, latent]`, of a graph with these sides, or none, to the host.
    pub(crate) fn of(
        decoder: &PairDecoder,
        z: Tensor<2>,
        sides: Option<aevb_data::graph::Sides>,
    ) -> Result<Self> {
        let link = decoder.link();
        Ok(match decoder.network(z.clone())? {
            Some(network) => Self { form: Form::Network(Arc::new(network)), link },
            None => Self { form: Form::Factors(Rows::of(decoder.factors(z)?, sides.map(sides_of))), link },
        })
    }

    /// The inner products of rows, `[nodes, width]`.
    #[cfg(test)]
    pub fn of_rows(rows: &[f32], [nodes, width]: [usize; 2]) -> Self {
        let rows = Rows {
            left: rows.into(),
            right: None,
            nodes,
            width,
            scale: 1.0,
            are_weighed: false,
            correction: None,
            sides: None,
        };
        Self { form: Form::Factors(rows), link: PairLink::Logistic }
    }

    /// The same with a number added to the scores of some pairs, where they are inner products.
    #[must_use]
    pub fn corrected_by(self, correction: Arc<StructuralCorrection>) -> Self {
        let form = match self.form {
            Form::Factors(rows) => Form::Factors(Rows { correction: Some(correction), ..rows }),
            network @ Form::Network(_) => network,
        };
        Self { form, ..self }
    }

    /// `scale` times the scores, which have no correction, and what each node adds to its pairs, `[nodes]`, where they are inner
    /// products.
    #[must_use]
    pub fn weighed(&self, scale: f64, of_nodes: &[f64]) -> Self {
        let form = match &self.form {
            Form::Factors(rows) => Form::Factors(rows.weighed(scale, of_nodes)),
            network @ Form::Network(_) => network.clone(),
        };
        Self { form, ..self.clone() }
    }

    /// Whether they are the decoder's logits, or what its link makes a probability of, and not weighed by what ranks best.
    pub fn are_logits(&self) -> bool {
        match &self.form {
            Form::Factors(rows) => !rows.are_weighed,
            Form::Network(_) => true,
        }
    }

    /// What the decoder's own logits were multiplied by.
    pub fn scale(&self) -> f64 {
        match &self.form {
            Form::Factors(rows) => rows.scale,
            Form::Network(_) => 1.0,
        }
    }

    /// The scores of all pairs, to be ranked.
    ///
    /// # Errors
    /// If a row is not finite, or so long that scores overflow.
    pub fn all(&self) -> Result<AllPairs<'_>> {
        Ok(match &self.form {
            Form::Factors(rows) => rows.products()?.into(),
            Form::Network(network) => AllPairs::Network(network),
        })
    }

    /// The inner products that they are, where they are any.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub fn products(&self) -> Result<Option<InnerProducts<'_>>> {
        match &self.form {
            Form::Factors(rows) => rows.products().map(Some),
            Form::Network(_) => Ok(None),
        }
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
    fn of(factors: PairFactors, sides: Option<Sides>) -> Self {
        let (left, right) = factors.into_rows();
        let host = |rows: Tensor<2>| rows.into_data().try_into_vec::<f32>().expect("latents are F32").into();
        let [nodes, width] = left.dims();
        Self {
            left: host(left),
            right: right.map(host),
            nodes,
            width,
            scale: 1.0,
            are_weighed: false,
            correction: None,
            sides,
        }
    }

    fn products(&self) -> Result<InnerProducts<'_>> {
        let products = InnerProducts::between(&self.left, self.right(), [self.nodes, self.width])?;
        let products = products.with_sides(self.sides)?;
        Ok(match &self.correction {
            None => products,
            Some(correction) => products.corrected_by(&**correction),
        })
    }

    fn weighed(&self, scale: f64, of_nodes: &[f64]) -> Self {
        let with = |rows: &[f32], scale: f64, last: &(dyn Fn(f64) -> [f64; 2] + Sync)| -> Arc<[f32]> {
            let row = |(row, &of_node): (&[f32], &f64)| -> Vec<f32> {
                let scaled = row.iter().map(|&entry| (scale * f64::from(entry)) as f32);
                scaled.chain(last(of_node).map(|entry| entry as f32)).collect()
            };
            let rows = rows.par_chunks_exact(self.width).zip(of_nodes);
            rows.flat_map_iter(row).collect::<Vec<f32>>().into()
        };
        Self {
            left: with(&self.left, scale, &|of_node| [of_node, 1.0]),
            right: Some(with(self.right(), 1.0, &|of_node| [1.0, of_node])),
            width: self.width + 2,
            scale: scale * self.scale,
            are_weighed: true,
            ..self.clone()
        }
    }

    fn exact(&self, pairs: &[[u32; 2]]) -> Vec<f64> {
        let row = |node: u32| node as usize * self.width..(node as usize + 1) * self.width;
        let score = |&[i, j]: &[u32; 2]| -> f64 {
            let (left, right) = (&self.left[row(i)], &self.right()[row(j)]);
            let product: f64 = left.iter().zip(right).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
            product + self.correction.as_ref().map_or(0.0, |correction| correction.exact([i, j]))
        };
        pairs.par_iter().map(score).collect()
    }

    fn right(&self) -> &[f32] {
        self.right.as_deref().unwrap_or(&self.left)
    }
}
