//! The GPU kernels: each output has one owner, so no atomics and one order of summation. A long row is cut into segments
//! with an owner each, so that a hub does not hold up a launch, and a second kernel adds them up.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Shape;
use burn_backend::cubecl::dtype_to_storage_type;
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_dtype;
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use super::ops::{Csr, Edges, SparseOps, spmm_shape};

/// `Σ_k values[k] · x[columns[k]]` over each segment's nonzeros; `width` vectors make a row of `x`.
#[cube(launch_unchecked)]
fn spmm_kernel<F: Float, N: Size>(
    segments: &Tensor<i32>,
    columns: &Tensor<i32>,
    values: &Tensor<F>,
    x: &Tensor<Vector<F, N>>,
    y: &mut Tensor<Vector<F, N>>,
    width: u32,
    #[define(F)] _dtype: cubecl::ir::ElemType,
) {
    if ABSOLUTE_POS >= y.len() {
        terminate!();
    }
    let width = usize::cast_from(width);
    let segment = ABSOLUTE_POS / width;
    let place = ABSOLUTE_POS % width;
    let begin = usize::cast_from(segments[segment]);
    let end = usize::cast_from(segments[segment + 1]);
    let mut sum = Vector::<F, N>::new(F::new(0.0_f32));
    for k in begin..end {
        sum += Vector::new(values[k]) * x[usize::cast_from(columns[k]) * width + place];
    }
    y[ABSOLUTE_POS] = sum;
}

/// Adds up the segments of each row.
#[cube(launch_unchecked)]
fn add_segments_kernel<F: Float, N: Size>(
    segment_offsets: &Tensor<i32>,
    partial: &Tensor<Vector<F, N>>,
    y: &mut Tensor<Vector<F, N>>,
    width: u32,
    #[define(F)] _dtype: cubecl::ir::ElemType,
) {
    if ABSOLUTE_POS >= y.len() {
        terminate!();
    }
    let width = usize::cast_from(width);
    let row = ABSOLUTE_POS / width;
    let place = ABSOLUTE_POS % width;
    let begin = usize::cast_from(segment_offsets[row]);
    let end = usize::cast_from(segment_offsets[row + 1]);
    let mut sum = partial[begin * width + place];
    for segment in begin + 1..end {
        sum += partial[segment * width + place];
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
        let shape = spmm_shape(&matrix.rows.offsets.shape(), &x.shape());
        let dtype = x.dtype;
        let x = into_contiguous(x);
        let client = x.client.clone();
        let empty = |shape| empty_device_dtype(client.clone(), x.device.clone(), shape, dtype);
        let (rows, features) = (shape[0], shape[1]);
        let y = empty(shape);
        if rows * features == 0 {
            return y;
        }
        let vector = [4, 2, 1].into_iter().find(|size| features.is_multiple_of(*size)).unwrap_or(1);
        let width = features / vector;
        let launch = |outputs: usize| {
            let dim = CubeDim::new(&client, outputs * width);
            (calculate_cube_count_elemwise(&client, outputs * width, dim), dim)
        };
        let segments = matrix.rows.segments.shape()[0] - 1;
        let sums = if segments == rows { y.clone() } else { empty(Shape::new([segments, features])) };
        let (count, dim) = launch(segments);
        // SAFETY: a thread writes `y[ABSOLUTE_POS]` only, after comparing with its length; segments and columns were
        // checked against the shape when the matrix was made, `x` has a row for each column, and 32 bits name every
        // position in `x` and `sums`, which `matmul` and `edge_scores` have checked.
        unsafe {
            spmm_kernel::launch_unchecked(
                &client,
                count,
                dim,
                vector,
                into_contiguous(matrix.rows.segments).into_tensor_arg(),
                into_contiguous(matrix.columns).into_tensor_arg(),
                into_contiguous(matrix.values).into_tensor_arg(),
                x.clone().into_tensor_arg(),
                sums.clone().into_tensor_arg(),
                width as u32,
                dtype_to_storage_type(dtype),
            );
        }
        if segments > rows {
            let (count, dim) = launch(rows);
            // SAFETY: a thread writes `y[ABSOLUTE_POS]` only, after comparing with its length; every row has a segment,
            // and `sums` has a row for each.
            unsafe {
                add_segments_kernel::launch_unchecked(
                    &client,
                    count,
                    dim,
                    vector,
                    into_contiguous(matrix.rows.segment_offsets).into_tensor_arg(),
                    sums.into_tensor_arg(),
                    y.clone().into_tensor_arg(),
                    width as u32,
                    dtype_to_storage_type(dtype),
                );
            }
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
