use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Flex, NdArray, TensorMetadata};

use rayon::prelude::*;

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

/// Images that are worth a task of their own.
const TASK: usize = 16;

fn unpack(words: &[i32], row: usize, chosen: &[i32], levels: &[f32]) -> Vec<f32> {
    let levels: &[f32; 256] = levels.try_into().expect("a level for each byte");
    let mut pixels = vec![0.0; chosen.len() * row * BYTES];
    let unpack_image = |(pixels, &image): (&mut [f32], &i32)| {
        let words = &words[image as usize * row..][..row];
        for (pixels, word) in pixels.chunks_exact_mut(BYTES).zip(words) {
            for (pixel, byte) in pixels.iter_mut().zip(word.to_le_bytes()) {
                *pixel = levels[usize::from(byte)];
            }
        }
    };
    let images = pixels.par_chunks_exact_mut((row * BYTES).max(1)).zip(chosen);
    images.with_min_len(TASK).for_each(unpack_image);
    pixels
}
