//! Linear propagation, and the likelihood by blocks of rows, against dense loops in f64: values, and gradients by all there is.

use aevb_models::nn::{NodeFeatures, Propagation, normalized_adjacency};
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{
    Diagonal, EdgeWeighting, GraphLikelihood, OwnEdges, PairBlockConfig, PairFactors, PairLink,
};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};
use sprs::CsMatI;

use super::helpers::{assert_close, host, random, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("propagation_equals_dense_loops", |device| propagation(device, DType::F32, 2e-6)),
    ("likelihood_by_rows_equals_dense_loops", |device| by_rows(device, DType::F32, 4e-6)),
    ("embeddings_are_of_the_nodes_that_they_were_made_for", other_nodes),
];
pub const DOUBLE_CHECKS: &[Check] = &[
    ("propagation_equals_dense_loops_in_f64", |device| propagation(device, DType::F64, 1e-12)),
    ("likelihood_by_rows_equals_dense_loops_in_f64", |device| by_rows(device, DType::F64, 1e-12)),
];

pub(super) const NODES: usize = 9;
pub(super) const FEATURES: usize = 5;
const LATENT: usize = 3;
/// A hub, and a node without an edge.
pub(super) const EDGES: [[u32; 2]; 8] = [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [5, 6], [2, 3], [7, 1]];

fn draw(count: usize, seed: u64) -> Vec<f64> {
    values(count, 1.2, &mut random(seed)).into_iter().map(f64::from).collect()
}

fn tensor<const D: usize>(values: &[f64], dims: [usize; D], options: &TensorCreationOptions) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), dims), options.clone())
}

/// The product of matrices `[rows, inner]` and `[inner, columns]`.
pub(super) fn product(left: &[f64], right: &[f64], inner: usize) -> Vec<f64> {
    let columns = right.len() / inner;
    let entry = |row: &[f64], column: usize| {
        row.iter().enumerate().map(|(k, value)| value * right[k * columns + column]).sum::<f64>()
    };
    left.chunks_exact(inner).flat_map(|row| (0..columns).map(move |column| entry(row, column))).collect()
}

pub(super) fn transposed(matrix: &[f64], columns: usize) -> Vec<f64> {
    let rows = matrix.len() / columns;
    (0..matrix.len()).map(|at| matrix[at % rows * columns + at / rows]).collect()
}

/// `Ã`, dense: of every pair that is linked, and of each node with itself.
pub(super) fn adjacency() -> Vec<f64> {
    let is_linked = |i: usize, j: usize| {
        i == j || EDGES.iter().any(|edge| [[i, j], [j, i]].contains(&edge.map(|node| node as usize)))
    };
    let degree = |i: usize| (0..NODES).filter(|&j| is_linked(i, j)).count() as f64;
    let pairs = (0..NODES * NODES).map(|at| (at / NODES, at % NODES));
    pairs.map(|(i, j)| if is_linked(i, j) { 1.0 / (degree(i) * degree(j)).sqrt() } else { 0.0 }).collect()
}

pub(super) fn features() -> Vec<f64> {
    let mut dense = draw(NODES * FEATURES, 91);
    dense.iter_mut().enumerate().filter(|(at, _)| at % 3 == 0).for_each(|(_, value)| *value = 0.0);
    dense
}

pub(super) fn sparse(dense: &[f64], columns: usize) -> CsMatI<f64, u32> {
    let mut entries = sprs::TriMatI::new((dense.len() / columns, columns));
    for (at, &value) in dense.iter().enumerate().filter(|(_, value)| **value != 0.0) {
        entries.add_triplet(at / columns, at % columns, value);
    }
    entries.to_csr()
}

fn propagation(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    let on_device =
        |matrix: &CsMatI<f64, u32>| SparseMatrix::from_csr(matrix, options.clone()).expect("small");
    let (x, a) = (features(), adjacency());
    let [weight, embeddings, upstream] =
        [(FEATURES, 92), (NODES, 93), (NODES, 94)].map(|(rows, seed)| draw(rows * LATENT, seed));
    let log_scale = f64::from(-0.4_f32);
    for (hops, has_embeddings) in [(1, false), (2, true), (4, true)] {
        let alphas = draw(hops + 1, 95);
        let layer = Propagation {
            weight: Param::from_tensor(tensor(&weight, [FEATURES, LATENT], &options)),
            embeddings: has_embeddings
                .then(|| Param::from_tensor(tensor(&embeddings, [NODES, LATENT], &options))),
            log_scale: Param::from_tensor(tensor(&[log_scale], [1], &options)),
            hops: Param::from_tensor(tensor(&alphas, [hops + 1], &options)),
        };
        let input = NodeFeatures::Sparse(Box::new(on_device(&sparse(&x, FEATURES))));
        let passes = on_device(&normalized_adjacency(NODES, EDGES));
        let rows = layer.rows(&input).expect("shapes");
        let by_messages = layer.forward(&passes, rows).expect("shapes");
        let own: Vec<f64> =
            product(&x, &weight, FEATURES).into_iter().map(|value| log_scale.exp() * value).collect();
        let added = if has_embeddings { embeddings.clone() } else { vec![0.0; own.len()] };
        let mut power: Vec<f64> = own.iter().zip(&added).map(|(own, added)| own + added).collect();
        // Ã is symmetric, so what goes back passes along the same edges.
        let mut back = upstream.clone();
        let (mut expected, mut by_rows, mut by_alphas) =
            (vec![0.0; own.len()], vec![0.0; own.len()], Vec::new());
        for &alpha in &alphas {
            by_alphas.push(power.iter().zip(&upstream).map(|(h, u)| h * u).sum::<f64>());
            expected.iter_mut().zip(&power).for_each(|(z, h)| *z += alpha * h);
            by_rows.iter_mut().zip(&back).for_each(|(sum, u)| *sum += alpha * u);
            (power, back) = (product(&a, &power, NODES), product(&a, &back, NODES));
        }
        let passed: Vec<Tensor<2>> =
            std::iter::successors(Some(x.clone()), |passed| Some(product(&a, passed, NODES)))
                .take(hops + 1)
                .map(|passed| tensor(&passed, [NODES, FEATURES], &options))
                .collect();
        let of_passed = layer.forward_passed(&passed);
        assert_eq!(of_passed.is_err(), has_embeddings);
        let by_scale: f64 = own.iter().zip(&by_rows).map(|(own, by)| own * by).sum();
        let by_weight = product(&transposed(&x, FEATURES), &by_rows, NODES);
        let by_weight: Vec<f64> = by_weight.into_iter().map(|value| log_scale.exp() * value).collect();
        for (way, z) in [("messages", Ok(by_messages)), ("passed", of_passed)] {
            let Ok(z) = z else { continue };
            let what = |name| format!("{way}, {hops} hops, embeddings {has_embeddings}: {name}");
            let gradients = (z.clone() * tensor(&upstream, [NODES, LATENT], &options)).sum().backward();
            assert_close(&what("z"), &host(z), &expected, tolerance);
            let found = host(layer.log_scale.grad(&gradients).expect("tracked"));
            assert_close(&what("log_scale"), &found, &[by_scale], tolerance);
            let found = host(layer.weight.grad(&gradients).expect("tracked"));
            assert_close(&what("weight"), &found, &by_weight, tolerance);
            let found = host(layer.hops.grad(&gradients).expect("tracked"));
            assert_close(&what("α"), &found, &by_alphas, tolerance);
            if let Some(embeddings) = &layer.embeddings {
                let found = host(embeddings.grad(&gradients).expect("tracked"));
                assert_close(&what("embeddings"), &found, &by_rows, tolerance);
            }
        }
    }
}

/// The neighbours of each node.
fn neighbours() -> Vec<Vec<u32>> {
    let other = |node: u32, edge: &[u32; 2]| match *edge {
        [i, j] if i == node => Some(j),
        [i, j] if j == node => Some(i),
        _ => None,
    };
    (0..NODES as u32).map(|node| EDGES.iter().filter_map(|edge| other(node, edge)).collect()).collect()
}

fn by_rows(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    let (z, bias) = (draw(NODES * LATENT, 96), draw(NODES, 98));
    // S, symmetric, by which the right factors are others than the left ones.
    let matrix = [1.5, -0.5, 0.25, -0.5, 0.75, 0.0, 0.25, 0.0, -1.25];
    let identity = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    let block = [7_u32, 0, 4, 8];
    let rows_alone = PairBlockConfig {
        nodes: NODES,
        sides: None,
        rows: &block,
        row_weights: None,
        columns: None,
        own_edges: None,
    };
    let neighbours = neighbours();
    let cases = [
        (EdgeWeighting::Nats, false, true, Some(true)),
        (EdgeWeighting::Nats, true, false, Some(false)),
        (EdgeWeighting::Kipf, true, true, Some(false)),
        (EdgeWeighting::Kipf, false, false, Some(true)),
        (EdgeWeighting::Nats, false, true, None),
        (EdgeWeighting::Kipf, true, false, None),
    ];
    let diagonals = [Diagonal::Linked, Diagonal::LeftOut];
    let cases = cases.into_iter().flat_map(|case| diagonals.map(|diagonal| (case, diagonal)));
    for ((weighting, has_right, has_bias, own_edges), diagonal) in cases {
        let likelihood = GraphLikelihood::with_diagonal(NODES, &EDGES, weighting, diagonal, options.clone())
            .expect("a graph");
        let tracked = tensor(&z, [NODES, LATENT], &options).require_grad();
        let tracked_bias = tensor(&bias, [NODES], &options).require_grad();
        let through = tensor(&matrix, [LATENT, LATENT], &options);
        let factors = PairFactors {
            left: tracked.clone(),
            right: has_right.then(|| tracked.clone().matmul(through)),
            bias: has_bias.then(|| tracked_bias.clone()),
            link: PairLink::Logistic,
        };
        let of_node = |node: u32| &neighbours[node as usize][..];
        let value = match own_edges {
            Some(has_own_edges) => {
                let own_edges = has_own_edges.then_some(OwnEdges { neighbours: &of_node, learnt: None });
                let config = PairBlockConfig { own_edges, ..rows_alone };
                likelihood.reconstruction_by_block(factors, &config.init(options.clone()).expect("rows"))
            }
            None => likelihood.reconstruction(factors),
        };
        let value = value.expect("shapes");
        let gradients = value.clone().backward();

        let pairs = (NODES * NODES) as f64;
        let positives = 2.0 * EDGES.len() as f64;
        let (q, scale) = match weighting {
            EdgeWeighting::Kipf => ((pairs - positives) / positives, 0.5 / (pairs - positives)),
            EdgeWeighting::Nats => (1.0, 1.0 / NODES as f64),
        };
        let right = product(&z, if has_right { &matrix } else { &identity }, LATENT);
        let (mut expected, mut by_z, mut by_bias) = (0.0, vec![0.0; z.len()], vec![0.0; NODES]);
        let is_counted = |&(i, j): &(usize, usize)| i != j || diagonal == Diagonal::Linked;
        for (i, j) in (0..NODES * NODES).map(|at| (at / NODES, at % NODES)).filter(is_counted) {
            let x =
                z[i * LATENT..][..LATENT].iter().zip(&right[j * LATENT..]).map(|(z, w)| z * w).sum::<f64>()
                    + if has_bias { bias[i] + bias[j] } else { 0.0 };
            let is_edge = EDGES.iter().any(|edge| [[i, j], [j, i]].contains(&edge.map(|node| node as usize)));
            let drawn = match (own_edges, block.contains(&(i as u32))) {
                (None, _) => 1.0,
                (_, true) => NODES as f64 / block.len() as f64,
                (_, false) => 0.0,
            };
            let (softplus, sigmoid) = (x.max(0.0) + (-x.abs()).exp().ln_1p(), 1.0 / (1.0 + (-x).exp()));
            let edge = match is_edge || i == j {
                true if own_edges == Some(true) => drawn,
                true => 1.0,
                false => 0.0,
            };
            expected += scale * (drawn * softplus + edge * ((q - 1.0) * softplus - q * x));
            let gradient = scale * (drawn * sigmoid + edge * ((q - 1.0) * sigmoid - q));
            by_bias[i] += gradient;
            by_bias[j] += gradient;
            for k in 0..LATENT {
                by_z[i * LATENT + k] += gradient * right[j * LATENT + k];
                by_z[j * LATENT + k] += gradient * right[i * LATENT + k];
            }
        }
        let what = |name| {
            format!(
                "{weighting:?}, right {has_right}, bias {has_bias}, own edges {own_edges:?}, {diagonal:?}: {name}"
            )
        };
        assert_close(&what("value"), &host(value), &[expected], tolerance);
        assert_close(&what("z"), &host(tracked.grad(&gradients).expect("tracked")), &by_z, tolerance);
        if has_bias {
            let found = host(tracked_bias.grad(&gradients).expect("tracked"));
            assert_close(&what("bias"), &found, &by_bias, tolerance);
        }
    }
}

fn other_nodes(device: &Device) {
    let options = TensorCreationOptions::from(device);
    let layer = Propagation {
        weight: Param::from_tensor(tensor(&[0.5], [1, 1], &options)),
        embeddings: Some(Param::from_tensor(tensor(&[0.5, 1.0], [2, 1], &options))),
        log_scale: Param::from_tensor(tensor(&[0.0], [1], &options)),
        hops: Param::from_tensor(tensor(&[1.0, 1.0], [2], &options)),
    };
    let three = SparseMatrix::from_csr(&sparse(&[1.0, 2.0, 3.0], 1), &options.device).expect("small");
    let error = layer.rows(&NodeFeatures::Sparse(Box::new(three))).expect_err("other nodes");
    assert_eq!(error.to_string(), "embeddings of nodes: shapes [3, 1] and [2, 1] do not go together");
}
