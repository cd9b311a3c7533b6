use burn::backend::Dispatch;
use burn::optim::{LearningRate, ModuleOptimizer, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Device, Tensor};

use super::ops::OptimizerOps;

/// Adagrad (Duchi, Hazan & Singer 2011), with a constant step size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adagrad {
    /// What is added to the root of the sum.
    pub epsilon: f32,
}

/// What Adagrad keeps of a parameter.
#[derive(Clone, Debug)]
pub struct AdagradState<const D: usize> {
    /// The sum of the squares of all gradients.
    pub sum: Tensor<D>,
}

impl<const D: usize> RecordState for AdagradState<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_tensor(prefix, "sum", self.sum.to_data());
    }

    fn state_unflatten(prefix: &str, src: &mut StateSource, device: &Device) -> Option<Self> {
        let sum = src.take_tensor(prefix, "sum")?;
        (sum.rank() == D).then(|| Self { sum: Tensor::from_data(sum, device) })
    }
}

impl Adagrad {
    /// The optimizer of a whole model, before its first step.
    pub fn init(self) -> ModuleOptimizer {
        self.into()
    }
}

impl Optimizer for Adagrad {
    type State<const D: usize> = AdagradState<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<D>,
        grad: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let sum = state.map_or_else(|| tensor.zeros_like(), |state| state.sum);
        let (tensor, sum) = Dispatch::adagrad_update(
            tensor.into_dispatch(),
            grad.into_dispatch(),
            sum.into_dispatch(),
            lr,
            self.epsilon,
        );
        (Tensor::from_dispatch(tensor), Some(AdagradState { sum: Tensor::from_dispatch(sum) }))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        AdagradState { sum: state.sum.to_device(device) }
    }
}
