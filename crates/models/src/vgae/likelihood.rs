use burn::tensor::{Tensor, TensorCreationOptions, TensorData, activation};
use serde::{Deserialize, Serialize};

use super::decoder::PairFactors;
use super::row_block::RowBlock;
use crate::error::{Error, Result};
use crate::pairwise::{softplus_sum, softplus_sum_between};
use crate::reduce::sum;
use crate::sparse::EdgeList;

/// How the terms of the likelihood are weighted and scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeWeighting {
    /// As the authors' code: positive pairs weigh `q = (N² − s)/s`, the cross-entropy is scaled by
    /// `N²/(2(N² − s))/N²` and the divergence by `1/N²`, with `s` twice the number of training edges.
    Kipf,
    /// The plain bound: every pair weighs one, both terms are divided by N. Nats per node.
    Nats,
}

/// What the likelihood makes of a node's pair with itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Diagonal {
    /// It is linked, `Y = A + I`, as in the authors' code.
    #[default]
    Linked,
    /// It is left out of all sums: nodes with few edges are not asked to be like themselves before all else.
    LeftOut,
}

/// The Bernoulli likelihood of a graph, `p(A_ij = 1) = σ(x_ij)`, over all N² ordered pairs.
///
/// With `Y = A + I` (or `A`, and sums over `i ≠ j`: see [`Diagonal`]) and the decoder's logits `x_ij = x_ji` the negative log-likelihood is
/// `Σ_ij [y q softplus(−x) + (1 − y) softplus(x)] = Σ_ij softplus(x) + Σ_{(i,j) ∈ Y} [(q − 1) softplus(x) − q x]`.
/// The first sum has no labels and is taken by tiles; the second is over the edges. An edge counts in both directions;
/// edges that are held out count as absent.
#[derive(Clone, Debug)]
pub struct GraphLikelihood {
    /// With each node's loop behind the edges, where the diagonal is linked.
    edges: EdgeList,
    /// Each node with itself, where that is left out.
    left_out: Option<EdgeList>,
    /// `[edges]`: 2 for an edge, which stands for both directions, and 1 for a loop.
    multiplicity: Tensor<1>,
    positive_weight: f64,
    reconstruction_scale: f64,
    kl_scale: f64,
}

impl GraphLikelihood {
    /// The likelihood of the graph with these undirected edges, each given once and without loops, on a device:
    /// `&device`, or `(&device, dtype)` for another float type.
    ///
    /// # Errors
    /// If a node is out of range, or there is no edge, or no pair without one.
    pub fn new(
        nodes: usize,
        edges: &[[u32; 2]],
        weighting: EdgeWeighting,
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        Self::with_diagonal(nodes, edges, weighting, Diagonal::Linked, options)
    }

    /// The same with another diagonal.
    ///
    /// # Errors
    /// Likewise.
    pub fn with_diagonal(
        nodes: usize,
        edges: &[[u32; 2]],
        weighting: EdgeWeighting,
        diagonal: Diagonal,
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        let options = options.into();
        let pairs = (nodes as f64).powi(2);
        let positives = 2.0 * edges.len() as f64;
        if edges.is_empty() || positives >= pairs {
            let problem = format!("{} edges among {nodes} nodes leave one class empty", edges.len());
            return Err(Error::Config { field: "edges", problem });
        }
        let loops: Vec<[u32; 2]> = (0..nodes as u32).map(|node| [node, node]).collect();
        let linked = if diagonal == Diagonal::Linked { &loops[..] } else { &[] };
        let with_loops: Vec<[u32; 2]> = edges.iter().chain(linked).copied().collect();
        let multiplicity: Vec<f32> = with_loops.iter().map(|[i, j]| if i == j { 1.0 } else { 2.0 }).collect();
        let (positive_weight, reconstruction_scale, kl_scale) = match weighting {
            EdgeWeighting::Kipf => ((pairs - positives) / positives, 0.5 / (pairs - positives), 1.0 / pairs),
            EdgeWeighting::Nats => (1.0, 1.0 / nodes as f64, 1.0 / nodes as f64),
        };
        Ok(Self {
            edges: EdgeList::new(nodes, &with_loops, &options.device)?,
            left_out: match diagonal {
                Diagonal::Linked => None,
                Diagonal::LeftOut => Some(EdgeList::new(nodes, &loops, &options.device)?),
            },
            multiplicity: Tensor::from_data(TensorData::new(multiplicity, [with_loops.len()]), options),
            positive_weight,
            reconstruction_scale,
            kl_scale,
        })
    }

    /// The scaled negative log-likelihood.
    ///
    /// # Shapes
    /// - factors: `[nodes, width]` each
    /// - output: `[1]`
    ///
    /// # Errors
    /// If the factors have another number of rows than the graph has nodes.
    pub fn reconstruction(&self, factors: PairFactors) -> Result<Tensor<1>> {
        let edges = match &self.left_out {
            None => sum(self.edge_terms(&factors)?),
            Some(loops) => {
                let loops = -softplus(factors.logits(loops)?);
                sum(Tensor::cat(vec![self.edge_terms(&factors)?, loops], 0))
            }
        };
        let PairFactors { left, right, bias } = factors;
        let all = match right {
            Some(right) => {
                let biases = bias.map(|bias| [bias.clone(), bias]);
                softplus_sum_between(left, right, biases)?
            }
            None => softplus_sum(left, bias)?,
        };
        Ok((all + edges) * self.reconstruction_scale)
    }

    /// An unbiased estimate of [`Self::reconstruction`] and its gradient by a block of rows B that was drawn uniformly:
    /// `N/|B| Σ_{i∈B} Σ_j softplus(x_ij)` in place of the sum over all pairs, and either the exact sum over the edges or the
    /// block's own, as the block says.
    ///
    /// # Shapes
    /// - factors: `[nodes, width]` each
    /// - output: `[1]`
    ///
    /// # Errors
    /// If the factors have another number of rows than the graph has nodes.
    pub fn reconstruction_by_rows(&self, factors: PairFactors, block: &RowBlock) -> Result<Tensor<1>> {
        let loops = || factors.logits(&block.loops);
        let edges = match (&block.positives, self.left_out.is_some()) {
            (None, false) => sum(self.edge_terms(&factors)?),
            (None, true) => {
                let loops = softplus(loops()?) * -block.weight;
                sum(Tensor::cat(vec![self.edge_terms(&factors)?, loops], 0))
            }
            (Some(positives), is_left_out) => {
                let loops = if is_left_out { -softplus(loops()?) } else { self.terms(loops()?) };
                sum(Tensor::cat(vec![self.terms(factors.logits(positives)?), loops], 0)) * block.weight
            }
        };
        let PairFactors { left, right, bias } = factors;
        let rows = left.clone().select(0, block.rows.clone());
        let biases = bias.map(|bias| [bias.clone().select(0, block.rows.clone()), bias]);
        let all = softplus_sum_between(rows, right.unwrap_or(left), biases)?;
        Ok((all * block.weight + edges) * self.reconstruction_scale)
    }

    /// `(q − 1) softplus(x) − q x` of each edge, twice where it stands for both directions.
    fn edge_terms(&self, factors: &PairFactors) -> Result<Tensor<1>> {
        Ok(self.terms(factors.logits(&self.edges)?) * self.multiplicity.clone())
    }

    /// `(q − 1) softplus(x) − q x` of each logit.
    fn terms(&self, logits: Tensor<1>) -> Tensor<1> {
        let linear = logits.clone() * -self.positive_weight;
        if self.positive_weight == 1.0 {
            linear
        } else {
            linear + softplus(logits) * (self.positive_weight - 1.0)
        }
    }

    /// The scaled divergence.
    ///
    /// # Shapes
    /// - kl: `KL(q ‖ p)` of each node, `[nodes]`, in nats
    /// - output: `[1]`
    pub fn kl(&self, kl: Tensor<1>) -> Tensor<1> {
        let nodes = kl.dims()[0];
        kl.reshape([nodes, 1]).sum_dim(0).reshape([1]) * self.kl_scale
    }
}

/// Burn's own `softplus` overflows; its `log_sigmoid` does not.
fn softplus(x: Tensor<1>) -> Tensor<1> {
    -activation::log_sigmoid(-x)
}
