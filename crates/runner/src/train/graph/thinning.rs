//! What a training step on a graph leaves out: edges, features' values and hidden units.

use std::borrow::Cow;
use std::cell::OnceCell;

use aevb_data::graph::Graph;
use aevb_models::nn::{NodeFeatures, adjacency_on_device};
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{Dropout, GraphInput, MessagePassing};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};
use sprs::CsMatI;

use super::edge_mask::EdgeMask;
use crate::experiment::GraphEncoder;
use crate::random::{Purpose, Streams};

/// A graph to be thinned out anew for each step.
pub(super) struct Thinning {
    nodes: usize,
    /// Along which messages pass, with their weights: listed once a step goes through them, which drawn neighbours spare it.
    edges: OnceCell<Vec<([u32; 2], f64)>>,
    /// `[nodes, features]`, the identity's ones where there are none; empty where no value is left out.
    features: CsMatI<f32, u32>,
    hidden: Vec<usize>,
    latent: usize,
    dropout: f64,
    latent_dropout: f64,
    edge_dropout: f64,
}

impl Thinning {
    /// `None` where nothing is left out.
    pub fn of(
        graph: &Graph,
        features: &NodeFeatures,
        encoder: &GraphEncoder,
        has_mask: bool,
    ) -> Option<Self> {
        let &GraphEncoder { latent, dropout, latent_dropout, edge_dropout, ref hidden, .. } = encoder;
        let dropout = if Self::spares_inputs(features, encoder) { 0.0 } else { dropout };
        let has_dropout = [dropout, latent_dropout, edge_dropout].iter().any(|&share| share > 0.0);
        (has_dropout || has_mask).then(|| Self {
            nodes: graph.nodes(),
            edges: OnceCell::new(),
            features: match (features, graph.features()) {
                _ if dropout == 0.0 => CsMatI::zero((0, 0)),
                (NodeFeatures::Sparse(_), Some(features)) => features.clone(),
                _ => CsMatI::eye(graph.nodes()),
            },
            hidden: hidden.clone(),
            latent,
            dropout,
            latent_dropout,
            edge_dropout,
        })
    }

    /// Whether `model.dropout` finds nothing to leave out: free embeddings of linear propagation are no values of features.
    pub fn spares_inputs(features: &NodeFeatures, encoder: &GraphEncoder) -> bool {
        let is_free = matches!(features, NodeFeatures::Identity { .. });
        is_free && encoder.encoder != MessagePassing::default() && encoder.dropout > 0.0
    }

    /// What is left of `whole` in a step. What is kept of features and units grows by as much as others lose; `Ã` is
    /// normalised by the degrees that are left. An edge that a mask hides passes no message. `edges` are asked for once at most.
    pub fn step(
        &self,
        whole: &GraphInput,
        edges: impl FnOnce() -> Vec<([u32; 2], f64)>,
        mask: Option<&EdgeMask>,
        streams: Streams,
        step: u64,
        device: &Device,
    ) -> aevb_models::Result<(GraphInput, Dropout)> {
        let mut input = whole.clone();
        if self.edge_dropout > 0.0 || mask.is_some() {
            let mut random = streams.generator(Purpose::EdgeDropout, step);
            let is_seen = |&(edge, _): &([u32; 2], f64)| {
                let is_kept = self.edge_dropout == 0.0 || is_kept(&mut random, self.edge_dropout);
                is_kept && mask.is_none_or(|mask| !mask.hides(edge))
            };
            let kept: Vec<_> = self.edges.get_or_init(edges).iter().copied().filter(is_seen).collect();
            input.adjacency = adjacency_on_device(self.nodes, kept, device)?;
        }
        let mut features = Cow::Borrowed(&self.features);
        let rows = vec![self.nodes; self.hidden.len()];
        let dropout = self.dropout(&mut features, &rows, streams, step, device);
        if let Cow::Owned(features) = features {
            input.features = NodeFeatures::Sparse(Box::new(SparseMatrix::from_csr(&features, device)?));
        }
        Ok((input, dropout))
    }

    /// Thins out features, and says what is left out of the hidden layers, of so many rows each, and of latent vectors.
    pub fn dropout(
        &self,
        features: &mut Cow<'_, CsMatI<f32, u32>>,
        rows: &[usize],
        streams: Streams,
        step: u64,
        device: &Device,
    ) -> Dropout {
        let mut dropout = Dropout::default();
        if self.dropout > 0.0 {
            let mut random = streams.generator(Purpose::Dropout, step);
            let mut factor = || factor(&mut random, self.dropout);
            features.to_mut().data_mut().iter_mut().for_each(|value| *value *= factor());
            for (&width, &rows) in self.hidden.iter().zip(rows) {
                let factors: Vec<f32> = (0..rows * width).map(|_| factor()).collect();
                dropout.hidden.push(Tensor::from_data(TensorData::new(factors, [rows, width]), device));
            }
        }
        if self.latent_dropout > 0.0 {
            let mut random = streams.generator(Purpose::LatentDropout, step);
            let factors = many_factors(&mut random, self.latent_dropout, self.nodes * self.latent);
            let factors = TensorData::new(factors, [self.nodes, self.latent]);
            dropout.latent = Some(Tensor::from_data(factors, device));
        }
        dropout
    }
}

/// What a value is multiplied by: nothing is left of a share of them, and the others make up for it.
fn factor(random: &mut impl Rng, share_left_out: f64) -> f32 {
    if is_kept(random, share_left_out) { (1.0 / (1.0 - share_left_out)) as f32 } else { 0.0 }
}

/// The same for many values, by 16 bits each: a share is one of 65 536 parts then.
fn many_factors(random: &mut impl Rng, share_left_out: f64, count: usize) -> Vec<f32> {
    const PARTS: f64 = 65_536.0;
    let left_out = (share_left_out * PARTS).round().min(PARTS - 1.0);
    let kept = (PARTS / (PARTS - left_out)) as f32;
    let mut bytes = vec![0; 2 * count];
    random.fill_bytes(&mut bytes);
    let (draws, _) = bytes.as_chunks::<2>();
    draws
        .iter()
        .map(|&draw| if f64::from(u16::from_le_bytes(draw)) < left_out { 0.0 } else { kept })
        .collect()
}

fn is_kept(random: &mut impl Rng, share_left_out: f64) -> bool {
    random.random::<f64>() >= share_left_out
}
