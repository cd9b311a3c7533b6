//! Gradients in f64 against central differences of the values, on the CPU backends.

use aevb_models::distribution::{Bernoulli, DiagonalGaussian};
use aevb_models::nn::{Activation, Body, Gated, Heads, Linear, Mlp};
use aevb_models::pairwise::{softplus_sum, softplus_sum_between, weighted_softplus_sum_between};
use aevb_models::sparse::{EdgeList, SparseMatrix, edge_scores};
use aevb_models::vae::{Decoder, GaussianLikelihood, Likelihood, PixelMean};
use aevb_models::vgae::{Biased, Bilinear, InnerProduct, PairDecoder, PairForm, Scaled};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorData};
use sprs::TriMatI;

use super::helpers::{assert_close, host, random, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("softplus_sum_has_the_gradient_of_its_value", symmetric),
    ("softplus_sum_between_has_the_gradients_of_its_value", between),
    ("spmm_has_the_gradient_of_its_value", spmm),
    ("edge_scores_have_the_gradients_of_their_values", edges),
    ("decoders_of_pairs_have_the_gradients_of_their_logits", decoders),
    ("dense_layers_have_the_gradients_of_their_values", layers),
    ("densities_have_the_gradients_of_their_values", densities),
    ("samples_and_divergences_have_the_gradients_of_their_values", samples),
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
    check(&points(21, 21), [7, 3], device, |z| softplus_sum(z, None).expect("no bias"));
    // A column of biases beside the matrix.
    check(&points(28, 21), [7, 4], device, |z| softplus_sum(rows(&z), biases(&z)).expect("shapes"));
}

fn between(device: &Device) {
    let other = points(20, 22);
    let other = |x: &Tensor<2>| {
        Tensor::<2>::from_data(TensorData::new(other.clone(), [5, 4]), (&x.device(), DType::F64))
    };
    let sum = |z: Tensor<2>, w: Tensor<2>| {
        let both = biases(&z).zip(biases(&w)).map(|(z, w)| [z, w]);
        let biased = softplus_sum_between(rows(&z), rows(&w), both.clone()).expect("shapes");
        let weights = (0..z.dims()[0]).map(|row| row as f64 * 0.5).collect::<Vec<_>>();
        let weights = Tensor::from_data(TensorData::from(&weights[..]), (&z.device(), DType::F64));
        let weighted =
            weighted_softplus_sum_between(rows(&z), rows(&w), both, Some(weights)).expect("shapes");
        biased + weighted + softplus_sum_between(z, w, None).expect("shapes")
    };
    check(&points(28, 23), [7, 4], device, |z| sum(z.clone(), other(&z)));
    check(&points(28, 24), [7, 4], device, |w| sum(other(&w), w.clone()));
}

fn rows(x: &Tensor<2>) -> Tensor<2> {
    let [rows, columns] = x.dims();
    x.clone().slice([0..rows, 0..columns - 1])
}

/// The last column.
fn biases(x: &Tensor<2>) -> Option<Tensor<1>> {
    let [rows, columns] = x.dims();
    Some(x.clone().slice([0..rows, columns - 1..columns]).reshape([rows]))
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

fn decoders(device: &Device) {
    let list = EdgeList::new(7, &[[0, 3], [3, 0], [6, 6], [2, 5], [0, 3]], device).expect("in range");
    let squares = |decoder: PairDecoder, z| {
        let logits = decoder.logits(z, &list).expect("shapes");
        (logits.clone() * logits).sum()
    };
    check(&points(21, 27), [7, 3], device, |z| squares(PairForm::InnerProduct(InnerProduct).into(), z));
    check(&points(21, 27), [7, 3], device, |z| {
        let bias = Param::from_tensor(fixed(&z, [1, 7], 28).reshape([7]).detach());
        squares(PairForm::Biased(Biased { bias }).into(), z)
    });
    check(&points(21, 27), [7, 3], device, |z| {
        let weight = Param::from_tensor(fixed(&z, [3, 3], 29).detach());
        squares(PairForm::Bilinear(Bilinear { weight }).into(), z)
    });
    check(&points(21, 27), [7, 3], device, |z| {
        let vector = |length, seed| {
            let values = fixed(&z, [1, length], seed).reshape([length]).detach();
            Param::from_tensor(values)
        };
        let form = PairForm::Scaled(Scaled { log_scale: vector(1, 76), bias: vector(7, 77) });
        squares(PairDecoder { form, offset: Some(vector(1, 78)), covariates: None }, z)
    });
}

/// A matrix that is held fixed, beside `like`.
fn fixed(like: &Tensor<2>, dims: [usize; 2], seed: u64) -> Tensor<2> {
    let values = TensorData::new(points(dims[0] * dims[1], seed), dims);
    Tensor::from_data(values, (&like.device(), DType::F64))
}

fn layer(like: &Tensor<2>, [inputs, outputs]: [usize; 2], seed: u64) -> Linear {
    let bias = fixed(like, [1, outputs], seed + 1).reshape([outputs]);
    Linear {
        weight: Param::from_tensor(fixed(like, [inputs, outputs], seed).detach()),
        bias: Param::from_tensor(bias.detach()),
    }
}

fn layers(device: &Device) {
    let squares = |y: Tensor<2>| (y.clone() * y).sum();
    for activation in [Activation::Tanh, Activation::Softplus, Activation::Relu] {
        check(&points(21, 30), [7, 3], device, |x| {
            let layers = vec![layer(&x, [3, 4], 31), layer(&x, [4, 2], 33)];
            squares(Mlp { layers, activation }.forward(x).expect("shapes"))
        });
    }
    check(&points(21, 30), [7, 3], device, |x| {
        let layers = vec![layer(&x, [3, 4], 31), layer(&x, [4, 2], 33)];
        let gates = vec![layer(&x, [3, 4], 34), layer(&x, [4, 2], 36)];
        squares(Gated { layers, gates }.forward(x).expect("shapes"))
    });
    for mean in [PixelMean::Sigmoid, PixelMean::Linear] {
        check(&points(21, 35), [7, 3], device, |z| {
            let decoder = Decoder {
                hidden: Body::Mlp(Mlp { layers: Vec::new(), activation: Activation::Tanh }),
                heads: Heads {
                    layers: vec![("output", layer(&z, [3, 5], 36)), ("log_variance", layer(&z, [3, 5], 38))],
                },
                likelihood: Likelihood::Gaussian(GaussianLikelihood { mean, variance_floor: 0.1 }),
                values: 5,
            };
            let x = fixed(&z, [7, 5], 40);
            decoder.forward(z).expect("shapes").log_prob(x).expect("shapes").sum()
        });
    }
}

fn densities(device: &Device) {
    let dims = [7, 3];
    let sum = |log_prob: Tensor<1>, seed: u64| {
        (log_prob.reshape([7, 1]) * fixed(&Tensor::zeros([1, 1], device), [7, 1], seed)).sum()
    };
    let bernoulli = |logits, x| sum(Bernoulli { logits }.log_prob(x).expect("shapes"), 50);
    check(&points(21, 51), dims, device, |logits| bernoulli(logits.clone(), fixed(&logits, dims, 52)));
    check(&points(21, 52), dims, device, |x| bernoulli(fixed(&x, dims, 51), x));
    let gaussian = |mean, log_variance, x| {
        sum(DiagonalGaussian::new(mean, log_variance).log_prob(x).expect("shapes"), 53)
    };
    check(&points(21, 54), dims, device, |mean| {
        gaussian(mean.clone(), fixed(&mean, dims, 55), fixed(&mean, dims, 56))
    });
    check(&points(21, 55), dims, device, |log_variance| {
        let fixed = |seed| fixed(&log_variance, dims, seed);
        gaussian(fixed(54), log_variance.clone(), fixed(56))
    });
    check(&points(21, 56), dims, device, |x| gaussian(fixed(&x, dims, 54), fixed(&x, dims, 55), x));
}

fn samples(device: &Device) {
    let dims = [7, 3];
    for gaussian in [DiagonalGaussian::new, DiagonalGaussian::from_log_deviation] {
        let both = |mean, spread, noise| {
            let gaussian = gaussian(mean, spread);
            let z = gaussian.rsample(noise).expect("shapes");
            let kl = gaussian.kl_from_standard_normal();
            (z.clone() * z).sum() + (kl.clone() * kl).sum()
        };
        check(&points(21, 60), dims, device, |mean| {
            both(mean.clone(), fixed(&mean, dims, 61), fixed(&mean, dims, 62))
        });
        check(&points(21, 61), dims, device, |spread| {
            let fixed = |seed| fixed(&spread, dims, seed);
            both(fixed(60), spread.clone(), fixed(62))
        });
        check(&points(21, 62), dims, device, |noise| {
            both(fixed(&noise, dims, 60), fixed(&noise, dims, 61), noise)
        });
    }
}
