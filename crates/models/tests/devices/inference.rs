//! What is known of x and z: the importance-weighted bound against `tests/golden/iwae.json`, and everything that samples
//! against the linear-Gaussian model, whose evidence, posterior and conditionals are known.

use aevb_models::prior::{PriorDensity, StandardNormal};
use aevb_models::vae::inference::{
    ChainNoise, Chains, Hmc, LogDensity, Measurement, Pooling, Posterior, Starts, appendix_d,
    effective_sample_size, importance_sampling,
};
use aevb_models::vae::{
    Decoder, FixedGaussianLikelihood, GaussianLikelihood, ImportanceWeighted, Likelihood, Observation,
    PixelMean, Vae,
};
use burn::module::Module;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::helpers::{assert_close, host, matrix as tensor, random, values};
use super::vae::{B, Golden, LinearGaussian, Matrix, V, W, Weights, check_gradients, golden, matrix};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("importance_weighted_bounds_equal_the_golden", |device| bounds(device, DType::F32, 2e-6)),
    ("importance_sampling_finds_the_evidence", evidence),
    ("posteriors_by_hmc_are_the_exact_ones", exact_posteriors),
    ("appendix_d_finds_the_evidence", harmonic_evidence),
    ("a_masked_coordinate_has_its_conditional_gaussian", conditional_gaussian),
    ("measurements_have_their_densities", densities),
    ("chains_that_do_not_mix_are_told_apart", separate_modes),
    ("narrow_and_wide_dimensions_are_both_sampled", narrow_and_wide),
    ("chains_stay_where_the_density_is_finite", edge),
    ("what_does_not_fit_is_refused", refusals),
];
pub const DOUBLE_CHECKS: &[Check] =
    &[("importance_weighted_bounds_equal_the_golden_in_f64", |device| bounds(device, DType::F64, 1e-12))];

#[derive(Deserialize)]
struct IwaeGolden {
    samples: usize,
    cases: Vec<IwaeCase>,
}

#[derive(Deserialize)]
struct IwaeCase {
    case: usize,
    noise: Matrix,
    bound: Vec<f64>,
    gradients: Weights,
}

fn bounds(device: &Device, dtype: DType, tolerance: f64) {
    let text = include_str!("../../../../tests/golden/iwae.json");
    let IwaeGolden { samples, cases } = serde_json::from_str(text).expect("the golden file");
    let Golden { cases: models, variance_floor, variance, .. } = golden();
    assert_eq!(cases.len(), 3);
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    for IwaeCase { case, noise, bound, gradients } in cases {
        let known = &models[case];
        let likelihood = known.likelihood(variance_floor, variance);
        // Where a backend has no sigmoid of its own, Burn's takes the way through f32.
        let tolerance = if likelihood == Likelihood::default() { tolerance } else { tolerance.max(1e-7) };
        let model = known.weights.load(known.activation, likelihood, &options);
        let found = ImportanceWeighted { samples }
            .bound(&model, matrix(&known.x, &options), matrix(&noise, &options))
            .expect("shapes that fit");
        let computed = (-found.value.clone()).mean().backward();
        assert_close(&format!("{}: bound", known.likelihood), &host(found.value), &bound, tolerance);
        check_gradients(&known.likelihood, &model, &computed, &gradients, 10.0 * tolerance);
    }
}

fn normals(count: usize, random: &mut impl Rng) -> Vec<f32> {
    let uniform = |word: u32| (f64::from(word) + 0.5) / 2f64.powi(32);
    let mut draw = || {
        let (a, b) = (uniform(random.next_u32()), uniform(random.next_u32()));
        ((-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()) as f32
    };
    (0..count).map(|_| draw()).collect()
}

/// The encoder is off, so that the weights differ; 8 datapoints that are all the same are 8 estimates.
fn evidence(device: &Device) {
    const ROWS: usize = 8;
    const SAMPLES: usize = 4000;
    let off = LinearGaussian::new(device, DType::F32, 0.3, 0.5);
    let x: Vec<f32> = off.x.iter().map(|x| *x as f32).collect();
    let x = tensor(&x.repeat(ROWS), [ROWS, 3], device);
    let estimate = |together| {
        let mut random = random(3);
        let noise = |count: usize| tensor(&normals(count * ROWS * 2, &mut random), [count * ROWS, 2], device);
        importance_sampling(&off.model, x.clone(), SAMPLES, together, noise, || true)
            .expect("shapes that fit")
    };
    let mut asked = 0;
    let twice = || {
        asked += 1;
        asked < 3
    };
    let noise = |count: usize| tensor(&[0.0].repeat(count * ROWS * 2), [count * ROWS, 2], device);
    let stopped = importance_sampling(&off.model, x.clone(), SAMPLES, 10, noise, twice);
    assert_eq!((stopped, asked), (Err(aevb_models::Error::Stopped), 3));
    let rows = estimate(1000);
    for row in &rows {
        assert!((row.log_likelihood - off.evidence).abs() < 3.0 * row.standard_error, "{row:?}");
        assert!(row.standard_error > 1e-4 && row.standard_error < 0.02, "{row:?}");
        assert!(row.effective_samples > 1000.0 && row.effective_samples < 3900.0, "{row:?}");
        assert!(row.bound.is_some_and(|bound| bound < off.evidence - 0.1), "the bound lies below: {row:?}");
    }
    // The stated error is the one that the estimates have.
    let squares: f64 = rows.iter().map(|row| (row.log_likelihood - off.evidence).powi(2)).sum();
    let stated: f64 = rows.iter().map(|row| row.standard_error.powi(2)).sum();
    assert!((0.2..3.0).contains(&(squares / stated)), "{squares} instead of {stated}");
    for (row, apart) in rows.iter().zip(estimate(7)) {
        let (a, b) = (row.log_likelihood, apart.log_likelihood);
        assert!((a - b).abs() < 1e-5, "{a} with 1000 at a time, {b} with 7");
    }
    // With the exact posterior every weight is the evidence.
    let exact = LinearGaussian::new(device, DType::F32, 0.0, 0.0);
    let noise = |count: usize| tensor(&normals(count * ROWS * 2, &mut random(4)), [count * ROWS, 2], device);
    let row =
        importance_sampling(&exact.model, x.clone(), 50, 50, noise, || true).expect("shapes that fit")[0];
    assert!((row.log_likelihood - exact.evidence).abs() < 1e-5 && row.standard_error < 1e-5, "{row:?}");
    assert!(row.effective_samples > 49.99, "{row:?}");
}

/// A generator for each chain, and one for the numbers of steps.
struct Noise {
    chains: Vec<ChaCha8Rng>,
    all: ChaCha8Rng,
    latent: usize,
}

impl Noise {
    fn new(chains: usize, latent: usize) -> Self {
        Self { chains: (0..chains as u64).map(random).collect(), all: random(1000), latent }
    }
}

impl ChainNoise for Noise {
    fn normals(&mut self) -> Vec<f32> {
        self.chains.iter_mut().flat_map(|random| normals(self.latent, random)).collect()
    }

    fn uniforms(&mut self) -> Vec<f64> {
        self.chains.iter_mut().map(|random| f64::from(random.next_u32()) / 2f64.powi(32)).collect()
    }

    fn steps(&mut self, most: usize) -> usize {
        1 + self.all.next_u32() as usize % most
    }
}

/// Chains in one dimension, of which nothing is known.
fn plain(z: &[f32]) -> Starts {
    Starts { z: z.to_vec(), scales: vec![1.0; z.len()], latent: 1 }
}

const CHAINS: usize = 16;

/// 16 chains, with dispersed starts, on the posterior of the linear-Gaussian model.
fn run(decoder: &Decoder, measurement: Measurement, device: &Device) -> Chains {
    let hmc = Hmc { warm_up: 60, draws: 200, leapfrog_steps: 6, target_acceptance: 0.8 };
    let starts = Starts { z: normals(2 * CHAINS, &mut random(9)), scales: vec![1.0; 2 * CHAINS], latent: 2 };
    let prior = PriorDensity::StandardNormal(StandardNormal { latent: 2 });
    let target = Posterior { decoder, prior: &prior, measurement };
    hmc.sample(&target, starts, device, &mut Noise::new(CHAINS, 2), || true).expect("a start")
}

/// `N(M⁻¹ Wᵀ (x − b)/v, M⁻¹)` with `M = I + Wᵀ W/v`, over the coordinates of x that are seen.
fn posterior(x: &[f64], seen: [f64; 3]) -> ([f64; 2], [[f64; 2]; 2]) {
    let sum = |i: usize, j: usize| (0..3).map(|row| seen[row] * W[row][i] * W[row][j]).sum::<f64>() / V;
    let (a, b, d) = (1.0 + sum(0, 0), sum(0, 1), 1.0 + sum(1, 1));
    let determinant = a * d - b * b;
    let covariance = [[d / determinant, -b / determinant], [-b / determinant, a / determinant]];
    let projected =
        [0, 1].map(|k| (0..3).map(|row| seen[row] * W[row][k] * (x[row] - B[row]) / V).sum::<f64>());
    let mean = [0, 1].map(|i: usize| covariance[i][0] * projected[0] + covariance[i][1] * projected[1]);
    (mean, covariance)
}

/// The mean of a function of z over all chains, within 3 standard errors of what is known; an error is of the draws'
/// effective number.
#[track_caller]
fn assert_mean(what: &str, chains: &Chains, known: f64, function: impl Fn(&[f64]) -> f64) {
    let draws = |chain: usize| {
        let [a, b] = [0, 1].map(|unit| chains.coordinate(chain, unit));
        a.into_iter().zip(b).map(|(a, b)| function(&[a, b])).collect::<Vec<f64>>()
    };
    let values: Vec<Vec<f64>> = (0..chains.count()).map(draws).collect();
    let count = values.iter().flatten().count() as f64;
    let mean = values.iter().flatten().sum::<f64>() / count;
    let variance = values.iter().flatten().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let effective = effective_sample_size(&values);
    let error = (variance / effective).sqrt();
    assert!(effective > 1000.0, "{what}: {effective} effective draws of {count}");
    assert!((mean - known).abs() < 3.0 * error, "{what}: {mean} ± {error}, not {known}");
}

fn exact_posteriors(device: &Device) {
    let exact = LinearGaussian::new(device, DType::F32, 0.0, 0.0);
    let x = repeated(&exact.x, device);
    for seen in [[1.0; 3], [1.0, 0.0, 1.0]] {
        let measurement = if seen[1] == 1.0 {
            Measurement::Complete { x: x.clone() }
        } else {
            Measurement::Masked { x: x.clone(), seen: repeated(&seen, device) }
        };
        let chains = run(&exact.model.decoder, measurement, device);
        let (mean, covariance) = posterior(&exact.x, seen);
        for i in 0..2 {
            assert_mean(&format!("E z{i}, {seen:?}"), &chains, mean[i], |z| z[i]);
            for j in 0..=i {
                let product = |z: &[f64]| (z[i] - mean[i]) * (z[j] - mean[j]);
                assert_mean(&format!("Cov z{i} z{j}, {seen:?}"), &chains, covariance[i][j], product);
            }
        }
        let all: Vec<usize> = (0..CHAINS).collect();
        let (least, r_hat) = chains.mixing(&all);
        assert!(least > 1000.0 && r_hat < 1.02, "{least} effective draws, R-hat {r_hat}");
        for acceptance in &chains.acceptance {
            assert!((0.6..0.99).contains(acceptance), "{acceptance} for a target of 0.8");
        }
    }
}

fn harmonic_evidence(device: &Device) {
    let exact = LinearGaussian::new(device, DType::F32, 0.0, 0.0);
    let chains = run(&exact.model.decoder, Measurement::Complete { x: repeated(&exact.x, device) }, device);
    let estimates = [(0..8).collect::<Vec<_>>(), (8..16).collect(), (0..16).collect()];
    for chosen in estimates {
        let found = appendix_d(&chains, &chosen).expect("two dimensions");
        let error = found.standard_error;
        assert!((found.log_likelihood - exact.evidence).abs() < 3.0 * error, "{found:?}");
        assert!(error > 1e-4 && error < 0.03, "{found:?}");
    }
}

/// `x₁ | x₀, x₂` from the joint Gaussian `N(b, W Wᵀ + v I)`; here from draws of `z | x₀, x₂`.
fn conditional_gaussian(device: &Device) {
    let exact = LinearGaussian::new(device, DType::F32, 0.0, 0.0);
    // What stands in the masked place must not matter.
    let x = repeated(&[exact.x[0], 77.0, exact.x[2]], device);
    let measurement = Measurement::Masked { x, seen: repeated(&[1.0, 0.0, 1.0], device) };
    let chains = run(&exact.model.decoder, measurement, device);
    let joint = |i: usize, j: usize| W[i][0] * W[j][0] + W[i][1] * W[j][1] + if i == j { V } else { 0.0 };
    let (a, b, d) = (joint(0, 0), joint(0, 2), joint(2, 2));
    let determinant = a * d - b * b;
    let (c, e) = (joint(1, 0), joint(1, 2));
    let gain = [(c * d - e * b) / determinant, (e * a - c * b) / determinant];
    let mean = B[1] + gain[0] * (exact.x[0] - B[0]) + gain[1] * (exact.x[2] - B[2]);
    let variance = joint(1, 1) - gain[0] * c - gain[1] * e;
    let decoded = |z: &[f64]| B[1] + W[1][0] * z[0] + W[1][1] * z[1];
    assert_mean("E x1 | x0, x2", &chains, mean, decoded);
    // The variance of x is that of its mean and that around it.
    assert_mean("Var x1 | x0, x2", &chains, variance, |z| (decoded(z) - mean).powi(2) + V);
}

fn repeated(row: &[f64], device: &Device) -> Tensor<2> {
    let row: Vec<f32> = row.iter().map(|x| *x as f32).collect();
    tensor(&row.repeat(CHAINS), [CHAINS, row.len()], device)
}

/// Against the same sums in f64 on the host.
fn densities(device: &Device) {
    const DIMS: [usize; 2] = [3, 8];
    let mut random = random(5);
    let output = values(24, 3.0, &mut random);
    let second = values(24, 1.0, &mut random);
    let x: Vec<f32> = values(24, 0.5, &mut random).iter().map(|x| x + 0.5).collect();
    let seen: Vec<f32> = (0..24).map(|pixel| if pixel % 3 == 1 { 0.0 } else { 1.0 }).collect();
    let make = |values: &[f32]| tensor(values, DIMS, device);
    let sigmoid = |x: f32| 1.0 / (1.0 + (-f64::from(x)).exp());
    let normal = |difference: f64, variance: f64| {
        -0.5 * ((std::f64::consts::TAU * variance).ln() + difference * difference / variance)
    };
    let rows = |term: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..3).map(|row| (row * 8..row * 8 + 8).map(term).sum()).collect()
    };
    let difference = |pixel: usize| f64::from(x[pixel]) - f64::from(output[pixel]);
    let gaussian = GaussianLikelihood { mean: PixelMean::Linear, variance_floor: 0.0 };
    let fixed = FixedGaussianLikelihood { mean: PixelMean::Linear, variance: 0.3 };
    let observations = [
        (Likelihood::default(), vec![make(&output)]),
        (Likelihood::Gaussian(gaussian), vec![make(&output), make(&second)]),
        (Likelihood::GaussianFixed(fixed), vec![make(&output)]),
    ];
    let observations = observations.map(|(likelihood, parameters)| Observation { likelihood, parameters });
    for (kind, observation) in observations.iter().enumerate() {
        let term = |pixel: usize| match kind {
            0 => {
                let p = sigmoid(output[pixel]);
                f64::from(x[pixel]) * p.ln() + (1.0 - f64::from(x[pixel])) * (1.0 - p).ln()
            }
            1 => normal(difference(pixel), f64::from(second[pixel]).exp()),
            _ => normal(difference(pixel), 0.3),
        };
        let log_prob = |measurement: Measurement| host(measurement.log_prob(observation).expect("shapes"));
        let complete = log_prob(Measurement::Complete { x: make(&x) });
        assert_close("complete", &complete, &rows(&term), 2e-6);
        let each = observation.log_prob_per_value(make(&x)).expect("shapes");
        assert_close("each value", &host(each), &(0..24).map(term).collect::<Vec<f64>>(), 2e-6);
        let masked = log_prob(Measurement::Masked { x: make(&x), seen: make(&seen) });
        assert_close("masked", &masked, &rows(&|pixel| f64::from(seen[pixel]) * term(pixel)), 2e-6);
        // What is hidden may be anything, its parameters too: no density of it is taken.
        let hidden = |pixel: usize, value: f32| if seen[pixel] == 0.0 { value } else { 0.0 };
        let far: Vec<f32> = (0..24).map(|pixel| x[pixel] + hidden(pixel, 1e30)).collect();
        let spoiled = observation.parameters.iter().map(|parameter| {
            let values = host(parameter.clone());
            let spoil = |(pixel, value): (usize, &f64)| *value as f32 + hidden(pixel, -200.0);
            make(&values.iter().enumerate().map(spoil).collect::<Vec<f32>>())
        });
        let spoiled = Observation { parameters: spoiled.collect(), ..observation.clone() };
        let unseen = host(spoiled.log_prob_of_seen(make(&far), make(&seen)).expect("shapes"));
        assert_eq!(unseen, masked);
        let mean = |pixel: usize| if kind == 0 { sigmoid(output[pixel]) } else { f64::from(output[pixel]) };
        let noisy = log_prob(Measurement::Noisy { y: make(&x), sigma: 0.4 });
        let expected = rows(&|pixel| normal(f64::from(x[pixel]) - mean(pixel), 0.16));
        assert_close("noisy", &noisy, &expected, 2e-6);
        // Two rows of four pixels are two blocks.
        let pool = Pooling::new(2, 4, 2).expect("blocks that fill the image");
        let y = [0.1, 0.9, 0.4, 0.6, 0.5, 0.0];
        let y_tensor = tensor(&y, [3, 2], device);
        let pooled = log_prob(Measurement::Pooled { y: y_tensor, pool, sigma: 0.4 });
        let block = |row: usize, block: usize| {
            [0, 1, 4, 5].map(|offset| mean(row * 8 + 2 * block + offset)).iter().sum::<f64>() / 4.0
        };
        let expected: Vec<f64> = (0..3)
            .map(|row| {
                let terms = [0, 1].map(|b| normal(f64::from(y[2 * row + b]) - block(row, b), 0.16));
                terms.iter().sum()
            })
            .collect();
        assert_close("pooled", &pooled, &expected, 2e-6);
    }
}

/// A Gaussian about 0.
struct Bell {
    deviations: [f64; 2],
}

impl LogDensity for Bell {
    fn log_prob(&self, z: Tensor<2>) -> aevb_models::Result<Tensor<1>> {
        let rows = z.dims()[0];
        let precisions = tensor(&self.deviations.map(|d| (1.0 / d) as f32), [1, 2], &z.device());
        let whitened = z * precisions;
        Ok((whitened.clone() * whitened * -0.5).sum_dim(1).reshape([rows]))
    }
}

/// The deviations differ by a factor of 300, of which the chains are told nothing, or something wrong, and with one leapfrog
/// step a move.
fn narrow_and_wide(device: &Device) {
    let target = Bell { deviations: [0.01, 3.0] };
    for (leapfrog_steps, draws, scales) in
        [(10, 400, [1.0, 1.0]), (10, 400, [0.1, 0.1]), (1, 4000, [0.01, 2.0])]
    {
        let hmc = Hmc { warm_up: 400, draws, leapfrog_steps, target_acceptance: 0.8 };
        let z = normals(CHAINS, &mut random(11)).iter().flat_map(|z| [0.01 * z, 3.0 * z]).collect();
        let starts = Starts { z, scales: scales.repeat(CHAINS), latent: 2 };
        let (mut noise, mut moves) = (Noise::new(CHAINS, 2), 0);
        let counted = || {
            moves += 1;
            true
        };
        let chains = hmc.sample(&target, starts, device, &mut noise, counted).expect("a start");
        assert_eq!(moves, 400 + draws);
        let acceptance = chains.acceptance.iter().sum::<f64>() / CHAINS as f64;
        assert!((0.78..0.95).contains(&acceptance), "{acceptance} for a target of 0.8");
        for (unit, deviation) in target.deviations.into_iter().enumerate() {
            assert_mean(&format!("E z{unit}"), &chains, 0.0, |z| z[unit]);
            let variance = deviation * deviation;
            assert_mean(&format!("Var z{unit}"), &chains, variance, |z| z[unit] * z[unit]);
        }
    }
}

/// A standard normal below 1; beyond it nothing that is a density.
enum Edge {
    NotANumber,
    Infinite,
}

impl LogDensity for Edge {
    fn log_prob(&self, z: Tensor<2>) -> aevb_models::Result<Tensor<1>> {
        let rows = z.dims()[0];
        let beyond = match self {
            Self::NotANumber => {
                let inside = (z.clone() * -1.0 + 1.0).clamp_min(0.0);
                inside.clone() / inside
            }
            Self::Infinite => ((z.clone() - 1.0).clamp_min(0.0) * 1e7).exp(),
        };
        Ok((z.clone() * z * -0.5 + beyond).sum_dim(1).reshape([rows]))
    }
}

fn edge(device: &Device) {
    let hmc = Hmc { warm_up: 40, draws: 60, leapfrog_steps: 4, target_acceptance: 0.8 };
    for target in [Edge::NotANumber, Edge::Infinite] {
        let mut noise = Noise::new(4, 1);
        let chains = hmc.sample(&target, plain(&[0.5; 4]), device, &mut noise, || true).expect("a start");
        assert!(chains.z.iter().all(|&z| z < 1.0), "a chain has left");
        assert!(chains.log_prob.iter().all(|value| value.is_finite()));
        let (effective, _) = chains.mixing(&[0, 1, 2, 3]);
        assert!(effective > 5.0, "{effective} effective draws: a chain stands still");
    }
}

/// Two narrow bells far apart.
struct Bells;

impl LogDensity for Bells {
    fn log_prob(&self, z: Tensor<2>) -> aevb_models::Result<Tensor<1>> {
        let rows = z.dims()[0];
        let bell = |centre: f64| {
            let difference = z.clone() - centre;
            (difference.clone() * difference * -50.0).sum_dim(1).reshape([rows])
        };
        Ok((bell(-2.0).exp() + bell(2.0).exp()).log())
    }
}

fn separate_modes(device: &Device) {
    let hmc = Hmc { warm_up: 50, draws: 100, leapfrog_steps: 5, target_acceptance: 0.8 };
    let sample = |start: [f32; 4]| {
        let mut noise = Noise::new(4, 1);
        hmc.sample(&Bells, plain(&start), device, &mut noise, || true).expect("finite starts")
    };
    let apart = sample([-2.0, 2.0, -1.9, 2.1]);
    let (effective, r_hat) = apart.mixing(&[0, 1, 2, 3]);
    assert!(r_hat > 1.1 && effective < 20.0, "R-hat {r_hat}, {effective} effective draws");
    let (effective, r_hat) = sample([1.9, 2.0, 2.0, 2.1]).mixing(&[0, 1, 2, 3]);
    assert!(r_hat < 1.1 && effective > 50.0, "R-hat {r_hat}, {effective} effective draws");
    // The same noise, the same draws.
    assert_eq!(apart.z, sample([-2.0, 2.0, -1.9, 2.1]).z);
    let stopped = hmc.sample(&Bells, plain(&[2.0]), device, &mut Noise::new(1, 1), || false);
    assert_eq!(stopped.expect_err("not to go on"), aevb_models::Error::Stopped);
    let error = hmc.sample(&Bells, plain(&[2.0, 1e30]), device, &mut Noise::new(2, 1), || true);
    let error = error.expect_err("no density there").to_string();
    assert_eq!(error, "the log-density at the start of chain 1 is not finite");
}

fn refusals(device: &Device) {
    let exact = LinearGaussian::new(device, DType::F32, 0.0, 0.0);
    let Vae { decoder, .. } = exact.model.clone().valid();
    let x = repeated(&exact.x, device);
    let observation = decoder.forward(tensor(&[0.0; 2 * CHAINS], [CHAINS, 2], device)).expect("shapes");
    let narrow = x.clone().slice([0..CHAINS, 0..2]);
    for measurement in [
        Measurement::Complete { x: narrow.clone() },
        Measurement::Masked { x: x.clone(), seen: narrow.clone() },
        Measurement::Noisy { y: narrow.clone(), sigma: 1.0 },
        Measurement::Pooled { y: narrow, pool: Pooling::new(2, 2, 1).expect("one a pixel"), sigma: 1.0 },
    ] {
        let error = measurement.log_prob(&observation).expect_err("shapes that do not fit").to_string();
        assert!(error.contains("do not go together"), "{error}");
    }
    let error = Pooling::new(28, 28, 3).expect_err("28 is no multiple of 3").to_string();
    assert_eq!(error, "factor: blocks of 3 x 3 pixels do not fill 28 x 28");
    let noise = tensor(&[0.0; 14], [7, 2], device);
    let error = ImportanceWeighted { samples: 1 }.bound(&exact.model, x, noise).expect_err("7 of 16 rows");
    assert!(error.to_string().contains("do not go together"), "{error}");
    let wide = Chains { z: vec![0.0; 5 * 8], log_prob: vec![0.0; 8], acceptance: vec![1.0], latent: 5 };
    let error = appendix_d(&wide, &[0]).expect_err("five dimensions").to_string();
    assert!(error.contains("at most 4"), "{error}");
    let still = Chains { latent: 1, z: vec![0.0; 8], ..wide };
    let error = appendix_d(&still, &[0]).expect_err("one point").to_string();
    assert!(error.contains("stand still"), "{error}");
}
