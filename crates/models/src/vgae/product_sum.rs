use burn::tensor::{DType, FloatDType, Tensor};

use crate::error::{Error, Result};
use crate::reduce::sum_dims;

/// `Σ_ij a_i z_i·w_j` over all pairs of a row of `z` with a row of `w`, which is `(Σ_i a_i z_i)·(Σ_j w_j)`: exact in O((rows +
/// columns)·d). It is summed in double precision where the device has that, as the CPUs do; else in the rows' own, by which the
/// sum of N numbers of one sign is off by about `log₂ N` roundings.
///
/// # Shapes
/// - z: `[rows, width]`, w: `[columns, width]`, the rows of `z` again where there are none
/// - weights: `[rows]`, ones where there are none
/// - output: `[1]`, of the rows' float type
///
/// # Errors
/// If the widths differ.
pub(super) fn product_sum(
    z: Tensor<2>,
    w: Option<Tensor<2>>,
    weights: Option<Tensor<1>>,
) -> Result<Tensor<1>> {
    if let Some(w) = &w
        && z.dims()[1] != w.dims()[1]
    {
        return Err(Error::shape("sum of products", z.dims(), w.dims()));
    }
    let dtype = z.dtype();
    let z = wide(z);
    let columns = w.map_or_else(|| z.clone(), wide).sum_dim(0);
    let rows = match weights {
        Some(weights) => (z * wide(weights.reshape([-1, 1]))).sum_dim(0),
        None => z.sum_dim(0),
    };
    let sum = sum_dims(rows * columns);
    Ok(if sum.dtype() == dtype { sum } else { sum.cast(FloatDType::from(dtype)) })
}

fn wide(x: Tensor<2>) -> Tensor<2> {
    if x.dtype() != DType::F64 && x.device().supports_dtype(DType::F64) { x.cast(FloatDType::F64) } else { x }
}
