use aevb_models::vae::inference::{ChainNoise, Chains, Hmc, LogDensity, Posterior};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::error::Result;
use crate::random::{Purpose, Streams, standard_normals};

/// How the posterior of z is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainSettings {
    /// The chains of an image, each from a start of its own.
    pub starts: usize,
    /// How each runs.
    pub hmc: Hmc,
}

/// Rows of pixels that are on the device at once.
const ROWS: usize = 1000;

impl ChainSettings {
    /// Images whose chains run beside each other.
    pub(super) fn images_at_once(&self) -> usize {
        (ROWS / self.starts).max(1)
    }

    /// The rows of an image's chains, where `images` of them run beside each other.
    pub(super) fn rows(&self, image: usize, images: usize) -> Vec<usize> {
        (0..self.starts).map(|start| start * images + image).collect()
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
    pub fn new(streams: Streams, first: usize, images: usize, starts: usize, latent: usize) -> Self {
        /// More chains than an image has.
        const CHAINS: u64 = 1 << 16;
        let step = |start: usize, image: usize| (first + image) as u64 * CHAINS + start as u64;
        let chains = (0..starts).flat_map(|start| (0..images).map(move |image| step(start, image)));
        let generator = |step: u64| streams.generator(Purpose::MarkovChain, step);
        Self { chains: chains.map(generator).collect(), shared: generator(u64::MAX), latent }
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

/// For each chain the likeliest of a few candidates: half of them drawn from the prior, half from `guess`, a mean and a
/// standard deviation `[chains, latent]` each.
pub(super) fn starts(
    target: &Posterior,
    [mean, deviation]: [&[f32]; 2],
    latent: usize,
    noise: &mut Noise,
    device: &Device,
) -> Result<Vec<f32>> {
    const CANDIDATES: usize = 10;
    let chains = mean.len() / latent;
    let mut best = vec![f32::NEG_INFINITY; chains];
    let mut z = vec![0.0; mean.len()];
    for candidate in 0..CANDIDATES {
        let mut drawn = noise.normals();
        if candidate % 2 == 0 {
            for ((z, mean), deviation) in drawn.iter_mut().zip(mean).zip(deviation) {
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
    Ok(z)
}

/// How the chains of an image went.
pub(super) struct Mixing {
    pub acceptance: f64,
    pub effective_samples: f64,
    pub r_hat: f64,
}

pub(super) fn mixing(chains: &Chains, rows: &[usize]) -> Mixing {
    let acceptance = rows.iter().map(|&row| chains.acceptance[row]).sum::<f64>() / rows.len() as f64;
    let (effective_samples, r_hat) = chains.mixing(rows);
    Mixing { acceptance, effective_samples, r_hat }
}
