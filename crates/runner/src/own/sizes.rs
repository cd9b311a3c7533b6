//! The sizes of a model that follow from those of its data.

use aevb_data::graph::{SideKind, Sides};

use super::{LINKS, links};
use crate::error::Result;
use crate::experiment::{Experiment, GraphEncoder, Override, Task};
use crate::train::{Shape, shape};

/// Sizes for data, as values of a configuration.
pub(super) struct Sizes {
    shape: Shape,
    is_links: bool,
    pub overrides: Vec<Override>,
    /// What the user should know of them.
    pub note: Option<String>,
}

/// The sizes of a preset for the data of an experiment, which are read, beside what the user said.
pub(super) fn of(experiment: &Experiment, preset: &str, said: &[Override]) -> Result<Sizes> {
    let shape = shape(experiment)?;
    let note = match shape {
        Shape::Graph { nodes, sides, .. } if preset == LINKS => links::note(nodes, sides.is_some(), said),
        _ => None,
    };
    Ok(Sizes { overrides: overrides(shape, preset, said), shape, is_links: preset == LINKS, note })
}

/// The sizes of a preset for data of a shape, beside what the user said.
pub(super) fn overrides(shape: Shape, preset: &str, said: &[Override]) -> Vec<Override> {
    match shape {
        Shape::Graph { nodes, edges, features, sides } if preset == LINKS => {
            let rows = sides.map_or(nodes, |sides| sides.left);
            // A step of a directed graph takes as many pairs as one of an undirected graph with as many nodes.
            let is_directed = sides.is_some_and(|sides| sides.kind == SideKind::Directed);
            let sizes = links::sizes([if is_directed { rows } else { nodes }, edges, features], rows, said);
            let covariates = links::covariates(nodes, sides.is_some(), said);
            [covariates, sizes].concat()
        }
        Shape::Graph { nodes, features, .. } => graph(nodes, features),
        Shape::Table { rows, columns } => table(rows, columns),
        Shape::Images { count, pixels, is_binary } => images(count, pixels, is_binary),
    }
}

/// A step takes time by the square of the nodes, so many nodes get fewer epochs and latent dimensions. Where there are
/// hardly more nodes than features, steps leave out features and edges, so that the weights are not learnt by heart.
/// `docs/embeddings.md` has the measurements.
fn graph(nodes: usize, features: usize) -> Vec<Override> {
    let (epochs, every) = match nodes {
        0..=5_000 => (300, 10),
        5_001..=25_000 => (100, 5),
        _ => (40, 2),
    };
    let latent = match nodes {
        0..=100 => 16,
        101..=50_000 => 64,
        _ => 32,
    };
    let has_wide_features = features >= nodes.div_ceil(4) && features >= 64;
    let [dropout, edge_dropout] = if has_wide_features { [0.7, 0.5] } else { [0.0, 0.0] };
    vec![
        Override::size("model.latent", latent),
        Override::size("model.dropout", format!("{dropout:?}")),
        Override::size("model.edge_dropout", format!("{edge_dropout:?}")),
        Override::size("train.epochs", epochs),
        Override::size("train.evaluate_every", every),
    ]
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
            Shape::Graph { nodes, edges, features, sides } => {
                let nodes = match sides {
                    None => format!("{nodes} nodes"),
                    Some(Sides { kind: SideKind::Directed, left, .. }) => {
                        format!("{left} nodes, each a source and a target,")
                    }
                    Some(Sides { left, right, .. }) => format!("{left} and {right} nodes of two kinds"),
                };
                match features {
                    0 => format!("{nodes} and {edges} edges without features"),
                    _ => format!("{nodes}, {edges} edges and {features} features").replace(",,", ","),
                }
            }
            Shape::Table { rows, columns } => format!("{rows} rows and {columns} columns"),
            Shape::Images { count, pixels, .. } => format!("{count} images of {pixels} pixels"),
        };
        let (hidden, latent) = experiment.task.widths();
        let epochs = experiment.train.epochs;
        let (dropout, pixels) = match &experiment.task {
            Task::Graph { .. } if self.is_links => (links::told(experiment), String::new()),
            Task::Graph { model, .. } => {
                let GraphEncoder { dropout, edge_dropout, .. } = *model.encoder();
                let is_told = dropout > 0.0 || edge_dropout > 0.0;
                let told = format!("model.dropout = {dropout}, model.edge_dropout = {edge_dropout}, ");
                (if is_told { told } else { String::new() }, String::new())
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
            "sizes for {by}: model.hidden = {hidden:?}, model.latent = {latent}, {dropout}train.epochs = {epochs}{most}, \
             train.evaluate_every = {every}{pixels}; \
             --set model.latent=… and the like replace them"
        )
    }
}
