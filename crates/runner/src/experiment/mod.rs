//! An experiment: everything a run needs to know, read from TOML and validated before any work begins.
//!
//! The way is `ConfigFile` (a file, or one of those built in) and `Override`s (`--set model.latent=8`) →
//! `Document` (one table that remembers where each value stood) → [`Experiment`]. A mistake is reported with
//! its file, line and column, and with what would be allowed there.

mod changes;
mod checkpoint_every;
mod config_file;
mod data;
mod document;
mod image;
mod metric;
mod model;
mod overrides;
mod read;
mod schedule;
mod training;

use serde::Serialize;

pub use changes::{Change, FREE};
pub use checkpoint_every::CheckpointEvery;
pub use config_file::{BUILT_IN, ConfigFile};
pub use data::{Data, Features, GraphData, Split};
pub use image::{
    ImageData, ImageModel, InitialWeights, IwaeObjective, Part, Portion, SgvbObjective, is_range,
};
pub use metric::Metric;
pub use model::{Encoder, Model, Objective};
pub use overrides::Override;
pub use schedule::{Constant, Cosine, Decay, Schedule};
pub use training::{Adagrad, Adam, AdamW, Optimizer, Sgd, Train, Weights};

use crate::error::{Error, Result};

/// A validated experiment. Every key of a configuration is a field here, by the same name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Experiment {
    /// The seed of every random stream, at most 2⁶³ − 1.
    pub seed: u64,
    /// Where tensors live: `auto`, `flex`, `ndarray`, `wgpu` or `wgpu:N`.
    pub device: String,
    /// CPU threads to compute on; 0 is all there are.
    pub threads: usize,
    /// What is learnt from.
    pub data: Data,
    /// What is held out for validation and test.
    pub split: Split,
    /// What is learnt.
    pub model: Model,
    /// What is minimised.
    pub objective: Objective,
    /// How it is minimised.
    pub optimizer: Optimizer,
    /// How its learning rate moves.
    pub schedule: Schedule,
    /// For how long.
    pub train: Train,
}

impl Experiment {
    /// Reads a configuration, applies the overrides in order and validates the outcome.
    ///
    /// # Errors
    ///
    /// [`Usage`](crate::error::ErrorKind::Usage), naming the file, line and column, or the argument.
    pub fn read(config: &ConfigFile, overrides: &[Override]) -> Result<Self> {
        read::experiment(config, overrides)
    }

    /// Makes sure that the files of the data are there, where more than one is not: each by itself is told by its reader.
    ///
    /// # Errors
    ///
    /// [`Usage`](crate::error::ErrorKind::Usage), all of them at once.
    pub fn require_files(&self) -> Result<()> {
        let paths = match self.data.clone() {
            Data::Graph(mut graph) => graph.paths_mut().map(|(key, path)| (key, path.clone())).collect(),
            Data::Images(mut images) => {
                images.paths_mut().map(|(key, path)| (key, path.clone())).collect::<Vec<_>>()
            }
        };
        let missing: Vec<_> = paths.into_iter().filter(|(_, path)| !path.exists()).collect();
        if missing.len() < 2 {
            return Ok(());
        }
        let told = missing.iter().map(|(key, path)| {
            Error::usage(format!("{}: there is no such file, which {key} names", path.display()))
        });
        Err(Error::of_all(told).expect("there are several"))
    }

    /// The configuration with every default written out. Reading it gives the same experiment again.
    ///
    /// The keys that may be absent are there as comments.
    pub fn to_toml(&self) -> String {
        let text = toml::to_string(self).expect("numbers, strings and tables are always TOML");
        let text = text.replacen("[train]\n", &format!("[train]\n{}", self.train.absent()), 1);
        let mut absent = String::new();
        if self.split.seed.is_none() {
            absent += "# seed: follows the top-level seed until it is set here\n";
        }
        match &self.data {
            Data::Graph(graph) => {
                if self.split.file.is_none() {
                    absent += "# file: a split.json to use in place of drawing one\n";
                }
                let edges = if graph.edges.is_none() {
                    "# edges: a file of edges to read in place of a named graph; features may then name a file too\n"
                } else if graph.labels.is_none() {
                    "# labels: a file with the class of each node\n"
                } else {
                    ""
                };
                let text = text.replacen("kind = \"graph\"\n", &format!("kind = \"graph\"\n{edges}"), 1);
                text.replacen("[split]\n", &format!("[split]\n{absent}"), 1)
            }
            Data::Images(_) => {
                // Images are split by the data set's custom. The seed is for the permutation of one without, and for
                // the pixels that held-out images are drawn with.
                let fractions =
                    format!("validation = {:?}\ntest = {:?}\n", self.split.validation, self.split.test);
                text.replacen(&fractions, &absent, 1)
            }
        }
    }

    /// What to call its runs: after the configuration, or after the model and the file where that holds the graph.
    pub fn name(&self, configuration: &str) -> String {
        match &self.data {
            Data::Graph(graph) if graph.edges.is_some() => format!("{}-{}", self.model.kind(), graph.name),
            Data::Images(images) if images.path.is_some() => format!("{}-{}", self.model.kind(), images.name),
            Data::Graph(_) | Data::Images(_) => configuration.to_owned(),
        }
    }

    /// The seed of the split: its own, or the experiment's.
    pub fn split_seed(&self) -> u64 {
        self.split.seed.unwrap_or(self.seed)
    }
}
