//! `aevb reproduce`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::thread_count;

/// `aevb reproduce`.
#[derive(Debug, Subcommand)]
pub enum ReproduceCommand {
    /// Table 1 of Kipf & Welling 2016, with baselines: link prediction on Cora, Citeseer and Pubmed
    Vgae(ReproduceVgaeArguments),
    /// Figure 2 of Kingma & Welling 2013, and today's runs: bounds on MNIST and Frey Face
    Aevb(ReproduceAevbArguments),
    /// Burda, Grosse & Salakhutdinov 2015: importance-weighted bounds on MNIST, with paired likelihoods
    Iwae(ReproduceIwaeArguments),
    /// Links of five graphs by what is learnt and by heuristics, on two kinds of splits: a table of means over splits
    Links(ReproduceLinksArguments),
    /// Large graphs by every way to draw a step's pairs: test AUC and MRR against seconds, and a picture of them
    Scale(ReproduceScaleArguments),
}

/// `aevb reproduce vgae`.
#[derive(Debug, Args)]
pub struct ReproduceVgaeArguments {
    /// Splits and seeds for each row
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub repeat: u32,
    /// Only these data sets: cora, citeseer, pubmed
    #[arg(long, value_name = "SET", value_delimiter = ',')]
    pub only: Vec<String>,
    /// In place of the paper's rows those of other encoders and decoders, on the same splits
    #[arg(long)]
    pub variants: bool,
    /// The device: auto, flex, ndarray, wgpu, or wgpu:N of `aevb devices`
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// CPU threads; 0 is all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = thread_count())]
    pub threads: usize,
    /// The folder to make for the runs [default: runs/reproduce-vgae-NUMBER]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Print the table as JSON
    #[arg(long)]
    pub json: bool,
}

/// `aevb reproduce aevb`.
#[derive(Debug, Args)]
pub struct ReproduceAevbArguments {
    /// Only these runs, or groups of them, such as adam, adagrad, frey-10 or figure-2-mnist
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,
    /// End every run after so many epochs, to see that everything works
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,
    /// The device: auto, flex, ndarray, wgpu, or wgpu:N of `aevb devices`
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// CPU threads; 0 is all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = thread_count())]
    pub threads: usize,
    /// The folder of the runs, the table and the curves; runs that it has finished are not run again
    #[arg(long, value_name = "FOLDER", default_value = "runs/reproduce-aevb")]
    pub out: PathBuf,
    /// Print the table as JSON
    #[arg(long)]
    pub json: bool,
}

/// `aevb reproduce iwae`.
#[derive(Debug, Args)]
pub struct ReproduceIwaeArguments {
    /// Only these runs: vae, 5, 50
    #[arg(long, value_name = "RUN", value_delimiter = ',')]
    pub only: Vec<String>,
    /// The samples of z that the likelihood of an image is estimated by
    #[arg(long, value_name = "K", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(2..=10_000_000))]
    pub samples: u32,
    /// The first so many test images
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(2..))]
    pub images: u32,
    /// End every run after so many epochs, to see that everything works
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,
    /// The device: auto, flex, ndarray, wgpu, or wgpu:N of `aevb devices`
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// CPU threads; 0 is all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = thread_count())]
    pub threads: usize,
    /// The folder of the runs and the table; runs that it has finished are not run again
    #[arg(long, value_name = "FOLDER", default_value = "runs/reproduce-iwae")]
    pub out: PathBuf,
    /// Print the table as JSON
    #[arg(long)]
    pub json: bool,
}

/// `aevb reproduce links`.
#[derive(Debug, Args)]
pub struct ReproduceLinksArguments {
    /// Only these runs, or groups of them, such as cora, pubmed-70 or citeseer-85-links
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Splits and seeds of each graph at most [default: 10, and 3 of ca-AstroPh and email-Enron]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub splits: Option<u32>,
    /// The seed of the first split and run; the others follow it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64 - 10_000))]
    pub seed: u64,
    /// End every run after so many epochs, to see that everything works
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,
    /// The device: auto, flex, ndarray, wgpu, or wgpu:N of `aevb devices`
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// CPU threads; 0 is all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = thread_count())]
    pub threads: usize,
    /// The folder of the runs and the table; runs that it has finished are not run again
    #[arg(long, value_name = "FOLDER", default_value = "runs/reproduce-links")]
    pub out: PathBuf,
    /// Print the table as JSON
    #[arg(long)]
    pub json: bool,
}

/// `aevb reproduce scale`.
#[derive(Debug, Args)]
pub struct ReproduceScaleArguments {
    /// Only these runs, or groups of them, such as pubmed, ca-astroph-sampled or cnr-2000-blocks-2
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Also the runs that are left out unasked, with a note: exact steps on cnr-2000 take an hour or more
    #[arg(long)]
    pub long: bool,
    /// The seed of every run and of its split
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: u64,
    /// End every run after so many epochs, to see that everything works
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,
    /// The device: auto, flex, ndarray, wgpu, or wgpu:N of `aevb devices`
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// CPU threads; 0 is all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = thread_count())]
    pub threads: usize,
    /// The folder of the runs, the table and the picture; runs that it has finished are not run again
    #[arg(long, value_name = "FOLDER", default_value = "runs/reproduce-scale")]
    pub out: PathBuf,
    /// Print the table as JSON
    #[arg(long)]
    pub json: bool,
}
