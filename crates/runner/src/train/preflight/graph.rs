//! What training on a graph holds. Kernels stream all pairs, rows and columns, so that these cost nothing; lists of pairs do.

use aevb_data::graph::{Graph, LinkSplit};
use aevb_models::vgae::{MessagePassing, PairLink};

use super::{Estimate, F32, Part, counts, weights};
use crate::covariates::bytes_of_fit;
use crate::experiment::{Block, BlockEdges, GraphAutoencoder, GraphEncoder, Optimizer, PairSum, Pairs};
use crate::train::degree_shares;
use crate::train::graph::{PassedFeatures, pairs_of_step};

/// Bytes a pair of a step's list on the device: both ends, where the pairs of each row are, once for each end, its logit with
/// gradient and what softplus keeps.
const LISTED: u64 = 48;
/// Numbers that a step keeps of a pair with covariates beside its logit.
const COVARIATE_NUMBERS: u64 = 8;
/// Bytes a pair on the host until it is on the device, with a weight.
const DRAWN: u64 = 12;
/// Bytes of an edge in a list on the host, both ends and a weight in double precision; and in `Ã`, a column and a value each way.
const WEIGHTED_EDGE: u64 = 16;
const PASSED_EDGE: u64 = 16;

/// The size of a graph for training.
#[derive(Clone, Copy, Debug)]
pub(in crate::train) struct GraphSize {
    pub nodes: usize,
    pub edges: usize,
    /// Those that are not held out.
    pub train: usize,
    pub is_weighted: bool,
    /// The width of the features, and how many of them are not zero.
    pub features: usize,
    pub nonzeros: usize,
    /// How many training edges a row of a step has in the mean: more than a node where rows are drawn by their degrees.
    pub degree_of_rows: f64,
    /// How many pairs a step adds for covariates whose weights it learns.
    pub covariate_pairs: f64,
    /// What fitted weights of covariates hold, in bytes.
    pub covariate_fit: u64,
}

impl GraphSize {
    /// Of a graph with features of this width and so many values, for a model.
    pub fn of(
        graph: &Graph,
        split: &LinkSplit,
        [features, nonzeros]: [usize; 2],
        model: &GraphAutoencoder,
    ) -> Self {
        let (sum, encoder) = (model.pairs().sum, model.encoder());
        let covariates = &encoder.decoder.covariates;
        Self {
            covariate_pairs: match covariates.learnt_weights() {
                0 => 0.0,
                _ => pairs_of_step(graph, split.train.iter().copied(), sum),
            },
            covariate_fit: bytes_of_fit(covariates, graph, split, encoder.latent),
            nodes: graph.nodes(),
            edges: graph.edge_count(),
            train: split.train.len(),
            is_weighted: graph.is_weighted(),
            features,
            nonzeros,
            degree_of_rows: degree_of_rows(graph, &split.train, sum),
        }
    }
}

fn degree_of_rows(graph: &Graph, edges: &[[u32; 2]], sum: PairSum) -> f64 {
    let alpha = sum.alpha().unwrap_or(0.0);
    let (ends, rows) = graph.sides().map_or((2.0, graph.nodes()), |sides| (1.0, sides.left));
    if alpha == 0.0 {
        return ends * edges.len() as f64 / rows.max(1) as f64;
    }
    let mut degrees = vec![0_u32; graph.nodes()];
    edges.as_flattened().iter().for_each(|&node| degrees[node as usize] += 1);
    degree_shares::mean_degree(degrees.into_iter().take(rows).map(|degree| degree as usize), alpha)
}

impl Estimate {
    /// Of a model whose steps sum over so many neighbours in each layer, all where none are said.
    pub fn of_graph(
        size: &GraphSize,
        model: &GraphAutoencoder,
        neighbours: &[usize],
        optimizer: &Optimizer,
    ) -> Self {
        let is_variational = matches!(model, GraphAutoencoder::Vgae { .. });
        let encoder = model.encoder();
        let layers = encoder.config(size.nodes, size.features).layers(is_variational);
        let latent = encoder.latent as u64 * if is_variational { 2 } else { 1 };
        let Pairs { sum, .. } = model.pairs();
        let pair = bytes_of_pair(encoder);
        let always = [Some(graph(size, sum)), passed_features(size, model), covariate_fit(size)];
        let steps = [
            Some(weights(&counts(&layers), optimizer, 1)),
            Some(activations(size, model, latent, neighbours)),
            all_edges(size, sum, pair),
            drawn_pairs(size, sum, encoder.latent as u64, pair),
            thinned_edges(size, model, neighbours),
            drawn_neighbours(size, sum, neighbours),
            covariate_pairs(size, encoder),
        ];
        Self {
            always: always.into_iter().flatten().collect(),
            steps: steps.into_iter().flatten().collect(),
            start: spectrum(size, model).into_iter().collect(),
        }
    }
}

fn graph(size: &GraphSize, sum: PairSum) -> Part {
    let [nodes, edges, train] = [size.nodes, size.edges, size.train].map(|count| count as u64);
    let [nonzeros, features] = [size.nonzeros, size.features].map(|count| count as u64);
    // Value and index of each entry, once each way for features, whose transpose is another matrix.
    let matrices = (2 * edges + nodes) * 2 * F32 + nonzeros * 4 * F32 + (nodes + features) * 2 * F32;
    let of_weights = if size.is_weighted { 2 * F32 } else { 0 };
    let of_training = if sum.needs_training_graph() { train * (2 * F32 + of_weights) } else { 0 };
    Part {
        name: "the graph",
        // Rows, lists of pairs, and the split.
        host: matrices + edges * (24 + of_weights) + of_training,
        device: matrices,
        remedy: "train on a smaller graph",
    }
}

/// What the weights of features begin at, before there are gradients and moments.
fn spectrum(size: &GraphSize, model: &GraphAutoencoder) -> Option<Part> {
    const DOUBLE: u64 = 8;
    let encoder = model.encoder();
    encoder.encoder.spectral_hops()?;
    let columns = size.features as u64 * encoder.latent as u64;
    let images = size.nodes as u64 * encoder.latent as u64;
    Some(Part {
        name: "the spectrum that weights begin at",
        // Those that are drawn, and those before and after an iteration.
        host: columns.saturating_mul(3 * DOUBLE),
        // The weights that it is for, columns and their images: what messages pass from and to, and a transpose.
        device: columns.saturating_mul(2).saturating_add(images.saturating_mul(3)).saturating_mul(F32),
        remedy: "make model.latent smaller, or leave model.encoder.start out",
    })
}

fn activations(size: &GraphSize, model: &GraphAutoencoder, latent: u64, fan_outs: &[usize]) -> Part {
    let encoder = model.encoder();
    let nodes = size.nodes as u64;
    let hidden: u64 = encoder.hidden.iter().map(|&width| width as u64).sum();
    let hops = match encoder.encoder {
        MessagePassing::Convolution {} => 0,
        MessagePassing::Propagation { hops, .. } => hops as u64,
    };
    // Products by weights and by neighbours, what ReLU keeps, and the gradients of these.
    let mut numbers = if fan_outs.is_empty() {
        nodes.saturating_mul(3 * hidden + (4 + hops) * latent)
    } else {
        let reached = reached(size, model.pairs().sum, fan_outs);
        let widths = encoder.hidden.iter().rev().map(|&width| 3 * width as u64);
        let of_layers = reached.iter().zip(std::iter::once(4 * latent).chain(widths));
        let step = of_layers.map(|(&nodes, width)| nodes as u64 * width).sum::<u64>() + nodes * latent;
        // What is measured is of all nodes, without gradients.
        let widest = encoder.hidden.iter().max().map_or(0, |&width| width as u64);
        step.max(nodes * 2 * (widest + latent))
    };
    if encoder.decoder.form.kind().link == PairLink::Poisson {
        // Memberships, what they are the softplus of, and their sum in double precision, with gradients.
        numbers += 8 * nodes * encoder.latent as u64;
    }
    // What a prior that is learnt makes of the draws of all nodes, with gradients.
    let of_prior = encoder.prior.as_ref().map_or(0, |prior| prior.activations(encoder.latent) as u64);
    numbers = numbers.saturating_add(of_prior.saturating_mul(2 * nodes));
    let mut host = 0;
    // Features that are thinned out anew, and factors of hidden units and latent vectors.
    if encoder.dropout > 0.0 {
        numbers += 4 * size.nonzeros as u64 + nodes * hidden;
        host += 4 * F32 * size.nonzeros as u64;
    }
    if encoder.latent_dropout > 0.0 {
        numbers += nodes * encoder.latent as u64;
        host += 2 * nodes * encoder.latent as u64;
    }
    Part {
        name: "a step's activations",
        host,
        device: numbers.saturating_mul(F32),
        remedy: match of_prior {
            0 => "make model.hidden or model.latent smaller",
            _ => "make model.hidden, model.latent or what model.prior has smaller",
        },
    }
}

/// What a pair of a list takes on the device: beside its place, where it is scored by itself, what the layers that do so put out,
/// with gradients.
fn bytes_of_pair(encoder: &GraphEncoder) -> u64 {
    let decoder = encoder.decoder.form.kind();
    if decoder.has_factors {
        return LISTED;
    }
    let widths = decoder.widths(encoder.latent).map(|width| width as u64);
    // Both ends' vectors, their product, and the layers' outputs.
    LISTED + F32 * (4 * encoder.latent as u64 + 2 * widths.sum::<u64>())
}

/// Sums over all edges, and over the loops of all nodes.
fn all_edges(size: &GraphSize, sum: PairSum, pair: u64) -> Option<Part> {
    (!sum.has_own_edges()).then(|| Part {
        name: "the list of all edges",
        host: 0,
        device: (size.train + size.nodes) as u64 * pair,
        remedy: "set objective.pairs = \"blocks\" and objective.edges = \"rows\"",
    })
}

/// What weights of covariates are fitted to, and the rows that they weigh.
fn covariate_fit(size: &GraphSize) -> Option<Part> {
    (size.covariate_fit > 0).then_some(Part {
        name: "the fit of the weights of covariates",
        host: size.covariate_fit,
        device: 0,
        remedy: "set model.decoder.covariates = []",
    })
}

/// The pairs with a common neighbour that a step adds where it learns their weights.
fn covariate_pairs(size: &GraphSize, encoder: &GraphEncoder) -> Option<Part> {
    let terms = encoder.decoder.covariates.learnt_weights() as u64;
    let pairs = size.covariate_pairs as u64;
    (pairs > 0).then(|| Part {
        name: "a step's pairs with a common neighbour",
        host: pairs.saturating_mul(DRAWN + F32 * terms),
        device: pairs.saturating_mul(LISTED + F32 * (terms + COVARIATE_NUMBERS)),
        remedy: "set model.decoder.covariate_weights = \"validation\", or objective.pairs = \"rows\" with fewer objective.rows",
    })
}

/// The pairs that each step draws anew.
fn drawn_pairs(size: &GraphSize, sum: PairSum, latent: u64, pair: u64) -> Option<Part> {
    let nodes = size.nodes as u64;
    let ends = 2.0 * size.train as f64;
    let of_rows = |rows: usize| (size.nodes.min(rows) as f64 * size.degree_of_rows).min(ends);
    let (name, pairs, vectors, remedy) = match sum {
        PairSum::All => return None,
        PairSum::Block(Block { rows, columns, edges, .. }) => {
            let pairs = if edges == BlockEdges::Rows { of_rows(rows) as u64 } else { 0 };
            let vectors = size.nodes.min(rows).saturating_add(columns.unwrap_or(size.nodes).min(size.nodes));
            ("a step's block", pairs, vectors as u64, "make objective.rows smaller")
        }
        PairSum::NonEdges { per_node } => {
            // More than there are nodes is refused as such.
            let pairs = nodes.saturating_mul(per_node.min(size.nodes) as u64);
            ("a step's pairs without an edge", pairs, 0, "make objective.non_edges smaller")
        }
        PairSum::Subgraph { nodes: drawn, .. } => {
            // An edge is in it where the other end of it is drawn too.
            let ends_within = of_rows(drawn) * (of_rows(drawn) / ends.max(1.0));
            let vectors = size.nodes.min(drawn) as u64;
            ("a step's subgraph", ends_within as u64 / 2, vectors, "make objective.rows smaller")
        }
    };
    Some(Part {
        name,
        host: pairs.saturating_mul(DRAWN),
        // Rows of z with their gradients.
        device: pairs.saturating_mul(pair).saturating_add(vectors * latent * 3 * F32),
        remedy,
    })
}

/// What is left of the edges where a step hides some: a list, and another `Ã`.
fn thinned_edges(size: &GraphSize, model: &GraphAutoencoder, neighbours: &[usize]) -> Option<Part> {
    let Pairs { mask, .. } = model.pairs();
    let edge_dropout = model.encoder().edge_dropout;
    // Drawn neighbours go through no list of edges, and make no `Ã` of all nodes.
    if (mask.is_none() && edge_dropout == 0.0) || !neighbours.is_empty() {
        return None;
    }
    let train = size.train as u64;
    let seen = ((1.0 - mask.unwrap_or(0.0)) * (1.0 - edge_dropout) * train as f64) as u64;
    Some(Part {
        name: "the edges that a step sees",
        // The list of all, and that of a step, of which an `Ã` is made that is moved to the device.
        host: (train + seen) * WEIGHTED_EDGE,
        device: seen * PASSED_EDGE,
        remedy: "leave objective.mask and model.edge_dropout out",
    })
}

/// How many nodes a step needs after its last layer, before it, before the one before it and so on.
fn reached(size: &GraphSize, sum: PairSum, fan_outs: &[usize]) -> Vec<f64> {
    let all = size.nodes as f64;
    let targets = match sum {
        PairSum::All | PairSum::NonEdges { .. } => all,
        PairSum::Block(Block { rows, columns, .. }) => {
            rows as f64 * (1.0 + size.degree_of_rows) + columns.unwrap_or(size.nodes) as f64
        }
        PairSum::Subgraph { nodes, .. } => nodes as f64,
    };
    let before = |nodes: &mut f64, &fan_out: &usize| {
        *nodes = (*nodes * entries_of_row(size, fan_out)).min(all);
        Some(*nodes)
    };
    let first = targets.min(all);
    std::iter::once(first).chain(fan_outs.iter().scan(first, before)).collect()
}

/// Of a node itself, and of as many neighbours as there are at most.
fn entries_of_row(size: &GraphSize, fan_out: usize) -> f64 {
    1.0 + (2.0 * size.train as f64 / size.nodes.max(1) as f64).min(fan_out as f64)
}

/// The rows of `Ã` that the layers of a step see.
fn drawn_neighbours(size: &GraphSize, sum: PairSum, fan_outs: &[usize]) -> Option<Part> {
    if fan_outs.is_empty() {
        return None;
    }
    let of_layer = |(&nodes, &fan_out): (&f64, &usize)| nodes * entries_of_row(size, fan_out);
    let entries = reached(size, sum, fan_outs).iter().zip(fan_outs).map(of_layer).sum::<f64>() as u64;
    Some(Part {
        name: "a step's neighbours",
        host: entries.saturating_mul(DRAWN),
        device: entries.saturating_mul(4 * F32),
        remedy: "make the numbers of train.neighbours smaller",
    })
}

/// Features that have been passed on, where a step may read those of some nodes alone.
fn passed_features(size: &GraphSize, model: &GraphAutoencoder) -> Option<Part> {
    let Pairs { sum, mask, .. } = model.pairs();
    let encoder = model.encoder();
    // Those of subgraphs are not kept, see `PairSampler::usual_targets`.
    let is_block = matches!(sum, PairSum::Block(_)) && sum.needs_some_nodes();
    let is_whole = [encoder.dropout, encoder.latent_dropout, encoder.edge_dropout] == [0.0; 3];
    // A graph without features has a one for each node.
    let has_features = [size.features, size.nonzeros] != [size.nodes; 2];
    if !is_block || !is_whole || mask.is_some() || !has_features {
        return None;
    }
    let values = PassedFeatures::values(encoder, [size.nodes, size.features])? as u64;
    Some(Part {
        name: "features that have been passed on",
        host: 0,
        device: values * F32,
        remedy: "set objective.edges = \"all\", which keeps none",
    })
}

#[cfg(test)]
mod tests;
