use aevb_models::nn::{DataShape, HiddenActivation};
use aevb_models::vae::{AutoencoderConfig, Estimator, Likelihood, Sgvb, Vae};
use burn::tensor::Device;

use super::*;
use crate::experiment::{Adagrad, Adam, AdamW, Optimizer as Config, Sgd, WeightDistribution};
use crate::random::{Purpose, Streams, standard_normals};
use crate::train::density::DensityModel;
use crate::train::initial_weights::Draw;
use crate::train::{optimizer, weights};

const PIXELS: usize = 6;

fn model(hidden: &[usize]) -> Vae {
    let mut draw = Draw::new(WeightDistribution::Glorot, Streams::new(3).initial_weights());
    let data = DataShape::Columns(PIXELS);
    let config =
        AutoencoderConfig::new(data, hidden.to_vec(), 2, HiddenActivation::Tanh, Likelihood::default());
    Vae::init(&config, &mut draw, &Device::flex().autodiff()).expect("a small model")
}

fn optimizers() -> Vec<(Config, &'static [&'static str])> {
    let adam: &[&str] = &["momentum.moment_1", "momentum.moment_2", "momentum.time"];
    vec![
        (Config::Adam(Adam::default()), adam),
        (Config::AdamW(AdamW::default()), adam),
        (Config::Adagrad(Adagrad::default()), &["sum"]),
        (Config::Sgd(Sgd { momentum: 0.9, ..Sgd::default() }), &["momentum.velocity"]),
        (Config::Sgd(Sgd::default()), &[]),
    ]
}

fn gradients(model: &Vae, step: u64) -> GradientsParams {
    let device = Device::flex();
    let mut random = Streams::new(5).generator(Purpose::Sampling, step);
    let mut draw = |rows, columns| {
        let values = standard_normals(&mut random, rows * columns);
        Tensor::<2>::from_data(TensorData::new(values, [rows, columns]), &device)
    };
    let (x, noise) = (draw(4, PIXELS), draw(4, 2));
    let sgvb = Sgvb { estimator: Estimator::B, samples: 1 };
    let bound = sgvb.bound(model, x, noise).expect("the shapes fit");
    let total = bound.kl - bound.log_likelihood;
    GradientsParams::from_grads(total.reshape([1, 4]).sum_dim(1).backward(), model)
}

fn steps(optimizer: &mut ModuleOptimizer, mut model: Vae, steps: std::ops::Range<u64>) -> Vae {
    for step in steps {
        let gradients = gradients(&model, step);
        model = optimizer.step(0.05, model, gradients);
    }
    model
}

#[test]
fn parameters_have_ids_and_paths_of_their_own() {
    let parameters = parameters(&model(&[3, 4]));
    let ids: std::collections::BTreeSet<u64> =
        parameters.iter().map(|parameter| parameter.id.val()).collect();
    let paths: std::collections::BTreeSet<&str> =
        parameters.iter().map(|parameter| parameter.path.as_str()).collect();
    assert_eq!((ids.len(), paths.len()), (parameters.len(), parameters.len()));
    assert!(parameters.len() > 10, "{paths:?}");
}

#[test]
fn every_moment_of_every_parameter_comes_back_and_the_next_steps_are_the_same() {
    for (config, names) in optimizers() {
        let mut whole = optimizer::init(&config);
        let model = steps(&mut whole, model(&[3]), 0..3);
        let saved = whole.to_bytes(&model);
        let file = SafeTensors::deserialize(&saved).expect("safetensors");
        for Parameter { path, shape, .. } in parameters(&model) {
            for name in names {
                let view = file.tensor(&format!("{path}.{name}")).expect("saved");
                if view.shape().is_empty() {
                    assert_eq!(view.data(), 3u64.to_le_bytes(), "{path}.{name}");
                } else {
                    assert_eq!(view.shape(), shape);
                    assert!(view.data().iter().any(|&byte| byte != 0), "{path}.{name} is zero");
                }
            }
        }
        assert_eq!(file.len(), names.len() * parameters(&model).len(), "{config:?}");

        let mut restored = optimizer::init(&config);
        let weights = weights::to_bytes(&model);
        let again =
            weights::from_bytes(self::model(&[3]), &weights, "test".as_ref()).expect("the same model");
        restored.restore(&again, &saved).expect("the same optimizer");
        let reloaded = restored.to_bytes(&again);
        let (before, after) = (file, SafeTensors::deserialize(&reloaded).expect("safetensors"));
        for (name, view) in before.iter() {
            let loaded = after.tensor(name).expect("there");
            assert_eq!((loaded.shape(), loaded.data()), (view.shape(), view.data()), "{name}");
        }
        let (model, again) = (steps(&mut whole, model, 3..6), steps(&mut restored, again, 3..6));
        assert!(weights::to_bytes(&model) == weights::to_bytes(&again), "{config:?}");
        assert!(whole.to_bytes(&model) == restored.to_bytes(&again), "{config:?}");
    }
}

#[test]
fn the_steps_are_those_of_burns_own_module_optimizer() {
    let mut own = ModuleOptimizer::from(burn::optim::AdamConfig::new().build());
    let mut burns = burn::optim::AdamConfig::new().init();
    let mut expected = model(&[3]);
    for step in 0..4 {
        let gradients = gradients(&expected, step);
        expected = burns.step(0.05, expected, gradients);
    }
    let found = steps(&mut own, model(&[3]), 0..4);
    assert!(weights::to_bytes(&found) == weights::to_bytes(&expected));
}

#[test]
fn the_state_of_another_optimizer_or_model_is_refused() {
    let adam = Config::Adam(Adam::default());
    let mut trained = optimizer::init(&adam);
    let model = steps(&mut trained, model(&[3]), 0..2);
    let saved = trained.to_bytes(&model);
    let refused = |config: &Config, model: &Vae, bytes: &[u8]| {
        optimizer::init(config).restore(model, bytes).expect_err("another state")
    };
    for (config, _) in optimizers().into_iter().skip(2) {
        assert_eq!(refused(&config, &model, &saved), "is not the state of this optimizer", "{config:?}");
    }
    let deeper = refused(&adam, &self::model(&[3, 3]), &saved);
    assert_eq!(deeper, "is not the state of this optimizer");
    let wider = refused(&adam, &self::model(&[4]), &saved);
    assert!(wider.contains(" is F32 ["), "{wider}");
    for length in 0..saved.len() {
        refused(&adam, &model, &saved[..length]);
    }
    let file = SafeTensors::deserialize(&saved).expect("safetensors");
    for left_out in file.names() {
        let views = file.iter().filter(|(name, _)| *name != left_out);
        let without = safetensors::serialize(views, None).expect("well formed");
        assert_eq!(refused(&adam, &model, &without), "is not the state of this optimizer", "{left_out}");
    }
}
