//! What is seen of images, whole ones being known: a half, noise, or the means of blocks.

use aevb_models::vae::inference::{Measurement, Pooling};
use burn::tensor::{Tensor, TensorData};

use crate::error::{Error, Result};
use crate::random::{Purpose, standard_normals};
use crate::train::TrainedVae;

/// How images are measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ImputationTask {
    /// Half of an image is hidden.
    Inpaint {
        /// Which half.
        hidden: Side,
    },
    /// An image is seen through Gaussian noise.
    Denoise {
        /// The standard deviation of the noise.
        sigma: f64,
    },
    /// The means of an image's blocks are seen.
    Upscale {
        /// The pixels of a block's side.
        factor: usize,
        /// The standard deviation that the model is allowed from them.
        sigma: f64,
    },
}

/// A half of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Side {
    /// The upper half.
    Upper,
    /// The lower half.
    Lower,
    /// The left half.
    Left,
    /// The right half.
    Right,
}

impl ImputationTask {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inpaint { .. } => "inpaint",
            Self::Denoise { .. } => "denoise",
            Self::Upscale { .. } => "upscale",
        }
    }

    /// The pixels that are hidden, `[pixels]`.
    pub(super) fn hidden(self, height: usize, width: usize) -> Vec<bool> {
        let is_hidden = |pixel: usize| {
            let (row, column) = (pixel / width, pixel % width);
            match self {
                Self::Inpaint { hidden: Side::Upper } => row < height / 2,
                Self::Inpaint { hidden: Side::Lower } => row >= height.div_ceil(2),
                Self::Inpaint { hidden: Side::Left } => column < width / 2,
                Self::Inpaint { hidden: Side::Right } => column >= width.div_ceil(2),
                Self::Denoise { .. } | Self::Upscale { .. } => false,
            }
        };
        (0..height * width).map(is_hidden).collect()
    }
}

/// What was measured of some images, the first of which has the number `first`.
pub(super) struct Measured {
    pub measurement: Measurement,
    /// As pixels, `[images, pixels]`.
    pub shown: Vec<f32>,
}

impl Measured {
    /// Of images `x` `[images, pixels]`.
    ///
    /// # Errors
    /// If blocks do not fill an image.
    pub fn of(
        x: &[f32],
        task: ImputationTask,
        first: u64,
        [height, width]: [usize; 2],
        vae: &TrainedVae,
    ) -> Result<Self> {
        const UNKNOWN: f32 = 0.5;
        let size = height * width;
        let count = x.len() / size;
        let tensor = |values: Vec<f32>| -> Tensor<2> {
            Tensor::from_data(TensorData::new(values, [count, size]), vae.device())
        };
        let (measurement, shown) = match task {
            ImputationTask::Inpaint { .. } => {
                let hidden = task.hidden(height, width);
                let is_seen: Vec<f32> = hidden.iter().map(|&hidden| if hidden { 0.0 } else { 1.0 }).collect();
                let pixels = x.iter().zip(hidden.iter().cycle());
                let shown = pixels.map(|(&x, &hidden)| if hidden { UNKNOWN } else { x }).collect();
                let seen = tensor(is_seen.repeat(count));
                (Measurement::Masked { x: tensor(x.to_vec()), seen }, shown)
            }
            ImputationTask::Denoise { sigma } => {
                let mut y = x.to_vec();
                for (image, pixels) in y.chunks_exact_mut(size).enumerate() {
                    let mut random = vae.streams().generator(Purpose::Measurement, first + image as u64);
                    for (pixel, noise) in pixels.iter_mut().zip(standard_normals(&mut random, size)) {
                        *pixel += sigma as f32 * noise;
                    }
                }
                (Measurement::Noisy { y: tensor(y.clone()), sigma }, y)
            }
            ImputationTask::Upscale { factor, sigma } => {
                let pool = Pooling::new(height, width, factor).map_err(|error| {
                    Error::usage(error).with_hint("take a --factor that divides both sides")
                })?;
                let y = pool.apply(tensor(x.to_vec()))?;
                let blocks = y.clone().into_data().try_into_vec::<f32>().expect("everything is F32");
                let flat =
                    |image: &[f32]| (0..size).map(|pixel| image[pool.block_of(pixel)]).collect::<Vec<_>>();
                let shown = blocks.chunks_exact(pool.blocks()).flat_map(flat).collect();
                (Measurement::Pooled { y, pool, sigma }, shown)
            }
        };
        Ok(Self { measurement, shown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_of_an_odd_image_leaves_the_middle_seen() {
        let hidden = |side: Side| {
            let pixels = ImputationTask::Inpaint { hidden: side }.hidden(3, 4);
            pixels.iter().map(|&hidden| if hidden { '#' } else { '.' }).collect::<String>()
        };
        assert_eq!(hidden(Side::Upper), "####........");
        assert_eq!(hidden(Side::Lower), "........####");
        assert_eq!(hidden(Side::Left), "##..##..##..");
        assert_eq!(hidden(Side::Right), "..##..##..##");
        assert!(!ImputationTask::Denoise { sigma: 0.3 }.hidden(2, 2).contains(&true));
    }
}
