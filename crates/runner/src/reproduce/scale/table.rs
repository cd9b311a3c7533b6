//! What runs on large graphs came to, as a table, as CSV and as JSON.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{Estimate, ScaleRun};
use crate::error::{Error, Result};
use crate::result::RunResult;
use crate::run_folder::{RESULT, TIMING};

/// What the runs came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScaleTable {
    /// A row for each run.
    pub rows: Vec<ScaleRow>,
}

/// What a run came to: shares, and their standard errors over the test edges.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScaleRow {
    /// The name of the run.
    pub run: String,
    /// The graph.
    pub graph: &'static str,
    /// The way to draw pairs.
    pub way: &'static str,
    /// What a step's objective is of the exact one.
    pub estimate: Estimate,
    /// Of the run and of its split.
    pub seed: u64,
    /// The epochs trained.
    pub epochs: usize,
    /// What the steps took when the run was trained: reading, splitting, setting up and evaluating are left out.
    pub seconds: f64,
    /// The AUC of the test edges against as many pairs without an edge.
    pub auc: f64,
    /// Its standard error.
    pub auc_standard_error: Option<f64>,
    /// The average precision of the same.
    pub ap: f64,
    /// The mean reciprocal rank of test edges among all pairs without an edge.
    pub mrr: f64,
    /// Its standard error.
    pub mrr_standard_error: Option<f64>,
    /// The test edges that it is a mean over, where they are a sample.
    pub ranked_edges: Option<usize>,
}

/// What is taken of a line of `timing.jsonl`.
#[derive(Deserialize)]
struct Line {
    seconds: f64,
}

impl Estimate {
    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Unbiased => "unbiased",
            Self::UnbiasedGivenLatents => "unbiased for given latent vectors",
            Self::Biased => "biased",
        }
    }
}

impl ScaleTable {
    /// Adds a finished run from the texts of its `result.json` and `timing.jsonl`.
    ///
    /// # Errors
    /// If they are not what a run on a graph writes.
    pub fn add(&mut self, run: &ScaleRun, result: &str, timing: &str) -> Result<()> {
        let damaged = |file: &str, error: serde_json::Error| {
            Error::failed(format!("{}: {file}: {error}", run.name))
                .with_hint("remove its folder to run it again")
        };
        let result: RunResult = serde_json::from_str(result).map_err(|error| damaged(RESULT, error))?;
        let lines: Vec<Line> = timing
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()
            .map_err(|error| damaged(TIMING, error))?;
        let test = result.test;
        self.rows.push(ScaleRow {
            run: run.name.clone(),
            graph: run.graph.name,
            way: run.way.name,
            estimate: run.way.estimate,
            seed: result.seed,
            epochs: result.epochs,
            seconds: lines.iter().map(|line| line.seconds).sum(),
            auc: test.balanced.auc,
            auc_standard_error: result.test_standard_error.map(|error| error.auc),
            ap: test.balanced.ap,
            mrr: test.ranking.mrr,
            mrr_standard_error: result.test_standard_error.map(|error| error.mrr),
            ranked_edges: result.test_sample.map(|sample| sample.edges),
        });
        Ok(())
    }

    /// A line a run, as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text =
            "| run | estimate | epochs | seconds | AUC | AP | MRR |\n|---|---|---:|---:|---:|---:|---:|\n"
                .to_owned();
        let percent = |value: f64, error: Option<f64>| match error {
            Some(error) => format!("{:.2} ± {:.2}", 100.0 * value, 100.0 * error),
            None => format!("{:.2}", 100.0 * value),
        };
        for row in &self.rows {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {:.2} | {} | {:.2} | {} |",
                row.run,
                row.estimate.in_words(),
                row.epochs,
                row.seconds,
                percent(row.auc, row.auc_standard_error),
                100.0 * row.ap,
                percent(row.mrr, row.mrr_standard_error),
            );
        }
        let mut seeds: Vec<String> = self.rows.iter().map(|row| row.seed.to_string()).collect();
        seeds.dedup();
        let _ = write!(
            text,
            "\nTest edges in percent, ± standard errors over these edges, seed {}. Seconds are those of the steps: reading, \
             splitting, setting up and evaluating are left out.\n",
            seeds.join(", ")
        );
        text
    }

    /// A line a run, as CSV; shares, not percent.
    pub fn to_csv(&self) -> String {
        let mut text = "run,graph,way,estimate,seed,epochs,seconds,auc,auc_standard_error,ap,mrr,mrr_standard_error,ranked_edges\n"
            .to_owned();
        let optional = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        for row in &self.rows {
            let ranked = row.ranked_edges.map_or_else(String::new, |edges| edges.to_string());
            let _ = writeln!(
                text,
                "{},{},{},{},{},{},{},{},{},{},{},{},{ranked}",
                row.run,
                row.graph,
                row.way,
                row.estimate.in_words(),
                row.seed,
                row.epochs,
                row.seconds,
                row.auc,
                optional(row.auc_standard_error),
                row.ap,
                row.mrr,
                optional(row.mrr_standard_error)
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reproduce::scale_runs;

    const RESULT: &str = r#"{"task": "link-prediction", "seed": 3, "epochs": 2, "seconds_per_epoch": 9.0,
        "peak_memory_bytes": null, "validation": {"auc": 0.5, "ap": 0.5},
        "test": {"auc": 0.875, "ap": 0.75, "mrr": 0.125, "hits": {"1": 0, "3": 0, "10": 0, "50": 0, "100": 0}},
        "test_standard_error": {"auc": 0.0025, "mrr": 0.005}}"#;

    #[test]
    fn a_row_has_the_seconds_of_its_steps_and_its_errors() {
        let runs = scale_runs(None);
        let run = runs.iter().find(|run| run.name == "pubmed-rows-2").expect("a run");
        let mut table = ScaleTable::default();
        table
            .add(run, RESULT, "{\"epoch\":1,\"seconds\":1.5}\n{\"epoch\":2,\"seconds\":1.25}\n")
            .expect("sound");
        assert_eq!(
            table.to_csv().lines().nth(1),
            Some("pubmed-rows-2,pubmed,rows,unbiased,3,2,2.75,0.875,0.0025,0.75,0.125,0.005,")
        );
        let text = table.to_markdown();
        let row = "\n| pubmed-rows-2 | unbiased | 2 | 2.75 | 87.50 ± 0.25 | 75.00 | 12.50 ± 0.50 |\n";
        assert!(text.contains(row) && text.contains(", seed 3. Seconds"), "{text}");
        let error = table.add(run, RESULT, "{}").expect_err("no seconds");
        assert!(error.message.starts_with("pubmed-rows-2: timing.jsonl: missing field"), "{}", error.message);
    }
}
