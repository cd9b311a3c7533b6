//! A fully connected layer with what follows it, `f(X W + b)`, in one operation.
//!
//! On the CPU the bias and `f` are applied to each block of the product while it is in the cache, and the
//! backward pass takes its two products side by side; on GPUs it is Burn's own operations, which fusion joins.

mod autodiff;
mod cpu;
mod ops;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::error::{Error, Result};
use ops::DenseOps;
pub use ops::Function;

/// `f(X W + b)`.
///
/// # Shapes
/// - x: `[rows, d_input]`
/// - weight: `[d_input, d_output]`
/// - bias: `[d_output]`
/// - output: `[rows, d_output]`
///
/// # Errors
/// If the widths do not go together, or the float types differ.
pub fn dense(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, function: Function) -> Result<Tensor<2>> {
    if x.dims()[1] != weight.dims()[0] {
        return Err(Error::shape("linear layer", x.dims(), weight.dims()));
    }
    if bias.dims()[0] != weight.dims()[1] {
        return Err(Error::shape("bias of a linear layer", weight.dims(), bias.dims()));
    }
    Error::require_same_float_type("linear layer", x.dtype(), weight.dtype())?;
    Error::require_same_float_type("bias of a linear layer", weight.dtype(), bias.dtype())?;
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Ok(Tensor::from_dispatch(Dispatch::dense(x, weight, bias, function)))
}
