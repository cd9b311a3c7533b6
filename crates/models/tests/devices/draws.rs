//! Draws of likelihoods have the moments that they should.

use aevb_models::vae::{FixedGaussianLikelihood, GaussianLikelihood, Likelihood, Observation, PixelMean};
use burn::tensor::Device;

use super::helpers::{host, matrix, random};
use crate::Check;

pub const CHECKS: &[Check] = &[("draws_of_likelihoods_have_their_moments", likelihoods)];

const ROWS: usize = 40_000;

/// Mean and variance within five standard errors of what is known; the error of a variance is that of a normal's.
#[track_caller]
fn assert_moments(what: &str, draws: &[f64], [mean, variance]: [f64; 2]) {
    let count = draws.len() as f64;
    let found = draws.iter().sum::<f64>() / count;
    let spread = draws.iter().map(|draw| (draw - found).powi(2)).sum::<f64>() / (count - 1.0);
    assert!((found - mean).abs() < 5.0 * (variance / count).sqrt(), "{what}: mean {found}, not {mean}");
    let error = variance * (2.0 / count).sqrt();
    assert!((spread - variance).abs() < 5.0 * error, "{what}: variance {spread}, not {variance}");
}

fn likelihoods(device: &Device) {
    let parameter = |value: f32| matrix(&[value].repeat(2 * ROWS), [ROWS, 2], device);
    let mean = PixelMean::Linear;
    let gaussian = GaussianLikelihood { mean, variance_floor: 0.0 };
    let fixed = FixedGaussianLikelihood { mean, variance: 0.25 };
    let p = 1.0 / (1.0 + 0.8f64.exp());
    let cases = [
        (Likelihood::default(), vec![parameter(-0.8)], [p, p * (1.0 - p)]),
        (Likelihood::Gaussian(gaussian), vec![parameter(1.5), parameter(-1.0)], [1.5, (-1f64).exp()]),
        (Likelihood::GaussianFixed(fixed), vec![parameter(-2.0)], [-2.0, 0.25]),
    ];
    for (likelihood, parameters, moments) in cases {
        let name = likelihood.name();
        let observation = Observation { likelihood, parameters };
        let draws = host(observation.sample(&mut random(11)).expect("shapes"));
        assert_moments(name, &draws, moments);
        let again = host(observation.sample(&mut random(11)).expect("shapes"));
        assert_eq!(draws, again, "{name}: the same generator draws the same");
        if name == "bernoulli" {
            assert!(draws.iter().all(|&draw| draw == 0.0 || draw == 1.0));
        }
    }
}
