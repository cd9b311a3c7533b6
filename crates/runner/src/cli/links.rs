//! `aevb links`.

use std::path::PathBuf;

use clap::Args;

use crate::links::{By, Candidates, Probabilities};
use crate::train::Which;

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
    /// What ranks the links [default: auto on a graph of one's own, model on a named one]
    #[arg(long, value_name = "RANKING")]
    pub by: Option<By>,
    /// The pairs that the model scores
    #[arg(long, value_enum, default_value = "all", value_name = "PAIRS", conflicts_with_all = ["nodes", "pairs", "calibration"])]
    pub candidates: Candidates,
    /// Leave out the edges that the graph has
    #[arg(long)]
    pub exclude_known: bool,
    /// Leave out the edges that the model was trained on; held-out ones may be found again
    #[arg(long, conflicts_with = "exclude_known")]
    pub exclude_training: bool,
    /// Go down the ranking without any node in more than N of the links
    #[arg(long, value_name = "N", conflicts_with = "nodes", value_parser = clap::value_parser!(u32).range(1..))]
    pub most_per_node: Option<u32>,
    /// Score the pairs of a file, in its order, in place of looking for the best
    #[arg(long, value_name = "FILE", conflicts_with_all = ["top", "nodes", "exclude_known", "exclude_training", "most_per_node"])]
    pub pairs: Option<PathBuf>,
    /// Columns of names: a table of the nodes' ids and names, and which of its columns has the names
    #[arg(long, value_name = "FILE[:COLUMN]")]
    pub names: Option<String>,
    /// Whether to say how likely each link is, which takes a count of all pairs that are scored
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN", conflicts_with_all = ["calibration", "all_edges"])]
    pub probabilities: Probabilities,
    /// Say how right the probabilities are: of the best pairs without a training edge, as many as edges were held out, the
    /// share that is among these beside the mean probability
    #[arg(long, conflicts_with_all = ["top", "nodes", "exclude_known", "exclude_training", "most_per_node", "pairs", "names", "all_edges", "out"])]
    pub calibration: bool,
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
