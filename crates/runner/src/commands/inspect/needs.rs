//! What training on a graph would need, roughly.

use aevb_data::graph::LoadedGraph;
use aevb_models::nn::ParameterShape;
use aevb_models::vgae::MessagePassing;
use serde::Serialize;

use crate::experiment::{Block, GraphAutoencoder, PairSum};

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
    /// A model's needs. The time of a pair is that of Pubmed (BENCHMARKS.md): 0.16 s for 3.9e8; those of a step's weights and messages
    /// are of cnr-2000, road-NE and a million nodes (docs/scale.md).
    pub fn of(loaded: &LoadedGraph, model: &GraphAutoencoder) -> Self {
        const SECONDS_PER_PAIR: f64 = 4e-10;
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
        let (pairs, steps) = pairs_and_steps(model.pairs().sum, nodes, graph.edge_count() as u64);
        // A pair that is met from one end alone costs as much as one that stands for both directions.
        let per_pair =
            if model.pairs().sum == PairSum::All { SECONDS_PER_PAIR } else { 2.0 * SECONDS_PER_PAIR };
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
            // A pair's time is that of the default's 16 latent dimensions.
            seconds_per_epoch: pairs as f64 * per_pair * latent as f64 / 16.0
                + steps as f64 * seconds_per_step,
        }
    }
}

/// The pairs that an epoch looks at, and the steps that it takes.
fn pairs_and_steps(sum: PairSum, nodes: u64, edges: u64) -> (u64, u64) {
    let steps = |rows: usize| nodes.div_ceil(rows.max(1) as u64);
    match sum {
        PairSum::All => (nodes.saturating_mul(nodes), 1),
        PairSum::Block(Block { rows, columns, .. }) => {
            let columns = columns.map_or(nodes, |columns| columns as u64);
            (nodes.saturating_mul(columns), steps(rows))
        }
        PairSum::NonEdges { per_node } => (2 * edges + nodes.saturating_mul(per_node as u64), 1),
        PairSum::Subgraph { nodes: rows, .. } => (nodes.saturating_mul(rows as u64), steps(rows)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_looks_at_the_pairs_of_its_blocks() {
        let block = |rows, columns| {
            PairSum::Block(Block { rows, columns, edges: crate::experiment::BlockEdges::Rows, alpha: None })
        };
        for (sum, expected) in [
            (PairSum::All, (10_000, 1)),
            (block(30, None), (10_000, 4)),
            (block(30, Some(7)), (700, 4)),
            (PairSum::NonEdges { per_node: 5 }, (2 * 40 + 500, 1)),
            (PairSum::Subgraph { nodes: 20, alpha: 1.0 }, (2_000, 5)),
        ] {
            assert_eq!(pairs_and_steps(sum, 100, 40), expected, "{sum:?}");
        }
    }
}
