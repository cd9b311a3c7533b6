//! No held-out edge reaches the model: what it computes does not change when they do.

use super::*;
use crate::experiment::{ConfigFile, Data};
use crate::train::task::Sums;

/// What the model computes before the first step: the latent means that training and evaluation both see, and the loss.
fn outputs<M: GraphModel>(task: &GraphTask<M>) -> (Vec<f32>, Vec<(String, f64)>) {
    let model = task.initial_model().expect("a valid encoder");
    let mut sums = Sums::default();
    sums.add(task.loss(&model, 0).expect("shapes go together"));
    (task.embedding(&model).expect("finite"), sums.read().means().terms)
}

/// Cora, and Cora with every held-out edge moved elsewhere; the training edges of the two splits are the same.
fn graphs() -> [(Graph, LinkSplit); 2] {
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

fn experiment(config: &str) -> Experiment {
    let file = ConfigFile::find(Some(config.as_ref())).expect("built in");
    Experiment::read(&file, &[]).expect("valid")
}

fn task<M: GraphModel>(config: &str, graph: &Graph, split: &LinkSplit) -> GraphTask<M> {
    let experiment = experiment(config);
    let Data::Graph(data) = &experiment.data else { panic!("a graph") };
    GraphTask::with_split(&experiment, data, graph, split.clone(), &Device::flex())
        .expect("Cora can be trained on")
}

#[test]
fn held_out_edges_are_not_seen() {
    assert!(!sees_held_out(|graph, split| task::<Variational>("vgae-cora", graph, split)));
    assert!(!sees_held_out(|graph, split| task::<NonProbabilistic>("gae-cora", graph, split)));
    assert!(!sees_held_out(|graph, split| task::<Variational>("vgae-featureless-cora", graph, split)));
    assert!(!sees_held_out(|graph, split| task::<NonProbabilistic>("gae-featureless-cora", graph, split)));
}

/// The same task, but messages also pass along some held-out edges.
fn leaking(graph: &Graph, split: &LinkSplit, leaked: fn(&LinkSplit) -> &HeldOut) -> GraphTask<Variational> {
    let mut task = task::<Variational>("vgae-cora", graph, split);
    let experiment = experiment("vgae-cora");
    let Data::Graph(data) = &experiment.data else { panic!("a graph") };
    let edges = [&split.train[..], &leaked(split).edges[..1]].concat();
    task.input = input(graph, &edges, data, &Device::flex()).expect("Cora can be trained on");
    task
}

#[test]
fn a_single_leaked_edge_is_noticed() {
    assert!(sees_held_out(|graph, split| leaking(graph, split, |split| &split.validation)));
    assert!(sees_held_out(|graph, split| leaking(graph, split, |split| &split.test)));
}
