//! `aevb devices` and `aevb bench`.

use clap::Args;

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
    /// The likelihood's sum over all pairs, with its gradient; on a CPU beside a matrix product
    Pairwise,
    /// The same sum of 256 rows with all nodes, with both gradients
    Rows,
    /// A whole training step of the VGAE without features, on a power-law graph
    Step,
    /// A whole training step of the VAE of MNIST's size, 784-500-latent, on a batch of 100
    Vae,
}
