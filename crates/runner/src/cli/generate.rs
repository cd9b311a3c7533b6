//! What a trained auto-encoder draws: `aevb sample`, `aevb reconstruct` and `aevb interpolate`.

use std::path::PathBuf;

use clap::Args;

use crate::experiment::{Part, Portion};
use crate::train::Which;

/// A finished run on images or a table, and where its outcome goes.
#[derive(Debug, Args)]
pub struct TrainedRun {
    /// The folder of a run on images or a table
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

/// How large a picture is.
#[derive(Debug, Args)]
pub struct PictureArguments {
    /// Pixels of the picture a side for each of an image's; 1 is the images' own size [default: what makes the picture some
    /// 1000 pixels wide]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub scale: Option<u32>,
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

/// Which images of the data set, those that are trained on too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum PortionArgument {
    /// All, in the order of their file, with the part of each
    All,
    /// Those that are trained on
    Train,
    /// Those that models are chosen by
    Validation,
    /// Those that are reported on
    #[default]
    Test,
}

impl PortionArgument {
    /// The one part that is asked for, or none of all.
    pub fn portion(self) -> Option<Portion> {
        match self {
            Self::All => None,
            Self::Train => Some(Portion::Train),
            Self::Validation => Some(Portion::HeldOut(Part::Validation)),
            Self::Test => Some(Portion::HeldOut(Part::Test)),
        }
    }
}

/// `aevb sample`.
#[derive(Debug, Args)]
pub struct SampleArguments {
    /// The run and the file.
    #[command(flatten)]
    pub run: TrainedRun,
    /// The size of a picture.
    #[command(flatten)]
    pub picture: PictureArguments,
    /// How many images, 10000 at the most, or rows
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub count: u32,
    /// The seed of the draws [default: that of the run]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// What the deviations of the prior's draws are multiplied by: below 1 they are likelier and more alike
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = temperature)]
    pub temperature: f64,
    /// Write the means of p(x|z) in place of draws from it, as pictures show them; for tables
    #[arg(long)]
    pub means: bool,
}

fn temperature(text: &str) -> Result<f64, String> {
    const MOST: f64 = 1e6;
    match text.parse::<f64>() {
        Ok(factor) if (0.0..=MOST).contains(&factor) => Ok(factor),
        _ => Err(format!("a number from 0 to {MOST:e} is needed; 1 is the prior")),
    }
}

/// `aevb reconstruct`.
#[derive(Debug, Args)]
pub struct ReconstructArguments {
    /// The run and the file.
    #[command(flatten)]
    pub run: TrainedRun,
    /// The size of a picture.
    #[command(flatten)]
    pub picture: PictureArguments,
    /// The first so many images, 10000 at the most, or rows [default: 50 images, or all rows]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub count: Option<u32>,
    /// Which images or rows
    #[arg(long, value_enum, default_value = "test")]
    pub part: PartArgument,
}

/// `aevb interpolate`.
#[derive(Debug, Args)]
pub struct InterpolateArguments {
    /// The run and the file.
    #[command(flatten)]
    pub run: TrainedRun,
    /// The size of a picture.
    #[command(flatten)]
    pub picture: PictureArguments,
    /// The image or row to begin with, numbered from 0
    #[arg(long, value_name = "IMAGE", default_value_t = 0)]
    pub from: u32,
    /// The image or row to end with
    #[arg(long, value_name = "IMAGE", default_value_t = 1)]
    pub to: u32,
    /// How many images or rows, both ends included
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub steps: u32,
    /// Which images
    #[arg(long, value_enum, default_value = "test")]
    pub part: PartArgument,
}
