//! What a training step on a graph leaves out: edges, features' values and hidden units.

use aevb_data::graph::Graph;
use aevb_models::nn::{NodeFeatures, normalized_weighted_adjacency};
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{Dropout, GraphInput};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};
use sprs::CsMatI;

use crate::experiment::GraphEncoder;
use crate::random::{Purpose, Streams};

/// A graph to be thinned out anew for each step.
pub(super) struct Thinning {
    nodes: usize,
    /// Along which messages pass, with their weights.
    edges: Vec<([u32; 2], f64)>,
    /// `[nodes, features]`; the identity's ones where there are none.
    features: CsMatI<f32, u32>,
    hidden: Vec<usize>,
    dropout: f64,
    edge_dropout: f64,
}

impl Thinning {
    /// `None` where nothing is left out.
    pub fn of(
        graph: &Graph,
        edges: Vec<([u32; 2], f64)>,
        features: &NodeFeatures,
        encoder: &GraphEncoder,
    ) -> Option<Self> {
        let &GraphEncoder { dropout, edge_dropout, ref hidden, .. } = encoder;
        (dropout > 0.0 || edge_dropout > 0.0).then(|| Self {
            nodes: graph.nodes(),
            edges,
            features: match (features, graph.features()) {
                (NodeFeatures::Sparse(_), Some(features)) => features.clone(),
                _ => CsMatI::eye(graph.nodes()),
            },
            hidden: hidden.clone(),
            dropout,
            edge_dropout,
        })
    }

    /// What is left of `whole` in a step. What is kept of features and units grows by as much as others lose; `Ã` is
    /// normalised by the degrees that are left.
    pub fn step(
        &self,
        whole: &GraphInput,
        streams: Streams,
        step: u64,
        device: &Device,
    ) -> aevb_models::Result<(GraphInput, Dropout)> {
        let mut input = whole.clone();
        if self.edge_dropout > 0.0 {
            let mut random = streams.generator(Purpose::EdgeDropout, step);
            let kept = self.edges.iter().copied().filter(|_| is_kept(&mut random, self.edge_dropout));
            let adjacency = normalized_weighted_adjacency(self.nodes, kept);
            input.adjacency = SparseMatrix::from_csr(&adjacency, device)?;
        }
        let mut dropout = Dropout::default();
        if self.dropout > 0.0 {
            let mut random = streams.generator(Purpose::Dropout, step);
            let kept = (1.0 / (1.0 - self.dropout)) as f32;
            let mut factor = || if is_kept(&mut random, self.dropout) { kept } else { 0.0 };
            let mut features = self.features.clone();
            features.data_mut().iter_mut().for_each(|value| *value *= factor());
            input.features = NodeFeatures::Sparse(Box::new(SparseMatrix::from_csr(&features, device)?));
            for &width in &self.hidden {
                let factors: Vec<f32> = (0..self.nodes * width).map(|_| factor()).collect();
                dropout.hidden.push(Tensor::from_data(TensorData::new(factors, [self.nodes, width]), device));
            }
        }
        Ok((input, dropout))
    }
}

fn is_kept(random: &mut impl Rng, share_left_out: f64) -> bool {
    random.random::<f64>() >= share_left_out
}
