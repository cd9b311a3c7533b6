//! Links of five graphs by what this program learns, with heuristics beside: on Kipf and Welling's split, and on that of
//! Refined-GAE (Ma et al., 2024) and MaskGAE (Li et al., 2023) by their Hits@100.

mod table;

use std::path::PathBuf;

use aevb_data::catalog;
use serde::Serialize;

pub use table::{LinksRow, LinksTable};

use crate::data_folder;
use crate::error::Result;

/// A graph of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinksGraph {
    /// Its name in the catalog, which its runs begin with.
    pub name: &'static str,
    /// Its name for a reader.
    pub title: &'static str,
    /// How many splits and seeds are trained.
    splits: u32,
    models: &'static [LinksModel],
}

/// A model of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinksModel {
    /// Which edges are held out, and what the best epoch is chosen by.
    pub protocol: Protocol,
    /// The built-in configuration, which it is called by.
    pub config: &'static str,
    /// What replaces its values.
    pub sets: &'static [&'static str],
}

/// Which edges are held out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Protocol {
    /// 85 % to train on, 5 % for validation, 10 % for the test (Kipf & Welling, 2016).
    #[serde(rename = "85/5/10")]
    Kipf,
    /// 70 %, 10 % and 20 %, with Hits@100 against as many non-edges, at the best validation epoch by the same.
    #[serde(rename = "70/10/20")]
    SharedHits,
}

/// A run: a model on one split.
#[derive(Clone, Debug)]
pub struct LinksRun {
    /// The name of its folder.
    pub name: String,
    /// The name without the seed.
    pub group: String,
    /// The graph.
    pub graph: &'static LinksGraph,
    /// The model.
    pub model: &'static LinksModel,
    /// Of the split and of the training.
    pub seed: u64,
}

const fn model(protocol: Protocol, config: &'static str) -> LinksModel {
    LinksModel { protocol, config, sets: &[] }
}

/// The preset for graphs of one's own, held to the other protocol.
const OWN_BY_SHARED_HITS: LinksModel = LinksModel {
    protocol: Protocol::SharedHits,
    config: "links",
    sets: &["split.validation=0.1", "split.test=0.2", "train.best_metric=shared-hits@100"],
};

/// The graphs, those of citations first.
pub const LINKS_GRAPHS: [LinksGraph; 5] = [
    LinksGraph {
        name: "cora",
        title: "Cora",
        splits: 10,
        models: &[model(Protocol::Kipf, "links"), model(Protocol::SharedHits, "links-hits-cora")],
    },
    LinksGraph {
        name: "citeseer",
        title: "Citeseer",
        splits: 10,
        models: &[model(Protocol::Kipf, "links"), model(Protocol::SharedHits, "links-hits-citeseer")],
    },
    LinksGraph {
        name: "pubmed",
        title: "Pubmed",
        splits: 10,
        models: &[
            model(Protocol::Kipf, "links"),
            model(Protocol::Kipf, "links-auc-pubmed"),
            model(Protocol::SharedHits, "links-hits-pubmed"),
        ],
    },
    LinksGraph {
        name: "ca-astroph",
        title: "ca-AstroPh",
        splits: 3,
        models: &[model(Protocol::Kipf, "links"), OWN_BY_SHARED_HITS],
    },
    LinksGraph {
        name: "email-enron",
        title: "email-Enron",
        splits: 3,
        models: &[model(Protocol::Kipf, "links"), OWN_BY_SHARED_HITS],
    },
];

impl Protocol {
    /// The shares of edges to train on, for validation and for the test, in percent.
    pub fn shares(self) -> &'static str {
        match self {
            Self::Kipf => "85/5/10",
            Self::SharedHits => "70/10/20",
        }
    }

    /// What runs have in their names.
    fn short(self) -> &'static str {
        match self {
            Self::Kipf => "85",
            Self::SharedHits => "70",
        }
    }
}

/// All runs, graph by graph, the splits of a model together; of each graph no more splits than `most`. Seeds begin at `seed`.
pub fn links_runs(most: Option<u32>, seed: u64) -> Vec<LinksRun> {
    let mut runs = Vec::new();
    for graph in &LINKS_GRAPHS {
        let splits = graph.splits.min(most.unwrap_or(u32::MAX));
        for model in graph.models {
            let group = format!("{}-{}", graph.split_name(model.protocol), model.config);
            runs.extend((seed..).take(splits as usize).map(|seed| LinksRun {
                name: format!("{group}-{seed}"),
                group: group.clone(),
                graph,
                model,
                seed,
            }));
        }
    }
    runs
}

impl LinksGraph {
    /// What its runs on a split are called.
    fn split_name(&self, protocol: Protocol) -> String {
        format!("{}-{}", self.name, protocol.short())
    }

    /// A file of it that is not in the folder of the data, if there is one.
    ///
    /// # Errors
    /// Never for [`LINKS_GRAPHS`].
    pub fn missing(&self) -> Result<Option<PathBuf>> {
        let (set, data) = (catalog::find(self.name)?, data_folder::get());
        let folder = set.folder(&data);
        Ok(set.missing(&data).first().map(|file| file.path(&folder)))
    }
}

impl LinksRun {
    /// `KEY=VALUE` of all that replaces values of the configuration.
    pub fn sets(&self) -> Vec<String> {
        let data = format!("data.name={}", self.graph.name);
        std::iter::once(data).chain(self.model.sets.iter().map(|set| (*set).to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ConfigFile, Experiment, Metric, Override, Task, Weights};

    #[test]
    fn every_model_is_a_valid_experiment_on_its_split() {
        for run in links_runs(Some(1), 0) {
            let overrides: Vec<Override> =
                run.sets().iter().map(|set| Override::parse(set).expect("well formed")).collect();
            let file = ConfigFile::named(run.model.config).expect("built in");
            let experiment = Experiment::read(&file, &overrides).expect(&run.name);
            let Task::Graph { data, split, .. } = &experiment.task else { panic!("{}: no graph", run.name) };
            let shares = match run.model.protocol {
                Protocol::Kipf => [0.05, 0.1],
                Protocol::SharedHits => [0.1, 0.2],
            };
            assert_eq!([split.validation, split.test], shares, "{}", run.name);
            assert_eq!(data.name, run.graph.name);
            let is_shared = experiment.train.best_metric == Some(Metric::SharedHitsAt100);
            assert_eq!(is_shared, run.model.protocol == Protocol::SharedHits, "{}", run.name);
            assert!(experiment.train.weights == Weights::Best, "{}: the best epoch is kept", run.name);
        }
    }

    #[test]
    fn runs_differ_in_their_names_and_their_seeds() {
        let runs = links_runs(None, 5);
        for run in &runs {
            assert_eq!(runs.iter().filter(|other| other.name == run.name).count(), 1, "{}", run.name);
        }
        let of = |group: &str| runs.iter().filter(|run| run.group == group).map(|run| run.seed).collect();
        let (small, large): (Vec<u64>, Vec<u64>) = (of("cora-85-links"), of("email-enron-70-links"));
        assert_eq!((small, large), ((5..15).collect(), (5..8).collect()));
        assert_eq!(
            links_runs(Some(2), 0).len(),
            2 * LINKS_GRAPHS.iter().flat_map(|graph| graph.models).count()
        );
    }
}
