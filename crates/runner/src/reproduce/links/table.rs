//! What the runs came to, with the heuristics on the same edges: as a table, as CSV and as JSON.

use std::fmt::Write;

use serde::Serialize;

use super::super::finished::{finished, lacks};
use super::{LINKS_GRAPHS, LinksGraph, LinksRun, Protocol};
use crate::error::Result;
use crate::evaluate::{Hits, LinkPrediction, Summary, TestMetrics};
use crate::result::RunResult;

/// What the runs came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LinksTable {
    /// A row for each model and heuristic.
    pub rows: Vec<LinksRow>,
    #[serde(skip)]
    runs: Vec<Finished>,
}

/// A model or a heuristic on the test edges of a graph, over splits: shares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinksRow {
    /// The name of the runs without the seed; of a heuristic the graph and the split.
    pub run: String,
    /// The graph.
    pub graph: &'static str,
    /// Which edges are held out.
    pub split: Protocol,
    /// The configuration or the heuristic.
    pub ranked_by: String,
    /// The splits that it was measured on.
    pub splits: usize,
    /// The AUC of the test edges against as many pairs without an edge.
    pub auc: Summary,
    /// The average precision of the same.
    pub ap: Summary,
    /// The mean reciprocal rank of test edges among all pairs without an edge, on the edges that heuristics rank too.
    pub mrr: Summary,
    /// Hits@100 against as many pairs without an edge.
    #[serde(rename = "shared_hits@100")]
    pub shared_hits_at_100: Summary,
    /// The test edges that the MRR is of, where they are a sample.
    pub ranked_edges: Option<usize>,
    /// What the steps of a run took in the mean.
    pub seconds: Option<f64>,
    /// The most memory that the process held while a run was trained.
    pub peak_memory_bytes: Option<u64>,
}

/// A run that has ended.
#[derive(Clone, Debug)]
struct Finished {
    run: LinksRun,
    result: RunResult,
    shared_hits: Hits,
    seconds: f64,
}

/// What is measured of a run or of a heuristic.
#[derive(Clone, Copy)]
struct Measured {
    test: TestMetrics,
    shared_hits: Hits,
    ranked_edges: Option<usize>,
}

impl LinksTable {
    /// A table of finished runs, each with the texts of its `result.json` and `timing.jsonl`.
    ///
    /// # Errors
    /// If they are not what a run on a graph writes.
    pub fn of<'a>(runs: impl Iterator<Item = (&'a LinksRun, String, String)>) -> Result<Self> {
        let mut table = Self::default();
        for (run, result, timing) in runs {
            let (result, seconds) = finished(&run.name, &result, &timing)?;
            let shared_hits = result.shared_hits.ok_or_else(|| lacks(&run.name, "shared_hits"))?;
            table.runs.push(Finished { run: run.clone(), result, shared_hits, seconds });
        }
        for graph in &LINKS_GRAPHS {
            for protocol in [Protocol::Kipf, Protocol::SharedHits] {
                table.add(graph, protocol);
            }
        }
        Ok(table)
    }

    /// The rows of a graph on one kind of split: its models, and the heuristics on the splits of the first of them.
    fn add(&mut self, graph: &'static LinksGraph, protocol: Protocol) {
        let own: Vec<Finished> = self
            .runs
            .iter()
            .filter(|one| one.run.graph == graph && one.run.model.protocol == protocol)
            .cloned()
            .collect();
        let groups: Vec<&[Finished]> = own.chunk_by(|one, next| one.run.group == next.run.group).collect();
        for group in &groups {
            let measured: Vec<Measured> = group.iter().map(Finished::measured).collect();
            let run = &group[0].run;
            let row = row((graph, protocol), &run.group, &format!("`{}`", run.model.config), &measured);
            let seconds = group.iter().map(|one| one.seconds).sum::<f64>() / group.len() as f64;
            let memory = group.iter().map(|one| one.result.peak_memory_bytes).max().flatten();
            self.rows.extend(row.map(|row| LinksRow {
                seconds: Some(seconds),
                peak_memory_bytes: memory,
                ..row
            }));
        }
        let Some(first) = groups.first() else { return };
        for (place, heuristic) in first[0].result.heuristics.iter().enumerate() {
            let measured: Vec<Measured> = first.iter().filter_map(|one| one.heuristic(place)).collect();
            let name = graph.split_name(protocol);
            self.rows.extend(row((graph, protocol), &name, &heuristic.name, &measured));
        }
    }

    /// A table for each kind of split, as Markdown, in percent.
    pub fn to_markdown(&self) -> String {
        let of = |protocol| self.rows.iter().filter(move |row| row.split == protocol);
        let mut tables = Vec::new();
        for protocol in [Protocol::Kipf, Protocol::SharedHits] {
            if of(protocol).next().is_none() {
                continue;
            }
            let mut text = match protocol {
                Protocol::Kipf => "| run | ranked by | splits | AUC | AP | MRR | seconds | MB |\n",
                Protocol::SharedHits => {
                    "| run | ranked by | splits | shared Hits@100 | AUC | AP | MRR | seconds | MB |\n"
                }
            }
            .to_owned();
            text += match protocol {
                Protocol::Kipf => "|---|---|---:|---:|---:|---:|---:|---:|\n",
                Protocol::SharedHits => "|---|---|---:|---:|---:|---:|---:|---:|---:|\n",
            };
            of(protocol).for_each(|row| text += &row.to_markdown());
            tables.push(text);
        }
        let splits = [Protocol::Kipf, Protocol::SharedHits].map(Protocol::shares).join(" and ");
        tables.push(format!(
            "Test edges in percent, mean ± standard deviation over splits and seeds of {splits} percent to train on, for validation \
             and for the test; heuristics on the same edges. An MRR with a number of edges is of a sample of them, the model's too. \
             Seconds are those of a run's steps: reading, splitting, setting up and evaluating are left out. MB is the most memory \
             that the process held.\n"
        ));
        tables.join("\n")
    }

    /// A line a row, as CSV; shares, not percent.
    pub fn to_csv(&self) -> String {
        let mut text = "run,graph,split,ranked_by,splits,auc,auc_std,ap,ap_std,mrr,mrr_std,shared_hits@100,shared_hits@100_std,ranked_edges,seconds,peak_memory_bytes\n"
            .to_owned();
        for row in &self.rows {
            let summaries = [row.auc, row.ap, row.mrr, row.shared_hits_at_100];
            let shares = summaries.map(|summary| format!("{},{}", summary.mean, optional(summary.std)));
            let _ = writeln!(
                text,
                "{},{},{},{},{},{},{},{},{}",
                row.run,
                row.graph,
                row.split.shares(),
                row.ranked_by.trim_matches('`'),
                row.splits,
                shares.join(","),
                optional(row.ranked_edges),
                optional(row.seconds),
                optional(row.peak_memory_bytes),
            );
        }
        text
    }
}

impl Finished {
    fn measured(&self) -> Measured {
        let ranked_edges = self.result.heuristics.first().and_then(|row| row.sampled);
        Measured { test: self.result.beside_heuristics(), shared_hits: self.shared_hits, ranked_edges }
    }

    fn heuristic(&self, place: usize) -> Option<Measured> {
        let row = self.result.heuristics.get(place)?;
        Some(Measured { test: row.test, shared_hits: row.shared_hits?, ranked_edges: row.sampled })
    }
}

impl LinksRow {
    fn to_markdown(&self) -> String {
        let [auc, ap, mrr, hits] =
            [self.auc, self.ap, self.mrr, self.shared_hits_at_100].map(|summary| summary.to_percent());
        let mrr = self.ranked_edges.map_or(mrr.clone(), |edges| format!("{mrr} ({edges} edges)"));
        let metrics = match self.split {
            Protocol::Kipf => format!("{auc} | {ap} | {mrr}"),
            Protocol::SharedHits => format!("{hits} | {auc} | {ap} | {mrr}"),
        };
        let seconds = self.seconds.map_or_else(String::new, |seconds| format!("{seconds:.1}"));
        let memory =
            self.peak_memory_bytes.map_or_else(String::new, |bytes| format!("{:.0}", bytes as f64 / 1e6));
        format!(
            "| {} | {} | {} | {metrics} | {seconds} | {memory} |\n",
            self.run, self.ranked_by, self.splits
        )
    }
}

/// The row of one way to rank over several splits; `None` over none.
fn row(
    (graph, split): (&'static LinksGraph, Protocol),
    run: &str,
    ranked_by: &str,
    measured: &[Measured],
) -> Option<LinksRow> {
    let summary = |of: fn(&Measured) -> f64| Summary::of(&measured.iter().map(of).collect::<Vec<_>>());
    Some(LinksRow {
        run: run.to_owned(),
        graph: graph.title,
        split,
        ranked_by: ranked_by.to_owned(),
        splits: measured.len(),
        auc: summary(|Measured { test: TestMetrics { balanced: LinkPrediction { auc, .. }, .. }, .. }| *auc)?,
        ap: summary(|measured| measured.test.balanced.ap)?,
        mrr: summary(|measured| measured.test.ranking.mrr)?,
        shared_hits_at_100: summary(|measured| measured.shared_hits.at_100)?,
        ranked_edges: measured.iter().filter_map(|measured| measured.ranked_edges).min(),
        seconds: None,
        peak_memory_bytes: None,
    })
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::links_runs;
    use super::*;

    /// With this AUC of the model and that of a heuristic.
    fn result(auc: f64, of_heuristic: f64) -> String {
        let hits = r#"{"1": 0, "3": 0, "10": 0.125, "50": 0.25, "100": 0.5}"#;
        let metrics = |auc: f64| format!(r#""auc": {auc}, "ap": 0.75, "mrr": 0.25, "hits": {hits}"#);
        format!(
            r#"{{"task": "link-prediction", "seed": 3, "epochs": 2, "seconds_per_epoch": 9.0,
            "peak_memory_bytes": 64000000, "validation": {{"auc": 0.5, "ap": 0.5}}, "test": {{{}}}, "shared_hits": {hits},
            "heuristics": [{{"name": "resource allocation", "sampled": 77, "shared_hits": {hits}, {}}}],
            "model_on_sample": {{"edges": 77, "of": 99, "mrr": 0.125, "hits": {hits}}}}}"#,
            metrics(auc),
            metrics(of_heuristic)
        )
    }

    fn table(rows: &[(&str, f64, f64)]) -> Result<LinksTable> {
        let all = links_runs(None, 0);
        let timing = "{\"epoch\":1,\"seconds\":1.5}\n{\"epoch\":2,\"seconds\":1.25}\n";
        LinksTable::of(rows.iter().map(|(name, auc, heuristic)| {
            let run = all.iter().find(|run| run.name == *name).expect("a run");
            (run, result(*auc, *heuristic), timing.to_owned())
        }))
    }

    #[test]
    fn rows_are_means_over_splits_and_heuristics_are_on_the_same_edges() {
        let table = table(&[
            ("cora-85-links-0", 0.5, 0.25),
            ("cora-85-links-1", 1.0, 0.75),
            ("pubmed-70-links-hits-pubmed-4", 0.75, 0.5),
        ])
        .expect("sound");
        let text = table.to_markdown();
        for row in [
            "| run | ranked by | splits | AUC | AP | MRR | seconds | MB |\n|---|---|",
            "\n| cora-85-links | `links` | 2 | 75.00 ± 35.36 | 75.00 ± 0.00 | 12.50 ± 0.00 (77 edges) | 2.8 | 64 |\n",
            "\n| cora-85 | resource allocation | 2 | 50.00 ± 35.36 | 75.00 ± 0.00 | 25.00 ± 0.00 (77 edges) |  |  |\n",
            "\n\n| run | ranked by | splits | shared Hits@100 | AUC | AP | MRR | seconds | MB |\n",
            "\n| pubmed-70-links-hits-pubmed | `links-hits-pubmed` | 1 | 50.00 | 75.00 | 75.00 | 12.50 (77 edges) | 2.8 | 64 |\n",
        ] {
            assert!(text.contains(row), "{row}\n{text}");
        }
        assert!(text.starts_with("| run |"));
        let csv = table.to_csv();
        assert_eq!(
            csv.lines().last(),
            Some("pubmed-70,Pubmed,70/10/20,resource allocation,1,0.5,,0.75,,0.25,,0.5,,77,,")
        );
        assert!(csv.lines().all(|line| line.split(',').count() == 16), "{csv}");
        let json = serde_json::to_value(&table).expect("JSON");
        assert_eq!(
            (&json["rows"][0]["split"], &json["rows"][0]["shared_hits@100"]["mean"]),
            (&"85/5/10".into(), &0.5.into())
        );
    }

    #[test]
    fn a_run_that_lacks_what_the_table_is_made_of_is_named() {
        let runs = links_runs(None, 0);
        let old = result(0.5, 0.5).replace("shared_hits", "something_else");
        let error = LinksTable::of([(&runs[0], old, String::new())].into_iter()).expect_err("no hits");
        assert_eq!(error.message, "cora-85-links-0: result.json: has no `shared_hits`");
        assert!(LinksTable::of([(&runs[0], String::new(), String::new())].into_iter()).is_err());
        assert_eq!(LinksTable::default().to_csv().lines().count(), 1);
    }
}
