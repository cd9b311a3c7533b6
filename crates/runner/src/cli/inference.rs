//! `aevb score`, `posterior` and `impute`.

use std::path::PathBuf;

use clap::Args;

use super::{PartArgument, TrainedRun};
use crate::inference::Side;
use crate::train::Which;

/// `aevb score`.
#[derive(Debug, Args)]
pub struct ScoreArguments {
    /// The folder of a run on images or a table
    pub run: PathBuf,
    /// Others: a folder of pictures, .npy, .npz, IDX, or a table with the same columns [default: the run's own]
    pub data: Option<PathBuf>,
    /// The file to write, .csv or .npy [default: scores.csv in the run's folder]
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub out: Option<PathBuf>,
    /// The samples of z for each image
    #[arg(long, value_name = "K", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=10_000_000))]
    pub samples: u32,
    /// Which of the run's own images
    #[arg(long, value_enum, default_value = "test", conflicts_with = "data")]
    pub part: PartArgument,
    /// The device [default: that of the run's configuration]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Take the weights of a checkpoint: best, latest, or its number of steps [default: those of the end]
    #[arg(long, value_name = "CHECKPOINT")]
    pub checkpoint: Option<Which>,
    /// Print the scores as JSON, in place of writing a file
    #[arg(long)]
    pub json: bool,
}

/// How chains run.
#[derive(Debug, Args)]
pub struct ChainArguments {
    /// The chains for each image, each from a start of its own
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub starts: u32,
    /// Moves of a chain that find its step size and scales and are thrown away
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub warm_up: u32,
    /// Moves of a chain that are kept
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(8..=10_000))]
    pub draws: u32,
    /// The most leapfrog steps of a move; 1 is the Langevin algorithm
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub leapfrog_steps: u32,
}

/// `aevb posterior`.
#[derive(Debug, Args)]
pub struct PosteriorArguments {
    /// The run and the file.
    #[command(flatten)]
    pub run: TrainedRun,
    /// The first so many images
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub images: u32,
    /// Which images
    #[arg(long, value_enum, default_value = "test")]
    pub part: PartArgument,
    /// A file for every draw, .npy: [images, starts, draws, latent]
    #[arg(long, value_name = "FILE")]
    pub draws_out: Option<PathBuf>,
    /// The chains.
    #[command(flatten)]
    pub chains: ChainArguments,
}

/// `aevb impute`.
#[derive(Debug, Args)]
pub struct ImputeArguments {
    /// The folder of a run on images
    pub run: PathBuf,
    /// What is done to the images, and undone
    #[arg(long, value_enum, default_value = "inpaint")]
    pub task: TaskArgument,
    /// The first so many images
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..))]
    pub images: u32,
    /// Which images
    #[arg(long, value_enum, default_value = "test")]
    pub part: PartArgument,
    /// The half that inpainting hides [default: lower]
    #[arg(long, value_enum)]
    pub hidden: Option<Side>,
    /// The standard deviation of the noise [default: 0.3 to denoise, 0.05 to upscale]
    #[arg(long, value_name = "SIGMA")]
    pub sigma: Option<f64>,
    /// How many times as many pixels a side upscaling gives [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub factor: Option<u32>,
    /// The chains.
    #[command(flatten)]
    pub chains: ChainArguments,
    /// How many images the picture shows
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub show: u32,
    /// Pixels of the picture a side for each of an image's [default: what makes it some 1000 pixels wide]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub scale: Option<u32>,
    /// The folder to make for picture and numbers [default: TASK in the run's folder]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// The device [default: that of the run's configuration]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Take the weights of a checkpoint: best, latest, or its number of steps [default: those of the end]
    #[arg(long, value_name = "CHECKPOINT")]
    pub checkpoint: Option<Which>,
    /// Print the errors as JSON
    #[arg(long)]
    pub json: bool,
}

/// What is done to images, and undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TaskArgument {
    /// A half is hidden
    Inpaint,
    /// Gaussian noise is added
    Denoise,
    /// The means of blocks are all that is seen
    Upscale,
}
