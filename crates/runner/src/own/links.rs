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
/// pairs, on a large one those of a block of rows, and there are as many steps as bring the validation edges to the top. They
/// are too few there for weights of features that begin anywhere. `docs/links.md` has the measurements.
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
    if features > 0 {
        sizes.push(Override::size("model.encoder.start", "\"spectral\""));
    }
    if nodes > MOST_NODES_WITHOUT_DROPOUT {
        sizes.push(Override::size("model.latent_dropout", 0.3));
    }
    sizes.extend([
        Override::size("model.normalize", false),
        Override::size("model.dropout", "0.0"),
        Override::size("objective.pairs", "\"rows\""),
        Override::size("objective.rows", rows),
        Override::size("objective.edges", "\"rows\""),
        Override::size("objective.self_pairs", "\"left-out\""),
        Override::size("train.epochs", BLOCKS.div_ceil(nodes.div_ceil(rows))),
        Override::size("train.evaluate_every", 1),
    ]);
    sizes
}

/// Whether a size has no place beside what the user says.
pub(super) fn is_moot(size: &Override, features: usize, overrides: &[Override]) -> bool {
    let says = |key: &str| overrides.iter().any(|given| given.is_of(key));
    let is_of_blocks = ["objective.rows", "objective.edges"].iter().any(|key| size.is_of(key));
    // A choice of the inputs drops it where features are chosen.
    let is_of_embeddings = size.is_of("model.latent_dropout") && features > 0;
    is_of_blocks && says("objective.pairs") || is_of_embeddings && says("model.choose_inputs")
}

/// What of them is told beside the widths and the epochs.
pub(super) fn told(experiment: &Experiment) -> String {
    let Task::Graph { model, .. } = &experiment.task else { return String::new() };
    let dropout = match model.encoder().latent_dropout {
        0.0 => String::new(),
        share if model.encoder().choose_inputs => {
            format!("model.latent_dropout = {share} for free embeddings alone, ")
        }
        share => format!("model.latent_dropout = {share}, "),
    };
    match model.pairs().sum {
        PairSum::All => dropout,
        PairSum::Rows { rows, .. } => {
            format!("{dropout}objective.rows = {rows}, objective.edges = \"rows\", ")
        }
    }
}
