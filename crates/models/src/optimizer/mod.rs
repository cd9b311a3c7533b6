//! Burn's optimizers with their updates in one pass over memory: the same arithmetic in the same order, and so the same
//! bits on the CPU, but for weight decay, where Burn divides by the two corrections one after the other.

mod adagrad;
mod adam;
mod cpu;
mod ops;

use burn::optim::{Optimizer, Sgd};
use burn::tensor::Tensor;

pub use adagrad::{Adagrad, AdagradState};
pub use adam::Adam;

/// An optimizer whose squares of gradients can be looked at. Where one overflowed, the optimizer divides by infinity ever
/// after, and the parameter stands still without a word.
pub trait Squares: Optimizer {
    /// What the state keeps of the squares, in the shape of the parameter; `None` for an optimizer that keeps none.
    fn squares<const D: usize>(state: &Self::State<D>) -> Option<Tensor<D>>;
}

impl Squares for Adam {
    fn squares<const D: usize>(state: &Self::State<D>) -> Option<Tensor<D>> {
        Some(state.momentum.moment_2.clone())
    }
}

impl Squares for burn::optim::Adam {
    fn squares<const D: usize>(state: &Self::State<D>) -> Option<Tensor<D>> {
        Some(state.momentum.moment_2.clone())
    }
}

impl Squares for Adagrad {
    fn squares<const D: usize>(state: &Self::State<D>) -> Option<Tensor<D>> {
        Some(state.sum.clone())
    }
}

impl Squares for Sgd {
    fn squares<const D: usize>(_: &Self::State<D>) -> Option<Tensor<D>> {
        None
    }
}
