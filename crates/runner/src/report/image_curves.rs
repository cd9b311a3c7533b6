//! How the bounds of a run on images or rows came about, and what they are.

use serde_json::Value;

use super::chart::{Chart, Series, Stroke};
use super::html::{decimal, scroll, table};
use super::{Figure, Records, charts};

/// A table of what was measured at the end.
pub(super) fn metrics(result: &Value, example: &str) -> String {
    let number = |value: &Value| value.as_f64().map_or_else(String::new, |value| decimal(value, 2));
    let is_weighted = result["test"]["iwae"].is_number();
    // A plain auto-encoder has no bound, no divergence and no samples.
    let has_bound = result["test"]["elbo"].is_number();
    let row = |part: &str| {
        let metrics = &result[part];
        metrics.is_object().then(|| {
            let weighted = is_weighted.then(|| number(&metrics["iwae"]));
            let [error, kl] = ["reconstruction", "kl"].map(|name| number(&metrics[name]));
            let [count, samples] = ["images", "samples"].map(|name| metrics[name].to_string());
            if !has_bound {
                return vec![part.to_owned(), error, count];
            }
            let bounds = [part.to_owned(), number(&metrics["elbo"])].into_iter().chain(weighted);
            bounds.chain([error, kl, count, samples]).collect()
        })
    };
    let rows: Vec<Vec<String>> = ["validation", "test"].into_iter().filter_map(row).collect();
    let weighted = is_weighted.then_some("bound of all samples");
    let examples = format!("{example}s");
    let header: Vec<&str> = if has_bound {
        let bounds = ["", "bound"].into_iter().chain(weighted);
        bounds.chain(["reconstruction error", "KL divergence", &examples, "samples of z"]).collect()
    } else {
        vec!["", "reconstruction error", &examples]
    };
    if rows.is_empty() {
        return String::new();
    }
    scroll("Bounds", &table(&header, 1, &rows))
}

/// The bound and its two parts against images seen.
pub(super) fn curves(records: &Records, example: &str, has_bound: bool, figures: &mut Vec<Figure>) -> String {
    let of = |name: &str, path: &[&str], sign: f64| Series {
        points: records.curve(path).into_iter().map(|[epoch, value]| [epoch, sign * value]).collect(),
        ..Series::line(name, Vec::new())
    };
    let parts: Vec<String> = records
        .watched()
        .into_iter()
        .filter(|(_, name)| name == "reconstruction")
        .map(|(part, _)| part)
        .collect();
    let both = |name: &str| -> Vec<Series> {
        let watched =
            parts.iter().map(|part| Series { stroke: Stroke::Marked, ..of(part, &[part, name], 1.0) });
        std::iter::once(of("train", &[name], 1.0)).chain(watched).collect()
    };
    let mut all: Vec<(&'static str, Chart, &str)> = Vec::new();
    if has_bound {
        let train = Series::line("train", train_bound(records));
        let watched =
            parts.iter().map(|part| Series { stroke: Stroke::Marked, ..of(part, &[part, "elbo"], 1.0) });
        let series = std::iter::once(train).chain(watched).collect();
        all.push((
            "bound.svg",
            records.chart("The variational bound", &format!("bound (nats per {example})"), series),
            "The bound on log p(x): the mean over an epoch's batches, and on data that are not trained on. Higher is better.",
        ));
    }
    let weighted = records.curve(&["iwae"]);
    if !weighted.is_empty() {
        let train = weighted.into_iter().map(|[epoch, loss]| [epoch, -loss]).collect();
        let watched =
            parts.iter().map(|part| Series { stroke: Stroke::Marked, ..of(part, &[part, "iwae"], 1.0) });
        let series = std::iter::once(Series::line("train", train)).chain(watched).collect();
        all.push((
            "importance-weighted-bound.svg",
            records.chart(
                "The importance-weighted bound",
                &format!("bound of all samples (nats per {example})"),
                series,
            ),
            "The bound that was trained by. Higher is better.",
        ));
    }
    all.push((
        "reconstruction.svg",
        records.chart(
            "The reconstruction error",
            &format!("−E log p(x|z) (nats per {example})"),
            both("reconstruction"),
        ),
        "The reconstruction error.",
    ));
    if has_bound {
        all.push((
            "kl.svg",
            records.chart(
                "The divergence from the prior",
                &format!("KL(q(z|x) ‖ p(z)) (nats per {example})"),
                both("kl"),
            ),
            "How far the posterior is from the prior.",
        ));
    }
    charts(&all, figures)
}

/// −(reconstruction + KL) of each epoch.
fn train_bound(records: &Records) -> Vec<[f64; 2]> {
    let (reconstruction, kl) = (records.curve(&["reconstruction"]), records.curve(&["kl"]));
    reconstruction.into_iter().zip(kl).map(|([epoch, error], [_, kl])| [epoch, -error - kl]).collect()
}
