//! `aevb config` and `aevb data`.

use std::path::PathBuf;

use aevb_data::graph::Standardize;
use clap::Subcommand;

use super::{ConfigArguments, ImageReadingArguments, ReadingArguments, TableArguments, named};

/// `aevb config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the configuration with every default written out
    Show(ConfigArguments),
    /// Say whether the configuration is valid
    Check {
        /// The configuration and what replaces its values.
        #[command(flatten)]
        config: ConfigArguments,
        /// Read the data too, and do all that training does before its first step
        #[arg(long)]
        data: bool,
    },
    /// List the built-in configurations, with what each learns
    List {
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
    },
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
