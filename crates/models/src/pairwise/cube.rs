//! The GPU kernels: a thread owns a row of `z`, a tile of `w` is shared by the threads of a cube. No atomics.
//!
//! A launch sweeps a range of columns for all rows and adds to what earlier launches left, so that no launch runs long
//! enough for a driver's watchdog, and the order of summation is fixed.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{DType, Shape};
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::{empty_device_dtype, zeros_client};
use burn_cubecl::tensor::CubeTensor;
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use super::ops::{Five, PairwiseOps, Three, Wanted, wanted_shape};
use crate::curve::{EXP, LN_2, LOG1P, LOWEST};

/// Threads in a cube, and columns in a shared tile.
const CUBE: usize = 64;
/// The longest row that is kept in registers with its gradient.
const REGISTERS: usize = 64;
/// Columns handled together where rows are longer than [`REGISTERS`].
const STRIP: usize = 16;
/// Terms added in a row. Sums of sums keep each chain short: adding 20 000 equal terms one by one loses 3e-6 of the total.
const RUN: usize = 8;
/// Multiply-adds in a launch, of a product or of a gradient: a slow GPU does some 10¹¹ a second, and watchdogs allow two
/// seconds.
const WORK_PER_LAUNCH: usize = 1 << 37;

/// `exp(y)` for `LOWEST ≤ y ≤ 0`: `2ⁿ exp(r)` with `n` the nearest whole number to `y / ln 2`. The second part of
/// `n ln 2` is taken off the result: shader compilers turn `y − n a − n b` into `y − n (a + b)` and lose what `b` is for.
#[cube]
fn exp_of_negative(y: f32) -> f32 {
    let whole = (y * std::f32::consts::LOG2_E + 0.5).floor();
    let r = fma(whole, -LN_2[0], y);
    let mut p = f32::new(EXP[4]);
    p = fma(p, r, EXP[3]);
    p = fma(p, r, EXP[2]);
    p = fma(p, r, EXP[1]);
    p = fma(p, r, EXP[0]);
    p = fma(p, r, 1.0_f32);
    p = fma(p, r, 1.0_f32);
    p *= fma(whole, -LN_2[1], 1.0_f32);
    p * f32::reinterpret(u32::cast_from(whole + 127.0) << 23)
}

/// `log1p(t)` for `0 ≤ t ≤ 1`.
#[cube]
fn log1p(t: f32) -> f32 {
    let mut p = f32::new(LOG1P[8]);
    p = fma(p, t, LOG1P[7]);
    p = fma(p, t, LOG1P[6]);
    p = fma(p, t, LOG1P[5]);
    p = fma(p, t, LOG1P[4]);
    p = fma(p, t, LOG1P[3]);
    p = fma(p, t, LOG1P[2]);
    p = fma(p, t, LOG1P[1]);
    p = fma(p, t, LOG1P[0]);
    p * t
}

/// `exp(−|x|)`, from which softplus and the logistic function follow.
#[cube]
fn decay(x: f32) -> f32 {
    exp_of_negative(clamp_min(-x.abs(), LOWEST))
}

#[cube]
fn softplus(x: f32, decay: f32) -> f32 {
    // Where a shader keeps NaNs, one passes on, as it is not below zero; `clamp_min` would swallow it.
    select(x < 0.0_f32, 0.0_f32, x) + log1p(decay)
}

#[cube]
fn sigmoid(x: f32, decay: f32) -> f32 {
    select(x < 0.0_f32, decay, 1.0_f32) / (1.0_f32 + decay)
}

#[cube(launch_unchecked)]
fn register_kernel(
    z: &Tensor<f32>,
    w: &Tensor<f32>,
    z_bias: &Tensor<f32>,
    w_bias: &Tensor<f32>,
    z_weight: &Tensor<f32>,
    w_weight: &Tensor<f32>,
    row_sums: &mut Tensor<f32>,
    gradient: &mut Tensor<f32>,
    bias_gradient: &mut Tensor<f32>,
    first: u32,
    last: u32,
    #[comptime] latent: usize,
    #[comptime] biased: bool,
    #[comptime] weighted: Weighted,
    #[comptime] wanted: bool,
) {
    let row = ABSOLUTE_POS;
    // Threads past the last row load tiles with the others, and must reach the same barriers.
    let owns = row < z.shape(0);
    let (first, last) = (usize::cast_from(first), usize::cast_from(last));
    let thread = usize::cast_from(UNIT_POS);
    let mut tile = Shared::<[f32]>::new_slice(CUBE * latent);
    let mut z_row = Array::<f32>::new(latent);
    let mut sums = Array::<f32>::new(latent);
    #[unroll]
    for k in 0..latent {
        z_row[k] = 0.0_f32;
        sums[k] = 0.0_f32;
    }
    let mut bias = f32::new(0.0_f32);
    let mut weight = f32::new(0.0_f32);
    let mut bias_sum = f32::new(0.0_f32);
    if owns {
        #[unroll]
        for k in 0..latent {
            z_row[k] = z[row * latent + k];
            if comptime!(wanted) {
                sums[k] = gradient[row * latent + k];
            }
        }
        if comptime!(biased) {
            bias = z_bias[row];
        }
        if comptime!(weighted == Weighted::Rows) {
            weight = z_weight[row];
        }
    }
    let mut row_sum = f32::new(0.0_f32);
    let mut run_sum = f32::new(0.0_f32);
    for number in 0..(last - first).div_ceil(CUBE) {
        let start = first + number * CUBE;
        let columns = clamp_max(last - start, CUBE);
        sync_cube();
        #[unroll]
        for part in 0..latent {
            let element = part * CUBE + thread;
            if element < columns * latent {
                tile[element] = w[start * latent + element];
            }
        }
        sync_cube();
        let mut tile_sum = f32::new(0.0_f32);
        for part in 0..columns.div_ceil(RUN) {
            let mut part_sum = f32::new(0.0_f32);
            let mut part_bias_sum = f32::new(0.0_f32);
            for column in part * RUN..clamp_max(part * RUN + RUN, columns) {
                let mut x = f32::new(0.0_f32);
                if comptime!(biased) {
                    x = bias + w_bias[start + column];
                }
                #[unroll]
                for k in 0..latent {
                    x = fma(z_row[k], tile[column * latent + k], x);
                }
                let decay = decay(x);
                let mut softplus = softplus(x, decay);
                let mut sigmoid = sigmoid(x, decay);
                if comptime!(weighted == Weighted::Rows) {
                    softplus *= weight;
                    sigmoid *= weight;
                }
                if comptime!(weighted == Weighted::Columns) {
                    softplus *= w_weight[start + column];
                    sigmoid *= w_weight[start + column];
                }
                part_sum += softplus;
                if comptime!(wanted) {
                    #[unroll]
                    for k in 0..latent {
                        sums[k] = fma(sigmoid, tile[column * latent + k], sums[k]);
                    }
                    part_bias_sum += sigmoid;
                }
            }
            tile_sum += part_sum;
            bias_sum += part_bias_sum;
        }
        run_sum += tile_sum;
        if (number + 1) % RUN == 0 {
            row_sum += run_sum;
            run_sum = 0.0_f32;
        }
    }
    if owns {
        row_sums[row] += row_sum + run_sum;
        if comptime!(wanted) {
            #[unroll]
            for k in 0..latent {
                gradient[row * latent + k] = sums[k];
            }
            if comptime!(biased) {
                bias_gradient[row] += bias_sum;
            }
        }
    }
}

#[cube(launch_unchecked)]
fn memory_kernel(
    z: &Tensor<f32>,
    w: &Tensor<f32>,
    z_bias: &Tensor<f32>,
    w_bias: &Tensor<f32>,
    z_weight: &Tensor<f32>,
    w_weight: &Tensor<f32>,
    row_sums: &mut Tensor<f32>,
    gradient: &mut Tensor<f32>,
    bias_gradient: &mut Tensor<f32>,
    first: u32,
    last: u32,
    #[comptime] biased: bool,
    #[comptime] weighted: Weighted,
    #[comptime] wanted: bool,
) {
    let row = ABSOLUTE_POS;
    if row >= z.shape(0) {
        terminate!();
    }
    let latent = z.shape(1);
    let (first, last) = (usize::cast_from(first), usize::cast_from(last));
    let mut bias = f32::new(0.0_f32);
    let mut weight = f32::new(0.0_f32);
    let mut bias_sum = f32::new(0.0_f32);
    if comptime!(biased) {
        bias = z_bias[row];
    }
    if comptime!(weighted == Weighted::Rows) {
        weight = z_weight[row];
    }
    let mut row_sum = f32::new(0.0_f32);
    let mut run_sum = f32::new(0.0_f32);
    for number in 0..(last - first).div_ceil(STRIP) {
        let start = first + number * STRIP;
        let mut x = Array::<f32>::new(STRIP);
        #[unroll]
        for column in 0..STRIP {
            x[column] = 0.0_f32;
            if comptime!(biased) {
                x[column] = bias + w_bias[clamp_max(start + column, last - 1)];
            }
        }
        for k in 0..latent {
            let z_k = z[row * latent + k];
            #[unroll]
            for column in 0..STRIP {
                // Past the end the last column is read again and its share is dropped below.
                let column_row = clamp_max(start + column, last - 1);
                x[column] = fma(z_k, w[column_row * latent + k], x[column]);
            }
        }
        let mut strip_sum = f32::new(0.0_f32);
        let mut strip_bias_sum = f32::new(0.0_f32);
        #[unroll]
        for column in 0..STRIP {
            let inside = start + column < last;
            let decay = decay(x[column]);
            let mut softplus = softplus(x[column], decay);
            let mut sigmoid = sigmoid(x[column], decay);
            if comptime!(weighted == Weighted::Rows) {
                softplus *= weight;
                sigmoid *= weight;
            }
            if comptime!(weighted == Weighted::Columns) {
                let column_weight = w_weight[clamp_max(start + column, last - 1)];
                softplus *= column_weight;
                sigmoid *= column_weight;
            }
            strip_sum += select(inside, softplus, 0.0_f32);
            x[column] = select(inside, sigmoid, 0.0_f32);
            strip_bias_sum += x[column];
        }
        bias_sum += strip_bias_sum;
        run_sum += strip_sum;
        if (number + 1) % STRIP == 0 {
            row_sum += run_sum;
            run_sum = 0.0_f32;
        }
        if comptime!(wanted) {
            for k in 0..latent {
                let mut sum = gradient[row * latent + k];
                #[unroll]
                for column in 0..STRIP {
                    let column_row = clamp_max(start + column, last - 1);
                    sum = fma(x[column], w[column_row * latent + k], sum);
                }
                gradient[row * latent + k] = sum;
            }
        }
    }
    row_sums[row] += row_sum + run_sum;
    if comptime!(wanted && biased) {
        bias_gradient[row] += bias_sum;
    }
}

/// One cube adds all values up: each thread a stride of them in runs of `√values`, and then a tree.
#[cube(launch_unchecked)]
fn total_kernel(values: &Tensor<f32>, total: &mut Tensor<f32>, run: u32, #[comptime] threads: usize) {
    let thread = usize::cast_from(UNIT_POS);
    let mut partial = Shared::<[f32]>::new_slice(threads);
    let mut sum = f32::new(0.0_f32);
    let run = usize::cast_from(run);
    for part in 0..values.len().div_ceil(threads * run) {
        let mut part_sum = f32::new(0.0_f32);
        for number in part * run..part * run + run {
            let position = number * threads + thread;
            if position < values.len() {
                part_sum += values[position];
            }
        }
        sum += part_sum;
    }
    partial[thread] = sum;
    sync_cube();
    let mut half = comptime!(threads / 2).runtime();
    while half > 0 {
        if thread < half {
            partial[thread] += partial[thread + half];
        }
        sync_cube();
        half /= 2;
    }
    if thread == 0 {
        total[0] = partial[0];
    }
}

#[cube(launch_unchecked)]
fn double_kernel(values: &mut Tensor<f32>) {
    if ABSOLUTE_POS < values.len() {
        values[ABSOLUTE_POS] *= 2.0_f32;
    }
}

impl PairwiseOps for CubeBackend {
    fn softplus_sum(z: FloatTensor<Self>, bias: FloatTensor<Self>, wanted: bool) -> Three<Self> {
        let z = Rows::new(z, bias);
        let Sums { value, gradient, bias_gradient } = sums(&z, &z, wanted);
        double(&gradient);
        double(&bias_gradient);
        (value, gradient, bias_gradient)
    }

    /// A thread owns a row, so that the gradient by `w` takes a sweep of its own.
    fn softplus_sum_between(
        z: FloatTensor<Self>,
        w: FloatTensor<Self>,
        z_bias: FloatTensor<Self>,
        w_bias: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        wanted: Wanted,
    ) -> Five<Self> {
        let (z, w) = (Rows::new(z, z_bias).with_weights(weights), Rows::new(w, w_bias));
        let by_z = sums(&z, &w, wanted.left);
        let (by_w, by_w_bias) = if wanted.right {
            let by_w = sums(&w, &z, true);
            (by_w.gradient, by_w.bias_gradient)
        } else {
            (w.gradient(false), w.bias_gradient(false))
        };
        (by_z.value, by_z.gradient, by_w, by_z.bias_gradient, by_w_bias)
    }
}

/// Which of two matrices has a weight for each row, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Weighted {
    Neither,
    Rows,
    Columns,
}

/// A matrix `[rows, latent]` with a bias and a weight for each row, or none at all.
struct Rows {
    values: CubeTensor,
    biases: CubeTensor,
    weights: CubeTensor,
}

impl Rows {
    fn new(values: CubeTensor, biases: CubeTensor) -> Self {
        assert_eq!(values.dtype, DType::F32, "the GPU kernels compute in F32");
        let (values, biases) = (into_contiguous(values), into_contiguous(biases));
        let weights =
            zeros_client(values.client.clone(), values.device.clone(), Shape::new([0]), values.dtype);
        Self { values, biases, weights }
    }

    fn with_weights(self, weights: CubeTensor) -> Self {
        Self { weights: into_contiguous(weights), ..self }
    }

    fn weighted(&self) -> bool {
        self.weights.shape()[0] > 0
    }

    fn dims(&self) -> [usize; 2] {
        self.values.shape().dims()
    }

    fn biased(&self) -> bool {
        self.biases.shape()[0] > 0
    }

    /// Zeros for the gradient by the rows.
    fn gradient(&self, wanted: bool) -> CubeTensor {
        self.zeros(wanted_shape(&self.values.shape(), wanted))
    }

    /// Zeros for the gradient by the biases.
    fn bias_gradient(&self, wanted: bool) -> CubeTensor {
        self.zeros(wanted_shape(&self.biases.shape(), wanted))
    }

    fn zeros(&self, shape: Shape) -> CubeTensor {
        let Self { values, .. } = self;
        zeros_client(values.client.clone(), values.device.clone(), shape, values.dtype)
    }
}

struct Sums {
    value: CubeTensor,
    gradient: CubeTensor,
    bias_gradient: CubeTensor,
}

/// The sum over all pairs, and where it is wanted the gradient by `z` and its biases.
fn sums(z: &Rows, w: &Rows, wanted: bool) -> Sums {
    let ([rows, latent], [columns, _]) = (z.dims(), w.dims());
    let row_sums = z.zeros(Shape::new([rows]));
    let (gradient, bias_gradient) = (z.gradient(wanted), z.bias_gradient(wanted));
    if rows > 0 && columns > 0 {
        let step = (WORK_PER_LAUNCH / (rows * latent.max(16))).max(1).next_multiple_of(CUBE);
        for first in (0..columns).step_by(step) {
            let range = [first as u32, (first + step).min(columns) as u32];
            sweep(z, w, [&row_sums, &gradient, &bias_gradient], range, wanted);
        }
    }
    Sums { value: total(row_sums), gradient, bias_gradient }
}

fn sweep(z: &Rows, w: &Rows, outputs: [&CubeTensor; 3], [first, last]: [u32; 2], wanted: bool) {
    let client = &z.values.client;
    let ([rows, latent], biased) = (z.dims(), z.biased());
    let weighted = match (z.weighted(), w.weighted()) {
        (false, false) => Weighted::Neither,
        (true, _) => Weighted::Rows,
        (false, true) => Weighted::Columns,
    };
    let dim = CubeDim::new_1d(CUBE as u32);
    let count = calculate_cube_count_elemwise(client, rows, dim);
    let argument = |tensor: &CubeTensor| tensor.clone().into_tensor_arg();
    let [z_values, w_values, z_bias, w_bias] = [&z.values, &w.values, &z.biases, &w.biases].map(argument);
    let [z_weight, w_weight] = [&z.weights, &w.weights].map(argument);
    let [row_sums, gradient, bias_gradient] = outputs.map(argument);
    // SAFETY: a thread writes its own row of the outputs only, after comparing with the number of rows, and touches
    // gradients, biases and weights only where they are there; columns read lie in `first..last`, within `w`; every thread of a
    // cube reaches every barrier.
    unsafe {
        if (1..=REGISTERS).contains(&latent) {
            register_kernel::launch_unchecked(
                client,
                count,
                dim,
                z_values,
                w_values,
                z_bias,
                w_bias,
                z_weight,
                w_weight,
                row_sums,
                gradient,
                bias_gradient,
                first,
                last,
                latent,
                biased,
                weighted,
                wanted,
            );
        } else {
            memory_kernel::launch_unchecked(
                client,
                count,
                dim,
                z_values,
                w_values,
                z_bias,
                w_bias,
                z_weight,
                w_weight,
                row_sums,
                gradient,
                bias_gradient,
                first,
                last,
                biased,
                weighted,
                wanted,
            );
        }
    }
}

fn double(values: &CubeTensor) {
    let elements = values.shape().num_elements();
    if elements > 0 {
        let dim = CubeDim::new(&values.client, elements);
        let count = calculate_cube_count_elemwise(&values.client, elements, dim);
        // SAFETY: a thread touches `values[ABSOLUTE_POS]` only, after comparing with the length.
        unsafe {
            double_kernel::launch_unchecked(&values.client, count, dim, values.clone().into_tensor_arg());
        }
    }
}

fn total(row_sums: CubeTensor) -> CubeTensor {
    const THREADS: usize = 256;
    let client = row_sums.client.clone();
    let run = (row_sums.shape()[0] / THREADS).isqrt().max(1);
    let total = empty_device_dtype(client.clone(), row_sums.device.clone(), Shape::new([1]), row_sums.dtype);
    let (count, dim) = (CubeCount::Static(1, 1, 1), CubeDim::new_1d(THREADS as u32));
    // SAFETY: one cube runs; reads stop at the length of `values`, and thread 0 alone writes `total[0]`.
    unsafe {
        total_kernel::launch_unchecked(
            &client,
            count,
            dim,
            row_sums.into_tensor_arg(),
            total.clone().into_tensor_arg(),
            run as u32,
            THREADS,
        );
    }
    total
}
