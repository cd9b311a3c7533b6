//! What an evaluation while training says.

use serde::{Deserialize, Serialize};

use super::ranked_edges::validation_edges_in_words;

/// What the name of a metric's standard error ends with.
const ERROR: &str = "_error";

/// A metric of data that are not trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValidationMetric {
    /// Its name in `metrics.jsonl`.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// What it was measured on, where it is one of ranks.
    pub ranked: Option<Ranked>,
}

/// The validation edges that a metric of ranks is a mean over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// The standard error of that mean.
    pub standard_error: f64,
    /// The edges that were ranked.
    pub edges: usize,
    /// The edges that there are.
    pub of: usize,
}

impl From<(&'static str, f64)> for ValidationMetric {
    fn from((name, value): (&'static str, f64)) -> Self {
        Self { name, value, ranked: None }
    }
}

impl ValidationMetric {
    /// A fraction in per cent, with its standard error where there is one.
    pub fn to_percent(&self) -> String {
        let error = self.ranked.map(|ranked| format!(" ± {:.2}", 100.0 * ranked.standard_error));
        format!("{:.2}{} %", 100.0 * self.value, error.unwrap_or_default())
    }

    /// Whether a name in `metrics.jsonl` is that of a standard error.
    pub fn is_error(name: &str) -> bool {
        name.ends_with(ERROR)
    }

    /// The name in `metrics.jsonl` of the standard error of a metric.
    pub fn error_name(name: &str) -> String {
        format!("{name}{ERROR}")
    }
}

impl Ranked {
    /// The edges in words.
    pub fn edges_in_words(&self) -> String {
        validation_edges_in_words(self.edges, self.of)
    }
}
