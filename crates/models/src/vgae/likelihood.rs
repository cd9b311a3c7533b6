use burn::tensor::{Tensor, TensorCreationOptions, s};
use serde::{Deserialize, Serialize};

use super::decoder::{PairDecoder, PairFactors, PairLink};
use super::non_edges::NonEdgeSample;
use super::pair_block::{PairBlock, floats};
use super::product_sum::product_sum;
use crate::error::{Error, Result};
use crate::pairwise::{softplus_sum, softplus_sum_between, weighted_softplus_sum_between};
use crate::reduce::sum;
use crate::sides::Sides;
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

/// The Bernoulli likelihood of a graph, `p(A_ij = 1) = σ(x_ij)` or as else the decoder's [`PairLink`] has it, over all N² ordered
/// pairs.
///
/// With `Y = A + I` (or `A`, and sums over `i ≠ j`: see [`Diagonal`]) and the decoder's logits `x_ij = x_ji` the negative log-likelihood is
/// `Σ_ij [y q softplus(−x) + (1 − y) softplus(x)] = Σ_ij softplus(x) + Σ_{(i,j) ∈ Y} [(q − 1) softplus(x) − q x]`.
/// The first sum has no labels and is taken by tiles; the second is over the edges. Likewise with `p = 1 − e⁻ˣ` it is
/// `Σ_ij x − Σ_{(i,j) ∈ Y} [x + q log(1 − e⁻ˣ)]`, and of the first sum those of rows are enough. An edge counts in both directions;
/// edges that are held out count as absent.
///
/// Of a graph with [`Sides`] of L and R nodes the sums are over the L·R pairs between them, each once, and an edge counts once:
/// see [`GraphLikelihood::between`].
#[derive(Clone, Debug)]
pub struct GraphLikelihood {
    nodes: usize,
    sides: Option<Sides>,
    diagonal: Diagonal,
    /// With each node's loop behind the edges, where the diagonal is linked; none where blocks bring their own.
    edges: Option<EdgeList>,
    /// `[edges]`: how often each is learnt, where that is not once each.
    learnt: Option<Tensor<1>>,
    /// Each node with itself, where that is left out.
    left_out: Option<EdgeList>,
    /// `[edges]`: 2 for an edge, which stands for both directions, and 1 for a loop; between sides 1 for each.
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
        let without = Self::by_own_edges(nodes, edges.len(), weighting, diagonal, options.clone())?;
        without.with_edges(edges, &options)
    }

    /// The likelihood of the pairs between two sides, with the edges between them, each given once as `[left, right]`; of a
    /// directed graph without loops, of which the diagonal says what they are.
    ///
    /// `Σ_ij [y q softplus(−x) + (1 − y) softplus(x)]` over `i` of the first side and `j` of the second, P = L R pairs with E edges
    /// among them. [`EdgeWeighting::Kipf`] has q = (P − E)/E, the weight that evens out both classes as there, and the cross-entropy is
    /// scaled by ½/(P − E), so that it is ln 2 where all logits are 0, as there. The authors count each undirected pair twice, by
    /// ½/(N² − s), and the divergence by 1/N²: twice the one scale for as good as the same number of pairs. Here a pair counts once,
    /// and the divergence by ½/P. [`EdgeWeighting::Nats`] divides both by the number of nodes, N of a directed graph and L + R of a
    /// bipartite one; where all logits are 0 the cross-entropy is then P/N ln 2.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn between(
        sides: Sides,
        edges: &[[u32; 2]],
        weighting: EdgeWeighting,
        diagonal: Diagonal,
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        let options = options.into();
        Self::between_by_own_edges(sides, edges.len(), weighting, diagonal, options.clone())?
            .with_edges(edges, &options)
    }

    /// The same for blocks that bring their own edges, as [`Self::by_own_edges`].
    ///
    /// # Errors
    /// Likewise.
    pub fn between_by_own_edges(
        sides: Sides,
        edges: usize,
        weighting: EdgeWeighting,
        diagonal: Diagonal,
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        let (pairs, positives) = (sides.pairs(), edges as f64);
        if edges == 0 || positives >= pairs {
            let problem = format!(
                "{edges} edges between {} and {} nodes leave one class empty",
                sides.left, sides.right
            );
            return Err(Error::Config { field: "edges", problem });
        }
        let nodes = sides.own_nodes() as f64;
        let (positive_weight, reconstruction_scale, kl_scale) = match weighting {
            EdgeWeighting::Kipf => ((pairs - positives) / positives, 0.5 / (pairs - positives), 0.5 / pairs),
            EdgeWeighting::Nats => (1.0, 1.0 / nodes, 1.0 / nodes),
        };
        Ok(Self {
            nodes: sides.left + sides.right,
            sides: Some(sides),
            diagonal,
            edges: None,
            learnt: None,
            left_out: None,
            multiplicity: floats(Vec::new(), &options.into()),
            positive_weight,
            reconstruction_scale,
            kl_scale,
        })
    }

    /// The sums over all pairs among some of the nodes alone, with the edges between these, each given once and without loops;
    /// scaled by the pairs that there are to those among the nodes, `N²/n²`. The weights of edges stay those of the whole graph.
    /// Whatever the nodes are drawn by, this is biased (Salha et al., arXiv 2002.01910).
    ///
    /// # Errors
    /// If a node is not below `nodes`, or the graph has sides.
    pub fn induced(
        &self,
        nodes: usize,
        edges: &[[u32; 2]],
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        if self.sides.is_some() {
            let problem = "pairs among some nodes are those of a graph without sides".to_owned();
            return Err(Error::Config { field: "pairs", problem });
        }
        let share = (self.nodes as f64 / nodes as f64).powi(2);
        let reconstruction_scale = self.reconstruction_scale * share;
        Self { nodes, learnt: None, reconstruction_scale, ..self.clone() }.with_edges(edges, &options.into())
    }

    fn with_edges(self, edges: &[[u32; 2]], options: &TensorCreationOptions) -> Result<Self> {
        let loops = self.loops();
        let linked = if self.diagonal == Diagonal::Linked { &loops[..] } else { &[] };
        let with_loops: Vec<[u32; 2]> = edges.iter().chain(linked).copied().collect();
        let of_edge = if self.sides.is_some() { 1.0 } else { 2.0 };
        let multiplicity = with_loops.iter().map(|[i, j]| if i == j { 1.0 } else { of_edge }).collect();
        Ok(Self {
            edges: Some(EdgeList::new(self.nodes, &with_loops, &options.device)?),
            left_out: match self.diagonal {
                Diagonal::LeftOut if !loops.is_empty() => {
                    Some(EdgeList::new(self.nodes, &loops, &options.device)?)
                }
                Diagonal::Linked | Diagonal::LeftOut => None,
            },
            multiplicity: floats(multiplicity, options),
            ..self
        })
    }

    /// The same for blocks that bring their own edges, with nothing but the number of all edges: no list of them takes memory.
    ///
    /// # Errors
    /// If there is no edge, or no pair without one.
    pub fn by_own_edges(
        nodes: usize,
        edges: usize,
        weighting: EdgeWeighting,
        diagonal: Diagonal,
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        let pairs = (nodes as f64).powi(2);
        let positives = 2.0 * edges as f64;
        if edges == 0 || positives >= pairs {
            let problem = format!("{edges} edges among {nodes} nodes leave one class empty");
            return Err(Error::Config { field: "edges", problem });
        }
        let (positive_weight, reconstruction_scale, kl_scale) = match weighting {
            EdgeWeighting::Kipf => ((pairs - positives) / positives, 0.5 / (pairs - positives), 1.0 / pairs),
            EdgeWeighting::Nats => (1.0, 1.0 / nodes as f64, 1.0 / nodes as f64),
        };
        Ok(Self {
            nodes,
            sides: None,
            diagonal,
            edges: None,
            learnt: None,
            left_out: None,
            multiplicity: floats(Vec::new(), &options.into()),
            positive_weight,
            reconstruction_scale,
            kl_scale,
        })
    }

    /// As how many other pairs an edge counts.
    pub fn edge_weight(&self) -> f64 {
        self.positive_weight
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
                let loops = -factors.link.of_non_edges(factors.logits(loops)?);
                sum(Tensor::cat(vec![self.edge_terms(&factors)?, loops], 0))
            }
        };
        Ok((all_pairs(factors, self.sides)? + edges) * self.reconstruction_scale)
    }

    /// An unbiased estimate of [`Self::reconstruction`] and its gradient by a block of rows B and columns C that were drawn at
    /// random: `Σ_{i∈B} Σ_{j∈C} w_i w_j softplus(x_ij)`, each weight one over how often its node is drawn in the mean, in place of
    /// the sum over all pairs, and either the exact sum over the edges or that over the edges of B, `w_i` times.
    ///
    /// # Shapes
    /// - factors: `[nodes, width]` each
    /// - output: `[1]`
    ///
    /// # Errors
    /// If the factors have another number of rows than the graph has nodes, or the block has no edges and the likelihood none.
    pub fn reconstruction_by_block(&self, factors: PairFactors, block: &PairBlock) -> Result<Tensor<1>> {
        let scale = block.row_scale * block.column_scale;
        let of_edges = match &block.own_edges {
            None => self.edge_terms(&factors)?,
            Some(own) => {
                let terms = self.terms(factors.link, factors.logits(&own.list)?, own.learnt.as_ref());
                weighted(terms, own.weights.as_ref()) * block.row_scale
            }
        };
        let of_loops = match (&block.loops, self.diagonal, &block.own_edges) {
            (None, ..) | (_, Diagonal::Linked, None) => None,
            (Some(loops), Diagonal::Linked, Some(_)) => {
                let terms = self.terms(factors.link, factors.logits(loops)?, None);
                Some(weighted(terms, block.row_weights.as_ref()) * block.row_scale)
            }
            (Some(loops), Diagonal::LeftOut, _) => {
                let weights = block.loop_weights.as_ref().or(block.row_weights.as_ref());
                Some(weighted(factors.link.of_non_edges(factors.logits(loops)?), weights) * -scale)
            }
        };
        let edges = sum(match of_loops {
            None => of_edges,
            Some(of_loops) => Tensor::cat(vec![of_edges, of_loops], 0),
        });
        let PairFactors { left, right, bias, link } = factors;
        let left_rows = left.clone().select(0, block.rows.clone());
        let row_bias = bias.clone().map(|bias| bias.select(0, block.rows.clone()));
        let columns = right.unwrap_or(left);
        let (columns, biases) = match &block.columns {
            None if self.sides.is_some() => {
                let first = self.sides.map_or(0, |sides| sides.left);
                (columns.slice(s![first.., ..]), row_bias.zip(bias.map(|bias| bias.slice(s![first..]))))
            }
            None => (columns, row_bias.zip(bias)),
            Some(drawn) => {
                let of_columns = bias.map(|bias| bias.select(0, drawn.clone()));
                (columns.select(0, drawn.clone()), row_bias.zip(of_columns))
            }
        };
        let biases = biases.map(|(row, column)| [row, column]);
        let weights = block.row_weights.clone();
        let pairs = match link {
            PairLink::Logistic => weighted_softplus_sum_between(left_rows, columns, biases, weights)?,
            PairLink::Poisson => product_sum(left_rows, Some(columns), weights)?,
        };
        Ok((pairs * scale + edges) * self.reconstruction_scale)
    }

    /// An unbiased estimate of [`Self::reconstruction`] and its gradient by pairs without an edge that were drawn at random; all
    /// edges, and loops that are linked, are counted exactly. Any decoder will do.
    ///
    /// # Shapes
    /// - z: `[nodes, latent]`
    /// - output: `[1]`
    ///
    /// # Errors
    /// If there are more or fewer nodes, or latent dimensions, than the decoder has parameters for.
    pub fn reconstruction_by_non_edges(
        &self,
        decoder: &PairDecoder,
        z: Tensor<2>,
        sample: &NonEdgeSample,
    ) -> Result<Tensor<1>> {
        let link = decoder.link();
        let of_edges = decoder.logits(z.clone(), self.edges()?)?;
        // `−q log p`, the whole term of an edge: what the sum over all pairs has is in there.
        let learnt = match &self.learnt {
            None => self.multiplicity.clone() * self.positive_weight,
            Some(learnt) => self.multiplicity.clone() * learnt.clone() * self.positive_weight,
        };
        let of_others = link.of_non_edges(decoder.logits(z, &sample.pairs)?) * sample.weights.clone();
        let terms = Tensor::cat(vec![link.of_edges(of_edges) * learnt, of_others], 0);
        Ok(sum(terms) * self.reconstruction_scale)
    }

    /// The same where each edge is learnt so often, `[edges]` in the order in which they were given, loops once: 0 leaves a pair out of
    /// all sums, as those that the encoder sees while others are learnt.
    ///
    /// # Errors
    /// If there are more or fewer than edges.
    pub fn learning(&self, mut learnt: Vec<f32>, options: impl Into<TensorCreationOptions>) -> Result<Self> {
        let edges = self.edges()?.len();
        let loops = if self.diagonal == Diagonal::Linked { self.loops().len() } else { 0 };
        if learnt.len() + loops != edges {
            return Err(Error::shape("edges that are learnt", [edges - loops], [learnt.len()]));
        }
        learnt.resize(edges, 1.0);
        Ok(Self { learnt: Some(floats(learnt, &options.into())), ..self.clone() })
    }

    pub(super) fn reconstruction_scale(&self) -> f64 {
        self.reconstruction_scale
    }

    /// The pairs of nodes with themselves.
    fn loops(&self) -> Vec<[u32; 2]> {
        match self.sides {
            None => (0..self.nodes as u32).map(|node| [node, node]).collect(),
            Some(sides) => sides.loops(),
        }
    }

    fn edges(&self) -> Result<&EdgeList> {
        self.edges.as_ref().ok_or_else(|| {
            let problem = "the likelihood has no list of them, and this is a sum over all".to_owned();
            Error::Config { field: "edges", problem }
        })
    }

    /// As [`Self::terms`] of each edge, twice where it stands for both directions.
    fn edge_terms(&self, factors: &PairFactors) -> Result<Tensor<1>> {
        let logits = factors.logits(self.edges()?)?;
        Ok(self.terms(factors.link, logits, self.learnt.as_ref()) * self.multiplicity.clone())
    }

    /// `(q − 1) softplus(x) − q x` of each logit, with `q` as often as it is learnt; `log(1 − p) − q log p` of other scores.
    fn terms(&self, link: PairLink, logits: Tensor<1>, learnt: Option<&Tensor<1>>) -> Tensor<1> {
        let positive_weight = learnt.map(|learnt| learnt.clone() * self.positive_weight);
        let times = |terms: Tensor<1>| match &positive_weight {
            Some(weight) => terms * weight.clone(),
            None => terms * self.positive_weight,
        };
        match (link, &positive_weight) {
            (PairLink::Logistic, Some(weight)) => {
                link.of_non_edges(logits.clone()) * (weight.clone() - 1.0) - times(logits)
            }
            (PairLink::Logistic, None) if self.positive_weight == 1.0 => -logits,
            (PairLink::Logistic, None) => {
                logits.clone() * -self.positive_weight
                    + link.of_non_edges(logits) * (self.positive_weight - 1.0)
            }
            (PairLink::Poisson, _) => times(link.of_edges(logits.clone())) - link.of_non_edges(logits),
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

/// The sum of `−log(1 − p)` over all pairs, or over those between sides.
fn all_pairs(factors: PairFactors, sides: Option<Sides>) -> Result<Tensor<1>> {
    let PairFactors { left, right, bias, link } = factors;
    let (left, right, biases) = match (sides, right) {
        (None, None) if link == PairLink::Logistic => return softplus_sum(left, bias),
        (None, right) if link == PairLink::Poisson => return product_sum(left, right, None),
        (None, right) => (left.clone(), right.unwrap_or(left), bias.map(|bias| [bias.clone(), bias])),
        (Some(sides), right) => {
            let columns = right.unwrap_or_else(|| left.clone()).slice(s![sides.left.., ..]);
            let of_sides =
                |bias: Tensor<1>| [bias.clone().slice(s![..sides.left]), bias.slice(s![sides.left..])];
            (left.slice(s![..sides.left, ..]), columns, bias.map(of_sides))
        }
    };
    match link {
        PairLink::Logistic => softplus_sum_between(left, right, biases),
        PairLink::Poisson => product_sum(left, Some(right), None),
    }
}

/// Terms times a weight each, where there are any.
fn weighted(terms: Tensor<1>, weights: Option<&Tensor<1>>) -> Tensor<1> {
    match weights {
        Some(weights) => terms * weights.clone(),
        None => terms,
    }
}
