//! Gradients in f64 against central differences of the values, on the CPU backends.

use aevb_models::pairwise::{softplus_sum, softplus_sum_between};
use aevb_models::sparse::{EdgeList, SparseMatrix, edge_scores};
use burn::tensor::{DType, Device, Tensor, TensorData};
use sprs::TriMatI;

use super::helpers::{assert_close, host, random, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("softplus_sum_has_the_gradient_of_its_value", symmetric),
    ("softplus_sum_between_has_the_gradients_of_its_value", between),
    ("spmm_has_the_gradient_of_its_value", spmm),
    ("edge_scores_have_the_gradients_of_their_values", edges),
];

const STEP: f64 = 1e-6;
/// Central differences in f64 err by about STEP² from curvature and 1e-16/STEP from rounding.
const TOLERANCE: f64 = 1e-8;

/// Compares the gradient of `f` at `x` with central differences.
#[track_caller]
fn check(x: &[f64], dims: [usize; 2], device: &Device, f: impl Fn(Tensor<2>) -> Tensor<1>) {
    let device = device.clone().autodiff();
    let tensor = |x: &[f64]| Tensor::<2>::from_data(TensorData::new(x.to_vec(), dims), (&device, DType::F64));
    let tracked = tensor(x).require_grad();
    let gradients = f(tracked.clone()).backward();
    let gradient = host(tracked.grad(&gradients).expect("tracked"));
    let differences: Vec<f64> = (0..x.len())
        .map(|position| {
            let at = |offset: f64| {
                let mut moved = x.to_vec();
                moved[position] += offset;
                host(f(tensor(&moved)))[0]
            };
            (at(STEP) - at(-STEP)) / (2.0 * STEP)
        })
        .collect();
    assert_close("gradient", &gradient, &differences, TOLERANCE);
}

fn points(count: usize, seed: u64) -> Vec<f64> {
    values(count, 1.5, &mut random(seed)).into_iter().map(f64::from).collect()
}

fn symmetric(device: &Device) {
    check(&points(21, 21), [7, 3], device, softplus_sum);
}

fn between(device: &Device) {
    let other = points(15, 22);
    let other = |x: &Tensor<2>| {
        Tensor::<2>::from_data(TensorData::new(other.clone(), [5, 3]), (&x.device(), DType::F64))
    };
    check(&points(21, 23), [7, 3], device, |z| softplus_sum_between(z.clone(), other(&z)).expect("shapes"));
    check(&points(21, 24), [7, 3], device, |w| softplus_sum_between(other(&w), w.clone()).expect("shapes"));
}

fn spmm(device: &Device) {
    let mut entries = TriMatI::<f64, u32>::new((4, 7));
    for (row, column, value) in [(0, 2, 1.5), (0, 6, -2.0), (2, 0, 0.25), (3, 3, 4.0), (3, 2, 1.0)] {
        entries.add_triplet(row, column, value);
    }
    let sparse = SparseMatrix::from_csr(&entries.to_csr::<u32>(), (device, DType::F64)).expect("small");
    check(&points(21, 25), [7, 3], device, |x| {
        let y = sparse.matmul(x).expect("shapes");
        (y.clone() * y).sum()
    });
}

fn edges(device: &Device) {
    let list = EdgeList::new(7, &[[0, 3], [3, 0], [6, 6], [2, 5], [0, 3]], device).expect("in range");
    check(&points(21, 26), [7, 3], device, |z| {
        let scores = edge_scores(&list, z.clone(), z).expect("shapes");
        (scores.clone() * scores).sum()
    });
}
