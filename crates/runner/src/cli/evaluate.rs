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
    /// The heuristics beside a model of a graph [default: those of such a graph but
    /// personalised-pagerank, which takes long]
    #[arg(long, value_enum, value_name = "LIST", value_delimiter = ',', conflicts_with_all = ["model_only", "samples"])]
    pub heuristics: Vec<HeuristicArgument>,
    /// The same as --heuristics none
    #[arg(long)]
    pub model_only: bool,
    /// Rank a sample of N of the test edges of a graph, or all if there are no more [default: evaluate.queries of the run's
    /// configuration; without it all, or a sample of 10000 where all would take long]
    #[arg(long, value_name = "N", conflicts_with = "samples", value_parser = clap::value_parser!(u32).range(1..))]
    pub queries: Option<u32>,
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

/// A row beside the model's, or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum HeuristicArgument {
    /// The neighbours in common
    CommonNeighbours,
    /// Those of few neighbours count more
    AdamicAdar,
    /// Those of few neighbours count much more
    ResourceAllocation,
    /// Paths of three edges, of a bipartite graph
    ThreePaths,
    /// Those through nodes of few neighbours count more
    L3,
    /// Those through nodes of few neighbours count much more
    ThreeStepAllocation,
    /// Where random walks end; takes long on large graphs
    PersonalisedPagerank,
    /// The product of degrees
    PreferentialAttachment,
    /// Chance
    Random,
    /// All of these
    All,
    /// None of them
    None,
}

/// How a likelihood is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum EstimatorArgument {
    /// By weighing samples of the encoder
    Importance,
    /// By samples of the posterior, for at most 4 latent dimensions (appendix D of the AEVB paper)
    AppendixD,
}
