use burn::module::Module;
use burn::tensor::Tensor;

use super::likelihood::{Likelihood, Observation};
use super::objective::mean;
use crate::distribution::DiagonalGaussian;
use crate::error::{Error, Result};
use crate::nn::{Body, Heads, Linear};
use crate::posterior::{Posterior, PosteriorDensity};
use crate::prior::{Prior, PriorDensity};

/// The recognition model `N(μ, diag σ²)` (arXiv 1312.6114, appendix C.2): `q(z|x)`, or what a [`Posterior`] begins with.
#[derive(Module, Debug)]
pub struct Encoder {
    /// The hidden layers that both heads share.
    pub hidden: Body,
    /// `μ`
    pub mean: Linear,
    /// `log σ²`
    pub log_variance: Linear,
}

/// The generative model `p(x|z)`.
#[derive(Module, Debug)]
pub struct Decoder {
    /// The hidden layers.
    pub hidden: Body,
    /// The parameters of `p(x|z)`, before what makes them of the layers' sums.
    pub heads: Heads,
    /// The family of `p(x|z)`.
    #[module(skip)]
    pub likelihood: Likelihood,
    /// The values of x.
    #[module(skip)]
    pub values: usize,
}

/// The variational auto-encoder.
#[derive(Module, Debug)]
pub struct Vae {
    /// `q(z|x)`
    pub encoder: Encoder,
    /// `p(x|z)`
    pub decoder: Decoder,
    /// `p(z)`
    pub prior: Prior,
    /// What `q(z|x)` has beyond the encoder's Gaussian.
    pub posterior: Posterior,
}

/// The plain auto-encoder: the code is a function of x, without noise, and nothing draws it to a prior.
#[derive(Module, Debug)]
pub struct Ae {
    /// The encoder's hidden layers.
    pub hidden: Body,
    /// The code, linear.
    pub code: Linear,
    /// `p(x|z)`
    pub decoder: Decoder,
}

impl Encoder {
    /// The Gaussian of each row.
    ///
    /// # Shapes
    /// - x: `[batch, values]`
    /// - output: mean and log-variance `[batch, latent]`
    ///
    /// # Errors
    /// If `x` has another width.
    pub fn forward(&self, x: Tensor<2>) -> Result<DiagonalGaussian> {
        self.heads(self.hidden.forward(x)?)
    }

    /// The same from the last hidden layer `[batch, hidden]`.
    fn heads(&self, hidden: Tensor<2>) -> Result<DiagonalGaussian> {
        let mean = self.mean.forward(hidden.clone())?;
        Ok(DiagonalGaussian::new(mean, self.log_variance.forward(hidden)?))
    }
}

impl Decoder {
    /// `p(x|z)` for each row.
    ///
    /// # Shapes
    /// - z: `[batch, latent]`
    /// - output: parameters `[batch, width]`, with the heads' widths
    ///
    /// # Errors
    /// If `z` has another width.
    pub fn forward(&self, z: Tensor<2>) -> Result<Observation> {
        let rows = z.dims()[0];
        let hidden = self.hidden.forward(z)?;
        let heads = self.likelihood.heads(self.values).into_iter().zip(&self.heads.layers);
        let parameters = heads.map(|(head, (_, layer))| {
            // Where a head is applied to each position, what it has of all of them is a row.
            Ok(layer.apply(hidden.clone(), head.function)?.reshape([rows, head.width]))
        });
        Ok(Observation {
            likelihood: self.likelihood.clone(),
            parameters: parameters.collect::<Result<_>>()?,
        })
    }
}

impl Vae {
    /// `q(z|x)` for each row of x `[batch, values]`.
    ///
    /// # Errors
    /// If `x` has another width.
    pub fn posterior(&self, x: Tensor<2>) -> Result<PosteriorDensity> {
        let hidden = self.encoder.hidden.forward(x)?;
        self.posterior.density(self.encoder.heads(hidden.clone())?, hidden)
    }

    /// `p(z)`, for parameters as they are.
    ///
    /// # Errors
    /// If parameters have shapes that do not go together.
    pub fn prior_density(&self) -> Result<PriorDensity> {
        self.prior.density(|inputs| self.encoder.forward(inputs))
    }

    /// `KL(q(z|x) ‖ p(z))` for each row of `posterior`, `[rows]`, in nats; where it has no closed form, its estimate by draws of
    /// `q`.
    ///
    /// # Shapes
    /// - noise: `[draws · rows, latent]`, standard normal; made where it is needed
    ///
    /// # Errors
    /// If the noise has another shape.
    pub fn kl(&self, posterior: &PosteriorDensity, noise: impl FnOnce() -> Tensor<2>) -> Result<Tensor<1>> {
        let prior = self.prior_density()?;
        if let Some(kl) = posterior.kl(&prior) {
            return Ok(kl);
        }
        let (noise, [rows, _]) = (noise(), posterior.dims());
        let draws = noise.dims()[0].checked_div(rows).unwrap_or_default();
        if draws == 0 || draws * rows != noise.dims()[0] {
            return Err(Error::shape("noise of a divergence", posterior.dims(), noise.dims()));
        }
        Ok(mean(posterior.repeat(draws).rsample(noise)?.kl_at(&prior)?, draws))
    }
}

impl Ae {
    /// The code of each row.
    ///
    /// # Shapes
    /// - x: `[batch, values]`
    /// - output: `[batch, latent]`
    ///
    /// # Errors
    /// If `x` has another width.
    pub fn encode(&self, x: Tensor<2>) -> Result<Tensor<2>> {
        self.code.forward(self.hidden.forward(x)?)
    }

    /// `log p(x|z)` at the code of x, `[batch]`, in nats.
    ///
    /// # Errors
    /// If `x` has another width.
    pub fn log_likelihood(&self, x: Tensor<2>) -> Result<Tensor<1>> {
        self.decoder.forward(self.encode(x.clone())?)?.log_prob(x)
    }
}
