//! The metrics of a graph's model, with those of the heuristics beside them, and what the run itself warns of.

use aevb_models::ranking::AllPairs;
use serde::Deserialize;
use serde_json::Value;

use super::html::{escape, scroll, table};
use super::{Records, percent};
use crate::evaluate::{AT, HeuristicRow, Hits, SampledRanking, TestMetrics, TestSample, shared_hits};
use crate::experiment::Metric;
use crate::train::Embedded;

/// A row; where ranks are of a sample of the edges, or others' are, its name says of which.
fn cells(name: &str, ranked: Option<&str>, TestMetrics { balanced, ranking }: &TestMetrics) -> Vec<String> {
    let name =
        ranked.map_or_else(|| name.to_owned(), |edges| format!("{name} (ranked on {edges} test edges)"));
    let shares = [balanced.auc, balanced.ap, ranking.mrr].into_iter().chain(ranking.hits.values());
    std::iter::once(name).chain(shares.map(percent)).collect()
}

/// The heuristics of a result; a row that says something else than expected is left out.
fn heuristics(result: &Value) -> Vec<HeuristicRow> {
    let rows = result["heuristics"].as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(|row| HeuristicRow::deserialize(row).ok()).collect()
}

/// The model on all `edges` test edges, or a sample of them, and on the sample that the heuristics are ranked on, over these.
fn rows(
    test: &TestMetrics,
    edges: usize,
    test_sample: Option<TestSample>,
    sampled: Option<SampledRanking>,
    heuristics: &[HeuristicRow],
) -> Vec<Vec<String>> {
    let sample = |edges: usize| format!("a sample of {edges}");
    let is_sampled = heuristics.iter().any(|row| row.sampled.is_some());
    let all = match test_sample {
        Some(ranked) => Some(sample(ranked.edges)),
        None => is_sampled.then(|| format!("all {edges}")),
    };
    let sampled = sampled.filter(|sampled| test_sample.is_none_or(|ranked| ranked.edges != sampled.edges));
    let mut rows = vec![cells("model", all.as_deref(), test)];
    rows.extend(sampled.filter(|_| is_sampled).map(|SampledRanking { edges, ranking, .. }| {
        cells("model", Some(&sample(edges)), &TestMetrics { ranking, ..*test })
    }));
    rows.extend(heuristics.iter().map(|row| cells(&row.name, row.sampled.map(sample).as_deref(), &row.test)));
    rows
}

/// The model's row over those of the heuristics.
pub(super) fn scoreboard(embedded: &Embedded, records: &Records) -> String {
    let Embedded { metrics, test_sample, split, .. } = embedded;
    let sampled = records.of_these_weights("model_on_sample");
    let rows =
        rows(&metrics.test, split.test.edges.len(), *test_sample, sampled, &heuristics(&records.result));
    let hits = AT.map(|k| format!("Hits@{k}"));
    let header: Vec<&str> = ["ranked by", "AUC", "average precision", "MRR"]
        .into_iter()
        .chain(hits.iter().map(String::as_str))
        .collect();
    let hint = if rows.len() == 1 {
        "<p class=\"hint\">The run took no heuristics; <code>aevb evaluate</code> has their rows.</p>\n"
    } else {
        ""
    };
    scroll("Model and heuristics", &table(&header, 1, &rows)) + hint
}

/// What is measured in other ways than the scoreboard's.
pub(super) fn further_metrics(embedded: &Embedded, products: &AllPairs<'_>) -> String {
    let validation = embedded.metrics.validation;
    let mut rows = vec![
        vec!["validation AUC".to_owned(), percent(validation.auc)],
        vec!["validation average precision".to_owned(), percent(validation.ap)],
    ];
    if let Some(ranking) = embedded.validation_ranking {
        let of = ranking.edges_in_words();
        rows.extend(ranking.metrics().map(|metric| {
            let title = Metric::title_of(metric.name);
            vec![format!("validation {title}, of {of}"), metric.to_percent()]
        }));
    }
    if let Some(hits) = embedded.validation_shared_hits {
        rows.extend(hits.metrics().map(|metric| {
            vec![format!("validation {}", Metric::title_of(metric.name)), metric.to_percent()]
        }));
    }
    let by_side = embedded.test_by_side.into_iter().flat_map(|by_side| by_side.sides());
    rows.extend(by_side.map(|(name, ranking)| vec![format!("MRR of {name}"), percent(ranking.mrr)]));
    let shared: Hits = shared_hits(products, &embedded.split.test);
    let hits = AT.into_iter().zip(shared.values());
    rows.extend(hits.map(|(k, share)| vec![format!("shared Hits@{k}"), percent(share)]));
    if let Some(TestSample { edges, of, standard_error }) = embedded.test_sample {
        let names = std::iter::once("MRR".to_owned()).chain(AT.map(|k| format!("Hits@{k}")));
        let errors = std::iter::once(standard_error.mrr).chain(standard_error.hits.values());
        rows.extend(names.zip(errors).map(|(name, error)| {
            let name = format!("standard error of {name}, of a sample of {edges} of {of} test edges");
            vec![name, percent(error)]
        }));
    }
    table(&["metric", "value"], 1, &rows)
}

/// Why the metrics may say less than they seem to, where the run says so.
pub(super) fn cautions(result: &Value) -> String {
    let cautions = result["cautions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let items: String = cautions
        .iter()
        .filter_map(Value::as_str)
        .map(|caution| format!("<li>{}</li>\n", escape(caution)))
        .collect();
    if items.is_empty() {
        return items;
    }
    format!("<section class=\"cautions\">\n<h2>Cautions</h2>\n<ul>\n{items}</ul>\n</section>\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evaluate::Ranking;

    #[test]
    fn rows_say_which_edges_they_are_ranked_on() {
        let hits = json!({"1": 0.25, "3": 0.25, "10": 0.5, "50": 0.5, "100": 1.0});
        let row = |name: &str| json!({"name": name, "auc": 0.75, "ap": 0.5, "mrr": 0.125, "hits": hits});
        let whole = heuristics(&json!({"heuristics": [row("common neighbours"), {"auc": 1.0}]}));
        let test = TestMetrics { ranking: Ranking { mrr: 0.375, ..whole[0].test.ranking }, ..whole[0].test };
        let names = |rows: &[Vec<String>]| rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>();
        let shown = rows(&test, 17_085, None, None, &whole);
        assert_eq!(names(&shown), ["model", "common neighbours"]);
        assert_eq!(
            shown[1][1..],
            ["75.00 %", "50.00 %", "12.50 %", "25.00 %", "25.00 %", "50.00 %", "50.00 %", "100.00 %"]
        );

        let mut other = row("PageRank");
        other["sampled"] = 4542.into();
        let sampled = heuristics(&json!({"heuristics": [other]}));
        let ranking = Ranking { mrr: 0.625, ..test.ranking };
        let model = SampledRanking { edges: 4542, of: 17_085, ranking };
        let shown = rows(&test, 17_085, None, Some(model), &sampled);
        let [all, sample] =
            ["all 17085", "a sample of 4542"].map(|edges| format!("(ranked on {edges} test edges)"));
        let expected = [format!("model {all}"), format!("model {sample}"), format!("PageRank {sample}")];
        assert_eq!(names(&shown), expected);
        let numbers = |row: &[String]| [row[1].clone(), row[3].clone()];
        assert_eq!(numbers(&shown[0]), ["75.00 %", "37.50 %"]);
        assert_eq!(numbers(&shown[1]), ["75.00 %", "62.50 %"]);
        // Of a checkpoint the model's ranks of the sample are not known.
        assert_eq!(
            names(&rows(&test, 17_085, None, None, &sampled)),
            [expected[0].clone(), expected[2].clone()]
        );
        assert!(heuristics(&Value::Null).is_empty());

        // Where the model ranks a sample as well, its row says so.
        let of = |edges| Some(TestSample { edges, of: 17_085, standard_error: test.ranking });
        let shown = rows(&test, 17_085, of(10_000), Some(model), &sampled);
        assert_eq!(names(&shown)[0], "model (ranked on a sample of 10000 test edges)");
        assert_eq!(shown.len(), 3);
        assert_eq!(names(&rows(&test, 17_085, of(4542), Some(model), &sampled)), expected[1..]);
        assert_eq!(
            names(&rows(&test, 17_085, of(9), None, &[])),
            ["model (ranked on a sample of 9 test edges)"]
        );
    }

    #[test]
    fn cautions_are_text() {
        let shown = cautions(&json!({"cautions": ["AUC < 50 %", 7]}));
        assert!(shown.contains("<li>AUC &lt; 50 %</li>") && shown.matches("<li>").count() == 1, "{shown}");
        assert_eq!(cautions(&json!({"cautions": []})), "");
    }
}
