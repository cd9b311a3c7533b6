//! What a trained decoder scores pairs of nodes by, on the host.

use aevb_data::graph::SideKind;
use aevb_models::Sides;
use aevb_models::ranking::InnerProducts;
use aevb_models::vgae::PairFactors;
use burn::tensor::Tensor;
use rayon::prelude::*;

use crate::error::Result;

/// The sides of a graph as models have them.
pub(crate) fn sides_of(sides: aevb_data::graph::Sides) -> Sides {
    Sides { left: sides.left, right: sides.right, are_roles: sides.kind == SideKind::Directed }
}

/// The factors of the logits of all pairs: rows whose inner products they are.
#[derive(Clone, Debug)]
pub struct PairScores {
    /// `[nodes, width]`
    left: Vec<f32>,
    /// `[nodes, width]`, where they are others than the left ones.
    right: Option<Vec<f32>>,
    nodes: usize,
    width: usize,
    sides: Option<Sides>,
}

impl PairScores {
    /// Brings the factors of a graph with these sides, or none, to the host.
    pub(crate) fn of(factors: PairFactors, sides: Option<aevb_data::graph::Sides>) -> Self {
        let (left, right) = factors.into_rows();
        let host = |rows: Tensor<2>| rows.into_data().try_into_vec::<f32>().expect("latents are F32");
        let [nodes, width] = left.dims();
        Self { left: host(left), right: right.map(host), nodes, width, sides: sides.map(sides_of) }
    }

    /// The scores of all pairs, to be ranked.
    ///
    /// # Errors
    /// If a row is not finite, or so long that scores overflow.
    pub fn products(&self) -> Result<InnerProducts<'_>> {
        Ok(InnerProducts::between(&self.left, self.right(), [self.nodes, self.width])?
            .with_sides(self.sides)?)
    }

    /// The score of each pair, summed in double precision, as the scripts behind published tables do.
    ///
    /// # Panics
    /// If a pair names a node that is not there.
    pub fn exact(&self, pairs: &[[u32; 2]]) -> Vec<f64> {
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
