//! Images on the device as bytes, a quarter of what they take as floats: all of MNIST fits in one buffer of the smallest
//! GPU, and a batch is unpacked as it is taken out.

mod autodiff;
mod cpu;
mod cube;
mod ops;

use burn::backend::Dispatch;
use burn::tensor::{DType, Device, Int, Tensor, TensorCreationOptions, TensorData};

use crate::error::{Error, Result};
use ops::PixelOps;

/// Pixels that share a 32-bit word.
const BYTES: usize = 4;

/// Images on a device, a byte a pixel.
#[derive(Clone, Debug)]
pub struct Pixels {
    /// `[images, words]`: four pixels a word, the first in its lowest byte.
    words: Tensor<2, Int>,
    /// `[256]`: the intensity of each byte.
    levels: Tensor<1>,
    images: usize,
    size: usize,
    device: Device,
}

impl Pixels {
    /// Copies images to the device once. `levels` are the intensities that the bytes stand for.
    ///
    /// # Shapes
    /// - bytes: `[images, size]`, row-major
    ///
    /// # Errors
    /// If there are more pixels than 32-bit positions can name.
    ///
    /// # Panics
    /// If the bytes are no whole number of images.
    pub fn upload(bytes: &[u8], size: usize, levels: &[f32; 256], device: &Device) -> Result<Self> {
        assert!(size > 0 && bytes.len().is_multiple_of(size), "whole images");
        let (images, row) = (bytes.len() / size, size.div_ceil(BYTES));
        let words = images.saturating_mul(row);
        if words > i32::MAX as usize {
            return Err(Error::TooLarge {
                what: "images",
                size: bytes.len(),
                limit: BYTES * i32::MAX as usize,
            });
        }
        let mut packed = Vec::with_capacity(words);
        for image in bytes.chunks_exact(size) {
            packed.extend(image.chunks(BYTES).map(|pixels| {
                let mut word = [0; BYTES];
                word[..pixels.len()].copy_from_slice(pixels);
                i32::from_le_bytes(word)
            }));
        }
        let words = int_tensor(TensorData::new(packed, [images, row]), device);
        let levels = Tensor::from_data(TensorData::new(levels.to_vec(), [256]), device);
        Ok(Self { words, levels, images, size, device: device.clone() })
    }

    /// The intensities of some images, in that order; `[chosen, size]`.
    ///
    /// # Errors
    /// If one of them is not there.
    pub fn select(&self, chosen: &[i32]) -> Result<Tensor<2>> {
        let is_there = |&index: &i32| usize::try_from(index).is_ok_and(|index| index < self.images);
        if let Some(&index) = chosen.iter().find(|index| !is_there(index)) {
            return Err(Error::RowOutOfRange { what: "image", index, rows: self.images });
        }
        let rows = chosen.len();
        let chosen: Tensor<1, Int> = int_tensor(TensorData::new(chosen.to_vec(), [rows]), &self.device);
        let unpacked: Tensor<2> = Tensor::from_dispatch(Dispatch::unpack_pixels(
            self.words.clone().into_dispatch(),
            chosen.into_dispatch(),
            self.levels.clone().into_dispatch(),
        ));
        let whole = self.size.is_multiple_of(BYTES);
        Ok(if whole { unpacked } else { unpacked.slice([0..rows, 0..self.size]) })
    }
}

/// Every index tensor of this crate is `I32`, whatever the device's own choice.
fn int_tensor<const D: usize>(data: TensorData, device: &Device) -> Tensor<D, Int> {
    Tensor::from_data(data, TensorCreationOptions::from((device, DType::I32)))
}
