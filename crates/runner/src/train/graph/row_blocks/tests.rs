use aevb_models::pairwise::softplus_sum_between;
use aevb_models::vgae::{EdgeWeighting, GraphLikelihood, PairFactors};
use burn::tensor::{DType, Device, Tensor, TensorData};
use rand::RngExt;

use super::*;

#[test]
fn an_epoch_takes_each_row_once_and_each_epoch_in_another_order() {
    let blocks = RowBlocks { nodes: 10, rows: 4, train: None, streams: Streams::new(3) };
    assert_eq!(blocks.steps_per_epoch(), 3);
    let epoch = |first: u64| (first..first + 3).map(|step| blocks.of_step(step)).collect::<Vec<_>>();
    let (first, second) = (epoch(0), epoch(3));
    for epoch in [&first, &second] {
        assert_eq!(epoch.iter().map(Vec::len).collect::<Vec<_>>(), [4, 3, 3]);
        let mut rows = epoch.concat();
        rows.sort_unstable();
        assert_eq!(rows, (0..10).collect::<Vec<u32>>());
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
type Components = Vec<f64>;

fn components(of: impl Fn(PairFactors) -> Tensor<1>) -> Components {
    let options = (&Device::flex().autodiff(), DType::F64);
    let mut random = Streams::new(9).generator(Purpose::Sampling, 0);
    let mut drawn = |count: usize| (0..count).map(|_| random.random::<f64>() * 2.0 - 1.0).collect::<Vec<_>>();
    let z = Tensor::<2>::from_data(TensorData::new(drawn(NODES * LATENT), [NODES, LATENT]), options);
    let bias = Tensor::<1>::from_data(TensorData::new(drawn(NODES), [NODES]), options);
    let (z, bias) = (z.require_grad(), bias.require_grad());
    let value = of(PairFactors { left: z.clone(), right: None, bias: Some(bias.clone()) });
    let gradients = value.clone().backward();
    let host = |data: TensorData| data.try_into_vec::<f64>().expect("F64");
    let by_z = host(z.grad(&gradients).expect("tracked").into_data());
    let by_bias = host(bias.grad(&gradients).expect("tracked").into_data());
    [host(value.into_data()), by_z, by_bias].concat()
}

/// The χ² of the mean of draws against what it should be, with as many degrees of freedom as the draws have: `n δᵀ S⁺ δ`, `S`
/// their covariance. In a direction in which draws do not vary the mean must be exact: else χ² is infinite.
fn chi_squared(draws: &[Components], exact: &Components) -> (f64, usize) {
    let (count, size) = (draws.len() as f64, exact.len());
    let mean: Vec<f64> = (0..size).map(|k| draws.iter().map(|draw| draw[k]).sum::<f64>() / count).collect();
    let mut covariance = vec![0.0; size * size];
    for draw in draws {
        let centred: Vec<f64> = draw.iter().zip(&mean).map(|(value, mean)| value - mean).collect();
        for (at, sum) in covariance.iter_mut().enumerate() {
            *sum += centred[at / size] * centred[at % size] / (count - 1.0);
        }
    }
    let (variances, directions) = eigen(covariance, size);
    let largest = variances.iter().fold(0.0_f64, |most, &variance| most.max(variance));
    let (mut sum, mut freedom) = (0.0, 0);
    for (variance, direction) in variances.iter().zip(directions) {
        let along: f64 = (0..size).map(|k| (mean[k] - exact[k]) * direction[k]).sum();
        if *variance > 1e-12 * largest {
            sum += count * along * along / variance;
            freedom += 1;
        } else if along.abs() > 1e-9 {
            sum = f64::INFINITY;
        }
    }
    (sum, freedom)
}

/// Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.
fn eigen(mut a: Vec<f64>, size: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut v = vec![0.0; size * size];
    (0..size).for_each(|k| v[k * size + k] = 1.0);
    for _ in 0..60 {
        for (p, q) in (0..size).flat_map(|p| (p + 1..size).map(move |q| (p, q))) {
            let off = a[p * size + q];
            if off.abs() < 1e-300 {
                continue;
            }
            let theta = (a[q * size + q] - a[p * size + p]) / (2.0 * off);
            let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
            let c = 1.0 / t.hypot(1.0);
            let s = t * c;
            let rotate = |x: &mut [f64], first: usize, second: usize| {
                let (one, other) = (x[first], x[second]);
                (x[first], x[second]) = (c * one - s * other, s * one + c * other);
            };
            (0..size).for_each(|k| rotate(&mut a, p * size + k, q * size + k));
            (0..size).for_each(|k| rotate(&mut a, k * size + p, k * size + q));
            (0..size).for_each(|k| rotate(&mut v, k * size + p, k * size + q));
        }
    }
    let values = (0..size).map(|k| a[k * size + k]).collect();
    let vectors = (0..size).map(|k| (0..size).map(|row| v[row * size + k]).collect()).collect();
    (values, vectors)
}

#[test]
fn the_estimate_by_rows_and_its_gradient_are_unbiased() {
    let options = (&Device::flex().autodiff(), DType::F64);
    let likelihood = GraphLikelihood::new(NODES, &EDGES, EdgeWeighting::Nats, options).expect("a graph");
    let graph = Graph::from_edges(NODES, EDGES.map(|[i, j]| (i, j))).expect("a graph").0;
    for edges in [BlockEdges::All, BlockEdges::Rows] {
        is_unbiased(&likelihood, &RowBlocks::new(graph.clone(), 4, edges, Streams::new(15)));
    }
}

fn is_unbiased(likelihood: &GraphLikelihood, blocks: &RowBlocks) {
    let device = Device::flex().autodiff();
    let per_epoch = blocks.steps_per_epoch() as u64;
    // Blocks of an epoch tell of each other: of each epoch one is taken, in turn the first, the second and so on.
    let draws: Vec<Components> = (0..DRAWS)
        .map(|draw| {
            let block = blocks.block(draw * per_epoch + draw % per_epoch, &device).expect("rows");
            components(|factors| likelihood.reconstruction_by_rows(factors, &block).expect("shapes"))
        })
        .collect();
    let exact = components(|factors| likelihood.reconstruction(factors).expect("shapes"));
    let (sum, freedom) = chi_squared(&draws, &exact);
    // A block is nine indicators whose sum is known. χ²₈ exceeds 31.83 once in 10 000 times (`scipy.stats.chi2.isf(1e-4, 8)`).
    assert_eq!(freedom, NODES - 1);
    assert!(sum < 31.83, "χ² = {sum}");

    // With N/|B| wrong by a hundredth the same test fails.
    let over_all_pairs = components(|factors| {
        let (left, right) = factors.into_rows();
        let all = softplus_sum_between(left, right.expect("biases are columns"), None);
        all.expect("shapes") / NODES as f64
    });
    let over_edges: Vec<f64> = exact.iter().zip(&over_all_pairs).map(|(exact, all)| exact - all).collect();
    let wrong = |draw: &Components| -> Components {
        draw.iter().zip(&over_edges).map(|(value, edges)| 1.01 * (value - edges) + edges).collect()
    };
    let wrong: Vec<Components> = draws.iter().map(wrong).collect();
    assert!(chi_squared(&wrong, &exact).0 > 31.83);
}
