//! `aevb embed`.

use std::path::PathBuf;

use clap::Args;

use super::{PartArgument, ReadingArguments};
use crate::latents::LatentFormat;
use crate::train::Which;

/// `aevb embed`.
#[derive(Debug, Args)]
pub struct EmbedArguments {
    /// The folder of a run
    pub run: PathBuf,
    /// The file to write [default: latents.npy, .csv or .tsv in the run's folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The format [default: that of the file's name]
    #[arg(long, value_enum)]
    pub format: Option<LatentFormat>,
    /// The device [default: that of the run's configuration]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Take the weights of a checkpoint: best, latest, or its number of steps [default: those of the end]
    #[arg(long, value_name = "CHECKPOINT")]
    pub checkpoint: Option<Which>,
    /// Which images, of a run on images [default: test]
    #[arg(long, value_enum)]
    pub part: Option<PartArgument>,
    /// Let messages pass along the held-out edges too, of a run on a graph
    #[arg(long, conflicts_with = "edges")]
    pub all_edges: bool,
    /// Place the nodes of another graph, which this file has the edges of
    #[arg(long, value_name = "FILE", requires = "features")]
    pub edges: Option<PathBuf>,
    /// The features of its nodes, the same as those of the graph trained on
    #[arg(long, value_name = "FILE", requires = "edges")]
    pub features: Option<PathBuf>,
    /// The classes of its nodes, to be written beside them
    #[arg(long, value_name = "FILE", requires = "edges")]
    pub labels: Option<PathBuf>,
    /// How to read them [default: as the files of the graph trained on]
    #[command(flatten)]
    pub reading: ReadingArguments,
}
