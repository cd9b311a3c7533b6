use burn::backend::TensorMetadata;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn_backend::cubecl::dtype_to_storage_type;
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_dtype;
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use super::ops::{PixelOps, shape};

/// A thread unpacks a word.
#[cube(launch_unchecked)]
fn unpack_kernel<F: Float>(
    words: &Tensor<i32>,
    chosen: &Tensor<i32>,
    levels: &Tensor<F>,
    pixels: &mut Tensor<F>,
    #[define(F)] _dtype: cubecl::ir::ElemType,
) {
    if ABSOLUTE_POS * 4 >= pixels.len() {
        terminate!();
    }
    let row = words.shape(1);
    let image = usize::cast_from(chosen[ABSOLUTE_POS / row]);
    let word = words[image * row + ABSOLUTE_POS % row];
    // The shift keeps the sign of the word, which the mask cuts off.
    for byte in 0..4u32 {
        let level = (word >> (8 * i32::cast_from(byte))) & 255;
        pixels[ABSOLUTE_POS * 4 + usize::cast_from(byte)] = levels[usize::cast_from(level)];
    }
}

impl PixelOps for CubeBackend {
    fn unpack_pixels(
        words: IntTensor<Self>,
        chosen: IntTensor<Self>,
        levels: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let shape = shape(&words.shape(), &chosen.shape());
        let outputs = shape.num_elements() / 4;
        let dtype = levels.dtype;
        let pixels = empty_device_dtype(levels.client.clone(), levels.device.clone(), shape, dtype);
        if outputs == 0 {
            return pixels;
        }
        let dim = CubeDim::new(&levels.client, outputs);
        let count = calculate_cube_count_elemwise(&levels.client, outputs, dim);
        // SAFETY: a thread writes the four pixels from `4 · ABSOLUTE_POS` only, after comparing with their number, which
        // is four times that of the words of the chosen rows; `select` has checked that these are there, and a byte is
        // below the 256 of `levels`.
        unsafe {
            unpack_kernel::launch_unchecked(
                &pixels.client,
                count,
                dim,
                into_contiguous(words).into_tensor_arg(),
                into_contiguous(chosen).into_tensor_arg(),
                into_contiguous(levels).into_tensor_arg(),
                pixels.clone().into_tensor_arg(),
                dtype_to_storage_type(dtype),
            );
        }
        pixels
    }
}
