use burn::tensor::{Int, Tensor};

use super::PairLink;
use crate::error::Result;
use crate::sparse::{EdgeList, edge_scores};

/// What the scores of all pairs are made of, `x_ij = left_i · right_j + bias_i + bias_j = x_ji`.
#[derive(Clone, Debug)]
pub struct PairFactors {
    /// `[nodes, width]`
    pub left: Tensor<2>,
    /// `[nodes, width]`, where they are others than the left ones.
    pub right: Option<Tensor<2>>,
    /// `[nodes]`, where there are any.
    pub bias: Option<Tensor<1>>,
    /// What makes a probability of a score.
    pub link: PairLink,
}

impl From<Tensor<2>> for PairFactors {
    /// The inner products of rows.
    fn from(rows: Tensor<2>) -> Self {
        Self { left: rows, right: None, bias: None, link: PairLink::default() }
    }
}

impl PairFactors {
    /// The logit of each pair, `[pairs]`.
    ///
    /// # Errors
    /// If the pairs are of another number of nodes.
    pub fn logits(&self, pairs: &EdgeList) -> Result<Tensor<1>> {
        let right = self.right.as_ref().unwrap_or(&self.left);
        let products = edge_scores(pairs, self.left.clone(), right.clone())?;
        let Some(bias) = &self.bias else { return Ok(products) };
        let (bias, one) = columns(bias);
        let left = Tensor::cat(vec![bias.clone(), one.clone()], 1);
        Ok(products + edge_scores(pairs, left, Tensor::cat(vec![one, bias], 1))?)
    }

    /// Those of some of the nodes, in this order.
    #[must_use]
    pub fn select(self, nodes: Tensor<1, Int>) -> Self {
        Self {
            left: self.left.select(0, nodes.clone()),
            right: self.right.map(|right| right.select(0, nodes.clone())),
            bias: self.bias.map(|bias| bias.select(0, nodes)),
            link: self.link,
        }
    }

    /// Matrices whose rows have the logits as inner products, the right one where it is another than the left: biases are two
    /// columns more, `(left_i, bias_i, 1) · (right_j, 1, bias_j)`.
    ///
    /// # Shapes
    /// - output: `[nodes, width]` each, `[nodes, width + 2]` with biases
    pub fn into_rows(self) -> (Tensor<2>, Option<Tensor<2>>) {
        let Self { left, right, bias, .. } = self;
        let Some(bias) = bias else { return (left, right) };
        let right = right.unwrap_or_else(|| left.clone());
        let (bias, one) = columns(&bias);
        let left = Tensor::cat(vec![left, bias.clone(), one.clone()], 1);
        (left, Some(Tensor::cat(vec![right, one, bias], 1)))
    }

    /// The same with the logit of each pair moved by a constant, `[1]`: half of it is each node's.
    pub(super) fn moved_by(self, constant: Tensor<1>) -> Self {
        let half = constant * 0.5;
        let bias = match self.bias {
            Some(bias) => bias + half,
            None => half.expand([self.left.dims()[0]]),
        };
        Self { bias: Some(bias), ..self }
    }
}

/// Biases as a column, and a column of ones, `[nodes, 1]`.
fn columns(bias: &Tensor<1>) -> (Tensor<2>, Tensor<2>) {
    let bias = bias.clone().reshape([bias.dims()[0], 1]);
    let one = bias.ones_like().detach();
    (bias, one)
}
