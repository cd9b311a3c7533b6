use burn::config::Config;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::linear::{InitialWeights, Linear, LinearConfig};
use crate::dense::Function;
use crate::error::Result;

/// What a hidden layer does with each of its sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// `tanh x`
    #[default]
    Tanh,
    /// `log(1 + eˣ)`
    Softplus,
    /// `max(x, 0)`
    Relu,
}

impl From<Activation> for Function {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Tanh => Self::Tanh,
            Activation::Softplus => Self::Softplus,
            Activation::Relu => Self::Relu,
        }
    }
}

/// Configuration of an [`Mlp`].
#[derive(Config, Debug)]
pub struct MlpConfig {
    /// The width of the input, then that of each layer.
    pub widths: Vec<usize>,
    /// What follows every layer.
    pub activation: Activation,
}

/// The hidden layers of a multi-layer perceptron: `hₙ = f(hₙ₋₁ Wₙ + bₙ)`. Without a layer it is the identity.
#[derive(Module, Debug)]
pub struct Mlp {
    /// The layers, from the input on.
    pub layers: Vec<Linear>,
    /// What follows every layer.
    #[module(skip)]
    pub activation: Activation,
}

impl MlpConfig {
    /// Takes the weights from `weights`, layer by layer. `path` is the module's place in its model.
    ///
    /// # Errors
    /// If a width is zero.
    pub fn init(&self, path: &str, weights: &mut impl InitialWeights, device: &Device) -> Result<Mlp> {
        let pairs = self.widths.windows(2).enumerate();
        let layers = pairs.map(|(layer, pair)| {
            LinearConfig::new(pair[0], pair[1]).init(&format!("{path}.layers.{layer}"), weights, device)
        });
        Ok(Mlp { layers: layers.collect::<Result<_>>()?, activation: self.activation })
    }
}

impl Mlp {
    /// The last hidden layer.
    ///
    /// # Shapes
    /// - x: `[rows, d_input]`
    /// - output: `[rows, d_last]`
    ///
    /// # Errors
    /// If `x` has another width.
    pub fn forward(&self, x: Tensor<2>) -> Result<Tensor<2>> {
        self.layers.iter().try_fold(x, |x, layer| layer.apply(x, self.activation.into()))
    }
}
