//! Large graphs by every way to draw a step's pairs, at several budgets: what each reaches in how many seconds.

mod table;

use std::path::{Path, PathBuf};

use aevb_data::catalog;
use aevb_data::hash::sha256_of_file;
use serde::Serialize;

pub use table::{ScaleRow, ScaleTable};

use crate::error::Result;
use crate::experiment::{ConfigFile, Experiment, Override, Task};

/// A run whose pairs take more seconds of two cores is left out where it is not asked for.
const MOST_SECONDS: f64 = 300.0;

/// A graph, without features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaleGraph {
    /// What its runs begin with.
    pub name: &'static str,
    /// Its name and size for a reader.
    pub title: &'static str,
    nodes: u64,
    edges: u64,
    source: Source,
    /// What its runs have in place of the preset's values.
    sets: &'static [&'static str],
    /// For each of [`WAYS`], what it takes of this graph.
    plans: [Plan; WAYS.len()],
}

/// How a way goes through a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    /// How many pairs or nodes a step draws.
    sets: &'static [&'static str],
    /// The budgets: a run for each, as the schedule of its learning rate follows them.
    epochs: &'static [usize],
}

/// Where a graph's edges are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// In the catalog, by this name.
    Catalog(&'static str),
    /// In a file under the folder of the data, with this SHA-256.
    File(&'static str, &'static str),
}

/// A way to take a step's sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// What its runs are called.
    pub name: &'static str,
    /// Its name for a reader.
    pub title: &'static str,
    /// What it estimates.
    pub estimate: Estimate,
    sets: &'static [&'static str],
}

/// What a step's objective is of the exact one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Estimate {
    /// The same.
    Exact,
    /// The same in the mean, and so is its gradient.
    Unbiased,
    /// The same in the mean for given latent vectors, which see fewer edges.
    #[serde(rename = "unbiased for given latent vectors")]
    UnbiasedGivenLatents,
    /// Another.
    Biased,
}

/// The ways, as docs/scale.md has them.
pub const WAYS: [Way; 7] = [
    Way {
        name: "all",
        title: "all pairs, exact",
        estimate: Estimate::Exact,
        sets: &["objective.pairs=\"all\""],
    },
    Way {
        name: "rows",
        title: "rows",
        estimate: Estimate::Unbiased,
        sets: &["objective.pairs=\"rows\"", "objective.edges=\"rows\""],
    },
    Way {
        name: "blocks",
        title: "blocks",
        estimate: Estimate::Unbiased,
        sets: &["objective.pairs=\"blocks\"", "objective.edges=\"rows\""],
    },
    Way {
        name: "sampled",
        title: "sampled",
        estimate: Estimate::Unbiased,
        sets: &["objective.pairs=\"sampled\""],
    },
    Way {
        name: "subgraph",
        title: "subgraphs (FastGAE), biased",
        estimate: Estimate::Biased,
        sets: &["objective.pairs=\"subgraph\""],
    },
    Way {
        name: "masked",
        title: "a mask of half the edges",
        estimate: Estimate::UnbiasedGivenLatents,
        sets: &["objective.edges=\"rows\"", "objective.mask=0.5"],
    },
    Way {
        name: "neighbours",
        title: "neighbours of a graph convolution, biased",
        estimate: Estimate::Biased,
        sets: &[
            "model.encoder={kind = \"convolution\"}",
            "objective.pairs=\"blocks\"",
            "objective.edges=\"rows\"",
            "train.neighbours=[5, 3]",
        ],
    },
];

/// The configuration that all runs are made of.
pub const SCALE_CONFIG: &str = "links";

/// What all runs have in place of its values: they end with their last weights, as seconds are of steps alone.
const COMMON: [&str; 8] = [
    "data.features=\"none\"",
    "model.choose_inputs=false",
    "model.normalize=false",
    "model.dropout=0.0",
    "objective.self_pairs=\"left-out\"",
    "train.evaluate_every=0",
    "train.weights=\"last\"",
    "train.best_metric=\"mrr\"",
];

/// The graphs, the smallest first.
pub const SCALE_GRAPHS: [ScaleGraph; 3] = [
    ScaleGraph {
        name: "pubmed",
        title: "Pubmed without features, 19 717 nodes",
        nodes: 19_717,
        edges: 44_324,
        source: Source::Catalog("pubmed"),
        sets: &["model.latent=64", "model.encoder.hops=4", "optimizer.learning_rate=0.006"],
        plans: [
            plan(&[], &[10, 20, 40, 80]),
            plan(&["objective.rows=256"], &[1, 2, 4]),
            plan(&["objective.rows=256", "objective.columns=4096"], &[1, 2, 4]),
            plan(&[], &[25, 50, 100, 200]),
            plan(&["objective.rows=1000"], &[1, 2, 5, 10]),
            plan(&["objective.pairs=\"rows\"", "objective.rows=256"], &[1, 2, 4]),
            plan(&["model.hidden=[64]", "objective.rows=128", "objective.columns=256"], &[1, 2, 4, 8]),
        ],
    },
    ScaleGraph {
        name: "ca-astroph",
        title: "ca-AstroPh, 18 772 nodes",
        nodes: 18_772,
        edges: 198_050,
        source: Source::Catalog("ca-astroph"),
        sets: &["model.latent=64", "optimizer.learning_rate=0.006"],
        plans: [
            plan(&[], &[10, 20, 40, 80, 160]),
            plan(&["objective.rows=256"], &[1, 2, 4, 8]),
            plan(&["objective.rows=256", "objective.columns=4096"], &[1, 2, 4, 8]),
            plan(&[], &[25, 50, 100, 200]),
            plan(&["objective.rows=1000"], &[5, 10, 20, 40]),
            plan(&["objective.pairs=\"rows\"", "objective.rows=256"], &[1, 2, 4]),
            plan(&["model.hidden=[64]", "objective.rows=128", "objective.columns=256"], &[1, 2, 4]),
        ],
    },
    ScaleGraph {
        name: "cnr-2000",
        title: "cnr-2000, 325 557 nodes",
        nodes: 325_557,
        edges: 2_738_969,
        source: Source::File(
            "graphs/large/cnr-2000.txt.gz",
            "fa999da46205114bfb1a3625494ebd82d67b8a9933eb2cf8d167c86b361511f2",
        ),
        sets: &["model.latent=32", "optimizer.learning_rate=0.01"],
        plans: [
            plan(&[], &[50]),
            plan(&["objective.rows=1628"], &[1]),
            plan(&["objective.rows=8192", "objective.columns=8192"], &[1, 2, 4]),
            plan(&[], &[10, 20, 40, 80]),
            plan(&["objective.rows=10000"], &[1, 2, 4]),
            plan(
                &["objective.pairs=\"blocks\"", "objective.rows=8192", "objective.columns=8192"],
                &[1, 2, 4],
            ),
            plan(&["model.hidden=[32]", "objective.rows=1024", "objective.columns=1024"], &[1]),
        ],
    },
];

const fn plan(sets: &'static [&'static str], epochs: &'static [usize]) -> Plan {
    Plan { sets, epochs }
}

/// A run: a way through a graph, for a number of epochs.
#[derive(Clone, Debug)]
pub struct ScaleRun {
    /// The name of its folder.
    pub name: String,
    /// The graph.
    pub graph: &'static ScaleGraph,
    /// The way.
    pub way: &'static Way,
    /// The epochs that it trains.
    pub epochs: usize,
    sets: &'static [&'static str],
}

/// All runs, graph by graph, those of a way together. With `most_epochs`, none has more, and each way has one at least.
pub fn scale_runs(most_epochs: Option<usize>) -> Vec<ScaleRun> {
    let most = most_epochs.unwrap_or(usize::MAX);
    let mut runs = Vec::new();
    for graph in &SCALE_GRAPHS {
        for (way, plan) in WAYS.iter().zip(&graph.plans) {
            let mut budgets: Vec<usize> = plan.epochs.iter().map(|&epochs| epochs.min(most)).collect();
            budgets.dedup();
            runs.extend(budgets.into_iter().map(|epochs| ScaleRun {
                name: format!("{}-{}-{epochs}", graph.name, way.name),
                graph,
                way,
                epochs,
                sets: plan.sets,
            }));
        }
    }
    runs
}

impl ScaleGraph {
    /// The files of its edges that are not in the folder of the data.
    ///
    /// # Errors
    /// Never for [`SCALE_GRAPHS`].
    pub fn missing(&self, data: &Path) -> Result<Vec<PathBuf>> {
        Ok(match self.source {
            Source::Catalog(name) => {
                let set = catalog::find(name)?;
                let folder = set.folder(data);
                set.missing(data).iter().map(|file| file.path(&folder)).collect()
            }
            Source::File(file, _) => {
                Some(data.join(file)).filter(|file| !file.is_file()).into_iter().collect()
            }
        })
    }

    /// How to get its files.
    pub fn advice(&self) -> String {
        match self.source {
            Source::Catalog(name) => format!("`aevb data fetch {name}` fetches it"),
            Source::File(file, _) => {
                format!("put its edges, two ids a line, into {file} in the folder of --data-dir or AEVB_DATA")
            }
        }
    }

    /// Says that its file is another than the one that the documentation has numbers of.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn doubt(&self, data: &Path) -> Result<Option<String>> {
        let Source::File(file, sha256) = self.source else { return Ok(None) };
        let path = data.join(file);
        let is_other = !catalog::are_unchecked() && sha256_of_file(&path)? != sha256;
        Ok(is_other.then(|| {
            format!(
                "note: {} is not the file that docs/scale.md has numbers of: its SHA-256 is another",
                path.display()
            )
        }))
    }

    fn data(&self, data: &Path) -> Override {
        match self.source {
            Source::Catalog(name) => Override::data("the graph", "name", name),
            Source::File(file, _) => Override::data("the graph", "edges", data.join(file).display()),
        }
    }
}

impl ScaleRun {
    /// What replaces values of the configuration, for data in this folder.
    ///
    /// # Errors
    /// Never for [`scale_runs`].
    pub fn overrides(&self, data: &Path) -> Result<Vec<Override>> {
        let sets = COMMON.iter().chain(self.graph.sets).chain(self.way.sets).chain(self.sets);
        let epochs = format!("train.epochs={}", self.epochs);
        let overrides = sets.copied().chain([&*epochs]).map(Override::parse).collect::<Result<Vec<_>>>()?;
        Ok(std::iter::once(self.graph.data(data)).chain(overrides).collect())
    }

    /// About how many seconds of two cores its pairs take, where they are so many that it is left out unasked.
    ///
    /// # Errors
    /// Never for [`scale_runs`].
    pub fn forecast(&self) -> Result<Option<u64>> {
        let file = ConfigFile::named(SCALE_CONFIG)?;
        let Task::Graph { model, .. } = Experiment::read(&file, &self.overrides(Path::new(""))?)?.task else {
            unreachable!("the configuration is of graphs")
        };
        let sum = model.pairs().sum;
        let (pairs, _) = sum.pairs_and_steps(self.graph.nodes, [self.graph.nodes; 2], self.graph.edges);
        let seconds = self.epochs as f64 * sum.seconds(pairs, model.encoder().latent);
        Ok((seconds > MOST_SECONDS).then_some(seconds as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::super::is_of_group;
    use super::*;

    #[test]
    fn every_run_is_a_valid_experiment_of_its_own_name() {
        let runs = scale_runs(None);
        for run in &runs {
            let file = ConfigFile::named(SCALE_CONFIG).expect("built in");
            let overrides = run.overrides(Path::new("data")).expect("well formed");
            let text = Experiment::read(&file, &overrides).expect(&run.name).to_toml();
            assert!(text.contains(&format!("\nepochs = {}\n", run.epochs)), "{}: {text}", run.name);
            assert_eq!(text.contains("mask = "), run.way.name == "masked", "{}", run.name);
            assert_eq!(text.contains("neighbours = "), run.way.name == "neighbours", "{}", run.name);
            assert_eq!(runs.iter().filter(|other| other.name == run.name).count(), 1);
        }
        // Each way on each graph, at several budgets but for the largest graph.
        for graph in SCALE_GRAPHS {
            for way in WAYS {
                let of = format!("{}-{}", graph.name, way.name);
                let count = runs.iter().filter(|run| is_of_group(&run.name, &of)).count();
                assert!(count >= if graph.nodes > 100_000 { 1 } else { 2 }, "{of}: {count}");
            }
        }
    }

    #[test]
    fn fewer_epochs_leave_a_run_of_each_way() {
        let runs = scale_runs(Some(2));
        assert!(runs.iter().all(|run| run.epochs <= 2));
        let of = |group: &str| runs.iter().filter(|run| is_of_group(&run.name, group)).count();
        assert_eq!((of("pubmed-all"), of("pubmed-rows"), of("cnr-2000")), (1, 2, 10));
    }

    #[test]
    fn the_exact_steps_of_a_large_graph_are_left_out_and_no_others() {
        let mut left_out = Vec::new();
        for run in scale_runs(None) {
            left_out.extend(run.forecast().expect("valid").map(|seconds| (run.name, seconds / 60)));
        }
        // 50 sums over 1.06e11 pairs with 32 dimensions at 2.5e-11 s each.
        assert_eq!(left_out, [("cnr-2000-all-50".to_owned(), 70)]);
    }
}
