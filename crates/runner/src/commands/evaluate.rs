//! `aevb evaluate`: the metrics of a finished run, from its weights and its split, with the heuristics beside them.

use aevb_data::graph::Graph;
use aevb_data::graph::heuristics::Heuristic;
use aevb_models::vae::inference::active_units;

use super::opened::{self, OpenedRun};
use crate::cli::{EstimatorArgument, EvaluateArguments};
use crate::density::{Density, DensityMetrics};
use crate::error::Result;
use crate::evaluate::{
    Report, ReportRow, cautions, heuristic_row, random_row, shared_hits, whole_graph_precision,
};
use crate::experiment::{Data, Experiment, Part};
use crate::inference::{Asked, Estimator, ImageLikelihood, likelihoods, summarize};
use crate::random::{Purpose, Streams};
use crate::train::{Embedded, TrainedVae};
use crate::{interrupt, output, train};

/// So many take seconds.
const MANY_PAIRS: u64 = 1_000_000_000;

pub(super) fn run(arguments: &EvaluateArguments) -> Result<()> {
    let OpenedRun { folder, experiment, device } =
        opened::open(&arguments.run, arguments.device.as_deref())?.with_checkpoint(arguments.checkpoint)?;
    if let Some(samples) = arguments.samples {
        interrupt::listen()?;
        let vae = train::open_vae(&experiment, &device, &folder)?;
        let metrics = with_likelihood(&vae, samples as usize, arguments)?;
        return if arguments.json { output::print_json(&metrics) } else { output::print(&metrics.to_text()) };
    }
    if let Data::Images(_) = experiment.data {
        let metrics = train::open_images(&experiment, &device, &folder)?.metrics()?;
        return if arguments.json { output::print_json(&metrics) } else { output::print(&metrics.to_text()) };
    }
    let embedded = train::evaluate(&experiment, &device, &folder)?;
    let cautions = cautions(embedded.metrics.validation, &embedded.split);
    if !arguments.json {
        let told: String = cautions.iter().map(|caution| format!("caution     {caution}\n")).collect();
        output::print(&(embedded.metrics.to_text() + &told + "\n"))?;
    }
    let Embedded { graph, split, .. } = &embedded;
    let report = Report {
        cautions,
        validation: embedded.metrics.validation,
        model: model_row(&experiment, &embedded)?,
        edges: split.test.edges.len(),
        non_edges: split.test.non_edges.len(),
        absent_pairs: pairs(graph) - graph.edge_count() as u64,
        heuristics: if arguments.model_only { Vec::new() } else { heuristic_rows(&experiment, &embedded)? },
    };
    if arguments.json { output::print_json(&report) } else { output::print(&report.to_text()) }
}

/// The metrics of a run on images, the test images' with their likelihood; validation is as it was.
fn with_likelihood(
    vae: &TrainedVae,
    samples: usize,
    arguments: &EvaluateArguments,
) -> Result<DensityMetrics> {
    let estimator = match arguments.estimator {
        EstimatorArgument::Importance => Estimator::Importance { samples },
        EstimatorArgument::AppendixD => Estimator::appendix_d(samples),
    };
    let asked =
        Asked::first_of(vae, Part::Test, arguments.images.map_or(usize::MAX, |images| images as usize))?;
    let (rows, means) = likelihoods(vae, &asked, estimator)?;
    let marginal = summarize(&rows, active_units(&means, vae.latent()), estimator.samples())?;
    let cautions = estimator.caution(&rows).into_iter().chain(vae.caution());
    cautions.for_each(|caution| output::message(&caution));
    let bounds: Option<Vec<f64>> = rows.iter().map(|row| row.marginal.bound).collect();
    let density = match bounds {
        Some(bounds) => bound_of(&bounds, &rows, samples),
        None => vae.measure(&asked.images, Part::Test)?,
    };
    vae.metrics(Density { likelihood: Some(marginal), ..density })
}

/// The bound by as many samples as the likelihood: by the same ones.
fn bound_of(bounds: &[f64], rows: &[ImageLikelihood], samples: usize) -> Density {
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / rows.len() as f64;
    let elbo = mean(&mut bounds.iter().copied());
    let kl = mean(&mut rows.iter().map(|row| row.kl));
    Density {
        elbo: Some(elbo),
        reconstruction: -elbo - kl,
        kl: Some(kl),
        iwae: None,
        images: rows.len(),
        samples,
        likelihood: None,
    }
}

fn model_row(experiment: &Experiment, embedded: &Embedded) -> Result<ReportRow> {
    let Embedded { graph, split, scores, metrics, .. } = embedded;
    let name = experiment.model.kind().to_uppercase();
    if pairs(graph) > MANY_PAIRS {
        output::message(&format!("{name}: scores of {} pairs of nodes", pairs(graph)));
    }
    let scores = scores.products()?;
    Ok(ReportRow {
        name,
        test: metrics.test,
        shared_hits: shared_hits(&scores, &split.test),
        whole_graph_ap: Some(whole_graph_precision(&scores, split)),
    })
}

fn heuristic_rows(experiment: &Experiment, embedded: &Embedded) -> Result<Vec<ReportRow>> {
    let Embedded { graph, split, .. } = embedded;
    let train = split.train_graph(graph);
    let rows = Heuristic::ALL.into_iter().map(|heuristic| heuristic_row(heuristic, graph, &train, split));
    let mut rows = rows.collect::<Result<Vec<_>>>()?;
    let random = Streams::new(experiment.seed).generator(Purpose::Sampling, 0);
    rows.push(random_row(graph, split, random)?);
    Ok(rows)
}

/// Pairs of distinct nodes.
fn pairs(graph: &Graph) -> u64 {
    let nodes = graph.nodes() as u64;
    nodes * nodes.saturating_sub(1) / 2
}
