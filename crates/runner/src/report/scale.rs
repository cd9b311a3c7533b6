//! The picture of `aevb reproduce scale`: what each way to draw pairs reaches in how many seconds.

use super::axis::Axis;
use super::chart::{Chart, Series, Stroke, panels_svg_file};
use crate::reproduce::{Estimate, SCALE_GRAPHS, ScaleGraph, ScaleRow, ScaleTable, WAYS};

/// What a panel shows of a row, and its standard error.
type Metric = fn(&ScaleRow) -> (f64, Option<f64>);

const METRICS: [(&str, Metric); 2] =
    [("AUC", |row| (row.auc, row.auc_standard_error)), ("MRR", |row| (row.mrr, row.mrr_standard_error))];

/// Two panels for each graph that has a row, as an SVG file.
pub fn scale_picture(table: &ScaleTable) -> String {
    let has_row = |graph: &&ScaleGraph| table.rows.iter().any(|row| row.graph == graph.name);
    let panels = |graph: &ScaleGraph| METRICS.map(|metric| panel(table, graph, metric)).to_vec();
    let rows: Vec<Vec<Chart>> = SCALE_GRAPHS.iter().filter(has_row).map(panels).collect();
    panels_svg_file("Link prediction on large graphs: test metrics against seconds of training", &rows)
}

fn panel(table: &ScaleTable, graph: &ScaleGraph, (name, metric): (&str, Metric)) -> Chart {
    let percent = |row: &ScaleRow| 100.0 * metric(row).0;
    let rows: Vec<&ScaleRow> = table.rows.iter().filter(|row| row.graph == graph.name).collect();
    let mut series: Vec<Series> = WAYS
        .iter()
        .map(|way| {
            let own = || rows.iter().copied().filter(|row| row.way == way.name);
            let errors: Vec<f64> = own().map(|row| 100.0 * metric(row).1.unwrap_or(f64::NAN)).collect();
            Series::marked(way.title, own().map(|row| [row.seconds, percent(row)]).collect())
                .with_errors(&errors)
        })
        .collect();
    let exact = WAYS.iter().find(|way| way.estimate == Estimate::Exact);
    let best = exact.and_then(|way| table.chosen(graph.name, way.name)).map(percent);
    let seconds = || rows.iter().map(|row| row.seconds);
    let ends = [seconds().fold(f64::INFINITY, f64::min), seconds().fold(0.0, f64::max)];
    let points = best.map_or_else(Vec::new, |best| ends.map(|end| [end, best]).to_vec());
    series.push(Series {
        stroke: Stroke::Reference,
        ..Series::line("all pairs, the best of validation", points)
    });
    Chart {
        title: format!("{}: test {name}", graph.title),
        x: Axis::log("seconds of training"),
        y: Axis::linear(&format!("test {name} (percent)")),
        series,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(graph: &'static str, way: usize, seconds: f64, auc: f64) -> ScaleRow {
        ScaleRow {
            run: String::new(),
            graph,
            way: WAYS[way].name,
            estimate: WAYS[way].estimate,
            seed: 0,
            epochs: 1,
            seconds,
            // The best of validation is not that of the test.
            validation_mrr: 1.0 - auc,
            validation_mrr_standard_error: 0.01,
            auc,
            auc_standard_error: Some(0.01),
            ap: auc,
            mrr: auc / 8.0,
            mrr_standard_error: None,
            ranked_edges: None,
        }
    }

    #[test]
    fn the_chosen_run_of_all_pairs_lies_across_the_panels_of_its_graph_alone() {
        let rows = vec![
            row("pubmed", 0, 1.0, 0.75),
            row("pubmed", 0, 100.0, 0.5),
            row("pubmed", 1, 10.0, 0.875),
            row("cnr-2000", 3, 5.0, 0.9),
        ];
        let svg = scale_picture(&ScaleTable { rows });
        // Two graphs of two panels, of which each has every way's line and the reference.
        assert_eq!(svg.matches("<g transform").count(), 4);
        let points = |name: &str| -> Vec<&str> {
            let marked = format!("data-series=\"{name}\" points=\"");
            svg.split(&*marked).skip(1).filter_map(|rest| rest.split('"').next()).collect()
        };
        let best = points("all pairs, the best of validation");
        assert_eq!((best.len(), best[2], best[3]), (4, "", ""));
        let [from, to] = best[0].split(' ').collect::<Vec<_>>()[..] else { panic!("{best:?}") };
        let exact = points("all pairs, exact")[0];
        let [first, last] = exact.split(' ').collect::<Vec<_>>()[..] else { panic!("{exact}") };
        // At the height of the run that the validation edges choose, from the first second to the last.
        let (x, y) = (first.split(',').next().expect("x"), last.split(',').nth(1).expect("y"));
        assert_eq!((from, to), (&*format!("{x},{y}"), last));
        // Errors of the AUC alone are known, one bar for each of the three points of the first panel.
        assert_eq!(svg.matches("class=\"bars").count(), 3);
        assert!(svg.contains("subgraphs (FastGAE), biased</text>"), "{svg}");
    }

    #[test]
    fn a_table_without_rows_is_a_picture_without_panels() {
        assert!(scale_picture(&ScaleTable::default()).ends_with("</svg>\n"));
    }
}
