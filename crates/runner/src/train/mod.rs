//! Training: Algorithm 1 of Kingma & Welling (arXiv 1312.6114), and the tasks it is run on.
//!
//! The `trainer` knows neither images nor graphs. It asks a [`Trainable`] for the loss of step *t*, shard by shard, and for its
//! validation metrics; `graph` is the task of link prediction, `density` that of density estimation, of images and
//! tables.

mod checkpoint;
mod continuation;
mod curve;
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
pub use density::{DecoderLayer, DecoderLayers, TrainedImages, TrainedVae};
pub use encoded::Encoded;
pub use graph::Embedded;
pub use graph_latents::{Messages, NodeLatents};
pub use import::pin_initial_weights;
pub use loss::Loss;
pub use other_nodes::{KnownNodes, OtherNodes};
pub use own_data::labelled;
pub use shape::{Shape, shape};
pub use shard::Shard;
pub use trainable::Trainable;

use crate::density::DensityResult;
use crate::error::{Error, Result};
use crate::experiment::{Data, Experiment, Model};
use crate::outcome::Outcome;
use crate::progress::Observer;
use crate::result::RunResult;
use crate::run_folder::RunFolder;
use density::DensityTask;
use graph::{GraphTask, NonProbabilistic, Variational};

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
    rayon::scope(|_| run_here(experiment, device, folder, start, heuristics, observer))
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

fn run_here(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
    start: Option<Checkpoint>,
    heuristics: bool,
    observer: &mut dyn Observer,
) -> Result<Outcome> {
    match (&experiment.data, &experiment.model) {
        (Data::Graph(data), Model::Vgae(_)) => {
            let task = GraphTask::<Variational>::to_train(experiment, data, device)?;
            graph::train(&task, experiment, folder, start, heuristics, observer).map(links)
        }
        (Data::Graph(data), Model::Gae(_)) => {
            let task = GraphTask::<NonProbabilistic>::to_train(experiment, data, device)?;
            graph::train(&task, experiment, folder, start, heuristics, observer).map(links)
        }
        (Data::Images(data), Model::Vae(model)) => {
            let task = DensityTask::<Vae>::to_train(experiment, data, model, device)?;
            density::train(&task, experiment, folder, start, observer).map(density)
        }
        (Data::Images(data), Model::Ae(model)) => {
            let task = DensityTask::<Ae>::to_train(experiment, data, model, device)?;
            density::train(&task, experiment, folder, start, observer).map(density)
        }
        (Data::Graph(_) | Data::Images(_), model) => Err(unsuited(model)),
    }
}

/// Does all that training does before its first step, and says what it would.
///
/// # Errors
/// As [`run`] before its first step.
pub fn check(experiment: &Experiment, device: &Device) -> Result<Vec<String>> {
    match (&experiment.data, &experiment.model) {
        (Data::Graph(data), Model::Vgae(_)) => {
            GraphTask::<Variational>::to_train(experiment, data, device)?.check(experiment)
        }
        (Data::Graph(data), Model::Gae(_)) => {
            GraphTask::<NonProbabilistic>::to_train(experiment, data, device)?.check(experiment)
        }
        (Data::Images(data), Model::Vae(model)) => {
            DensityTask::<Vae>::to_train(experiment, data, model, device)?.check(experiment)
        }
        (Data::Images(data), Model::Ae(model)) => {
            DensityTask::<Ae>::to_train(experiment, data, model, device)?.check(experiment)
        }
        (Data::Graph(_) | Data::Images(_), model) => Err(unsuited(model)),
    }
}

/// The graph of an experiment, and the split that it draws or names.
///
/// # Errors
/// If the data cannot be read or split.
pub fn graph_and_split(experiment: &Experiment) -> Result<(Graph, LinkSplit)> {
    match &experiment.data {
        Data::Graph(data) => graph::graph_and_split(experiment, data),
        Data::Images(data) => Err(Error::usage(format!("data.name: `{}` is no graph", data.name))),
    }
}

/// Measures the weights of a finished run on a graph on its own split.
///
/// # Errors
/// If the run is one on images, or the folder lacks the split or the weights, or they are not those of this experiment.
pub fn evaluate(experiment: &Experiment, device: &Device, folder: &RunFolder) -> Result<Embedded> {
    match (&experiment.data, &experiment.model) {
        (Data::Graph(data), Model::Vgae(_)) => {
            graph::evaluate::<Variational>(experiment, data, device, folder)
        }
        (Data::Graph(data), Model::Gae(_)) => {
            graph::evaluate::<NonProbabilistic>(experiment, data, device, folder)
        }
        (Data::Graph(_) | Data::Images(_), model) => Err(unsuited(model)),
    }
}

/// Loads the trained VAE of a run on images, for inference.
///
/// # Errors
/// If the run is another one, or its data or weights cannot be read.
pub fn open_vae(experiment: &Experiment, device: &Device, folder: &RunFolder) -> Result<TrainedVae> {
    match (&experiment.data, &experiment.model) {
        (Data::Images(data), Model::Vae(model)) => TrainedVae::open(experiment, data, model, device, folder),
        (Data::Graph(_) | Data::Images(_), model) => Err(Error::usage(format!(
            "{}: a `{}` says nothing of how likely an image is",
            folder.path().display(),
            model.kind()
        ))
        .with_hint("name a run with model.kind = \"vae\"")),
    }
}

/// Where the model of a finished run on a graph puts the nodes that it was trained on.
///
/// # Errors
/// As [`evaluate`].
pub fn embed_nodes(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
    messages: Messages,
) -> Result<NodeLatents> {
    match (&experiment.data, &experiment.model) {
        (Data::Graph(data), Model::Vgae(_)) => {
            graph_latents::embed::<Variational>(experiment, data, device, folder, messages)
        }
        (Data::Graph(data), Model::Gae(_)) => {
            graph_latents::embed::<NonProbabilistic>(experiment, data, device, folder, messages)
        }
        (Data::Graph(_) | Data::Images(_), _) => Err(no_graph(folder)),
    }
}

/// Where it puts the nodes of other files: new ones of its own graph, or those of another graph with the same features; and
/// what there is to know of these files.
///
/// # Errors
/// As [`evaluate`], or if the files cannot be read, their features are others, or it cannot be told which of the two the nodes
/// are.
pub fn embed_other_nodes(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
    files: OtherNodes,
) -> Result<(crate::latents::Latents, Vec<String>)> {
    match (&experiment.data, &experiment.model) {
        (Data::Graph(data), Model::Vgae(_)) => {
            other_nodes::embed::<Variational>(experiment, data, device, folder, files)
        }
        (Data::Graph(data), Model::Gae(_)) => {
            other_nodes::embed::<NonProbabilistic>(experiment, data, device, folder, files)
        }
        (Data::Graph(_) | Data::Images(_), _) => Err(no_graph(folder)),
    }
}

/// How a run on a graph brought the features of its nodes to one scale, where it did.
///
/// # Errors
/// If its file is damaged.
pub fn feature_scales_of(experiment: &Experiment, folder: &RunFolder) -> Result<Option<FeatureScales>> {
    match &experiment.data {
        Data::Graph(_) => graph_latents::feature_scales(folder),
        Data::Images(_) => Ok(None),
    }
}

fn no_graph(folder: &RunFolder) -> Error {
    Error::usage(format!("{}: the run is not one on a graph", folder.path().display()))
        .with_hint("name a run of a configuration with data.kind = \"graph\"")
}

/// The graph of a finished run, and where its weights put the nodes.
///
/// # Errors
/// As for [`evaluate`].
pub fn graph_latents(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
) -> Result<(Graph, Encoded)> {
    match (&experiment.data, &experiment.model) {
        (Data::Graph(data), Model::Vgae(_)) => {
            graph::latents::<Variational>(experiment, data, device, folder)
        }
        (Data::Graph(data), Model::Gae(_)) => {
            graph::latents::<NonProbabilistic>(experiment, data, device, folder)
        }
        (Data::Graph(_) | Data::Images(_), model) => Err(unsuited(model)),
    }
}

/// Loads the trained auto-encoder of a run on images.
///
/// # Errors
/// If the run is one on a graph, or its data or weights cannot be read.
pub fn open_images(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
) -> Result<Box<dyn TrainedImages>> {
    match (&experiment.data, &experiment.model) {
        (Data::Images(data), Model::Vae(model)) => {
            density::open::<Vae>(experiment, data, model, device, folder)
        }
        (Data::Images(data), Model::Ae(model)) => {
            density::open::<Ae>(experiment, data, model, device, folder)
        }
        (Data::Graph(_) | Data::Images(_), _) => {
            Err(Error::usage(format!("{}: the run is not one on images", folder.path().display()))
                .with_hint("name a run of a configuration with data.kind = \"images\""))
        }
    }
}

fn links(result: RunResult) -> Outcome {
    Outcome::Links(Box::new(result))
}

fn density(result: DensityResult) -> Outcome {
    Outcome::Density(Box::new(result))
}

/// The experiment's own check refuses these before any work.
fn unsuited(model: &Model) -> Error {
    Error::usage(format!("model.kind: `{}` is no model of this kind of data", model.kind()))
}
