//! Sparse products and edge scores, forward and backward.

use aevb_models::sparse::{EdgeList, SparseMatrix, edge_scores};
use burn::tensor::{Device, Tensor};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use sprs::{CsMatI, TriMatI};

use super::dense;
use super::helpers::{assert_close, host, matrix, random, tracked, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("spmm_and_its_gradient_equal_the_dense_product", spmm_equals_dense),
    ("spmm_of_a_symmetric_matrix_shares_its_transpose", symmetric),
    ("spmm_handles_a_hub_and_empty_rows", hub_and_empty_rows),
    ("spmm_adds_up_the_segments_of_long_rows", long_rows),
    ("spmm_handles_more_rows_than_a_dispatch_dimension", many_rows),
    ("spmm_refuses_another_number_of_rows", refuses_shapes),
    ("edge_scores_and_their_gradients_equal_the_dense_ones", edge_scores_equal_dense),
    ("edge_scores_refuse_a_node_that_is_not_there", edge_out_of_range),
    ("edge_scores_of_no_edge_are_empty", no_edge),
];

const TOLERANCE: f64 = 1e-5;

fn random_matrix(rows: usize, columns: usize, nonzeros: usize, random: &mut ChaCha8Rng) -> CsMatI<f32, u32> {
    let mut entries = TriMatI::new((rows, columns));
    for _ in 0..nonzeros {
        let (row, column) = (random.random_range(0..rows), random.random_range(0..columns));
        entries.add_triplet(row, column, 2.0 * random.random::<f32>() - 1.0);
    }
    entries.to_csr()
}

fn dense_of(host: &CsMatI<f32, u32>) -> Vec<f64> {
    let mut dense = vec![0.0; host.rows() * host.cols()];
    for (value, (row, column)) in host.iter() {
        dense[row as usize * host.cols() + column as usize] = f64::from(*value);
    }
    dense
}

#[track_caller]
fn check(host_matrix: &CsMatI<f32, u32>, features: usize, device: &Device, random: &mut ChaCha8Rng) {
    let (rows, columns) = host_matrix.shape();
    let what = format!("[{rows}, {columns}] × [{columns}, {features}]");
    let dense = dense_of(host_matrix);
    let x = values(columns * features, 1.0, random);
    let upstream = values(rows * features, 1.0, random);
    let as_f64 = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>();
    let expected = dense::matmul(&dense, &as_f64(&x), columns, features);
    let expected_gradient =
        dense::matmul(&dense::transposed(&dense, columns), &as_f64(&upstream), rows, features);

    let sparse = SparseMatrix::from_csr(host_matrix, device).expect("small");
    let x = tracked(&x, [columns, features], device);
    let y = sparse.matmul(x.clone()).expect("shapes match");
    let upstream = matrix(&upstream, [rows, features], &device.clone().autodiff());
    let gradients = (y.clone() * upstream).sum().backward();
    assert_close(&what, &host(y), &expected, TOLERANCE);
    assert_close(
        &format!("{what} gradient"),
        &host(x.grad(&gradients).expect("tracked")),
        &expected_gradient,
        TOLERANCE,
    );
}

fn spmm_equals_dense(device: &Device) {
    let mut random = random(11);
    for (rows, columns, nonzeros) in [(1, 1, 1), (1, 50, 20), (50, 1, 20), (40, 30, 200), (200, 300, 1000)] {
        let host = random_matrix(rows, columns, nonzeros, &mut random);
        for features in [1, 3, 16, 31, 32, 33, 70] {
            check(&host, features, device, &mut random);
        }
    }
}

fn symmetric(device: &Device) {
    let mut random = random(12);
    let half = random_matrix(60, 60, 150, &mut random);
    let host = &half + &half.transpose_view().to_csr();
    check(&host, 16, device, &mut random);
}

fn hub_and_empty_rows(device: &Device) {
    let mut random = random(13);
    let mut entries = TriMatI::new((500, 400));
    for column in 0..400 {
        entries.add_triplet(250, column, 1.0 / (column + 1) as f32);
        entries.add_triplet(column, 7, 0.5_f32);
    }
    check(&entries.to_csr(), 32, device, &mut random);
    check(&CsMatI::zero((20, 30)), 8, device, &mut random);
}

/// Rows around the length at which they are cut, by vectors of 1, 2 and 4.
fn long_rows(device: &Device) {
    let mut random = random(16);
    for length in [255, 256, 257, 512, 1000] {
        let mut entries = TriMatI::new((4, 1000));
        for column in 0..length {
            entries.add_triplet(1, column, 2.0 * random.random::<f32>() - 1.0);
        }
        entries.add_triplet(3, 999, 0.5);
        for features in [1, 2, 3, 6, 32] {
            check(&entries.to_csr(), features, device, &mut random);
        }
    }
}

fn many_rows(device: &Device) {
    let rows = 70_000_u32;
    let offsets: Vec<u32> = (0..=rows).collect();
    let columns: Vec<u32> = (0..rows).map(|row| row * 7 % rows).collect();
    let values: Vec<f32> = (0..rows).map(|row| row as f32).collect();
    let host_matrix = CsMatI::new((rows as usize, rows as usize), offsets, columns.clone(), values);
    let sparse = SparseMatrix::from_csr(&host_matrix, device).expect("small");
    // 17.9 million outputs: more than 65 535 cubes of 256 threads.
    const FEATURES: usize = 256;
    let x: Vec<f32> = (0..rows as usize * FEATURES).map(|position| (position % 1000) as f32).collect();
    let y = host(sparse.matmul(matrix(&x, [rows as usize, FEATURES], device)).expect("shapes match"));
    for row in 0..rows as usize {
        for feature in 0..FEATURES {
            let expected = row as f64 * f64::from(x[columns[row] as usize * FEATURES + feature]);
            assert!((y[row * FEATURES + feature] - expected).abs() <= 1e-6 * expected.abs(), "row {row}");
        }
    }
}

fn refuses_shapes(device: &Device) {
    let sparse = SparseMatrix::from_csr(&random_matrix(4, 5, 6, &mut random(14)), device).expect("small");
    let error = sparse.matmul(matrix(&[0.0; 8], [4, 2], device)).expect_err("4 rows for 5 columns");
    assert_eq!(error.to_string(), "sparse product: shapes [4, 5] and [4, 2] do not go together");
}

fn edge_scores_equal_dense(device: &Device) {
    let mut random = random(15);
    for (rows, count, features) in [(1, 3, 4), (1, 700, 6), (30, 200, 5), (90, 5000, 16), (300, 4, 33)] {
        let edges: Vec<[u32; 2]> = (0..count)
            .map(|_| [random.random_range(0..rows as u32), random.random_range(0..rows as u32)])
            .collect();
        let (z, w) = (values(rows * features, 1.0, &mut random), values(rows * features, 1.0, &mut random));
        let upstream = values(count, 1.0, &mut random);
        let mut expected = Vec::new();
        let (mut by_z, mut by_w) = (vec![0.0; z.len()], vec![0.0; w.len()]);
        for (&[i, j], &upstream) in edges.iter().zip(&upstream) {
            let (i, j) = (i as usize * features, j as usize * features);
            let product = |k: usize| f64::from(z[i + k]) * f64::from(w[j + k]);
            expected.push((0..features).map(product).sum());
            for k in 0..features {
                by_z[i + k] += f64::from(upstream) * f64::from(w[j + k]);
                by_w[j + k] += f64::from(upstream) * f64::from(z[i + k]);
            }
        }
        let list = EdgeList::new(rows, &edges, device).expect("in range");
        let (z, w) = (tracked(&z, [rows, features], device), tracked(&w, [rows, features], device));
        let scores = edge_scores(&list, z.clone(), w.clone()).expect("shapes match");
        let upstream = matrix(&upstream, [1, count], &device.clone().autodiff()).reshape([count]);
        let gradients = (scores.clone() * upstream).sum().backward();
        let what = format!("{count} of {rows}×{features}");
        assert_close(&what, &host(scores), &expected, TOLERANCE);
        assert_close(&format!("{what} by z"), &host(z.grad(&gradients).expect("tracked")), &by_z, TOLERANCE);
        assert_close(&format!("{what} by w"), &host(w.grad(&gradients).expect("tracked")), &by_w, TOLERANCE);
    }
}

fn edge_out_of_range(device: &Device) {
    let error = EdgeList::new(3, &[[0, 1], [2, 3]], device).expect_err("node 3 of 3");
    assert_eq!(error.to_string(), "pair 1 is [2, 3], but there are 3 rows, numbered from 0");
}

fn no_edge(device: &Device) {
    let list = EdgeList::new(3, &[], device).expect("nothing to refuse");
    let z: Tensor<2> = matrix(&[1.0; 6], [3, 2], device);
    assert!(list.is_empty());
    assert_eq!(edge_scores(&list, z.clone(), z).expect("shapes match").dims(), [0]);
}
