//! What a run comes to: `result.json`, and what is printed at the end.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::evaluate::{LinkPrediction, Summary};

/// What a model was trained to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// To tell edges from non-edges.
    LinkPrediction,
    /// To give images a high likelihood.
    Density,
}

/// The outcome of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// What the model was trained to do.
    pub task: Task,
    /// The seed of the run.
    pub seed: u64,
    /// The epochs that were trained.
    pub epochs: usize,
    /// The mean wall time of an epoch, evaluation left out.
    pub seconds_per_epoch: f64,
    /// The most memory the process has held at once, where the system says.
    pub peak_memory_bytes: Option<u64>,
    /// Metrics of the validation edges.
    pub validation: LinkPrediction,
    /// Metrics of the test edges.
    pub test: LinkPrediction,
}

/// The outcome of several runs that differ in their seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepeatedResult {
    /// What the models were trained to do.
    pub task: Task,
    /// Each run, in the order of their seeds.
    pub runs: Vec<RunResult>,
    /// The means over the runs.
    pub mean: Metrics,
    /// The sample standard deviations over the runs; absent where there is one run.
    pub std: Option<Metrics>,
}

/// Every metric of a model, or a statistic of each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Of the validation edges.
    pub validation: LinkPrediction,
    /// Of the test edges.
    pub test: LinkPrediction,
}

impl RunResult {
    /// The metrics alone.
    pub fn metrics(&self) -> Metrics {
        Metrics { validation: self.validation, test: self.test }
    }
}

impl Metrics {
    /// The metrics as lines for a reader.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (name, LinkPrediction { auc, ap }) in [("validation", self.validation), ("test", self.test)] {
            let _ = writeln!(text, "{name:<10}  AUC {:6.2} %  AP {:6.2} %", 100.0 * auc, 100.0 * ap);
        }
        text
    }
}

impl RepeatedResult {
    /// Summarises runs; `None` for no run.
    pub fn of(runs: Vec<RunResult>) -> Option<Self> {
        let summary =
            |metric: fn(&RunResult) -> f64| Summary::of(&runs.iter().map(metric).collect::<Vec<_>>());
        let validation = (summary(|run| run.validation.auc)?, summary(|run| run.validation.ap)?);
        let test = (summary(|run| run.test.auc)?, summary(|run| run.test.ap)?);
        let metrics = |of: fn(Summary) -> Option<f64>| {
            let pair = |(auc, ap): (Summary, Summary)| Some(LinkPrediction { auc: of(auc)?, ap: of(ap)? });
            Some(Metrics { validation: pair(validation)?, test: pair(test)? })
        };
        Some(Self {
            task: runs.first()?.task,
            mean: metrics(|summary| Some(summary.mean))?,
            std: metrics(|summary| summary.std),
            runs,
        })
    }

    /// The result as lines for a reader.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let deviation = |pick: fn(&Metrics) -> f64| {
            self.std.as_ref().map_or_else(String::new, |std| format!(" ± {:.2}", 100.0 * pick(std)))
        };
        let line = |name: &str, auc: fn(&Metrics) -> f64, ap: fn(&Metrics) -> f64| {
            let (mean_auc, mean_ap) = (100.0 * auc(&self.mean), 100.0 * ap(&self.mean));
            format!(
                "{name:<10}  AUC {mean_auc:6.2}{} %  AP {mean_ap:6.2}{} %\n",
                deviation(auc),
                deviation(ap)
            )
        };
        text += &line("validation", |m| m.validation.auc, |m| m.validation.ap);
        text += &line("test", |m| m.test.auc, |m| m.test.ap);
        let _ = writeln!(text, "mean ± standard deviation over {} seeds", self.runs.len());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64, auc: f64) -> RunResult {
        let metrics = LinkPrediction { auc, ap: auc / 2.0 };
        RunResult {
            task: Task::LinkPrediction,
            seed,
            epochs: 200,
            seconds_per_epoch: 0.5,
            peak_memory_bytes: None,
            validation: metrics,
            test: metrics,
        }
    }

    #[test]
    fn a_result_has_the_documented_keys() {
        let json = serde_json::to_value(run(3, 0.5)).expect("JSON");
        let expected = serde_json::json!({
            "task": "link-prediction", "seed": 3, "epochs": 200, "seconds_per_epoch": 0.5,
            "peak_memory_bytes": null,
            "validation": {"auc": 0.5, "ap": 0.25}, "test": {"auc": 0.5, "ap": 0.25},
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn several_runs_have_means_and_sample_deviations() {
        let result = RepeatedResult::of(vec![run(0, 0.75), run(1, 0.25)]).expect("two runs");
        assert_eq!(result.mean.test, LinkPrediction { auc: 0.5, ap: 0.25 });
        let std = result.std.expect("two runs").validation;
        assert!((std.auc - 0.125f64.sqrt()).abs() < 1e-15 && (std.ap - 0.125f64.sqrt() / 2.0).abs() < 1e-15);
        assert!(
            result.to_text().contains("test        AUC  50.00 ± 35.36 %  AP  25.00 ± 17.68 %"),
            "{}",
            result.to_text()
        );
        let single = RepeatedResult::of(vec![run(0, 0.75)]).expect("one run");
        assert!(single.std.is_none());
        assert!(RepeatedResult::of(Vec::new()).is_none());
    }
}
