//! The command line.

mod images;
mod inference;
mod reading;
mod reproduce;

use std::path::PathBuf;

use aevb_data::graph::Standardize;
use clap::{Args, Parser, Subcommand};

use crate::error::Result;
use crate::experiment::{Override, Part};
use crate::latents::LatentFormat;
use crate::train::Which;
pub use images::ImageReadingArguments;
pub use inference::{ChainArguments, ImputeArguments, PosteriorArguments, ScoreArguments, TaskArgument};
pub use reading::{ReadingArguments, TableArguments};
pub use reproduce::{
    ReproduceAevbArguments, ReproduceCommand, ReproduceIwaeArguments, ReproduceVgaeArguments,
};

/// Auto-Encoding Variational Bayes and Variational Graph Auto-Encoders.
#[derive(Debug, Parser)]
#[command(name = "aevb", version = crate::features::version(), max_term_width = 100, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// The folder of the data sets, as `aevb data fetch` lays it out [default: AEVB_DATA, else datasets]
    #[arg(long, value_name = "FOLDER", global = true)]
    pub data_dir: Option<PathBuf>,
    /// In CSV and TSV, put an apostrophe before names that a spreadsheet would take for a formula
    #[arg(long, global = true)]
    pub safe_csv: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a model and report its test metrics
    Train(TrainArguments),
    /// Go on with a run that was interrupted or cut short, or train a finished one for longer
    Resume(ResumeArguments),
    /// Measure a trained model again
    Evaluate(EvaluateArguments),
    /// Draw images from the prior of a trained VAE, as a PNG
    Sample(SampleArguments),
    /// Show images over their reconstructions, as a PNG
    Reconstruct(ReconstructArguments),
    /// Show the way through the latent space between two images, as a PNG
    Interpolate(InterpolateArguments),
    /// Write the latent vectors of nodes or images, as .npy, CSV or TSV
    Embed(EmbedArguments),
    /// Write how likely each image is, as CSV or .npy
    Score(ScoreArguments),
    /// Sample the posterior of latent vectors beyond the encoder, as CSV
    Posterior(PosteriorArguments),
    /// Sample what is missing from images: hidden halves, noise, resolution
    Impute(ImputeArguments),
    /// Find the pairs of nodes that are most likely linked
    Links(LinksArguments),
    /// Write a run's weights, encoder, decoder or latent vectors for other programs
    Export(ExportArguments),
    /// Make a page to look at a run and to play with its model, with figures beside it
    Report(ReportArguments),
    /// Set runs beside each other: a table, and their curves
    Compare(CompareArguments),
    /// Make a paper's results again
    #[command(subcommand)]
    Reproduce(ReproduceCommand),
    /// List the devices that can be trained on
    Devices(DevicesArguments),
    /// Measure how fast the kernels are on a device
    Bench(BenchArguments),
    /// Show or check a configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// List, inspect or fetch data sets
    #[command(subcommand)]
    Data(DataCommand),
}

/// `aevb train`.
#[derive(Debug, Args)]
pub struct TrainArguments {
    /// The configuration and what replaces its values.
    #[command(flatten)]
    pub config: ConfigArguments,
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

/// A finished run on images, and where its outcome goes.
#[derive(Debug, Args)]
pub struct TrainedRun {
    /// The folder of a run on images
    pub run: PathBuf,
    /// The file to write [default: one in the run's folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The device [default: that of the run's configuration]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Take the weights of a checkpoint: best, latest, or its number of steps [default: those of the end]
    #[arg(long, value_name = "CHECKPOINT")]
    pub checkpoint: Option<Which>,
}

/// Which images of the data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PartArgument {
    /// Those that models are chosen by
    Validation,
    /// Those that are reported on
    Test,
}

impl From<PartArgument> for Part {
    fn from(part: PartArgument) -> Self {
        match part {
            PartArgument::Validation => Self::Validation,
            PartArgument::Test => Self::Test,
        }
    }
}

/// `aevb sample`.
#[derive(Debug, Args)]
pub struct SampleArguments {
    /// The run and the file.
    #[command(flatten)]
    pub run: TrainedRun,
    /// How many images
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub count: u32,
    /// The seed of the draws [default: that of the run]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// `aevb reconstruct`.
#[derive(Debug, Args)]
pub struct ReconstructArguments {
    /// The run and the file.
    #[command(flatten)]
    pub run: TrainedRun,
    /// How many images
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub count: u32,
    /// Which images
    #[arg(long, value_enum, default_value = "test")]
    pub part: PartArgument,
}

/// `aevb interpolate`.
#[derive(Debug, Args)]
pub struct InterpolateArguments {
    /// The run and the file.
    #[command(flatten)]
    pub run: TrainedRun,
    /// The image to begin with, numbered from 0
    #[arg(long, value_name = "IMAGE", default_value_t = 0)]
    pub from: u32,
    /// The image to end with
    #[arg(long, value_name = "IMAGE", default_value_t = 1)]
    pub to: u32,
    /// How many images, both ends included
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub steps: u32,
    /// Which images
    #[arg(long, value_enum, default_value = "test")]
    pub part: PartArgument,
}

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

/// A value by the name that configurations have for it.
fn named<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, serde::de::value::Error> {
    T::deserialize(serde::de::IntoDeserializer::into_deserializer(name))
}

/// `aevb links`.
#[derive(Debug, Args)]
pub struct LinksArguments {
    /// The folder of a run on a graph
    pub run: PathBuf,
    /// How many links; with --for, how many of each node
    #[arg(long, value_name = "K", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub top: u32,
    /// Only links of this node, or of the nodes that a file names, one a line
    #[arg(long = "for", value_name = "NODE|FILE")]
    pub nodes: Option<String>,
    /// Leave out the edges that the graph has
    #[arg(long)]
    pub exclude_known: bool,
    /// Score the pairs of a file, in its order, in place of looking for the best
    #[arg(long, value_name = "FILE", conflicts_with_all = ["top", "nodes", "exclude_known"])]
    pub pairs: Option<PathBuf>,
    /// Let messages pass along the held-out edges too
    #[arg(long)]
    pub all_edges: bool,
    /// The file to write, .csv or .tsv [default: CSV to stdout]
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub out: Option<PathBuf>,
    /// The device [default: that of the run's configuration]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Take the weights of a checkpoint: best, latest, or its number of steps [default: those of the end]
    #[arg(long, value_name = "CHECKPOINT")]
    pub checkpoint: Option<Which>,
    /// Print the links as JSON
    #[arg(long)]
    pub json: bool,
}

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
    pub part: Option<PartArgument>,
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

/// `aevb report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The folder of a run
    pub run: PathBuf,
    /// The folder to write index.html and the figures into, over those of an earlier report [default: RUN/report]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// The device [default: that of the run's configuration]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Take the weights of a checkpoint: best, latest, or its number of steps [default: those of the end, else the latest]
    #[arg(long, value_name = "CHECKPOINT")]
    pub checkpoint: Option<Which>,
}

/// `aevb compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// The folders of runs, or of runs made by --repeat
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// Write the curves too: the table and all curves as a page (.html), or the first curve alone (.svg)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print the runs' results, differing values and curves as JSON
    #[arg(long)]
    pub json: bool,
}

/// `aevb devices`.
#[derive(Debug, Args)]
pub struct DevicesArguments {
    /// Run every kernel on each device and compare with plain arithmetic
    #[arg(long)]
    pub check: bool,
    /// Look at this device alone
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Print the devices as JSON
    #[arg(long)]
    pub json: bool,
}

/// `aevb bench`.
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// What to measure [default: spmm and pairwise]
    #[arg(value_enum)]
    pub kernels: Vec<BenchKernel>,
    /// The device: auto, flex, ndarray, wgpu, or wgpu:N, cuda:N or rocm:N of `aevb devices`
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// CPU threads; 0 is all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1024))]
    pub threads: u32,
    /// The nodes of the random graph
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub nodes: u32,
    /// The edges drawn for it [default: ten a node]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    pub edges: Option<u32>,
    /// The columns of the matrix that spmm multiplies
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub features: u32,
    /// The dimensions of the latent space, or several of them: 16,64,128
    #[arg(long, value_name = "N", default_value = "16", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub latent: Vec<u32>,
    /// Repeat what takes seconds a time for no longer than this
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=3600))]
    pub seconds: u32,
    /// Print one line of JSON for each measurement
    #[arg(long)]
    pub json: bool,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum BenchKernel {
    /// The sparse product A x, and with it Aᵀ y, on a power-law graph
    Spmm,
    /// The likelihood's sum over all pairs, with its gradient
    Pairwise,
    /// A whole training step of the VGAE without features, on a power-law graph
    Step,
    /// A whole training step of the VAE of MNIST's size, 784-500-latent, on a batch of 100
    Vae,
}

/// `aevb config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the configuration with every default written out
    Show(ConfigArguments),
    /// Say whether the configuration is valid
    Check(ConfigArguments),
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DataKind {
    /// Edges
    Graph,
    /// Images
    Images,
    /// Rows of numbers
    Table,
}

/// `aevb data`.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// List the data sets by name
    List {
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
    },
    /// Read data and print what they hold, and what training would do with them
    Inspect {
        /// The name of a data set, as `aevb data list` shows it, or a file of edges
        #[arg(value_name = "NAME|FILE")]
        data: String,
        /// A file with the features of the nodes
        #[arg(long, value_name = "FILE")]
        features: Option<PathBuf>,
        /// A file with the class of each node
        #[arg(long, value_name = "FILE")]
        labels: Option<PathBuf>,
        /// What a file holds [default: a folder and an array of three dimensions or more hold images, another file edges]
        #[arg(long, value_enum)]
        kind: Option<DataKind>,
        /// The column of a table that names its rows
        #[arg(long, value_name = "COLUMN")]
        id: Option<String>,
        /// How to read a table
        #[command(flatten)]
        table: TableArguments,
        /// How to read a graph's files
        #[command(flatten)]
        reading: Box<ReadingArguments>,
        /// Whether features are brought to one scale: auto, always or never
        #[arg(long, value_name = "WHEN", value_parser = named::<Standardize>)]
        standardize: Option<Standardize>,
        /// How to read images
        #[command(flatten)]
        images: ImageReadingArguments,
        /// Print what is found as JSON
        #[arg(long)]
        json: bool,
    },
    /// Download a data set and check it
    Fetch {
        /// The name of a data set, as `aevb data list` shows it
        name: String,
    },
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_of_their_own_win_over_set() {
        let arguments = Arguments::parse_from(["aevb", "config", "show", "--seed", "3", "--set", "seed=4"]);
        let Command::Config(ConfigCommand::Show(config)) = arguments.command else { panic!("config show") };
        assert_eq!(config.overrides().expect("well formed").last(), Some(&Override::seed(3)));
    }
}
