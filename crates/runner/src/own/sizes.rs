//! The sizes of a model that follow from those of its data.

use crate::error::Result;
use crate::experiment::{Experiment, Override, PairSum, Task};
use crate::train::{Shape, shape};

/// A graph of more nodes is learnt from block by block.
const MOST_NODES_AT_ONCE: usize = 5_000;
/// The rows of a block at least, and about how many blocks are learnt from.
const FEWEST_ROWS: usize = 256;
const BLOCKS: usize = 200;
/// A graph of more nodes without features has so few edges a node that embeddings are soon learnt by heart, unless a step's decoder
/// does without some of their values.
const MOST_NODES_WITHOUT_DROPOUT: usize = 25_000;

/// Sizes for data, as values of a configuration.
pub(super) struct Sizes {
    shape: Shape,
    pub overrides: Vec<Override>,
}

/// The sizes for the data of an experiment, which are read.
pub(super) fn of(experiment: &Experiment) -> Result<Sizes> {
    let shape = shape(experiment)?;
    Ok(Sizes { overrides: overrides(shape), shape })
}

/// The sizes for data of a shape.
pub(super) fn overrides(shape: Shape) -> Vec<Override> {
    match shape {
        Shape::Graph { nodes, features, .. } => graph(nodes, features),
        Shape::Table { rows, columns } => table(rows, columns),
        Shape::Images { count, pixels, is_binary } => images(count, pixels, is_binary),
    }
}

/// Many latent dimensions keep apart what few would mix, and cost as many products a pair. On a small graph a step takes all
/// pairs, on a large one those of a block of rows, and there are as many steps as bring the validation edges to the top.
/// `docs/links.md` has the measurements.
fn graph(nodes: usize, features: usize) -> Vec<Override> {
    let latent = match nodes {
        0..=100 => 16,
        101..=60_000 => 256,
        _ => 64,
    };
    let mut sizes = vec![Override::size("model.latent", latent)];
    if nodes <= MOST_NODES_AT_ONCE {
        sizes.extend([Override::size("train.epochs", 50), Override::size("train.evaluate_every", 5)]);
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

/// A layer of twice the columns, and half as many latent dimensions as columns; as many steps for few rows as for many.
fn table(rows: usize, columns: usize) -> Vec<Override> {
    let hidden = (2 * columns).next_power_of_two().clamp(64, 512);
    let latent = columns.div_ceil(2).clamp(2, 32);
    vec![
        Override::size("model.hidden", format!("[{hidden}, {hidden}]")),
        Override::size("model.latent", latent),
    ]
    .into_iter()
    .chain(epochs(rows, 20_000))
    .collect()
}

fn images(count: usize, pixels: usize, is_binary: bool) -> Vec<Override> {
    let hidden = if pixels <= 1024 { 500 } else { 1000 };
    let latent = if count < 500 { 8 } else { 20 };
    vec![
        Override::size("model.hidden", format!("[{hidden}]")),
        Override::size("model.latent", latent),
        Override::size("data.binarization", if is_binary { "\"fixed\"" } else { "\"grey\"" }),
    ]
    .into_iter()
    .chain(epochs(count, 30_000))
    .collect()
}

/// Epochs that come to about so many steps of a hundred examples, with an evaluation every twentieth of them.
fn epochs(examples: usize, steps: usize) -> [Override; 2] {
    let epochs = (steps / examples.div_ceil(100).max(1)).clamp(20, 1000);
    [Override::size("train.epochs", epochs), Override::size("train.evaluate_every", epochs / 20)]
}

impl Sizes {
    /// What was chosen by what, in a line.
    pub fn told(&self, experiment: &Experiment) -> String {
        let by = match self.shape {
            Shape::Graph { nodes, edges, features: 0 } => {
                format!("{nodes} nodes and {edges} edges without features")
            }
            Shape::Graph { nodes, edges, features } => {
                format!("{nodes} nodes, {edges} edges and {features} features")
            }
            Shape::Table { rows, columns } => format!("{rows} rows and {columns} columns"),
            Shape::Images { count, pixels, .. } => format!("{count} images of {pixels} pixels"),
        };
        let (hidden, latent) = experiment.task.widths();
        let epochs = experiment.train.epochs;
        let (rows, pixels) = match &experiment.task {
            Task::Graph { model, .. } => {
                let rows = match model.pairs().sum {
                    PairSum::All => String::new(),
                    PairSum::Rows { rows, .. } => format!("objective.rows = {rows}, "),
                };
                (rows, String::new())
            }
            Task::Images { data, .. } => {
                let binarization = toml::Value::try_from(data.binarization).expect("a name");
                (String::new(), format!(", data.binarization = {binarization}"))
            }
            Task::Table { .. } => (String::new(), String::new()),
        };
        let every = experiment.train.evaluate_every;
        let most = if experiment.train.patience.is_some() { " at most" } else { "" };
        format!(
            "sizes for {by}: model.hidden = {hidden:?}, model.latent = {latent}, {rows}train.epochs = {epochs}{most}, \
             train.evaluate_every = {every}{pixels}; \
             --set model.latent=… and the like replace them"
        )
    }
}
