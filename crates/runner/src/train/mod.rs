//! Training: Algorithm 1 of Kingma & Welling (arXiv 1312.6114), and the tasks it is run on.
//!
//! The `trainer` knows neither images nor graphs. It asks a [`Task`] for the loss of step *t* and for its validation
//! metrics; `graph` is the task of link prediction.

mod graph;
mod task;
mod trainer;
mod weights;

use aevb_data::graph::{Graph, LinkSplit};
use burn::tensor::Device;

pub use graph::Embedded;
pub use task::{Loss, Task};

use crate::error::Result;
use crate::experiment::{Data, Experiment, Model};
use crate::progress::Observer;
use crate::result::RunResult;
use crate::run_folder::RunFolder;
use graph::{GraphTask, NonProbabilistic, Variational};

/// Trains an experiment on a device, into a folder that has its configuration already.
///
/// # Errors
/// If the data cannot be read or split, or the model cannot be trained: see [`crate::error::ErrorKind`].
pub fn run(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
    observer: &mut dyn Observer,
) -> Result<RunResult> {
    // On a thread of the pool, so that its other threads are asked to help without a system call each time.
    rayon::scope(|_| run_here(experiment, device, folder, observer))
}

fn run_here(
    experiment: &Experiment,
    device: &Device,
    folder: &RunFolder,
    observer: &mut dyn Observer,
) -> Result<RunResult> {
    let Data::Graph(data) = &experiment.data;
    match &experiment.model {
        Model::Vgae(_) => graph::train(
            &GraphTask::<Variational>::new(experiment, data, device)?,
            experiment,
            folder,
            observer,
        ),
        Model::Gae(_) => graph::train(
            &GraphTask::<NonProbabilistic>::new(experiment, data, device)?,
            experiment,
            folder,
            observer,
        ),
    }
}

/// The graph of an experiment, and the split that it draws or names.
///
/// # Errors
/// If the data cannot be read or split.
pub fn graph_and_split(experiment: &Experiment) -> Result<(Graph, LinkSplit)> {
    let Data::Graph(data) = &experiment.data;
    graph::graph_and_split(experiment, data)
}

/// Measures the weights of a finished run on its own split.
///
/// # Errors
/// If the folder lacks the split or the weights, or they are not those of this experiment.
pub fn evaluate(experiment: &Experiment, device: &Device, folder: &RunFolder) -> Result<Embedded> {
    let Data::Graph(data) = &experiment.data;
    match &experiment.model {
        Model::Vgae(_) => graph::evaluate::<Variational>(experiment, data, device, folder),
        Model::Gae(_) => graph::evaluate::<NonProbabilistic>(experiment, data, device, folder),
    }
}
