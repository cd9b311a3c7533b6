//! The marginal likelihood of images, by importance sampling or by the estimator of the AEVB paper's appendix D.

use aevb_data::image::Images;
use aevb_models::vae::inference::{
    Hmc, MOST_LATENTS, MarginalLikelihood, Measurement, Posterior, active_units, appendix_d,
    importance_sampling,
};
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::chains::{ChainSettings, Noise};
use super::posterior::{encode, start_around};
use crate::error::{Error, Result};
use crate::random::{Purpose, Streams, standard_normals};
use crate::train::TrainedVae;

/// How `log p(x)` is estimated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Estimator {
    /// By so many draws from the encoder for each image.
    Importance {
        /// K
        samples: usize,
    },
    /// By draws of the posterior (Kingma & Welling, arXiv 1312.6114, appendix D).
    AppendixD(ChainSettings),
}

impl Estimator {
    /// By about so many draws of the posterior for each image, and as many that the density is fitted to.
    pub fn appendix_d(samples: usize) -> Self {
        const STARTS: usize = 4;
        let draws = (2 * samples).div_ceil(STARTS).max(8);
        let hmc = Hmc { warm_up: 100, draws, leapfrog_steps: 10, target_acceptance: 0.8 };
        Self::AppendixD(ChainSettings { starts: STARTS, hmc })
    }
}

/// What is said of one image, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageLikelihood {
    /// Of `log p(x)`.
    pub marginal: MarginalLikelihood,
    /// `KL(q(z|x) ‖ p(z))`
    pub kl: f64,
}

/// What is said of many, in nats per image.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marginal {
    /// The mean of `−log p(x)`.
    pub nll: f64,
    /// Its standard error, the images being a sample of all there could be.
    pub nll_standard_error: f64,
    /// The part of it that is the estimate's: more samples make it smaller, more images or not.
    pub nll_estimate_error: f64,
    /// The mean over the images of their effective sample sizes.
    pub effective_samples: f64,
    /// Latent dimensions that depend on the image: `Var_x(E_q[z|x]) > 0.01`.
    pub active_units: usize,
}

impl Marginal {
    /// As a line for a reader.
    pub fn to_text(&self, images: usize, samples: usize) -> String {
        let Self { nll, nll_standard_error, nll_estimate_error, effective_samples, active_units } = self;
        format!(
            "{:10}  -log p(x) {nll:.3} ± {nll_standard_error:.3} over {images} images (± {nll_estimate_error:.3} of the \
             estimate by {samples} samples, worth {effective_samples:.1}), {active_units} active units",
            ""
        )
    }
}

/// Images, and draws for each, that are on the device at once.
const IMAGES: usize = 50;
const TOGETHER: usize = 50;

/// `log p(x)` of each image and the encoder's means, `[images, latent]`.
///
/// # Errors
/// If an image is of another size than those that were trained on, or there are too many latent dimensions for
/// [`Estimator::AppendixD`].
pub fn likelihoods(
    vae: &TrainedVae,
    images: &Images,
    estimator: Estimator,
    streams: Streams,
) -> Result<(Vec<ImageLikelihood>, Vec<f32>)> {
    let mut likelihoods = Vec::with_capacity(images.count());
    let mut means = Vec::with_capacity(images.count() * vae.latent());
    if let Estimator::AppendixD(_) = estimator
        && vae.latent() > MOST_LATENTS
    {
        let message = format!(
            "the estimator of appendix D is for at most {MOST_LATENTS} latent dimensions, and there are {}",
            vae.latent()
        );
        return Err(Error::usage(message).with_hint("take --estimator importance"));
    }
    let at_once = match estimator {
        Estimator::Importance { .. } => IMAGES,
        Estimator::AppendixD(settings) => settings.images_at_once(),
    };
    for first in (0..images.count()).step_by(at_once) {
        let range = first..images.count().min(first + at_once);
        let x = vae.upload(images, range.clone());
        let posterior = encode(vae, x.clone())?;
        let marginals = match estimator {
            Estimator::Importance { samples } => by_importance(vae, x, first, samples, streams)?,
            Estimator::AppendixD(settings) => {
                let count = range.len();
                let latent = vae.latent();
                let mut noise = Noise::new(streams, first, count, settings.starts, latent);
                let (start, scales) = start_around(&posterior, settings.starts, &mut noise);
                let target = Posterior {
                    decoder: &vae.model().decoder,
                    prior: vae.prior(),
                    measurement: Measurement::Complete { x: x.repeat_dim(0, settings.starts) },
                };
                let chains =
                    settings.hmc.sample(&target, start, &scales, latent, vae.device(), &mut noise)?;
                let rows = (0..count).map(|image| settings.rows(image, count));
                rows.map(|rows| appendix_d(&chains, &rows)).collect::<aevb_models::Result<Vec<_>>>()?
            }
        };
        let kls = posterior.kl;
        likelihoods
            .extend(marginals.into_iter().zip(kls).map(|(marginal, kl)| ImageLikelihood { marginal, kl }));
        means.extend(posterior.mean);
    }
    Ok((likelihoods, means))
}

fn by_importance(
    vae: &TrainedVae,
    x: Tensor<2>,
    first: usize,
    samples: usize,
    streams: Streams,
) -> Result<Vec<MarginalLikelihood>> {
    let (count, latent) = (x.dims()[0], vae.latent());
    let mut generators: Vec<_> = (first..first + count)
        .map(|image| streams.generator(Purpose::ImportanceSampling, image as u64))
        .collect();
    let noise = |draws: usize| {
        let mut values = Vec::with_capacity(draws * count * latent);
        for _ in 0..draws {
            for random in &mut generators {
                values.extend(standard_normals(random, latent));
            }
        }
        Tensor::from_data(TensorData::new(values, [draws * count, latent]), vae.device())
    };
    Ok(importance_sampling(vae.model(), vae.prior(), x, samples, TOGETHER, noise)?)
}

/// What many images come to, given the encoder's means `[images, latent]`.
///
/// # Errors
/// If a likelihood is not finite.
pub fn summarize(likelihoods: &[ImageLikelihood], means: &[f32]) -> Result<Marginal> {
    let count = likelihoods.len() as f64;
    let of = |value: fn(&ImageLikelihood) -> f64| likelihoods.iter().map(value);
    if let Some(image) = of(|row| row.marginal.log_likelihood).position(|value| !value.is_finite()) {
        return Err(Error::failed(format!("the likelihood of image {image} is not finite")));
    }
    let nll = -of(|row| row.marginal.log_likelihood).sum::<f64>() / count;
    let squares: f64 = of(|row| row.marginal.log_likelihood).map(|value| (value + nll).powi(2)).sum();
    Ok(Marginal {
        nll,
        nll_standard_error: (squares / (count - 1.0) / count).sqrt(),
        nll_estimate_error: of(|row| row.marginal.standard_error.powi(2)).sum::<f64>().sqrt() / count,
        effective_samples: of(|row| row.marginal.effective_samples).sum::<f64>() / count,
        active_units: active_units(means, means.len() / likelihoods.len()),
    })
}
