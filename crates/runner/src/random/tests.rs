use aevb_models::vgae::GraphEncoderConfig;
use burn::tensor::Device;
use rand::Rng;
use serde::Deserialize;

use super::*;

const PURPOSES: [Purpose; 8] = [
    Purpose::Split,
    Purpose::EpochOrder,
    Purpose::PosteriorNoise,
    Purpose::Binarisation,
    Purpose::Sampling,
    Purpose::ImportanceSampling,
    Purpose::MarkovChain,
    Purpose::Measurement,
];

fn words(seed: u64, purpose: Purpose, step: u64) -> [u64; 2] {
    let mut generator = Streams::new(seed).generator(purpose, step);
    [generator.next_u64(), generator.next_u64()]
}

/// What `tests/golden/random.py` computes with a ChaCha8 and a ziggurat of its own.
#[derive(Deserialize)]
struct Golden {
    seed: String,
    purpose: usize,
    step: String,
    words: Vec<String>,
    normals: Vec<f32>,
    normals_sum: f64,
    normals_largest: f32,
}

#[test]
fn the_draws_are_those_of_an_independent_implementation() {
    let text = include_str!("../../../../tests/golden/random.json");
    let cases: Vec<Golden> = serde_json::from_str(text).expect("the golden file");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let seed = case.seed.parse().expect("a seed");
        let step = case.step.parse().expect("a step");
        let fresh = || Streams::new(seed).generator(PURPOSES[case.purpose - 1], step);
        let mut words = fresh();
        assert!(case.words.iter().all(|word| *word == words.next_u64().to_string()));
        let normals = standard_normals(&mut fresh(), 5000);
        assert_eq!(normals[..8], case.normals);
        let sum: f64 = normals.iter().map(|&x| f64::from(x)).sum();
        assert!((sum - case.normals_sum).abs() < 1e-4, "each draw is rounded to f32");
        assert_eq!(normals.iter().fold(0f32, |largest, x| largest.max(x.abs())), case.normals_largest);
    }
}

#[derive(Deserialize)]
struct TorchWeights {
    seed: u64,
    bits: Vec<Vec<i32>>,
}

/// `tests/golden/gae_torch.py` draws them.
#[test]
fn initial_weights_are_pytorchs_to_the_bit() {
    let text = include_str!("../../../../tests/golden/torch_weights.json");
    let cases: Vec<TorchWeights> = serde_json::from_str(text).expect("the golden file");
    assert_eq!(cases.len(), 3);
    for TorchWeights { seed, bits } in cases {
        let mut random = Streams::new(seed).initial_weights();
        let config = GraphEncoderConfig::new(4, 7, vec![5], 3);
        let model = config.init_vgae(&mut random, &Device::flex().autodiff()).expect("valid");
        let layers = [&model.hidden[0].weight, model.mean.weight(), model.log_sigma.weight()];
        for (weight, bits) in layers.into_iter().zip(bits) {
            let weights = weight.val().into_data().try_into_vec::<f32>().expect("F32");
            assert_eq!(weights.iter().map(|weight| weight.to_bits() as i32).collect::<Vec<_>>(), bits);
        }
    }
}

#[test]
fn every_seed_purpose_and_step_has_its_own_generator() {
    let mut seen = std::collections::HashSet::new();
    for seed in [0, 1, 256, 1 << 32, u64::MAX] {
        for purpose in PURPOSES {
            for step in [0, 1, 2, 1 << 32, u64::MAX] {
                assert!(seen.insert(words(seed, purpose, step)), "{seed} {purpose:?} {step}");
            }
        }
    }
}

#[test]
fn a_generator_does_not_depend_on_what_was_drawn_before() {
    let streams = Streams::new(3);
    let _ = standard_normals(&mut streams.generator(Purpose::PosteriorNoise, 0), 1000);
    let again = standard_normals(&mut streams.generator(Purpose::PosteriorNoise, 1), 5);
    assert_eq!(again, standard_normals(&mut Streams::new(3).generator(Purpose::PosteriorNoise, 1), 5));
}

/// The first eight moments and the tails of a million draws against N(0, 1), each within 5 standard errors.
#[test]
fn normals_have_the_moments_and_tails_of_the_normal_distribution() {
    let count = 1_000_000;
    let draws = standard_normals(&mut Streams::new(1).generator(Purpose::PosteriorNoise, 0), count);
    let mean_of = |g: &dyn Fn(f64) -> f64| draws.iter().map(|&x| g(f64::from(x))).sum::<f64>() / count as f64;
    // E[x^k] of N(0, 1) is (k − 1)!! for even k, and Var(x^k) = E[x^2k] − E[x^k]².
    let moment = |k: i32| {
        if k % 2 == 1 { 0.0 } else { (1..k).step_by(2).map(f64::from).product::<f64>() }
    };
    for k in 1..=8 {
        let error = mean_of(&|x| x.powi(k)) - moment(k);
        let deviation = ((moment(2 * k) - moment(k).powi(2)) / count as f64).sqrt();
        assert!(error.abs() < 5.0 * deviation, "moment {k} is off by {error}");
    }
    // P(|x| > t) to 10 digits; 3.7 lies beyond the ziggurat's base, 3.654.
    for (t, p) in [
        (0.1, 0.920_344_325_4),
        (1.0, 0.317_310_507_9),
        (2.0, 0.045_500_263_9),
        (3.0, 0.002_699_796_1),
        (3.7, 2.155_86e-4),
    ] {
        let error = mean_of(&|x| f64::from(x.abs() > t)) - p;
        assert!(error.abs() < 5.0 * (p / count as f64).sqrt(), "P(|x| > {t}) is off by {error}");
    }
}
