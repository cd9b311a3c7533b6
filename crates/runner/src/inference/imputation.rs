//! What is missing from images: the mean and the spread of x over draws of z given what was measured of it, beside
//! three simpler answers.

use aevb_data::image::Images;
use aevb_models::vae::inference::{Measurement, Posterior, pooling};
use burn::tensor::{Tensor, TensorData};
use serde::Serialize;

use super::MIXED;
use super::chains::{ChainSettings, Mixing, Noise, mixing, starts};
use super::posterior::encode;
use crate::error::{Error, Result};
use crate::random::{Purpose, Streams, standard_normals};
use crate::train::TrainedVae;

/// How images are measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Task {
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

/// Images as they were, as they were measured, and as they are thought to be: `[images, pixels]` each.
pub struct Imputation {
    /// The images.
    pub original: Vec<f32>,
    /// What was seen of them: hidden pixels are grey, blocks are flat.
    pub observed: Vec<f32>,
    /// The posterior mean of x.
    pub mean: Vec<f32>,
    /// The posterior standard deviation of the decoder's mean of x.
    pub spread: Vec<f32>,
    /// The training images' mean, `[pixels]`.
    training_mean: Vec<f32>,
    /// The decoder's mean of one pass through the encoder, hidden pixels being the training mean's.
    one_pass: Vec<f32>,
    /// Which pixels count, `[pixels]`.
    scored: Vec<bool>,
    /// Whether what was observed is itself an answer.
    observed_everywhere: bool,
    mixing: Vec<Mixing>,
}

/// The mean squared errors of the answers.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The number of images.
    pub images: usize,
    /// Of the posterior mean of x.
    pub posterior_mean: f64,
    /// Of the simpler answers.
    pub baselines: Vec<Baseline>,
    /// The mean acceptance probability of the chains.
    pub acceptance: f64,
    /// The median over the images of the least effective sample size of a latent dimension.
    pub effective_samples: f64,
    /// Images whose chains do not mix: a split R̂ above 1.1.
    pub unmixed_images: usize,
}

/// A simpler answer.
#[derive(Clone, Debug, Serialize)]
pub struct Baseline {
    /// What it is.
    pub name: &'static str,
    /// Its mean squared error.
    pub error: f64,
    /// By how much the posterior mean's is smaller, on average over the images.
    pub difference: f64,
    /// The standard error of that average.
    pub standard_error: f64,
}

impl Task {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inpaint { .. } => "inpaint",
            Self::Denoise { .. } => "denoise",
            Self::Upscale { .. } => "upscale",
        }
    }

    /// The pixels that are hidden, `[pixels]`.
    fn hidden(self, height: usize, width: usize) -> Vec<bool> {
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

/// Measures images and samples what they were.
///
/// # Errors
/// If the images are of another size than those that were trained on, or blocks do not fill them, or nothing of them is
/// hidden.
pub fn impute(
    vae: &TrainedVae,
    images: &Images,
    task: Task,
    settings: ChainSettings,
    streams: Streams,
) -> Result<Imputation> {
    let (height, width, size) = (images.height(), images.width(), images.size());
    let hidden = task.hidden(height, width);
    let is_inpainting = matches!(task, Task::Inpaint { .. });
    if is_inpainting && !hidden.contains(&true) {
        return Err(Error::usage(format!("half of an image of {height} x {width} pixels is none")));
    }
    let training_mean = vae.training_mean();
    let mut all = Imputation {
        original: images.intensities(0..images.count()).collect(),
        observed: Vec::new(),
        mean: Vec::new(),
        spread: Vec::new(),
        one_pass: Vec::new(),
        scored: if is_inpainting { hidden.clone() } else { vec![true; size] },
        observed_everywhere: !is_inpainting,
        mixing: Vec::new(),
        training_mean,
    };
    for first in (0..images.count()).step_by(settings.images_at_once()) {
        let range = first..images.count().min(first + settings.images_at_once());
        let count = range.len();
        let x = all.original[range.start * size..range.end * size].to_vec();
        let seen = Seen::of(&x, task, &hidden, first, (height, width), streams, vae)?;
        all.add(vae, &seen, first, count, settings, streams)?;
        all.observed.extend(seen.shown);
    }
    Ok(all)
}

/// What was measured of some images.
struct Seen {
    measurement: Measurement,
    /// As pixels, `[images, pixels]`.
    shown: Vec<f32>,
    /// Which pixels the encoder is to be given another value for, `[pixels]`.
    hidden: Vec<bool>,
}

impl Seen {
    fn of(
        x: &[f32],
        task: Task,
        hidden: &[bool],
        first: usize,
        (height, width): (usize, usize),
        streams: Streams,
        vae: &TrainedVae,
    ) -> Result<Self> {
        const UNKNOWN: f32 = 0.5;
        let size = hidden.len();
        let count = x.len() / size;
        let tensor = |values: Vec<f32>, columns: usize| -> Tensor<2> {
            Tensor::from_data(TensorData::new(values, [count, columns]), vae.device())
        };
        let (measurement, shown) = match task {
            Task::Inpaint { .. } => {
                let is_seen: Vec<f32> = hidden.iter().map(|&hidden| if hidden { 0.0 } else { 1.0 }).collect();
                let seen = tensor(is_seen.repeat(count), size);
                let pixels = x.iter().zip(hidden.iter().cycle());
                let shown = pixels.map(|(&x, &hidden)| if hidden { UNKNOWN } else { x }).collect();
                (Measurement::Masked { x: tensor(x.to_vec(), size), seen }, shown)
            }
            Task::Denoise { sigma } => {
                let mut y = x.to_vec();
                for (image, pixels) in y.chunks_exact_mut(size).enumerate() {
                    let mut random = streams.generator(Purpose::Measurement, (first + image) as u64);
                    for (pixel, noise) in pixels.iter_mut().zip(standard_normals(&mut random, size)) {
                        *pixel += sigma as f32 * noise;
                    }
                }
                (Measurement::Noisy { y: tensor(y.clone(), size), sigma }, y)
            }
            Task::Upscale { factor, sigma } => {
                let pool = pooling(height, width, factor, vae.device())?;
                let y = tensor(x.to_vec(), size).matmul(pool.clone());
                let blocks = y.clone().into_data().try_into_vec::<f32>().expect("everything is F32");
                let (across, area) = (width / factor, size / (factor * factor));
                let block = |pixel: usize| pixel / width / factor * across + pixel % width / factor;
                let flat = |image: &[f32]| (0..size).map(|pixel| image[block(pixel)]).collect::<Vec<_>>();
                let shown = blocks.chunks_exact(area).flat_map(flat).collect();
                (Measurement::Pooled { y, pool, sigma }, shown)
            }
        };
        Ok(Self { measurement, shown, hidden: hidden.to_vec() })
    }

    /// What the encoder is given, `[images, pixels]`.
    fn filled(&self, training_mean: &[f32]) -> Vec<f32> {
        let fill = training_mean.iter().zip(&self.hidden).cycle();
        self.shown.iter().zip(fill).map(|(&x, (&mean, &hidden))| if hidden { mean } else { x }).collect()
    }
}

impl Imputation {
    fn add(
        &mut self,
        vae: &TrainedVae,
        seen: &Seen,
        first: usize,
        count: usize,
        settings: ChainSettings,
        streams: Streams,
    ) -> Result<()> {
        let (latent, size, starts_each) = (vae.latent(), self.training_mean.len(), settings.starts);
        let filled = TensorData::new(seen.filled(&self.training_mean), [count, size]);
        let encoded = encode(vae, Tensor::from_data(filled, vae.device()))?;
        let decode = |z: &[f32]| -> Result<Vec<f32>> {
            let z = TensorData::new(z.to_vec(), [z.len() / latent, latent]);
            let mean = vae.model().decoder.forward(Tensor::from_data(z, vae.device()))?.mean();
            Ok(mean.into_data().try_into_vec::<f32>().expect("everything is F32"))
        };
        self.one_pass.extend(decode(&encoded.mean)?);

        let mut noise = Noise::new(streams, first, count, starts_each, latent);
        let measurement = seen.measurement.repeat(starts_each);
        let target = Posterior { decoder: &vae.model().decoder, prior: vae.prior(), measurement };
        let guess = [encoded.mean.repeat(starts_each), encoded.deviation.repeat(starts_each)];
        let start = starts(&target, [&guess[0], &guess[1]], latent, &mut noise, vae.device())?;
        let scales = vec![1.0; start.len()];
        let chains = settings.hmc.sample(&target, start, &scales, latent, vae.device(), &mut noise)?;
        self.mixing.extend((0..count).map(|image| mixing(&chains, &settings.rows(image, count))));

        let (mut sums, mut squares) = (vec![0.0; count * size], vec![0.0; count * size]);
        for z in chains.each() {
            for image_of_each in decode(z)?.chunks_exact(count * size) {
                for ((sum, square), &pixel) in sums.iter_mut().zip(&mut squares).zip(image_of_each) {
                    let pixel = f64::from(pixel);
                    *sum += pixel;
                    *square += pixel * pixel;
                }
            }
        }
        let draws = (chains.draws() * starts_each) as f64;
        self.mean.extend(sums.iter().map(|sum| (sum / draws) as f32));
        let variance = |(sum, square): (f64, f64)| (square / draws - (sum / draws).powi(2)).max(0.0);
        self.spread.extend(sums.into_iter().zip(squares).map(|pair| variance(pair).sqrt() as f32));
        Ok(())
    }
}

/// The errors of the posterior mean and of the simpler answers, over the pixels that count.
///
/// # Panics
/// If there is no image.
pub fn compare(imputation: &Imputation) -> Comparison {
    let Imputation { original, scored, .. } = imputation;
    let size = scored.len();
    let images = original.len() / size;
    let counted = scored.iter().filter(|&&counts| counts).count() as f64;
    let errors = |answer: &dyn Fn(usize, usize) -> f32| -> Vec<f64> {
        let of_pixel = |image: usize, pixel: usize| {
            f64::from(answer(image, pixel) - original[image * size + pixel]).powi(2)
        };
        let of_image = |image| -> f64 {
            (0..size).filter(|&pixel| scored[pixel]).map(|pixel| of_pixel(image, pixel)).sum()
        };
        (0..images).map(|image| of_image(image) / counted).collect()
    };
    let at = |pixels: &[f32], image: usize, pixel: usize| pixels[image * size + pixel];
    let ours = errors(&|image, pixel| at(&imputation.mean, image, pixel));
    let mut answers = vec![("the training mean", errors(&|_, pixel| imputation.training_mean[pixel]))];
    if imputation.observed_everywhere {
        answers.push(("what was observed", errors(&|image, pixel| at(&imputation.observed, image, pixel))));
    }
    answers.push(("one pass of the encoder", errors(&|image, pixel| at(&imputation.one_pass, image, pixel))));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let baseline = |(name, theirs): (&'static str, Vec<f64>)| {
        let differences: Vec<f64> = theirs.iter().zip(&ours).map(|(theirs, ours)| theirs - ours).collect();
        let difference = mean(&differences);
        let squares: f64 = differences.iter().map(|d| (d - difference).powi(2)).sum();
        let standard_error = (squares / (images as f64 - 1.0) / images as f64).sqrt();
        Baseline { name, error: mean(&theirs), difference, standard_error }
    };
    let mut sizes: Vec<f64> = imputation.mixing.iter().map(|mixing| mixing.effective_samples).collect();
    sizes.sort_by(f64::total_cmp);
    Comparison {
        images,
        posterior_mean: mean(&ours),
        baselines: answers.into_iter().map(baseline).collect(),
        acceptance: mean(&imputation.mixing.iter().map(|mixing| mixing.acceptance).collect::<Vec<_>>()),
        effective_samples: sizes[sizes.len() / 2],
        unmixed_images: imputation
            .mixing
            .iter()
            .filter(|mixing| mixing.r_hat.is_nan() || mixing.r_hat > MIXED)
            .count(),
    }
}
