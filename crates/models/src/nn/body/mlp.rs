use burn::config::Config;
use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{Body, BodyOutput, BodyPlan};
use crate::error::Result;
use crate::nn::activation::Activation;
use crate::nn::initial_weights::InitialWeights;
use crate::nn::linear::{Linear, LinearConfig};
use crate::nn::parameter_shape::ParameterShape;

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
    /// The module, with weights from `weights`, layer by layer. `path` is its place in its model.
    ///
    /// # Errors
    /// If a width is zero.
    pub fn init(&self, path: &str, weights: &mut dyn InitialWeights, device: &Device) -> Result<Mlp> {
        let layers = self.widths.array_windows().enumerate().map(|(layer, &[d_input, d_output])| {
            LinearConfig::new(d_input, d_output).init(&layer_path(path, layer), weights, device)
        });
        Ok(Mlp { layers: layers.collect::<Result<_>>()?, activation: self.activation })
    }
}

impl BodyPlan for MlpConfig {
    fn layers(&self, path: &str) -> Vec<ParameterShape> {
        let widths = self.widths.array_windows().enumerate();
        let layers = widths.map(|(layer, &[d_input, d_output])| {
            ParameterShape::dense(&layer_path(path, layer), d_input, d_output)
        });
        layers.flatten().collect()
    }

    fn activations(&self) -> Vec<usize> {
        self.widths[1..].to_vec()
    }

    fn output(&self) -> BodyOutput {
        BodyOutput { width: self.widths.last().copied().unwrap_or_default(), positions: 1 }
    }

    fn init(&self, path: &str, weights: &mut dyn InitialWeights, device: &Device) -> Result<Body> {
        Self::init(self, path, weights, device).map(Body::Mlp)
    }

    fn as_mlp(&self) -> Option<&MlpConfig> {
        Some(self)
    }
}

fn layer_path(path: &str, layer: usize) -> String {
    format!("{path}.layers.{layer}")
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
