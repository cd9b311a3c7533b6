//! The report of a graph model: its latent space with links and classes, and how well it tells links from non-links.

use aevb_data::graph::{Graph, HeldOut, SideKind, Sides};
use aevb_models::vgae::{EdgeWeighting, PairLink};
use burn::tensor::Device;
use serde::Serialize;

use super::axis::{Axis, Spread};
use super::chart::{Chart, Series, Stroke};
use super::expected_links::ExpectedLinks;
use super::held_out::{DegreeBin, by_degree, precision_recall, roc};
use super::html::{base64_of, escape, fill, script_json, scroll, table};
use super::latent_map::LatentMap;
use super::layouts::{Layout, LayoutData, accuracy_text, layout_choice, layout_text};
use super::reliability_curve::ReliabilityCurve;
use super::scoreboard::{further_metrics, scoreboard};
use super::{Figure, Part, Records, charts};
use crate::error::Result;
use crate::experiment::{Experiment, GraphAutoencoder, GraphData, Metric};
use crate::node_names::NodeNames;
use crate::run_folder::RunFolder;
use crate::train::{self, Embedded};

const DEGREE: &str = "degree.svg";

/// What the page's scripts need.
#[derive(Serialize)]
struct PageData<'a> {
    kind: &'static str,
    layouts: Vec<LayoutData<'a>>,
    /// `[links, 2]`
    links: String,
    classes: Option<String>,
    class_names: &'a [String],
    /// The ids, where they are not the numbers.
    names: Option<&'a [String]>,
    /// What people call the nodes, where somebody said.
    called: Option<Vec<Option<&'a str>>>,
}

pub(super) fn part(
    experiment: &Experiment,
    (data, model): (&GraphData, &GraphAutoencoder),
    device: &Device,
    run: &RunFolder,
    records: &Records,
    names: Option<&str>,
) -> Result<Part> {
    let embedded = train::open_graph(experiment, device, run)?.evaluate()?;
    let (graph, z, latent) = embedded.own_nodes();
    let (graph, z, scores) = (&graph, &z, &embedded.scores);
    let (called, notes) = match names.map(|names| NodeNames::read(names, graph)).transpose()? {
        Some((called, notes)) => (Some(called), notes),
        None => (None, Vec::new()),
    };
    let nodes = graph.nodes();
    let products = scores.all()?;
    let layouts = Layout::of(z, latent);
    let Layout { points, axes, .. } = &layouts[0];
    let (classes, class_names) = match graph.labels() {
        Some(labels) => (labels.class.as_slice(), labels.names.as_slice()),
        None => (&[][..], &[][..]),
    };
    let links: Vec<[u32; 2]> = graph.edges().collect();
    let map = LatentMap { title: "Latent space", points, axes, links: &links, classes, class_names };
    let mut figures = vec![Figure { name: "latents.svg", content: map.to_svg_file().into_bytes() }];
    let numbers: Vec<u16> = classes.iter().map(|class| class.unwrap_or(u16::MAX)).collect();
    let page_data = script_json(&PageData {
        kind: "graph",
        layouts: layouts.iter().map(|layout| layout.data(nodes)).collect(),
        links: base64_of(links.as_flattened(), u32::to_le_bytes),
        classes: (!numbers.is_empty()).then(|| base64_of(&numbers, u16::to_le_bytes)),
        class_names,
        names: graph.names(),
        called: called.as_ref().map(|called| (0..nodes as u32).map(|node| called.of(node)).collect()),
    });
    let scores = HeldOutScores::of(&embedded);
    let mut curves = charts(&curves(model, records, &embedded, &scores), &mut figures);
    let metrics = further_metrics(&embedded, &products);
    let expected = ExpectedLinks::of(&embedded, products, records, called.as_ref());
    if let Some(ReliabilityCurve { chart, caption }) = &expected.reliability {
        curves += &charts(&[("reliability.svg", chart.clone(), caption)], &mut figures);
    }
    let body = fill(
        include_str!("page/graph.html"),
        &[
            ("latent_space", &latent_space_text(&embedded, (graph, z, latent), &layouts)),
            ("layout", &layout_choice(&layouts)),
            ("about_layout", &layout_text(&layouts)),
            ("held_out", &held_out_text(&embedded.split.test)),
            ("scoreboard", &scoreboard(&embedded, records)),
            ("metrics", &metrics),
            ("communities", &communities_section(&embedded, called.as_ref())),
            ("expected", &escape(&expected.heading)),
            ("about_expected", &expected.about),
            ("links", &expected.table),
            ("curves", &curves),
        ],
    );
    Ok(Part { body, data: page_data, figures, rows: data_rows(data, &embedded), notes })
}

/// The scores of the test pairs.
struct HeldOutScores {
    edges: Vec<f64>,
    non_edges: Vec<f64>,
}

impl HeldOutScores {
    /// In double precision, as the metrics are.
    fn of(Embedded { split, scores, .. }: &Embedded) -> Self {
        Self { edges: scores.exact(&split.test.edges), non_edges: scores.exact(&split.test.non_edges) }
    }
}

fn latent_space_text(
    embedded: &Embedded,
    (graph, z, width): (&Graph, &[f32], usize),
    layouts: &[Layout],
) -> String {
    let latent = embedded.latent;
    let dimensions = if latent == 1 { "dimension" } else { "dimensions" };
    let classes = graph.labels().map_or(&[][..], |labels| &labels.class);
    let accuracy = accuracy_text(z, width, layouts, classes, "node");
    let sides = match embedded.graph.sides() {
        None => String::new(),
        Some(Sides { kind: SideKind::Directed, .. }) => {
            " as the source and as many as the target of links; the picture is of both, and links are drawn without direction"
                .to_owned()
        }
        Some(Sides { left, right, .. }) => format!(", {left} of one kind and {right} of another"),
    };
    format!("{} nodes of {latent} latent {dimensions}{sides}. {accuracy}", graph.nodes())
}

/// The largest communities, where the decoder knows of any.
fn communities_section(Embedded { graph, communities, .. }: &Embedded, called: Option<&NodeNames>) -> String {
    let Some(communities) = communities else { return String::new() };
    let name = |node: u32| {
        let called = called.and_then(|called| called.of(node));
        called.map_or_else(|| graph.name(node).into_owned(), str::to_owned)
    };
    let rows =
        communities.largest(name).into_iter().map(|[number, size, members]| vec![number, members, size]);
    let rows: Vec<Vec<String>> = rows.collect();
    let table = scroll("Communities", &table(&["community", "first members", "nodes"], 2, &rows));
    let about = escape(&communities.in_words());
    format!(
        "<section>\n<h2>Communities</h2>\n<p>{about}; <code>aevb embed</code> writes them all.</p>\n{table}</section>\n"
    )
}

fn held_out_text(test: &HeldOut) -> String {
    format!(
        "{} test links against {} pairs without a link. Filtered: each end of a test link ranks the other among all nodes \
         that it has no link to. Shared: test links above the K-th of those pairs.",
        test.edges.len(),
        test.non_edges.len()
    )
}

/// What the loss of a graph's model is measured in.
fn loss_label(model: &GraphAutoencoder) -> &'static str {
    match model.weighting() {
        EdgeWeighting::Kipf => "weighted loss (no unit)",
        EdgeWeighting::Nats => "loss (nats per node)",
    }
}

fn curves(
    model: &GraphAutoencoder,
    records: &Records,
    embedded: &Embedded,
    scores: &HeldOutScores,
) -> Vec<(&'static str, Chart, &'static str)> {
    let HeldOutScores { edges, non_edges } = scores;
    let chance = |points: [[f64; 2]; 2]| Series {
        stroke: Stroke::Reference,
        ..Series::line("chance", points.to_vec())
    };
    let roc = Chart {
        title: "ROC curve of the test pairs".to_owned(),
        x: Axis::share("share of non-links above"),
        y: Axis::share("share of links above"),
        series: vec![Series::line("model", roc(edges, non_edges)), chance([[0.0, 0.0], [1.0, 1.0]])],
    };
    let share = edges.len() as f64 / (edges.len() + non_edges.len()) as f64;
    let precision = Chart {
        title: "Precision and recall of the test pairs".to_owned(),
        x: Axis::share("recall"),
        y: Axis::share("precision"),
        series: vec![
            Series::line("model", precision_recall(edges, non_edges)),
            chance([[0.0, share], [1.0, share]]),
        ],
    };
    let watched: Vec<Series> = records
        .watched()
        .iter()
        .map(|(part, name)| {
            let title = Metric::title_of(name);
            Series::marked(&format!("{part} {title}"), records.curve(&[part, name]))
                .with_errors(&records.errors([part, name]))
        })
        .collect();
    let has_errors = watched.iter().any(|series| !series.bars.is_empty());
    let about_watched = match has_errors {
        false => "Metrics taken while training, on pairs that are not trained on.",
        true => {
            "Metrics taken while training, on pairs that are not trained on; those of ranks with standard errors."
        }
    };
    let loss = vec![Series::line("train", records.curve(&["loss"]))];
    let curves = [
        ("roc.svg", roc, "ROC curve. The diagonal is chance."),
        ("precision-recall.svg", precision, "Precision against recall. The level line is chance."),
        (
            DEGREE,
            degree_chart(embedded, scores),
            "The mean error of test pairs by their ends' degree in the training graph, 0, 1, 2–3, 4–7, …, with standard errors; \
             0 is drawn at a half.",
        ),
        ("loss.svg", records.chart("The training loss", loss_label(model), loss), "The loss of each epoch."),
        ("validation.svg", records.chart("Metrics while training", "fraction", watched), about_watched),
    ];
    // Scores that were fitted to ranks are no logits, and have no probability of their own.
    let is_shown = |(name, ..): &(&str, Chart, &str)| *name != DEGREE || embedded.scores.are_logits();
    curves.into_iter().filter(is_shown).collect()
}

/// How far the decoder's own probability, which nobody has calibrated, is from the truth, by degree.
fn degree_chart(embedded: &Embedded, scores: &HeldOutScores) -> Chart {
    let Embedded { graph, split, scores: pairs, .. } = embedded;
    let train = split.train_graph(graph);
    let series = |name: &str, pairs: &[[u32; 2]], errors: Vec<f64>| {
        let bins = by_degree(pairs, &errors, |node| train.degree(node));
        let points = bins.iter().map(|bin: &DegreeBin| [bin.degree.max(0.5), bin.mean]).collect();
        let errors: Vec<f64> = bins.iter().map(|bin| bin.error).collect();
        Series::marked(name, points).with_errors(&errors)
    };
    let missed = scores.edges.iter().map(|&score| 1.0 - pairs.probability(score)).collect();
    let invented = scores.non_edges.iter().map(|&score| pairs.probability(score)).collect();
    let (symbol, of_score) = match pairs.link() {
        PairLink::Logistic => ("σ", "σ(score)"),
        PairLink::Poisson => ("p", "p = 1 − exp(−score)"),
    };
    Chart {
        title: "Error by degree".to_owned(),
        x: Axis { spread: Spread::Log, ..Axis::linear("degree in the training graph (links)") },
        y: Axis::share(&format!("mean error of {of_score}")),
        series: vec![
            series(&format!("links (1 − {symbol})"), &split.test.edges, missed),
            series(&format!("non-links ({symbol})"), &split.test.non_edges, invented),
        ],
    }
}

fn data_rows(
    data: &GraphData,
    Embedded { graph, split, scores, .. }: &Embedded,
) -> Vec<(&'static str, String)> {
    let features = graph.features().map_or("none".to_owned(), |features| features.cols().to_string());
    let mut rows = vec![
        ("data", data.title()),
        ("nodes", graph.nodes().to_string()),
        (
            "links",
            format!(
                "{} train, {} validation, {} test",
                split.train.len(),
                split.validation.edges.len(),
                split.test.edges.len()
            ),
        ),
        ("features in the data", features),
        ("fingerprint", split.fingerprint.clone()),
    ];
    if !scores.are_logits() {
        let reason =
            "left out, as scores whose covariates were fitted to ranks have no probability of their own";
        rows.push(("error by degree", reason.to_owned()));
    }
    rows
}
