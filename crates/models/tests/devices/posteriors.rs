//! Posteriors that are flows against `tests/golden/posteriors.json`, which NumPy computed in f64, and against what they must agree
//! with: a flow that moves nothing leaves the bound where it was, determinants are those of Jacobians, and what is drawn has the
//! density that is said of it.

use aevb_models::distribution::{DiagonalGaussian, GaussianMixture};
use aevb_models::nn::Linear;
use aevb_models::posterior::{InverseAutoregressive, Made, Planar, PlanarLayer, Posterior, PosteriorDensity};
use aevb_models::prior::{Mixture, Prior};
use aevb_models::vae::{Estimator, ImportanceWeighted, Sgvb, Vae};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};
use serde::Deserialize;

use super::helpers::{assert_close, host, matrix, random, values};
use super::vae::{self, Matrix};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("posteriors_equal_the_golden", |device| golden_values(device, DType::F32, 4e-6)),
    ("a_flow_that_moves_nothing_leaves_the_bound_as_it_was", |device| same_bound(device, DType::F32, 1e-6)),
    ("what_a_flow_draws_has_the_density_that_it_says", draws),
    ("planar_layers_can_be_inverted_whatever_the_encoder_puts_out", extremes),
    ("a_posterior_refuses_what_is_of_another_width", refusals),
];
pub const DOUBLE_CHECKS: &[Check] = &[
    ("posteriors_equal_the_golden_in_f64", |device| golden_values(device, DType::F64, 1e-12)),
    ("a_flow_that_moves_nothing_leaves_the_bound_as_it_was_in_f64", |device| {
        same_bound(device, DType::F64, 1e-13)
    }),
    ("the_determinant_of_a_posterior_is_that_of_its_jacobian", jacobian),
    ("posteriors_have_the_gradients_of_their_values", gradients),
    ("both_estimators_have_one_gradient_under_a_flow", estimators),
    ("the_moments_of_a_flow_are_those_of_its_draws", moments),
];

#[derive(Deserialize)]
struct Golden {
    planar: GoldenFlow<GoldenPlane>,
    inverse_autoregressive: GoldenFlow<GoldenStep>,
}

#[derive(Deserialize)]
struct GoldenFlow<T> {
    layers: Vec<T>,
    #[serde(flatten)]
    values: Values,
}

/// What a posterior begins with, and what it comes to.
#[derive(Deserialize)]
struct Values {
    context: Matrix,
    mean: Matrix,
    log_variance: Matrix,
    noise: Matrix,
    z: Matrix,
    log_determinant: Vec<f64>,
    log_prob: Vec<f64>,
}

#[derive(Deserialize)]
struct GoldenPlane {
    u: Layer,
    w: Layer,
    b: Layer,
}

#[derive(Deserialize)]
struct GoldenStep {
    context: Matrix,
    hidden: Vec<Layer>,
    gate: Layer,
    mean: Layer,
}

#[derive(Deserialize)]
struct Layer {
    weight: Matrix,
    bias: Vec<f64>,
}

impl Layer {
    fn load(&self, options: &TensorCreationOptions) -> Linear {
        linear(vae::matrix(&self.weight, options), &self.bias, options)
    }
}

fn linear(weight: Tensor<2>, bias: &[f64], options: &TensorCreationOptions) -> Linear {
    let bias = Tensor::from_data(TensorData::new(bias.to_vec(), [bias.len()]), options.clone());
    Linear { weight: Param::from_tensor(weight), bias: Param::from_tensor(bias) }
}

trait Load {
    fn load(layers: &[Self], options: &TensorCreationOptions) -> Posterior
    where
        Self: Sized;
}

impl Load for GoldenPlane {
    fn load(layers: &[Self], options: &TensorCreationOptions) -> Posterior {
        let layers = layers.iter().map(|Self { u, w, b }| PlanarLayer {
            u: u.load(options),
            w: w.load(options),
            b: b.load(options),
        });
        Posterior::Planar(Planar { layers: layers.collect() })
    }
}

impl Load for GoldenStep {
    fn load(layers: &[Self], options: &TensorCreationOptions) -> Posterior {
        let steps = layers.iter().enumerate().map(|(number, Self { context, hidden, gate, mean })| Made {
            context: Param::from_tensor(vae::matrix(context, options)),
            hidden: hidden.iter().map(|layer| layer.load(options)).collect(),
            gate: gate.load(options),
            mean: mean.load(options),
            number,
        });
        Posterior::InverseAutoregressive(InverseAutoregressive { steps: steps.collect() })
    }
}

struct Case {
    name: &'static str,
    posterior: Posterior,
    values: Values,
}

impl Case {
    fn of<T: Load>(name: &'static str, flow: GoldenFlow<T>, options: &TensorCreationOptions) -> Self {
        Self { name, posterior: T::load(&flow.layers, options), values: flow.values }
    }

    fn all(options: &TensorCreationOptions) -> [Self; 2] {
        let golden = include_str!("../../../../tests/golden/posteriors.json");
        let Golden { planar, inverse_autoregressive } =
            serde_json::from_str(golden).expect("the golden file");
        [
            Self::of("planar", planar, options),
            Self::of("inverse autoregressive", inverse_autoregressive, options),
        ]
    }

    fn density(&self, options: &TensorCreationOptions) -> PosteriorDensity {
        let of = |rows: &Matrix| vae::matrix(rows, options);
        self.posterior
            .density(
                DiagonalGaussian::new(of(&self.values.mean), of(&self.values.log_variance)),
                of(&self.values.context),
            )
            .expect("shapes")
    }
}

fn golden_values(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((device, dtype));
    for case in Case::all(&options) {
        let name = case.name;
        let density = case.density(&options);
        let sample = density.rsample(vae::matrix(&case.values.noise, &options)).expect("shapes");
        assert_close(name, &host(sample.z.clone()), &case.values.z.concat(), tolerance);
        let found = host(sample.log_prob().expect("shapes"));
        assert_close(name, &found, &case.values.log_prob, tolerance);
        // The same rows twice over are the same rows.
        let twice = [case.values.noise.clone(), case.values.noise.clone()].concat();
        let again = density.repeat(2).rsample(vae::matrix(&twice, &options)).expect("shapes");
        let both = [case.values.log_prob.clone(), case.values.log_prob.clone()].concat();
        assert_close(name, &host(again.log_prob().expect("shapes")), &both, tolerance);
        let alone =
            density.initial.log_prob_of_noise(vae::matrix(&case.values.noise, &options)).expect("shapes");
        let determinant: Vec<f64> =
            host(alone).iter().zip(found).map(|(initial, all)| initial - all).collect();
        assert_close(name, &determinant, &case.values.log_determinant, 4.0 * tolerance);
    }
}

/// Flows of three dimensions that move nothing.
fn still(hidden: usize, options: &TensorCreationOptions) -> Vec<(&'static str, Posterior)> {
    let zeros = |inputs: usize, outputs: usize| Tensor::<2>::zeros([inputs, outputs], options.clone());
    let drawn = |seed: u64, inputs: usize, outputs: usize| {
        matrix(&values(inputs * outputs, 1.0, &mut random(seed)), [inputs, outputs], options.clone())
    };
    // û is 0 where u is the share of w at which w·û = 0, log(e − 1)/‖w‖².
    let share = (std::f64::consts::E - 1.0).ln() / (1.0 + 0.25 + 4.0);
    let w = [1.0, -0.5, 2.0];
    let plane = |seed| PlanarLayer {
        u: linear(zeros(hidden, 3), &w.map(|w| w * share), options),
        w: linear(zeros(hidden, 3), &w, options),
        b: linear(drawn(seed, hidden, 1), &[0.3], options),
    };
    let step = |number: usize| Made {
        context: Param::from_tensor(drawn(20 + number as u64, hidden, 6)),
        hidden: vec![linear(drawn(7 + number as u64, 3, 6), &[0.1; 6], options)],
        // A sigmoid of 1.
        gate: linear(zeros(6, 3), &[200.0; 3], options),
        mean: linear(drawn(9 + number as u64, 6, 3), &[0.2; 3], options),
        number,
    };
    vec![
        ("planar", Posterior::Planar(Planar { layers: vec![plane(5), plane(6)] })),
        (
            "inverse autoregressive",
            Posterior::InverseAutoregressive(InverseAutoregressive { steps: (0..3).map(step).collect() }),
        ),
    ]
}

fn same_bound(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    let golden = vae::golden();
    for case in &golden.cases {
        let likelihood = case.likelihood(golden.variance_floor, golden.variance);
        let plain = case.weights.load(case.activation, likelihood, &options);
        let x = vae::matrix(&case.x, &options);
        let latent = 3;
        let draws = values(2 * case.x.len() * latent, 1.5, &mut random(5));
        let noise = matrix(&draws, [2 * case.x.len(), latent], options.clone());
        // A prior without a closed form, under which estimator B asks the entropy of q.
        let mixture = Prior::Mixture(Mixture {
            mean: Param::from_tensor(Tensor::zeros([1, latent], options.clone())),
            log_variance: Param::from_tensor(Tensor::zeros([1, latent], options.clone())),
            logit: Param::from_tensor(Tensor::zeros([1], options.clone())),
        });
        let model = Vae { prior: mixture, ..plain };
        let hidden = model.encoder.mean.weight.val().dims()[0];
        let sgvb = |model: &Vae, estimator| {
            let bound =
                Sgvb { estimator, samples: 2 }.bound(model, x.clone(), noise.clone()).expect("shapes");
            host(bound.log_likelihood - bound.kl)
        };
        let weighted = |model: &Vae| {
            let bound = ImportanceWeighted { samples: 2 }.bound(model, x.clone(), noise.clone());
            host(bound.expect("shapes").value)
        };
        for (name, posterior) in still(hidden, &options) {
            let other = Vae { posterior, ..model.clone() };
            for estimator in [Estimator::A, Estimator::B] {
                assert_close(name, &sgvb(&other, estimator), &sgvb(&model, estimator), tolerance);
            }
            assert_close(name, &weighted(&other), &weighted(&model), tolerance);
        }
    }
}

fn jacobian(device: &Device) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), DType::F64));
    for case in Case::all(&options) {
        for row in 0..case.values.z.len() {
            let only = |rows: &Matrix| vec![rows[row].clone()];
            let context = vae::matrix(&only(&case.values.context), &options);
            // A Gaussian of deviation 1 about 0 begins at the noise itself.
            let standard = || {
                let zeros = Tensor::<2>::zeros([1, 3], options.clone());
                DiagonalGaussian::new(zeros.clone(), zeros)
            };
            let start = vae::matrix(&only(&case.values.noise), &options).require_grad();
            let forward = || {
                let density = case.posterior.density(standard(), context.clone()).expect("shapes");
                density.rsample(start.clone()).expect("shapes")
            };
            let rows: Vec<Vec<f64>> = (0..3)
                .map(|column| {
                    let output = forward().z.slice([0..1, column..column + 1]).sum();
                    host(start.grad(&output.backward()).expect("tracked"))
                })
                .collect();
            let [a, b, c] = &rows[..] else { panic!("three") };
            let cross = |i: usize, j: usize| b[i] * c[j] - b[j] * c[i];
            let determinant = a[0] * cross(1, 2) - a[1] * cross(0, 2) + a[2] * cross(0, 1);
            assert!(determinant > 0.0, "{}: {determinant}", case.name);
            let initial = host(standard().log_prob_of_noise(start.clone()).expect("shapes"))[0];
            let found = initial - host(forward().log_prob().expect("shapes"))[0];
            assert_close(case.name, &[found], &[determinant.ln()], 1e-12);
        }
    }
}

/// The gradient of a weighted sum of draws and densities by all that they are made of, against central differences.
fn gradients(device: &Device) {
    const STEP: f64 = 1e-6;
    let options = TensorCreationOptions::from((&device.clone().autodiff(), DType::F64));
    for case in Case::all(&options) {
        let weights = vae::matrix(&case.values.z, &options);
        let value = |initial, context, posterior: &Posterior| {
            let density = posterior.density(initial, context).expect("shapes");
            let sample = density.rsample(vae::matrix(&case.values.noise, &options)).expect("shapes");
            (sample.z.clone() * weights.clone()).sum() + sample.log_prob().expect("shapes").sum()
        };
        let of = |rows: &Matrix| vae::matrix(rows, &options);
        let check = |what: &str, start: &Matrix, value: &dyn Fn(Tensor<2>) -> Tensor<1>| {
            let tracked = of(start).require_grad();
            let gradient = host(tracked.grad(&value(tracked.clone()).backward()).expect("tracked"));
            let columns = start[0].len();
            let differences = (0..start.len() * columns).map(|position| {
                let at = |offset: f64| {
                    let mut moved = start.clone();
                    moved[position / columns][position % columns] += offset;
                    host(value(of(&moved)))[0]
                };
                (at(STEP) - at(-STEP)) / (2.0 * STEP)
            });
            let what = format!("{} by {what}", case.name);
            assert_close(&what, &gradient, &differences.collect::<Vec<_>>(), 1e-7);
        };
        let gaussian = || DiagonalGaussian::new(of(&case.values.mean), of(&case.values.log_variance));
        check("its context", &case.values.context, &|context| value(gaussian(), context, &case.posterior));
        check("its mean", &case.values.mean, &|mean| {
            value(
                DiagonalGaussian::new(mean, of(&case.values.log_variance)),
                of(&case.values.context),
                &case.posterior,
            )
        });
        let weight = |what: &str, get: &dyn Fn(&mut Posterior) -> &mut Linear| {
            let start = host(get(&mut case.posterior.clone()).weight.val());
            let columns = get(&mut case.posterior.clone()).weight.val().dims()[1];
            let start: Matrix = start.chunks_exact(columns).map(<[f64]>::to_vec).collect();
            check(what, &start, &|weight| {
                let mut posterior = case.posterior.clone();
                get(&mut posterior).weight = Param::from_tensor(weight);
                value(gaussian(), of(&case.values.context), &posterior)
            });
        };
        match &case.posterior {
            Posterior::Planar(_) => {
                weight("u", &|posterior| &mut planes(posterior)[1].u);
                weight("w", &|posterior| &mut planes(posterior)[1].w);
                weight("b", &|posterior| &mut planes(posterior)[1].b);
            }
            _ => {
                weight("its first layer", &|posterior| &mut steps(posterior)[1].hidden[0]);
                weight("its second layer", &|posterior| &mut steps(posterior)[1].hidden[1]);
                weight("its gates", &|posterior| &mut steps(posterior)[1].gate);
                weight("its means", &|posterior| &mut steps(posterior)[1].mean);
            }
        }
    }
}

fn planes(posterior: &mut Posterior) -> &mut Vec<PlanarLayer> {
    let Posterior::Planar(planar) = posterior else { panic!("planar layers") };
    &mut planar.layers
}

fn steps(posterior: &mut Posterior) -> &mut Vec<Made> {
    let Posterior::InverseAutoregressive(flow) = posterior else { panic!("autoregressive steps") };
    &mut flow.steps
}

fn estimators(device: &Device) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), DType::F64));
    for case in Case::all(&options) {
        let prior = aevb_models::prior::PriorDensity::Mixture(GaussianMixture {
            mean: matrix(&[0.5, -1.0, 2.0], [1, 3], options.clone()),
            log_variance: matrix(&[0.3, -0.2, 0.1], [1, 3], options.clone()),
            log_weight: Tensor::zeros([1], options.clone()),
        });
        let gradients = [false, true].map(|is_beside| {
            let inputs = [&case.values.mean, &case.values.log_variance, &case.values.context]
                .map(|rows| vae::matrix(rows, &options).require_grad());
            let [mean, log_variance, context] = inputs.clone();
            let density = case.posterior.density(DiagonalGaussian::new(mean, log_variance), context);
            let sample =
                density.expect("shapes").rsample(vae::matrix(&case.values.noise, &options)).expect("shapes");
            let kl = if is_beside { sample.kl_beside_entropy(&prior) } else { sample.kl_at(&prior) };
            let found = kl.expect("shapes").sum().backward();
            inputs.map(|input| host(input.grad(&found).expect("tracked"))).concat()
        });
        assert_close(case.name, &gradients[1], &gradients[0], 1e-12);
    }
}

/// A few weights of two dimensions, far from those of no flow.
fn bent(device: &Device) -> Vec<(&'static str, PosteriorDensity)> {
    let options = TensorCreationOptions::from((device, DType::F32));
    let layer = |seed: u64, inputs: usize, outputs: usize| {
        let mut random = random(seed);
        let bias: Vec<f64> = values(outputs, 1.0, &mut random).into_iter().map(f64::from).collect();
        let weight = matrix(&values(inputs * outputs, 1.5, &mut random), [inputs, outputs], device);
        linear(weight, &bias, &options)
    };
    let planar = Planar {
        layers: (0..4)
            .map(|number| PlanarLayer {
                u: layer(60 + number, 2, 2),
                w: layer(70 + number, 2, 2),
                b: layer(80 + number, 2, 1),
            })
            .collect(),
    };
    let step = |number: usize| Made {
        context: Param::from_tensor(matrix(&values(10, 1.5, &mut random(85)), [2, 5], device)),
        hidden: vec![layer(90 + number as u64, 2, 5)],
        gate: layer(95 + number as u64, 5, 2),
        mean: layer(97 + number as u64, 5, 2),
        number,
    };
    let autoregressive = InverseAutoregressive { steps: (0..2).map(step).collect() };
    let of = |posterior: Posterior| {
        let gaussian =
            DiagonalGaussian::new(matrix(&[0.4, -0.3], [1, 2], device), matrix(&[0.1, 0.6], [1, 2], device));
        posterior.density(gaussian, matrix(&[0.7, -0.4], [1, 2], device)).expect("shapes")
    };
    vec![
        ("planar", of(Posterior::Planar(planar))),
        ("inverse autoregressive", of(Posterior::InverseAutoregressive(autoregressive))),
    ]
}

fn normal_draws(rows: usize, latent: usize, device: &Device) -> Tensor<2> {
    let draws = aevb_models::random::standard_normals(&mut random(43), rows * latent);
    matrix(&draws, [rows, latent], device)
}

/// Weighed by `p/q`, draws of q have the mass and the moments of any narrower p.
fn draws(device: &Device) {
    const ROWS: usize = 100_000;
    for (name, density) in bent(device) {
        let sample = density.repeat(ROWS).rsample(normal_draws(ROWS, 2, device)).expect("shapes");
        let z = host(sample.z.clone());
        let [mean, variance] = [0, 1]
            .map(|unit| {
                let column: Vec<f64> = z.iter().skip(unit).step_by(2).copied().collect();
                let mean = column.iter().sum::<f64>() / ROWS as f64;
                let variance = column.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / ROWS as f64;
                [mean, 0.2 * variance]
            })
            .into_iter()
            .fold([Vec::new(), Vec::new()], |[mut means, mut variances], [mean, variance]| {
                means.push(mean as f32);
                variances.push(variance.ln() as f32);
                [means, variances]
            });
        let target = DiagonalGaussian::new(matrix(&mean, [1, 2], device), matrix(&variance, [1, 2], device));
        let log_weight = target.repeat(ROWS).log_prob(sample.z.clone()).expect("shapes");
        let log_weight = host(log_weight - sample.log_prob().expect("shapes"));
        let functions: [fn([f64; 2]) -> f64; 3] = [|_| 1.0, |[a, _]| a, |[_, b]| b];
        let known = [1.0, f64::from(mean[0]), f64::from(mean[1])];
        for (which, (function, known)) in functions.into_iter().zip(known).enumerate() {
            let terms: Vec<f64> = log_weight
                .iter()
                .zip(z.chunks_exact(2))
                .map(|(weight, z)| weight.exp() * function([z[0], z[1]]))
                .collect();
            let found = terms.iter().sum::<f64>() / ROWS as f64;
            let spread = terms.iter().map(|term| (term - found).powi(2)).sum::<f64>() / ROWS as f64;
            let error = (spread / ROWS as f64).sqrt();
            assert!(error < 0.05, "{name}, {which}: weights of too wide a spread to tell, {error}");
            assert!((found - known).abs() < 5.0 * error, "{name}, {which}: {found} ± {error}, not {known}");
        }
    }
}

fn extremes(device: &Device) {
    let options = TensorCreationOptions::from((device, DType::F32));
    for product in [-60.0f64, -5.0, -1.0, 0.0, 5.0, 60.0] {
        let head = |bias: &[f64]| linear(Tensor::zeros([1, bias.len()], options.clone()), bias, &options);
        let layer = PlanarLayer { u: head(&[product, 3.0]), w: head(&[1.0, 0.0]), b: head(&[0.0]) };
        let posterior = Posterior::Planar(Planar { layers: vec![layer] });
        let zeros = Tensor::<2>::zeros([1, 2], device);
        let density = posterior
            .density(DiagonalGaussian::new(zeros.clone(), zeros), Tensor::zeros([1, 1], device))
            .expect("shapes");
        // At z = 0 the layer stretches by 1 + w·û = log(1 + exp(w·u)), and never by less than a thousandth.
        let sample = density.rsample(Tensor::zeros([1, 2], device)).expect("shapes");
        let stretch = product.exp().ln_1p().max(1e-3).ln();
        let found = -std::f64::consts::TAU.ln() - host(sample.log_prob().expect("shapes"))[0];
        assert!((found - stretch).abs() < 1e-4 * (1.0 + stretch.abs()), "{product}: {found}, not {stretch}");
    }
}

fn refusals(device: &Device) {
    let options = TensorCreationOptions::from((device, DType::F32));
    for case in Case::all(&options) {
        let density = case.density(&options);
        for noise in [Tensor::<2>::zeros([5, 2], device), Tensor::zeros([4, 3], device)] {
            let error = density.rsample(noise).expect_err(case.name).to_string();
            assert!(error.contains("do not go together"), "{error}");
        }
        for noise in [Tensor::<2>::zeros([5, 2], device), Tensor::zeros([0, 3], device)] {
            density.moments(&noise).expect_err(case.name);
        }
        let zeros = Tensor::<2>::zeros([5, 3], device);
        let gaussian = DiagonalGaussian::new(zeros.clone(), zeros);
        case.posterior.density(gaussian, Tensor::zeros([5, 3], device)).expect_err(case.name);
    }
}

fn moments(device: &Device) {
    let options = TensorCreationOptions::from((device, DType::F64));
    let noise: Matrix = vec![vec![1.0, -1.0, 0.5], vec![-1.0, 1.0, -0.5], vec![0.3, 1.2, -2.0]];
    for case in Case::all(&options) {
        let density = case.density(&options);
        let found = density.moments(&vae::matrix(&noise, &options)).expect("shapes").map(host);
        let of_draw = |draw: &Vec<f64>| {
            let rows = vec![draw.clone(); case.values.z.len()];
            host(density.rsample(vae::matrix(&rows, &options)).expect("shapes").z)
        };
        let drawn: Vec<Vec<f64>> = noise.iter().map(of_draw).collect();
        let known = (0..drawn[0].len()).map(|at| {
            let mean = drawn.iter().map(|z| z[at]).sum::<f64>() / 3.0;
            [mean, (drawn.iter().map(|z| (z[at] - mean).powi(2)).sum::<f64>() / 3.0).sqrt()]
        });
        let known: Vec<[f64; 2]> = known.collect();
        for which in [0, 1] {
            let known: Vec<f64> = known.iter().map(|moments| moments[which]).collect();
            assert_close(case.name, &found[which], &known, 1e-12);
        }
        // A Gaussian's are its own, whatever the noise.
        let gaussian = PosteriorDensity::from(density.initial.clone());
        let [mean, deviation] = gaussian.moments(&vae::matrix(&noise, &options)).expect("shapes").map(host);
        assert_eq!(mean, case.values.mean.concat());
        let known: Vec<f64> =
            case.values.log_variance.concat().iter().map(|value| (value / 2.0).exp()).collect();
        assert_close("deviations", &deviation, &known, 1e-14);
    }
}
