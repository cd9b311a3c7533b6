use burn::config::Config;
use burn::tensor::Device;

use super::likelihood::Likelihood;
use super::model::{Ae, Decoder, Encoder, Vae};
use crate::error::Result;
use crate::nn::{Activation, InitialWeights, LinearConfig, Mlp, MlpConfig};

/// Configuration of a [`Vae`].
#[derive(Config, Debug)]
pub struct VaeConfig {
    /// The number of pixels of an image.
    pub pixels: usize,
    /// The widths of the encoder's hidden layers, from the pixels on; the decoder has the same in reverse.
    pub hidden: Vec<usize>,
    /// The number of latent dimensions.
    pub latent: usize,
    /// What follows every hidden layer.
    pub activation: Activation,
    /// The family of `p(x|z)`.
    pub likelihood: Likelihood,
}

/// Configuration of an [`Ae`].
#[derive(Config, Debug)]
pub struct AeConfig {
    /// The number of pixels of an image.
    pub pixels: usize,
    /// The widths of the encoder's hidden layers, from the pixels on; the decoder has the same in reverse.
    pub hidden: Vec<usize>,
    /// The number of latent dimensions.
    pub latent: usize,
    /// What follows every hidden layer.
    pub activation: Activation,
    /// The family of `p(x|z)`.
    pub likelihood: Likelihood,
}

impl VaeConfig {
    /// Takes the weights from `weights`, layer by layer from the pixels on.
    ///
    /// # Errors
    /// If a width is zero.
    pub fn init(&self, weights: &mut impl InitialWeights, device: &Device) -> Result<Vae> {
        let (hidden, width) = encoder_layers(self.pixels, &self.hidden, self.activation, weights, device)?;
        let [mean, log_variance] = LinearConfig::new(width, self.latent).init_heads(
            ["encoder.mean", "encoder.log_variance"],
            weights,
            device,
        )?;
        let encoder = Encoder { hidden, mean, log_variance };
        let shape = DecoderShape { pixels: self.pixels, hidden: &self.hidden, latent: self.latent };
        Ok(Vae { encoder, decoder: shape.init(self.activation, self.likelihood, weights, device)? })
    }
}

impl AeConfig {
    /// Takes the weights from `weights`, layer by layer from the pixels on.
    ///
    /// # Errors
    /// If a width is zero.
    pub fn init(&self, weights: &mut impl InitialWeights, device: &Device) -> Result<Ae> {
        let (hidden, width) = encoder_layers(self.pixels, &self.hidden, self.activation, weights, device)?;
        let code = LinearConfig::new(width, self.latent).init("code", weights, device)?;
        let shape = DecoderShape { pixels: self.pixels, hidden: &self.hidden, latent: self.latent };
        Ok(Ae { hidden, code, decoder: shape.init(self.activation, self.likelihood, weights, device)? })
    }
}

fn encoder_layers(
    pixels: usize,
    hidden: &[usize],
    activation: Activation,
    weights: &mut impl InitialWeights,
    device: &Device,
) -> Result<(Mlp, usize)> {
    let widths: Vec<usize> = std::iter::once(pixels).chain(hidden.iter().copied()).collect();
    let last = *widths.last().expect("at least the pixels");
    Ok((MlpConfig::new(widths, activation).init("encoder.hidden", weights, device)?, last))
}

struct DecoderShape<'a> {
    pixels: usize,
    hidden: &'a [usize],
    latent: usize,
}

impl DecoderShape<'_> {
    fn init(
        &self,
        activation: Activation,
        likelihood: Likelihood,
        weights: &mut impl InitialWeights,
        device: &Device,
    ) -> Result<Decoder> {
        let widths: Vec<usize> =
            std::iter::once(self.latent).chain(self.hidden.iter().rev().copied()).collect();
        let output = LinearConfig::new(*widths.last().expect("at least the latent space"), self.pixels);
        let hidden = MlpConfig::new(widths, activation).init("decoder.hidden", weights, device)?;
        let (output, log_variance) = match likelihood {
            Likelihood::Gaussian { .. } => {
                let paths = ["decoder.output", "decoder.log_variance"];
                let [output, log_variance] = output.init_heads(paths, weights, device)?;
                (output, Some(log_variance))
            }
            Likelihood::Bernoulli | Likelihood::GaussianFixed { .. } => {
                (output.init("decoder.output", weights, device)?, None)
            }
        };
        Ok(Decoder { hidden, output, log_variance, likelihood })
    }
}
