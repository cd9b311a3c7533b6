use burn::config::Config;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::decoder::{PairDecoder, PairDecoderConfig};
use super::encoder::{Gae, Vgae};
use super::head::{HeadConfig, MessagePassing};
use super::unit_length::{Normalization, UnitLength};
use crate::error::{Error, Result};
use crate::nn::{GraphConv, GraphConvConfig, ParameterShape, PropagationConfig, parameter};
use crate::prior::{PriorConfig, PriorSizes};

const PRIOR: &str = "prior";
const UNIT_LENGTH: &str = "unit_length";
const COVARIATES: &str = "decoder.covariates";

/// Configuration of a [`Gae`] or a [`Vgae`].
#[derive(Config, Debug)]
pub struct GraphEncoderConfig {
    /// The number of nodes of the graph.
    pub nodes: usize,
    /// The number of features of a node.
    pub features: usize,
    /// The width of each hidden layer; none makes a linear encoder.
    pub hidden: Vec<usize>,
    /// The number of latent dimensions.
    pub latent: usize,
    /// How messages pass.
    #[config(default = "MessagePassing::default()")]
    pub encoder: MessagePassing,
    /// The root mean square length of the nodes' rows of features, by which linear propagation begins.
    #[config(default = 1.0)]
    pub feature_length: f64,
    /// The length that linear propagation draws the rows of its weights with, see [`PropagationConfig`].
    #[config(default = 1.0)]
    pub weight_length: f64,
    /// Where the rows of the means are brought to one length, see [`UnitLength`].
    #[config(default = "Normalization::default()")]
    pub normalize: Normalization,
    /// What tells links from latent vectors.
    #[config(default = "PairDecoderConfig::default()")]
    pub decoder: PairDecoderConfig,
    /// The number of weights of structural covariates that the decoder learns beside its own, see
    /// [`CovariateSum`](super::CovariateSum).
    #[config(default = 0)]
    pub covariates: usize,
    /// The prior of a [`Vgae`].
    #[config(default = "PriorConfig::default()")]
    pub prior: PriorConfig,
}

impl GraphEncoderConfig {
    /// A graph auto-encoder with weights drawn from `random`, layer by layer.
    ///
    /// # Errors
    /// If a width is zero, or there are more than 2²⁸ parameters.
    pub fn init_gae(&self, random: &mut impl Rng, device: &Device) -> Result<Gae> {
        self.check(false)?;
        Ok(Gae {
            hidden: self.hidden_layers(random, device),
            mean: self.head().init("mean", random, device),
            unit_length: self.unit_length(device),
            decoder: self.pair_decoder(random, device),
        })
    }

    /// A variational graph auto-encoder with weights drawn from `random`, layer by layer.
    ///
    /// # Errors
    /// If a width is zero, or there are more than 2²⁸ parameters.
    pub fn init_vgae(&self, random: &mut impl Rng, device: &Device) -> Result<Vgae> {
        self.check(true)?;
        Ok(Vgae {
            hidden: self.hidden_layers(random, device),
            mean: self.head().init("mean", random, device),
            log_sigma: self.head().init("log_sigma", random, device),
            unit_length: self.unit_length(device),
            decoder: self.pair_decoder(random, device),
            prior: self.prior.init(PRIOR, self.prior_sizes(), random, device)?,
        })
    }

    fn prior_sizes(&self) -> PriorSizes {
        PriorSizes { latent: self.latent, data: None }
    }

    fn unit_length(&self, device: &Device) -> Option<UnitLength> {
        UnitLength::at(self.normalize, UNIT_LENGTH, device)
    }

    fn pair_decoder(&self, random: &mut impl Rng, device: &Device) -> PairDecoder {
        let zeros = || parameter(COVARIATES, Tensor::zeros([self.covariates], device));
        PairDecoder {
            covariates: (self.covariates > 0).then(zeros),
            ..self.decoder.init(self.nodes, self.latent, random, device)
        }
    }

    /// The parameters of a variational model, or of one that is not, in the order of its fields.
    pub fn layers(&self, is_variational: bool) -> Vec<ParameterShape> {
        let matrix =
            |path: &str, inputs, outputs| ParameterShape::new(format!("{path}.weight"), [inputs, outputs]);
        let hidden = self.hidden_widths().enumerate();
        let hidden =
            hidden.map(|(layer, [inputs, outputs])| matrix(&format!("hidden.{layer}"), inputs, outputs));
        let heads: &[&str] = if is_variational { &["mean", "log_sigma"] } else { &["mean"] };
        let heads = heads.iter().flat_map(|path| self.head().layers(path));
        let has_unit_length = self.normalize != Normalization::Never;
        let unit_length = has_unit_length.then(|| ParameterShape::new(format!("{UNIT_LENGTH}.scale"), [1]));
        let decoder = self.decoder.kind().layers(self.nodes, self.latent);
        let covariates = (self.covariates > 0).then(|| ParameterShape::new(COVARIATES, [self.covariates]));
        let prior = if is_variational { self.prior.layers(PRIOR, self.prior_sizes()) } else { Vec::new() };
        hidden.chain(heads).chain(unit_length).chain(decoder).chain(covariates).chain(prior).collect()
    }

    fn check(&self, is_variational: bool) -> Result<()> {
        let named = [("features", self.features), ("latent", self.latent)];
        let widths = named.into_iter().chain(self.hidden.iter().map(|&width| ("hidden", width)));
        for (field, width) in widths {
            if width == 0 {
                return Err(Error::Config { field, problem: "a width of 0 leaves nothing to learn".into() });
            }
        }
        self.encoder.check()?;
        if self.encoder != MessagePassing::default() && !self.hidden.is_empty() {
            let problem = "linear propagation has no hidden layers".to_owned();
            return Err(Error::Config { field: "hidden", problem });
        }
        ParameterShape::require_few(&self.layers(is_variational))
    }

    /// The inputs and outputs of each hidden layer.
    fn hidden_widths(&self) -> impl Iterator<Item = [usize; 2]> {
        let inputs = std::iter::once(self.features).chain(self.hidden.iter().copied());
        inputs.zip(&self.hidden).map(|(inputs, &outputs)| [inputs, outputs])
    }

    /// The width that the heads start from.
    fn last_width(&self) -> usize {
        self.hidden.last().copied().unwrap_or(self.features)
    }

    fn hidden_layers(&self, random: &mut impl Rng, device: &Device) -> Vec<GraphConv> {
        let widths = self.hidden_widths().enumerate();
        widths
            .map(|(layer, [d_input, d_output])| {
                GraphConvConfig::new(d_input, d_output).init(&format!("hidden.{layer}"), random, device)
            })
            .collect()
    }

    fn head(&self) -> HeadConfig {
        match self.encoder {
            MessagePassing::Convolution {} => {
                HeadConfig::Convolution(GraphConvConfig::new(self.last_width(), self.latent))
            }
            MessagePassing::Propagation { hops, embeddings, start: _ } => HeadConfig::Propagation(
                PropagationConfig::new(self.nodes, self.features, self.latent, hops)
                    .with_embeddings(embeddings)
                    .with_feature_length(self.feature_length)
                    .with_weight_length(self.weight_length),
            ),
        }
    }
}
