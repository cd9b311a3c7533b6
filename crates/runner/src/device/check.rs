//! Whether a device computes what it should: every kernel against plain loops in f64.

mod dense;
mod finite;

use std::panic::{AssertUnwindSafe, catch_unwind};

use aevb_models::pairwise::{softplus_sum, softplus_sum_between};
use aevb_models::sparse::{EdgeList, SparseMatrix, edge_scores};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use sprs::{CsMatI, TriMatI};

use crate::random::{Purpose, Streams, standard_normals};

/// How one kernel did.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The kernel, and whether its value or its gradient.
    pub operation: &'static str,
    /// The largest deviation, relative to the largest right value.
    pub error: f64,
    /// Whether the error is within the rounding of `f32`.
    pub passed: bool,
    /// What the driver had to say where nothing was computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// Sums of a few hundred products in `f32` keep five digits on any device.
const TOLERANCE: f64 = 1e-5;
const ROWS: usize = 301;
/// So many that a full row is cut into segments.
const COLUMNS: usize = 601;
const WIDTH: usize = 20;

/// Runs every kernel on the device, forward and backward.
pub fn check(device: &Device) -> Vec<Check> {
    let mut inputs = Inputs { generator: Streams::new(0).generator(Purpose::Sampling, 0) };
    let device = device.clone().autodiff();
    [
        spmm,
        edges,
        all_pairs,
        all_pairs_between,
        dense::layer,
        dense::bernoulli,
        dense::gaussian,
        dense::divergence,
        dense::adam,
        dense::adagrad,
        dense::images,
        finite::finiteness,
        dense::mixture,
    ]
    .into_iter()
    .flat_map(|kernel| kernel(&mut inputs, &device))
    .collect()
}

type Matrix = Vec<[f64; WIDTH]>;

struct Inputs {
    generator: ChaCha8Rng,
}

impl Inputs {
    /// A matrix of normals that `f32` holds exactly.
    fn matrix(&mut self, rows: usize) -> Matrix {
        let draws = standard_normals(&mut self.generator, rows * WIDTH);
        draws.chunks_exact(WIDTH).map(|row| std::array::from_fn(|column| f64::from(row[column]))).collect()
    }

    /// A number for each row.
    fn biases(&mut self, rows: usize) -> Vec<f64> {
        standard_normals(&mut self.generator, rows).into_iter().map(f64::from).collect()
    }

    /// About one entry in twenty, a full first row and empty last rows.
    fn sparse(&mut self) -> Vec<(usize, usize, f64)> {
        let mut entries = Vec::new();
        for row in 0..ROWS - 5 {
            for column in 0..COLUMNS {
                if row == 0 || self.generator.next_u32().is_multiple_of(20) {
                    entries.push((row, column, f64::from(self.generator.next_u32() % 16) / 8.0 - 1.0));
                }
            }
        }
        entries
    }
}

fn spmm(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let entries = inputs.sparse();
    let (x, weights) = (inputs.matrix(COLUMNS), inputs.matrix(ROWS));
    let mut value = vec![[0.0; WIDTH]; ROWS];
    let mut gradient = vec![[0.0; WIDTH]; COLUMNS];
    for &(row, column, entry) in &entries {
        add_scaled(&mut value[row], entry, &x[column]);
        add_scaled(&mut gradient[column], entry, &weights[row]);
    }
    let mut triplets = TriMatI::<f32, u32>::new((ROWS, COLUMNS));
    for &(row, column, entry) in &entries {
        triplets.add_triplet(row, column, entry as f32);
    }
    let host: CsMatI<f32, u32> = triplets.to_csr();
    // GPUs take features by fours, by twos or one by one, as the width allows.
    let widths = [
        (20, ["sparse product", "sparse product, gradient"]),
        (18, ["sparse product by twos", "sparse product by twos, gradient"]),
        (19, ["sparse product by ones", "sparse product by ones, gradient"]),
    ];
    let check = |(width, names)| {
        let first = |matrix: &Matrix| matrix.iter().flat_map(|row| row[..width].to_vec()).collect::<Vec<_>>();
        compare(names, &first(&value), &first(&gradient), || {
            let matrix = SparseMatrix::from_csr(&host, device).map_err(|error| error.to_string())?;
            let columns = |matrix: &Matrix| tensor(matrix, device).slice([0..matrix.len(), 0..width]);
            let x = columns(&x).detach().require_grad();
            let product = matrix.matmul(x.clone()).map_err(|error| error.to_string())?;
            let gradients = (product.clone() * columns(&weights)).sum().backward();
            read(product, x.grad(&gradients))
        })
    };
    widths.into_iter().flat_map(check).collect()
}

fn edges(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let (z, weights) = (inputs.matrix(ROWS), inputs.matrix(100));
    let draw = |generator: &mut ChaCha8Rng| generator.next_u32() % ROWS as u32;
    let pairs: Vec<_> =
        (0..100 * WIDTH).map(|_| [draw(&mut inputs.generator), draw(&mut inputs.generator)]).collect();
    let weights = flat(&weights);
    let mut gradient = vec![[0.0; WIDTH]; ROWS];
    let mut value = Vec::new();
    for (&[i, j], &weight) in pairs.iter().zip(&weights) {
        value.push(dot(&z[i as usize], &z[j as usize]));
        add_scaled(&mut gradient[i as usize], weight, &z[j as usize]);
        add_scaled(&mut gradient[j as usize], weight, &z[i as usize]);
    }
    compare(["edge scores", "edge scores, gradient"], &value, &flat(&gradient), || {
        let list = EdgeList::new(ROWS, &pairs, device).map_err(|error| error.to_string())?;
        let z = tensor(&z, device).require_grad();
        let scores = edge_scores(&list, z.clone(), z.clone()).map_err(|error| error.to_string())?;
        let weights: Vec<f32> = weights.iter().map(|&weight| weight as f32).collect();
        let weights = Tensor::<1>::from_data(TensorData::from(weights.as_slice()), device);
        let gradients = (scores.clone() * weights).sum().backward();
        read(scores, z.grad(&gradients))
    })
}

fn all_pairs(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let (z, b) = (inputs.matrix(ROWS), inputs.biases(ROWS));
    let check = |names, biased: bool| {
        let biases = if biased { b.clone() } else { vec![0.0; ROWS] };
        let (value, [mut gradient, _]) = softplus_of_all_pairs([&z, &z], [&biases, &biases], biased);
        gradient.iter_mut().for_each(|gradient| *gradient *= 2.0);
        compare(names, &[value], &gradient, || {
            let z = tensor(&z, device).require_grad();
            let b = biased.then(|| vector(&biases, device).require_grad());
            let sum = softplus_sum(z.clone(), b.clone()).map_err(|error| error.to_string())?;
            let gradients = sum.backward();
            read_all(sum, z.grad(&gradients), b.map(|b| b.grad(&gradients)))
        })
    };
    let mut checks = check(["all pairs", "all pairs, gradient"], false);
    checks.extend(check(["all pairs with biases", "all pairs with biases, gradient"], true));
    checks
}

fn all_pairs_between(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let (z, w) = (inputs.matrix(ROWS), inputs.matrix(COLUMNS));
    let (b, c) = (inputs.biases(ROWS), inputs.biases(COLUMNS));
    let check = |names, biased: bool| {
        let [b, c] = [&b, &c].map(|biases| if biased { biases.clone() } else { vec![0.0; biases.len()] });
        let (value, gradients) = softplus_of_all_pairs([&z, &w], [&b, &c], biased);
        compare(names, &[value], &gradients.concat(), || {
            let (z, w) = (tensor(&z, device).require_grad(), tensor(&w, device).require_grad());
            let biases = biased.then(|| [&b, &c].map(|biases| vector(biases, device).require_grad()));
            let sum = softplus_sum_between(z.clone(), w.clone(), biases.clone())
                .map_err(|error| error.to_string())?;
            let gradients = sum.backward();
            let [of_z, of_w] = biases.map_or([None, None], |biases| biases.map(|b| Some(b.grad(&gradients))));
            let [value, mut all] = read_all(sum.clone(), z.grad(&gradients), of_z)?;
            let [_, by_w] = read_all(sum, w.grad(&gradients), of_w)?;
            all.extend(by_w);
            Ok([value, all])
        })
    };
    let mut checks = check(["pairs of two sets", "pairs of two sets, gradients"], false);
    checks.extend(check(["pairs of two sets with biases", "pairs of two sets with biases, gradients"], true));
    checks
}

/// `Σ_ij softplus(z_i · w_j + b_i + c_j)` and its gradients, by `z` and by `w`, each with that by the biases behind it where
/// there are some.
fn softplus_of_all_pairs([z, w]: [&Matrix; 2], [b, c]: [&[f64]; 2], biased: bool) -> (f64, [Vec<f64>; 2]) {
    let mut value = 0.0;
    let (mut by_z, mut by_w) = (vec![[0.0; WIDTH]; z.len()], vec![[0.0; WIDTH]; w.len()]);
    let (mut by_b, mut by_c) = (vec![0.0; z.len()], vec![0.0; w.len()]);
    for (i, z) in z.iter().enumerate() {
        for (j, w) in w.iter().enumerate() {
            let x = dot(z, w) + b[i] + c[j];
            value += x.max(0.0) + (-x.abs()).exp().ln_1p();
            let sigmoid = 1.0 / (1.0 + (-x).exp());
            add_scaled(&mut by_z[i], sigmoid, w);
            add_scaled(&mut by_w[j], sigmoid, z);
            by_b[i] += sigmoid;
            by_c[j] += sigmoid;
        }
    }
    let gradients = [(by_z, by_b), (by_w, by_c)].map(|(by_rows, by_biases)| {
        let mut gradient = flat(&by_rows);
        gradient.extend(by_biases.into_iter().filter(|_| biased));
        gradient
    });
    (value, gradients)
}

fn dot(a: &[f64; WIDTH], b: &[f64; WIDTH]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add_scaled(sum: &mut [f64; WIDTH], factor: f64, row: &[f64; WIDTH]) {
    sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += factor * x);
}

fn flat(matrix: &Matrix) -> Vec<f64> {
    matrix.iter().flatten().copied().collect()
}

fn tensor(matrix: &Matrix, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = matrix.iter().flatten().map(|&x| x as f32).collect();
    Tensor::from_data(TensorData::new(values, [matrix.len(), WIDTH]), device)
}

fn vector(values: &[f64], device: &Device) -> Tensor<1> {
    let values: Vec<f32> = values.iter().map(|&x| x as f32).collect();
    Tensor::from_data(TensorData::from(values.as_slice()), device)
}

type Computed = Result<[Vec<f32>; 2], String>;

fn read<const D: usize>(value: Tensor<D>, gradient: Option<Tensor<2>>) -> Computed {
    let gradient = gradient.ok_or("no gradient came back")?;
    let values = |data: TensorData| data.try_into_vec::<f32>().map_err(|error| format!("{error:?}"));
    Ok([values(value.into_data())?, values(gradient.into_data())?])
}

/// The gradient by rows, and behind it that by their biases where there are some.
fn read_all(value: Tensor<1>, by_rows: Option<Tensor<2>>, by_biases: Option<Option<Tensor<1>>>) -> Computed {
    let [value, mut gradient] = read(value, by_rows)?;
    if let Some(by_biases) = by_biases {
        let by_biases = by_biases.ok_or("no gradient by a bias came back")?.into_data();
        gradient.extend(by_biases.try_into_vec::<f32>().map_err(|error| format!("{error:?}"))?);
    }
    Ok([value, gradient])
}

/// Runs a kernel, which a faulty driver may answer with a panic, and compares its value and gradient.
fn compare(
    operations: [&'static str; 2],
    value: &[f64],
    gradient: &[f64],
    kernel: impl FnOnce() -> Computed,
) -> Vec<Check> {
    let computed =
        catch_unwind(AssertUnwindSafe(kernel)).unwrap_or_else(|_| Err("the driver failed".to_owned()));
    match computed {
        Ok(computed) => operations
            .into_iter()
            .zip([value, gradient])
            .zip(computed)
            .map(|((operation, expected), found)| {
                let error = relative_error(expected, &found);
                Check { operation, error, passed: error <= TOLERANCE, failure: None }
            })
            .collect(),
        Err(failure) => operations
            .map(|operation| Check {
                operation,
                error: f64::NAN,
                passed: false,
                failure: Some(failure.clone()),
            })
            .into(),
    }
}

/// The largest deviation by the largest expected value; infinite where anything is not finite.
fn relative_error(expected: &[f64], found: &[f32]) -> f64 {
    if expected.len() != found.len() || found.iter().any(|x| !x.is_finite()) {
        return f64::INFINITY;
    }
    let largest = expected.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let deviations = expected.iter().zip(found).map(|(expected, &found)| (f64::from(found) - expected).abs());
    deviations.fold(0.0, f64::max) / largest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_backends_compute_what_plain_loops_do() {
        #[expect(deprecated, reason = "offered beside flex for comparison as long as Burn has it")]
        let devices = [Device::flex(), Device::ndarray()];
        for device in devices {
            let checks = check(&device);
            assert_eq!(checks.len(), 34);
            assert!(checks.iter().all(|check| check.passed), "{checks:?}");
        }
    }

    #[test]
    fn wrong_and_missing_results_do_not_pass() {
        let verdict = |found: Vec<f32>| compare(["a", "b"], &[1.0, 2.0], &[4.0], || Ok([found, vec![4.0]]));
        assert!(verdict(vec![1.0, 2.0])[0].passed);
        for found in [vec![1.0, 2.001], vec![f32::NAN, 2.0], vec![1.0, f32::INFINITY], vec![1.0], Vec::new()]
        {
            let checks = verdict(found);
            assert!(!checks[0].passed && checks[1].passed);
        }
        let failed = compare(["a", "b"], &[1.0], &[1.0], || Err("no".to_owned()));
        assert!(failed.iter().all(|check| !check.passed && check.failure.as_deref() == Some("no")));
    }
}
