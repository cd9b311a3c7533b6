//! `aevb evaluate`: the metrics of a finished run, from its weights and its split, with the heuristics beside them.

use aevb_data::graph::Graph;
use aevb_data::graph::heuristics::Heuristic;
use aevb_models::vae::inference::active_units;

use super::at_training::AtTraining;
use super::clusters;
use super::next;
use super::opened::{self, OpenedRun};
use crate::cli::{EstimatorArgument, EvaluateArguments, HeuristicArgument};
use crate::clusters::ClusterComparison;
use crate::density::{Density, DensityMetrics};
use crate::error::{Error, Result};
use crate::evaluate::{
    MOST_SCORES, Queries, Report, ReportRow, Tables, cautions, heuristic_precision, heuristic_row,
    random_row, shared_hits, whole_graph_precision,
};
use crate::experiment::{Part, Task};
use crate::inference::{Asked, ImageLikelihood, LikelihoodEstimator, likelihoods, summarize};
use crate::links::require_suited;
use crate::random::{Purpose, Streams};
use crate::result::shared_lines;
use crate::train::{Embedded, TrainedVae};
use crate::{interrupt, output, train};

/// So many take seconds.
const MANY_PAIRS: u64 = 1_000_000_000;

pub(super) fn run(arguments: &EvaluateArguments) -> Result<()> {
    let OpenedRun { folder, mut experiment, device } =
        opened::open(&arguments.run, arguments.device.as_deref())?.with_checkpoint(arguments.checkpoint)?;
    if let Some(samples) = arguments.samples {
        interrupt::listen()?;
        let vae = train::open_vae(&experiment, &device, &folder)?;
        let metrics = with_likelihood(&vae, samples as usize, arguments)?;
        return if arguments.json { output::print_json(&metrics) } else { output::print(&metrics.to_text()) };
    }
    if let Task::Images { .. } | Task::Table { .. } = experiment.task {
        if arguments.queries.is_some() {
            let problem = format!("--queries: {} is no run on a graph", arguments.run.display());
            return Err(Error::usage(problem).with_hint("leave it out: it ranks the test edges of a graph"));
        }
        let model = train::open_autoencoder(&experiment, &device, &folder)?;
        let metrics = model.metrics()?;
        let clusters = clusters::of_examples(model.as_ref(), Streams::new(experiment.seed))?;
        if arguments.json {
            return output::print_json(&Measured { metrics, clusters });
        }
        let rows = if matches!(experiment.task, Task::Table { .. }) { "test rows" } else { "test images" };
        let told = clusters.map(|clusters| clusters.to_text(rows)).unwrap_or_default();
        output::print(&(metrics.to_text() + &told))?;
        next::after_drawing(&arguments.run);
        return Ok(());
    }
    experiment.evaluate.queries =
        arguments.queries.map(|queries| queries as usize).or(experiment.evaluate.queries);
    let embedded = train::open_graph(&experiment, &device, &folder)?.evaluate()?;
    let clusters = clusters::of_nodes(&embedded, Streams::new(experiment.seed));
    let mut cautions = cautions(embedded.metrics.validation, &embedded.split);
    cautions.extend(train::caution_of(&folder)?);
    // A checkpoint is another model than the one that the run's result is of.
    let is_of_result = arguments.checkpoint.is_none() && !arguments.model_only;
    let at_training = is_of_result.then(|| AtTraining::of(&folder, &embedded.split));
    cautions.extend(at_training.iter().flat_map(|told| told.cautions.clone()));
    let say = |text: &str| if arguments.json { Ok(()) } else { output::print(text) };
    let told: String = cautions.iter().map(|caution| format!("caution     {caution}\n")).collect();
    let metrics =
        embedded.metrics.to_text(embedded.validation_ranking.as_ref(), embedded.test_sample.as_ref());
    let by_side = embedded.test_by_side.map(|by_side| by_side.to_text()).unwrap_or_default();
    let hits = embedded.validation_shared_hits.map(|hits| shared_lines(&hits.to_text(), None));
    let of_clusters = clusters.as_ref().map(|clusters| clusters.to_text("nodes")).unwrap_or_default();
    say(&(metrics + &by_side + &hits.unwrap_or_default() + &of_clusters + &told + "\n"))?;
    let Embedded { graph, split, test_sample, scores, .. } = &embedded;
    let scores = scores.all()?;
    let row = |ends| scores.row_of(graph.mean_others(), ends);
    let ranked = Queries::of(&experiment).by_model(&split.test.edges, row, Part::Test);
    let (mut rivals, name) = (rivals(arguments, graph)?, experiment.task.model_kind().to_uppercase());
    if ranked.sampled().is_some() && rivals.contains(&PAGERANK) {
        output::message(
            "note: personalised PageRank is left out where a sample is ranked: it takes a walk from each node of a test edge",
        );
        rivals.retain(|rival| *rival != PAGERANK);
    }
    let names = rivals.iter().map(|rival| -> &str { rival.name() });
    let tables = Tables::of(names.chain([name.as_str()]));
    let train = split.train_graph(graph);

    let (edges, non_edges) = (split.test.edges.len(), split.test.non_edges.len());
    say(&tables.shared_head(edges, non_edges))?;
    let mut model = model_row(name.clone(), &embedded)?;
    say(&tables.against_shared(&model))?;
    let mut rows = Vec::new();
    for rival in &rivals {
        let row = match rival {
            Rival::Heuristic(heuristic) => heuristic_row(*heuristic, graph, &train, split, &ranked)?,
            Rival::Random => {
                let random = Streams::new(experiment.seed).generator(Purpose::Sampling, 0);
                random_row(graph, split, &ranked, random)?
            }
        };
        say(&tables.against_shared(&row))?;
        rows.push(row);
    }

    let absent_pairs = graph.pairs() - graph.edge_count() as u64;
    // Whoever asks for all edges has time for all pairs.
    let cost = scores.work().saturating_mul(scores.cost());
    let is_counted =
        ranked.sampled().is_none() && (cost <= MOST_SCORES || experiment.evaluate.queries.is_some());
    say(&tables.all_head(test_sample.as_ref(), is_counted.then_some(absent_pairs)))?;
    if !is_counted {
        output::message(&format!(
            "note: the average precision among all pairs is left out: there are {}; --queries {} ranks every test edge and \
             counts every pair",
            graph.pairs(),
            split.test.edges.len()
        ));
    } else {
        if cost > MANY_PAIRS {
            output::message(&format!("{}: scores of {} pairs of nodes", model.name, graph.pairs()));
        }
        model.whole_graph_ap = Some(whole_graph_precision(&scores, split));
    }
    say(&tables.against_all(&model))?;
    for (rival, row) in rivals.iter().zip(&mut rows) {
        if let Rival::Heuristic(heuristic) = rival
            && is_counted
        {
            row.whole_graph_ap = heuristic_precision(*heuristic, graph, &train, split);
        }
        say(&tables.against_all(row))?;
    }
    if !arguments.json {
        say(&at_training.map(|told| told.above).unwrap_or_default())?;
        next::after_evaluation(&arguments.run);
        return Ok(());
    }
    let validation = embedded.metrics.validation;
    output::print_json(&Report {
        cautions,
        validation,
        validation_ranking: embedded.validation_ranking,
        validation_shared_hits: embedded.validation_shared_hits,
        test_sample: embedded.test_sample,
        test_by_side: embedded.test_by_side,
        model,
        edges,
        non_edges,
        absent_pairs,
        heuristics: rows,
        clusters,
    })
}

/// What there is to say of images or rows.
#[derive(serde::Serialize)]
struct Measured {
    #[serde(flatten)]
    metrics: DensityMetrics,
    #[serde(skip_serializing_if = "Option::is_none")]
    clusters: Option<ClusterComparison>,
}

/// What stands beside the model.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rival {
    Heuristic(Heuristic),
    Random,
}

const PAGERANK: Rival = Rival::Heuristic(Heuristic::PersonalisedPageRank);

impl Rival {
    fn name(&self) -> &'static str {
        match self {
            Self::Heuristic(heuristic) => heuristic.name(),
            Self::Random => "random",
        }
    }
}

/// The rows that are asked for, each once.
fn rivals(arguments: &EvaluateArguments, graph: &Graph) -> Result<Vec<Rival>> {
    let all = || Heuristic::of(graph).into_iter().map(Rival::Heuristic).chain([Rival::Random]);
    let takes_long = |rival: &Rival| *rival == PAGERANK;
    if arguments.model_only {
        return Ok(Vec::new());
    }
    if arguments.heuristics.is_empty() {
        return Ok(all().filter(|rival| !takes_long(rival)).collect());
    }
    let mut rivals = Vec::new();
    for argument in &arguments.heuristics {
        match argument {
            HeuristicArgument::CommonNeighbours => rivals.push(Rival::Heuristic(Heuristic::CommonNeighbours)),
            HeuristicArgument::AdamicAdar => rivals.push(Rival::Heuristic(Heuristic::AdamicAdar)),
            HeuristicArgument::ResourceAllocation => {
                rivals.push(Rival::Heuristic(Heuristic::ResourceAllocation))
            }
            HeuristicArgument::ThreePaths => rivals.push(Rival::Heuristic(Heuristic::ThreePaths)),
            HeuristicArgument::L3 => rivals.push(Rival::Heuristic(Heuristic::L3)),
            HeuristicArgument::ThreeStepAllocation => {
                rivals.push(Rival::Heuristic(Heuristic::ThreeStepAllocation));
            }
            HeuristicArgument::PersonalisedPagerank => {
                rivals.push(Rival::Heuristic(Heuristic::PersonalisedPageRank));
            }
            HeuristicArgument::PreferentialAttachment => {
                rivals.push(Rival::Heuristic(Heuristic::PreferentialAttachment));
            }
            HeuristicArgument::Random => rivals.push(Rival::Random),
            HeuristicArgument::All => rivals.extend(all()),
            HeuristicArgument::None => {}
        }
    }
    for rival in &rivals {
        if let Rival::Heuristic(heuristic) = rival {
            require_suited(*heuristic, graph, "--heuristics")?;
        }
    }
    // In the order of a table.
    Ok(all().filter(|rival| rivals.contains(rival)).collect())
}

/// The metrics of a run on images, the test images' with their likelihood; validation is as it was.
fn with_likelihood(
    vae: &TrainedVae,
    samples: usize,
    arguments: &EvaluateArguments,
) -> Result<DensityMetrics> {
    let estimator = match arguments.estimator {
        EstimatorArgument::Importance => LikelihoodEstimator::Importance { samples },
        EstimatorArgument::AppendixD => LikelihoodEstimator::appendix_d(samples),
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
        None => vae.measure(&asked.examples, Part::Test)?,
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

/// The model's row, without its precision among all pairs.
fn model_row(name: String, embedded: &Embedded) -> Result<ReportRow> {
    let Embedded { split, scores, metrics, test_sample, .. } = embedded;
    let shared_hits = shared_hits(&scores.all()?, &split.test);
    Ok(ReportRow {
        name,
        test: metrics.test,
        sampled: test_sample.map(|sample| sample.edges),
        shared_hits,
        whole_graph_ap: None,
    })
}
