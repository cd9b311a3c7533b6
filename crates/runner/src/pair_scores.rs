//! What a trained decoder scores pairs of nodes by, on the host.

use std::sync::Arc;

use aevb_models::ranking::InnerProducts;
use aevb_models::vgae::PairFactors;
use burn::tensor::Tensor;
use rayon::prelude::*;

use crate::covariates::StructuralCorrection;
use crate::error::Result;

/// The factors of the logits of all pairs: rows whose inner products they are; and what covariates add to them.
#[derive(Clone, Debug)]
pub struct PairScores {
    /// `[nodes, width]`
    left: Arc<[f32]>,
    /// `[nodes, width]`, where they are others than the left ones.
    right: Option<Arc<[f32]>>,
    nodes: usize,
    width: usize,
    /// What the factors' own logits were multiplied by.
    scale: f64,
    correction: Option<Arc<StructuralCorrection>>,
}

impl PairScores {
    /// Brings the factors to the host.
    pub(crate) fn of(factors: PairFactors) -> Self {
        let (left, right) = factors.into_rows();
        let host =
            |rows: Tensor<2>| rows.into_data().try_into_vec::<f32>().expect("latents are F32").into();
        let [nodes, width] = left.dims();
        Self { left: host(left), right: right.map(host), nodes, width, scale: 1.0, correction: None }
    }

    /// The same with a number added to the scores of some pairs.
    #[must_use]
    pub fn corrected_by(self, correction: Arc<StructuralCorrection>) -> Self {
        Self { correction: Some(correction), ..self }
    }

    /// `scale` times the scores, which have no correction, and what each node adds to its pairs, `[nodes]`.
    #[must_use]
    pub fn weighed(&self, scale: f64, of_nodes: &[f64]) -> Self {
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
            ..self.clone()
        }
    }

    /// What the factors' own logits were multiplied by.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The scores of all pairs, to be ranked.
    ///
    /// # Errors
    /// If a row is not finite, or so long that scores overflow.
    pub fn products(&self) -> Result<InnerProducts<'_>> {
        let products = InnerProducts::between(&self.left, self.right(), [self.nodes, self.width])?;
        Ok(match &self.correction {
            None => products,
            Some(correction) => products.corrected_by(&**correction),
        })
    }

    /// The score of each pair, summed in double precision, as the scripts behind published tables do.
    ///
    /// # Panics
    /// If a pair names a node that is not there.
    pub fn exact(&self, pairs: &[[u32; 2]]) -> Vec<f64> {
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
