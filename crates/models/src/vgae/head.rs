use std::cell::OnceCell;

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::encoder::GraphInput;
use super::unit_length::UnitLength;
use crate::error::{Error, Result};
use crate::nn::{GraphConv, GraphConvConfig, ParameterShape, Propagation, PropagationConfig, Spectrum};

/// More hops than this only bring all rows closer to one.
const MOST_HOPS: usize = 16;

/// How messages pass between nodes, from features to latent vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum MessagePassing {
    // Serde lets unknown keys pass in a variant without braces.
    /// Graph convolutions, a hop for each layer (Kipf & Welling, arXiv 1611.07308, §1).
    Convolution {},
    /// Linear propagation over several hops, see [`Propagation`]; without hidden layers.
    Propagation {
        /// K, how many edges a message passes at most.
        #[serde(default = "usual_hops")]
        hops: usize,
        /// Whether each node has a free embedding beside its features.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        embeddings: bool,
        /// Where the weights of features begin.
        #[serde(default, skip_serializing_if = "PropagationStart::is_random")]
        start: PropagationStart,
    },
}

/// Where the weights of features begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PropagationStart {
    /// They are drawn.
    #[default]
    Random,
    /// At the leading directions of the features that have been passed on, see [`Spectrum`].
    Spectral,
}

impl PropagationStart {
    fn is_random(&self) -> bool {
        *self == Self::Random
    }
}

fn usual_hops() -> usize {
    2
}

impl Default for MessagePassing {
    fn default() -> Self {
        Self::Convolution {}
    }
}

impl MessagePassing {
    /// Makes sure that its constants can be meant.
    ///
    /// # Errors
    /// [`Error::Config`], with the key.
    pub fn check(&self) -> Result<()> {
        match *self {
            Self::Propagation { hops, .. } if hops == 0 || hops > MOST_HOPS => Err(Error::Config {
                field: "hops",
                problem: format!("must lie between 1 and {MOST_HOPS}, not {hops}"),
            }),
            Self::Convolution {} | Self::Propagation { .. } => Ok(()),
        }
    }

    /// Whether it has weights of the nodes that it was trained on beside those of their features.
    pub fn has_embeddings(&self) -> bool {
        matches!(self, Self::Propagation { embeddings: true, .. })
    }

    /// The hops of the spectrum that the weights begin at, where they do.
    pub fn spectral_hops(&self) -> Option<usize> {
        match *self {
            Self::Propagation { hops, start: PropagationStart::Spectral, .. } => Some(hops),
            Self::Propagation { .. } | Self::Convolution {} => None,
        }
    }
}

/// The last layer of an encoder, which puts out means or deviations.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "a model has one or two, and Burn's modules are not boxed")]
pub enum Head {
    /// `Ã H W`
    Convolution(GraphConv),
    /// `Σ_k α_k Ãᵏ (X W + E)`
    Propagation(Propagation),
}

impl From<GraphConv> for Head {
    fn from(layer: GraphConv) -> Self {
        Self::Convolution(layer)
    }
}

/// A head before it is made.
pub(super) enum HeadConfig {
    Convolution(GraphConvConfig),
    Propagation(PropagationConfig),
}

impl HeadConfig {
    pub(super) fn layers(&self, path: &str) -> Vec<ParameterShape> {
        match self {
            Self::Convolution(config) => {
                vec![ParameterShape::new(format!("{path}.weight"), [config.d_input, config.d_output])]
            }
            Self::Propagation(config) => config.layers(path),
        }
    }

    pub(super) fn init(&self, path: &str, random: &mut impl Rng, device: &burn::tensor::Device) -> Head {
        match self {
            Self::Convolution(config) => Head::Convolution(config.init(path, random, device)),
            Self::Propagation(config) => Head::Propagation(config.init(path, random, device)),
        }
    }
}

/// What the heads start from.
pub(super) struct LastHidden<'a> {
    input: &'a GraphInput,
    /// The output of the last hidden layer, `[nodes, d_hidden]`; `None` without one.
    hidden: Option<Tensor<2>>,
    /// `Ã H`, which the heads share.
    messages: OnceCell<Tensor<2>>,
}

impl<'a> LastHidden<'a> {
    pub(super) fn new(input: &'a GraphInput, hidden: Option<Tensor<2>>) -> Self {
        Self { input, hidden, messages: OnceCell::new() }
    }

    /// `H W`, or `X W` without a hidden layer.
    fn product(&self, weight: Tensor<2>) -> Result<Tensor<2>> {
        match &self.hidden {
            Some(hidden) => Ok(hidden.clone().matmul(weight)),
            None => self.input.features.matmul(weight),
        }
    }

    /// `Ã H W`, or `Ã (X W)` without a hidden layer.
    fn convolved(&self, layer: &GraphConv) -> Result<Tensor<2>> {
        let GraphInput { adjacency, features, .. } = self.input;
        let Some(hidden) = &self.hidden else { return layer.forward_features(adjacency, features) };
        let messages = match self.messages.get() {
            Some(messages) => messages.clone(),
            None => {
                let messages = adjacency.matmul(hidden.clone())?;
                self.messages.get_or_init(|| messages).clone()
            }
        };
        Ok(messages.matmul(layer.weight.val()))
    }
}

impl Head {
    /// The layer's output, `[nodes, latent]`; with `unit_length` rows are brought to one length before messages pass, after, or both.
    ///
    /// # Errors
    /// If the input's shapes do not go with each other or with the weights.
    pub(super) fn forward(
        &self,
        last: &LastHidden<'_>,
        unit_length: Option<&UnitLength>,
    ) -> Result<Tensor<2>> {
        let GraphInput { adjacency, features, passed, .. } = last.input;
        let rows = match self {
            Self::Convolution(layer) => match unit_length {
                Some(unit_length) if unit_length.place.is_before() => {
                    adjacency.matmul(unit_length.forward(last.product(layer.weight.val())?))?
                }
                _ => last.convolved(layer)?,
            },
            Self::Propagation(layer) if !passed.is_empty() => layer.forward_passed(passed)?,
            Self::Propagation(layer) => {
                layer.forward(adjacency, UnitLength::before(unit_length, layer.rows(features)?))?
            }
        };
        Ok(UnitLength::after(unit_length, rows))
    }

    /// The same that begins at a spectrum, which convolutions do not.
    pub(super) fn begin_at_spectrum(self, spectrum: &Spectrum) -> Self {
        match self {
            Self::Convolution(layer) => Self::Convolution(layer),
            Self::Propagation(layer) => Self::Propagation(layer.begin_at_spectrum(spectrum)),
        }
    }

    /// `W`, `[inputs, latent]`.
    pub fn weight(&self) -> &Param<Tensor<2>> {
        match self {
            Self::Convolution(layer) => &layer.weight,
            Self::Propagation(layer) => &layer.weight,
        }
    }
}
