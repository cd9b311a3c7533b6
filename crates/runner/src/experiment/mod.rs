//! An experiment: everything a run needs to know, read from TOML and validated before any work begins.
//!
//! The way is `ConfigFile` (a file, or one of those built in) and `Override`s (`--set model.latent=8`) →
//! `Document` (one table that remembers where each value stood) → [`Experiment`]. A mistake is reported with
//! its file, line and column, and with what would be allowed there.

mod absent_keys;
mod autoencoder;
mod changes;
mod checkpoint_every;
mod config_file;
mod covariates;
mod decoder;
mod document;
mod epoch_pairs;
mod evaluate;
mod examples;
mod graph;
mod graph_encoder;
mod image;
mod metric;
mod neighbours;
mod overrides;
mod pairs;
mod part;
mod read;
mod schedule;
mod sections;
mod sound;
mod table;
mod task;
mod training;

pub use autoencoder::{IwaeObjective, Networks, SgvbObjective, WeightDistribution};
pub use changes::{Change, FREE};
pub use checkpoint_every::CheckpointEvery;
pub use config_file::{BUILT_IN, ConfigFile};
pub use covariates::{Covariate, CovariateWeights, Covariates};
pub use decoder::GraphDecoder;
pub use evaluate::Evaluate;
pub use examples::{ExampleData, SplitSeed};
pub use graph::{Features, GraphData, GraphSplit};
pub use graph_encoder::GraphEncoder;
pub use image::{ImageData, is_range};
pub use metric::Metric;
pub use overrides::Override;
pub use pairs::{Asked, Block, BlockEdges, PairSum, Pairs};
pub use part::{Part, Portion};
pub use schedule::{Constant, Cosine, Decay, Schedule};
pub use table::TableData;
pub use task::{Autoencoder, GaeObjective, GraphAutoencoder, Task, VaeObjective, VgaeObjective};
pub use training::{Adagrad, Adam, AdamW, Optimizer, Sgd, Train, Weights};

use crate::error::{Error, Result};

/// A validated experiment. Every key of a configuration is a field in here, by the same name; the sections `[data]`, `[split]`,
/// `[model]` and `[objective]` are those of the [`Task`].
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// The seed of every random stream, at most 2⁶³ − 1.
    pub seed: u64,
    /// Where tensors live: `auto`, `flex`, `ndarray`, `wgpu` or `wgpu:N`.
    pub device: String,
    /// CPU threads to compute on; 0 is all there are.
    pub threads: usize,
    /// What is learnt, from what, and what is minimised.
    pub task: Task,
    /// How it is minimised.
    pub optimizer: Optimizer,
    /// How its learning rate moves.
    pub schedule: Schedule,
    /// For how long.
    pub train: Train,
    /// What it is measured on.
    pub evaluate: Evaluate,
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
        let mut task = self.task.clone();
        let is_of_data = |key: &str| key.starts_with("data.");
        let paths = task.paths_mut().into_iter();
        let missing: Vec<_> = paths.filter(|(key, path)| is_of_data(key) && !path.exists()).collect();
        if missing.len() < 2 {
            return Ok(());
        }
        let told = missing.iter().map(|(key, path)| {
            Error::usage(format!("{}: there is no such file, which {key} names", path.display()))
        });
        Err(Error::of_all(told).expect("there are several"))
    }

    /// The same experiment with what it leaves open chosen as for another run of it.
    #[must_use]
    pub fn with_inputs_of(mut self, other: &Self) -> Self {
        if let (Task::Graph { data, model, .. }, Task::Graph { data: of, model: chosen, .. }) =
            (&mut self.task, &other.task)
            && model.encoder().choose_inputs
        {
            data.features = of.features.clone();
            let chosen = chosen.encoder();
            let encoder = model.encoder_mut();
            encoder.encoder = chosen.encoder.clone();
            encoder.choose_inputs = chosen.choose_inputs;
            encoder.dropout = chosen.dropout;
            encoder.latent_dropout = chosen.latent_dropout;
        }
        self
    }

    /// The configuration with every default written out. Reading it gives the same experiment again.
    ///
    /// The keys that may be absent are there as comments.
    pub fn to_toml(&self) -> String {
        let text = toml::to_string(self).expect("numbers, strings and tables are always TOML");
        let text = text.replacen("[train]\n", &format!("[train]\n{}", self.train.absent()), 1);
        let text = text.replacen("[evaluate]\n", &format!("[evaluate]\n{}", self.evaluate.absent()), 1);
        let mut absent = String::new();
        if self.task.split_seed().is_none() {
            absent += "# seed: follows the top-level seed until it is set here\n";
        }
        let text = match &self.task {
            Task::Graph { data, split, .. } => {
                if split.file.is_none() {
                    absent += "# file: a split.json to use in place of drawing one\n";
                }
                let edges = if data.edges.is_none() {
                    "# edges: a file of edges to read in place of a named graph; features may then name a file too\n"
                } else if data.labels.is_none() {
                    "# labels: a file with the class of each node\n"
                } else {
                    ""
                };
                let text = text.replacen("kind = \"graph\"\n", &format!("kind = \"graph\"\n{edges}"), 1);
                absent_keys::of_graph(&text)
            }
            Task::Images { .. } | Task::Table { .. } => text,
        };
        text.replacen("[split]\n", &format!("[split]\n{absent}"), 1)
    }

    /// What to call its runs: after the configuration, or after the model and the file where that holds the graph.
    pub fn name(&self, configuration: &str) -> String {
        let data = match &self.task {
            Task::Graph { data, .. } => data.edges.as_ref().map(|_| data.name.clone()),
            Task::Images { data, .. } => data.path.as_ref().map(|_| data.name.clone()),
            Task::Table { data, .. } => Some(data.name()),
        };
        data.map_or_else(|| configuration.to_owned(), |data| format!("{}-{data}", self.task.model_kind()))
    }

    /// The seed of the split: its own, or the experiment's.
    pub fn split_seed(&self) -> u64 {
        self.task.split_seed().unwrap_or(self.seed)
    }
}
