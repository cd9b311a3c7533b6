//! Sums whose order is fixed. Burn's whole-tensor `sum` splits its work by the number of threads and, on GPUs, adds by
//! atomics: not the same bits from run to run.

use burn::tensor::Tensor;

/// The sum of a vector `[n]`; `[1]`.
pub(crate) fn sum(x: Tensor<1>) -> Tensor<1> {
    const WIDTH: usize = 256;
    let length = x.dims()[0];
    if length == 0 {
        return Tensor::zeros([1], (&x.device(), x.dtype()));
    }
    let whole = length - length % WIDTH;
    let tail = |x: Tensor<1>| sum_dims(x.reshape([1, length - whole]));
    if whole == 0 {
        return tail(x);
    }
    let head = sum_dims(x.clone().slice(0..whole).reshape([whole / WIDTH, WIDTH]));
    if whole == length { head } else { head + tail(x.slice(whole..length)) }
}

/// The sum of a matrix `[rows, columns]`, row by row; `[1]`.
pub(crate) fn sum_dims(x: Tensor<2>) -> Tensor<1> {
    x.sum_dim(1).sum_dim(0).reshape([1])
}

/// The sum of each row of a matrix `[rows, columns]`; `[rows]`.
pub(crate) fn sum_rows(x: Tensor<2>) -> Tensor<1> {
    let rows = x.dims()[0];
    x.sum_dim(1).reshape([rows])
}
