//! `aevb report` and `aevb compare`.

use std::path::PathBuf;

use clap::Args;

use crate::train::Which;

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
    /// Names for the nodes of a graph, beside their ids: a table of ids and names, such as titles.csv:title
    #[arg(long, value_name = "FILE[:COLUMN]")]
    pub names: Option<String>,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
}

/// `aevb compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// The folders of runs, or of runs made by --repeat; those that differ in their seeds alone are a group, and the first
    /// group is what the others are compared with
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// Write a file too: the tables (.csv, .md), tables and curves as a page (.html), or the first curve alone (.svg)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print the runs' results, differing values and curves, the groups and their differences as JSON
    #[arg(long)]
    pub json: bool,
}
