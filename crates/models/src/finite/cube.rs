//! The GPU kernels. They see the buffer of floats as one of integers, and so nothing that a shader compiler may assume of
//! floats. The largest exponent says all: a cube finds that of its share, and a last cube that of the shares. No atomics.

use burn::backend::TensorMetadata;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::tensor::{DType, Shape};
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_dtype;
use burn_cubecl::tensor::CubeTensor;
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use super::ops::{FiniteOps, Mark};

/// Threads in a cube.
const CUBE: usize = 256;
/// Elements that a thread looks at, where there is more than one share.
const RUN: usize = 16;
const SHARE: usize = CUBE * RUN;
/// The bits of the exponent of an `f32`.
const EXPONENT: u32 = f32::INFINITY.to_bits();

/// The largest exponent that the threads of a cube found; every thread of the cube takes part.
#[cube]
fn largest_of_cube(own: u32) -> u32 {
    let thread = usize::cast_from(UNIT_POS);
    let mut found = Shared::<[u32]>::new_slice(CUBE);
    found[thread] = own;
    sync_cube();
    let mut half = comptime!(CUBE / 2).runtime();
    while half > 0 {
        if thread < half {
            found[thread] = max(found[thread], found[thread + half]);
        }
        sync_cube();
        half /= 2;
    }
    found[0]
}

/// The largest exponent of each share.
#[cube(launch_unchecked)]
fn share_kernel(bits: &Tensor<u32>, shares: &mut Tensor<u32>) {
    let share = usize::cast_from(CUBE_POS);
    let mut own = u32::new(0);
    for part in 0..RUN {
        let position = share * SHARE + part * CUBE + usize::cast_from(UNIT_POS);
        if position < bits.len() {
            own = max(own, bits[position] & EXPONENT);
        }
    }
    let largest = largest_of_cube(own);
    // Cubes past the last share reach the same barriers.
    if UNIT_POS == 0 && share < shares.len() {
        shares[share] = largest;
    }
}

/// One cube looks at all bits, or at the exponents of all shares.
#[cube(launch_unchecked)]
fn mark_kernel(bits: &Tensor<u32>, before: &Tensor<i32>, after: &mut Tensor<i32>, mark: i32) {
    let mut own = u32::new(0);
    for part in 0..bits.len().div_ceil(CUBE) {
        let position = part * CUBE + usize::cast_from(UNIT_POS);
        if position < bits.len() {
            own = max(own, bits[position] & EXPONENT);
        }
    }
    let largest = largest_of_cube(own);
    if UNIT_POS == 0 {
        let is_first = before[0] < 0 && largest == EXPONENT;
        after[0] = select(is_first, mark, before[0]);
    }
}

impl FiniteOps for CubeBackend {
    fn mark_non_finite(before: IntTensor<Self>, x: FloatTensor<Self>, Mark(mark): Mark) -> IntTensor<Self> {
        assert_eq!(x.dtype, DType::F32, "the GPU kernels compute in F32");
        if x.shape().num_elements() == 0 {
            return before;
        }
        // Before anything else: copies of a tensor that lies apart are of integers too.
        let bits = into_contiguous(CubeTensor { dtype: DType::U32, ..x });
        let bits = if bits.shape().num_elements() > SHARE { shares(bits) } else { bits };
        let after =
            empty_device_dtype(before.client.clone(), before.device.clone(), before.shape(), before.dtype);
        let (count, dim) = (CubeCount::Static(1, 1, 1), CubeDim::new_1d(CUBE as u32));
        // SAFETY: one cube runs; reads stop at the length of `bits`, thread 0 alone writes the one element of `after`, and
        // every thread reaches every barrier.
        unsafe {
            mark_kernel::launch_unchecked(
                &after.client,
                count,
                dim,
                bits.into_tensor_arg(),
                into_contiguous(before).into_tensor_arg(),
                after.clone().into_tensor_arg(),
                mark,
            );
        }
        after
    }
}

fn shares(bits: CubeTensor) -> CubeTensor {
    let number = bits.shape().num_elements().div_ceil(SHARE);
    let (client, dim) = (bits.client.clone(), CubeDim::new_1d(CUBE as u32));
    let shares = empty_device_dtype(client.clone(), bits.device.clone(), Shape::new([number]), DType::U32);
    let count = calculate_cube_count_elemwise(&client, number * CUBE, dim);
    // SAFETY: reads stop at the length of `bits`, thread 0 of a cube alone writes `shares[CUBE_POS]` after comparing with
    // their number, and every thread of a cube reaches every barrier.
    unsafe {
        share_kernel::launch_unchecked(
            &client,
            count,
            dim,
            bits.into_tensor_arg(),
            shares.clone().into_tensor_arg(),
        );
    }
    shares
}
