use aevb_models::sparse::EdgeList;
use aevb_models::vgae::{Diagonal, EdgeWeighting, GraphLikelihood, PairDecoder, PairForm, Scaled};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorData, activation};
use rand::RngExt;

use super::*;
use crate::train::graph::chi_squared::{CRITICAL, Components, chi_squared};
use crate::train::graph::step_input::reconstruction;
use crate::train::graph::tests::weighted_graph;

fn block(rows: usize, edges: BlockEdges) -> Block {
    Block { rows, columns: None, edges, alpha: None }
}

fn sampler(sum: PairSum, seed: u64) -> PairSampler {
    let (graph, _) = Graph::from_edges(NODES, EDGES.map(|[i, j]| (i, j))).expect("a graph");
    PairSampler::new(sum, NODES, || graph, Streams::new(seed)).expect("not all pairs")
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

/// A value, and its gradients by z and by biases.
fn components(of: impl Fn(&PairDecoder, Tensor<2>) -> aevb_models::Result<Tensor<1>>) -> Components {
    let options = (&Device::flex().autodiff(), DType::F64);
    let mut random = Streams::new(9).generator(Purpose::Sampling, 0);
    let mut drawn = |count: usize| (0..count).map(|_| random.random::<f64>() * 2.0 - 1.0).collect::<Vec<_>>();
    let z = Tensor::<2>::from_data(TensorData::new(drawn(NODES * LATENT), [NODES, LATENT]), options);
    let bias = Tensor::<1>::from_data(TensorData::new(drawn(NODES), [NODES]), options);
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

/// The mean of an estimate and its gradient is the exact one, over 20 000 steps; with a weight wrong by a hundredth it is told
/// to be another. Both diagonals, and edges that a mask hides or not.
#[track_caller]
fn is_unbiased(sum: PairSum) {
    let options = (&Device::flex().autodiff(), DType::F64);
    for (diagonal, share) in [
        (Diagonal::Linked, None),
        (Diagonal::LeftOut, None),
        (Diagonal::Linked, Some(0.5)),
        (Diagonal::LeftOut, Some(0.5)),
    ] {
        let what = format!("{sum:?}, {diagonal:?}, mask {share:?}");
        let sampler = sampler(sum, 15);
        let likelihood =
            GraphLikelihood::with_diagonal(NODES, &EDGES, EdgeWeighting::Kipf, diagonal, options);
        let likelihood = likelihood.expect("a graph");
        let exact = components(|decoder, z| likelihood.reconstruction(decoder.factors(z)?));
        // Steps of an epoch may tell of each other: of each epoch one is taken, in turn the first, the second and so on.
        let per_epoch = sampler.steps_per_epoch() as u64;
        let draw = |draw: u64| {
            let step = draw * per_epoch + draw % per_epoch;
            let mut random = Streams::new(15).generator(Purpose::EdgeMask, step);
            let mask = share.map(|share| EdgeMask::draw(share, &mut random));
            let pairs = sampler.step(step, mask.as_ref(), options).expect("nodes");
            components(|decoder, z| {
                reconstruction(&likelihood, &EDGES, decoder, z, Some(pairs.clone()), mask.as_ref())
            })
        };
        let draws: Vec<Components> = (0..DRAWS).map(draw).collect();
        let (sum, freedom) = chi_squared(&draws, &exact);
        assert!(freedom >= NODES - 1, "{what}: the draws have {freedom} degrees of freedom");
        assert!(sum < CRITICAL[freedom - 1], "{what}: χ²({freedom}) = {sum}");

        // The pairs without an edge, which every way samples.
        let of_edges = components(|decoder, z| {
            let loops = (0..NODES as u32).map(|node| [node, node]);
            let pairs: Vec<_> = EDGES.iter().flat_map(|&[i, j]| [[i, j], [j, i]]).chain(loops).collect();
            let logits = decoder.logits(z, &EdgeList::new(NODES, &pairs, &Device::flex())?)?;
            Ok(-(activation::log_sigmoid(-logits)).sum())
        });
        let of_all = components(|decoder, z| {
            aevb_models::pairwise::softplus_sum(decoder.factors(z.clone())?.left, decoder.factors(z)?.bias)
        });
        let scale = 0.5 / ((NODES * NODES) as f64 - 2.0 * EDGES.len() as f64);
        let wrong = |draw: &Components| -> Components {
            let of_others = of_all.iter().zip(&of_edges).map(|(all, edges)| scale * (all - edges));
            draw.iter().zip(of_others).map(|(value, others)| value + 0.01 * others).collect()
        };
        let wrong: Vec<Components> = draws.iter().map(wrong).collect();
        assert!(chi_squared(&wrong, &exact).0 > CRITICAL[freedom - 1], "{what}: a wrong weight is not told");
    }
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
    let options = (&Device::flex().autodiff(), DType::F64);
    let weighted = weighted_graph(NODES, EDGES.into_iter());
    let likelihood = GraphLikelihood::new(NODES, &EDGES, EdgeWeighting::Kipf, options).expect("a graph");
    let by_degree = Block { alpha: Some(1.0), columns: Some(6), ..block(5, BlockEdges::Rows) };
    for sum in [
        PairSum::Block(block(4, BlockEdges::All)),
        PairSum::Block(block(4, BlockEdges::Rows)),
        PairSum::Block(by_degree),
        PairSum::NonEdges { per_node: 2 },
        PairSum::Subgraph { nodes: 5, alpha: 1.0 },
    ] {
        let mask = EdgeMask::draw(0.5, &mut Streams::new(15).generator(Purpose::EdgeMask, 0));
        let of = |sampler: PairSampler| {
            let pairs = sampler.step(3, Some(&mask), options).expect("nodes");
            components(|decoder, z| {
                reconstruction(&likelihood, &EDGES, decoder, z, Some(pairs.clone()), Some(&mask))
            })
        };
        let other = PairSampler::new(sum, NODES, || weighted.clone(), Streams::new(15)).expect("not all");
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

/// The pairs of a subgraph stand for others without weights of their own: uniform draws miss as pairs of different nodes are
/// drawn by B(B−1)/(N(N−1)) and not by B²/N², and draws by degree as hubs have more of them.
#[test]
fn the_objective_of_subgraphs_is_biased_and_by_so_much() {
    let options = (&Device::flex().autodiff(), DType::F64);
    let (count, all) = (5.0, NODES as f64);
    let by_counting = (count - 1.0) * all / (count * (all - 1.0)) - 1.0;
    for (nodes, alpha, diagonal, expected) in [
        (5, 1.0, Diagonal::Linked, 0.313),
        (5, 0.0, Diagonal::Linked, 0.136),
        (5, 1.0, Diagonal::LeftOut, 0.148),
        (5, 0.0, Diagonal::LeftOut, by_counting),
        (2, 1.0, Diagonal::LeftOut, -0.161),
        (NODES, 1.0, Diagonal::LeftOut, 0.0),
    ] {
        let sampler = sampler(PairSum::Subgraph { nodes, alpha }, 15);
        let likelihood =
            GraphLikelihood::with_diagonal(NODES, &EDGES, EdgeWeighting::Kipf, diagonal, options)
                .expect("a graph");
        let exact = components(|decoder, z| likelihood.reconstruction(decoder.factors(z)?))[0];
        let draw = |step: u64| {
            let pairs = sampler.step(step, None, options).expect("nodes");
            components(|decoder, z| {
                reconstruction(&likelihood, &EDGES, decoder, z, Some(pairs.clone()), None)
            })[0]
        };
        // Their mean has a standard error of half a percent, of a percent and a half for two nodes.
        let bias = (0..4000).map(draw).sum::<f64>() / 4000.0 / exact - 1.0;
        assert!(
            (bias - expected).abs() < if alpha == 0.0 { 0.02 } else { 0.005 },
            "{nodes}, {alpha}: {bias}"
        );
    }
}
