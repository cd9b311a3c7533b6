//! The GPU kernels: one thread an output element, so no atomics and one order of summation.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use burn_backend::cubecl::dtype_to_storage_type;
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_dtype;
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use super::ops::{Csr, Edges, SparseOps, spmm_shape};

#[cube(launch_unchecked)]
fn spmm_kernel<F: Float>(
    row_offsets: &Tensor<i32>,
    columns: &Tensor<i32>,
    values: &Tensor<F>,
    x: &Tensor<F>,
    y: &mut Tensor<F>,
    #[define(F)] _dtype: cubecl::ir::ElemType,
) {
    if ABSOLUTE_POS >= y.len() {
        terminate!();
    }
    let features = y.shape(1);
    let row = ABSOLUTE_POS / features;
    let feature = ABSOLUTE_POS % features;
    let begin = usize::cast_from(row_offsets[row]);
    let end = usize::cast_from(row_offsets[row + 1]);
    let mut sum = F::new(0.0_f32);
    for k in begin..end {
        sum += values[k] * x[usize::cast_from(columns[k]) * features + feature];
    }
    y[ABSOLUTE_POS] = sum;
}

#[cube(launch_unchecked)]
fn edge_scores_kernel<F: Float>(
    sources: &Tensor<i32>,
    targets: &Tensor<i32>,
    z: &Tensor<F>,
    w: &Tensor<F>,
    scores: &mut Tensor<F>,
    #[define(F)] _dtype: cubecl::ir::ElemType,
) {
    if ABSOLUTE_POS >= scores.len() {
        terminate!();
    }
    let features = z.shape(1);
    let z_row = usize::cast_from(sources[ABSOLUTE_POS]) * features;
    let w_row = usize::cast_from(targets[ABSOLUTE_POS]) * features;
    let mut sum = F::new(0.0_f32);
    for feature in 0..features {
        sum += z[z_row + feature] * w[w_row + feature];
    }
    scores[ABSOLUTE_POS] = sum;
}

impl SparseOps for CubeBackend {
    fn spmm(matrix: Csr<Self>, _transpose: Csr<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape = spmm_shape(&matrix.row_offsets.shape(), &x.shape());
        let elements = shape.num_elements();
        let dtype = x.dtype;
        let x = into_contiguous(x);
        let y = empty_device_dtype(x.client.clone(), x.device.clone(), shape, dtype);
        if elements == 0 {
            return y;
        }
        let dim = CubeDim::new(&x.client, elements);
        let count = calculate_cube_count_elemwise(&x.client, elements, dim);
        // SAFETY: a thread writes `y[ABSOLUTE_POS]` only, after comparing with its length; offsets and columns were
        // checked against the shape when the matrix was made, and `x` has a row for each column.
        unsafe {
            spmm_kernel::launch_unchecked(
                &y.client,
                count,
                dim,
                into_contiguous(matrix.row_offsets).into_tensor_arg(),
                into_contiguous(matrix.columns).into_tensor_arg(),
                into_contiguous(matrix.values).into_tensor_arg(),
                x.into_tensor_arg(),
                y.clone().into_tensor_arg(),
                dtype_to_storage_type(dtype),
            );
        }
        y
    }

    fn edge_scores(edges: Edges<Self>, z: FloatTensor<Self>, w: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape = edges.sources.shape();
        let elements = shape.num_elements();
        let dtype = z.dtype;
        let z = into_contiguous(z);
        let scores = empty_device_dtype(z.client.clone(), z.device.clone(), shape, dtype);
        if elements == 0 {
            return scores;
        }
        let dim = CubeDim::new(&z.client, elements);
        let count = calculate_cube_count_elemwise(&z.client, elements, dim);
        // SAFETY: a thread writes `scores[ABSOLUTE_POS]` only, after comparing with its length; both ends of each edge
        // were checked against the number of rows when the list was made.
        unsafe {
            edge_scores_kernel::launch_unchecked(
                &scores.client,
                count,
                dim,
                into_contiguous(edges.sources).into_tensor_arg(),
                into_contiguous(edges.targets).into_tensor_arg(),
                z.into_tensor_arg(),
                into_contiguous(w).into_tensor_arg(),
                scores.clone().into_tensor_arg(),
                dtype_to_storage_type(dtype),
            );
        }
        scores
    }
}
