//! `[optimizer]` and `[train]`: how the objective is minimised, and for how long.

use std::path::PathBuf;

use aevb_data::image::TrainingPart;
use serde::{Deserialize, Serialize};

use super::part::Part;
use super::read::{Invalid, Kinds, Table};
use super::{CheckpointEvery, Metric, Task, neighbours};

/// The most epochs of anything.
pub(super) const LONGEST: usize = 1_000_000_000;

/// `[optimizer]`: the optimizer, by kind. Every constant is part of a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Optimizer {
    /// Adam (Kingma & Ba 2014).
    Adam(Adam),
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2017).
    AdamW(AdamW),
    /// Adagrad (Duchi, Hazan & Singer 2011), the optimizer of arXiv 1312.6114.
    Adagrad(Adagrad),
    /// Stochastic gradient descent.
    Sgd(Sgd),
}

/// Adam's constants, as in Kingma & Ba 2014, Algorithm 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adam {
    /// The step size α.
    pub learning_rate: f64,
    /// The decay of the first moment, β₁.
    pub beta_1: f64,
    /// The decay of the second moment, β₂.
    pub beta_2: f64,
    /// The ε in the denominator. Part of a result: 1e-5 in its place freezes graph models without features.
    pub epsilon: f64,
}

/// AdamW's constants, as in Loshchilov & Hutter 2017, Algorithm 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamW {
    /// The step size α.
    pub learning_rate: f64,
    /// The decay of the first moment, β₁.
    pub beta_1: f64,
    /// The decay of the second moment, β₂.
    pub beta_2: f64,
    /// The ε in the denominator.
    pub epsilon: f64,
    /// Each step takes `learning_rate · weight_decay` of every parameter away.
    pub weight_decay: f64,
}

/// Adagrad's constants: `θ ← θ − α g / (√Σg² + ε)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adagrad {
    /// The step size α.
    pub learning_rate: f64,
    /// The ε in the denominator.
    pub epsilon: f64,
}

/// The constants of stochastic gradient descent: `v ← μ v + g`, `θ ← θ − α v`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sgd {
    /// The step size α.
    pub learning_rate: f64,
    /// The share μ of the last step that is kept.
    pub momentum: f64,
}

/// `train.weights`: the weights that a run ends with, and is measured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weights {
    /// Those after the last step.
    #[default]
    Last,
    /// Those of the epoch whose `train.best_metric` is the best.
    Best,
}

/// `[train]`: how long to train and how often to look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Train {
    /// Passes over the data; one step each for a whole graph.
    pub epochs: usize,
    /// Validation metrics are taken every so many epochs; 0 is only after the last.
    pub evaluate_every: usize,
    /// M, the images of a step; absent for a graph, which is one batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<usize>,
    /// The parts of a step whose gradients are taken one after another and added up. A step's bits depend on it.
    #[serde(skip_serializing_if = "is_one")]
    pub shards: usize,
    /// How many neighbours of each node a step's layers sum over at most, for each layer, the first number next to the output, as
    /// in PyTorch Geometric; all where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub neighbours: Vec<usize>,
    /// How often a checkpoint is written besides the end and an interrupt.
    pub checkpoint_every: CheckpointEvery,
    /// The newest checkpoints that are kept, besides the best.
    pub keep_checkpoints: usize,
    /// The validation metric by which the best checkpoint is kept; absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_metric: Option<Metric>,
    /// Which weights a run ends with.
    #[serde(skip_serializing_if = "Weights::is_last")]
    pub weights: Weights,
    /// Training ends after so many evaluations in a row without a better `best_metric`; absent for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
    /// Whether a run that needs more memory than there is is refused before its first step.
    pub check_memory: bool,
    /// A file of weights to begin with, in place of drawing them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_weights: Option<PathBuf>,
    /// The SHA-256 that the file must have; a run notes that of the file it found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_weights_sha256: Option<String>,
}

impl Default for Adam {
    fn default() -> Self {
        Self { learning_rate: 0.01, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 }
    }
}

impl Default for AdamW {
    fn default() -> Self {
        Self { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.01 }
    }
}

impl Default for Adagrad {
    fn default() -> Self {
        Self { learning_rate: 0.02, epsilon: 1e-10 }
    }
}

impl Default for Sgd {
    fn default() -> Self {
        Self { learning_rate: 0.001, momentum: 0.0 }
    }
}

impl Default for Train {
    fn default() -> Self {
        Self {
            epochs: 200,
            evaluate_every: 10,
            batch_size: None,
            shards: 1,
            neighbours: Vec::new(),
            checkpoint_every: CheckpointEvery::default(),
            keep_checkpoints: 2,
            best_metric: None,
            weights: Weights::Last,
            patience: None,
            check_memory: true,
            initial_weights: None,
            initial_weights_sha256: None,
        }
    }
}

fn is_one(count: &usize) -> bool {
    *count == 1
}

impl Weights {
    fn is_last(&self) -> bool {
        *self == Self::Last
    }
}

impl Kinds for Optimizer {
    const KINDS: &'static [&'static str] = &["adam", "adamw", "adagrad", "sgd"];

    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        match kind {
            "adamw" => table.read().map(Self::AdamW),
            "adagrad" => table.read().map(Self::Adagrad),
            "sgd" => table.read().map(Self::Sgd),
            _ => table.read().map(Self::Adam),
        }
    }
}

impl Optimizer {
    /// The step size.
    pub fn learning_rate(&self) -> f64 {
        match self {
            Self::Adam(adam) => adam.learning_rate,
            Self::AdamW(adamw) => adamw.learning_rate,
            Self::Adagrad(adagrad) => adagrad.learning_rate,
            Self::Sgd(sgd) => sgd.learning_rate,
        }
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        const SINGLE: &str = "it is a number of single precision";
        // The step is computed in f32, where a number near 1 may be 1 and a tiny one 0.
        let positive = |x: f64| (x as f32).is_finite() && x as f32 > 0.0;
        let decay = |x: f64| (0.0..1.0).contains(&(x as f32));
        let positive_message = "must be a finite number above 0";
        let decay_message = "must be at least 0 and below 1";
        Invalid::unless(
            positive(self.learning_rate()),
            "optimizer.learning_rate",
            positive_message,
            "try 0.01",
        )?;
        let betas = |beta_1: f64, beta_2: f64| {
            let (hint_1, hint_2) =
                (format!("Adam's own is 0.9; {SINGLE}"), format!("Adam's own is 0.999; {SINGLE}"));
            Invalid::unless(decay(beta_1), "optimizer.beta_1", decay_message, &hint_1)?;
            Invalid::unless(decay(beta_2), "optimizer.beta_2", decay_message, &hint_2)
        };
        let epsilon = |epsilon: f64, hint| {
            let hint = format!("{hint}; {SINGLE}");
            Invalid::unless(positive(epsilon), "optimizer.epsilon", positive_message, &hint)
        };
        match self {
            Self::Adam(adam) => {
                betas(adam.beta_1, adam.beta_2)?;
                epsilon(adam.epsilon, "Adam's own is 1e-8")
            }
            Self::AdamW(adamw) => {
                betas(adamw.beta_1, adamw.beta_2)?;
                epsilon(adamw.epsilon, "Adam's own is 1e-8")?;
                let sane = (adamw.weight_decay as f32).is_finite() && adamw.weight_decay >= 0.0;
                let message = "must be a finite number of at least 0";
                Invalid::unless(sane, "optimizer.weight_decay", message, "try 0.01")
            }
            Self::Adagrad(adagrad) => epsilon(adagrad.epsilon, "it is usually 1e-10"),
            Self::Sgd(sgd) => Invalid::unless(
                decay(sgd.momentum),
                "optimizer.momentum",
                decay_message,
                "try 0.9, or 0 for none",
            ),
        }
    }
}

impl Train {
    /// With the defaults that follow from the task: auto-encoders have steps of 100 examples, the paper's, and the best
    /// weights are those by the first of the task's metrics.
    pub(super) fn resolved(self, task: &Task) -> Self {
        let batch_size = match task {
            Task::Graph { .. } => self.batch_size,
            Task::Images { .. } | Task::Table { .. } => self.batch_size.or(Some(100)),
        };
        let best_metric = match self.weights {
            Weights::Last => self.best_metric,
            Weights::Best => self.best_metric.or(Metric::of(task).first().copied()),
        };
        Self { batch_size, best_metric, ..self }
    }

    /// The keys that may be absent, as comments.
    pub(super) fn absent(&self) -> String {
        let mut absent = String::new();
        if self.best_metric.is_none() {
            absent += "# best_metric: the validation metric that the best checkpoint is kept by\n";
        }
        if self.weights.is_last() {
            absent += "# weights: \"best\" ends with those of the best epoch by best_metric, in place of the last\n";
        }
        if self.patience.is_none() {
            absent += "# patience: training ends after so many evaluations without a better best_metric\n";
        }
        if self.initial_weights.is_none() {
            absent += "# initial_weights: a safetensors file or a PyTorch state dict to begin with\n";
        }
        absent
    }

    pub(super) fn check(&self, task: &Task) -> Result<(), Invalid> {
        let message = format!("must lie between 1 and {LONGEST}");
        Invalid::unless(
            (1..=LONGEST).contains(&self.epochs),
            "train.epochs",
            &message,
            "the papers use 200",
        )?;
        self.check_checkpoints(task)?;
        self.check_initial_weights()?;
        neighbours::check(&self.neighbours, task)?;
        if let Task::Graph { model, .. } = task {
            model.encoder().decoder.covariates.check_pairs(model.pairs().sum)?;
        }
        self.check_batch(task)
    }

    fn check_batch(&self, task: &Task) -> Result<(), Invalid> {
        match (task, self.batch_size) {
            (Task::Graph { .. }, Some(_)) => {
                let message = "cannot be chosen: the whole graph is one batch";
                Invalid::unless(false, "train.batch_size", message, "leave it out")
            }
            (Task::Graph { .. }, None) => {
                let message = "must be 1: the whole graph is one batch, which is not cut";
                Invalid::unless(self.shards == 1, "train.shards", message, "leave it out")
            }
            (Task::Images { .. } | Task::Table { .. }, Some(size)) => {
                const LARGEST: usize = 1_000_000;
                let message = format!("must lie between 1 and {LARGEST}");
                Invalid::unless(
                    (1..=LARGEST).contains(&size),
                    "train.batch_size",
                    &message,
                    "the paper uses 100",
                )?;
                let message = format!("must lie between 1 and train.batch_size, which is {size}");
                let hint = "each shard is a part of a step's batch: 1 leaves it whole";
                Invalid::unless((1..=size).contains(&self.shards), "train.shards", &message, hint)
            }
            (Task::Images { .. } | Task::Table { .. }, None) => Ok(()),
        }
    }

    fn check_checkpoints(&self, task: &Task) -> Result<(), Invalid> {
        const MOST: usize = 1_000_000;
        let message = format!("must lie between 1 and {MOST}");
        let kept = (1..=MOST).contains(&self.keep_checkpoints);
        let hint = "with 2 a damaged one costs no more than the steps since the one before";
        Invalid::unless(kept, "train.keep_checkpoints", &message, hint)?;
        let chooses = if self.weights.is_last() { "train.best_metric" } else { "train.weights" };
        if let Some(metric) = self.best_metric {
            let allowed = Metric::of(task);
            let names: Vec<&str> = allowed.iter().map(|metric| metric.name()).collect();
            let message = format!("`{}` is no metric of a `{}`", metric.name(), task.model_kind());
            let hint = format!("take one of: {}", names.join(", "));
            Invalid::unless(allowed.contains(&metric), "train.best_metric", &message, &hint)?;
            let (curve, train) = match task {
                Task::Graph { .. } => (Part::Validation, TrainingPart::Standard),
                Task::Images { data, .. } => (data.curve, data.train),
                Task::Table { data, .. } => (data.curve, TrainingPart::Standard),
            };
            let message = "would choose by the test images, which data.curve says to watch";
            let hint = "set data.curve = \"validation\"";
            Invalid::unless(curve != Part::Test, chooses, message, hint)?;
            let message = "needs validation images, and data.train = \"all\" trains on them";
            let hint = "set data.train = \"standard\"";
            Invalid::unless(train != TrainingPart::All, chooses, message, hint)?;
        }
        if self.weights == Weights::Best {
            let message =
                "\"best\" is of several evaluations, and train.evaluate_every = 0 makes one, at the end";
            let hint = "set train.evaluate_every to 1 or more";
            Invalid::unless(self.evaluate_every > 0, "train.weights", message, hint)?;
        }
        if let Some(patience) = self.patience {
            let message = "needs a train.best_metric to wait for";
            let hint = "add one, such as auc for a graph or elbo for images";
            Invalid::unless(self.best_metric.is_some(), "train.patience", message, hint)?;
            Invalid::unless(patience > 0, "train.patience", "must be at least 1", "leave it out for never")?;
            let message = "counts evaluations, and train.evaluate_every = 0 makes none before the end";
            let hint = "set train.evaluate_every to 1 or more";
            Invalid::unless(self.evaluate_every > 0, "train.patience", message, hint)?;
        }
        Ok(())
    }

    fn check_initial_weights(&self) -> Result<(), Invalid> {
        let named = self.initial_weights.as_ref().is_none_or(|file| !file.as_os_str().is_empty());
        let hint = "a safetensors file, such as the model.safetensors of a run, or a PyTorch state dict";
        Invalid::unless(named, "train.initial_weights", "must name a file", hint)?;
        let Some(sha256) = &self.initial_weights_sha256 else { return Ok(()) };
        let is_hash =
            sha256.len() == 64 && sha256.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f'));
        Invalid::unless(
            is_hash && self.initial_weights.is_some(),
            "train.initial_weights_sha256",
            "must be the SHA-256 of train.initial_weights, 64 lower-case digits",
            "leave it out: a run notes that of the file it found",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ConfigFile, Experiment, Override};

    fn read(config: &str, sets: &[&str]) -> crate::error::Result<Experiment> {
        let overrides: Vec<_> = sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
        Experiment::read(&ConfigFile::named(config).expect("built in"), &overrides)
    }

    #[test]
    fn the_best_weights_are_by_the_usual_metric_of_a_model() {
        for (config, metric) in [
            ("vgae-cora", Metric::Auc),
            ("vae-mnist-5k", Metric::Elbo),
            ("ae-mnist-5k", Metric::Reconstruction),
        ] {
            // Some of the papers' watch the test images.
            let is_graph = config.starts_with("vgae");
            let sets = ["train.weights=best", "data.curve=validation"];
            let experiment = read(config, &sets[..2 - usize::from(is_graph)]).expect(config);
            assert_eq!(experiment.train.best_metric, Some(metric), "{config}");
            let text = experiment.to_toml();
            assert!(text.contains("weights = \"best\""), "{text}");
        }
        let chosen = read("vgae-cora", &["train.weights=best", "train.best_metric=ap"]).expect("valid");
        assert_eq!(chosen.train.best_metric, Some(Metric::Ap));
        // Runs that say nothing of it have the configuration that they had.
        let last = read("vgae-cora", &["train.weights=last"]).expect("valid");
        assert_eq!((last.train.best_metric, &last), (None, &read("vgae-cora", &[]).expect("valid")));
        assert!(!last.to_toml().lines().any(|line| line.starts_with("weights")), "{}", last.to_toml());
    }

    #[test]
    fn shards_are_parts_of_a_batch() {
        for (config, sets, expected) in [
            (
                "vae-mnist",
                &["train.shards=0"][..],
                "train.shards must lie between 1 and train.batch_size, which is 100",
            ),
            (
                "vae-table",
                &["train.shards=8", "train.batch_size=7"],
                "between 1 and train.batch_size, which is 7",
            ),
            ("vgae-cora", &["train.shards=2"], "train.shards must be 1: the whole graph is one batch"),
        ] {
            let error = read(config, sets).expect_err(expected);
            assert!(error.message.contains(expected) && error.exit_code() == 2, "{error}");
        }
        let three = read("vae-mnist", &["train.shards=3"]).expect("valid");
        assert!(three.to_toml().contains("\nshards = 3\n"), "{}", three.to_toml());
        let changes = three.changes(&read("vae-mnist", &[]).expect("valid"));
        assert!(changes.len() == 1 && changes[0].key == "train.shards" && !changes[0].is_free());
        // Runs that say nothing of it have the configuration that they had.
        for config in ["vae-mnist", "vgae-cora"] {
            let one = read(config, &["train.shards=1"]).expect("valid");
            assert_eq!(one.to_toml(), read(config, &[]).expect("valid").to_toml());
            assert!(!one.to_toml().contains("shards"), "{}", one.to_toml());
        }
    }

    #[test]
    fn the_best_of_nothing_is_refused() {
        for (config, sets, expected) in [
            (
                "vgae-cora",
                &["train.evaluate_every=0"][..],
                "train.weights \"best\" is of several evaluations",
            ),
            ("vae-mnist", &["data.curve=test"], "train.weights would choose by the test images"),
            (
                "vae-mnist",
                &["data.curve=validation", "data.train=all"],
                "data.curve `validation` has no images where data.train is `all`",
            ),
            ("vgae-cora", &["train.best_metric=elbo"], "train.best_metric `elbo` is no metric of a `vgae`"),
        ] {
            let error = read(config, &[&["train.weights=best"], sets].concat()).expect_err(expected);
            assert!(error.message.contains(expected) && error.exit_code() == 2, "{error}");
        }
        read("vgae-cora", &["train.weights=worst"]).expect_err("unknown");
    }

    #[test]
    fn metrics_of_ranks_are_those_of_graphs() {
        let filtered = ["mrr", "hits@1", "hits@3", "hits@10", "hits@50", "hits@100"];
        assert_eq!(Metric::RANKING.map(Metric::name), filtered);
        let shared =
            ["shared-hits@1", "shared-hits@3", "shared-hits@10", "shared-hits@50", "shared-hits@100"];
        assert_eq!(Metric::SHARED.map(Metric::name), shared);
        assert_eq!(Metric::SHARED.map(Metric::shared_at), [1, 3, 10, 50, 100].map(Some));
        let names = filtered.into_iter().chain(shared);
        for (name, metric) in names.clone().zip(Metric::RANKING.into_iter().chain(Metric::SHARED)) {
            assert_eq!((Metric::named(name), metric.is_of_ranks()), (Some(metric), true));
            let set = format!("train.best_metric={name}");
            let experiment = read("vgae-graph", &[&set]).expect(name);
            assert_eq!(experiment.train.best_metric.map(Metric::name), Some(name));
            let text = experiment.to_toml();
            assert!(text.contains(&format!("best_metric = \"{name}\"\n")), "{text}");
            let file =
                ConfigFile { name: "c".into(), place: "c.toml".into(), folder: None, text: text.into() };
            assert_eq!(Experiment::read(&file, &[]).expect("what it prints"), experiment);
            for config in ["vae-table", "ae-table", "vae-images"] {
                let error = read(config, &[&set]).expect_err(config);
                let kind = &config[..config.find('-').expect("a kind")];
                let expected = format!("train.best_metric `{name}` is no metric of a `{kind}`");
                assert!(error.message.contains(&expected) && error.exit_code() == 2, "{error}");
                assert!(
                    error.hint.as_ref().is_some_and(|hint| hint.ends_with("reconstruction")),
                    "{error:?}"
                );
            }
        }
        for wrong in ["hits@7", "hits", "MRR", "shared-hits@20"] {
            let error = read("vgae-graph", &[&format!("train.best_metric={wrong}")]).expect_err(wrong);
            assert!(error.message.contains(&format!("not `{wrong}`")) && error.exit_code() == 2, "{error}");
            let told = format!("{} {:?}", error.message, error.hint);
            assert!(names.clone().all(|name| told.contains(name)), "{told}");
        }
    }
}
