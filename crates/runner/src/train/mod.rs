//! Training: Algorithm 1 of Kingma & Welling (arXiv 1312.6114), and the tasks it is run on.
//!
//! The `trainer` knows neither images nor graphs. It asks a [`Trainable`] for the loss of step *t*, shard by shard, and for its
//! validation metrics; `graph` is the task of link prediction, `density` that of density estimation, of images and
//! tables.

mod checkpoint;
mod continuation;
mod curve;
mod degree_shares;
mod density;
mod early_stopping;
mod encoded;
mod exact;
mod feed;
mod graph;
mod graph_latents;
mod import;
pub(crate) mod initial_weights;
mod largest;
mod loss;
mod module_optimizer;
mod optimizer;
mod other_nodes;
mod own_data;
mod preflight;
mod prepared;
mod shape;
mod shard;
mod trainable;
mod trainer;
mod tree_sum;
mod watch;
mod weights;

use aevb_data::graph::{FeatureScales, Graph, LinkSplit};
use aevb_models::vae::{Ae, Vae};
use burn::tensor::Device;

pub use checkpoint::{Checkpoint, Checkpoints, Newest, State, Which};
pub use continuation::{Continuation, caution_of, continue_from};
pub(crate) use density::moment_noise;
pub use density::{DecoderLayer, DecoderLayers, TrainedAutoencoder, TrainedVae};
pub use encoded::Encoded;
pub use graph::{Embedded, TrainedGraph};
pub use graph_latents::{Messages, NodeLatents};
pub use import::pin_initial_weights;
pub use loss::Loss;
pub use other_nodes::{KnownNodes, OtherNodes};
pub use own_data::labelled;
pub use shape::{Shape, shape};
pub use shard::Shard;
pub use trainable::Trainable;

use crate::error::{Error, Result};
use crate::experiment::{Autoencoder, ExampleData, Experiment, GraphAutoencoder, Task};
use crate::outcome::Outcome;
use crate::progress::Observer;
use crate::run_folder::RunFolder;
use density::{DensityTask, OpenedAutoencoder};
use graph::{GraphTask, NonProbabilistic, OpenedGraph, Variational};
use prepared::Prepared;

/// Trains an experiment on a device, into a folder that has its configuration already, from a checkpoint on where one is
/// given. With `heuristics`, those that need seconds are measured beside a model of a graph.
///
/// # Errors
/// If the data cannot be read or split, or the model cannot be trained: see [`crate::error::ErrorKind`].
pub fn run(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
    start: Option<Checkpoint>,
    heuristics: bool,
    observer: &mut dyn Observer,
) -> Result<Outcome> {
    // On a thread of the pool, so that its other threads are asked to help without a system call each time.
    rayon::scope(|_| prepare(experiment, device)?.train(experiment, folder, start, heuristics, observer))
}

/// Trains a task of one's own, in the same way, into a folder that holds no run yet.
///
/// # Errors
/// As the task's own, or if a number is not finite, the folder cannot be written or the user asks to stop.
pub fn run_task<T: Trainable>(
    task: &T,
    experiment: &Experiment,
    folder: &RunFolder,
    observer: &mut dyn Observer,
) -> Result<T::Model> {
    trainer::train(task, experiment, folder, None, observer).map(|trained| trained.model)
}

/// The experiment with all that it leaves open for validation to choose, on the first edges that are held out; and what was
/// chosen and why.
///
/// # Errors
/// As [`run`].
pub fn choose_inputs(experiment: Experiment, device: &Device) -> Result<(Experiment, Option<String>)> {
    rayon::scope(|_| graph::choose_inputs(experiment, device))
}

/// Does all that training does before its first step, and says what it would.
///
/// # Errors
/// As [`run`] before its first step.
pub fn check(experiment: &Experiment, device: &Device) -> Result<Vec<String>> {
    prepare(experiment, device)?.check(experiment)
}

/// Reads the data of an experiment, and makes sure that there is the memory to train on them.
fn prepare(experiment: &Experiment, device: &Device) -> Result<Box<dyn Prepared>> {
    let of_examples = |data: ExampleData, model: &Autoencoder| -> Result<Box<dyn Prepared>> {
        Ok(match model {
            Autoencoder::Vae { .. } => {
                Box::new(DensityTask::<Vae>::to_train(experiment, &data, model, device)?)
            }
            Autoencoder::Ae { .. } => {
                Box::new(DensityTask::<Ae>::to_train(experiment, &data, model, device)?)
            }
        })
    };
    match &experiment.task {
        Task::Graph { data, split, model } => Ok(match model {
            GraphAutoencoder::Vgae { .. } => {
                Box::new(GraphTask::<Variational>::to_train(experiment, data, split, model, device)?)
            }
            GraphAutoencoder::Gae { .. } => {
                Box::new(GraphTask::<NonProbabilistic>::to_train(experiment, data, split, model, device)?)
            }
        }),
        Task::Images { data, model, .. } => of_examples(ExampleData::Images(data.clone()), model),
        Task::Table { data, model, .. } => of_examples(ExampleData::Table(data.clone()), model),
    }
}

/// Opens a run on a graph, to be asked.
///
/// # Errors
/// If the run is another one.
pub fn open_graph(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
) -> Result<Box<dyn TrainedGraph>> {
    match &experiment.task {
        Task::Graph { data, model, .. } => Ok(match model {
            GraphAutoencoder::Vgae { .. } => {
                Box::new(OpenedGraph::<Variational>::new(experiment, data, model, device, folder))
            }
            GraphAutoencoder::Gae { .. } => {
                Box::new(OpenedGraph::<NonProbabilistic>::new(experiment, data, model, device, folder))
            }
        }),
        Task::Images { .. } | Task::Table { .. } => Err(not_on(folder, "a graph", "graph")),
    }
}

/// Loads the trained auto-encoder of a run on images or on a table.
///
/// # Errors
/// If the run is one on a graph, or its data or weights cannot be read.
pub fn open_autoencoder(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
) -> Result<Box<dyn TrainedAutoencoder>> {
    let (data, model) = experiment.task.examples().ok_or_else(|| not_on(folder, "images", "images"))?;
    Ok(match model {
        Autoencoder::Vae { .. } => {
            Box::new(OpenedAutoencoder::<Vae>::new(experiment, &data, model, device, folder)?)
        }
        Autoencoder::Ae { .. } => {
            Box::new(OpenedAutoencoder::<Ae>::new(experiment, &data, model, device, folder)?)
        }
    })
}

/// Loads the trained VAE of a run on images or on a table, for inference.
///
/// # Errors
/// If the run is another one, or its data or weights cannot be read.
pub fn open_vae(experiment: &Experiment, device: &Device, folder: &RunFolder) -> Result<TrainedVae> {
    match experiment.task.examples() {
        Some((data, model @ Autoencoder::Vae { .. })) => {
            TrainedVae::open(experiment, &data, model, device, folder)
        }
        Some((_, Autoencoder::Ae { .. })) | None => Err(Error::usage(format!(
            "{}: a `{}` says nothing of how likely an image is",
            folder.path().display(),
            experiment.task.model_kind()
        ))
        .with_hint("name a run with model.kind = \"vae\"")),
    }
}

fn not_on(folder: &RunFolder, what: &str, kind: &str) -> Error {
    Error::usage(format!("{}: the run is not one on {what}", folder.path().display()))
        .with_hint(format!("name a run of a configuration with data.kind = \"{kind}\""))
}

/// The graph of an experiment, and the split that it draws or names.
///
/// # Errors
/// If the data cannot be read or split.
pub fn graph_and_split(experiment: &Experiment) -> Result<(Graph, LinkSplit)> {
    let name = match &experiment.task {
        Task::Graph { data, split, .. } => {
            return graph::graph_and_split(data, split, experiment.split_seed());
        }
        Task::Images { data, .. } => data.name.clone(),
        Task::Table { data, .. } => data.name(),
    };
    Err(Error::usage(format!("data.name: `{name}` is no graph")))
}

/// How a run on a graph brought the features of its nodes to one scale, where it did.
///
/// # Errors
/// If its file is damaged.
pub fn feature_scales_of(experiment: &Experiment, folder: &RunFolder) -> Result<Option<FeatureScales>> {
    match &experiment.task {
        Task::Graph { .. } => graph_latents::feature_scales(folder),
        Task::Images { .. } | Task::Table { .. } => Ok(None),
    }
}
