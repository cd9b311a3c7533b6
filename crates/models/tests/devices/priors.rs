//! Priors against `tests/golden/priors.json`, which SciPy computed in f64, and against what they must agree with: a density has a
//! mass of 1 and draws that are its own, and a prior that is the standard normal leaves the bound where it was.

use std::f64::consts::TAU;

use aevb_models::distribution::{DiagonalGaussian, GaussianMixture};
use aevb_models::nn::{Activation, Body, Linear, Mlp};
use aevb_models::posterior::{PosteriorDensity, PosteriorSample};
use aevb_models::prior::{Coupling, Flow, Mixture, Prior, PriorDensity, StandardNormal, Vamp};
use aevb_models::vae::{Encoder, Estimator, ImportanceWeighted, Sgvb, Vae};
use burn::module::Param;
use burn::tensor::activation::log_softmax;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};
use serde::Deserialize;

use super::helpers::{assert_close, host, matrix, random, scattered, tracked, values};
use super::vae::{self, Matrix};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("priors_equal_the_golden", |device| golden_values(device, DType::F32, 2e-6)),
    ("components_and_their_gradients_equal_plain_loops", components),
    ("a_prior_that_is_standard_leaves_the_bound_as_it_was", |device| same_bound(device, DType::F32, 1e-6)),
    ("draws_of_priors_are_those_of_their_densities", draws),
    ("a_row_far_from_all_components_is_not_a_nan", far_away),
    ("a_flow_that_moves_nothing_leaves_every_bit", untouched),
];
pub const DOUBLE_CHECKS: &[Check] = &[
    ("priors_equal_the_golden_in_f64", |device| golden_values(device, DType::F64, 1e-12)),
    ("a_prior_that_is_standard_leaves_the_bound_as_it_was_in_f64", |device| {
        same_bound(device, DType::F64, 1e-13)
    }),
    ("priors_have_the_gradients_of_their_values", gradients),
    ("the_determinant_of_a_flow_is_that_of_its_jacobian", jacobian),
    ("the_entropy_in_closed_form_leaves_mean_and_gradient_of_the_divergence", entropy),
];

#[derive(Deserialize)]
struct Golden {
    mixture: GoldenMixture,
    vamp: GoldenVamp,
    flow: GoldenFlow,
}

#[derive(Deserialize)]
struct GoldenMixture {
    mean: Matrix,
    log_variance: Matrix,
    logit: Vec<f64>,
    z: Matrix,
    log_prob: Vec<f64>,
}

#[derive(Deserialize)]
struct GoldenVamp {
    pseudo_inputs: Matrix,
    mean: Layer,
    log_variance: Layer,
    z: Matrix,
    of_pixels: Vec<f64>,
    of_columns: Vec<f64>,
}

#[derive(Deserialize)]
struct GoldenFlow {
    couplings: Vec<GoldenCoupling>,
    z: Matrix,
    noise: Matrix,
    log_determinant: Vec<f64>,
    log_prob: Vec<f64>,
}

#[derive(Deserialize)]
struct GoldenCoupling {
    hidden: Layer,
    scale: Layer,
    shift: Layer,
}

#[derive(Deserialize)]
struct Layer {
    weight: Matrix,
    bias: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../../tests/golden/priors.json")).expect("the golden file")
}

fn vector(values: &[f64], options: &TensorCreationOptions) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), options.clone())
}

impl Layer {
    fn load(&self, options: &TensorCreationOptions) -> Linear {
        Linear {
            weight: Param::from_tensor(vae::matrix(&self.weight, options)),
            bias: Param::from_tensor(vector(&self.bias, options)),
        }
    }
}

impl GoldenMixture {
    fn load(&self, options: &TensorCreationOptions) -> Prior {
        Prior::Mixture(Mixture {
            mean: Param::from_tensor(vae::matrix(&self.mean, options)),
            log_variance: Param::from_tensor(vae::matrix(&self.log_variance, options)),
            logit: Param::from_tensor(vector(&self.logit, options)),
        })
    }
}

impl GoldenVamp {
    fn load(&self, are_pixels: bool, options: &TensorCreationOptions) -> (Prior, Encoder) {
        let pseudo_inputs = Param::from_tensor(vae::matrix(&self.pseudo_inputs, options));
        let hidden = Body::Mlp(Mlp { layers: Vec::new(), activation: Activation::Tanh });
        let (mean, log_variance) = (self.mean.load(options), self.log_variance.load(options));
        (Prior::Vamp(Vamp { pseudo_inputs, are_pixels }), Encoder { hidden, mean, log_variance })
    }
}

impl GoldenFlow {
    fn load(&self, options: &TensorCreationOptions) -> Flow {
        let coupling = |(number, coupling): (usize, &GoldenCoupling)| Coupling {
            hidden: Mlp { layers: vec![coupling.hidden.load(options)], activation: Activation::Tanh },
            scale: coupling.scale.load(options),
            shift: coupling.shift.load(options),
            number,
        };
        Flow { couplings: self.couplings.iter().enumerate().map(coupling).collect(), latent: self.z[0].len() }
    }
}

/// The density of a prior that needs no encoder.
fn density(prior: &Prior) -> PriorDensity {
    prior.density(|_| panic!("no encoder is asked for")).expect("shapes")
}

/// Each row by its own size: a row far away would hide the others.
#[track_caller]
fn assert_rows(what: &str, found: Tensor<1>, known: &[f64], tolerance: f64) {
    let found = host(found);
    assert_eq!(found.len(), known.len(), "{what}");
    for (row, (found, known)) in found.iter().zip(known).enumerate() {
        assert_close(&format!("{what}, row {row}"), &[*found], &[*known], tolerance);
    }
}

fn golden_values(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((device, dtype));
    let Golden { mixture, vamp, flow } = golden();
    let found = density(&mixture.load(&options)).log_prob(vae::matrix(&mixture.z, &options)).expect("shapes");
    assert_rows("mixture", found, &mixture.log_prob, tolerance);
    for (are_pixels, known) in [(true, &vamp.of_pixels), (false, &vamp.of_columns)] {
        let (prior, encoder) = vamp.load(are_pixels, &options);
        let density = prior.density(|inputs| encoder.forward(inputs)).expect("shapes");
        let found = density.log_prob(vae::matrix(&vamp.z, &options)).expect("shapes");
        assert_rows("vamp", found, known, tolerance);
    }
    let loaded = flow.load(&options);
    let (noise, log_determinant) = loaded.forward(vae::matrix(&flow.z, &options)).expect("shapes");
    assert_close("noise", &host(noise.clone()), &flow.noise.concat(), tolerance);
    assert_close("determinant", &host(log_determinant), &flow.log_determinant, tolerance);
    let density = PriorDensity::Flow(loaded.clone());
    let found = density.log_prob(vae::matrix(&flow.z, &options)).expect("shapes");
    assert_rows("flow", found, &flow.log_prob, 2.0 * tolerance);
    let back = loaded.inverse(noise).expect("shapes");
    assert_close("the way back", &host(back), &flow.z.concat(), 4.0 * tolerance);
}

/// One component, as many as a chunk has, one more, and more rows than a task takes.
const SHAPES: [[usize; 3]; 6] =
    [[1, 1, 1], [3, 1, 5], [7, 32, 2], [5, 33, 40], [100, 500, 40], [9_000, 3, 2]];

fn components(device: &Device) {
    for [rows, components, variables] in SHAPES {
        let mut random = random(31);
        let [z, means, log_variances] =
            [rows, components, components].map(|count| values(count * variables, 2.0, &mut random));
        let upstream = values(rows * components, 1.0, &mut random);
        let mut known = Vec::with_capacity(rows * components);
        let mut slopes = [z.len(), means.len(), means.len()].map(|length| vec![0.0; length]);
        for (row, component) in (0..rows).flat_map(|row| (0..components).map(move |k| (row, k))) {
            let u = f64::from(upstream[row * components + component]);
            let mut sum = 0.0;
            for variable in 0..variables {
                let (i, k) = (row * variables + variable, component * variables + variable);
                let (v, d) = (f64::from(log_variances[k]), f64::from(z[i]) - f64::from(means[k]));
                let pull = d * (-v).exp();
                sum -= 0.5 * (TAU.ln() + v + pull * d);
                slopes[0][i] -= u * pull;
                slopes[1][k] += u * pull;
                slopes[2][k] += 0.5 * u * (pull * d - 1.0);
            }
            known.push(sum);
        }
        let what = format!("{rows} rows, {components} components, {variables} variables");
        let upstream = matrix(&upstream, [rows, components], device);
        for arrange in [|x| x, scattered] {
            let inputs = [(&z, rows), (&means, components), (&log_variances, components)]
                .map(|(values, count)| tracked(values, [count, variables], device));
            let [z, mean, log_variance] = inputs.clone().map(arrange);
            let log_weight = Tensor::<1>::zeros([components], &device.clone().autodiff());
            let mixture = GaussianMixture { mean, log_variance, log_weight };
            let found = mixture.component_log_probs(z).expect("shapes");
            let gradients = (found.clone() * upstream.clone()).sum().backward();
            assert_close(&what, &host(found), &known, 5e-6);
            for (input, (tensor, known)) in inputs.iter().zip(&slopes).enumerate() {
                let gradient = host(tensor.grad(&gradients).expect("tracked"));
                assert_close(&format!("{what}, gradient {input}"), &gradient, known, 1e-5);
            }
        }
    }
}

/// The standard normal as a mixture of one, as a mixture of equals, and as a flow that moves nothing.
fn standard(latent: usize, options: &TensorCreationOptions) -> Vec<(&'static str, Prior)> {
    let zeros = |rows: usize, columns: usize| Tensor::<2>::zeros([rows, columns], options.clone());
    let mixture = |count: usize| {
        Prior::Mixture(Mixture {
            mean: Param::from_tensor(zeros(count, latent)),
            log_variance: Param::from_tensor(zeros(count, latent)),
            logit: Param::from_tensor(Tensor::zeros([count], options.clone())),
        })
    };
    let still = |inputs, outputs| Linear {
        weight: Param::from_tensor(zeros(inputs, outputs)),
        bias: Param::from_tensor(Tensor::zeros([outputs], options.clone())),
    };
    // Of three dimensions the lower bit has 0 and 2 on one side, the higher one 0 and 1.
    let couplings = [2, 1, 2, 1].into_iter().enumerate().map(|(number, kept)| {
        let drawn = values(kept * 4, 1.0, &mut random(number as u64));
        let weight = Param::from_tensor(matrix(&drawn, [kept, 4], options.clone()));
        let bias = Param::from_tensor(Tensor::zeros([4], options.clone()));
        let hidden = Mlp { layers: vec![Linear { weight, bias }], activation: Activation::Tanh };
        Coupling { hidden, scale: still(4, latent - kept), shift: still(4, latent - kept), number }
    });
    let flow = Prior::Flow(Flow { couplings: couplings.collect(), latent });
    vec![("one component", mixture(1)), ("two that are one", mixture(2)), ("identity", flow)]
}

fn same_bound(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    let golden = vae::golden();
    for case in &golden.cases {
        let likelihood = case.likelihood(golden.variance_floor, golden.variance);
        let model = case.weights.load(case.activation, likelihood, &options);
        let x = vae::matrix(&case.x, &options);
        let latent = 3;
        let draws = values(2 * case.x.len() * latent, 1.5, &mut random(5));
        let noise = matrix(&draws, [2 * case.x.len(), latent], options.clone());
        let sgvb = |model: &Vae, estimator| {
            let bound =
                Sgvb { estimator, samples: 2 }.bound(model, x.clone(), noise.clone()).expect("shapes");
            host(bound.log_likelihood - bound.kl)
        };
        let weighted = |model: &Vae| {
            let bound = ImportanceWeighted { samples: 2 }.bound(model, x.clone(), noise.clone());
            host(bound.expect("shapes").value)
        };
        let (known, known_weighted) = (sgvb(&model, Estimator::A), weighted(&model));
        for (name, prior) in standard(latent, &options) {
            let other = Vae { prior, ..model.clone() };
            assert_close(name, &sgvb(&other, Estimator::A), &known, tolerance);
            assert_close(name, &weighted(&other), &known_weighted, tolerance);
        }
    }
}

/// Values of more bits than TF32 has, in as many dimensions as blocks have and one more or less: products with zeros and ones would
/// round them where a device multiplies so.
fn untouched(device: &Device) {
    for latent in [2, 3, 5, 8, 17, 40] {
        let still = |inputs, outputs| Linear {
            weight: Param::from_tensor(Tensor::zeros([inputs, outputs], device)),
            bias: Param::from_tensor(Tensor::zeros([outputs], device)),
        };
        let couplings = (0..12).map(|number| {
            let bits = usize::BITS - (latent - 1_usize).leading_zeros();
            let bit = number / 2 % bits as usize;
            let kept = (0..latent).filter(|dimension| dimension >> bit & 1 == number % 2).count();
            let hidden = Mlp { layers: vec![still(kept, 4)], activation: Activation::Tanh };
            Coupling { hidden, scale: still(4, latent - kept), shift: still(4, latent - kept), number }
        });
        let flow = Flow { couplings: couplings.collect(), latent };
        let z = values(9 * latent, 100.0, &mut random(3));
        let (noise, determinant) = flow.forward(matrix(&z, [9, latent], device)).expect("shapes");
        let exact: Vec<f64> = z.iter().copied().map(f64::from).collect();
        assert_eq!(host(noise.clone()), exact, "{latent}");
        assert_eq!(host(determinant), [0.0; 9]);
        assert_eq!(host(flow.inverse(noise).expect("shapes")), exact, "{latent}");
    }
}

/// At noise of -1 and 1 the mean of a quadratic function is its expectation: there estimator B, which has no closed form of these
/// priors, is the divergence in closed form.
fn entropy(device: &Device) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), DType::F64));
    let tensor =
        |values: &[f64]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [1, 3]), options.clone());
    let mean = tensor(&[0.3, -1.2, 2.0]).require_grad();
    let posterior = |mean: Tensor<2>| DiagonalGaussian::new(mean, tensor(&[-1.0, 0.2, -4.0]));
    let signs: Vec<f64> =
        (0..8).flat_map(|row| [1, 2, 4].map(|bit| if row & bit == 0 { -1.0 } else { 1.0 })).collect();
    let noise = Tensor::<2>::from_data(TensorData::new(signs, [8, 3]), options.clone());
    let known = host(posterior(mean.clone()).kl_from_standard_normal());
    for (name, prior) in standard(3, &options) {
        // A tape is read once, so each divergence has one of its own.
        let density = || density(&prior);
        let sample = || -> PosteriorSample {
            let posterior = PosteriorDensity::from(posterior(mean.clone()));
            posterior.repeat(8).rsample(noise.clone()).expect("shapes")
        };
        let beside = || sample().kl_beside_entropy(&density()).expect("shapes");
        let at = || sample().kl_at(&density()).expect("shapes");
        assert_close(name, &[host(beside()).iter().sum::<f64>() / 8.0], &known, 1e-12);
        let gradient = |loss: Tensor<1>| host(mean.grad(&loss.sum().backward()).expect("tracked"));
        assert_close(&format!("{name}, gradient"), &gradient(beside()), &gradient(at()), 1e-12);
    }
}

/// The gradient of a density's sum by z and by each parameter, against central differences.
fn gradients(device: &Device) {
    const STEP: f64 = 1e-6;
    let options = TensorCreationOptions::from((&device.clone().autodiff(), DType::F64));
    let Golden { mixture, vamp, flow } = golden();
    let check = |what: &str, start: &Matrix, value: &dyn Fn(Tensor<2>) -> Tensor<1>| {
        let tracked = vae::matrix(start, &options).require_grad();
        let gradient = host(tracked.grad(&value(tracked.clone()).sum().backward()).expect("tracked"));
        let columns = start[0].len();
        let differences = (0..start.len() * columns).map(|position| {
            let at = |offset: f64| {
                let mut moved = start.clone();
                moved[position / columns][position % columns] += offset;
                host(value(vae::matrix(&moved, &options))).iter().sum::<f64>()
            };
            (at(STEP) - at(-STEP)) / (2.0 * STEP)
        });
        assert_close(what, &gradient, &differences.collect::<Vec<_>>(), 1e-7);
    };
    // Without the row that is far from all, beside which differences would be lost.
    let near = mixture.z[..3].to_vec();
    let at = |changed: &dyn Fn(&mut Mixture), z: Tensor<2>| {
        let Prior::Mixture(mut prior) = mixture.load(&options) else { panic!("a mixture") };
        changed(&mut prior);
        density(&Prior::Mixture(prior)).log_prob(z).expect("shapes")
    };
    let z = || vae::matrix(&near, &options);
    check("mixture by z", &near, &|z| at(&|_| {}, z));
    check("mixture by its means", &mixture.mean, &|mean| {
        at(&|prior| prior.mean = Param::from_tensor(mean.clone()), z())
    });
    check("mixture by its variances", &mixture.log_variance, &|values| {
        at(&|prior| prior.log_variance = Param::from_tensor(values.clone()), z())
    });
    check("mixture by its weights", &vec![mixture.logit.clone()], &|logit| {
        let density = GaussianMixture {
            mean: vae::matrix(&mixture.mean, &options),
            log_variance: vae::matrix(&mixture.log_variance, &options),
            log_weight: log_softmax(logit.reshape([4]), 0),
        };
        density.log_prob(z()).expect("shapes")
    });
    let inside: Matrix =
        vamp.pseudo_inputs.iter().map(|row| row.iter().map(|x| x.clamp(-0.5, 0.9)).collect()).collect();
    check("vamp by its inputs", &inside, &|inputs| {
        let (_, encoder) = vamp.load(true, &options);
        let prior = Vamp { pseudo_inputs: Param::from_tensor(inputs), are_pixels: true };
        let density = Prior::Vamp(prior).density(|inputs| encoder.forward(inputs)).expect("shapes");
        density.log_prob(vae::matrix(&vamp.z, &options)).expect("shapes")
    });
    check("flow by z", &flow.z, &|z| PriorDensity::Flow(flow.load(&options)).log_prob(z).expect("shapes"));
    for (number, coupling) in flow.couplings.iter().enumerate() {
        check(&format!("flow by the scale of coupling {number}"), &coupling.scale.weight, &|weight| {
            let mut loaded = flow.load(&options);
            loaded.couplings[number].scale.weight = Param::from_tensor(weight);
            PriorDensity::Flow(loaded).log_prob(vae::matrix(&flow.z, &options)).expect("shapes")
        });
    }
}

fn jacobian(device: &Device) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), DType::F64));
    let GoldenFlow { z, couplings, .. } = &golden().flow;
    let flow = golden().flow.load(&options);
    assert_eq!(couplings.len(), 4);
    for row in z {
        let z = vae::matrix(&vec![row.clone()], &options).require_grad();
        let rows: Vec<Vec<f64>> = (0..3)
            .map(|column| {
                let (noise, _) = flow.forward(z.clone()).expect("shapes");
                let output = noise.slice([0..1, column..column + 1]).sum();
                host(z.grad(&output.backward()).expect("tracked"))
            })
            .collect();
        let (_, log_determinant) = flow.forward(z).expect("shapes");
        let [a, b, c] = &rows[..] else { panic!("three") };
        let cross = |i: usize, j: usize| b[i] * c[j] - b[j] * c[i];
        let determinant = a[0] * cross(1, 2) - a[1] * cross(0, 2) + a[2] * cross(0, 1);
        assert_close("log |det|", &host(log_determinant), &[determinant.abs().ln()], 1e-12);
    }
}

/// In two dimensions, on a grid: the density's mass, and its first and second moments.
fn integrals(density: &PriorDensity, device: &Device) -> Vec<f64> {
    const SIDE: usize = 240;
    const REACH: f32 = 9.0;
    let at = |place: usize| REACH * (2.0 * (place as f32 + 0.5) / SIDE as f32 - 1.0);
    let points: Vec<[f32; 2]> = (0..SIDE * SIDE).map(|place| [at(place / SIDE), at(place % SIDE)]).collect();
    let z = matrix(&points.concat(), [points.len(), 2], device);
    let cell = f64::from(2.0 * REACH / SIDE as f32).powi(2);
    let mut sums = vec![0.0; 6];
    for (log_prob, point) in host(density.log_prob(z).expect("shapes")).into_iter().zip(points) {
        let mass = log_prob.exp() * cell;
        sums.iter_mut().zip(functions(point.map(f64::from))).for_each(|(sum, value)| *sum += mass * value);
    }
    sums
}

fn functions([a, b]: [f64; 2]) -> [f64; 6] {
    [1.0, a, b, a * a, b * b, a * b]
}

/// Priors of two dimensions that are no Gaussians.
fn curved(device: &Device) -> Vec<(&'static str, PriorDensity)> {
    let options = TensorCreationOptions::from((device, DType::F32));
    let vector = |values: &[f64]| vector(values, &options);
    let mixture = GaussianMixture {
        mean: matrix(&[-2.0, 0.5, 1.0, 1.5, 3.0, -2.0], [3, 2], device),
        log_variance: matrix(&[0.4, -1.0, -0.5, 0.3, -1.2, -0.7], [3, 2], device),
        log_weight: vector(&[0.5f64.ln(), 0.3f64.ln(), 0.2f64.ln()]),
    };
    let layer = |seed, inputs: usize, outputs: usize| {
        let mut random = random(seed);
        let bias: Vec<f64> = values(outputs, 0.5, &mut random).into_iter().map(f64::from).collect();
        Linear {
            weight: Param::from_tensor(matrix(
                &values(inputs * outputs, 0.8, &mut random),
                [inputs, outputs],
                device,
            )),
            bias: Param::from_tensor(vector(&bias)),
        }
    };
    let coupling = |number: usize| Coupling {
        hidden: Mlp { layers: vec![layer(10 + number as u64, 1, 3)], activation: Activation::Tanh },
        scale: layer(20 + number as u64, 3, 1),
        shift: layer(30 + number as u64, 3, 1),
        number,
    };
    let flow = Flow { couplings: (0..2).map(coupling).collect(), latent: 2 };
    let standard = PriorDensity::StandardNormal(StandardNormal { latent: 2 });
    vec![
        ("standard normal", standard),
        ("mixture", PriorDensity::Mixture(mixture)),
        ("flow", PriorDensity::Flow(flow)),
    ]
}

fn draws(device: &Device) {
    const ROWS: usize = 40_000;
    for (name, density) in curved(device) {
        let known = integrals(&density, device);
        assert!((known[0] - 1.0).abs() < 1e-3, "{name}: a mass of {}", known[0]);
        let sample = |temperature: f64| {
            host(density.sample(ROWS, temperature, &mut random(41), device).expect("shapes"))
        };
        let drawn = sample(1.0);
        assert_eq!(drawn, sample(1.0), "{name}: the same generator draws the same");
        for (which, known) in known.iter().enumerate().skip(1) {
            let found: Vec<f64> = drawn.chunks_exact(2).map(|z| functions([z[0], z[1]])[which]).collect();
            let mean = found.iter().sum::<f64>() / ROWS as f64;
            let spread = found.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / ROWS as f64;
            let error = (spread / ROWS as f64).sqrt();
            assert!(
                (mean - known).abs() < 5.0 * error + 1e-3,
                "{name}, moment {which}: {mean} ± {error}, not {known}"
            );
        }
        // Without noise nothing is left but where components, or the flow's middle, are.
        let still = sample(0.0);
        let mut places: Vec<[u64; 2]> =
            still.chunks_exact(2).map(|z| [z[0], z[1]].map(|at| (at + 0.0).to_bits())).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), if name == "mixture" { 3 } else { 1 }, "{name}");
    }
}

fn far_away(device: &Device) {
    let (_, density) = curved(device).swap_remove(1);
    let z = matrix(&[1e25, 0.0, 1.0, 1.5], [2, 2], device);
    let found = host(density.log_prob(z).expect("shapes"));
    assert!(found[0] < -1e30 && found[1].is_finite(), "{found:?}");
    let wide = Tensor::<2>::zeros([2, 3], device);
    for (name, density) in curved(device).into_iter().skip(1) {
        let error = density.log_prob(wide.clone()).expect_err(name).to_string();
        assert!(error.contains("do not go together"), "{error}");
    }
}
