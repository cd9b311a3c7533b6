//! The sizes of the preset `links`, which follow from the graph.

use crate::experiment::{Experiment, Override, PairSum, Task};

/// A graph of more nodes is learnt from block by block.
const MOST_NODES_AT_ONCE: usize = 5_000;
/// The rows of a block at least, and about how many blocks are learnt from.
const FEWEST_ROWS: usize = 256;
const BLOCKS: usize = 200;
/// On a graph of more nodes, with embeddings alone, a step's decoder does without some of their values: else they are learnt by
/// heart.
const MOST_NODES_WITHOUT_DROPOUT: usize = 25_000;

/// Many latent dimensions keep apart what few would mix, and cost as many products a pair. On a small graph a step takes all
/// pairs, on a large one those of a block of rows, and there are as many steps as bring the validation edges to the top.
/// `docs/links.md` has the measurements.
pub(super) fn sizes(nodes: usize, features: usize) -> Vec<Override> {
    let latent = match nodes {
        0..=100 => 16,
        101..=60_000 => 256,
        _ => 64,
    };
    let mut sizes = vec![Override::size("model.latent", latent)];
    if nodes <= MOST_NODES_AT_ONCE {
        sizes.extend([Override::size("train.epochs", 50), Override::size("train.evaluate_every", 2)]);
        return sizes;
    }
    let rows = FEWEST_ROWS.max(nodes.div_ceil(BLOCKS));
    if features == 0 && nodes > MOST_NODES_WITHOUT_DROPOUT {
        sizes.push(Override::size("model.latent_dropout", 0.3));
    }
    sizes.extend([
        Override::size("objective.pairs", "\"rows\""),
        Override::size("objective.rows", rows),
        Override::size("objective.edges", "\"rows\""),
        Override::size("optimizer.learning_rate", 0.01),
        Override::size("train.epochs", BLOCKS.div_ceil(nodes.div_ceil(rows))),
        Override::size("train.evaluate_every", 1),
    ]);
    sizes
}

/// What of them is told beside the widths and the epochs.
pub(super) fn told(experiment: &Experiment) -> String {
    let Task::Graph { model, .. } = &experiment.task else { return String::new() };
    let rate = format!("optimizer.learning_rate = {}, ", experiment.optimizer.learning_rate());
    let dropout = match model.encoder().latent_dropout {
        0.0 => String::new(),
        share => format!("model.latent_dropout = {share}, "),
    };
    match model.pairs().sum {
        PairSum::All => rate + &dropout,
        PairSum::Rows { rows, .. } => format!("{rate}{dropout}objective.rows = {rows}, "),
    }
}
