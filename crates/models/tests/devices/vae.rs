//! Densities, bounds and gradients against `tests/golden/vae.json`, which SciPy and JAX computed in f64; the two
//! estimators on the linear-Gaussian model, whose bound is known.

use aevb_models::distribution::{Bernoulli, DiagonalGaussian, IsotropicGaussian, standard_normal_log_prob};
use aevb_models::nn::{Activation, Body, Heads, Linear, Mlp};
use aevb_models::posterior::{Gaussian, Posterior};
use aevb_models::prior::{Prior, StandardNormal};
use aevb_models::vae::{
    Decoder, Encoder, Estimator, FixedGaussianLikelihood, GaussianLikelihood, Likelihood, PixelMean, Sgvb,
    Vae, log_prior,
};
use burn::module::Param;
use burn::tensor::{DType, Device, Gradients, Tensor, TensorCreationOptions, TensorData};
use serde::Deserialize;

use super::helpers::{assert_close, host};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("densities_and_divergences_equal_the_golden", |device| densities(device, DType::F32, 1e-6)),
    ("vae_bounds_and_gradients_equal_the_golden", |device| bounds(device, DType::F32, 2e-6)),
    ("shapes_that_do_not_fit_a_vae_are_refused", shapes),
];
pub const DOUBLE_CHECKS: &[Check] = &[
    // The divergence's golden is a numerical integral.
    ("densities_and_divergences_equal_the_golden_in_f64", |device| densities(device, DType::F64, 1e-9)),
    ("vae_bounds_and_gradients_equal_the_golden_in_f64", |device| bounds(device, DType::F64, 1e-12)),
    ("both_estimators_have_the_bound_as_their_mean", unbiased),
    ("at_the_exact_posterior_estimator_a_alone_has_no_variance", exact_posterior),
];

pub type Matrix = Vec<Vec<f64>>;

#[derive(Deserialize)]
pub struct Golden {
    data: f64,
    pub variance_floor: f64,
    pub variance: f64,
    densities: Densities,
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Densities {
    mean: Matrix,
    log_variance: Matrix,
    x: Matrix,
    gaussian_log_prob: Vec<f64>,
    isotropic_log_prob: Vec<f64>,
    standard_normal_log_prob: Vec<f64>,
    kl: Vec<f64>,
    logits: Matrix,
    bits: Matrix,
    bernoulli_log_prob: Vec<f64>,
}

#[derive(Deserialize)]
pub struct Case {
    pub likelihood: String,
    estimator: Estimator,
    pub activation: Activation,
    map: bool,
    samples: usize,
    pub x: Matrix,
    noise: Matrix,
    pub weights: Weights,
    log_likelihood: Vec<f64>,
    kl: Vec<f64>,
    loss: f64,
    gradients: Weights,
}

impl Case {
    pub fn likelihood(&self, variance_floor: f64, variance: f64) -> Likelihood {
        let mean = PixelMean::Sigmoid;
        match self.likelihood.as_str() {
            "bernoulli" => Likelihood::default(),
            "gaussian" => Likelihood::Gaussian(GaussianLikelihood { mean, variance_floor }),
            _ => Likelihood::GaussianFixed(FixedGaussianLikelihood { mean, variance }),
        }
    }
}

#[derive(Deserialize)]
pub struct Weights {
    encoder: EncoderWeights,
    decoder: DecoderWeights,
}

#[derive(Deserialize)]
pub struct EncoderWeights {
    hidden: Vec<Layer>,
    mean: Layer,
    log_variance: Layer,
}

#[derive(Deserialize)]
pub struct DecoderWeights {
    hidden: Vec<Layer>,
    output: Layer,
    log_variance: Option<Layer>,
}

#[derive(Deserialize)]
pub struct Layer {
    weight: Matrix,
    bias: Vec<f64>,
}

pub fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../../tests/golden/vae.json")).expect("the golden file")
}

pub fn matrix(values: &Matrix, options: &TensorCreationOptions) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.concat(), [values.len(), values[0].len()]), options.clone())
}

fn densities(device: &Device, dtype: DType, tolerance: f64) {
    let Golden { densities: golden, variance, .. } = golden();
    let options = TensorCreationOptions::from((device, dtype));
    let tensor = |values: &Matrix| matrix(values, &options);
    let gaussian = DiagonalGaussian::new(tensor(&golden.mean), tensor(&golden.log_variance));
    let isotropic = IsotropicGaussian { mean: tensor(&golden.mean), variance };
    let bernoulli = Bernoulli { logits: tensor(&golden.logits) };
    let close =
        |what: &str, found: Tensor<1>, known: &[f64]| assert_close(what, &host(found), known, tolerance);
    close("Gaussian", gaussian.log_prob(tensor(&golden.x)).expect("shapes"), &golden.gaussian_log_prob);
    close("isotropic", isotropic.log_prob(tensor(&golden.x)).expect("shapes"), &golden.isotropic_log_prob);
    close("standard normal", standard_normal_log_prob(tensor(&golden.x)), &golden.standard_normal_log_prob);
    close("KL", gaussian.kl_from_standard_normal(), &golden.kl);
    close("Bernoulli", bernoulli.log_prob(tensor(&golden.bits)).expect("shapes"), &golden.bernoulli_log_prob);
    // A sample's density follows from its noise alone.
    let noise = tensor(&golden.x);
    let sample = gaussian.rsample(noise.clone()).expect("shapes");
    let direct = host(gaussian.log_prob(sample).expect("shapes"));
    close("density of a sample", gaussian.log_prob_of_noise(noise).expect("shapes"), &direct);
}

impl Layer {
    fn load(&self, options: &TensorCreationOptions) -> Linear {
        let bias = TensorData::new(self.bias.clone(), [self.bias.len()]);
        Linear {
            weight: Param::from_tensor(matrix(&self.weight, options)),
            bias: Param::from_tensor(Tensor::from_data(bias, options.clone())),
        }
    }
}

impl Weights {
    pub fn load(
        &self,
        activation: Activation,
        likelihood: Likelihood,
        options: &TensorCreationOptions,
    ) -> Vae {
        let mlp = |layers: &[Layer]| {
            let layers = layers.iter().map(|layer| layer.load(options)).collect();
            Body::Mlp(Mlp { layers, activation })
        };
        let Self { encoder, decoder } = self;
        let heads = [("output", Some(&decoder.output)), ("log_variance", decoder.log_variance.as_ref())];
        let heads = heads.into_iter().filter_map(|(name, layer)| Some((name, layer?.load(options))));
        Vae {
            encoder: Encoder {
                hidden: mlp(&encoder.hidden),
                mean: encoder.mean.load(options),
                log_variance: encoder.log_variance.load(options),
            },
            decoder: Decoder {
                hidden: mlp(&decoder.hidden),
                heads: Heads { layers: heads.collect() },
                likelihood,
                values: decoder.output.bias.len(),
            },
            prior: Prior::StandardNormal(StandardNormal { latent: encoder.mean.bias.len() }),
            posterior: Posterior::Gaussian(Gaussian { latent: encoder.mean.bias.len() }),
        }
    }

    /// In the order of [`layers`].
    fn layers(&self) -> Vec<&Layer> {
        let Self { encoder, decoder } = self;
        let encoder = encoder.hidden.iter().chain([&encoder.mean, &encoder.log_variance]);
        encoder.chain(&decoder.hidden).chain([&decoder.output]).chain(&decoder.log_variance).collect()
    }
}

fn hidden(body: &Body) -> &[Linear] {
    &body.as_mlp().expect("a perceptron").layers
}

fn layers(model: &Vae) -> Vec<&Linear> {
    let Vae { encoder, decoder, .. } = model;
    let heads = decoder.heads.layers.iter().map(|(_, layer)| layer);
    let encoder = hidden(&encoder.hidden).iter().chain([&encoder.mean, &encoder.log_variance]);
    encoder.chain(hidden(&decoder.hidden)).chain(heads).collect()
}

fn bounds(device: &Device, dtype: DType, tolerance: f64) {
    let golden = golden();
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    for case in &golden.cases {
        let likelihood = case.likelihood(golden.variance_floor, golden.variance);
        // Where a backend has no sigmoid of its own, Burn's takes the way through f32.
        let tolerance = if likelihood == Likelihood::default() { tolerance } else { tolerance.max(1e-7) };
        let what = format!("{}, {:?}, {} samples", case.likelihood, case.estimator, case.samples);
        let model = case.weights.load(case.activation, likelihood, &options);
        let sgvb = Sgvb { estimator: case.estimator, samples: case.samples };
        let bound = sgvb
            .bound(&model, matrix(&case.x, &options), matrix(&case.noise, &options))
            .expect("shapes that fit");
        let mut loss = (bound.kl.clone() - bound.log_likelihood.clone()).mean();
        if case.map {
            loss = loss - log_prior(&model.decoder) * (1.0 / golden.data);
        }
        let gradients = loss.backward();
        assert_close(
            &format!("{what}: likelihood"),
            &host(bound.log_likelihood),
            &case.log_likelihood,
            tolerance,
        );
        // Estimator A's divergence is a difference of densities ten times as large as itself.
        assert_close(&format!("{what}: KL"), &host(bound.kl), &case.kl, 5.0 * tolerance);
        assert_close(&format!("{what}: loss"), &host(loss), &[case.loss], tolerance);
        check_gradients(&what, &model, &gradients, &case.gradients, 5.0 * tolerance);
    }
}

pub fn check_gradients(what: &str, model: &Vae, gradients: &Gradients, expected: &Weights, tolerance: f64) {
    for (position, (layer, expected)) in layers(model).into_iter().zip(expected.layers()).enumerate() {
        let weight = host(layer.weight.val().grad(gradients).expect("tracked"));
        assert_close(&format!("{what}: weight {position}"), &weight, &expected.weight.concat(), tolerance);
        let bias = host(layer.bias.val().grad(gradients).expect("tracked"));
        assert_close(&format!("{what}: bias {position}"), &bias, &expected.bias, tolerance);
    }
}

fn shapes(device: &Device) {
    let golden = golden();
    let options = TensorCreationOptions::from((device, DType::F32));
    let case = &golden.cases[0];
    let model = case.weights.load(case.activation, Likelihood::default(), &options);
    let sgvb = Sgvb { estimator: Estimator::B, samples: 1 };
    let (x, noise) = (matrix(&case.x, &options), matrix(&case.noise, &options));
    let refused = |x: Tensor<2>, noise: Tensor<2>| {
        let error = sgvb.bound(&model, x, noise).expect_err("shapes that do not fit").to_string();
        assert!(error.contains("do not go together"), "{error}");
    };
    refused(x.clone().slice([0..4, 0..5]), noise.clone());
    refused(x.clone(), noise.clone().slice([0..3, 0..3]));
    refused(x.clone(), noise.clone().slice([0..4, 0..2]));
    assert!(sgvb.bound(&model, x, noise).is_ok());
}

/// The linear-Gaussian model, `p(x|z) = N(W z + b, v I)`, has the exact posterior `N(M⁻¹ Wᵀ (x − b)/v, M⁻¹)` with
/// `M = I + Wᵀ W/v` (Tipping & Bishop 1999), and `p(x) = N(b, W Wᵀ + v I)`. The columns of W are orthogonal here, so
/// that the posterior is diagonal.
pub struct LinearGaussian {
    pub model: Vae,
    pub x: Vec<f64>,
    /// `log p(x)`
    pub evidence: f64,
    options: TensorCreationOptions,
}

pub const V: f64 = 0.4;
/// Orthogonal columns of squared lengths 2.25 and 0.5.
pub const W: [[f64; 2]; 3] = [[1.0, 0.5], [1.0, -0.5], [0.5, 0.0]];
pub const B: [f64; 3] = [0.2, -0.1, 0.7];

impl LinearGaussian {
    /// With the exact posterior, or one that is off by `shift` in its mean and by `stretch` in its log-variance.
    pub fn new(device: &Device, dtype: DType, shift: f64, stretch: f64) -> Self {
        let options = TensorCreationOptions::from((device, dtype));
        let column = |k: usize| [W[0][k], W[1][k], W[2][k]];
        let length = |k: usize| column(k).iter().map(|w| w * w).sum::<f64>();
        assert_eq!((0..3).map(|row| W[row][0] * W[row][1]).sum::<f64>(), 0.0);
        let precision = [1.0 + length(0) / V, 1.0 + length(1) / V];
        let gain = |k: usize| column(k).map(|w| w / V / precision[k]);
        let encoder_weight: Matrix = (0..3).map(|row| vec![gain(0)[row], gain(1)[row]]).collect();
        let bias = |k: usize| shift - gain(k).iter().zip(B).map(|(gain, b)| gain * b).sum::<f64>();
        let layer = |weight: Matrix, bias: Vec<f64>| Layer { weight, bias };
        let log_variance = precision.map(|precision| stretch - precision.ln()).to_vec();
        let weights = Weights {
            encoder: EncoderWeights {
                hidden: Vec::new(),
                mean: layer(encoder_weight, vec![bias(0), bias(1)]),
                log_variance: layer(vec![vec![0.0; 2]; 3], log_variance),
            },
            decoder: DecoderWeights {
                hidden: Vec::new(),
                output: layer((0..2).map(|k| column(k).to_vec()).collect(), B.to_vec()),
                log_variance: None,
            },
        };
        let likelihood =
            Likelihood::GaussianFixed(FixedGaussianLikelihood { mean: PixelMean::Linear, variance: V });
        let x = vec![0.9, -0.6, 1.4];
        // The covariance has the eigenvalues v + ‖w_k‖² along the columns, and v across them.
        let centred: Vec<f64> = x.iter().zip(B).map(|(x, b)| x - b).collect();
        let total: f64 = centred.iter().map(|c| c * c).sum();
        let (mut quadratic, mut log_determinant, mut left) = (0.0, V.ln(), total);
        for k in 0..2 {
            let projection =
                column(k).iter().zip(&centred).map(|(w, c)| w * c).sum::<f64>().powi(2) / length(k);
            quadratic += projection / (V + length(k));
            log_determinant += (V + length(k)).ln();
            left -= projection;
        }
        quadratic += left / V;
        let evidence = -0.5 * (3.0 * std::f64::consts::TAU.ln() + log_determinant + quadratic);
        Self { model: weights.load(Activation::Tanh, likelihood, &options), x, evidence, options }
    }

    /// Many estimates of the bound, one for each draw.
    fn estimates(&self, estimator: Estimator, draws: &[f64]) -> Vec<f64> {
        let rows = draws.len() / 2;
        let x = TensorData::new(self.x.repeat(rows), [rows, 3]);
        let noise = TensorData::new(draws.to_vec(), [rows, 2]);
        let tensor = |data| Tensor::from_data(data, self.options.clone());
        let bound =
            Sgvb { estimator, samples: 1 }.bound(&self.model, tensor(x), tensor(noise)).expect("shapes");
        host(bound.log_likelihood - bound.kl)
    }
}

/// A grid of noise whose moments up to the third are those of the standard normal: for quadratic functions its mean is
/// the expectation.
fn quadrature() -> Vec<f64> {
    [-1.0, 1.0].iter().flat_map(|a| [-1.0, 1.0].map(|b| [*a, b])).flatten().collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn unbiased(device: &Device) {
    let (shift, stretch) = (0.3, -0.5);
    let off = LinearGaussian::new(device, DType::F64, shift, stretch);
    let [a, b] = [Estimator::A, Estimator::B].map(|estimator| mean(&off.estimates(estimator, &quadrature())));
    // bound = log p(x) − KL(q ‖ posterior), and the latter is that of two diagonal Gaussians.
    let precision = [1.0 + 2.25 / V, 1.0 + 0.5 / V];
    let divergence: f64 =
        precision.iter().map(|p| 0.5 * (stretch.exp() + shift * shift * p - 1.0 - stretch)).sum();
    let known = off.evidence - divergence;
    assert_close("E[A], E[B]", &[a, b], &[known, known], 1e-12);
}

fn exact_posterior(device: &Device) {
    let exact = LinearGaussian::new(device, DType::F64, 0.0, 0.0);
    let draws: Vec<f64> = (0..400).map(|k| 3.0 * (f64::from(k) * 1.7).sin()).collect();
    let variance = |estimator| {
        let estimates = exact.estimates(estimator, &draws);
        let mean = mean(&estimates);
        (mean, estimates.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / estimates.len() as f64)
    };
    let ((mean_a, variance_a), (_, variance_b)) = (variance(Estimator::A), variance(Estimator::B));
    assert!(variance_a < 1e-10, "Var[A] = {variance_a}");
    assert!(variance_b > 0.01, "Var[B] = {variance_b}");
    assert_close("A is the evidence itself", &[mean_a], &[exact.evidence], 1e-12);
}
