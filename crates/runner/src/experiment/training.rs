//! `[optimizer]` and `[train]`: how the objective is minimised, and for how long.

use serde::{Deserialize, Serialize};

use super::read::{Invalid, Kinds, Table};

/// `[optimizer]`: the optimizer, by kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Optimizer {
    /// Adam (Kingma & Ba 2014).
    Adam(Adam),
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

/// `[train]`: how long to train and how often to look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Train {
    /// Passes over the data; one step each for a whole graph.
    pub epochs: usize,
    /// Validation metrics are taken every so many epochs; 0 is only after the last.
    pub evaluate_every: usize,
}

impl Default for Adam {
    fn default() -> Self {
        Self { learning_rate: 0.01, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 }
    }
}

impl Default for Train {
    fn default() -> Self {
        Self { epochs: 200, evaluate_every: 10 }
    }
}

impl Kinds for Optimizer {
    const KINDS: &'static [&'static str] = &["adam"];

    fn read(_kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error> {
        table.read().map(Self::Adam)
    }
}

impl Optimizer {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let Self::Adam(adam) = self;
        // The step is computed in f32, where a number near 1 may be 1 and a tiny one 0.
        let positive = |x: f64| (x as f32).is_finite() && x as f32 > 0.0;
        let decay = |x: f64| (0.0..1.0).contains(&(x as f32));
        let positive_message = "must be a finite number above 0";
        let decay_message = "must be at least 0 and below 1";
        Invalid::unless(
            positive(adam.learning_rate),
            "optimizer.learning_rate",
            positive_message,
            "try 0.01",
        )?;
        Invalid::unless(
            decay(adam.beta_1),
            "optimizer.beta_1",
            decay_message,
            "Adam's own is 0.9; it is a number of single precision",
        )?;
        Invalid::unless(
            decay(adam.beta_2),
            "optimizer.beta_2",
            decay_message,
            "Adam's own is 0.999; it is a number of single precision",
        )?;
        Invalid::unless(
            positive(adam.epsilon),
            "optimizer.epsilon",
            positive_message,
            "Adam's own is 1e-8; it is a number of single precision",
        )
    }
}

impl Train {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        const LONGEST: usize = 1_000_000_000;
        let message = format!("must lie between 1 and {LONGEST}");
        Invalid::unless((1..=LONGEST).contains(&self.epochs), "train.epochs", &message, "the papers use 200")
    }
}
