//! `aevb train` and `aevb resume`, and the configuration that they begin from.

use std::path::PathBuf;

use clap::Args;

use crate::error::Result;
use crate::experiment::Override;

/// `aevb train`.
#[derive(Debug, Args)]
pub struct TrainArguments {
    /// The configuration and what replaces its values.
    #[command(flatten)]
    pub config: ConfigArguments,
    /// Begin with the weights of a finished run of the same kind whose data were others: rows are found by the names of
    /// features, nodes or columns, and new ones are drawn
    #[arg(long, value_name = "RUN", conflicts_with = "initial_weights")]
    pub continue_from: Option<PathBuf>,
    /// Train this many times, with consecutive seeds, and report mean and standard deviation
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub repeat: u32,
    /// The folder to make for the run [default: runs/CONFIG-SEED-NUMBER]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Show no progress
    #[arg(long, short)]
    pub quiet: bool,
    /// Write event files for TensorBoard into the run's folder
    #[arg(long)]
    pub tensorboard: bool,
}

/// `aevb resume`.
#[derive(Debug, Args)]
pub struct ResumeArguments {
    /// The folder of a run, or of the runs of --repeat
    pub run: PathBuf,
    /// The device [default: that of the run's configuration]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// CPU threads; 0 is all [default: that of the run's configuration]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Replace a value that leaves the steps as they are, for example --set train.epochs=400; may be given again
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Show no progress
    #[arg(long, short)]
    pub quiet: bool,
}

/// A configuration and what replaces its values.
#[derive(Debug, Args)]
pub struct ConfigArguments {
    /// A TOML file, or the name of a built-in configuration [default: vgae-cora]
    pub config: Option<PathBuf>,
    /// The device: auto, flex, ndarray, wgpu, or wgpu:N, cuda:N or rocm:N of `aevb devices`
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// CPU threads; 0 is all
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// The seed of everything random
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// A split.json to use in place of drawing a split
    #[arg(long, value_name = "FILE")]
    pub split: Option<PathBuf>,
    /// Weights to begin with: a safetensors file or a PyTorch state dict
    #[arg(long, value_name = "FILE")]
    pub initial_weights: Option<PathBuf>,
    /// Replace a value, for example --set model.latent=8; may be given again
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl ResumeArguments {
    /// The values given on the command line.
    ///
    /// # Errors
    ///
    /// A `--set` without key or value.
    pub fn overrides(&self) -> Result<Vec<Override>> {
        let mut overrides = self.set.iter().map(|text| Override::parse(text)).collect::<Result<Vec<_>>>()?;
        overrides.extend(self.threads.map(Override::threads));
        overrides.extend(self.device.as_deref().map(Override::device));
        Ok(overrides)
    }
}

impl ConfigArguments {
    /// The values given on the command line, `--set` first and then the flags of their own.
    ///
    /// # Errors
    ///
    /// A `--set` without key or value.
    pub fn overrides(&self) -> Result<Vec<Override>> {
        let mut overrides = self.set.iter().map(|text| Override::parse(text)).collect::<Result<Vec<_>>>()?;
        overrides.extend(self.seed.map(Override::seed));
        overrides.extend(self.threads.map(Override::threads));
        overrides.extend(self.device.as_deref().map(Override::device));
        overrides.extend(self.split.as_deref().map(Override::split));
        overrides.extend(self.initial_weights.as_deref().map(Override::initial_weights));
        Ok(overrides)
    }
}
