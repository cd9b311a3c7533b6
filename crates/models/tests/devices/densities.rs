//! Log-densities, samples and divergences with their gradients, against plain loops in f64.

use aevb_models::distribution::{Bernoulli, DiagonalGaussian};
use burn::tensor::{Device, Tensor, TensorData};

use super::helpers::{assert_close, host, matrix, random, scattered, tracked, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("bernoulli_log_prob_and_gradients_equal_plain_loops", bernoulli),
    ("gaussian_log_prob_and_gradients_equal_plain_loops", gaussian),
    ("samples_and_their_gradients_equal_plain_loops", samples),
    ("divergences_and_their_gradients_equal_plain_loops", divergences),
    ("a_gaussian_is_the_same_by_its_variance_and_by_its_deviation", both_forms),
];
pub const PROCESSOR_CHECKS: &[Check] =
    &[("nan_spoils_its_own_row_and_no_other", nan), ("rows_of_no_variables_have_a_density", nothing)];

/// One row, one variable, widths that no vector divides, and more rows than a task takes.
const SHAPES: [[usize; 2]; 6] = [[1, 1], [1, 784], [3, 33], [130, 31], [100, 784], [70_000, 2]];

/// Matrices and the gradients by their rows' sums.
fn draw<const N: usize>(dims: [usize; 2], scales: [f32; N], seed: u64) -> ([Vec<f32>; N], Vec<f32>) {
    let mut random = random(seed);
    let matrices = scales.map(|scale| values(dims[0] * dims[1], scale, &mut random));
    (matrices, values(dims[0], 1.0, &mut random))
}

/// Compares the sums of `terms` over rows, and their gradients, with what `found` says of the same matrices.
///
/// `term` gives the value of one variable and its derivatives by each input.
fn check<const N: usize>(
    what: &str,
    device: &Device,
    dims: [usize; 2],
    (inputs, upstream): ([Vec<f32>; N], Vec<f32>),
    term: impl Fn([f64; N]) -> (f64, [f64; N]),
    found: impl Fn([Tensor<2>; N]) -> Tensor<1>,
) {
    let [rows, width] = dims;
    let mut sums = vec![0.0; rows];
    let mut expected: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(rows * width));
    for (position, row) in (0..rows).flat_map(|row| std::iter::repeat_n(row, width)).enumerate() {
        let (value, slopes) = term(std::array::from_fn(|input| f64::from(inputs[input][position])));
        sums[row] += value;
        for (expected, slope) in expected.iter_mut().zip(slopes) {
            expected.push(slope * f64::from(upstream[row]));
        }
    }
    let upstream = Tensor::<1>::from_data(TensorData::new(upstream, [rows]), device);
    for arrange in [|x| x, scattered] {
        let tensors = inputs.each_ref().map(|values| tracked(values, dims, device));
        let value = found(tensors.clone().map(arrange));
        let gradients = (value.clone() * upstream.clone()).sum().backward();
        assert_close(&format!("{what} {dims:?}"), &host(value), &sums, 5e-6);
        for (input, (tensor, expected)) in tensors.iter().zip(&expected).enumerate() {
            let gradient = host(tensor.grad(&gradients).expect("tracked"));
            assert_close(&format!("{what} {dims:?}, gradient {input}"), &gradient, expected, 5e-6);
        }
    }
}

fn nothing(device: &Device) {
    let empty = || Tensor::<2>::zeros([5, 0], device);
    let gaussian = DiagonalGaussian::new(empty(), empty());
    let bernoulli = Bernoulli { logits: empty() };
    for found in [
        gaussian.log_prob(empty()).expect("shapes"),
        gaussian.kl_from_standard_normal(),
        bernoulli.log_prob(empty()).expect("shapes"),
    ] {
        assert_eq!(host(found), [0.0; 5]);
    }
}

fn sigmoid(x: f64) -> f64 {
    let t = (-x.abs()).exp();
    if x < 0.0 { t / (1.0 + t) } else { 1.0 / (1.0 + t) }
}

fn bernoulli(device: &Device) {
    for (seed, dims) in SHAPES.into_iter().enumerate() {
        for scale in [3.0, 80.0] {
            let ([mut logits, mut x], upstream) = draw(dims, [scale, 1.0], seed as u64);
            // Bits, grey pixels, and logits of exactly 0.
            x.iter_mut().for_each(|x| *x = if x.abs() < 0.5 { x.abs() } else { x.signum().max(0.0) });
            logits.iter_mut().step_by(5).for_each(|logit| *logit = 0.0);
            let softplus = |l: f64| l.max(0.0) + (-l.abs()).exp().ln_1p();
            let term = |[l, x]: [f64; 2]| (x * l - softplus(l), [x - sigmoid(l), l]);
            check("Bernoulli", device, dims, ([logits, x], upstream), term, |[logits, x]| {
                Bernoulli { logits }.log_prob(x).expect("shapes")
            });
        }
    }
}

fn gaussian(device: &Device) {
    for (seed, dims) in SHAPES.into_iter().enumerate() {
        let drawn = draw(dims, [1.0, 3.0, 2.0], seed as u64);
        let term = |[mean, log_variance, x]: [f64; 3]| {
            let (difference, precision) = (x - mean, (-log_variance).exp());
            let square = difference * difference * precision;
            let value = -0.5 * (square + log_variance + std::f64::consts::TAU.ln());
            (value, [difference * precision, 0.5 * (square - 1.0), -difference * precision])
        };
        check("Gaussian", device, dims, drawn, term, |[mean, log_variance, x]| {
            DiagonalGaussian::new(mean, log_variance).log_prob(x).expect("shapes")
        });
    }
}

fn samples(device: &Device) {
    for (seed, dims) in SHAPES.into_iter().enumerate() {
        let drawn = draw(dims, [1.0, 3.0, 2.0], seed as u64);
        let term = |[mean, log_variance, noise]: [f64; 3]| {
            let sigma = (0.5 * log_variance).exp();
            (mean + sigma * noise, [1.0, 0.5 * sigma * noise, sigma])
        };
        let sum = |gaussian: DiagonalGaussian, noise| {
            gaussian.rsample(noise).expect("shapes").sum_dim(1).reshape([dims[0]])
        };
        check("sample", device, dims, drawn.clone(), term, |[mean, log_variance, noise]| {
            sum(DiagonalGaussian::new(mean, log_variance), noise)
        });
        let term = |[mean, log_deviation, noise]: [f64; 3]| {
            let sigma = log_deviation.exp();
            (mean + sigma * noise, [1.0, sigma * noise, sigma])
        };
        check("sample by log-deviation", device, dims, drawn, term, |[mean, log_deviation, noise]| {
            sum(DiagonalGaussian::from_log_deviation(mean, log_deviation), noise)
        });
    }
}

fn divergences(device: &Device) {
    for (seed, dims) in SHAPES.into_iter().enumerate() {
        let drawn = draw(dims, [2.0, 3.0], seed as u64);
        let term = |[mean, log_variance]: [f64; 2]| {
            let variance = log_variance.exp();
            (0.5 * (mean * mean + variance - log_variance - 1.0), [mean, 0.5 * (variance - 1.0)])
        };
        check("divergence", device, dims, drawn.clone(), term, |[mean, log_variance]| {
            DiagonalGaussian::new(mean, log_variance).kl_from_standard_normal()
        });
        let term = |[mean, log_deviation]: [f64; 2]| {
            let variance = (2.0 * log_deviation).exp();
            (0.5 * (mean * mean + variance - 2.0 * log_deviation - 1.0), [mean, variance - 1.0])
        };
        check("divergence by log-deviation", device, dims, drawn, term, |[mean, log_deviation]| {
            DiagonalGaussian::from_log_deviation(mean, log_deviation).kl_from_standard_normal()
        });
    }
}

fn both_forms(device: &Device) {
    let dims = [13, 5];
    let ([mean, log_deviation, noise], _) = draw(dims, [2.0, 1.5, 2.0], 7);
    let [mean, log_deviation, noise] =
        [mean, log_deviation, noise].map(|values| matrix(&values, dims, device));
    let gaussians = [
        DiagonalGaussian::new(mean.clone(), log_deviation.clone() * 2.0),
        DiagonalGaussian::from_log_deviation(mean, log_deviation),
    ];
    let said = gaussians.map(|gaussian| {
        let twice = gaussian.repeat(2);
        let noise = Tensor::cat(vec![noise.clone(), noise.clone()], 0);
        let z = twice.rsample(noise.clone()).expect("shapes");
        let of_noise = host(twice.log_prob_of_noise(noise).expect("shapes"));
        assert_close("density", &host(twice.log_prob(z.clone()).expect("shapes")), &of_noise, 1e-5);
        [
            host(z),
            of_noise,
            host(gaussian.kl_from_standard_normal()),
            host(gaussian.log_variance()),
            host(gaussian.deviation()),
        ]
    });
    for (position, (one, other)) in said[0].iter().zip(&said[1]).enumerate() {
        assert_close(&format!("form {position}"), one, other, 2e-6);
    }
}

fn nan(device: &Device) {
    let dims = [3, 40];
    let mut spoilt = vec![0.5_f32; 120];
    spoilt[40 + 37] = f32::NAN;
    let make = |values: &[f32]| matrix(values, dims, device);
    let fine = vec![0.5_f32; 120];
    let gaussian = |mean: &[f32], log_variance: &[f32]| DiagonalGaussian::new(make(mean), make(log_variance));
    let results = [
        Bernoulli { logits: make(&spoilt) }.log_prob(make(&fine)).expect("shapes"),
        Bernoulli { logits: make(&fine) }.log_prob(make(&spoilt)).expect("shapes"),
        gaussian(&spoilt, &fine).log_prob(make(&fine)).expect("shapes"),
        gaussian(&fine, &spoilt).log_prob(make(&fine)).expect("shapes"),
        gaussian(&spoilt, &fine).kl_from_standard_normal(),
        gaussian(&fine, &spoilt).kl_from_standard_normal(),
        gaussian(&fine, &spoilt).rsample(make(&fine)).expect("shapes").sum_dim(1).reshape([3]),
    ];
    for (number, result) in results.into_iter().enumerate() {
        let rows: Vec<bool> = host(result).iter().map(|value| value.is_nan()).collect();
        assert_eq!(rows, [false, true, false], "result {number}");
    }
}
