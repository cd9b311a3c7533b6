use burn::config::Config;
use burn::tensor::Device;
use rand::Rng;

use super::decoder::DecoderConfig;
use super::encoder::{Gae, Vgae};
use super::unit_length::UnitLength;
use crate::error::{Error, Result};
use crate::nn::{GraphConv, GraphConvConfig};

/// More weights than this, 1 GiB of them, are a slip of the pen.
const MOST_WEIGHTS: usize = 1 << 28;

/// Configuration of a [`Gae`] or a [`Vgae`].
#[derive(Config, Debug)]
pub struct GraphEncoderConfig {
    /// The number of features of a node.
    pub features: usize,
    /// The width of each hidden layer; none makes a linear encoder.
    pub hidden: Vec<usize>,
    /// The number of latent dimensions.
    pub latent: usize,
    /// Whether the rows of the means are brought to one length before messages pass, see [`UnitLength`].
    #[config(default = false)]
    pub normalize: bool,
    /// What tells links from latent vectors.
    #[config(default = "DecoderConfig::InnerProduct")]
    pub decoder: DecoderConfig,
}

impl GraphEncoderConfig {
    /// A graph auto-encoder with weights drawn from `random`, layer by layer.
    ///
    /// # Errors
    /// If a width is zero, or there are more than 2²⁸ weights.
    pub fn init_gae(&self, random: &mut impl Rng, device: &Device) -> Result<Gae> {
        self.check(1)?;
        Ok(Gae {
            hidden: self.hidden_layers(random, device),
            mean: self.head("mean", random, device),
            unit_length: self.unit_length(device),
            decoder: self.decoder.init(self.latent, device),
        })
    }

    /// A variational graph auto-encoder with weights drawn from `random`, layer by layer.
    ///
    /// # Errors
    /// If a width is zero, or there are more than 2²⁸ weights.
    pub fn init_vgae(&self, random: &mut impl Rng, device: &Device) -> Result<Vgae> {
        self.check(2)?;
        Ok(Vgae {
            hidden: self.hidden_layers(random, device),
            mean: self.head("mean", random, device),
            log_sigma: self.head("log_sigma", random, device),
            unit_length: self.unit_length(device),
            decoder: self.decoder.init(self.latent, device),
        })
    }

    fn unit_length(&self, device: &Device) -> Option<UnitLength> {
        self.normalize.then(|| UnitLength::init("unit_length", device))
    }

    fn check(&self, heads: usize) -> Result<()> {
        let named = [("features", self.features), ("latent", self.latent)];
        let widths = named.into_iter().chain(self.hidden.iter().map(|&width| ("hidden", width)));
        for (field, width) in widths {
            if width == 0 {
                return Err(Error::Config { field, problem: "a width of 0 leaves nothing to learn".into() });
            }
        }
        let inputs = std::iter::once(self.features).chain(self.hidden.iter().copied());
        let between = inputs.zip(&self.hidden).map(|(input, output)| input.saturating_mul(*output));
        let last = self.last_width().saturating_mul(self.latent).saturating_mul(heads);
        let weights = between.fold(last, usize::saturating_add);
        if weights > MOST_WEIGHTS {
            let problem = format!("these widths make {weights} weights, more than {MOST_WEIGHTS}");
            return Err(Error::Config { field: "hidden", problem });
        }
        Ok(())
    }

    /// The width that the heads start from.
    fn last_width(&self) -> usize {
        self.hidden.last().copied().unwrap_or(self.features)
    }

    fn hidden_layers(&self, random: &mut impl Rng, device: &Device) -> Vec<GraphConv> {
        let inputs = std::iter::once(self.features).chain(self.hidden.iter().copied());
        let widths = inputs.zip(&self.hidden).enumerate();
        widths
            .map(|(layer, (d_input, &d_output))| {
                GraphConvConfig::new(d_input, d_output).init(&format!("hidden.{layer}"), random, device)
            })
            .collect()
    }

    fn head(&self, path: &str, random: &mut impl Rng, device: &Device) -> GraphConv {
        GraphConvConfig::new(self.last_width(), self.latent).init(path, random, device)
    }
}
