//! The posterior of z beyond what the encoder says: Hamiltonian Monte Carlo on `log p(x, z)`.

use aevb_data::image::Images;
use aevb_models::vae::inference::{ChainNoise, Measurement, Posterior};
use burn::tensor::Tensor;

use super::chains::{ChainSettings, Mixing, Noise, mixing};
use crate::error::Result;
use crate::random::Streams;
use crate::train::TrainedVae;

/// What the chains on one image's posterior found.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentPosterior {
    /// `E[z|x]`, `[latent]`.
    pub mean: Vec<f32>,
    /// The standard deviations of z, `[latent]`.
    pub deviation: Vec<f32>,
    /// The mean acceptance probability.
    pub acceptance: f64,
    /// The least effective sample size of a latent dimension.
    pub effective_samples: f64,
    /// The largest split R̂ of a latent dimension.
    pub r_hat: f64,
}

/// The encoder's Gaussians for some images, on the host.
pub(super) struct Encoded {
    /// `[images, latent]`
    pub mean: Vec<f32>,
    /// `[images, latent]`
    pub deviation: Vec<f32>,
    /// From the prior, `[images]`, in nats.
    pub kl: Vec<f64>,
}

pub(super) fn encode(vae: &TrainedVae, x: Tensor<2>) -> Result<Encoded> {
    let host = |values: Tensor<2>| values.into_data().try_into_vec::<f32>().expect("everything is F32");
    let posterior = vae.model().encoder.forward(x)?;
    let kl: Tensor<1> = vae.prior().kl_of(&posterior);
    let kl = kl.into_data().try_into_vec::<f32>().expect("everything is F32");
    Ok(Encoded {
        mean: host(posterior.mean),
        deviation: host((posterior.log_variance * 0.5).exp()),
        kl: kl.into_iter().map(f64::from).collect(),
    })
}

/// Starts twice as wide as the encoder's Gaussians, and their scales, `[starts · images, latent]` each.
pub(super) fn start_around(encoded: &Encoded, starts: usize, noise: &mut Noise) -> (Vec<f32>, Vec<f32>) {
    const WIDER: f32 = 2.0;
    let scales = encoded.deviation.repeat(starts);
    let mut z = noise.normals();
    for ((z, mean), scale) in z.iter_mut().zip(encoded.mean.repeat(starts)).zip(&scales) {
        *z = mean + WIDER * scale * *z;
    }
    (z, scales)
}

/// Samples the posterior of z of each image.
///
/// # Errors
/// If an image is of another size than those that were trained on.
pub fn posteriors(
    vae: &TrainedVae,
    images: &Images,
    settings: ChainSettings,
    streams: Streams,
) -> Result<Vec<LatentPosterior>> {
    let latent = vae.latent();
    let mut posteriors = Vec::with_capacity(images.count());
    for first in (0..images.count()).step_by(settings.images_at_once()) {
        let range = first..images.count().min(first + settings.images_at_once());
        let count = range.len();
        let x = vae.upload(images, range);
        let mut noise = Noise::new(streams, first, count, settings.starts, latent);
        let (start, scales) = start_around(&encode(vae, x.clone())?, settings.starts, &mut noise);
        let target = Posterior {
            decoder: &vae.model().decoder,
            prior: vae.prior(),
            measurement: Measurement::Complete { x: x.repeat_dim(0, settings.starts) },
        };
        let chains = settings.hmc.sample(&target, start, &scales, latent, vae.device(), &mut noise)?;
        for image in 0..count {
            let rows = settings.rows(image, count);
            let moments = |unit: usize| {
                let draws: Vec<f64> = rows.iter().flat_map(|&row| chains.coordinate(row, unit)).collect();
                let mean = draws.iter().sum::<f64>() / draws.len() as f64;
                let squares: f64 = draws.iter().map(|draw| (draw - mean).powi(2)).sum();
                (mean as f32, (squares / (draws.len() as f64 - 1.0)).sqrt() as f32)
            };
            let (mean, deviation) = (0..latent).map(moments).unzip();
            let Mixing { acceptance, effective_samples, r_hat } = mixing(&chains, &rows);
            posteriors.push(LatentPosterior { mean, deviation, acceptance, effective_samples, r_hat });
        }
    }
    Ok(posteriors)
}
