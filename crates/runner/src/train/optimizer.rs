//! The optimizers with every constant set by the experiment: defaults are no part of a result.

use aevb_models::optimizer::{Adagrad, Adam};
use burn::optim::SgdConfig;
use burn::optim::momentum::MomentumConfig;

use super::module_optimizer::ModuleOptimizer;
use crate::experiment::Optimizer;

/// The optimizer before its first step.
pub(super) fn init(optimizer: &Optimizer) -> ModuleOptimizer {
    match optimizer {
        Optimizer::Adam(adam) => Adam {
            beta_1: adam.beta_1 as f32,
            beta_2: adam.beta_2 as f32,
            epsilon: adam.epsilon as f32,
            weight_decay: 0.0,
        }
        .into(),
        Optimizer::AdamW(adamw) => Adam {
            beta_1: adamw.beta_1 as f32,
            beta_2: adamw.beta_2 as f32,
            epsilon: adamw.epsilon as f32,
            weight_decay: adamw.weight_decay as f32,
        }
        .into(),
        Optimizer::Adagrad(adagrad) => Adagrad { epsilon: adagrad.epsilon as f32 }.into(),
        Optimizer::Sgd(sgd) if sgd.momentum == 0.0 => SgdConfig::new().build().into(),
        Optimizer::Sgd(sgd) => {
            let momentum = MomentumConfig::new().with_momentum(sgd.momentum).with_dampening(0.0);
            SgdConfig::new().with_momentum(Some(momentum)).build().into()
        }
    }
}
