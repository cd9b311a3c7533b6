//! What the model sees at a step of training, and what the step's sums are then over.

use std::borrow::Cow;

use aevb_models::nn::NodeFeatures;
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{Dropout, GraphInput, GraphLikelihood, PairDecoder};
use burn::tensor::{Device, Int, Tensor, TensorData};
use sprs::CsMatI;

use super::edge_mask::EdgeMask;
use super::neighbours::{NeighbourSampler, Neighbourhood};
use super::pair_sampler::{DrawnNodes, PairSampler, StepPairs};
use super::passed_features::PassedFeatures;
use super::subgraph::Subgraph;
use super::{GraphModel, GraphTask};
use crate::random::Purpose;

/// What a step does without.
#[derive(Default)]
pub(super) struct Thinned {
    pub dropout: Dropout,
    pub mask: Option<EdgeMask>,
    /// Where a step does not sum over all pairs.
    pub drawn: Option<DrawnNodes>,
    /// Where the encoder puts out the latent vectors of some nodes alone.
    pub targets: Option<Targets>,
}

/// The nodes whose latent vectors a step needs.
pub(super) struct Targets {
    /// `[nodes, targets]`: puts each row in its node's place.
    places: SparseMatrix,
    /// `[targets]`: how often each counts in a sum over all nodes.
    weights: Tensor<1>,
}

impl Targets {
    /// In ascending order, with their weights.
    pub fn new(
        nodes: usize,
        targets: impl ExactSizeIterator<Item = (u32, f32)>,
        device: &Device,
    ) -> aevb_models::Result<Self> {
        let count = targets.len();
        let mut offsets = vec![0; nodes + 1];
        let (targets, weights): (Vec<u32>, Vec<f32>) = targets.unzip();
        targets.iter().for_each(|&node| offsets[node as usize + 1] = 1);
        (0..nodes).for_each(|node| offsets[node + 1] += offsets[node]);
        let places = CsMatI::new((nodes, count), offsets, (0..count as u32).collect(), vec![1.0_f32; count]);
        Ok(Self {
            places: SparseMatrix::from_csr(&places, device)?,
            weights: Tensor::from_data(TensorData::new(weights, [count]), device),
        })
    }
}

impl Thinned {
    /// The latent vectors in their nodes' places, `[nodes, latent]`: zeros where a step has none.
    fn in_place(&self, z: Tensor<2>) -> aevb_models::Result<Tensor<2>> {
        match &self.targets {
            Some(targets) => targets.places.matmul(z),
            None => Ok(z),
        }
    }

    /// The divergence of each node that the encoder puts out, as often as it counts among all.
    pub fn of_all_nodes(&self, divergence: Tensor<1>) -> Tensor<1> {
        match &self.targets {
            Some(targets) => divergence * targets.weights.clone(),
            None => divergence,
        }
    }
}

impl<M: GraphModel> GraphTask<M> {
    /// What the model sees at a step of training.
    pub(super) fn input(&self, step: u64) -> aevb_models::Result<(GraphInput, Thinned)> {
        let draw = |share| EdgeMask::draw(share, &mut self.streams.generator(Purpose::EdgeMask, step));
        let mask = self.mask.map(draw);
        let drawn = self.sampler.as_ref().map(|sampler| sampler.draw(step));
        let (input, thinned) = self.input_of(drawn.as_ref(), mask.as_ref(), step)?;
        Ok((input, Thinned { mask, drawn, ..thinned }))
    }

    fn input_of(
        &self,
        drawn: Option<&DrawnNodes>,
        mask: Option<&EdgeMask>,
        step: u64,
    ) -> aevb_models::Result<(GraphInput, Thinned)> {
        if let (Some(pairs), Some(drawn)) = (&self.sampler, drawn) {
            if let Some(neighbours) = &self.neighbours {
                return self.input_of_neighbours(neighbours, pairs, drawn, mask, step);
            }
            if let Some(passed) = &self.passed {
                return self.input_of_passed(passed, pairs, drawn);
            }
        }
        match &self.thinning {
            None => Ok((self.input.clone(), Thinned::default())),
            Some(thinning) => {
                let edges = || super::weighted(&self.graph, self.seen_edges()).collect();
                let (input, dropout) =
                    thinning.step(&self.input, edges, mask, self.streams, step, &self.device)?;
                Ok((input, Thinned { dropout, ..Thinned::default() }))
            }
        }
    }

    /// The same where the features of a step's nodes have been passed on before.
    fn input_of_passed(
        &self,
        passed: &PassedFeatures,
        pairs: &PairSampler,
        drawn: &DrawnNodes,
    ) -> aevb_models::Result<(GraphInput, Thinned)> {
        let targets = pairs.targets(drawn).expect("features are kept where a step needs some nodes alone");
        let nodes: Vec<u32> = targets.keys().copied().collect();
        let input = GraphInput { passed: passed.rows(&nodes), ..self.input.clone() };
        let targets = Targets::new(self.graph.nodes(), targets.into_iter(), &self.device)?;
        Ok((input, Thinned { targets: Some(targets), ..Thinned::default() }))
    }

    /// The same where layers sum over some of the neighbours.
    fn input_of_neighbours(
        &self,
        neighbours: &NeighbourSampler,
        pairs: &PairSampler,
        drawn: &DrawnNodes,
        mask: Option<&EdgeMask>,
        step: u64,
    ) -> aevb_models::Result<(GraphInput, Thinned)> {
        let train = pairs.train().expect("drawn neighbours are those of the training graph");
        let targets = pairs.targets(drawn);
        let nodes: Vec<u32> = match &targets {
            Some(targets) => targets.keys().copied().collect(),
            None => (0..train.nodes() as u32).collect(),
        };
        let mut random = self.streams.generator(Purpose::Neighbours, step);
        let Neighbourhood { layers, nodes } = neighbours.draw(train, nodes, mask, &mut random);
        let features = match (&self.input.features, self.graph.features()) {
            (NodeFeatures::Sparse(_), Some(features)) => rows(features, &nodes),
            _ => ones(self.graph.nodes(), nodes),
        };
        let mut features = Cow::Owned(features);
        let dropout = self.thinning.as_ref().map_or_else(Dropout::default, |thinning| {
            let rows: Vec<usize> = layers.iter().map(CsMatI::rows).collect();
            thinning.dropout(&mut features, &rows, self.streams, step, &self.device)
        });
        let mut layers = layers
            .iter()
            .map(|layer| SparseMatrix::from_csr(layer, &self.device))
            .collect::<Result<Vec<_>, _>>()?;
        let adjacency = layers.pop().expect("the last layer passes messages");
        let features = NodeFeatures::Sparse(Box::new(SparseMatrix::from_csr(&features, &self.device)?));
        let targets = targets.map(|targets| Targets::new(train.nodes(), targets.into_iter(), &self.device));
        let thinned = Thinned { dropout, targets: targets.transpose()?, ..Thinned::default() };
        Ok((GraphInput { hidden: layers, ..GraphInput::new(adjacency, features) }, thinned))
    }

    /// The negative log-likelihood of a step, by the latent vectors that its encoder puts out.
    pub(super) fn reconstruction(
        &self,
        decoder: &PairDecoder,
        z: Tensor<2>,
        thinned: &Thinned,
    ) -> aevb_models::Result<Tensor<1>> {
        let z = thinned.dropout.thin_latent(thinned.in_place(z)?);
        let mask = thinned.mask.as_ref();
        let of_covariates = match &self.covariates {
            Some(covariates) => {
                let rows = thinned.drawn.as_ref().and_then(|drawn| drawn.rows.as_ref());
                Some(self.likelihood.of_covariates(decoder, z.clone(), &covariates.of_step(rows, mask)?)?)
            }
            None => None,
        };
        let drawn = self.sampler.as_ref().zip(thinned.drawn.as_ref());
        let pairs = drawn.map(|(sampler, drawn)| sampler.pairs(drawn, mask, &self.device)).transpose()?;
        let of_logits = reconstruction(&self.likelihood, self.seen_edges(), decoder, z, pairs, mask)?;
        Ok(match of_covariates {
            Some(of_covariates) => of_logits + of_covariates,
            None => of_logits,
        })
    }
}

/// The negative log-likelihood by the pairs of a step, all where there are none, where a mask hides some of the edges.
pub(super) fn reconstruction(
    likelihood: &GraphLikelihood,
    edges: &[[u32; 2]],
    decoder: &PairDecoder,
    z: Tensor<2>,
    pairs: Option<StepPairs>,
    mask: Option<&EdgeMask>,
) -> aevb_models::Result<Tensor<1>> {
    let options = (&z.device(), z.dtype());
    let masked = match mask {
        Some(mask) if !pairs.as_ref().is_some_and(StepPairs::have_own_edges) => {
            let learnt = edges.iter().map(|&edge| mask.learnt(edge)).collect();
            Some(likelihood.learning(learnt, options)?)
        }
        _ => None,
    };
    let likelihood = masked.as_ref().unwrap_or(likelihood);
    match pairs {
        None => likelihood.reconstruction(decoder.factors(z)?),
        Some(StepPairs::Block(block)) => likelihood.reconstruction_by_block(decoder.factors(z)?, &block),
        Some(StepPairs::NonEdges(sample)) => likelihood.reconstruction_by_non_edges(decoder, z, &sample),
        Some(StepPairs::Subgraph(Subgraph { nodes, edges, learnt })) => {
            let induced = likelihood.induced(nodes.len(), &edges, options)?;
            let induced = match learnt {
                Some(learnt) => induced.learning(learnt, options)?,
                None => induced,
            };
            let nodes: Vec<i32> = nodes.into_iter().map(|node| node as i32).collect();
            let nodes = Tensor::<1, Int>::from_ints(&nodes[..], &z.device());
            induced.reconstruction(decoder.factors(z)?.select(nodes))
        }
    }
}

/// Some rows of a matrix.
fn rows(matrix: &CsMatI<f32, u32>, nodes: &[u32]) -> CsMatI<f32, u32> {
    let (mut offsets, mut columns, mut values) = (vec![0], Vec::new(), Vec::new());
    for &node in nodes {
        let row = matrix.indptr().outer_inds_sz(node as usize);
        columns.extend_from_slice(&matrix.indices()[row.clone()]);
        values.extend_from_slice(&matrix.data()[row]);
        offsets.push(columns.len() as u32);
    }
    CsMatI::new((nodes.len(), matrix.cols()), offsets, columns, values)
}

/// Some rows of the identity.
fn ones(width: usize, nodes: Vec<u32>) -> CsMatI<f32, u32> {
    let count = nodes.len();
    CsMatI::new((count, width), (0..=count as u32).collect(), nodes, vec![1.0; count])
}
