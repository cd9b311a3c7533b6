use burn::config::Config;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::parameter;
use crate::error::{Error, Result};

/// Where a layer's first weights come from. They are made on the host, so that every device starts from the same ones.
pub trait InitialWeights {
    /// A weight `[d_input, d_output]`, row-major.
    fn weight(&mut self, d_input: usize, d_output: usize) -> Vec<f32>;
    /// A bias `[d_output]`.
    fn bias(&mut self, d_output: usize) -> Vec<f32>;
}

/// Configuration of a [`Linear`] layer.
#[derive(Config, Debug)]
pub struct LinearConfig {
    /// The width of the input.
    pub d_input: usize,
    /// The width of the output.
    pub d_output: usize,
}

/// `Y = X W + b`, with parameters whose ids follow from their place in the model.
#[derive(Module, Debug)]
pub struct Linear {
    /// `W`, `[d_input, d_output]`
    pub weight: Param<Tensor<2>>,
    /// `b`, `[d_output]`
    pub bias: Param<Tensor<1>>,
}

impl LinearConfig {
    /// Takes the weight and then the bias from `weights`. `path` is the layer's place in its model.
    ///
    /// # Errors
    /// If a width is zero.
    pub fn init(&self, path: &str, weights: &mut impl InitialWeights, device: &Device) -> Result<Linear> {
        let Self { d_input, d_output } = *self;
        for (field, width) in [("d_input", d_input), ("d_output", d_output)] {
            if width == 0 {
                return Err(Error::Config {
                    field,
                    problem: format!("{path}: a width of 0 leaves nothing to learn"),
                });
            }
        }
        let weight = TensorData::new(weights.weight(d_input, d_output), [d_input, d_output]);
        let bias = TensorData::new(weights.bias(d_output), [d_output]);
        Ok(Linear {
            weight: parameter(&format!("{path}.weight"), Tensor::from_data(weight, device)),
            bias: parameter(&format!("{path}.bias"), Tensor::from_data(bias, device)),
        })
    }
}

impl Linear {
    /// `X W + b`.
    ///
    /// # Shapes
    /// - x: `[rows, d_input]`
    /// - output: `[rows, d_output]`
    ///
    /// # Errors
    /// If `x` has another width.
    pub fn forward(&self, x: Tensor<2>) -> Result<Tensor<2>> {
        let weight = self.weight.val();
        if x.dims()[1] != weight.dims()[0] {
            return Err(Error::shape("linear layer", x.dims(), weight.dims()));
        }
        Ok(x.matmul(weight) + self.bias.val().unsqueeze())
    }
}
