use burn::module::Module;
use burn::tensor::Tensor;

use super::likelihood::{Likelihood, Observation};
use crate::distribution::DiagonalGaussian;
use crate::error::Result;
use crate::nn::{Linear, Mlp};

/// The recognition model `q(z|x) = N(μ, diag σ²)` (arXiv 1312.6114, appendix C.2).
#[derive(Module, Debug)]
pub struct Encoder {
    /// The hidden layers that both heads share.
    pub hidden: Mlp,
    /// `μ`
    pub mean: Linear,
    /// `log σ²`
    pub log_variance: Linear,
}

/// The generative model `p(x|z)`.
#[derive(Module, Debug)]
pub struct Decoder {
    /// The hidden layers.
    pub hidden: Mlp,
    /// The logits of a Bernoulli likelihood, or the means of a Gaussian one before [`super::PixelMean`].
    pub output: Linear,
    /// The log-variances of a Gaussian likelihood before the floor, where they are learned.
    pub log_variance: Option<Linear>,
    /// The family of `p(x|z)`.
    #[module(skip)]
    pub likelihood: Likelihood,
}

/// The variational auto-encoder.
#[derive(Module, Debug)]
pub struct Vae {
    /// `q(z|x)`
    pub encoder: Encoder,
    /// `p(x|z)`
    pub decoder: Decoder,
}

/// The plain auto-encoder: the code is a function of x, without noise, and nothing draws it to a prior.
#[derive(Module, Debug)]
pub struct Ae {
    /// The encoder's hidden layers.
    pub hidden: Mlp,
    /// The code, linear.
    pub code: Linear,
    /// `p(x|z)`
    pub decoder: Decoder,
}

impl Encoder {
    /// `q(z|x)` for each row.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: mean and log-variance `[batch, latent]`
    ///
    /// # Errors
    /// If `x` has another width.
    pub fn forward(&self, x: Tensor<2>) -> Result<DiagonalGaussian> {
        let hidden = self.hidden.forward(x)?;
        let mean = self.mean.forward(hidden.clone())?;
        Ok(DiagonalGaussian::new(mean, self.log_variance.forward(hidden)?))
    }
}

impl Decoder {
    /// `p(x|z)` for each row.
    ///
    /// # Shapes
    /// - z: `[batch, latent]`
    /// - output: parameters `[batch, pixels]`
    ///
    /// # Errors
    /// If `z` has another width.
    pub fn forward(&self, z: Tensor<2>) -> Result<Observation> {
        let hidden = self.hidden.forward(z)?;
        let log_variance = match &self.log_variance {
            Some(head) => Some(head.apply(hidden.clone(), self.likelihood.log_variance_function())?),
            None => None,
        };
        let output = self.output.apply(hidden, self.likelihood.output_function())?;
        Ok(self.likelihood.observe(output, log_variance))
    }
}

impl Ae {
    /// The code of each row.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
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
