use burn::backend::Dispatch;
use burn::optim::{AdamState, AdaptiveMomentumState, LearningRate, ModuleOptimizer, Optimizer};
use burn::tensor::{Device, Tensor};

use super::ops::{AdamStep, OptimizerOps};

/// Adam (Kingma & Ba, arXiv 1412.6980) and, with weight decay, AdamW (Loshchilov & Hutter, arXiv 1711.05101).
///
/// Its state is that of Burn's own Adam, by the same names in a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// How much of the first moment is kept in a step.
    pub beta_1: f32,
    /// How much of the second moment is kept in a step.
    pub beta_2: f32,
    /// What is added to the root of the second moment.
    pub epsilon: f32,
    /// The share of the weights that is taken off in a step of size 1, apart from the gradient.
    pub weight_decay: f32,
}

impl Adam {
    /// The optimizer of a whole model, before its first step.
    pub fn init(self) -> ModuleOptimizer {
        self.into()
    }

    fn at(&self, time: usize, learning_rate: LearningRate) -> AdamStep {
        let Self { beta_1, beta_2, epsilon, weight_decay } = *self;
        let time = i32::try_from(time).unwrap_or(i32::MAX);
        let root = (1.0 - beta_2.powi(time)).sqrt();
        AdamStep {
            beta_1,
            beta_2,
            scale: root / (1.0 - beta_1.powi(time)),
            epsilon: epsilon * root,
            learning_rate,
            keep: 1.0 - learning_rate * f64::from(weight_decay),
        }
    }
}

impl Optimizer for Adam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<D>,
        grad: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let AdaptiveMomentumState { time, moment_1, moment_2, .. } = match state {
            Some(state) => state.momentum,
            None => AdaptiveMomentumState::new(0, tensor.zeros_like(), tensor.zeros_like()),
        };
        let time = time + 1;
        let (tensor, moment_1, moment_2) = Dispatch::adam_update(
            tensor.into_dispatch(),
            grad.into_dispatch(),
            moment_1.into_dispatch(),
            moment_2.into_dispatch(),
            self.at(time, lr),
        );
        let [tensor, moment_1, moment_2] = [tensor, moment_1, moment_2].map(Tensor::from_dispatch);
        (tensor, Some(AdamState::new(AdaptiveMomentumState::new(time, moment_1, moment_2))))
    }

    fn to_device<const D: usize>(mut state: Self::State<D>, device: &Device) -> Self::State<D> {
        state.momentum = state.momentum.to_device(device);
        state
    }
}
