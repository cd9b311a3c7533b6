//! What a run comes to: `result.json`, and what is printed at the end.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::evaluate::{
    AT, Contest, HeuristicRow, Hits, HitsOverRuns, LinkPrediction, Ranked, Ranking, RankingBySide,
    SampledRanking, Summary, TestErrors, TestMetrics, TestSample, ValidationHits, ValidationRanking,
    mean_metrics, mean_rows, table_beside,
};
use crate::experiment::Metric;

/// What a model was trained to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskName {
    /// To tell edges from non-edges.
    LinkPrediction,
    /// To give images a high likelihood.
    Density,
}

/// The epoch that a run with `train.weights = "best"` ended with the weights of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BestEpoch {
    /// Its number, from 1; 0 is the model that training began with.
    pub epoch: u64,
    /// What it is the best by.
    pub metric: Metric,
    /// The validation metric after it.
    pub value: f64,
    /// What that was measured on, where it is one of ranks.
    #[serde(flatten)]
    pub ranked: Option<Ranked>,
    /// The last epoch that was trained.
    pub last_epoch: u64,
    /// The validation metric after that.
    pub last_value: f64,
}

impl BestEpoch {
    /// The epoch in a sentence.
    pub fn to_text(&self) -> String {
        let Self { epoch, last_epoch, last_value, metric, .. } = *self;
        let best = self.in_words();
        match epoch == last_epoch {
            true => format!("kept the weights of epoch {epoch}, the last, {best}"),
            false => format!(
                "kept the weights {}, {best}; the last epoch, {last_epoch}, had {}",
                self.origin(),
                metric.show(last_value)
            ),
        }
    }

    /// Where its weights come from: `of epoch 3`.
    pub fn origin(&self) -> String {
        match self.epoch {
            0 => "from before the first step".to_owned(),
            epoch => format!("of epoch {epoch}"),
        }
    }

    /// Why it was kept: `whose validation AUC of 92.20 % is the best`.
    pub fn in_words(&self) -> String {
        format!("whose validation {} of {} is the best", self.metric.title(), self.value_in_words())
    }

    /// What the model has before the first step.
    pub fn start_to_text(&self) -> String {
        format!("before the first step the validation {} is {}", self.metric.title(), self.value_in_words())
    }

    fn value_in_words(&self) -> String {
        let Self { metric, value, .. } = *self;
        self.ranked.map_or_else(
            || metric.show(value),
            |ranked| {
                let shown = metric.show_with_error(value, ranked.standard_error);
                format!("{shown} on {}", ranked.edges_in_words())
            },
        )
    }
}

/// The outcome of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// What the model was trained to do.
    pub task: TaskName,
    /// The seed of the run.
    pub seed: u64,
    /// The epochs that were trained.
    pub epochs: usize,
    /// The mean wall time of an epoch, evaluation left out.
    pub seconds_per_epoch: f64,
    /// The most memory the process has held at once, where the system says.
    pub peak_memory_bytes: Option<u64>,
    /// The epoch whose weights the run ended with, where they are the best by a validation metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_epoch: Option<BestEpoch>,
    /// Metrics of the validation edges.
    pub validation: LinkPrediction,
    /// How they are ranked, where `train.best_metric` is one of filtered ranks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_ranking: Option<ValidationRanking>,
    /// How many of them are above the shared non-edges, where `train.best_metric` is one of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_shared_hits: Option<ValidationHits>,
    /// Hits@K of the test edges against the test non-edges; runs of earlier versions lack them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_hits: Option<Hits>,
    /// Metrics of the test edges.
    pub test: TestMetrics,
    /// The test edges that its MRR and Hits@K are of, where they are a sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_sample: Option<TestSample>,
    /// The standard errors of the metrics of the test edges; runs of earlier versions lack them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_standard_error: Option<TestErrors>,
    /// How each side ranks the other, where the graph has sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_by_side: Option<RankingBySide>,
    /// The heuristics on the test edges, where they were measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heuristics: Vec<HeuristicRow>,
    /// The model's ranks of the test edges that the heuristics ranked, where those are a sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_on_sample: Option<SampledRanking>,
    /// How well the model and the heuristics rank the same validation edges, where it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_ranks: Option<Contest>,
    /// Why the metrics may say less than they seem to, where there is a reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
}

/// The outcome of several runs that differ in their seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepeatedResult {
    /// What the models were trained to do.
    pub task: TaskName,
    /// Each run, in the order of their seeds.
    pub runs: Vec<RunResult>,
    /// The means over the runs.
    pub mean: Metrics,
    /// The sample standard deviations over the runs; absent where there is one run.
    pub std: Option<Metrics>,
    /// Hits@K of the validation edges against the validation non-edges, where `train.best_metric` is one of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_shared_hits: Option<HitsOverRuns>,
    /// The same of the test edges; runs of earlier versions lack them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_hits: Option<HitsOverRuns>,
    /// The means of the heuristics on the test edges, where they were measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heuristics: Vec<HeuristicRow>,
}

/// Every metric of a model, or a statistic of each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Of the validation edges.
    pub validation: LinkPrediction,
    /// Of the test edges.
    pub test: TestMetrics,
}

/// Cautions that are shown of several runs.
const SHOWN: usize = 3;

/// How many numbers there are in [`Metrics`].
const COUNT: usize = 5 + AT.len();

impl RunResult {
    /// The metrics alone.
    pub fn metrics(&self) -> Metrics {
        Metrics { validation: self.validation, test: self.test }
    }

    /// The model on the test edges that the heuristics were measured on.
    pub fn beside_heuristics(&self) -> TestMetrics {
        let ranking = self.model_on_sample.map_or(self.test.ranking, |sampled| sampled.ranking);
        TestMetrics { ranking, ..self.test }
    }

    /// The result as lines for a reader.
    pub fn to_text(&self) -> String {
        let mut text = self.metrics().to_text(self.validation_ranking.as_ref(), self.test_sample.as_ref());
        text += &self.test_by_side.map(|by_side| by_side.to_text()).unwrap_or_default();
        text += &self.validation_shared_hits.map_or_else(String::new, |validation| {
            shared_lines(&validation.to_text(), HitsOverRuns::of(std::iter::once(self.shared_hits)))
        });
        if !self.heuristics.is_empty() {
            let sample =
                self.model_on_sample.map_or_else(String::new, |SampledRanking { edges, of, .. }| {
                    format!("; ranks, the model's too, on a sample of {edges} of {of} test edges")
                });
            let title = format!("\nbeside heuristics, on the test edges in percent{sample}");
            text += &table_beside(&title, self.beside_heuristics(), &self.heuristics);
            text += if self.cautions.is_empty() { "" } else { "\n" };
        }
        let cautions = self.cautions.iter().map(|caution| format!("caution     {caution}\n"));
        text + &cautions.collect::<String>()
    }
}

/// Hits@K against shared non-edges, those of the validation edges in words.
pub fn shared_lines(validation: &str, test: Option<HitsOverRuns>) -> String {
    let test = test.map(|hits| ("test", hits.to_text()));
    let lines = [("validation", validation.to_owned())].into_iter().chain(test);
    lines.map(|(part, hits)| format!("{part:<10}  {hits}\n")).collect()
}

impl Metrics {
    /// The metrics as lines for a reader, with how the validation edges are ranked, where that was measured, and the sample of
    /// the test edges that is, where it is one.
    pub fn to_text(
        &self,
        validation_ranking: Option<&ValidationRanking>,
        test_sample: Option<&TestSample>,
    ) -> String {
        let mut text = self.balanced_lines(None, validation_ranking);
        text += &match test_sample {
            Some(sample) => format!("{:10}  {}\n", "", sample.to_text(&self.test.ranking)),
            None => self.ranking_line(None),
        };
        text
    }

    /// AUC and average precision, each with its deviation where there is one.
    fn balanced_lines(&self, std: Option<&Self>, validation_ranking: Option<&ValidationRanking>) -> String {
        let mut text = String::new();
        for (name, first) in [("validation", 0), ("test", 2)] {
            let (auc, ap) = (self.percent(std, first, 6), self.percent(std, first + 1, 6));
            let _ = writeln!(text, "{name:<10}  AUC {auc} %  AP {ap} %");
            if let Some(ranking) = validation_ranking.filter(|_| name == "validation") {
                let _ = writeln!(text, "{:10}  {}", "", ranking.to_text());
            }
        }
        text
    }

    /// MRR and Hits@K of the test edges, each with its deviation where there is one.
    fn ranking_line(&self, std: Option<&Self>) -> String {
        let hits = [5, 6, 7, 8, 9].map(|place| self.percent(std, place, 0)).join(" / ");
        let mrr = self.percent(std, 4, 6);
        format!("{:10}  MRR {mrr} %  Hits@{} {hits} %\n", "", AT.map(|k| k.to_string()).join("/"))
    }

    fn percent(&self, std: Option<&Self>, place: usize, width: usize) -> String {
        let deviation = std.map(|std| format!(" ± {:.2}", 100.0 * std.values()[place])).unwrap_or_default();
        format!("{:width$.2}{deviation}", 100.0 * self.values()[place])
    }

    fn values(&self) -> [f64; COUNT] {
        let Self { validation, test: TestMetrics { balanced, ranking } } = self;
        let [at_1, at_3, at_10, at_50, at_100] = ranking.hits.values();
        [
            validation.auc,
            validation.ap,
            balanced.auc,
            balanced.ap,
            ranking.mrr,
            at_1,
            at_3,
            at_10,
            at_50,
            at_100,
        ]
    }

    fn from_values([validation_auc, validation_ap, auc, ap, mrr, hits @ ..]: [f64; COUNT]) -> Self {
        Self {
            validation: LinkPrediction { auc: validation_auc, ap: validation_ap },
            test: TestMetrics {
                balanced: LinkPrediction { auc, ap },
                ranking: Ranking { mrr, hits: Hits::from(hits) },
            },
        }
    }
}

impl RepeatedResult {
    /// Summarises runs; `None` for no run.
    pub fn of(runs: Vec<RunResult>) -> Option<Self> {
        let values: Vec<[f64; COUNT]> = runs.iter().map(|run| run.metrics().values()).collect();
        let summary = |place: usize| Summary::of(&values.iter().map(|run| run[place]).collect::<Vec<_>>());
        let mut mean = [0.0; COUNT];
        let mut std = Some([0.0; COUNT]);
        for place in 0..COUNT {
            let summary = summary(place)?;
            mean[place] = summary.mean;
            std = std.zip(summary.std).map(|(mut std, deviation)| {
                std[place] = deviation;
                std
            });
        }
        Some(Self {
            task: runs.first()?.task,
            mean: Metrics::from_values(mean),
            std: std.map(Metrics::from_values),
            validation_shared_hits: HitsOverRuns::of(
                runs.iter().map(|run| run.validation_shared_hits.map(|validation| validation.hits)),
            ),
            shared_hits: HitsOverRuns::of(runs.iter().map(|run| run.shared_hits)),
            heuristics: mean_rows(&runs.iter().map(|run| &run.heuristics[..]).collect::<Vec<_>>()),
            runs,
        })
    }

    /// The result as lines for a reader.
    pub fn to_text(&self) -> String {
        let mut cautions: Vec<&String> = self.runs.iter().flat_map(|run| &run.cautions).collect();
        cautions.sort();
        cautions.dedup();
        let std = self.std.as_ref();
        let mut text = self.mean.balanced_lines(std, None) + &self.mean.ranking_line(std);
        text += &self
            .validation_shared_hits
            .map_or_else(String::new, |validation| shared_lines(&validation.to_text(), self.shared_hits));
        let sample = self.runs.iter().find_map(|run| run.test_sample);
        let sample = sample.map(|sample| format!("; MRR and Hits@K of each of {}", sample.edges_in_words()));
        let sample = sample.unwrap_or_default();
        let _ = writeln!(text, "mean ± standard deviation over {} seeds{sample}", self.runs.len());
        if !self.heuristics.is_empty() {
            let model: Vec<TestMetrics> = self.runs.iter().map(RunResult::beside_heuristics).collect();
            let is_sampled = self.heuristics.iter().any(|row| row.sampled.is_some());
            let sample = if is_sampled { "; ranks, the model's too, on samples of them" } else { "" };
            let title = format!("\nbeside heuristics, means on the test edges in percent{sample}");
            text += &table_beside(&title, mean_metrics(&model), &self.heuristics);
            text += if cautions.is_empty() { "" } else { "\n" };
        }
        for caution in cautions.iter().take(SHOWN) {
            let _ = writeln!(text, "caution     {caution}");
        }
        if cautions.len() > SHOWN {
            let _ =
                writeln!(text, "caution     and {} more, in each run's result.json", cautions.len() - SHOWN);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64, auc: f64) -> RunResult {
        let balanced = LinkPrediction { auc, ap: auc / 2.0 };
        let ranking = Ranking { mrr: auc / 4.0, hits: [0.0, 0.125, 0.25, 0.5, auc].into() };
        RunResult {
            task: TaskName::LinkPrediction,
            seed,
            epochs: 200,
            seconds_per_epoch: 0.5,
            peak_memory_bytes: None,
            best_epoch: None,
            validation: balanced,
            validation_ranking: None,
            validation_shared_hits: None,
            shared_hits: None,
            test: TestMetrics { balanced, ranking },
            test_sample: None,
            test_standard_error: None,
            test_by_side: None,
            heuristics: Vec::new(),
            model_on_sample: None,
            validation_ranks: None,
            cautions: Vec::new(),
        }
    }

    #[test]
    fn a_result_has_the_documented_keys() {
        let json = serde_json::to_value(run(3, 0.5)).expect("JSON");
        let expected = serde_json::json!({
            "task": "link-prediction", "seed": 3, "epochs": 200, "seconds_per_epoch": 0.5,
            "peak_memory_bytes": null,
            "validation": {"auc": 0.5, "ap": 0.25},
            "test": {
                "auc": 0.5, "ap": 0.25, "mrr": 0.125,
                "hits": {"1": 0.0, "3": 0.125, "10": 0.25, "50": 0.5, "100": 0.5},
            },
        });
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_value::<RunResult>(json).expect("a result"), run(3, 0.5));
    }

    #[test]
    fn several_runs_have_means_and_sample_deviations() {
        let result = RepeatedResult::of(vec![run(0, 0.75), run(1, 0.25)]).expect("two runs");
        assert_eq!(result.mean, run(0, 0.5).metrics());
        let std = result.std.expect("two runs").validation;
        assert!((std.auc - 0.125f64.sqrt()).abs() < 1e-15 && (std.ap - 0.125f64.sqrt() / 2.0).abs() < 1e-15);
        assert!(
            result.to_text().contains("test        AUC  50.00 ± 35.36 %  AP  25.00 ± 17.68 %"),
            "{}",
            result.to_text()
        );
        let hits = "            MRR  12.50 ± 8.84 %  Hits@1/3/10/50/100 \
                    0.00 ± 0.00 / 12.50 ± 0.00 / 25.00 ± 0.00 / 50.00 ± 0.00 / 50.00 ± 35.36 %\n";
        assert!(result.to_text().contains(hits), "{}", result.to_text());
        let single = RepeatedResult::of(vec![run(0, 0.75)]).expect("one run");
        assert!(single.std.is_none());
        assert!(RepeatedResult::of(Vec::new()).is_none());
    }
}
