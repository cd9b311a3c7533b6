//! Link prediction: what is held out, what the encoder sees, and how held-out edges are told from non-edges.

use std::borrow::Cow;
use std::cell::OnceCell;

use aevb_data::graph::{FeatureScales, Graph, HeldOut, LinkSplit, SideKind, Sides, SplitConfig};
use aevb_models::nn::{NodeFeatures, Spectrum, adjacency_on_device};
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{GraphInput, GraphLikelihood, Normalization, PairLink};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

#[cfg(test)]
mod chi_squared;
mod covariate_pairs;
mod data;
mod edge_mask;
mod first_weights;
mod inputs;
mod model;
mod neighbours;
mod non_edges;
mod pair_sampler;
mod passed_features;
mod refused_pairs;
mod step_input;
mod subgraph;
mod thinning;
mod trained;
mod without_offset;

use covariate_pairs::StepCovariates;
pub(super) use covariate_pairs::pairs_of_step;
use data::draw;
pub(super) use data::{graph_and_split, load, split_of};
use first_weights::degrees;
pub(super) use inputs::choose as choose_inputs;
pub(super) use model::{GraphModel, NonProbabilistic, Variational};
use neighbours::NeighbourSampler;
use pair_sampler::PairSampler;
pub(super) use passed_features::PassedFeatures;
use thinning::Thinning;
pub(super) use trained::OpenedGraph;
pub use trained::{Embedded, TrainedGraph};
use without_offset::WithoutOffset;

use super::checkpoint::Checkpoint;
use super::curve::{self, Curve};
use super::loss::Loss;
use super::preflight::{Estimate, GraphSize};
use super::shard::Shard;
use super::trainable::Trainable;
use super::{continuation, import, largest, trainer};
use crate::covariates::{self, RankedAmong, Weighing};
use crate::error::{Error, Result};
use crate::evaluate::{
    Beside, LinkPrediction, Queries, TestErrors, TestMetrics, TestRanking, ValidationEdges, ValidationHits,
    ValidationMetric, ValidationRanking, cautions, error_of_auc, link_prediction, lost, shared_hits,
    test_ranking, told_better,
};
use crate::experiment::{
    Experiment, Features, GraphAutoencoder, GraphData, GraphEncoder, GraphSplit, Metric, Pairs, Part,
};
use crate::memory;
use crate::model_scores::ModelScores;
use crate::pair_scores::{PairScores, sides_of};
use crate::progress::{Observer, Unit};
use crate::random::Streams;
use crate::result::{Metrics, RunResult, TaskName};
use crate::run_folder::{self, FEATURES, NODES, RunFolder, SPLIT, STANDARDIZATION};
use crate::shell;

/// Values in a layer's output, 1 GiB of them: training keeps several such tensors at once.
const MOST_ACTIVATIONS: usize = 1 << 28;

/// The name of the likelihood's term of the loss.
const RECONSTRUCTION: &str = "reconstruction";

/// Link prediction on a graph.
pub(super) struct GraphTask<M: GraphModel> {
    graph: Graph,
    split: LinkSplit,
    /// The split that is learnt from, where that is another.
    seen: Option<LinkSplit>,
    input: GraphInput,
    /// Whether epochs are compared by ranks, and of which edges.
    is_ranked: bool,
    ranked: OnceCell<ValidationEdges>,
    /// Whether epochs are compared by Hits@K against shared non-edges.
    has_shared_hits: bool,
    /// How many of the test edges are ranked at the end.
    queries: Queries,
    likelihood: GraphLikelihood,
    encoder: GraphEncoder,
    spectrum: OnceCell<Spectrum>,
    thinning: Option<Thinning>,
    /// What scores have beside logits.
    weighing: Weighing,
    /// What a step adds for the covariates whose weights it learns.
    covariates: Option<StepCovariates>,
    /// Where a step does not sum over all pairs.
    sampler: Option<PairSampler>,
    /// Where a step's layers do not sum over all neighbours.
    neighbours: Option<NeighbourSampler>,
    /// Where a step needs some nodes alone, and the encoder is linear in what is kept of them.
    passed: Option<PassedFeatures>,
    /// The share of the edges that a step hides, if any.
    mask: Option<f64>,
    without_offset: Option<WithoutOffset>,
    streams: Streams,
    device: Device,
    /// What the user should know of the data.
    notes: Vec<String>,
    /// How edges, features and labels were understood, a line each.
    understood: Vec<String>,
    /// How the features were brought to one scale, where they were.
    scales: Option<FeatureScales>,
    kind: std::marker::PhantomData<M>,
}

impl<M: GraphModel> GraphTask<M> {
    /// The task, where there is the memory to train on it.
    pub(super) fn to_train(
        experiment: &Experiment,
        data: &GraphData,
        split: &GraphSplit,
        model: &GraphAutoencoder,
        device: &Device,
    ) -> Result<Self> {
        let loaded = load(data)?;
        let graph = &loaded.graph;
        let split = draw(split, experiment.split_seed(), graph)?;
        require_memory(experiment, data, model, (graph, &split), device)?;
        let task = Self::with_split(experiment.seed, data, model, graph, split, device)?
            .judged_by(experiment)?
            .with_neighbours(&experiment.train.neighbours)
            .with_passed_features()?;
        let mut understood = loaded.first_rows();
        understood.extend(loaded.readings.iter().map(|(kind, reading)| format!("{kind}: {reading}")));
        Ok(Self { notes: loaded.notes(), understood, scales: loaded.scales, ..task })
    }

    fn with_split(
        seed: u64,
        data: &GraphData,
        model: &GraphAutoencoder,
        graph: &Graph,
        split: LinkSplit,
        device: &Device,
    ) -> Result<Self> {
        for (name, held_out) in [("validation", &split.validation), ("test", &split.test)] {
            if held_out.edges.is_empty() || held_out.non_edges.is_empty() {
                return Err(Error::usage(format!("split.{name}: holds out no edge of {}", data.title()))
                    .with_hint(SplitConfig::advice(graph)));
            }
        }
        let encoder = model.encoder();
        let widest = encoder.hidden.iter().copied().chain([encoder.latent]).max().unwrap_or_default();
        if graph.nodes().saturating_mul(widest) > MOST_ACTIVATIONS {
            let problem =
                format!("model: a layer of {widest} units for each of {} nodes is too large", graph.nodes());
            return Err(Error::usage(problem).with_hint("make model.hidden and model.latent smaller"));
        }
        let streams = Streams::new(seed);
        refused_pairs::check_sides(graph, encoder)?;
        let seen = covariates::seen(&encoder.decoder.covariates, &split, streams);
        refused_pairs::check(model.pairs(), graph, &seen)?;
        let train = || seen.train_graph(graph);
        let sampler = PairSampler::new(model.pairs().sum, (graph.nodes(), graph.sides()), train, streams);
        if encoder.encoder.has_embeddings() && data.features == Features::None {
            let problem = "model.encoder.embeddings: nodes without features have free embeddings already";
            return Err(Error::usage(problem).with_hint("leave it out, or give data.features"));
        }
        let input = input(graph, &seen.train, data, device)?;
        let weighing =
            Weighing::of(&encoder.decoder.covariates, encoder.latent, graph, &split, &seen, streams)?;
        let covariates = weighing.learnt().cloned();
        let covariates = covariates.map(|structure| StepCovariates::of(structure, model.pairs().sum, device));
        let covariates = covariates.transpose()?;
        let has_mask = model.pairs().mask.is_some();
        let thinning = Thinning::of(graph, &input.features, encoder, has_mask);
        Ok(Self {
            thinning,
            covariates,
            weighing,
            passed: None,
            input,
            is_ranked: false,
            ranked: OnceCell::new(),
            has_shared_hits: false,
            likelihood: likelihood(model, graph, &seen.train, device)?,
            queries: Queries::unasked(streams),
            without_offset: WithoutOffset::of(
                model,
                graph.nodes(),
                graph.sides().map(sides_of),
                seen.train.len(),
            ),
            encoder: encoder.clone(),
            spectrum: OnceCell::new(),
            sampler,
            neighbours: None,
            mask: model.pairs().mask,
            streams,
            device: device.clone(),
            graph: graph.clone(),
            seen: match seen {
                Cow::Owned(seen) => Some(seen),
                Cow::Borrowed(_) => None,
            },
            split,
            notes: Vec::new(),
            understood: Vec::new(),
            scales: None,
            kind: std::marker::PhantomData,
        })
    }

    /// The same, which ranks as many edges as the experiment asks for, and those of validation where epochs are compared by that.
    ///
    /// # Errors
    /// If there are too few non-edges to compare epochs by.
    fn judged_by(self, experiment: &Experiment) -> Result<Self> {
        let metric = experiment.train.best_metric;
        let non_edges = self.weighing.judging(self.split.validation.non_edges.len());
        metric.map_or(Ok(()), |metric| ValidationHits::check(metric, non_edges))?;
        let queries = Queries::of(experiment);
        let is_ranked = metric.is_some_and(Metric::is_filtered);
        let has_shared_hits = metric.is_some_and(|metric| metric.shared_at().is_some());
        let weighing = self.weighing.ranking_among(RankedAmong::of(metric));
        Ok(Self { is_ranked, has_shared_hits, queries, weighing, ..self })
    }

    /// The same whose steps sum over so many neighbours in each layer, where that is not over all.
    fn with_neighbours(self, fan_outs: &[usize]) -> Self {
        let train = self.sampler.as_ref().and_then(PairSampler::train);
        let neighbours = train.and_then(|train| NeighbourSampler::new(fan_outs, train));
        Self { neighbours, ..self }
    }

    /// The same that keeps what features are after messages have passed, where steps can use it.
    fn with_passed_features(self) -> Result<Self> {
        let Self { graph, input, encoder, sampler, device, .. } = &self;
        let passed = match self.thinning {
            None => PassedFeatures::of(graph, input, encoder, sampler.as_ref(), device)?,
            Some(_) => None,
        };
        Ok(Self { passed, ..self })
    }

    /// What training says before its first step, once the first weights are there.
    pub(super) fn check(&self, experiment: &Experiment) -> Result<Vec<String>> {
        import::first_model(self, experiment)?;
        Ok(self.messages().collect())
    }

    /// How the data were understood, and what the user should know of them and of what is asked of them, a line each.
    fn messages(&self) -> impl Iterator<Item = String> {
        let of_loss = self.without_offset.as_ref().map(WithoutOffset::note);
        let of_dropout = Thinning::spares_inputs(&self.input.features, &self.encoder).then(|| {
            "model.dropout leaves out values of features and hidden units, and this model has neither"
                .to_owned()
        });
        let of_start = self.begins_alike().then(|| {
            "with model.normalize = false free embeddings begin near 0, where all communities of `bernoulli-poisson` are alike, and may \
             stay so; model.normalize = true tells them apart"
                .to_owned()
        });
        let of_bias = [
            self.neighbours.as_ref().map(NeighbourSampler::note),
            self.sampler.as_ref().and_then(PairSampler::note),
        ];
        let notes = self.notes.iter().cloned().chain(of_loss).chain(of_dropout).chain(self.weighing.note());
        let notes =
            notes.chain(of_start).chain(of_bias.into_iter().flatten()).map(|note| format!("note: {note}"));
        self.understood.iter().cloned().chain(notes)
    }

    /// Whether a decoder of communities meets latent vectors that are hardly told apart: with all memberships of a node the same, each
    /// gets the same gradient.
    fn begins_alike(&self) -> bool {
        let GraphEncoder { decoder, normalize, encoder, .. } = &self.encoder;
        let is_free = matches!(self.input.features, NodeFeatures::Identity { .. });
        let is_far = *normalize != Normalization::Never || encoder.spectral_hops().is_some();
        is_free && !is_far && decoder.form.kind().link == PairLink::Poisson
    }

    /// The metrics, the standard errors of those of the test edges, and how these are ranked.
    fn metrics(&self, scores: &ModelScores) -> Result<(Metrics, TestErrors, TestRanking)> {
        let all = scores.all.all()?;
        let row = |ends| all.row_of(self.graph.mean_others(), ends);
        let ranked = self.queries.by_model(&self.split.test.edges, row, Part::Test);
        let of_test = test_ranking(&all, &self.graph, &ranked)?;
        let balanced = rank(&scores.all, &self.split.test)?;
        let validation = scores.validation()?;
        let errors =
            TestErrors { auc: error_of_auc(balanced.auc, &self.split.test), mrr: of_test.standard_error.mrr };
        let test = TestMetrics { balanced, ranking: of_test.ranking };
        Ok((Metrics { validation, test }, errors, of_test))
    }

    fn validation_ranking(&self, scores: &ModelScores) -> Result<Option<ValidationRanking>> {
        let edges = || self.ranked.get_or_init(|| ValidationEdges::of(&self.split, scores, self.queries));
        self.is_ranked.then(|| edges().rank(scores)).transpose()
    }

    fn validation_hits(&self, scores: &ModelScores) -> Result<Option<ValidationHits>> {
        self.has_shared_hits.then(|| ValidationHits::of(scores)).transpose()
    }

    /// The mean of each node's latent vector, and what the decoder makes of them.
    fn embedding(&self, model: &M::Model) -> Result<(Tensor<2>, ModelScores)> {
        // What gradients would need is kept until the next ones are taken, and these are of something else.
        let model = model.valid();
        let (z, _) = M::posterior(&model, &self.input)?;
        let decoder = M::decoder(&model);
        let logits = PairScores::of(decoder, z.clone(), self.graph.sides())?;
        Ok((z, self.weighing.scores(logits, decoder, &self.split)?))
    }

    /// The edges that latent vectors are learnt from.
    fn seen_edges(&self) -> &[[u32; 2]] {
        &self.seen.as_ref().unwrap_or(&self.split).train
    }
}

/// The likelihood, without a list of the edges where each step brings its own.
fn likelihood(
    model: &GraphAutoencoder,
    graph: &Graph,
    edges: &[[u32; 2]],
    device: &Device,
) -> aevb_models::Result<GraphLikelihood> {
    let (Pairs { sum, diagonal, .. }, weighting) = (model.pairs(), model.weighting());
    match (graph.sides().map(sides_of), sum.has_own_edges()) {
        (None, true) => {
            GraphLikelihood::by_own_edges(graph.nodes(), edges.len(), weighting, diagonal, device)
        }
        (None, false) => GraphLikelihood::with_diagonal(graph.nodes(), edges, weighting, diagonal, device),
        (Some(sides), true) => {
            GraphLikelihood::between_by_own_edges(sides, edges.len(), weighting, diagonal, device)
        }
        (Some(sides), false) => GraphLikelihood::between(sides, edges, weighting, diagonal, device),
    }
}

/// Refuses a model that needs more memory than there is.
fn require_memory(
    experiment: &Experiment,
    data: &GraphData,
    model: &GraphAutoencoder,
    (graph, split): (&Graph, &LinkSplit),
    device: &Device,
) -> Result<()> {
    let features = match (&data.features, graph.features()) {
        (Features::Given | Features::File(_), Some(features)) => [features.cols(), features.nnz()],
        _ => [graph.nodes(); 2],
    };
    let size = GraphSize::of(graph, split, features, model);
    let Experiment { train, optimizer, .. } = experiment;
    Estimate::of_graph(&size, model, &train.neighbours, optimizer).check(experiment, device)
}

fn rank(scores: &PairScores, held_out: &HeldOut) -> Result<LinkPrediction> {
    link_prediction(&scores.exact(&held_out.edges), &scores.exact(&held_out.non_edges))
}

impl<M: GraphModel> Trainable for GraphTask<M> {
    type Model = M::Model;

    const UNIT: Unit = Unit::Fraction;

    fn device(&self) -> &Device {
        &self.device
    }

    fn initial_model(&self) -> Result<Self::Model> {
        self.first_model()
    }

    fn template(&self) -> Result<Self::Model> {
        self.drawn_model()
    }

    fn has_informed_start(&self) -> bool {
        self.encoder.encoder.spectral_hops().is_some()
    }

    /// One, where a step sums over all pairs.
    fn steps_per_epoch(&self) -> usize {
        self.sampler.as_ref().map_or(1, PairSampler::steps_per_epoch)
    }

    fn loss(&self, model: &Self::Model, shard: Shard) -> Result<Loss> {
        Ok(M::loss(model, self, shard.step)?)
    }

    fn largest_value(&self) -> Option<String> {
        // Without features of their own, nodes are told apart by ones.
        let is_given =
            self.graph.features().is_some_and(|features| features.cols() == self.input.features.width());
        if is_given { largest::of_graph(&self.graph) } else { None }
    }

    fn fingerprint(&self) -> String {
        self.split.digest()
    }

    fn description(&self) -> Vec<(&'static str, Vec<u8>)> {
        let names =
            [(NODES, names_of_rows(&self.graph)), (FEATURES, self.graph.feature_names().map(<[_]>::to_vec))];
        let names = names.into_iter().filter_map(|(file, names)| Some((file, names?.join("\n") + "\n")));
        let texts = std::iter::once((SPLIT, self.split.to_text(&self.notes))).chain(names);
        let scales = self.scales.iter().map(|scales| (STANDARDIZATION, run_folder::json(scales)));
        texts.map(|(file, text)| (file, text.into_bytes())).chain(scales).collect()
    }

    fn validate(&self, model: &Self::Model) -> Result<Vec<ValidationMetric>> {
        let (_, scores) = self.embedding(model)?;
        let LinkPrediction { auc, ap } = scores.validation()?;
        let (ranking, hits) = (self.validation_ranking(&scores)?, self.validation_hits(&scores)?);
        let balanced = [("auc", auc), ("ap", ap)].map(ValidationMetric::from);
        let ranking = ranking.iter().flat_map(ValidationRanking::metrics);
        let hits = hits.iter().flat_map(ValidationHits::metrics);
        Ok(balanced.into_iter().chain(ranking).chain(hits).collect())
    }
}

/// Trains and measures.
pub(super) fn train<M: GraphModel>(
    task: &GraphTask<M>,
    experiment: &Experiment,
    folder: &RunFolder,
    start: Option<Checkpoint>,
    heuristics: bool,
    observer: &mut dyn Observer,
) -> Result<RunResult> {
    task.messages().for_each(|line| observer.message(&line));
    let trained = trainer::train(task, experiment, folder, start, observer)?;
    let (_, scores) = task.embedding(&trained.model)?;
    let (Metrics { validation, test }, test_errors, of_test) = task.metrics(&scores)?;
    let mut cautions = cautions(validation, &task.split);
    let validation_ranking = task.validation_ranking(&scores)?;
    let validation_shared_hits = task.validation_hits(&scores)?;
    let judged_by = experiment.train.best_metric.filter(|metric| metric.is_of_ranks()).unwrap_or(Metric::Auc);
    if let Some(curve) = Curve::of(experiment, folder, judged_by)? {
        let of_auc = || error_of_auc(curve.peak.value, &scores.judging());
        let standard_error = curve.peak.standard_error.unwrap_or_else(of_auc);
        let edges = validation_ranking.map(|ranking| ranking.edges_in_words());
        cautions.extend(curve.caution(standard_error, edges.as_deref(), experiment, folder));
    }
    if let Some(without_offset) = &task.without_offset {
        let reconstruction = curve::last_value(folder, RECONSTRUCTION)?;
        cautions.extend(reconstruction.and_then(|nats| without_offset.caution(nats)));
    }
    let beside = heuristics.then(|| Beside::of(&scores, &of_test, &task.graph, &task.split, task.queries));
    let beside = beside.transpose()?;
    let contest = beside.as_ref().map(|beside| &beside.contest);
    let run = shell::path(folder.path());
    cautions.extend(contest.and_then(|contest| lost(contest, &run)));
    let rows = beside.as_ref().map_or(&[][..], |beside| &beside.rows);
    cautions.extend(told_better(rows, test.balanced, &task.split.test, &run));
    cautions.extend(continuation::caution_of(folder)?);
    let (rows, sampled, contest) = match beside {
        Some(Beside { rows, model, contest }) => (rows, model, Some(contest)),
        None => (Vec::new(), None, None),
    };
    Ok(RunResult {
        cautions,
        best_epoch: trained.best_epoch,
        heuristics: rows,
        model_on_sample: sampled,
        validation_ranks: contest,
        task: TaskName::LinkPrediction,
        seed: experiment.seed,
        epochs: trained.epochs,
        seconds_per_epoch: trained.seconds_per_epoch,
        peak_memory_bytes: memory::peak_bytes(),
        validation,
        validation_ranking,
        validation_shared_hits,
        shared_hits: Some(shared_hits(&scores.all.all()?, &task.split.test)),
        test,
        test_sample: of_test.sample,
        test_standard_error: Some(test_errors),
        test_by_side: of_test.by_side,
    })
}

/// Messages pass along `edges` alone: those of the training graph.
pub(super) fn input(
    graph: &Graph,
    edges: &[[u32; 2]],
    data: &GraphData,
    device: &Device,
) -> Result<GraphInput> {
    let adjacency = adjacency_on_device(graph.nodes(), weighted(graph, edges), device)?;
    let features = match data.features {
        Features::None => NodeFeatures::Identity { nodes: graph.nodes() },
        Features::Given | Features::File(_) => {
            let features = graph.features().ok_or_else(|| {
                Error::usage(format!("data.features: {} has no features of its own", data.title()))
                    .with_hint("set data.features = \"none\", or to a file of them")
            })?;
            NodeFeatures::Sparse(Box::new(SparseMatrix::from_csr(features, device)?))
        }
    };
    Ok(GraphInput::new(adjacency, features))
}

/// What the rows of weights of nodes are called: each node of a directed graph has two, as a source and as a target.
fn names_of_rows(graph: &Graph) -> Option<Vec<String>> {
    let names = graph.names()?;
    Some(match graph.sides() {
        Some(Sides { kind: SideKind::Directed, .. }) => {
            let of_role = |role: &'static str| names.iter().map(move |name| format!("{role}:{name}"));
            of_role("source").chain(of_role("target")).collect()
        }
        _ => names.to_vec(),
    })
}

/// A pair that is no edge of the graph, as tests pass, weighs as an edge without a weight does.
fn weighted(graph: &Graph, edges: &[[u32; 2]]) -> impl Iterator<Item = ([u32; 2], f64)> + Clone {
    // Edges without weights are not looked for: there may be a hundred million.
    let weight = |i, j| graph.is_weighted().then(|| graph.weight(i, j)).flatten().unwrap_or(1.0);
    edges.iter().map(move |&[i, j]| ([i, j], f64::from(weight(i, j))))
}

pub(super) fn host(values: Tensor<2>) -> Vec<f32> {
    values.into_data().try_into_vec::<f32>().expect("latents are F32")
}

#[cfg(test)]
mod tests;
