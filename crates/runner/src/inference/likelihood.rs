//! The marginal likelihood of images, by importance sampling or by the estimator of the AEVB paper's appendix D.

use std::ops::Range;

use aevb_data::examples::ExampleSet;
use aevb_models::prior::PriorDensity;
use aevb_models::vae::inference::{Hmc, MOST_LATENTS, MarginalLikelihood, appendix_d, importance_sampling};
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::chains::{ChainSettings, Noise, around};
use super::posterior::{EncoderGaussians, encode, sample};
use super::work::Work;
use super::{Asked, FEWEST, Mixing, rows_at_once};
use crate::error::{Error, Result};
use crate::evaluate::Summary;
use crate::interrupt;
use crate::random::{Purpose, standard_normals};
use crate::train::TrainedVae;

/// How `log p(x)` is estimated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LikelihoodEstimator {
    /// By so many draws from the encoder for each image.
    Importance {
        /// K
        samples: usize,
    },
    /// By draws of the posterior (Kingma & Welling, arXiv 1312.6114, appendix D).
    AppendixD(ChainSettings),
}

impl LikelihoodEstimator {
    /// By about so many draws of the posterior for each image, at least 16, and as many that the density is fitted to.
    pub fn appendix_d(samples: usize) -> Self {
        const STARTS: usize = 4;
        let draws = (2 * samples).div_ceil(STARTS).max(8);
        let hmc = Hmc { warm_up: 100, draws, leapfrog_steps: 10, target_acceptance: 0.8 };
        Self::AppendixD(ChainSettings { starts: STARTS, hmc })
    }

    /// The samples of an image that its likelihood is the mean of.
    pub fn samples(self) -> usize {
        match self {
            Self::Importance { samples } => samples,
            // The first half of each chain goes into the density.
            Self::AppendixD(ChainSettings { starts, hmc }) => starts * (hmc.draws - hmc.draws / 2),
        }
    }

    /// What is to be said of likelihoods that are less sure than they look.
    pub fn caution(self, likelihoods: &[ImageLikelihood]) -> Option<String> {
        let (of, unsure) = (likelihoods.len(), likelihoods.iter().filter(|row| !row.is_sure()).count());
        let few = format!("fewer than {FEWEST} effective samples");
        (unsure > 0).then(|| match self {
            Self::Importance { .. } => format!(
                "the likelihoods of {unsure} of {of} rest on {few}: -log p(x) is likely lower, by more than its error says; \
                 more --samples help"
            ),
            Self::AppendixD(_) => format!(
                "the likelihoods of {unsure} of {of} rest on {few}, where -log p(x) is likely higher, or on chains that do \
                 not mix, where it is likely lower: by more than their errors say; more --samples help"
            ),
        })
    }

    /// The parts of the work on an image.
    fn parts(self) -> usize {
        match self {
            Self::Importance { .. } => 1,
            Self::AppendixD(settings) => settings.moves(),
        }
    }
}

/// What is said of one image, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageLikelihood {
    /// Of `log p(x)`.
    pub marginal: MarginalLikelihood,
    /// `KL(q(z|x) ‖ p(z))`
    pub kl: f64,
    /// Of the chains that it rests on, where it does.
    pub mixing: Option<Mixing>,
}

impl ImageLikelihood {
    /// Whether it rests on enough: not on a handful of weights, and not on chains that do not mix.
    fn is_sure(&self) -> bool {
        self.marginal.effective_samples >= FEWEST && self.mixing.is_none_or(|mixing| mixing.is_mixed())
    }
}

/// What is said of many, in nats per image.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marginal {
    /// The mean of `−log p(x)`.
    pub nll: f64,
    /// Its standard error, the images being a sample of all there could be.
    pub nll_standard_error: f64,
    /// The part of it that is the estimate's: more samples make it smaller, more images or not. Too small where
    /// effective samples are few.
    pub nll_estimate_error: f64,
    /// The samples of z an image.
    pub nll_samples: usize,
    /// The mean over the images of their effective sample sizes.
    pub effective_samples: f64,
    /// The least of them.
    pub least_effective_samples: f64,
    /// Images whose likelihood rests on fewer than 10 effective samples, or on chains that do not mix.
    pub unsure_images: usize,
    /// Latent dimensions that depend on the image: `Var_x(E_q[z|x]) > 0.01`.
    pub active_units: usize,
}

impl Marginal {
    /// As a line for a reader.
    pub fn to_text(&self, images: usize) -> String {
        let Self { nll, nll_standard_error, nll_estimate_error, nll_samples, active_units, .. } = self;
        let (mean, least) = (self.effective_samples, self.least_effective_samples);
        format!(
            "{:10}  -log p(x) {nll:.3} ± {nll_standard_error:.3} over {images} images (± {nll_estimate_error:.3} of the \
             estimate by {nll_samples} samples, worth {mean:.1} on average, {least:.1} at least), {active_units} active units",
            ""
        )
    }
}

/// `log p(x)` of each image and the encoder's means, `[images, latent]`.
///
/// # Errors
/// If an image is of another size than those that were trained on, there are too many latent dimensions or samples for
/// [`LikelihoodEstimator::AppendixD`], or the user asked to stop.
pub fn likelihoods(
    vae: &TrainedVae,
    asked: &Asked,
    estimator: LikelihoodEstimator,
) -> Result<(Vec<ImageLikelihood>, Vec<f32>)> {
    const IMAGES: usize = 50;
    let examples = &asked.examples;
    let at_once = match estimator {
        LikelihoodEstimator::Importance { .. } => IMAGES.min(rows_at_once(vae.widest())),
        LikelihoodEstimator::AppendixD(_) if vae.latent() > MOST_LATENTS => {
            let message = format!(
                "the estimator of appendix D is for at most {MOST_LATENTS} latent dimensions, and there are {}",
                vae.latent()
            );
            return Err(Error::usage(message).with_hint("take --estimator importance"));
        }
        LikelihoodEstimator::AppendixD(settings) => settings.images_at_once(vae)?,
    };
    let mut likelihoods = Vec::with_capacity(examples.count());
    let mut means = Vec::with_capacity(examples.count() * vae.latent());
    let work = Work::on(examples.count(), estimator.parts());
    for block in work.blocks(at_once) {
        let first = block.start;
        if interrupt::requested() {
            return Err(work.interrupted(first));
        }
        let x = vae.upload(examples, block.clone());
        let encoded = encode(vae, x.clone(), asked.number(first))?;
        let marginals = match estimator {
            LikelihoodEstimator::Importance { samples } => {
                let found =
                    by_importance(vae, x, asked.number(first), samples).map_err(|error| match error {
                        aevb_models::Error::Stopped => work.interrupted(first),
                        error => error.into(),
                    })?;
                work.done(block.len(), estimator.parts());
                found.into_iter().map(|marginal| (marginal, None)).collect()
            }
            LikelihoodEstimator::AppendixD(settings) => {
                by_appendix_d(vae, x, (asked, block), &encoded, settings, &work)?
            }
        };
        let rows = marginals.into_iter().zip(encoded.kl);
        likelihoods.extend(rows.map(|((marginal, mixing), kl)| ImageLikelihood { marginal, kl, mixing }));
        means.extend(encoded.mean);
    }
    Ok((likelihoods, means))
}

fn by_appendix_d(
    vae: &TrainedVae,
    x: Tensor<2>,
    (asked, block): (&Asked, Range<usize>),
    encoded: &EncoderGaussians,
    settings: ChainSettings,
    work: &Work,
) -> Result<Vec<(MarginalLikelihood, Option<Mixing>)>> {
    let (first, images) = (block.start, block.len());
    // From where the encoder has most of the mass: chains that stand in small modes would count as much as it.
    let from = |_: &PriorDensity, noise: &mut Noise| Ok(around(encoded, settings.starts, noise));
    let chains = sample(vae, (asked, block), x, settings, work, from)?;
    let estimate = |image: usize| {
        let rows = settings.rows(image, images);
        let marginal = appendix_d(&chains, &rows).map_err(|error| {
            Error::failed(format!("image {}: {error}", first + image))
                .with_hint("take more --samples, or --estimator importance")
        })?;
        Ok((marginal, Some(Mixing::of(&chains, &rows))))
    };
    (0..images).map(estimate).collect()
}

fn by_importance(
    vae: &TrainedVae,
    x: Tensor<2>,
    first: u64,
    samples: usize,
) -> aevb_models::Result<Vec<MarginalLikelihood>> {
    /// Draws of an image that are on the device at once.
    const TOGETHER: usize = 50;
    let (count, latent) = (x.dims()[0], vae.latent());
    let mut generators: Vec<_> = (first..first + count as u64)
        .map(|image| vae.streams().generator(Purpose::ImportanceSampling, image))
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
    let together = (rows_at_once(vae.widest()) / count).clamp(1, TOGETHER);
    importance_sampling(vae.model(), x, samples, together, noise, || !interrupt::requested())
}

/// What many images come to, given the number of active units and how many samples of z an image there were.
///
/// # Errors
/// If there are fewer than two, or a likelihood is not finite.
pub fn summarize(likelihoods: &[ImageLikelihood], active_units: usize, samples: usize) -> Result<Marginal> {
    let count = likelihoods.len();
    if count < 2 {
        return Err(Error::usage(
            "the likelihood of a single image has no mean and no error over the images",
        )
        .with_hint("`aevb score` tells how likely each image is"));
    }
    let of = |value: fn(&ImageLikelihood) -> f64| likelihoods.iter().map(value);
    let nlls: Vec<f64> = of(|row| -row.marginal.log_likelihood).collect();
    if let Some(image) = nlls.iter().position(|value| !value.is_finite()) {
        return Err(Error::failed(format!("the likelihood of image {image} is not finite")).with_hint(
            "the training may have diverged (try a smaller optimizer.learning_rate), or the image is far from all others",
        ));
    }
    let nll = Summary::of(&nlls).expect("at least two images");
    Ok(Marginal {
        nll: nll.mean,
        nll_standard_error: nll.standard_error(count).expect("at least two images"),
        nll_estimate_error: of(|row| row.marginal.standard_error.powi(2)).sum::<f64>().sqrt() / count as f64,
        nll_samples: samples,
        effective_samples: of(|row| row.marginal.effective_samples).sum::<f64>() / count as f64,
        least_effective_samples: of(|row| row.marginal.effective_samples).fold(f64::INFINITY, f64::min),
        unsure_images: likelihoods.iter().filter(|row| !row.is_sure()).count(),
        active_units,
    })
}
