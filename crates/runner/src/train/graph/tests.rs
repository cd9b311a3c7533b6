//! No held-out edge reaches the model: what it computes does not change when they do.

use aevb_data::graph::GraphFiles;
use aevb_models::vgae::{Gae, GraphEncoderConfig};

use super::step_input::Thinned;
use super::*;
use crate::experiment::{ConfigFile, GraphEncoder, Override, Task};
use crate::train::loss::Sums;
use crate::train::weights;

/// What the model computes before the first step: the latent means that training and evaluation both see, and the loss.
fn outputs<M: GraphModel>(task: &GraphTask<M>) -> (Vec<f32>, Vec<(String, f64)>) {
    let model = task.initial_model().expect("a valid encoder");
    let mut sums = Sums::default();
    sums.add(task.loss(&model, Shard::whole(0)).expect("shapes go together"));
    (host(task.embedding(&model).expect("finite").0), sums.read(&model, std::iter::empty()).0.means().terms)
}

/// Cora, and Cora with every held-out edge moved elsewhere; the training edges of the two splits are the same.
pub(super) fn graphs() -> [(Graph, LinkSplit); 2] {
    let graph = aevb_data::graph::cora();
    let split = LinkSplit::draw(&graph, &SplitConfig::default(), 1).expect("Cora can be split");
    let moved =
        LinkSplit { validation: exchanged(&split.validation), test: exchanged(&split.test), ..split.clone() };
    let edges = [&split.train[..], &moved.validation.edges, &moved.test.edges].concat();
    let other = graph.with_edges(&edges);
    [(graph, split), (other, moved)]
}

fn exchanged(held_out: &HeldOut) -> HeldOut {
    HeldOut { edges: held_out.non_edges.clone(), non_edges: held_out.edges.clone() }
}

/// Whether a task built by `build` computes something else when the held-out edges are others.
fn sees_held_out<M: GraphModel>(build: impl Fn(&Graph, &LinkSplit) -> GraphTask<M>) -> bool {
    let [one, other] = graphs().map(|(graph, split)| outputs(&build(&graph, &split)));
    one != other
}

/// The weight of an edge of [`weighted_graph`].
pub(super) fn weight_of([i, j]: [u32; 2]) -> f64 {
    0.25 + f64::from((i.min(j) * 7 + i.max(j) * 3) % 5)
}

/// The same edges with weights, as a file has them; each node is named by its number.
pub(super) fn weighted_graph(nodes: usize, edges: impl Iterator<Item = [u32; 2]>) -> Graph {
    let lines = edges.map(|[i, j]| format!("{i},{j},{}\n", weight_of([i, j])));
    // A loop makes a node that may have no edge.
    let loops = (0..nodes).map(|node| format!("{node},{node},1\n"));
    let text: String =
        std::iter::once("source,target,weight\n".to_owned()).chain(loops).chain(lines).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("edges.csv");
    std::fs::write(&path, text).expect("written");
    let graph = GraphFiles::from_edges(&path).read().expect("read").graph;
    assert!(graph.is_weighted() && graph.nodes() == nodes);
    assert!((0..nodes as u32).all(|node| graph.name(node) == node.to_string()), "numbered otherwise");
    graph
}

fn experiment(config: &str) -> Experiment {
    experiment_with(config, &[])
}

fn experiment_with(config: &str, sets: &[&str]) -> Experiment {
    let sets: Vec<_> = sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
    let file = ConfigFile::find(Some(config.as_ref())).expect("built in");
    Experiment::read(&file, &sets).expect("valid")
}

fn task<M: GraphModel>(config: &str, graph: &Graph, split: &LinkSplit) -> GraphTask<M> {
    task_with(config, &[], graph, split)
}

pub(super) fn task_with<M: GraphModel>(
    config: &str,
    sets: &[&str],
    graph: &Graph,
    split: &LinkSplit,
) -> GraphTask<M> {
    let experiment = experiment_with(config, sets);
    let Task::Graph { data, model, .. } = &experiment.task else { panic!("a graph") };
    GraphTask::with_split(experiment.seed, data, model, graph, split.clone(), &Device::flex())
        .expect("Cora can be trained on")
        .with_neighbours(&experiment.train.neighbours)
        .with_passed_features()
        .expect("shapes go together")
}

#[test]
fn held_out_edges_are_not_seen() {
    assert!(!sees_held_out(|graph, split| task::<Variational>("vgae-cora", graph, split)));
    assert!(!sees_held_out(|graph, split| task::<NonProbabilistic>("gae-cora", graph, split)));
    assert!(!sees_held_out(|graph, split| task::<Variational>("vgae-featureless-cora", graph, split)));
    assert!(!sees_held_out(|graph, split| task::<NonProbabilistic>("gae-featureless-cora", graph, split)));
    assert!(!sees_held_out(|graph, split| task::<Variational>("vgae-dropout-cora", graph, split)));
    assert!(!sees_held_out(|graph, split| task::<Variational>("vgae-normalized-cora", graph, split)));
    assert!(!sees_held_out(|graph, split| task::<NonProbabilistic>("links", graph, split)));
    let by_rows = ["objective.pairs=rows", "objective.rows=300", "objective.edges=rows"];
    assert!(!sees_held_out(|graph, split| task_with::<NonProbabilistic>("links", &by_rows, graph, split)));
    let by_neighbours = ["objective.pairs=sampled", "train.neighbours=[3, 2]"];
    assert!(!sees_held_out(|graph, split| task_with::<Variational>(
        "vgae-cora",
        &by_neighbours,
        graph,
        split
    )));
}

/// The same task, but messages also pass along some held-out edges.
fn leaking(graph: &Graph, split: &LinkSplit, leaked: fn(&LinkSplit) -> &HeldOut) -> GraphTask<Variational> {
    let mut task = task::<Variational>("vgae-cora", graph, split);
    let experiment = experiment("vgae-cora");
    let Task::Graph { data, .. } = &experiment.task else { panic!("a graph") };
    let edges = [&split.train[..], &leaked(split).edges[..1]].concat();
    task.input = input(graph, &edges, data, &Device::flex()).expect("Cora can be trained on");
    task
}

#[test]
fn a_single_leaked_edge_is_noticed() {
    assert!(sees_held_out(|graph, split| leaking(graph, split, |split| &split.validation)));
    assert!(sees_held_out(|graph, split| leaking(graph, split, |split| &split.test)));
}

#[test]
fn what_a_step_leaves_out_is_its_share_and_no_more() {
    let [(graph, split), _] = graphs();
    let mut task = task::<Variational>("vgae-dropout-cora", &graph, &split);
    let whole = task.input.clone();
    let mut encoder = GraphEncoder { dropout: 0.25, edge_dropout: 0.5, ..task.encoder.clone() };
    task.thinning = Thinning::of(&graph, &whole.features, &encoder, false);
    let ones = |rows| Tensor::<2>::ones([rows, 1], &Device::flex());
    let sums = |input: &GraphInput| {
        let NodeFeatures::Sparse(features) = &input.features else { panic!("Cora has words") };
        let rows = host(features.matmul(ones(graph.features().expect("words").cols())).expect("shapes"));
        rows.iter().map(|&row| f64::from(row)).sum::<f64>()
    };
    let (input, Thinned { dropout, .. }) = task.input(3).expect("shapes");
    // Kept values grow by as much as others lose; 49 216 words leave three standard deviations of 0.8 %.
    assert!((sums(&input) / sums(&whole) - 1.0).abs() < 0.008, "{} of {}", sums(&input), sums(&whole));
    let [factors] = &dropout.hidden[..] else { panic!("one hidden layer") };
    let factors = host(factors.clone());
    let zeros = factors.iter().filter(|&&factor| factor == 0.0).count() as f64 / factors.len() as f64;
    assert!((zeros - 0.25).abs() < 0.005, "{zeros}");
    assert!(factors.iter().all(|&factor| factor == 0.0 || (factor - 4.0 / 3.0).abs() < 1e-6));
    // Ã is symmetric, and an edge that is left out is left out both ways: √degrees is its eigenvector for 1.
    let kept = input.adjacency.matmul(Tensor::eye(graph.nodes(), &Device::flex())).expect("square");
    let dense = host(kept.clone());
    assert_eq!(dense, host(kept.transpose()));
    let at = |i: usize, j: usize| dense[i * graph.nodes() + j];
    let left = split.train.iter().filter(|&&[i, j]| at(i as usize, j as usize) != 0.0).count() as f64;
    assert!((left / split.train.len() as f64 - 0.5).abs() < 0.03, "{left} of {}", split.train.len());
    let degree = |i: usize| (0..graph.nodes()).filter(|&j| at(i, j) != 0.0).count() as f64;
    for node in [0, 1, 100, 2000] {
        assert!((f64::from(at(node, node)) * degree(node) - 1.0).abs() < 1e-6, "node {node}");
    }
    // Each step leaves out others, and the same step the same.
    let again = task.input(3).expect("shapes").0;
    assert_eq!(sums(&again), sums(&input));
    assert_ne!(sums(&task.input(4).expect("shapes").0), sums(&input));
    encoder.dropout = 0.0;
    encoder.edge_dropout = 0.0;
    assert!(Thinning::of(&graph, &whole.features, &encoder, false).is_none());
}

#[test]
fn what_is_learnt_under_a_mask_is_what_the_encoder_does_not_see() {
    let [(graph, split), _] = graphs();
    let mut task = task::<Variational>("vgae-cora", &graph, &split);
    let whole = &task.input.clone();
    task.mask = Some(0.3);
    task.thinning = Thinning::of(&graph, &whole.features, &task.encoder, true);
    let (input, Thinned { mask, .. }) = task.input(3).expect("shapes");
    let mask = mask.expect("a mask");
    let dense = host(input.adjacency.matmul(Tensor::eye(graph.nodes(), &Device::flex())).expect("square"));
    let is_seen = |[i, j]: [u32; 2]| dense[i as usize * graph.nodes() + j as usize] != 0.0;
    assert!(split.train.iter().all(|&edge| is_seen(edge) == (mask.learnt(edge) == 0.0)));
    let learnt = split.train.iter().filter(|&&edge| mask.hides(edge)).count() as f64;
    assert!((learnt / split.train.len() as f64 - 0.3).abs() < 0.03, "{learnt} of {}", split.train.len());
    let others = task.input(4).expect("shapes").1.mask.expect("a mask");
    assert!(split.train.iter().any(|&edge| mask.hides(edge) != others.hides(edge)));
}

#[test]
fn nothing_is_left_out_when_a_model_is_measured() {
    let [(graph, split), _] = graphs();
    let plain = task::<Variational>("vgae-cora", &graph, &split);
    let thinned = task::<Variational>("vgae-dropout-cora", &graph, &split);
    let model = plain.initial_model().expect("valid");
    let z = |task: &GraphTask<Variational>| host(task.embedding(&model).expect("finite").0);
    assert_eq!(z(&plain), z(&thinned));
    let loss = |task: &GraphTask<Variational>| {
        let mut sums = Sums::default();
        sums.add(task.loss(&model, Shard::whole(0)).expect("shapes go together"));
        sums.read(&model, std::iter::empty()).0.means().terms
    };
    assert_ne!(loss(&plain), loss(&thinned));
}

#[test]
fn a_decoder_begins_at_what_the_training_edges_say() {
    let [(graph, split), (moved_graph, moved)] = graphs();
    let experiment = experiment("vgae-cora");
    let Task::Graph { data, model: GraphAutoencoder::Vgae { encoder, objective, pairs }, .. } =
        experiment.task
    else {
        panic!("a graph")
    };
    let decoder = toml::from_str("kind = \"scaled\"").expect("a decoder");
    let model = GraphAutoencoder::Vgae { encoder: GraphEncoder { decoder, ..encoder }, objective, pairs };
    let weights = |graph: &Graph, split: &LinkSplit| {
        let task =
            GraphTask::<Variational>::with_split(0, &data, &model, graph, split.clone(), &Device::flex());
        weights::to_bytes(&task.expect("Cora can be trained on").initial_model().expect("valid"))
    };
    let found = weights(&graph, &split);
    assert!(found == weights(&moved_graph, &moved), "held-out edges are seen");
    let file = safetensors::SafeTensors::deserialize(&found).expect("safetensors");
    let of = |name: &str| -> Vec<f64> {
        let (words, _) = file.tensor(name).expect("a weight").data().as_chunks::<4>();
        words.iter().map(|word| f64::from(f32::from_le_bytes(*word))).collect()
    };
    let nodes = graph.nodes() as f64;
    let (ends, bias) = (2.0 * split.train.len() as f64, of("decoder.bias"));
    // Under `kipf` an edge weighs like (N² − 2E)/2E other pairs, and odds are nearly even.
    let even = ((nodes * nodes - ends) / (nodes * nodes)).ln();
    assert!((of("decoder.offset")[0] - even).abs() < 1e-6);
    assert!((of("decoder.log_scale")[0] - 4_f64.ln()).abs() < 1e-6);
    for node in [0, 7, 1358] {
        let degree = split.train.iter().filter(|edge| edge.contains(&node)).count() as f64;
        let expected = 0.5 * ((degree + 0.5) / (ends / nodes + 0.5)).ln();
        assert!((bias[node as usize] - expected).abs() < 1e-6, "{node}");
    }
}

/// What is counted before a model is made is what it then holds.
#[test]
fn layers_are_the_weights_of_the_model() {
    let named = |parameters: Vec<weights::Parameter>| -> Vec<_> {
        parameters.into_iter().map(|parameter| (parameter.path, parameter.shape)).collect()
    };
    let device = Device::flex().autodiff();
    let layers = |config: &GraphEncoderConfig, is_variational| -> Vec<_> {
        config.layers(is_variational).into_iter().map(|layer| (layer.path, layer.shape)).collect()
    };
    for kind in ["inner-product", "biased", "bilinear", "scaled"] {
        for (hidden, is_on) in [("[5, 3]", false), ("[]", true)] {
            let offset = is_on || kind == "scaled";
            let toml = format!(
                "hidden = {hidden}\nnormalize = {is_on}\ndecoder.kind = \"{kind}\"\ndecoder.offset = {offset}"
            );
            let config = toml::from_str::<GraphEncoder>(&toml).expect("an encoder").config(7, 4);
            let mut random = Streams::new(0).initial_weights();
            let vgae = config.init_vgae(&mut random, &device).expect("small");
            assert_eq!(named(weights::parameters(&vgae)), layers(&config, true), "{toml}");
            let gae = config.init_gae(&mut random, &device).expect("small");
            assert_eq!(named(weights::parameters(&gae)), layers(&config, false), "{toml}");
        }
    }
}

/// A block that is larger than the graph, and embeddings beside none, are refused before a model is made.
#[test]
fn what_the_graph_cannot_give_is_refused() {
    let [(graph, split), _] = graphs();
    let refused = |sets: &[&str]| {
        let experiment = experiment_with("links", sets);
        let Task::Graph { data, model, .. } = &experiment.task else { panic!("a graph") };
        let device = Device::flex();
        let task = GraphTask::<NonProbabilistic>::with_split(0, data, model, &graph, split.clone(), &device);
        let error = task.err().expect("refused");
        (error.message, error.hint.expect("a hint"))
    };
    let (message, hint) = refused(&["objective.pairs=rows", "objective.rows=5000"]);
    assert_eq!(message, "objective.rows: 5000 nodes are more than the graph's 2708");
    assert_eq!(hint, "set it to 2708 at most, or objective.pairs = \"all\"");
    let (message, _) =
        refused(&["data.features=none", "model.encoder.embeddings=true", "model.choose_inputs=false"]);
    assert_eq!(message, "model.encoder.embeddings: nodes without features have free embeddings already");
}

/// Who asks for them is told: nothing in the configuration says that they stay alike.
#[test]
fn communities_that_begin_alike_are_noted() {
    let [(graph, split), _] = graphs();
    let is_noted = |sets: &[&str]| {
        let experiment = experiment_with("links", &[&["model.choose_inputs=false"], sets].concat());
        let Task::Graph { data, model, .. } = &experiment.task else { panic!("a graph") };
        let device = Device::flex();
        let task = GraphTask::<NonProbabilistic>::with_split(0, data, model, &graph, split.clone(), &device);
        let messages: Vec<String> = task.expect("valid").messages().collect();
        messages.iter().any(|line| line.contains("communities of `bernoulli-poisson` are alike"))
    };
    let [kind, free, never] =
        ["model.decoder.kind=bernoulli-poisson", "data.features=none", "model.normalize=false"];
    assert!(is_noted(&[kind, free, never, "model.dropout=0.0"]));
    assert!(!is_noted(&[kind, free, "model.dropout=0.0"]) && !is_noted(&[kind, never]));
    assert!(!is_noted(&[free, never, "model.dropout=0.0"]));
}

/// Weights begin at a spectrum of the training edges alone; what only loads weights does without it.
#[test]
fn weights_of_features_may_begin_at_a_spectrum() {
    let [(graph, split), _] = graphs();
    let experiment =
        experiment_with("gae-propagation-cora", &["model.encoder.start=spectral", "model.latent=8"]);
    let Task::Graph { data, model, .. } = &experiment.task else { panic!("a graph") };
    let device = Device::flex();
    let build = || {
        let split = split.clone();
        GraphTask::<NonProbabilistic>::with_split(0, data, model, &graph, split, &device).expect("valid")
    };
    let [one, other] = [build(), build()].map(|task| task.initial_model().expect("valid"));
    assert_eq!(weights::to_bytes(&one), weights::to_bytes(&other));
    let task = build();
    let drawn = task.template().expect("valid");
    assert!(task.spectrum.get().is_none(), "a template has no use for it");
    let auc = |model: &Gae| {
        rank(&task.embedding(model).expect("finite").1.all, &split.validation).expect("there are some").auc
    };
    assert!(auc(&one) > auc(&drawn) + 0.05, "{} and {}", auc(&one), auc(&drawn));
}
