//! `aevb evaluate`: the metrics of a finished run, from its weights and its split, with the heuristics beside them.

use aevb_data::graph::heuristics::Heuristic;
use aevb_models::ranking::InnerProducts;

use crate::cli::EvaluateArguments;
use crate::error::{Error, Result};
use crate::evaluate::{Report, ReportRow, heuristic_row, random_row, shared_hits, whole_graph_precision};
use crate::experiment::{ConfigFile, Experiment, Model, Override};
use crate::random::{Purpose, Streams};
use crate::run_folder::{CONFIG, RunFolder};
use crate::train::Embedded;
use crate::{device, environment, output, train};

pub(super) fn run(arguments: &EvaluateArguments) -> Result<()> {
    let folder = RunFolder::open(&arguments.run)?;
    if let Some(inner) = folder.inner_runs().first() {
        return Err(Error::usage(format!("{}: holds several runs", folder.path().display()))
            .with_hint(format!("name one of them, such as {}", inner.display())));
    }
    let file = ConfigFile::find(Some(&folder.file(CONFIG)))?;
    let overrides: Vec<_> = arguments.device.iter().map(|name| Override::device(name)).collect();
    let experiment = Experiment::read(&file, &overrides)?;
    let found = device::resolve(&experiment.device)?;
    environment::use_threads(experiment.threads)?;
    let embedded = train::evaluate(&experiment, &found.device, &folder)?;
    if !arguments.json {
        output::print(&(embedded.metrics.to_text() + "\n"))?;
    }
    let report = report(&experiment, &embedded)?;
    if arguments.json { output::print_json(&report) } else { output::print(&report.to_text()) }
}

fn report(experiment: &Experiment, embedded: &Embedded) -> Result<Report> {
    let Embedded { graph, split, metrics, .. } = embedded;
    let scores = InnerProducts::new(&embedded.z, [graph.nodes(), embedded.latent])?;
    let train = split.train_graph(graph);
    let rows = Heuristic::ALL.into_iter().map(|heuristic| heuristic_row(heuristic, graph, &train, split));
    let mut heuristics = rows.collect::<Result<Vec<_>>>()?;
    let random = Streams::new(experiment.seed).generator(Purpose::Sampling, 0);
    heuristics.push(random_row(graph, split, random)?);
    let nodes = graph.nodes() as u64;
    Ok(Report {
        validation: metrics.validation,
        model: ReportRow {
            name: match &experiment.model {
                Model::Vgae(_) => "VGAE".to_owned(),
                Model::Gae(_) => "GAE".to_owned(),
            },
            test: metrics.test,
            shared_hits: shared_hits(&scores, &split.test),
            whole_graph_ap: Some(whole_graph_precision(&scores, split)),
        },
        edges: split.test.edges.len(),
        non_edges: split.test.non_edges.len(),
        absent_pairs: nodes * nodes.saturating_sub(1) / 2 - graph.edge_count() as u64,
        heuristics,
    })
}
