//! `aevb export`.

use std::path::PathBuf;

use clap::Args;

use super::PortionArgument;
use crate::train::Which;

/// `aevb export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The folder of a run
    pub run: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value = "weights")]
    pub what: ExportContent,
    /// How to write it
    #[arg(long, value_enum, default_value = "safetensors")]
    pub format: ExportFormat,
    /// The file to write [default: one in the run's folder, such as encoder.onnx]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Whose latent vectors, of a run on images [default: test]
    #[arg(long, value_enum)]
    pub part: Option<PortionArgument>,
    /// The device that computes latent vectors [default: that of the run's configuration]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Take the weights of a checkpoint: best, latest, or its number of steps [default: those of the end]
    #[arg(long, value_name = "CHECKPOINT")]
    pub checkpoint: Option<Which>,
}

/// What of a run is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportContent {
    /// Everything that was learnt
    Weights,
    /// From the data to the latent space
    Encoder,
    /// From the latent space to the data
    Decoder,
    /// The means and log-variances of the latent vectors, with ids or labels
    Latents,
}

/// The format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// Named arrays, as Hugging Face's libraries read them
    Safetensors,
    /// Named arrays, as NumPy reads them
    Npz,
    /// The computation itself, of an encoder or a decoder (opset 18)
    Onnx,
}
