//! Functions of single numbers that Burn has not, or that are 0 there where they should be small: what is near 0 keeps its
//! relative accuracy.

mod autodiff;
mod cpu;
mod ops;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use ops::{ElementwiseOps, Function};

/// `log(1 + eˣ)`, of the same shape.
pub(crate) fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::elementwise(x.into_dispatch(), Function::Softplus))
}

/// `log(1 − e⁻ˣ)` for x > 0, of the same shape; 0 and numbers below count as the least positive one.
pub(crate) fn log_one_minus_exp<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::elementwise(x.into_dispatch(), Function::LogOneMinusExp))
}
