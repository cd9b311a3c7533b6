use burn::config::Config;
use burn::tensor::Device;

use super::likelihood::Likelihood;
use super::model::{Ae, Decoder, Encoder, Vae};
use crate::error::{Error, Result};
use crate::nn::{
    Activation, BodyConfig, BodyOutput, BodyPlan, BodySizes, DataShape, Heads, InitialWeights, LayerSize,
    Linear, side_by_side,
};
use crate::prior::PriorConfig;

/// More weights than this, 1 GiB of them, are a slip of the pen.
const MOST_WEIGHTS: usize = 1 << 28;

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
    pub activation: Activation,
    /// The family of `p(x|z)`.
    pub likelihood: Likelihood,
    /// What the hidden layers are.
    #[config(default = "BodyConfig::default()")]
    pub body: BodyConfig,
    /// `p(z)`, of a variational auto-encoder.
    #[config(default = "PriorConfig::default()")]
    pub prior: PriorConfig,
}

/// The parts of an auto-encoder of either kind, by their places in the model.
struct Plan {
    hidden: (&'static str, Box<dyn BodyPlan>),
    codes: Vec<(String, usize)>,
    decoder: Box<dyn BodyPlan>,
    heads: Vec<(String, usize)>,
}

const DECODER: &str = "decoder.hidden";

impl AutoencoderConfig {
    /// A variational auto-encoder that takes its weights from `weights`, layer by layer from x on.
    ///
    /// # Errors
    /// If a width is zero, or there are more than 2²⁸ weights.
    pub fn init_vae(&self, weights: &mut dyn InitialWeights, device: &Device) -> Result<Vae> {
        let plan = self.plan(true);
        plan.check()?;
        let hidden = plan.hidden.1.init(plan.hidden.0, weights, device)?;
        let [mean, log_variance] = plan.codes(weights, device)?;
        let encoder = Encoder { hidden, mean, log_variance };
        let decoder = self.decoder(&plan, weights, device)?;
        let prior = self.prior.init(self.latent, weights.random(), device);
        Ok(Vae { encoder, decoder, prior })
    }

    /// A plain auto-encoder that takes its weights from `weights`, layer by layer from x on.
    ///
    /// # Errors
    /// If a width is zero, or there are more than 2²⁸ weights.
    pub fn init_ae(&self, weights: &mut dyn InitialWeights, device: &Device) -> Result<Ae> {
        let plan = self.plan(false);
        plan.check()?;
        let hidden = plan.hidden.1.init(plan.hidden.0, weights, device)?;
        let [code] = plan.codes(weights, device)?;
        Ok(Ae { hidden, code, decoder: self.decoder(&plan, weights, device)? })
    }

    /// The layers of a variational auto-encoder, or of a plain one, in the order in which their weights are drawn.
    pub fn layers(&self, is_variational: bool) -> Vec<LayerSize> {
        self.plan(is_variational).layers()
    }

    /// The hidden part of the encoder and its place in a variational auto-encoder, or in a plain one.
    pub fn encoder_body(&self, is_variational: bool) -> (&'static str, Box<dyn BodyPlan>) {
        let path = if is_variational { "encoder.hidden" } else { "hidden" };
        (path, self.body.encoder(self.sizes()))
    }

    /// The hidden part of the decoder and its place in the model.
    pub fn decoder_body(&self) -> (&'static str, Box<dyn BodyPlan>) {
        (DECODER, self.body.decoder(self.sizes()))
    }

    fn sizes(&self) -> BodySizes<'_> {
        let Self { data, ref hidden, latent, activation, .. } = *self;
        BodySizes { data, hidden, latent, activation }
    }

    fn plan(&self, is_variational: bool) -> Plan {
        let codes: &[&str] =
            if is_variational { &["encoder.mean", "encoder.log_variance"] } else { &["code"] };
        let (_, decoder) = self.decoder_body();
        let BodyOutput { positions, .. } = decoder.output();
        let heads = self.likelihood.heads(self.data.values()).into_iter();
        Plan {
            hidden: self.encoder_body(is_variational),
            codes: codes.iter().map(|path| (path.to_string(), self.latent)).collect(),
            heads: heads.map(|head| (format!("decoder.{}", head.name), head.width / positions)).collect(),
            decoder,
        }
    }

    fn decoder(&self, plan: &Plan, weights: &mut dyn InitialWeights, device: &Device) -> Result<Decoder> {
        let values = self.data.values();
        let hidden = plan.decoder.init(DECODER, weights, device)?;
        let layers = side_by_side(plan.decoder.output().width, &plan.heads, weights, device)?;
        let names = self.likelihood.heads(values).into_iter().map(|head| head.name);
        let heads = Heads { layers: names.zip(layers).collect() };
        Ok(Decoder { hidden, heads, likelihood: self.likelihood.clone(), values })
    }
}

impl Plan {
    fn layers(&self) -> Vec<LayerSize> {
        let Self { hidden: (path, hidden), codes, decoder, heads } = self;
        let ends = |body: &dyn BodyPlan, heads: &[(String, usize)]| -> Vec<LayerSize> {
            let BodyOutput { width, positions } = body.output();
            let end = |(path, d_output): &(String, usize)| {
                let layer = LayerSize::dense(path.clone(), width, *d_output);
                LayerSize { outputs: layer.outputs.saturating_mul(positions), ..layer }
            };
            heads.iter().map(end).collect()
        };
        let encoder = [hidden.layers(path), ends(&**hidden, codes)];
        let decoder = [decoder.layers(DECODER), ends(&**decoder, heads)];
        encoder.into_iter().chain(decoder).flatten().collect()
    }

    fn check(&self) -> Result<()> {
        let parameters = self.layers().into_iter().map(|layer| layer.parameters);
        let weights = parameters.fold(0, usize::saturating_add);
        if weights > MOST_WEIGHTS {
            let problem = format!("these widths make {weights} weights, more than {MOST_WEIGHTS}");
            return Err(Error::Config { field: "hidden", problem });
        }
        Ok(())
    }

    /// The encoder's last layers.
    fn codes<const HEADS: usize>(
        &self,
        weights: &mut dyn InitialWeights,
        device: &Device,
    ) -> Result<[Linear; HEADS]> {
        let layers = side_by_side(self.hidden.1.output().width, &self.codes, weights, device)?;
        Ok(layers.try_into().expect("as many heads as were planned"))
    }
}
