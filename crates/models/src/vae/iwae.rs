use burn::tensor::Tensor;

use super::model::Vae;
use super::objective::{Bound, mean};
use crate::error::{Error, Result};
use crate::posterior::PosteriorDensity;
use crate::prior::PriorDensity;

/// The importance-weighted bound of `samples` draws (Burda, Grosse & Salakhutdinov, arXiv 1509.00519, eq. 8):
/// `L_K = E log 1/K Σ_k p(x, z_k)/q(z_k|x)`. At K = 1 it is the variational bound; it rises with K, to `log p(x)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportanceWeighted {
    /// `K`, the samples of z a datapoint, at least 1.
    pub samples: usize,
}

/// An estimate of both bounds for each datapoint, from the same draws.
#[derive(Clone, Debug)]
pub struct ImportanceWeightedBound {
    /// `L_K`, `[batch]`, in nats; its gradient is that of arXiv 1509.00519, eq. 14.
    pub value: Tensor<1>,
    /// The variational bound, with the divergence in closed form where there is one.
    pub variational: Bound,
}

impl ImportanceWeighted {
    /// Estimates the bound.
    ///
    /// # Shapes
    /// - x: `[batch, values]`
    /// - noise: `[samples · batch, latent]`, standard normal draws; the first `batch` rows are the first sample's
    ///
    /// # Errors
    /// If the shapes do not go together.
    pub fn bound(&self, model: &Vae, x: Tensor<2>, noise: Tensor<2>) -> Result<ImportanceWeightedBound> {
        let (batch, samples) = (x.dims()[0], self.samples);
        if noise.dims()[0] != samples * batch {
            return Err(Error::shape("noise of the bound", x.dims(), noise.dims()));
        }
        let posterior = model.posterior(x.clone())?;
        let x = if samples == 1 { x } else { x.repeat_dim(0, samples) };
        let prior = model.prior_density()?;
        let draws = Draws::of(model, (&posterior, &prior), x, noise)?;
        let kl = match posterior.kl(&prior) {
            Some(kl) => kl,
            None => mean(draws.log_posterior - draws.log_prior, samples),
        };
        if samples == 1 {
            let variational = Bound { z: draws.z, log_likelihood: draws.log_likelihood, kl };
            return Ok(ImportanceWeightedBound { value: draws.log_weight, variational });
        }
        let log_weight = draws.log_weight.reshape([samples, batch]);
        // Any constant would do here, so none of the gradient goes through it.
        let largest = log_weight.clone().detach().max_dim(0);
        let sum = (log_weight - largest.clone()).exp().sum_dim(0);
        let value = (sum.log() + largest - (samples as f64).ln()).reshape([batch]);
        let variational = Bound { z: draws.z, log_likelihood: mean(draws.log_likelihood, samples), kl };
        Ok(ImportanceWeightedBound { value, variational })
    }
}

/// Draws of z from the encoder, and what each comes to, `[samples · batch]`, in nats.
pub(super) struct Draws {
    /// The draws themselves, `[samples · batch, latent]`.
    pub z: Tensor<2>,
    /// `log p(x|z)`
    pub log_likelihood: Tensor<1>,
    /// `log p(z)`
    pub log_prior: Tensor<1>,
    /// `log q(z|x)`
    pub log_posterior: Tensor<1>,
    /// `log p(x|z) + log p(z) − log q(z|x)`, the logarithm of an unbiased estimate of `p(x)`.
    pub log_weight: Tensor<1>,
}

impl Draws {
    /// From `posterior` `[batch, latent]` and the prior, the datapoints over again `[samples · batch, values]`, and standard
    /// normal noise `[samples · batch, latent]`.
    pub fn of(
        model: &Vae,
        (posterior, prior): (&PosteriorDensity, &PriorDensity),
        x: Tensor<2>,
        noise: Tensor<2>,
    ) -> Result<Self> {
        let (batch, rows) = (posterior.dims()[0], noise.dims()[0]);
        if !rows.is_multiple_of(batch) {
            return Err(Error::shape("noise of importance weights", posterior.dims(), noise.dims()));
        }
        let sample = posterior.repeat(rows / batch).rsample(noise)?;
        let z = sample.z.clone();
        let log_likelihood = model.decoder.forward(z.clone())?.log_prob(x)?;
        let log_prior = prior.log_prob(z.clone())?;
        let log_posterior = sample.log_prob()?;
        let log_weight = log_likelihood.clone() + log_prior.clone() - log_posterior.clone();
        Ok(Self { z, log_likelihood, log_prior, log_posterior, log_weight })
    }
}
