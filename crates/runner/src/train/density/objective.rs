//! What an auto-encoder of images minimises.

use aevb_models::vae::{Estimator, ImportanceWeighted, ImportanceWeightedBound, Sgvb, Vae};
use burn::tensor::Tensor;

use crate::experiment::{Autoencoder, IwaeObjective, SgvbObjective, VaeObjective};
use crate::train::Loss;

/// The objectives of images.
pub(in crate::train) enum DensityObjective {
    /// The variational bound, and the likelihood alone for a plain auto-encoder.
    Sgvb(SgvbObjective),
    /// The importance-weighted bound.
    Iwae(IwaeObjective),
}

/// What each image comes to, `[batch]` each, in nats.
pub(in crate::train) struct Terms {
    /// The latent vectors that it was computed from, `[samples · batch, latent]`.
    pub z: Tensor<2>,
    /// `−log p(x|z)`
    pub reconstruction: Tensor<1>,
    /// The divergence, where there is a posterior.
    pub kl: Option<Tensor<1>>,
    /// The importance-weighted bound, where it is what is trained by.
    pub iwae: Option<Tensor<1>>,
}

impl DensityObjective {
    pub fn of(model: &Autoencoder) -> Self {
        match model {
            Autoencoder::Vae { objective: VaeObjective::Sgvb(sgvb), .. } => Self::Sgvb(*sgvb),
            Autoencoder::Vae { objective: VaeObjective::Iwae(iwae), .. } => Self::Iwae(*iwae),
            Autoencoder::Ae { .. } => Self::Sgvb(SgvbObjective::default()),
        }
    }

    /// The samples of z an image.
    pub fn samples(&self) -> usize {
        match self {
            Self::Sgvb(sgvb) => sgvb.samples,
            Self::Iwae(iwae) => iwae.samples,
        }
    }

    /// Whether the divergence is wanted in closed form.
    pub fn has_estimator_b(&self) -> bool {
        matches!(self, Self::Sgvb(SgvbObjective { estimator: Estimator::B, .. }))
    }

    /// Whether the decoder's parameters have a prior.
    pub fn map(&self) -> bool {
        matches!(self, Self::Sgvb(SgvbObjective { map: true, .. }))
    }

    /// What each image comes to under a VAE; `noise` is `[samples · batch, latent]`.
    pub fn terms(&self, model: &Vae, x: Tensor<2>, noise: Tensor<2>) -> aevb_models::Result<Terms> {
        let (bound, iwae) = match *self {
            Self::Sgvb(SgvbObjective { estimator, samples, .. }) => {
                (Sgvb { estimator, samples }.bound(model, x, noise)?, None)
            }
            Self::Iwae(IwaeObjective { samples }) => {
                let ImportanceWeightedBound { value, variational } =
                    ImportanceWeighted { samples }.bound(model, x, noise)?;
                (variational, Some(value))
            }
        };
        Ok(Terms { z: bound.z, reconstruction: -bound.log_likelihood, kl: Some(bound.kl), iwae })
    }

    /// The loss of a step or of a shard of it, the mean over its images.
    pub fn loss(&self, terms: Terms, step: u64, steps_per_epoch: usize) -> Loss {
        let Terms { z, reconstruction, kl, iwae } = terms;
        let count = reconstruction.dims()[0];
        let mean =
            |values: Tensor<1>| values.reshape([1, count]).sum_dim(1).reshape([1]) * (1.0 / count as f64);
        let loss = match (iwae, kl) {
            // The parts of the variational bound are only reported.
            (Some(bound), kl) => {
                let loss =
                    Loss::new(("iwae", mean(-bound)), []).with("reconstruction", mean(reconstruction), 0.0);
                kl.into_iter().fold(loss, |loss, kl| loss.with("kl", mean(kl), 0.0))
            }
            (None, kl) => {
                let loss = Loss::new(("reconstruction", mean(reconstruction)), []);
                kl.into_iter()
                    .fold(loss, |loss, kl| loss.with("kl", mean(kl), self.beta(step, steps_per_epoch)))
            }
        };
        loss.over(count).at(z)
    }

    /// The divergence's factor at a step.
    fn beta(&self, step: u64, steps_per_epoch: usize) -> f64 {
        let Self::Sgvb(SgvbObjective { beta, kl_warm_up_epochs, .. }) = *self else { return 1.0 };
        let rising = kl_warm_up_epochs as f64 * steps_per_epoch as f64;
        if rising == 0.0 { beta } else { beta * ((step + 1) as f64 / rising).min(1.0) }
    }
}
