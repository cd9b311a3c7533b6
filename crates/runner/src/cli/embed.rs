//! `aevb embed`.

use std::path::PathBuf;

use clap::Args;

use super::{PortionArgument, ReadingArguments};
use crate::latents::LatentFormat;
use crate::train::{KnownNodes, Which};

/// `aevb embed`.
#[derive(Debug, Args)]
pub struct EmbedArguments {
    /// The folder of a run
    pub run: PathBuf,
    /// What to place in place of the run's own data: pictures, an array, a table with the same columns, or edges
    #[arg(value_name = "FILE")]
    pub data: Option<PathBuf>,
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
    /// Which of the run's own images or rows [default: test]
    #[arg(long, value_enum, conflicts_with = "data")]
    pub part: Option<PortionArgument>,
    /// Let messages pass along the held-out edges too, of a run on a graph
    #[arg(long)]
    pub all_edges: bool,
    /// The edges of new nodes, or of another graph; the same as FILE
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub edges: Option<PathBuf>,
    /// The features of its nodes, the same as those of the graph trained on
    #[arg(long, value_name = "FILE")]
    pub features: Option<PathBuf>,
    /// The classes of what FILE holds, to be written beside it
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// Who nodes are whose names the run knows [default: those of the run, as they are, where no features of theirs are given]
    #[arg(long, value_enum)]
    pub known: Option<KnownNodes>,
    /// Place new nodes without features too, by their edges alone
    #[arg(long)]
    pub zero_features: bool,
    /// How to read the files of a graph [default: as those of the graph trained on]
    #[command(flatten)]
    pub reading: ReadingArguments,
}
