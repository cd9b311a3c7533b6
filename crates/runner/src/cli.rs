//! The command line.

mod data;
mod devices;
mod embed;
mod evaluate;
mod export;
mod generate;
mod images;
mod inference;
mod links;
mod reading;
mod report;
mod reproduce;
mod train;

use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Parser, Subcommand};

pub use data::{ConfigCommand, DataCommand, DataKind};
pub use devices::{BenchArguments, BenchKernel, DevicesArguments};
pub use embed::EmbedArguments;
pub use evaluate::{EstimatorArgument, EvaluateArguments, HeuristicArgument};
pub use export::{ExportArguments, ExportContent, ExportFormat};
pub use generate::{
    InterpolateArguments, PartArgument, PictureArguments, PortionArgument, ReconstructArguments,
    SampleArguments, TrainedRun,
};
pub use images::ImageReadingArguments;
pub use inference::{ChainArguments, ImputeArguments, PosteriorArguments, ScoreArguments, TaskArgument};
pub use links::LinksArguments;
pub use reading::{ReadingArguments, TableArguments};
pub use report::{CompareArguments, ReportArguments};
pub use reproduce::{
    ReproduceAevbArguments, ReproduceCommand, ReproduceIwaeArguments, ReproduceLinksArguments,
    ReproduceScaleArguments, ReproduceVgaeArguments,
};
pub use train::{ConfigArguments, OwnArguments, ResumeArguments, TrainArguments};

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
    /// Draw images, as a PNG, or rows of a table, as CSV or TSV, from a trained VAE
    Sample(SampleArguments),
    /// Show images over their reconstructions, as a PNG, or rows beside theirs, as CSV or TSV
    Reconstruct(ReconstructArguments),
    /// Show the way through the latent space between two images, as a PNG, or rows, as CSV or TSV
    Interpolate(InterpolateArguments),
    /// Write the latent vectors of nodes or images, as .npy, CSV or TSV
    Embed(EmbedArguments),
    /// Write how likely each image or row is, as CSV, .npy or JSON
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

/// A value by the name that configurations have for it.
fn named<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, serde::de::value::Error> {
    T::deserialize(serde::de::IntoDeserializer::into_deserializer(name))
}

/// More threads than a machine has are refused before any is started.
fn thread_count() -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u16).range(0..=1024).map(usize::from)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::experiment::Override;

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
