//! von Mises–Fisher distributions against `tests/golden/von_mises_fisher.json`, which mpmath computed with 60 digits, and against
//! expectations in closed form.

use aevb_models::distribution::{VonMisesFisher, directions};
use aevb_models::random::standard_normals;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};
use serde::Deserialize;

use super::helpers::{assert_close, host, random};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("von_mises_fisher_equals_the_golden", |device| golden_values(device, DType::F32, 1e-5)),
    ("draws_on_a_sphere_are_those_of_their_density", draws),
];
pub const DOUBLE_CHECKS: &[Check] = &[
    ("von_mises_fisher_equals_the_golden_in_f64", |device| golden_values(device, DType::F64, 1e-10)),
    ("angles_have_the_quantiles_of_the_golden", quantiles),
    ("gradients_of_draws_on_a_sphere_are_those_of_expectations", expectations),
];

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
    quantiles: Vec<Quantile>,
}

#[derive(Deserialize)]
struct Case {
    dimensions: usize,
    concentration: f64,
    log_at_mean: f64,
    kl: f64,
    mean_fall: f64,
}

#[derive(Deserialize)]
struct Quantile {
    dimensions: usize,
    concentration: f64,
    draw: f64,
    angle: f64,
    by_concentration: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../../tests/golden/von_mises_fisher.json"))
        .expect("the golden file")
}

fn rows(values: &[f64], columns: usize, options: &TensorCreationOptions) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len() / columns, columns]), options.clone())
}

fn axis(dimensions: usize) -> Vec<f64> {
    (0..dimensions).map(|place| f64::from(u8::from(place == 0))).collect()
}

/// The density at the mean, the divergence, and its derivative κ Var cos θ, for which the golden has differences.
fn golden_values(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    for case in golden().cases {
        let Case { dimensions, concentration, log_at_mean, kl, mean_fall } = case;
        let what = format!("{dimensions} dimensions, concentration {concentration}");
        let mean = rows(&axis(dimensions), dimensions, &options);
        let kappa = rows(&[concentration], 1, &options).require_grad();
        let sphere = || VonMisesFisher::new(mean.clone(), kappa.clone()).expect("shapes");
        let at_mean = sphere().log_prob(mean.clone()).expect("shapes");
        assert_close(&format!("{what}: log density"), &host(at_mean.clone()), &[log_at_mean], tolerance);
        // d/dκ log q(μ) = 1 − E cos θ.
        let slope = host(kappa.grad(&at_mean.sum().backward()).expect("tracked"));
        assert_close(&format!("{what}: its slope"), &slope, &[mean_fall], tolerance);
        let divergence = host(sphere().kl_from_uniform());
        // Near 0 the divergence is a difference of numbers of the size of a logarithm of an area.
        let scale = log_at_mean.abs().max(kl);
        assert!((divergence[0] - kl).abs() <= tolerance * scale, "{what}: {} is not {kl}", divergence[0]);
    }
}

/// Noise along the mean tells the angle, and its slope is implicit.
fn quantiles(device: &Device) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), DType::F64));
    for Quantile { dimensions, concentration, draw, angle, by_concentration } in golden().quantiles {
        let what = format!("{dimensions} dimensions, concentration {concentration}, draw {draw}");
        let mut noise = axis(dimensions);
        (noise[0], noise[1]) = (draw, 1.0);
        let kappa = rows(&[concentration], 1, &options).require_grad();
        let mean = rows(&axis(dimensions), dimensions, &options);
        let drawn = || {
            let sphere = VonMisesFisher::new(mean.clone(), kappa.clone()).expect("shapes");
            sphere.rsample(rows(&noise, dimensions, &options)).expect("shapes").z
        };
        let z = host(drawn());
        assert_close(&what, &[z[0], z[1]], &[angle.cos(), angle.sin()], 1e-11);
        let slope = |place: usize| {
            let z = drawn().slice([0..1, place..place + 1]).sum();
            host(kappa.grad(&z.backward()).expect("tracked"))[0]
        };
        let slope = slope(1) * angle.cos() - slope(0) * angle.sin();
        // Differences of the golden have an error of their own.
        let scale = by_concentration.abs().max(1e-12);
        assert!(
            (slope - by_concentration).abs() <= 1e-5 * scale,
            "{what}: {slope} is not {by_concentration}"
        );
    }
}

const ROWS: usize = 40_000;

fn sphere(concentration: &Tensor<2>, mean: &Tensor<2>) -> VonMisesFisher {
    let mean = directions(mean.clone()).repeat_dim(0, ROWS);
    VonMisesFisher::new(mean, concentration.clone().repeat_dim(0, ROWS)).expect("shapes")
}

fn noise(dimensions: usize, options: &TensorCreationOptions) -> Tensor<2> {
    let drawn = standard_normals(&mut random(7), ROWS * dimensions);
    Tensor::from_data(TensorData::new(drawn, [ROWS, dimensions]), options.clone())
}

/// Of length 1, with the density that is said, a mean of A μ, and no direction across μ before another.
fn draws(device: &Device) {
    let options = TensorCreationOptions::from((device, DType::F32));
    for (dimensions, kappa) in [(2, 1.0), (3, 20.0), (5, 0.0), (20, 20.0)] {
        let mut start = vec![0.5; dimensions];
        start[0] = -1.0;
        let (kappa_rows, mean) = (rows(&[kappa], 1, &options), rows(&start, dimensions, &options));
        let sphere = sphere(&kappa_rows, &mean);
        let drawn = sphere.rsample(noise(dimensions, &options)).expect("shapes");
        let known = host(sphere.log_prob(drawn.z.clone()).expect("shapes"));
        assert_close("density of draws", &host(drawn.log_prob), &known, 2e-5);
        let lengths = host((drawn.z.clone() * drawn.z.clone()).sum_dim(1));
        assert!(lengths.iter().all(|length| (length - 1.0).abs() < 1e-5), "{dimensions} dimensions");
        let fall =
            golden().cases.into_iter().find(|c| c.dimensions == dimensions && c.concentration == kappa);
        let cosine = 1.0 - fall.expect("a case").mean_fall;
        let [found, direction] = [host(drawn.z.mean_dim(0)), host(directions(mean))];
        for (found, direction) in found.iter().zip(direction) {
            // Five standard errors: a coordinate's variance is 1/m at most where κ is 0, and less elsewhere.
            let error = 5.0 / (ROWS as f64 * if kappa == 0.0 { dimensions as f64 } else { 2.0 }).sqrt();
            assert!((found - cosine * direction).abs() < error, "{dimensions} dimensions: mean {found}");
        }
    }
}

/// `E a·z = A(κ) a·μ`, so its slopes are `Var(cos θ) a·μ` by κ and `A (a − μ a·μ)/‖μ‖` by a μ that is not of length 1.
fn expectations(device: &Device) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), DType::F64));
    let (dimensions, kappa, step) = (5, 2.0, 1e-4);
    let (start, along) = ([1.0, -0.5, 0.25, 0.0, 0.5], [0.3, 1.0, -0.7, 0.2, -0.4]);
    let mean = rows(&start, dimensions, &options).require_grad();
    let concentration = rows(&[kappa], 1, &options).require_grad();
    let z = sphere(&concentration, &mean).rsample(noise(dimensions, &options)).expect("shapes").z;
    let gradients = (z.mean_dim(0) * rows(&along, dimensions, &options)).sum().backward();
    let cosine = |kappa: f64| {
        let sphere = VonMisesFisher::new(mean.clone(), rows(&[kappa], 1, &options)).expect("shapes");
        // KL = ∫ κ Var, and so its slope over κ is the variance; the mean is that of the density's slope.
        host(sphere.kl_from_uniform())[0]
    };
    let variance = (cosine(kappa + step) - cosine(kappa - step)) / (2.0 * step) / kappa;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let length = dot(&start, &start).sqrt();
    let unit: Vec<f64> = start.iter().map(|value| value / length).collect();
    let by_kappa = host(concentration.grad(&gradients).expect("tracked"))[0];
    assert!((by_kappa - variance * dot(&along, &unit)).abs() < 0.01, "{by_kappa}");
    // I_{5/2}(2) / I_{3/2}(2), by the functions' closed forms.
    let (sinh, cosh) = (kappa.sinh(), kappa.cosh());
    let three_halves = cosh - sinh / kappa;
    let five_halves = sinh * (1.0 + 3.0 / (kappa * kappa)) - 3.0 * cosh / kappa;
    let share = five_halves / three_halves;
    let by_mean = host(mean.grad(&gradients).expect("tracked"));
    for ((found, along), unit) in by_mean.iter().zip(along).zip(&unit) {
        let known = share * (along - unit * dot(&[0.3, 1.0, -0.7, 0.2, -0.4], &start) / length) / length;
        assert!((found - known).abs() < 0.01, "{found} is not {known}");
    }
}
