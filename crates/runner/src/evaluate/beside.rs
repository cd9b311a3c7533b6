//! Heuristics beside a model at the end of training, in seconds: on a large graph the ranks are of a sample of the edges.

use std::borrow::Cow;
use std::fmt::Write;

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{Graph, LinkSplit};
use serde::{Deserialize, Serialize};

use super::contest::{Contest, contestants, reciprocals};
use super::heuristics::{heuristic_ranks, pair_scores};
use super::hits_over_runs::HitsOverRuns;
use super::link_prediction::{LinkPrediction, link_prediction};
use super::ranked_edges::{Queries, RankedEdges};
use super::ranking::{AT, Hits, Ranking};
use super::report::TestMetrics;
use super::summary::{mean, standard_error};
use super::test_sample::TestRanking;
use crate::error::{Error, Result};
use crate::experiment::Part;
use crate::model_scores::ModelScores;

/// A heuristic on the test edges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeuristicRow {
    /// What people call it.
    pub name: String,
    /// AUC and average precision against as many non-edges; MRR and Hits@K filtered per source.
    #[serde(flatten)]
    pub test: TestMetrics,
    /// The test edges that MRR and Hits@K are of, where they are a sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampled: Option<usize>,
    /// Hits@K against the shared negatives, the test non-edges; runs of earlier versions lack them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_hits: Option<Hits>,
    /// How far the model is above it on the same edges; runs of earlier versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_above: Option<ModelAbove>,
}

/// The model's mean reciprocal rank less a heuristic's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelAbove {
    /// The difference, a fraction in [−1, 1].
    pub mrr: f64,
    /// Its standard error, from the difference of each edge.
    pub standard_error: f64,
}

impl ModelAbove {
    /// Of the ranks of the same edges, two an edge.
    fn of(model: &[f64], heuristic: &[f64]) -> Self {
        let [model, heuristic] = [model, heuristic].map(reciprocals);
        let differences: Vec<f64> = model.iter().zip(heuristic).map(|(model, other)| model - other).collect();
        Self { mrr: mean(&differences), standard_error: standard_error(&differences) }
    }

    /// The mean of several runs, whose test edges are drawn each by itself.
    fn mean(runs: &[Self]) -> Option<Self> {
        let count = runs.len() as f64;
        let squares: f64 = runs.iter().map(|run| run.standard_error.powi(2)).sum();
        (!runs.is_empty()).then(|| Self {
            mrr: runs.iter().map(|run| run.mrr).sum::<f64>() / count,
            standard_error: squares.sqrt() / count,
        })
    }
}

/// The model's ranks of a sample of the test edges, to stand beside those of heuristics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampledRanking {
    /// The test edges of the sample.
    pub edges: usize,
    /// The test edges that there are.
    pub of: usize,
    /// MRR and Hits@K, filtered per source.
    #[serde(flatten)]
    pub ranking: Ranking,
}

/// What stands beside a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// The heuristics on the test edges.
    pub rows: Vec<HeuristicRow>,
    /// The model on the same sample, where ranks are of one.
    pub model: Option<SampledRanking>,
    /// Who ranks the validation edges better.
    pub contest: Contest,
}

impl Beside {
    /// Measures the heuristics that take seconds, on no more test edges than the model has ranked: it need not rank any again, which
    /// may take minutes.
    ///
    /// # Errors
    /// If the split has no validation or test edge.
    pub fn of(
        scores: &ModelScores,
        of_model: &TestRanking,
        graph: &Graph,
        split: &LinkSplit,
        queries: Queries,
    ) -> Result<Self> {
        let train = split.train_graph(graph);
        let ranked = queries.by_heuristics(&split.test.edges, &train, Part::Test);
        Self::ranked(scores, of_model, graph, &train, split, ranked, queries)
    }

    fn ranked<'a>(
        scores: &ModelScores,
        of_model: &'a TestRanking,
        graph: &Graph,
        train: &Graph,
        split: &LinkSplit,
        mut ranked: RankedEdges<'a>,
        queries: Queries,
    ) -> Result<Self> {
        if of_model.edges.len() < ranked.edges.len() {
            ranked.edges = Cow::Borrowed(&of_model.edges);
        }
        let ranks_of_model = of_model.ranks_of(&ranked.edges);
        let row = |heuristic: Heuristic| {
            let scores = |pairs: &[[u32; 2]]| pair_scores(heuristic, train, pairs);
            let [edges, non_edges] = [&split.test.edges, &split.test.non_edges].map(|pairs| scores(pairs));
            let balanced = link_prediction(&edges, &non_edges)?;
            let shared_hits = Some(Hits::against(&edges, &non_edges));
            let ranks = heuristic_ranks(heuristic, graph, train, &ranked.edges);
            let ranking =
                Ranking::of(&ranks).ok_or_else(|| Error::failed("there is no test edge to rank"))?;
            let test = TestMetrics { balanced, ranking };
            Ok(HeuristicRow {
                name: heuristic.name().to_owned(),
                test,
                sampled: ranked.sampled(),
                shared_hits,
                model_above: Some(ModelAbove::of(&ranks_of_model, &ranks)),
            })
        };
        let ranking = Ranking::of(&ranks_of_model).filter(|_| ranked.sampled().is_some());
        let model =
            ranking.map(|ranking| SampledRanking { edges: ranked.edges.len(), of: ranked.of, ranking });
        let contestants = contestants(graph);
        Ok(Self {
            rows: contestants.iter().copied().map(row).collect::<Result<_>>()?,
            model,
            contest: Contest::of(scores, &contestants, train, split, queries)?,
        })
    }
}

/// The means of the same heuristics in several runs, whose numbers of sampled edges may differ: the least is told.
pub fn mean_rows(runs: &[&[HeuristicRow]]) -> Vec<HeuristicRow> {
    let Some((first, others)) = runs.split_first() else { return Vec::new() };
    let mean = |(place, row): (usize, &HeuristicRow)| {
        let rows: Vec<&HeuristicRow> =
            std::iter::once(row).chain(others.iter().filter_map(|rows| rows.get(place))).collect();
        HeuristicRow {
            name: row.name.clone(),
            test: mean_metrics(&rows.iter().map(|row| row.test).collect::<Vec<_>>()),
            sampled: rows.iter().filter_map(|row| row.sampled).min(),
            shared_hits: HitsOverRuns::of(rows.iter().map(|row| row.shared_hits)).map(|hits| hits.mean),
            model_above: ModelAbove::mean(&rows.iter().filter_map(|row| row.model_above).collect::<Vec<_>>()),
        }
    };
    first.iter().enumerate().map(mean).collect()
}

/// The means of metrics, of which there is one at least.
pub fn mean_metrics(metrics: &[TestMetrics]) -> TestMetrics {
    let mean = |of: &dyn Fn(&TestMetrics) -> f64| metrics.iter().map(of).sum::<f64>() / metrics.len() as f64;
    let mut hits = [0.0; AT.len()];
    for (place, mean_hits) in hits.iter_mut().enumerate() {
        *mean_hits = mean(&|metrics| metrics.ranking.hits.values()[place]);
    }
    TestMetrics {
        balanced: LinkPrediction {
            auc: mean(&|metrics| metrics.balanced.auc),
            ap: mean(&|metrics| metrics.balanced.ap),
        },
        ranking: Ranking { mrr: mean(&|metrics| metrics.ranking.mrr), hits: hits.into() },
    }
}

/// A table in percent of a model and the heuristics beside it, under its title.
pub fn table_beside(title: &str, model: TestMetrics, heuristics: &[HeuristicRow]) -> String {
    let rows: Vec<(&str, TestMetrics)> = std::iter::once(("model", model))
        .chain(heuristics.iter().map(|row| (row.name.as_str(), row.test)))
        .collect();
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut text = format!("{title}\n");
    let heads = ["AUC", "AP", "MRR"].map(str::to_owned).into_iter().chain(AT.map(|k| format!("Hits@{k}")));
    let heads: String = heads.map(|head| format!(" {head:>8}")).collect();
    let _ = writeln!(text, "{:width$}{heads}", "");
    for (name, TestMetrics { balanced, ranking }) in rows {
        let values = [balanced.auc, balanced.ap, ranking.mrr].into_iter().chain(ranking.hits.values());
        let cells: String = values.map(|value| format!(" {:>8.2}", 100.0 * value)).collect();
        let _ = writeln!(text, "{name:<width$}{cells}");
    }
    text + &model_above_best(heuristics)
}

/// How far the model is above or below the heuristic that ranks best, as a line; empty where it is not known.
pub fn model_above_best(rows: &[HeuristicRow]) -> String {
    let best =
        rows.iter().reduce(|best, row| if row.test.ranking.mrr > best.test.ranking.mrr { row } else { best });
    let line = |best: &HeuristicRow| {
        let ModelAbove { mrr, standard_error } = best.model_above?;
        let side = if mrr < 0.0 { "below" } else { "above" };
        let (mrr, error) = (100.0 * mrr.abs(), 100.0 * standard_error);
        Some(format!(
            "the model's MRR is {mrr:.2} ± {error:.2} points {side} that of {}, edge by edge\n",
            best.name
        ))
    };
    best.and_then(line).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::SplitConfig;

    use super::*;
    use crate::evaluate::{filtered_ranking, heuristic_row, test_ranking};
    use crate::random::{Purpose, Streams, standard_normals};

    #[test]
    fn rows_are_those_of_an_evaluation_and_samples_come_near_them() {
        let graph = aevb_data::graph::cora();
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("Cora can be split");
        let z = standard_normals(&mut Streams::new(2).generator(Purpose::Sampling, 0), graph.nodes() * 4);
        let scores = ModelScores::of_rows(&z, [graph.nodes(), 4], &split.validation);
        let (train, queries) = (split.train_graph(&graph), Queries::unasked(Streams::new(0)));
        let ranked = queries.by_model(&split.test.edges, |_| graph.nodes() as u64, Part::Test);
        let products = scores.all.all().expect("finite");
        let by_model = test_ranking(&products, &graph, &ranked).expect("edges");
        let all = Beside::of(&scores, &by_model, &graph, &split, queries).expect("edges");
        assert_eq!((all.rows.len(), all.model), (4, None));
        let of_model = filtered_ranking(&products, &graph, &split.test.edges).expect("edges");
        for (row, heuristic) in all.rows.iter().zip(contestants(&graph)) {
            let expected = heuristic_row(heuristic, &graph, &train, &split, &ranked).expect("edges");
            assert_eq!((&row.name, row.sampled), (&expected.name, None));
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{}: {a} {b}", row.name);
            close(row.test.balanced.auc, expected.test.balanced.auc);
            close(row.test.balanced.ap, expected.test.balanced.ap);
            close(row.test.ranking.mrr, expected.test.ranking.mrr);
            assert_eq!(row.test.ranking.hits, expected.test.ranking.hits);
            let above = row.model_above.expect("measured");
            close(above.mrr, of_model.mrr - row.test.ranking.mrr);
            assert!((0.001..0.05).contains(&above.standard_error), "{above:?}");
        }
        let most = 2_000_000;
        let ranked = queries.within(most, &split.test.edges, &train, Part::Test);
        let sampled = || {
            let ranked = ranked.clone();
            Beside::ranked(&scores, &by_model, &graph, &train, &split, ranked, queries).expect("edges")
        };
        let some = sampled();
        let edges = ranked.sampled().expect("a sample");
        assert!((50..400).contains(&edges), "{edges}");
        assert_eq!(
            (some.model.map(|model| (model.edges, model.of)), sampled()),
            (Some((edges, 527)), some.clone())
        );
        for (row, whole) in some.rows.iter().zip(&all.rows) {
            assert_eq!((row.test.balanced, row.sampled), (whole.test.balanced, Some(edges)));
            // Reciprocal ranks lie in [0, 1]: four standard errors of their mean are at most 2/√edges.
            let difference = (row.test.ranking.mrr - whole.test.ranking.mrr).abs();
            assert!(
                difference < 2.0 / (edges as f64).sqrt() && difference > 0.0,
                "{}: {difference}",
                row.name
            );
        }
        // A model whose scores take long has ranked fewer edges than heuristics would: these are ranked on the same.
        let fewer = queries.at_most(40, &split.test.edges, Part::Test);
        let by_model = test_ranking(&products, &graph, &fewer).expect("edges");
        let few = Beside::of(&scores, &by_model, &graph, &split, queries).expect("edges");
        let of_model = few.model.expect("a sample");
        assert_eq!((of_model.edges, of_model.of, of_model.ranking), (40, 527, by_model.ranking));
        for (row, heuristic) in few.rows.iter().zip(contestants(&graph)) {
            let expected = heuristic_row(heuristic, &graph, &train, &split, &fewer).expect("edges");
            assert_eq!((row.test.ranking, row.sampled), (expected.test.ranking, Some(40)));
        }
        let rows = mean_rows(&[&all.rows, &some.rows]);
        assert_eq!((rows.len(), rows[3].sampled, &rows[3].name), (4, Some(edges), &all.rows[3].name));
        let text = table_beside("title", some.rows[1].test, &all.rows);
        let widths: Vec<usize> = text.lines().skip(1).take(6).map(|line| line.chars().count()).collect();
        assert!(widths.len() == 6 && widths.iter().all(|width| *width == widths[0]), "{text}");
        let last = text.lines().last().expect("lines");
        assert!(last.starts_with("the model's MRR is ") && last.contains(" points below that of "), "{text}");
    }

    #[test]
    fn the_error_of_a_difference_is_that_of_each_edge() {
        // Reciprocals of edges: 3/4, 1/2 and 1/4, 1/2.
        let above = ModelAbove::of(&[1.0, 2.0, 2.0, 2.0], &[4.0, 4.0, 2.0, 2.0]);
        assert_eq!(above, ModelAbove { mrr: 0.25, standard_error: 0.25 });
        let mean = ModelAbove::mean(&[above, ModelAbove { mrr: -0.25, standard_error: 0.0 }]);
        assert_eq!(mean, Some(ModelAbove { mrr: 0.0, standard_error: 0.125 }));
        assert_eq!(ModelAbove::mean(&[]), None);
    }
}
