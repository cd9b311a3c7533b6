use burn::config::Config;
use burn::tensor::Device;

use super::likelihood::Likelihood;
use super::model::{Ae, Decoder, Encoder, Vae};
use crate::error::{Error, Result};
use crate::nn::{
    BodyConfig, BodyOutput, BodySizes, DataShape, Heads, HiddenActivation, InitialWeights, ParameterShape,
    PlacedBody, list_side_by_side, side_by_side,
};
use crate::posterior::{PosteriorConfig, PosteriorSizes};
use crate::prior::{PriorConfig, PriorSizes};

/// Configuration of a [`Vae`] or an [`Ae`].
#[derive(Config, Debug)]
pub struct AutoencoderConfig {
    /// The shape of a datapoint.
    pub data: DataShape,
    /// The widths of the encoder's hidden layers, from x on; the decoder has the same in reverse.
    pub hidden: Vec<usize>,
    /// The number of latent dimensions.
    pub latent: usize,
    /// What follows every hidden layer.
    pub activation: HiddenActivation,
    /// The family of `p(x|z)`.
    pub likelihood: Likelihood,
    /// What the hidden layers are.
    #[config(default = "BodyConfig::default()")]
    pub body: BodyConfig,
    /// `p(z)`, of a variational auto-encoder.
    #[config(default = "PriorConfig::default()")]
    pub prior: PriorConfig,
    /// What follows the encoder's Gaussian in `q(z|x)`, of a variational auto-encoder.
    #[config(default = "PosteriorConfig::default()")]
    pub posterior: PosteriorConfig,
}

const MEAN: &str = "encoder.mean";
const LOG_VARIANCE: &str = "encoder.log_variance";
const CODE: &str = "code";
const PRIOR: &str = "prior";
const POSTERIOR: &str = "posterior";

impl AutoencoderConfig {
    /// A variational auto-encoder that takes its weights from `weights`, layer by layer from x on.
    ///
    /// # Errors
    /// If a width is zero, there are more than 2²⁸ parameters, or the body is none for such data or such heads.
    pub fn init_vae(&self, weights: &mut dyn InitialWeights, device: &Device) -> Result<Vae> {
        self.posterior.check(self.latent, &self.prior)?;
        let body = self.checked_encoder(true)?;
        let hidden = body.init(weights, device)?;
        let heads = [MEAN, LOG_VARIANCE].map(|path| (path, self.latent));
        let [mean, log_variance] = side_by_side(body.plan.output().width, heads, weights, device)?;
        let decoder = self.decoder(weights, device)?;
        let prior = self.prior.init(PRIOR, self.prior_sizes(), weights.random(), device)?;
        // Drawn last, so that all else begins as it does without.
        let posterior = self.posterior.init(POSTERIOR, self.posterior_sizes(), weights.random(), device)?;
        Ok(Vae { encoder: Encoder { hidden, mean, log_variance }, decoder, prior, posterior })
    }

    /// A plain auto-encoder that takes its weights from `weights`, layer by layer from x on.
    ///
    /// # Errors
    /// As [`Self::init_vae`].
    pub fn init_ae(&self, weights: &mut dyn InitialWeights, device: &Device) -> Result<Ae> {
        let body = self.checked_encoder(false)?;
        let hidden = body.init(weights, device)?;
        let code = [(CODE, self.latent)];
        let [code] = side_by_side(body.plan.output().width, code, weights, device)?;
        Ok(Ae { hidden, code, decoder: self.decoder(weights, device)? })
    }

    /// The parameters of a variational auto-encoder, or of a plain one, in the order of its fields.
    pub fn layers(&self, is_variational: bool) -> Vec<ParameterShape> {
        let (encoder, decoder) = (self.encoder_body(is_variational), self.decoder_body());
        let codes =
            codes(is_variational).iter().map(|path| (path.to_string(), self.latent)).collect::<Vec<_>>();
        let ends = |body: &PlacedBody, heads: &[(String, usize)]| -> Vec<ParameterShape> {
            let BodyOutput { width, positions } = body.plan.output();
            let dense = |(path, outputs): &(String, usize)| {
                ParameterShape::dense(path, width, outputs / positions.max(1))
            };
            heads.iter().flat_map(dense).collect()
        };
        let latent = match is_variational {
            true => {
                let prior = self.prior.layers(PRIOR, self.prior_sizes());
                [prior, self.posterior.layers(POSTERIOR, self.posterior_sizes())].concat()
            }
            false => Vec::new(),
        };
        let heads = self.heads();
        [encoder.layers(), ends(&encoder, &codes), decoder.layers(), ends(&decoder, &heads), latent].concat()
    }

    /// How many values each layer puts out for a row, those of x, codes and heads included.
    pub fn activations(&self, is_variational: bool) -> Vec<usize> {
        let bodies = [self.encoder_body(is_variational), self.decoder_body()];
        let hidden = bodies.iter().flat_map(|body| body.plan.activations());
        let codes = codes(is_variational).iter().map(|_| self.latent);
        let heads = self.heads().into_iter().map(|(_, width)| width);
        [self.data.values()].into_iter().chain(hidden).chain(codes).chain(heads).collect()
    }

    /// The hidden part of the encoder of a variational auto-encoder, or of a plain one.
    pub fn encoder_body(&self, is_variational: bool) -> PlacedBody {
        let path = if is_variational { "encoder.hidden" } else { "hidden" };
        PlacedBody { path, plan: self.body.encoder(self.sizes()) }
    }

    /// The hidden part of the decoder.
    pub fn decoder_body(&self) -> PlacedBody {
        PlacedBody { path: "decoder.hidden", plan: self.body.decoder(self.sizes()) }
    }

    fn sizes(&self) -> BodySizes<'_> {
        let Self { data, ref hidden, latent, activation, .. } = *self;
        BodySizes { data, hidden, latent, activation }
    }

    fn prior_sizes(&self) -> PriorSizes {
        PriorSizes { latent: self.latent, data: Some(self.data) }
    }

    fn posterior_sizes(&self) -> PosteriorSizes {
        PosteriorSizes { latent: self.latent, hidden: self.encoder_body(true).plan.output().width }
    }

    /// The place and the width of each of the decoder's heads.
    fn heads(&self) -> Vec<(String, usize)> {
        let heads = self.likelihood.heads(self.data.values()).into_iter();
        heads.map(|head| (format!("decoder.{}", head.name), head.width)).collect()
    }

    /// The encoder's body, where the model can be made.
    fn checked_encoder(&self, is_variational: bool) -> Result<PlacedBody> {
        ParameterShape::require_few(&self.layers(is_variational))?;
        let body = self.encoder_body(is_variational);
        match body.plan.output().positions {
            1 => Ok(body),
            positions => Err(Error::Config {
                field: "body",
                problem: format!("an encoder has one vector for each x, and not {positions}"),
            }),
        }
    }

    fn decoder(&self, weights: &mut dyn InitialWeights, device: &Device) -> Result<Decoder> {
        let values = self.data.values();
        let body = self.decoder_body();
        let BodyOutput { width, positions } = body.plan.output();
        let at_each = |(path, values): (String, usize)| match values.checked_rem(positions) {
            Some(0) => Ok((path, values / positions)),
            _ => Err(Error::Config {
                field: "body",
                problem: format!("{path}: {values} values are not as many for each of {positions} positions"),
            }),
        };
        let heads = self.heads().into_iter().map(at_each).collect::<Result<Vec<_>>>()?;
        let hidden = body.init(weights, device)?;
        let layers = list_side_by_side(width, &heads, weights, device)?;
        let names = self.likelihood.heads(values).into_iter().map(|head| head.name);
        let heads = Heads { layers: names.zip(layers).collect() };
        Ok(Decoder { hidden, heads, likelihood: self.likelihood.clone(), values })
    }
}

/// The places of the encoder's last layers.
fn codes(is_variational: bool) -> &'static [&'static str] {
    if is_variational { &[MEAN, LOG_VARIANCE] } else { &[CODE] }
}
