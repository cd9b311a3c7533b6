//! What needs no learning: scores from the training graph alone, and chance.

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{Graph, LinkSplit};
use rand::RngExt;

use crate::error::Result;
use crate::evaluate::{LinkPrediction, link_prediction};
use crate::random::{Purpose, Streams};

/// A baseline's name and its metrics on the test edges.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// What people call it.
    pub name: &'static str,
    /// On the test edges.
    pub test: LinkPrediction,
}

/// Ranks the test edges of a split by each heuristic on the training graph, and by chance.
///
/// # Errors
/// If the split has no test edge.
pub fn baselines(graph: &Graph, split: &LinkSplit, streams: Streams) -> Result<Vec<Baseline>> {
    let train = split.train_graph(graph);
    let pairs = [&split.test.edges[..], &split.test.non_edges].concat();
    let rank = |name, scores: Vec<f64>| {
        let (edges, non_edges) = scores.split_at(split.test.edges.len());
        Ok(Baseline { name, test: link_prediction(edges, non_edges)? })
    };
    let mut baselines = Heuristic::of(graph)
        .into_iter()
        .map(|heuristic| rank(heuristic.name(), heuristic.scores(&train, &pairs)))
        .collect::<Result<Vec<_>>>()?;
    let mut random = streams.generator(Purpose::Sampling, 0);
    baselines.push(rank("random", pairs.iter().map(|_| random.random::<f64>()).collect())?);
    Ok(baselines)
}
