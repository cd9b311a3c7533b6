use std::ops::Range;

use aevb_models::prior::PriorDensity;
use aevb_models::vae::inference::{ChainNoise, Chains, Hmc, LogDensity, Measurement, Posterior, Starts};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Asked;
use super::posterior::EncoderGaussians;
use super::rows_at_once;
use super::work::Work;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::random::{Purpose, Streams, standard_normals};
use crate::train::TrainedVae;

/// How the posterior of z is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainSettings {
    /// The chains of an image, each from a start of its own.
    pub starts: usize,
    /// How each runs.
    pub hmc: Hmc,
}

/// The most draws of a chain: what they are worth takes time by their square.
pub const MOST_DRAWS: usize = 10_000;

impl ChainSettings {
    /// Images whose chains run beside each other.
    ///
    /// # Errors
    /// If a single one's take too much memory.
    pub(super) fn images_at_once(&self, vae: &TrainedVae) -> Result<usize> {
        self.at_once(vae.latent(), vae.widths())
    }

    /// The same by the latent dimensions, and by the values that examples, hidden layers, the prior and the
    /// posterior have of an image.
    fn at_once(&self, latent: usize, [pixels, hidden, prior, posterior]: [usize; 4]) -> Result<usize> {
        const ROWS: usize = 1000;
        /// Values of all draws that are held, and of all chains in the widest of what they pass.
        const DRAWN: usize = 1 << 24;
        let Hmc { draws, .. } = self.hmc;
        let starts = self.starts;
        let drawn = starts.saturating_mul(draws).saturating_mul(latent);
        if draws > MOST_DRAWS || drawn > 2 * DRAWN {
            let message =
                format!("{starts} chains of {draws} draws of {latent} latent dimensions are too many");
            return Err(Error::usage(message).with_hint(format!(
                "take fewer --starts, --draws or --samples: at most {MOST_DRAWS} draws a chain"
            )));
        }
        let widest = pixels.max(hidden).max(prior).max(posterior);
        if starts.saturating_mul(widest) > 2 * DRAWN {
            let (what, remedy) = match widest {
                _ if widest == pixels => ("an image has", ""),
                _ if widest == hidden => ("a hidden layer has of an image", ""),
                _ if widest == prior => {
                    ("the prior computes of an image", ", or train with a smaller model.prior")
                }
                _ => ("the posterior computes of an image", ", or train with a smaller model.posterior"),
            };
            let message = format!("{starts} chains are too many for the {widest} values that {what}");
            return Err(Error::usage(message).with_hint(format!("take fewer --starts{remedy}")));
        }
        Ok((ROWS.min(rows_at_once(widest)) / starts).min(DRAWN / drawn).max(1))
    }

    /// The moves of each chain.
    pub(super) fn moves(&self) -> usize {
        self.hmc.warm_up + self.hmc.draws
    }

    /// The rows of an image's chains, where `images` of them run beside each other.
    pub(super) fn rows(&self, image: usize, images: usize) -> Vec<usize> {
        (0..self.starts).map(|start| start * images + image).collect()
    }

    /// Runs the chains of some images.
    ///
    /// # Errors
    /// If the density of an image's latent vector is not finite where a chain starts, or the user asked to stop.
    pub(super) fn run(
        &self,
        vae: &TrainedVae,
        asked: &Asked,
        block: Range<usize>,
        measurement: &Measurement,
        work: &Work,
        from: impl FnOnce(&Posterior, &mut Noise) -> Result<Starts>,
    ) -> Result<Chains> {
        let (first, images) = (block.start, block.len());
        let prior = &vae.model().prior_density()?;
        let target =
            Posterior { decoder: &vae.model().decoder, prior, measurement: measurement.repeat(self.starts) };
        let mut noise = Noise::new(vae.streams(), asked.number(first), images, self.starts, vae.latent());
        let starts = from(&target, &mut noise)?;
        let after_move = || {
            work.done(images, 1);
            !interrupt::requested()
        };
        self.hmc.sample(&target, starts, vae.device(), &mut noise, after_move).map_err(|error| match error {
            aevb_models::Error::Start { chain } => {
                let image = first + chain % images;
                Error::failed(format!("image {image}: no chain can start, its density is not finite"))
                    .with_hint("the model's training may have diverged, or what is observed is far from it")
            }
            aevb_models::Error::Stopped => work.interrupted(first),
            error => error.into(),
        })
    }
}

/// A generator for each chain, and one for what all have in common.
pub(super) struct Noise {
    chains: Vec<ChaCha8Rng>,
    shared: ChaCha8Rng,
    latent: usize,
}

impl Noise {
    /// For the chains of `images` images, the first of which has the number `first`; row `start · images + image`.
    pub fn new(streams: Streams, first: u64, images: usize, starts: usize, latent: usize) -> Self {
        /// More chains than an image has.
        const CHAINS: u64 = 1 << 16;
        let step = |start: usize, image: usize| (first + image as u64) * CHAINS + start as u64;
        let chains = (0..starts).flat_map(|start| (0..images).map(move |image| step(start, image)));
        let generator = |step: u64| streams.generator(Purpose::MarkovChain, step);
        Self { chains: chains.map(generator).collect(), shared: generator(u64::MAX), latent }
    }
}

impl Noise {
    /// A draw of the prior for each chain, `[chains, latent]`.
    fn prior_draws(&mut self, prior: &PriorDensity, device: &Device) -> Result<Vec<f32>> {
        let mut all = Vec::with_capacity(self.chains.len() * self.latent);
        for random in &mut self.chains {
            let z = prior.sample(1, 1.0, random, device)?;
            all.extend(z.into_data().try_into_vec::<f32>().expect("everything is F32"));
        }
        Ok(all)
    }
}

impl ChainNoise for Noise {
    fn normals(&mut self) -> Vec<f32> {
        let Self { chains, latent, .. } = self;
        chains.iter_mut().flat_map(|random| standard_normals(random, *latent)).collect()
    }

    fn uniforms(&mut self) -> Vec<f64> {
        let uniform = |random: &mut ChaCha8Rng| (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        self.chains.iter_mut().map(uniform).collect()
    }

    fn steps(&mut self, most: usize) -> usize {
        1 + (self.shared.next_u64() % most as u64) as usize
    }
}

/// Twice as wide as the encoder's Gaussians, and with their scales.
pub(super) fn around(encoded: &EncoderGaussians, starts: usize, noise: &mut Noise) -> Starts {
    const WIDER: f32 = 2.0;
    let scales = encoded.deviation.repeat(starts);
    let mut z = noise.normals();
    for ((z, mean), scale) in z.iter_mut().zip(encoded.mean.repeat(starts)).zip(&scales) {
        *z = mean + WIDER * scale * *z;
    }
    Starts { z, scales, latent: noise.latent }
}

/// The same, but for every second start, which is a draw of the prior: R̂ tells of modes that the encoder knows nothing of
/// where chains come from far enough to meet them (Gelman & Rubin 1992).
///
/// # Errors
/// If the prior's parameters do not go together.
pub(super) fn dispersed(
    encoded: &EncoderGaussians,
    starts: usize,
    (prior, device): (&PriorDensity, &Device),
    noise: &mut Noise,
) -> Result<Starts> {
    let drawn = noise.prior_draws(prior, device)?;
    let mut all = around(encoded, starts, noise);
    let chain = encoded.mean.len();
    for start in (1..starts).step_by(2) {
        let of_start = start * chain..(start + 1) * chain;
        all.z[of_start.clone()].copy_from_slice(&drawn[of_start.clone()]);
        all.scales[of_start].fill(1.0);
    }
    Ok(all)
}

/// For every second chain a draw of the prior, and for each other the likeliest of a few candidates: half of them drawn from
/// the prior, half from the encoder's Gaussians of a guess of x. Nothing is known of the scales.
///
/// # Errors
/// If the shapes do not go together.
pub(super) fn likeliest(
    target: &Posterior,
    guess: &EncoderGaussians,
    noise: &mut Noise,
    device: &Device,
) -> Result<Starts> {
    const CANDIDATES: usize = 10;
    let latent = noise.latent;
    let chains = noise.chains.len();
    let images = guess.mean.len() / latent;
    let [mean, deviation] = [&guess.mean, &guess.deviation].map(|values| values.repeat(chains / images));
    let mut best = vec![f32::NEG_INFINITY; chains];
    let mut z = vec![0.0; chains * latent];
    for candidate in 0..CANDIDATES {
        let is_of_encoder = candidate % 2 == 0;
        let mut drawn =
            if is_of_encoder { noise.normals() } else { noise.prior_draws(target.prior, device)? };
        if is_of_encoder {
            for ((z, mean), deviation) in drawn.iter_mut().zip(&mean).zip(&deviation) {
                *z = mean + deviation * *z;
            }
        }
        let tensor = Tensor::from_data(TensorData::new(drawn.clone(), [chains, latent]), device);
        let values = target.log_prob(tensor)?.into_data().try_into_vec::<f32>().expect("everything is F32");
        for (chain, value) in values.into_iter().enumerate() {
            if value > best[chain] {
                best[chain] = value;
                let row = chain * latent..(chain + 1) * latent;
                z[row.clone()].copy_from_slice(&drawn[row]);
            }
        }
    }
    let of_a_start = guess.mean.len();
    for (start, drawn) in noise.prior_draws(target.prior, device)?.chunks_exact(of_a_start).enumerate() {
        if start % 2 == 1 {
            z[start * of_a_start..(start + 1) * of_a_start].copy_from_slice(drawn);
        }
    }
    Ok(Starts { scales: vec![1.0; z.len()], z, latent })
}

#[cfg(test)]
mod tests {
    use aevb_models::prior::StandardNormal;

    use super::*;

    #[test]
    fn every_second_start_knows_nothing_of_the_encoder() {
        // Two images of one dimension, far from the prior and sure of it.
        let encoded =
            EncoderGaussians { mean: vec![50.0, -50.0], deviation: vec![0.01; 2], kl: vec![0.0; 2] };
        let prior = PriorDensity::StandardNormal(StandardNormal { latent: 1 });
        let noise = &mut Noise::new(Streams::new(0), 0, 2, 4, 1);
        let starts = dispersed(&encoded, 4, (&prior, &Device::flex()), noise).expect("draws");
        assert_eq!(starts.scales, [0.01, 0.01, 1.0, 1.0, 0.01, 0.01, 1.0, 1.0]);
        for (row, z) in starts.z.iter().enumerate() {
            let distance = (z.abs() - 50.0).abs();
            assert!(if row / 2 % 2 == 0 { distance < 0.2 } else { distance > 40.0 }, "row {row}: {z}");
        }
    }

    #[test]
    fn what_is_too_much_is_named() {
        let settings = |starts, draws| ChainSettings {
            starts,
            hmc: Hmc { warm_up: 10, draws, leapfrog_steps: 5, target_acceptance: 0.8 },
        };
        assert_eq!(settings(4, 1000).at_once(20, [784, 500, 0, 0]).expect("little"), 209);
        for (starts, draws, widths, message, hint) in [
            (
                4,
                MOST_DRAWS + 1,
                [784, 500, 0, 0],
                "4 chains of 10001 draws of 20 latent dimensions",
                "--draws",
            ),
            (900, 2000, [784, 500, 0, 0], "900 chains of 2000 draws of 20 latent dimensions", "--starts"),
            (900, 10, [40_000, 500, 0, 0], "too many for the 40000 values that an image has", "--starts"),
            (900, 10, [784, 40_000, 9, 9], "the 40000 values that a hidden layer has", "--starts"),
            // 1000 pseudo-inputs of 40 dimensions.
            (900, 10, [784, 500, 40_000, 9], "the 40000 values that the prior computes", "model.prior"),
            (
                900,
                10,
                [784, 500, 9, 40_000],
                "the 40000 values that the posterior computes",
                "model.posterior",
            ),
        ] {
            let error = settings(starts, draws).at_once(20, widths).expect_err("too much");
            assert!(error.message.contains(message), "{error}");
            assert!(error.hint.as_ref().expect("a hint").contains(hint), "{error:?}");
        }
    }

    #[test]
    fn an_image_has_noise_of_its_own_in_each_part() {
        let draw = |first: u64| Noise::new(Streams::new(0), first, 1, 1, 3).normals();
        assert_eq!(draw(7), Noise::new(Streams::new(0), 6, 2, 1, 3).normals()[3..]);
        assert_ne!(draw(7), draw((1 << 40) + 7));
    }
}
