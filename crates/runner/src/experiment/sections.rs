//! The sections of a configuration file as they stand there, each by itself. A [`Task`] is what of them goes together.

use serde::{Serialize, Serializer};

use super::autoencoder::{IwaeObjective, Networks, SgvbObjective};
use super::examples::SplitSeed;
use super::graph::{GraphData, GraphSplit};
use super::graph_encoder::GraphEncoder;
use super::image::ImageData;
use super::pairs::PairKeys;
use super::read::{Invalid, Kinds, Table};
use super::table::TableData;
use super::task::{Autoencoder, GaeObjective, GraphAutoencoder, VaeObjective, VgaeObjective};
use super::{Evaluate, Experiment, Optimizer, Schedule, Task, Train};

/// `[data]`, by kind.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Data {
    Graph(GraphData),
    Images(ImageData),
    Table(TableData),
}

/// `[data]` with the `[split]` that goes with its kind.
pub(super) enum DataAndSplit {
    Graph(GraphData, GraphSplit),
    Images(ImageData, SplitSeed),
    Table(TableData, SplitSeed),
}

/// `[model]`, by kind.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Model {
    Vgae(GraphEncoder),
    Gae(GraphEncoder),
    Vae(Networks),
    Ae(Networks),
}

/// `[objective]`, by kind.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Objective {
    Kipf(PairKeys),
    Elbo(PairKeys),
    Nll(PairKeys),
    Sgvb(SgvbObjective),
    Iwae(IwaeObjective),
}

impl Kinds for Data {
    const KINDS: &'static [&'static str] = &["graph", "images", "table"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        match kind {
            "images" => table.read().map(Self::Images),
            "table" => table.read().map(Self::Table),
            _ => table.read().map(Self::Graph),
        }
    }
}

impl Kinds for Model {
    const KINDS: &'static [&'static str] = &["vgae", "gae", "vae", "ae"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        match kind {
            "gae" => graph_encoder(table).map(Self::Gae),
            "vae" => table.read().map(Networks::of_vae).map(Self::Vae),
            "ae" => table.read().map(Self::Ae),
            _ => graph_encoder(table).map(GraphEncoder::without_default_prior).map(Self::Vgae),
        }
    }
}

fn graph_encoder(table: Table<'_>) -> Result<GraphEncoder, toml::de::Error> {
    let says_hidden = table.has("hidden");
    table.read().map(|encoder: GraphEncoder| encoder.with_usual_layers(says_hidden))
}

impl Kinds for Objective {
    const KINDS: &'static [&'static str] = &["kipf", "elbo", "nll", "sgvb", "iwae"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        match kind {
            "elbo" => table.read().map(Self::Elbo),
            "nll" => table.read().map(Self::Nll),
            "sgvb" => table.read().map(Self::Sgvb),
            "iwae" => table.read().map(Self::Iwae),
            _ => table.read().map(Self::Kipf),
        }
    }
}

impl DataAndSplit {
    pub(super) fn check_split(&self) -> Result<(), Invalid> {
        match self {
            Self::Graph(_, split) => split.check(),
            Self::Images(_, split) | Self::Table(_, split) => split.check(),
        }
    }
}

impl Model {
    /// Its name in configurations.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Vgae(_) => "vgae",
            Self::Gae(_) => "gae",
            Self::Vae(_) => "vae",
            Self::Ae(_) => "ae",
        }
    }
}

impl From<&Task> for Model {
    fn from(task: &Task) -> Self {
        match task {
            Task::Graph { model: GraphAutoencoder::Vgae { encoder, .. }, .. } => Self::Vgae(encoder.clone()),
            Task::Graph { model: GraphAutoencoder::Gae { encoder, .. }, .. } => Self::Gae(encoder.clone()),
            Task::Images { model, .. } | Task::Table { model, .. } => match model {
                Autoencoder::Vae { networks, .. } => Self::Vae(networks.clone()),
                Autoencoder::Ae { networks } => Self::Ae(networks.clone()),
            },
        }
    }
}

impl From<&Task> for Objective {
    fn from(task: &Task) -> Self {
        match task {
            Task::Graph { model: GraphAutoencoder::Vgae { objective, pairs, .. }, .. } => match objective {
                VgaeObjective::Kipf => Self::Kipf((*pairs).into()),
                VgaeObjective::Elbo => Self::Elbo((*pairs).into()),
            },
            Task::Graph { model: GraphAutoencoder::Gae { objective, pairs, .. }, .. } => match objective {
                GaeObjective::Kipf => Self::Kipf((*pairs).into()),
                GaeObjective::Nll => Self::Nll((*pairs).into()),
            },
            Task::Images { model, .. } | Task::Table { model, .. } => match model {
                Autoencoder::Vae { objective: VaeObjective::Sgvb(sgvb), .. } => Self::Sgvb(*sgvb),
                Autoencoder::Vae { objective: VaeObjective::Iwae(iwae), .. } => Self::Iwae(*iwae),
                Autoencoder::Ae { .. } => Self::Nll(PairKeys::default()),
            },
        }
    }
}

impl Serialize for Experiment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Split<'a> {
            Graph(&'a GraphSplit),
            Examples(&'a SplitSeed),
        }
        #[derive(Serialize)]
        struct Sections<'a> {
            seed: u64,
            device: &'a str,
            threads: usize,
            data: Data,
            split: Split<'a>,
            model: Model,
            objective: Objective,
            optimizer: &'a Optimizer,
            schedule: &'a Schedule,
            train: &'a Train,
            #[serde(skip_serializing_if = "Option::is_none")]
            evaluate: Option<&'a Evaluate>,
        }
        let Self { seed, device, threads, task, optimizer, schedule, train, evaluate } = self;
        let (data, split) = match task {
            Task::Graph { data, split, .. } => (Data::Graph(data.clone()), Split::Graph(split)),
            Task::Images { data, split, .. } => (Data::Images(data.clone()), Split::Examples(split)),
            Task::Table { data, split, .. } => (Data::Table(data.clone()), Split::Examples(split)),
        };
        let (model, objective) = (task.into(), task.into());
        let (&seed, &threads) = (seed, threads);
        let evaluate = matches!(task, Task::Graph { .. }).then_some(evaluate);
        Sections {
            seed,
            device,
            threads,
            data,
            split,
            model,
            objective,
            optimizer,
            schedule,
            train,
            evaluate,
        }
        .serialize(serializer)
    }
}
