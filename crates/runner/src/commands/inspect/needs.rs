//! What training on a graph would need, roughly.

use aevb_data::graph::LoadedGraph;
use aevb_models::nn::ParameterShape;
use aevb_models::vgae::MessagePassing;
use serde::Serialize;

use crate::experiment::GraphAutoencoder;

/// What the default model would need.
#[derive(Serialize)]
pub(super) struct Training {
    /// Weights of the model.
    pub parameters: usize,
    /// Ordered pairs of nodes that an epoch looks at: all, but where it takes blocks with columns or draws its pairs.
    pub pairs: u64,
    /// Roughly the memory.
    pub bytes: u64,
    /// Roughly an epoch's time on two cores.
    pub seconds_per_epoch: f64,
}

impl Training {
    /// A model's needs. The times of a step's weights and messages are of cnr-2000, road-NE and a million nodes (docs/scale.md).
    pub fn of(loaded: &LoadedGraph, model: &GraphAutoencoder) -> Self {
        const SECONDS_PER_WEIGHT: f64 = 1e-8;
        const SECONDS_PER_MESSAGE: f64 = 1.5e-9;
        const PROGRAM: u64 = 40 << 20;
        let graph = &loaded.graph;
        let (columns, nonzeros) =
            graph.features().map_or((graph.nodes(), 0), |matrix| (matrix.cols(), matrix.nnz()));
        let nodes = graph.nodes() as u64;
        let encoder = model.encoder();
        let is_variational = matches!(model, GraphAutoencoder::Vgae { .. });
        let weights = encoder.config(graph.nodes(), columns).layers(is_variational);
        let [rows, columns] = graph.sides().map_or([graph.nodes(); 2], |sides| [sides.left, sides.right]);
        let sum = model.pairs().sum.within(rows, columns);
        let (pairs, steps) =
            sum.pairs_and_steps(nodes, [rows as u64, columns as u64], graph.edge_count() as u64);
        let parameters: usize = weights.iter().map(ParameterShape::count).sum();
        let (hidden, latent) = (encoder.hidden.iter().sum::<usize>(), encoder.latent);
        // Weights, their gradients and two moments; each sparse matrix on host and device, there with its transpose;
        // some ten tensors of a layer's width and as many of the latent one.
        let weights = 16 * parameters as u64;
        let sparse = 24 * (nonzeros + 2 * graph.edge_count() + graph.nodes()) as u64;
        let layers = 40 * nodes * (hidden + 2 * latent) as u64;
        let hops = match encoder.encoder {
            MessagePassing::Propagation { hops, .. } => hops,
            MessagePassing::Convolution {} => 1,
        };
        let messages = (2 * graph.edge_count() + graph.nodes()) * (hidden + hops * latent);
        let seconds_per_step = parameters as f64 * SECONDS_PER_WEIGHT + messages as f64 * SECONDS_PER_MESSAGE;
        Self {
            parameters,
            pairs,
            bytes: PROGRAM + weights + sparse + layers,
            seconds_per_epoch: sum.seconds(pairs, latent) + steps as f64 * seconds_per_step,
        }
    }
}
