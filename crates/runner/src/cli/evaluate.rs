//! `aevb evaluate`.

use std::path::PathBuf;

use clap::Args;

use crate::train::Which;

/// `aevb evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// The folder of a run
    pub run: PathBuf,
    /// The device [default: that of the run's configuration]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Measure a checkpoint: best, latest, or its number of steps [default: the weights of the end]
    #[arg(long, value_name = "CHECKPOINT")]
    pub checkpoint: Option<Which>,
    /// Leave out the heuristics' rows, which on large graphs take longer than the model's
    #[arg(long)]
    pub model_only: bool,
    /// Estimate the likelihood of test images by this many samples of z each; by appendix-d as many are fitted to as well
    #[arg(long, value_name = "K", conflicts_with = "model_only", value_parser = clap::value_parser!(u32).range(2..=10_000_000))]
    pub samples: Option<u32>,
    /// Look at the first so many test images alone
    #[arg(long, value_name = "N", requires = "samples", value_parser = clap::value_parser!(u32).range(2..))]
    pub images: Option<u32>,
    /// How the likelihood is estimated
    #[arg(long, value_enum, default_value = "importance", requires = "samples")]
    pub estimator: EstimatorArgument,
    /// Print the metrics as JSON
    #[arg(long)]
    pub json: bool,
}

/// How a likelihood is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum EstimatorArgument {
    /// By weighing samples of the encoder
    Importance,
    /// By samples of the posterior, for at most 4 latent dimensions (appendix D of the AEVB paper)
    AppendixD,
}
