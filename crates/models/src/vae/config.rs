use burn::config::Config;
use burn::tensor::Device;

use super::likelihood::Likelihood;
use super::model::{Ae, Decoder, Encoder, Vae};
use crate::error::{Error, Result};
use crate::nn::{Activation, InitialWeights, LinearConfig, Mlp, MlpConfig};

/// More weights than this, 1 GiB of them, are a slip of the pen.
const MOST_WEIGHTS: usize = 1 << 28;

/// Configuration of a [`Vae`] or an [`Ae`].
#[derive(Config, Debug)]
pub struct AutoencoderConfig {
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

impl AutoencoderConfig {
    /// A variational auto-encoder that takes its weights from `weights`, layer by layer from the pixels on.
    ///
    /// # Errors
    /// If a width is zero, or there are more than 2²⁸ weights.
    pub fn init_vae(&self, weights: &mut impl InitialWeights, device: &Device) -> Result<Vae> {
        self.check(2)?;
        let hidden = self.encoder_layers("encoder.hidden", weights, device)?;
        let paths = ["encoder.mean", "encoder.log_variance"];
        let [mean, log_variance] =
            LinearConfig::new(self.last_width(), self.latent).init_heads(paths, weights, device)?;
        let encoder = Encoder { hidden, mean, log_variance };
        Ok(Vae { encoder, decoder: self.decoder(weights, device)? })
    }

    /// A plain auto-encoder that takes its weights from `weights`, layer by layer from the pixels on.
    ///
    /// # Errors
    /// If a width is zero, or there are more than 2²⁸ weights.
    pub fn init_ae(&self, weights: &mut impl InitialWeights, device: &Device) -> Result<Ae> {
        self.check(1)?;
        let hidden = self.encoder_layers("hidden", weights, device)?;
        let code = LinearConfig::new(self.last_width(), self.latent).init("code", weights, device)?;
        Ok(Ae { hidden, code, decoder: self.decoder(weights, device)? })
    }

    fn check(&self, heads: usize) -> Result<()> {
        let outputs = match self.likelihood {
            Likelihood::Gaussian { .. } => 2,
            Likelihood::Bernoulli | Likelihood::GaussianFixed { .. } => 1,
        };
        let widths: Vec<usize> = std::iter::once(self.pixels).chain(self.hidden.iter().copied()).collect();
        let product = |factors: [usize; 3]| factors.into_iter().fold(1, usize::saturating_mul);
        // The decoder has the encoder's layers in reverse, and the one from the latent space in place of the heads.
        let between = widths.windows(2).map(|pair| product([pair[0], pair[1], 2]));
        let ends = [
            product([self.last_width(), self.latent, heads + 1]),
            product([widths.get(1).copied().unwrap_or(self.latent), self.pixels, outputs - 1]),
        ];
        let weights = between.chain(ends).fold(0, usize::saturating_add);
        if weights > MOST_WEIGHTS {
            let problem = format!("these widths make {weights} weights, more than {MOST_WEIGHTS}");
            return Err(Error::Config { field: "hidden", problem });
        }
        Ok(())
    }

    /// The width that the heads start from.
    fn last_width(&self) -> usize {
        self.hidden.last().copied().unwrap_or(self.pixels)
    }

    fn encoder_layers(&self, path: &str, weights: &mut impl InitialWeights, device: &Device) -> Result<Mlp> {
        let widths = std::iter::once(self.pixels).chain(self.hidden.iter().copied()).collect();
        MlpConfig::new(widths, self.activation).init(path, weights, device)
    }

    fn decoder(&self, weights: &mut impl InitialWeights, device: &Device) -> Result<Decoder> {
        let widths: Vec<usize> =
            std::iter::once(self.latent).chain(self.hidden.iter().rev().copied()).collect();
        let output = LinearConfig::new(*widths.last().expect("at least the latent space"), self.pixels);
        let hidden = MlpConfig::new(widths, self.activation).init("decoder.hidden", weights, device)?;
        let (output, log_variance) = match self.likelihood {
            Likelihood::Gaussian { .. } => {
                let paths = ["decoder.output", "decoder.log_variance"];
                let [output, log_variance] = output.init_heads(paths, weights, device)?;
                (output, Some(log_variance))
            }
            Likelihood::Bernoulli | Likelihood::GaussianFixed { .. } => {
                (output.init("decoder.output", weights, device)?, None)
            }
        };
        Ok(Decoder { hidden, output, log_variance, likelihood: self.likelihood })
    }
}
