//! Burn's optimizers with every constant set by the experiment: their own defaults are no part of a result.

use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdaGradConfig, AdamConfig, AdamWConfig, SgdConfig};

use super::module_optimizer::ModuleOptimizer;
use crate::experiment::Optimizer;

/// The optimizer before its first step.
pub(super) fn init(optimizer: &Optimizer) -> ModuleOptimizer {
    match optimizer {
        Optimizer::Adam(adam) => AdamConfig::new()
            .with_beta_1(adam.beta_1 as f32)
            .with_beta_2(adam.beta_2 as f32)
            .with_epsilon(adam.epsilon as f32)
            .build()
            .into(),
        Optimizer::AdamW(adamw) => AdamWConfig::new()
            .with_beta_1(adamw.beta_1 as f32)
            .with_beta_2(adamw.beta_2 as f32)
            .with_epsilon(adamw.epsilon as f32)
            .with_weight_decay(adamw.weight_decay as f32)
            .build()
            .into(),
        Optimizer::Adagrad(adagrad) => {
            AdaGradConfig::new().with_epsilon(adagrad.epsilon as f32).build().into()
        }
        Optimizer::Sgd(sgd) if sgd.momentum == 0.0 => SgdConfig::new().build().into(),
        Optimizer::Sgd(sgd) => {
            let momentum = MomentumConfig::new().with_momentum(sgd.momentum).with_dampening(0.0);
            SgdConfig::new().with_momentum(Some(momentum)).build().into()
        }
    }
}
