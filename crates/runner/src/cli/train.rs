//! `aevb train` and `aevb resume`, and the configuration that they begin from.

use std::path::PathBuf;

use clap::Args;

use super::thread_count;
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
    /// The folder to make for the run [default: runs/MODEL-DATA-SEED-NUMBER, or runs/CONFIG-SEED-NUMBER]
    #[arg(long, value_name = "FOLDER", group = "place")]
    pub out: Option<PathBuf>,
    /// The name of the run: its folder is runs/NAME
    #[arg(long, value_name = "NAME", group = "place")]
    pub name: Option<String>,
    /// Move a run of this name or folder out of the way: it is kept beside, its name ending in .old
    #[arg(long, requires = "place")]
    pub force: bool,
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
    #[arg(long, value_name = "N", value_parser = thread_count())]
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

/// A configuration, or data to choose one for, and what replaces its values.
#[derive(Debug, Default, Args)]
pub struct ConfigArguments {
    /// Data of your own (edges, a table, a folder of pictures, an array), a TOML file, or the name of a built-in
    /// configuration, as `aevb config list` prints them [default: vgae-cora]
    #[arg(value_name = "DATA|CONFIG")]
    pub config: Option<PathBuf>,
    /// Data of your own, by what they are.
    #[command(flatten)]
    pub own: OwnArguments,
    /// The device: auto, flex, ndarray, wgpu, or wgpu:N, cuda:N or rocm:N of `aevb devices`
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// CPU threads; 0 is all
    #[arg(long, value_name = "N", value_parser = thread_count())]
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

/// Data of the user's own, by what they are.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Data of your own")]
pub struct OwnArguments {
    /// A file of edges: learn a graph
    #[arg(long, value_name = "FILE", conflicts_with_all = ["table", "images"])]
    pub edges: Option<PathBuf>,
    /// A file with the features of its nodes, or `none`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["table", "images"])]
    pub features: Option<PathBuf>,
    /// A file with the class of each node, image or row; none is learnt from
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// Edges are from the first end to the second, and are learnt, ranked and listed so
    #[arg(long, conflicts_with_all = ["table", "images", "bipartite"])]
    pub directed: bool,
    /// Edges join nodes of two kinds, those of the first column and those of the second: pairs of one kind are none
    #[arg(long, conflicts_with_all = ["table", "images"])]
    pub bipartite: bool,
    /// A file of rows of numbers: learn a table
    #[arg(long, value_name = "FILE", conflicts_with = "images")]
    pub table: Option<PathBuf>,
    /// A folder of pictures, or a file of images
    #[arg(long, value_name = "FILE|FOLDER")]
    pub images: Option<PathBuf>,
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
