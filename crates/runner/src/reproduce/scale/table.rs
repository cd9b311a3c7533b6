//! What runs on large graphs came to, as a table, as CSV and as JSON.

use std::fmt::Write;

use serde::Serialize;

use super::super::finished::{finished, lacks};
use super::{Estimate, SCALE_GRAPHS, ScaleGraph, ScaleRun, WAYS};
use crate::error::Result;

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
    /// The mean reciprocal rank of validation edges, all or a sample, among all pairs that are no training or validation edge.
    pub validation_mrr: f64,
    /// Its standard error.
    pub validation_mrr_standard_error: f64,
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
        let (result, seconds) = finished(&run.name, result, timing)?;
        let validation = result.validation_ranking.ok_or_else(|| lacks(&run.name, "validation_ranking"))?;
        let test = result.test;
        self.rows.push(ScaleRow {
            run: run.name.clone(),
            graph: run.graph.name,
            way: run.way.name,
            estimate: run.way.estimate,
            seed: result.seed,
            epochs: result.epochs,
            seconds,
            validation_mrr: validation.ranking.mrr,
            validation_mrr_standard_error: validation.standard_error.mrr,
            auc: test.balanced.auc,
            auc_standard_error: result.test_standard_error.map(|error| error.auc),
            ap: test.balanced.ap,
            mrr: test.ranking.mrr,
            mrr_standard_error: result.test_standard_error.map(|error| error.mrr),
            ranked_edges: result.test_sample.map(|sample| sample.edges),
        });
        Ok(())
    }

    /// Of the runs of a way through a graph the one with the best validation MRR, the shortest of several alike.
    pub fn chosen(&self, graph: &str, way: &str) -> Option<&ScaleRow> {
        let own = self.rows.iter().filter(|row| row.graph == graph && row.way == way);
        own.reduce(|best, row| if row.validation_mrr > best.validation_mrr { row } else { best })
    }

    /// A line a run, and then a line a way with the run that is chosen of each graph, as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = "| run | estimate | epochs | seconds | validation MRR | AUC | AP | MRR |\n\
                        |---|---|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
        for row in &self.rows {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {:.2} | {} | {} | {:.2} | {} |",
                row.run,
                row.estimate.in_words(),
                row.epochs,
                row.seconds,
                percent(row.validation_mrr, Some(row.validation_mrr_standard_error)),
                percent(row.auc, row.auc_standard_error),
                100.0 * row.ap,
                percent(row.mrr, row.mrr_standard_error),
            );
        }
        let Some(ScaleRow { seed, .. }) = self.rows.first() else { return text };
        let _ = write!(
            text,
            "\nTest edges in percent, ± standard errors over these edges, seed {seed}; validation MRR of at most 1000 validation \
             edges. Seconds are those of the steps: reading, splitting, setting up and evaluating are left out.\n\n\
             Of each way the run with the best validation MRR: its seconds, test AUC and MRR.\n\n"
        );
        text + &self.chosen_to_markdown()
    }

    fn chosen_to_markdown(&self) -> String {
        let has_row = |graph: &&ScaleGraph| self.rows.iter().any(|row| row.graph == graph.name);
        let graphs: Vec<&ScaleGraph> = SCALE_GRAPHS.iter().filter(has_row).collect();
        let titles: String = graphs.iter().map(|graph| format!(" {} |", graph.title)).collect();
        let mut text = format!("| way |{titles}\n|---|{}\n", "---|".repeat(graphs.len()));
        for way in &WAYS {
            let cell = |graph: &&ScaleGraph| match self.chosen(graph.name, way.name) {
                Some(row) => format!(
                    " {:.1} s: {:.2}, {} |",
                    row.seconds,
                    100.0 * row.auc,
                    percent(row.mrr, row.mrr_standard_error)
                ),
                None => " — |".to_owned(),
            };
            let cells: String = graphs.iter().map(cell).collect();
            let _ = writeln!(text, "| {} |{cells}", way.title);
        }
        text
    }

    /// A line a run, as CSV; shares, not percent.
    pub fn to_csv(&self) -> String {
        let mut text = "run,graph,way,estimate,seed,epochs,seconds,validation_mrr,validation_mrr_standard_error,auc,auc_standard_error,ap,mrr,mrr_standard_error,ranked_edges\n"
            .to_owned();
        let optional = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        for row in &self.rows {
            let ranked = row.ranked_edges.map_or_else(String::new, |edges| edges.to_string());
            let _ = writeln!(
                text,
                "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{ranked}",
                row.run,
                row.graph,
                row.way,
                row.estimate.in_words(),
                row.seed,
                row.epochs,
                row.seconds,
                row.validation_mrr,
                row.validation_mrr_standard_error,
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

fn percent(value: f64, error: Option<f64>) -> String {
    match error {
        Some(error) => format!("{:.2} ± {:.2}", 100.0 * value, 100.0 * error),
        None => format!("{:.2}", 100.0 * value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reproduce::scale_runs;

    /// With this validation MRR and that test MRR.
    fn result(validation_mrr: f64, mrr: f64) -> String {
        let hits = r#"{"1": 0, "3": 0, "10": 0, "50": 0, "100": 0}"#;
        format!(
            r#"{{"task": "link-prediction", "seed": 3, "epochs": 2, "seconds_per_epoch": 9.0,
            "peak_memory_bytes": null, "validation": {{"auc": 0.5, "ap": 0.5}},
            "validation_ranking": {{"edges": 9, "of": 9, "mrr": {validation_mrr}, "hits": {hits},
                "standard_error": {{"mrr": 0.0125, "hits": {hits}}}}},
            "test": {{"auc": 0.875, "ap": 0.75, "mrr": {mrr}, "hits": {hits}}},
            "test_standard_error": {{"auc": 0.0025, "mrr": 0.005}}}}"#
        )
    }

    fn run(name: &str) -> ScaleRun {
        scale_runs(None).into_iter().find(|run| run.name == name).expect("a run")
    }

    #[test]
    fn a_row_has_the_seconds_of_its_steps_and_its_errors() {
        let run = run("pubmed-rows-2");
        let (mut table, result) = (ScaleTable::default(), result(0.25, 0.125));
        table
            .add(&run, &result, "{\"epoch\":1,\"seconds\":1.5}\n{\"epoch\":2,\"seconds\":1.25}\n")
            .expect("sound");
        assert_eq!(
            table.to_csv().lines().nth(1),
            Some("pubmed-rows-2,pubmed,rows,unbiased,3,2,2.75,0.25,0.0125,0.875,0.0025,0.75,0.125,0.005,")
        );
        let text = table.to_markdown();
        let row = "\n| pubmed-rows-2 | unbiased | 2 | 2.75 | 25.00 ± 1.25 | 87.50 ± 0.25 | 75.00 | 12.50 ± 0.50 |\n";
        assert!(text.contains(row) && text.contains(", seed 3; "), "{text}");
        let error = table.add(&run, &result, "{}").expect_err("no seconds");
        assert!(error.message.starts_with("pubmed-rows-2: timing.jsonl: missing field"), "{}", error.message);
        let without = result.replace("validation_ranking", "something_else");
        let error = table.add(&run, &without, "").expect_err("no validation ranks");
        assert_eq!(error.message, "pubmed-rows-2: result.json: has no `validation_ranking`");
    }

    #[test]
    fn the_run_of_a_way_is_chosen_by_the_validation_edges() {
        let mut table = ScaleTable::default();
        for (name, validation_mrr, mrr) in [
            ("pubmed-rows-1", 0.25, 0.5),
            ("pubmed-rows-2", 0.5, 0.125),
            ("pubmed-rows-4", 0.5, 0.75),
            ("cnr-2000-sampled-10", 0.25, 0.25),
        ] {
            table.add(&run(name), &result(validation_mrr, mrr), "{\"seconds\":2}").expect("sound");
        }
        let name = |graph, way| table.chosen(graph, way).map(|row| row.run.as_str());
        assert_eq!(name("pubmed", "rows"), Some("pubmed-rows-2"));
        assert_eq!((name("pubmed", "all"), name("pubmed", "sampled")), (None, None));
        let text = table.to_markdown();
        for line in [
            "| way | Pubmed without features, 19 717 nodes | cnr-2000, 325 557 nodes |\n|---|---|---|\n",
            "\n| all pairs, exact | — | — |\n| rows | 2.0 s: 87.50, 12.50 ± 0.50 | — |\n",
            "\n| sampled | — | 2.0 s: 87.50, 25.00 ± 0.50 |\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
        let empty = ScaleTable::default().to_markdown();
        assert!(empty.starts_with("| run |") && empty.lines().count() == 2, "{empty}");
    }
}
