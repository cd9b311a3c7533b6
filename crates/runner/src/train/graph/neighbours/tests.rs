use aevb_data::graph::{LinkSplit, SplitConfig};
use aevb_models::nn::{GraphConv, NodeFeatures, adjacency_on_device};
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{EdgeWeighting, Gae, GraphInput, GraphLikelihood};
use burn::module::Param;
use burn::tensor::Device;
use rand::RngExt;

use super::*;
use crate::experiment::GraphEncoder;
use crate::random::{Purpose, Streams};
use crate::train::graph::chi_squared::{CRITICAL, Components, chi_squared};
use crate::train::graph::tests::{graphs, task_with, weight_of, weighted_graph};
use crate::train::graph::{GraphModel, GraphTask, NonProbabilistic, Variational, host};
use crate::train::loss::Sums;
use crate::train::{Shard, Trainable};

const NODES: usize = 9;
const EDGES: [(u32, u32); 10] =
    [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (5, 6), (2, 3), (7, 1), (1, 2), (1, 5)];
const WIDTH: usize = 2;

fn random(step: u64) -> impl Rng {
    Streams::new(4).generator(Purpose::Neighbours, step)
}

/// `Ã H` by its definition, for the edges that a mask does not hide, where each weighs so much.
fn dense_product(mask: Option<&EdgeMask>, weight: fn([u32; 2]) -> f64, h: &[f64]) -> Vec<f64> {
    let seen: Vec<[u32; 2]> = EDGES.iter().map(|&(i, j)| [i, j]).collect();
    let seen = seen.into_iter().filter(|&edge| mask.is_none_or(|mask| !mask.hides(edge)));
    let pairs: Vec<[usize; 2]> = seen
        .flat_map(|[i, j]| [[i as usize, j as usize], [j as usize, i as usize]])
        .chain((0..NODES).map(|node| [node, node]))
        .collect();
    let weight = |[i, j]: [usize; 2]| if i == j { 1.0 } else { weight([i as u32, j as u32]) };
    let degree =
        |node: usize| pairs.iter().filter(|&&[i, _]| i == node).map(|&pair| weight(pair)).sum::<f64>();
    let mut product = vec![0.0; NODES * WIDTH];
    for &[i, j] in &pairs {
        for column in 0..WIDTH {
            let entry = weight([i, j]) / (degree(i) * degree(j)).sqrt();
            product[i * WIDTH + column] += entry * h[j * WIDTH + column];
        }
    }
    product
}

/// `Â H`, with what stands off the diagonal of `Â` as often as said.
fn product(layer: &CsMatI<f64, u32>, before: &[u32], after: &[u32], h: &[f64], times: f64) -> Vec<f64> {
    let mut product = vec![0.0; layer.rows() * WIDTH];
    for (row, entries) in layer.outer_iterator().enumerate() {
        for (column, &value) in entries.iter() {
            let times = if before[column] == after[row] { 1.0 } else { times };
            for k in 0..WIDTH {
                product[row * WIDTH + k] += times * value * h[column * WIDTH + k];
            }
        }
    }
    product
}

/// The mean of `Â H` over 20 000 draws is `Ã H`, of one layer and of two, with edges that a mask hides or not and that weigh the
/// same or not; with entries wrong by two hundredths it is told to be another.
#[test]
fn sums_over_drawn_neighbours_are_unbiased() {
    let (plain, _) = Graph::from_edges(NODES, EDGES).expect("a graph");
    let weighted = weighted_graph(NODES, EDGES.iter().map(|&(i, j)| [i, j]));
    let one: fn([u32; 2]) -> f64 = |_| 1.0;
    let mask = EdgeMask::draw(0.3, &mut Streams::new(3).generator(Purpose::EdgeMask, 0));
    assert!(EDGES.iter().any(|&(i, j)| mask.hides([i, j])), "nothing is hidden");
    let mut numbers = random(1 << 40);
    let h: Vec<f64> = (0..NODES * WIDTH).map(|_| numbers.random::<f64>() * 2.0 - 1.0).collect();
    let all: Vec<u32> = (0..NODES as u32).collect();
    for (graph, weight, fan_outs, mask) in [
        (&plain, one, &[1][..], None),
        (&plain, one, &[2], None),
        (&plain, one, &[1], Some(&mask)),
        (&plain, one, &[1, 2], None),
        (&weighted, weight_of, &[2], None),
        (&weighted, weight_of, &[1, 2], Some(&mask)),
    ] {
        let what = format!("{fan_outs:?}, mask {}, weights {}", mask.is_some(), graph.is_weighted());
        let sampler = NeighbourSampler::new(fan_outs, graph).expect("fan-outs");
        let exact = fan_outs.iter().fold(h.clone(), |h, _| dense_product(mask, weight, &h));
        let draw = |step: u64, times: f64| {
            let Neighbourhood { layers, nodes } = sampler.draw(graph, all.clone(), mask, &mut random(step));
            assert_eq!(nodes, all, "each node is among those before it");
            layers.iter().fold(h.clone(), |h, layer| product(layer, &all, &all, &h, times))
        };
        let draws = |times: f64| (0..20_000).map(|step| draw(step, times)).collect::<Vec<Components>>();
        let (sum, freedom) = chi_squared(&draws(1.0), &exact);
        assert!(freedom >= WIDTH, "{what}: the draws have {freedom} degrees of freedom");
        assert!(sum < CRITICAL[freedom - 1], "{what}: χ²({freedom}) = {sum}");
        assert!(chi_squared(&draws(1.02), &exact).0 > CRITICAL[freedom - 1], "{what}: it is not told");
    }
}

#[test]
fn a_layer_has_so_many_neighbours_and_is_what_the_next_one_needs() {
    let (graph, _) = Graph::from_edges(NODES, EDGES).expect("a graph");
    let sampler = NeighbourSampler::new(&[2, 1], &graph).expect("fan-outs");
    let Neighbourhood { layers, nodes } = sampler.draw(&graph, vec![0, 8], None, &mut random(0));
    let [first, last] = &layers[..] else { panic!("two layers") };
    // The first fan-out is the last layer's: node 0 with two of its five neighbours, and node 8, which has none.
    assert_eq!((last.rows(), last.cols(), last.nnz()), (2, 4, 4));
    assert_eq!((first.rows(), first.cols()), (4, nodes.len()));
    assert!(first.outer_iterator().all(|row| row.nnz() <= 2));
    let one = last.get(0, 0).expect("itself");
    assert!((one - 1.0 / 6.0).abs() < 1e-7, "{one}");
}

fn terms<M: GraphModel>(task: &GraphTask<M>, model: &M::Model, step: u64) -> Vec<f64> {
    let mut sums = Sums::default();
    sums.add(task.loss(model, Shard::whole(step)).expect("shapes go together"));
    sums.read(model, std::iter::empty()).0.means().terms.into_iter().map(|(_, value)| value).collect()
}

/// Cora's nodes have fewer than 170 neighbours: a fan-out of as many gives the exact step, whatever a step leaves out and edges
/// weigh.
#[test]
fn fan_outs_beyond_all_degrees_are_exact() {
    let [(graph, split), _] = graphs();
    fan_outs_are_exact(&graph, &split);
    let weighted = weighted_graph(graph.nodes(), graph.edges());
    let weighted =
        weighted.with_features(graph.features().expect("words").clone()).expect("of the same nodes");
    let split = LinkSplit::draw(&weighted, &SplitConfig::default(), 1).expect("Cora can be split");
    fan_outs_are_exact(&weighted, &split);
}

fn fan_outs_are_exact(graph: &Graph, split: &LinkSplit) {
    let close = |one: Vec<f64>, other: Vec<f64>| {
        assert!(!one.is_empty() && one.len() == other.len());
        for (one, other) in one.iter().zip(&other) {
            assert!((one / other - 1.0).abs() < 1e-5, "{one} is not {other}");
        }
    };
    let all = "train.neighbours=[200, 200]";
    for keys in [
        &["objective.pairs=blocks", "objective.edges=rows", "objective.rows=300", "objective.columns=400"][..],
        &["objective.pairs=sampled", "objective.mask=0.5"],
        &["objective.pairs=sampled", "data.features=none", "model.hidden=[]", "train.neighbours=[200]"],
        &[
            "objective.pairs=subgraph",
            "objective.rows=300",
            "model.hidden=[16, 8]",
            "train.neighbours=[200, 200, 200]",
        ],
        &[
            "objective.pairs=blocks",
            "objective.edges=rows",
            "objective.columns=400",
            "objective.alpha=1",
            "objective.mask=0.3",
            "model.normalize=true",
        ],
    ] {
        let with = [&[all], keys].concat();
        let without: Vec<&str> =
            keys.iter().copied().filter(|key| !key.starts_with("train.neighbours")).collect();
        let sampled = task_with::<NonProbabilistic>("gae-cora", &with, graph, split);
        let exact = task_with::<NonProbabilistic>("gae-cora", &without, graph, split);
        let model = exact.initial_model().expect("valid");
        (0..2).for_each(|step| close(terms(&sampled, &model, step), terms(&exact, &model, step)));
    }
    // All nodes are targets, so that the noise is the same.
    let keys = ["objective.pairs=sampled"];
    let exact = task_with::<Variational>("vgae-cora", &keys, graph, split);
    let sampled = task_with::<Variational>("vgae-cora", &[&keys[..], &[all]].concat(), graph, split);
    let model = exact.initial_model().expect("valid");
    close(terms(&sampled, &model, 5), terms(&exact, &model, 5));
}

/// Blocks of equal size that take each row once have the exact divergence in the mean.
#[test]
fn the_divergence_of_rows_is_that_of_all_nodes() {
    let [(graph, split), _] = graphs();
    let keys = [
        "objective.pairs=blocks",
        "objective.edges=rows",
        "objective.rows=677",
        "objective.columns=100",
        "train.neighbours=[200, 200]",
    ];
    let sampled = task_with::<Variational>("vgae-cora", &keys, &graph, &split);
    let exact = task_with::<Variational>("vgae-cora", &[], &graph, &split);
    let model = exact.initial_model().expect("valid");
    let mean = (0..4).map(|step| terms(&sampled, &model, step)[1]).sum::<f64>() / 4.0;
    let whole = terms(&exact, &model, 0)[1];
    assert!((mean / whole - 1.0).abs() < 1e-5, "{mean} is not {whole}");
}

/// Features and hidden units of the step's own nodes are left out, and a model is measured along all edges.
#[test]
fn dropout_is_of_the_nodes_of_a_step() {
    let [(graph, split), _] = graphs();
    let keys = [
        "objective.pairs=blocks",
        "objective.edges=rows",
        "objective.rows=20",
        "objective.columns=30",
        "train.neighbours=[3, 2]",
        "model.dropout=0.5",
        "model.latent_dropout=0.5",
    ];
    let task = task_with::<NonProbabilistic>("gae-cora", &keys, &graph, &split);
    let (input, thinned) = task.input(0).expect("shapes");
    let [hidden] = &input.hidden[..] else { panic!("one hidden layer") };
    let [factors] = &thinned.dropout.hidden[..] else { panic!("one hidden layer") };
    assert_eq!(factors.dims()[0], hidden.dims()[0]);
    assert_eq!(hidden.dims()[0], input.adjacency.dims()[1]);
    assert!(hidden.dims()[1] < graph.nodes());
    let NodeFeatures::Sparse(features) = &input.features else { panic!("Cora has words") };
    assert_eq!(features.dims(), [hidden.dims()[1], 1433]);
    let model = task.initial_model().expect("valid");
    assert!(terms(&task, &model, 0)[0].is_finite());
    let exact = task_with::<NonProbabilistic>("gae-cora", &[], &graph, &split);
    assert_eq!(
        host(task.embedding(&model).expect("finite").0),
        host(exact.embedding(&model).expect("finite").0)
    );
}

const RING: usize = 40;

/// 40 nodes in a ring with eight neighbours each.
fn ring() -> Graph {
    let edges = (0..RING as u32).flat_map(|i| [1, 3, 7, 12].map(|step| (i, (i + step) % RING as u32)));
    Graph::from_edges(RING, edges).expect("a graph").0
}

/// A model with weights that make latent vectors of length 1 or so.
fn model(hidden: &str) -> Gae {
    let encoder: GraphEncoder =
        toml::from_str(&format!("hidden = {hidden}\nlatent = 4")).expect("an encoder");
    let device = Device::flex().autodiff();
    let gae = encoder.config(RING, RING).init_gae(&mut Streams::new(0).initial_weights(), &device);
    let mut gae = gae.expect("small");
    let larger =
        |layer: GraphConv| GraphConv { weight: Param::from_tensor((layer.weight.val() * 4.0).detach()) };
    gae.hidden = gae.hidden.into_iter().map(larger).collect();
    gae
}

/// How far the mean loss of draws is from that of all neighbours, as a share of it, and the standard error of that.
fn bias(hidden: &str, fan_outs: &[usize]) -> (f64, f64) {
    let device = Device::flex();
    let graph = ring();
    let edges: Vec<[u32; 2]> = graph.edges().collect();
    let likelihood = GraphLikelihood::new(RING, &edges, EdgeWeighting::Kipf, &device).expect("a graph");
    let gae = model(hidden);
    let loss = |input: &GraphInput| {
        let z = gae.encode(input).expect("shapes");
        let loss = likelihood.reconstruction(gae.decoder.factors(z).expect("shapes")).expect("shapes");
        f64::from(loss.into_data().try_into_vec::<f32>().expect("F32")[0])
    };
    let adjacency = adjacency_on_device(RING, edges.iter().map(|&edge| (edge, 1.0)), &device).expect("small");
    let exact = loss(&GraphInput::new(adjacency, NodeFeatures::Identity { nodes: RING }));
    let sampler = NeighbourSampler::new(fan_outs, &graph).expect("fan-outs");
    let draws: Vec<f64> = (0..1000)
        .map(|step| {
            let all = (0..RING as u32).collect();
            let layers = sampler.draw(&graph, all, None, &mut random(step)).layers;
            let on_device = |layer| SparseMatrix::from_csr(layer, &device).expect("small");
            let mut layers: Vec<SparseMatrix> = layers.iter().map(on_device).collect();
            let adjacency = layers.pop().expect("a last layer");
            let features = NodeFeatures::Identity { nodes: RING };
            loss(&GraphInput { hidden: layers, ..GraphInput::new(adjacency, features) }) / exact - 1.0
        })
        .collect();
    of_draws(&draws)
}

fn of_draws(draws: &[f64]) -> (f64, f64) {
    let count = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / count;
    let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}

/// The objective is biased, through a ReLU and without one: by 0.88 % at two neighbours of eight, by 0.03 % at four, with a standard
/// error of a thirtieth and a fifth of that.
#[test]
fn the_objective_is_biased_and_by_so_much() {
    for (hidden, fan_outs, expected) in [
        ("[16]", &[2, 2][..], 0.008_78),
        ("[16]", &[4, 4], -0.000_27),
        ("[]", &[2], -0.002_12),
        ("[]", &[4], -0.000_76),
    ] {
        let (bias, error) = bias(hidden, fan_outs);
        assert!(bias.abs() > 4.0 * error, "{bias} may be by chance, of an error of {error}");
        assert!((bias - expected).abs() < 2e-5, "{bias} is not {expected}");
    }
    let (bias, error) = bias("[16]", &[8, 8]);
    assert!(bias.abs() < 1e-6 && error < 1e-6, "{bias}, with all neighbours");
}
