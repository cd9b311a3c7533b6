//! The metrics of a graph's model, with those of the heuristics beside them, and what the run itself warns of.

use aevb_models::ranking::InnerProducts;
use serde::Deserialize;
use serde_json::Value;

use super::html::{escape, scroll, table};
use super::percent;
use crate::evaluate::{AT, Hits, shared_hits};
use crate::result::Metrics;
use crate::train::Embedded;

/// What a heuristic reached on the test edges, as `result.json` has it; a metric that was not taken is absent.
#[derive(Debug, Deserialize)]
struct Heuristic {
    name: String,
    auc: Option<f64>,
    ap: Option<f64>,
    mrr: Option<f64>,
    #[serde(default)]
    hits: serde_json::Map<String, Value>,
    /// The test edges that were ranked, where they are not all.
    sampled: Option<u64>,
}

impl Heuristic {
    fn cells(&self) -> Vec<String> {
        let name = match self.sampled {
            Some(edges) => format!("{} (ranked on a sample of {edges} test edges)", self.name),
            None => self.name.clone(),
        };
        let hits = AT.map(|k| self.hits.get(&k.to_string()).and_then(Value::as_f64));
        let shares = [self.auc, self.ap, self.mrr].into_iter().chain(hits);
        [name].into_iter().chain(shares.map(|share| share.map_or_else(|| "–".to_owned(), percent))).collect()
    }
}

/// The heuristics of a result; a row that says something else than expected is left out.
fn heuristics(result: &Value) -> Vec<Heuristic> {
    let rows = result["heuristics"].as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(|row| Heuristic::deserialize(row).ok()).collect()
}

/// The model's row over those of the heuristics.
pub(super) fn scoreboard(Metrics { test, .. }: &Metrics, result: &Value) -> String {
    let shares = [test.balanced.auc, test.balanced.ap, test.ranking.mrr].into_iter();
    let shares = shares.chain(test.ranking.hits.values()).map(percent);
    let mut rows = vec![["model".to_owned()].into_iter().chain(shares).collect::<Vec<_>>()];
    rows.extend(heuristics(result).iter().map(Heuristic::cells));
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
pub(super) fn further_metrics(embedded: &Embedded, products: &InnerProducts<'_>) -> String {
    let validation = embedded.metrics.validation;
    let mut rows = vec![
        vec!["validation AUC".to_owned(), percent(validation.auc)],
        vec!["validation average precision".to_owned(), percent(validation.ap)],
    ];
    let shared: Hits = shared_hits(products, &embedded.split.test);
    let hits = AT.into_iter().zip(shared.values());
    rows.extend(hits.map(|(k, share)| vec![format!("shared Hits@{k}"), percent(share)]));
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

    #[test]
    fn a_sampled_row_says_so_and_what_was_not_taken_is_not_nought() {
        let result = json!({"heuristics": [
            {"name": "common neighbours", "auc": 0.75, "ap": 0.5, "mrr": 0.125, "hits": {"1": 0.25, "10": 1.0}},
            {"name": "PageRank", "auc": 0.5, "ap": 0.5, "mrr": null, "hits": {}, "sampled": 500},
            {"auc": 1.0},
        ]});
        let rows: Vec<_> = heuristics(&result).iter().map(Heuristic::cells).collect();
        let whole =
            ["common neighbours", "75.00 %", "50.00 %", "12.50 %", "25.00 %", "–", "100.00 %", "–", "–"];
        assert_eq!(rows[0], whole);
        assert_eq!(rows[1][0], "PageRank (ranked on a sample of 500 test edges)");
        assert_eq!((rows.len(), rows[1][3].as_str()), (2, "–"));
        assert!(heuristics(&Value::Null).is_empty());
    }

    #[test]
    fn cautions_are_text() {
        let shown = cautions(&json!({"cautions": ["AUC < 50 %", 7]}));
        assert!(shown.contains("<li>AUC &lt; 50 %</li>") && shown.matches("<li>").count() == 1, "{shown}");
        assert_eq!(cautions(&json!({"cautions": []})), "");
    }
}
