use aevb_models::vgae::{Diagonal, EdgeWeighting, GraphLikelihood, PairDecoder, PairForm, Scaled};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorData};
use rand::RngExt;

use self::dense::{Dense, Factors, RIGHT};
use super::*;
use crate::experiment::BlockEdges;
use crate::train::graph::chi_squared::{CRITICAL, Components, chi_squared};
use crate::train::graph::step_input::{Targets, Thinned, reconstruction};
use crate::train::graph::tests::weighted_graph;

mod dense;
mod sides;

fn block(rows: usize, edges: BlockEdges) -> Block {
    Block { rows, columns: None, edges, alpha: None }
}

fn sampler(sum: PairSum, seed: u64) -> PairSampler {
    let (graph, _) = Graph::from_edges(NODES, EDGES.map(|[i, j]| (i, j))).expect("a graph");
    PairSampler::new(sum, (NODES, None), || graph, Streams::new(seed)).expect("not all pairs")
}

#[test]
fn an_epoch_takes_each_row_once_and_each_epoch_in_another_order() {
    let blocks = sampler(PairSum::Block(block(4, BlockEdges::All)), 3);
    assert_eq!(blocks.steps_per_epoch(), 3);
    let epoch = |first: u64| (first..first + 3).map(|step| blocks.rows(step).rows).collect::<Vec<_>>();
    let (first, second) = (epoch(0), epoch(3));
    for epoch in [&first, &second] {
        assert_eq!(epoch.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3]);
        let mut rows = epoch.concat();
        rows.sort_unstable();
        assert_eq!(rows, (0..NODES as u32).collect::<Vec<u32>>());
    }
    assert_ne!(first, second);
    assert_eq!(first, epoch(0));
}

const NODES: usize = 9;
const LATENT: usize = 3;
/// A hub, and a node without an edge.
const EDGES: [[u32; 2]; 8] = [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [5, 6], [2, 3], [7, 1]];
const DRAWS: u64 = 20_000;

/// Of an edge, and of all sums: those of the authors' code.
const POSITIVE_WEIGHT: f64 = NON_EDGES / (2.0 * EDGES.len() as f64);
const SCALE: f64 = 0.5 / NON_EDGES;
const NON_EDGES: f64 = (NODES * NODES) as f64 - 2.0 * EDGES.len() as f64;

/// `[NODES, LATENT]` and `[NODES]`.
fn z_and_bias() -> (Vec<f64>, Vec<f64>) {
    let mut random = Streams::new(9).generator(Purpose::Sampling, 0);
    let mut drawn = |count: usize| (0..count).map(|_| random.random::<f64>() * 2.0 - 1.0).collect();
    (drawn(NODES * LATENT), drawn(NODES))
}

/// A value, and its gradients by z and by biases.
fn components(of: impl Fn(&PairDecoder, Tensor<2>) -> aevb_models::Result<Tensor<1>>) -> Components {
    let options = (&Device::flex().autodiff(), DType::F64);
    let (z, bias) = z_and_bias();
    let z = Tensor::<2>::from_data(TensorData::new(z, [NODES, LATENT]), options);
    let bias = Tensor::<1>::from_data(TensorData::new(bias, [NODES]), options);
    let z = z.require_grad();
    let log_scale = Param::from_tensor(Tensor::<1>::zeros([1], options));
    let decoder = PairDecoder::from(PairForm::Scaled(Scaled { log_scale, bias: Param::from_tensor(bias) }));
    let value = of(&decoder, z.clone()).expect("shapes");
    let gradients = value.clone().backward();
    let PairForm::Scaled(Scaled { bias, .. }) = &decoder.form else { panic!("as made") };
    let host = |data: TensorData| data.try_into_vec::<f64>().expect("F64");
    let by_z = host(z.grad(&gradients).expect("tracked").into_data());
    let by_bias = host(bias.val().grad(&gradients).expect("tracked").into_data());
    [host(value.into_data()), by_z, by_bias].concat()
}

fn likelihood(diagonal: Diagonal) -> GraphLikelihood {
    let options = (&Device::flex().autodiff(), DType::F64);
    GraphLikelihood::with_diagonal(NODES, &EDGES, EdgeWeighting::Kipf, diagonal, options).expect("a graph")
}

/// The pairs of a step, an estimate by them, and its gradients.
fn step(
    sampler: &PairSampler,
    likelihood: &GraphLikelihood,
    drawn: &DrawnNodes,
    mask: Option<&EdgeMask>,
) -> Components {
    let options = (&Device::flex().autodiff(), DType::F64);
    let pairs = sampler.pairs(drawn, mask, options).expect("nodes");
    components(|decoder, z| reconstruction(likelihood, &EDGES, decoder, z, Some(pairs.clone()), mask))
}

#[track_caller]
fn are_close(one: &Components, other: &Components, what: &str) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert!((one - other).abs() < 1e-12, "{what}: {one} is not {other}");
    }
}

/// What a divergence from the prior might be of each node.
fn divergence(node: u32) -> f64 {
    1.0 + f64::from(node * 5 % 7)
}

/// A step by plain loops, with a divergence where its targets are some nodes.
struct Draw {
    parts: dense::Parts,
    divergence: Option<f64>,
}

/// The mean of an estimate, its gradient and its divergence is the exact one, over 20 000 steps; with a weight that is wrong by a
/// hundredth, whichever it is, it is told to be another. The sums over edges vary more, and take two hundredths, and what makes up
/// for a mask three. Both diagonals, and edges that a mask hides or not. Steps are plain loops here, and 200 of them are compared
/// with those that train.
#[track_caller]
fn is_unbiased(sum: PairSum) {
    for (diagonal, share) in [
        (Diagonal::Linked, None),
        (Diagonal::LeftOut, None),
        (Diagonal::Linked, Some(0.5)),
        (Diagonal::LeftOut, Some(0.5)),
    ] {
        let what = format!("{sum:?}, {diagonal:?}, mask {share:?}");
        let (sampler, likelihood, dense) = (sampler(sum, 15), likelihood(diagonal), Dense::of(diagonal));
        // Steps of an epoch may tell of each other: of each epoch one is taken, in turn the first, the second and so on.
        let per_epoch = sampler.steps_per_epoch() as u64;
        let draw = |draw: u64| {
            let at = draw * per_epoch + draw % per_epoch;
            let mut random = Streams::new(15).generator(Purpose::EdgeMask, at);
            let mask = share.map(|share| EdgeMask::draw(share, &mut random));
            let drawn = sampler.draw(at);
            let non_edges = match sum {
                PairSum::NonEdges { per_node } => {
                    let mut random = Streams::new(15).generator(Purpose::NonEdges, at);
                    Some(non_edges::draw(sampler.train().expect("a graph"), per_node, &mut random))
                }
                _ => None,
            };
            let parts = dense.parts(&drawn, non_edges, sum.has_own_edges(), mask.as_ref());
            let targets = sampler.targets(&drawn);
            let weighted = |targets: &BTreeMap<u32, f32>| {
                targets.iter().map(|(&node, &weight)| f64::from(weight) * divergence(node)).sum::<f64>()
            };
            let divergence = targets.as_ref().map(weighted);
            if draw < 200 {
                are_close(
                    &dense.estimate(&parts, RIGHT),
                    &step(&sampler, &likelihood, &drawn, mask.as_ref()),
                    &what,
                );
                assert_eq!(divergence.is_some(), sum.needs_some_nodes());
                targets.zip(divergence).into_iter().for_each(|(targets, sum)| divergence_is(targets, sum));
            }
            Draw { parts, divergence }
        };
        let draws: Vec<Draw> = (0..DRAWS).map(draw).collect();
        let mut exact = components(|decoder, z| likelihood.reconstruction(decoder.factors(z)?));
        exact.extend(draws[0].divergence.map(|_| (0..NODES as u32).map(divergence).sum::<f64>()));
        let mean_is_exact = |factors: Factors, of_divergence: f64| {
            let estimate = |draw: &Draw| {
                let mut estimate = dense.estimate(&draw.parts, factors);
                estimate.extend(draw.divergence.map(|sum| sum * of_divergence));
                estimate
            };
            let draws: Vec<Components> = draws.iter().map(estimate).collect();
            let (sum, freedom) = chi_squared(&draws, &exact);
            assert!(freedom >= NODES - 1, "{what}: the draws have {freedom} degrees of freedom");
            (sum < CRITICAL[freedom - 1], format!("{what}: χ²({freedom}) = {sum}"))
        };
        let (is_exact, told) = mean_is_exact(RIGHT, 1.0);
        assert!(is_exact, "{told}");
        let is_block = matches!(sum, PairSum::Block(_));
        let has_columns = matches!(sum, PairSum::Block(Block { columns: Some(_), .. }));
        for (name, is_there, factors, of_divergence) in [
            ("rows", is_block, Factors { rows: 1.01, ..RIGHT }, 1.0),
            ("columns", has_columns, Factors { columns: 1.01, ..RIGHT }, 1.0),
            ("edges", true, Factors { edges: 1.02, ..RIGHT }, 1.0),
            (
                "self-pairs",
                is_block || diagonal == Diagonal::Linked,
                Factors { self_pairs: 1.01, ..RIGHT },
                1.0,
            ),
            ("non-edges", !is_block, Factors { non_edges: 1.01, ..RIGHT }, 1.0),
            ("a mask", share.is_some(), Factors { mask: 1.03, ..RIGHT }, 1.0),
            ("divergences", sum.needs_some_nodes(), RIGHT, 1.01),
        ] {
            if is_there {
                let (is_exact, told) = mean_is_exact(factors, of_divergence);
                assert!(!is_exact, "a wrong weight of {name} is not told: {told}");
            }
        }
    }
}

/// What the divergence of a step's nodes counts on a device.
#[track_caller]
fn divergence_is(targets: BTreeMap<u32, f32>, expected: f64) {
    let device = Device::flex();
    let of_nodes: Vec<f32> = targets.keys().map(|&node| divergence(node) as f32).collect();
    let of_nodes = Tensor::<1>::from_floats(&of_nodes[..], &device);
    let targets = Targets::new(NODES, targets.into_iter(), &device).expect("small");
    let thinned = Thinned { targets: Some(targets), ..Thinned::default() };
    let sum = thinned.of_all_nodes(of_nodes).into_data().try_into_vec::<f32>().expect("F32");
    let sum = sum.into_iter().map(f64::from).sum::<f64>();
    assert!((sum / expected - 1.0).abs() < 1e-6, "{sum} is not {expected}");
}

#[test]
fn the_estimate_by_rows_is_unbiased() {
    is_unbiased(PairSum::Block(block(4, BlockEdges::All)));
}

#[test]
fn the_estimate_by_rows_and_their_own_edges_is_unbiased() {
    is_unbiased(PairSum::Block(block(4, BlockEdges::Rows)));
}

#[test]
fn the_estimate_by_rows_drawn_by_degree_is_unbiased() {
    for edges in [BlockEdges::All, BlockEdges::Rows] {
        is_unbiased(PairSum::Block(Block { alpha: Some(0.75), ..block(5, edges) }));
    }
}

#[test]
fn the_estimate_by_blocks_is_unbiased() {
    is_unbiased(PairSum::Block(Block { columns: Some(6), ..block(5, BlockEdges::All) }));
    is_unbiased(PairSum::Block(Block { columns: Some(6), ..block(3, BlockEdges::Rows) }));
    is_unbiased(PairSum::Block(Block { columns: Some(6), alpha: Some(1.0), ..block(5, BlockEdges::Rows) }));
}

#[test]
fn the_estimate_by_non_edges_is_unbiased() {
    is_unbiased(PairSum::NonEdges { per_node: 2 });
}

/// The likelihood is of edges and not of their weights: each way draws the same pairs of a graph with weights, so that what is
/// unbiased without them is with them.
#[test]
fn weights_of_edges_change_no_pair() {
    let weighted = weighted_graph(NODES, EDGES.into_iter());
    let likelihood = likelihood(Diagonal::Linked);
    let by_degree = Block { alpha: Some(1.0), columns: Some(6), ..block(5, BlockEdges::Rows) };
    for sum in [
        PairSum::Block(block(4, BlockEdges::All)),
        PairSum::Block(block(4, BlockEdges::Rows)),
        PairSum::Block(by_degree),
        PairSum::NonEdges { per_node: 2 },
        PairSum::Subgraph { nodes: 5, alpha: 1.0 },
    ] {
        let mask = EdgeMask::draw(0.5, &mut Streams::new(15).generator(Purpose::EdgeMask, 0));
        let of = |sampler: PairSampler| step(&sampler, &likelihood, &sampler.draw(3), Some(&mask));
        let other =
            PairSampler::new(sum, (NODES, None), || weighted.clone(), Streams::new(15)).expect("not all");
        assert_eq!(of(sampler(sum, 15)), of(other), "{sum:?}");
    }
}

/// Chances are those of the powers of degrees, and rows that are drawn more than once have as many weights in one.
#[test]
fn rows_are_drawn_by_their_degrees() {
    let by_degree = sampler(PairSum::Block(Block { alpha: Some(2.0), ..block(5, BlockEdges::All) }), 3);
    let mut times = [0.0; NODES];
    for step in 0..20_000 {
        let DrawnRows { rows, weights } = by_degree.rows(step);
        assert!(rows.is_sorted_by(|one, other| one < other));
        rows.iter()
            .zip(weights.expect("weights"))
            .for_each(|(&row, weight)| times[row as usize] += f64::from(weight));
    }
    // Σ_i w_i is 1 for each node in the mean.
    assert!(times.iter().all(|&sum| (sum / 20_000.0 - 1.0).abs() < 0.1), "{times:?}");
}

/// How likely each set of so many nodes is, by its members' bits: nodes are drawn one after another, each by its share among those
/// that are left.
fn chances(shares: &[f64], count: usize) -> Vec<(Vec<u32>, f64)> {
    let members = |set: usize| (0..NODES).filter(move |node| set >> node & 1 == 1);
    let total: f64 = shares.iter().sum();
    let mut chances = vec![0.0; 1 << NODES];
    chances[0] = 1.0;
    for set in 1..chances.len() {
        let last = |node: usize| {
            let before = set & !(1 << node);
            let left = total - members(before).map(|node| shares[node]).sum::<f64>();
            chances[before] * shares[node] / left
        };
        chances[set] = members(set).map(last).sum();
    }
    let sets = (0..chances.len()).filter(|set| set.count_ones() as usize == count);
    sets.map(|set| (members(set).map(|node| node as u32).collect(), chances[set])).collect()
}

/// The pairs of a subgraph stand for others without weights of their own: uniform draws miss as pairs of different nodes are
/// drawn by B(B−1)/(N(N−1)) and not by B²/N², and draws by degree as hubs have more of them. The bias is that of all subgraphs, each
/// by its chance; the mean of draws is within four standard errors.
#[test]
fn the_objective_of_subgraphs_is_biased_and_by_so_much() {
    const STEPS: u64 = 4000;
    let (count, all) = (5.0, NODES as f64);
    let by_counting = (count - 1.0) * all / (count * (all - 1.0)) - 1.0;
    for (nodes, alpha, diagonal, expected) in [
        (5, 1.0, Diagonal::Linked, 0.310),
        (5, 0.0, Diagonal::Linked, 0.134),
        (5, 1.0, Diagonal::LeftOut, 0.143),
        (5, 0.0, Diagonal::LeftOut, by_counting),
        (2, 1.0, Diagonal::LeftOut, -0.175),
        (NODES, 1.0, Diagonal::LeftOut, 0.0),
    ] {
        let what = format!("{nodes} nodes, alpha {alpha}, {diagonal:?}");
        let sampler = sampler(PairSum::Subgraph { nodes, alpha }, 15);
        let (likelihood, dense) = (likelihood(diagonal), Dense::of(diagonal));
        let exact = components(|decoder, z| likelihood.reconstruction(decoder.factors(z)?))[0];
        let degree = |node| EDGES.as_flattened().iter().filter(|&&end| end == node).count() as f64;
        let shares: Vec<f64> = (0..NODES as u32).map(|node| (degree(node) + 1.0).powf(alpha)).collect();
        let sets = chances(&shares, nodes);
        assert!((sets.iter().map(|(_, chance)| chance).sum::<f64>() - 1.0).abs() < 1e-12, "{what}");
        let biases: BTreeMap<&[u32], f64> =
            sets.iter().map(|(set, _)| (&set[..], dense.subgraph(set) / exact - 1.0)).collect();
        let moment =
            |power| sets.iter().map(|(set, chance)| chance * biases[&set[..]].powi(power)).sum::<f64>();
        let (bias, error) = (moment(1), ((moment(2) - moment(1).powi(2)).max(0.0) / STEPS as f64).sqrt());
        assert!((bias - expected).abs() < 5e-4, "{what}: {bias}");

        let draw = |at: u64| {
            let drawn = sampler.draw(at);
            let of_set = biases[&drawn.rows.as_ref().expect("nodes").rows[..]];
            if at < 200 {
                let estimate = step(&sampler, &likelihood, &drawn, None)[0];
                assert!((estimate / exact - 1.0 - of_set).abs() < 1e-12, "{what}");
            }
            of_set
        };
        let mean = (0..STEPS).map(draw).sum::<f64>() / STEPS as f64;
        assert!((mean - bias).abs() < 4.0 * error + 1e-12, "{what}: {mean} is not {bias} ± {error}");
    }
}
