use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Flex, NdArray, TensorMetadata};

use super::BYTES;
use super::ops::{PixelOps, shape};
use crate::host::HostTensor;

macro_rules! impl_pixel_ops {
    ($backend:ty) => {
        impl PixelOps for $backend {
            fn unpack_pixels(
                words: IntTensor<Self>,
                chosen: IntTensor<Self>,
                levels: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                let (words_shape, shape) = (words.shape(), shape(&words.shape(), &chosen.shape()));
                let pixels =
                    unpack(&words.indices(), words_shape[1], &chosen.indices(), &levels.floats::<f32>());
                HostTensor::from_floats(pixels, shape)
            }
        }
    };
}
impl_pixel_ops!(Flex);
impl_pixel_ops!(NdArray);

fn unpack(words: &[i32], row: usize, chosen: &[i32], levels: &[f32]) -> Vec<f32> {
    let mut pixels = Vec::with_capacity(chosen.len() * row * BYTES);
    for &image in chosen {
        let words = &words[image as usize * row..][..row];
        pixels.extend(words.iter().flat_map(|word| word.to_le_bytes().map(|byte| levels[usize::from(byte)])));
    }
    pixels
}
