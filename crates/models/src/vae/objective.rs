use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::model::{Decoder, Vae};
use crate::error::{Error, Result};
use crate::reduce::{sum, sum_rows};

/// Which of the two SGVB estimators of the bound (arXiv 1312.6114, §2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Estimator {
    /// Eq. 6: `1/L Σ_l log p(x|z_l) + log p(z_l) − log q(z_l|x)`.
    A,
    /// Eq. 7: `−KL(q(z|x) ‖ p(z)) + 1/L Σ_l log p(x|z_l)`, with the divergence in closed form. The same expectation,
    /// and typically a lower variance; at the exact posterior it is A that has none. Where the prior leaves no closed form, that
    /// of the entropy of q is taken, and `log p(z)` at the draws; where q is a flow, that of the Gaussian which it begins with, and
    /// the flow's determinant at the draws.
    #[default]
    B,
}

/// The stochastic gradient variational Bayes estimator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sgvb {
    /// Which estimator.
    pub estimator: Estimator,
    /// `L`, the samples of z a datapoint, at least 1.
    pub samples: usize,
}

/// An estimate of the bound for each datapoint, in its two parts: the bound is `log_likelihood − kl`.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The draws of z that it is estimated by, `[samples · batch, latent]`.
    pub z: Tensor<2>,
    /// `E_q log p(x|z)`, `[batch]`, in nats.
    pub log_likelihood: Tensor<1>,
    /// `KL(q(z|x) ‖ p(z))`, `[batch]`, in nats; under estimator A, and where it has no closed form, itself an estimate, which
    /// may be negative.
    pub kl: Tensor<1>,
}

impl Sgvb {
    /// Estimates the bound.
    ///
    /// # Shapes
    /// - x: `[batch, values]`
    /// - noise: `[samples · batch, latent]`, standard normal draws; the first `batch` rows are the first sample's
    ///
    /// # Errors
    /// If the shapes do not go together.
    pub fn bound(&self, model: &Vae, x: Tensor<2>, noise: Tensor<2>) -> Result<Bound> {
        let (batch, samples) = (x.dims()[0], self.samples);
        if noise.dims()[0] != samples * batch {
            return Err(Error::shape("noise of the bound", x.dims(), noise.dims()));
        }
        let posterior = model.posterior(x.clone())?;
        let sample = posterior.repeat(samples).rsample(noise)?;
        let x = if samples == 1 { x } else { x.repeat_dim(0, samples) };
        let log_likelihood = model.decoder.forward(sample.z.clone())?.log_prob(x)?;
        let prior = model.prior_density()?;
        let kl = match self.estimator {
            Estimator::A => mean(sample.kl_at(&prior)?, samples),
            Estimator::B => match posterior.kl(&prior) {
                Some(kl) => kl,
                None => mean(sample.kl_beside_entropy(&prior)?, samples),
            },
        };
        Ok(Bound { z: sample.z, log_likelihood: mean(log_likelihood, samples), kl })
    }
}

/// The mean over the samples, from `[samples · batch]` to `[batch]`.
pub(super) fn mean(values: Tensor<1>, samples: usize) -> Tensor<1> {
    if samples == 1 {
        return values;
    }
    let batch = values.dims()[0] / samples;
    let sum = values.reshape([samples, batch]).sum_dim(0).reshape([batch]);
    // Burn differentiates a division by a number through its reciprocal in f32.
    sum * (1.0 / samples as f64)
}

/// `log p(θ) = −½ ‖θ‖²` up to a constant, for the prior `N(0, I)` over the decoder's weights and biases (ibid.,
/// appendix F); `[1]`, in nats for the whole of the data.
pub fn log_prior(decoder: &Decoder) -> Tensor<1> {
    let mut squares = Squares(None);
    decoder.visit(&mut squares);
    squares.0.expect("a decoder has weights") * -0.5
}

struct Squares(Option<Tensor<1>>);

impl ModuleVisitor for Squares {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let width = value.dims()[D - 1];
        let rows = value.shape().num_elements() / width;
        let matrix: Tensor<2> = value.reshape([rows, width]);
        let squares = sum(sum_rows(matrix.clone() * matrix));
        self.0 = Some(match self.0.take() {
            Some(total) => total + squares,
            None => squares,
        });
    }
}
