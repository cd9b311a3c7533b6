//! What is missing from images: the mean and the spread of x over draws of z given what was measured of it, beside
//! three simpler answers.

use std::ops::Range;

use aevb_data::examples::{ExampleSet, Examples};
use aevb_models::vae::inference::Chains;
use burn::tensor::{Tensor, TensorData};

use super::chains::{ChainSettings, likeliest};
use super::measured::{ImputationTask, Measured};
use super::posterior::encode;
use super::work::Work;
use super::{Asked, Mixing};
use crate::error::{Error, Result};
use crate::train::TrainedVae;

/// Images as they were, as they were measured, and as they are thought to be: `[images, pixels]` each.
pub struct Imputation {
    /// The images.
    pub original: Vec<f32>,
    /// What was seen of them: hidden pixels are grey, blocks are flat.
    pub observed: Vec<f32>,
    /// The posterior mean of x.
    pub mean: Vec<f32>,
    /// The posterior standard deviation of the decoder's mean of x: what is not known of the latent vector. The noise of a
    /// pixel about the decoder's mean is not part of it.
    pub spread: Vec<f32>,
    /// The training images' mean, `[pixels]`.
    pub(super) training_mean: Vec<f32>,
    /// The decoder's mean of one pass through the encoder, hidden pixels being the training mean's.
    pub(super) one_pass: Vec<f32>,
    /// Which pixels count, `[pixels]`.
    pub(super) scored: Vec<bool>,
    /// Whether what was observed is itself an answer.
    pub(super) observed_everywhere: bool,
    /// How the chains of each image went.
    pub(super) mixing: Vec<Mixing>,
}

/// Measures images and samples what they were.
///
/// # Errors
/// If they are rows of a table, there are fewer than two images, they are of another size than those that were trained on, blocks do not fill them,
/// nothing of them is hidden, the chains are too many, or the user asked to stop.
pub fn impute(
    vae: &TrainedVae,
    asked: &Asked,
    task: ImputationTask,
    settings: ChainSettings,
) -> Result<Imputation> {
    let Examples::Images(images) = &asked.examples else {
        return Err(Error::usage("the run is on a table, not on images")
            .with_hint("halves, noise and resolution are of images"));
    };
    let (height, width, size) = (images.height(), images.width(), images.size());
    if images.count() < 2 {
        return Err(Error::usage("errors over a single image would have no standard error")
            .with_hint("choose another --part"));
    }
    let is_inpainting = matches!(task, ImputationTask::Inpaint { .. });
    let hidden = task.hidden(height, width);
    if is_inpainting && !hidden.contains(&true) {
        return Err(Error::usage(format!("half of an image of {height} x {width} pixels is none")));
    }
    let mut all = Imputation {
        original: images.intensities(0..images.count()).collect(),
        observed: Vec::new(),
        mean: Vec::new(),
        spread: Vec::new(),
        one_pass: Vec::new(),
        training_mean: vae.training_mean()?,
        scored: if is_inpainting { hidden.clone() } else { vec![true; size] },
        observed_everywhere: !is_inpainting,
        mixing: Vec::new(),
    };
    let at_once = settings.images_at_once(vae)?;
    let work = Work::on(images.count(), settings.moves());
    for block in work.blocks(at_once) {
        let x = &all.original[block.start * size..block.end * size];
        let measured = Measured::of(x, task, asked.number(block.start), [height, width], vae)?;
        all.add(vae, measured, &hidden, (asked, block), settings, &work)?;
    }
    Ok(all)
}

impl Imputation {
    fn add(
        &mut self,
        vae: &TrainedVae,
        measured: Measured,
        hidden: &[bool],
        (asked, block): (&Asked, Range<usize>),
        settings: ChainSettings,
        work: &Work,
    ) -> Result<()> {
        let (size, count) = (hidden.len(), block.len());
        // The encoder knows nothing of holes: it is given the training mean there.
        let fill = self.training_mean.iter().zip(hidden).cycle();
        let filled = measured.shown.iter().zip(fill);
        let filled: Vec<f32> = filled.map(|(&x, (&mean, &hidden))| if hidden { mean } else { x }).collect();
        let filled = TensorData::new(filled, [count, size]);
        let encoded = encode(vae, Tensor::from_data(filled, vae.device()), asked.number(block.start))?;
        self.one_pass.extend(decode(vae, &encoded.mean)?);
        self.observed.extend(&measured.shown);

        let chains = settings.run(vae, asked, block, &measured.measurement, work, |target, noise| {
            likeliest(target, &encoded, noise, vae.device())
        })?;
        self.mixing.extend((0..count).map(|image| Mixing::of(&chains, &settings.rows(image, count))));
        let (mean, spread) = moments(vae, &chains, count * size)?;
        self.mean.extend(mean);
        self.spread.extend(spread);
        Ok(())
    }
}

/// `m(z)` of each row of z, `[rows, pixels]`.
fn decode(vae: &TrainedVae, z: &[f32]) -> Result<Vec<f32>> {
    let latent = vae.latent();
    let z = TensorData::new(z.to_vec(), [z.len() / latent, latent]);
    let mean = vae.model().decoder.forward(Tensor::from_data(z, vae.device()))?.mean();
    Ok(mean.into_data().try_into_vec::<f32>().expect("everything is F32"))
}

/// The mean and the standard deviation of each of `pixels` pixels, those of all images, over the draws of all starts.
fn moments(vae: &TrainedVae, chains: &Chains, pixels: usize) -> Result<(Vec<f32>, Vec<f32>)> {
    let (mut sums, mut squares, mut draws) = (vec![0.0; pixels], vec![0.0; pixels], 0.0);
    for z in chains.each() {
        for of_one_start in decode(vae, z)?.chunks_exact(pixels) {
            draws += 1.0;
            for ((sum, square), &pixel) in sums.iter_mut().zip(&mut squares).zip(of_one_start) {
                let pixel = f64::from(pixel);
                *sum += pixel;
                *square += pixel * pixel;
            }
        }
    }
    let variance = |sum: f64, square: f64| (square / draws - (sum / draws).powi(2)).max(0.0);
    let spread = sums.iter().zip(squares).map(|(&sum, square)| variance(sum, square).sqrt() as f32).collect();
    Ok((sums.iter().map(|sum| (sum / draws) as f32).collect(), spread))
}
