use burn::config::Config;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::parameter;
use crate::dense::{Function, dense};
use crate::error::{Error, Result};

/// Where a layer's first weights come from. They are made on the host, so that every device starts from the same ones.
pub trait InitialWeights {
    /// The weights of `heads` layers of the same input side by side, `[d_input, heads · d_output]`, row-major.
    fn weight(&mut self, d_input: usize, d_output: usize, heads: usize) -> Vec<f32>;
    /// A bias `[d_output]` of a layer with `d_input` inputs.
    fn bias(&mut self, d_input: usize, d_output: usize) -> Vec<f32>;
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
        let [layer] = self.init_heads([path], weights, device)?;
        Ok(layer)
    }

    /// Several layers of the same input, whose weights are those of one layer with all their outputs side by side.
    ///
    /// # Errors
    /// If a width is zero.
    pub fn init_heads<const HEADS: usize>(
        &self,
        paths: [&str; HEADS],
        weights: &mut impl InitialWeights,
        device: &Device,
    ) -> Result<[Linear; HEADS]> {
        let Self { d_input, d_output } = *self;
        for (field, width) in [("d_input", d_input), ("d_output", d_output)] {
            if width == 0 {
                return Err(Error::Config {
                    field,
                    problem: format!("{}: a width of 0 leaves nothing to learn", paths.join(", ")),
                });
            }
        }
        let outputs = HEADS * d_output;
        let weight = weights.weight(d_input, d_output, HEADS);
        let bias = weights.bias(d_input, outputs);
        Ok(std::array::from_fn(|head| {
            let columns = head * d_output..(head + 1) * d_output;
            let rows = weight.chunks_exact(outputs);
            let weight: Vec<f32> = rows.flat_map(|row| row[columns.clone()].iter().copied()).collect();
            let weight = Tensor::from_data(TensorData::new(weight, [d_input, d_output]), device);
            let bias = Tensor::from_data(TensorData::new(bias[columns].to_vec(), [d_output]), device);
            let path = paths[head];
            Linear {
                weight: parameter(&format!("{path}.weight"), weight),
                bias: parameter(&format!("{path}.bias"), bias),
            }
        }))
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
        self.apply(x, Function::Identity)
    }

    /// `f(X W + b)`, with shapes and errors as [`Linear::forward`] has them.
    pub(crate) fn apply(&self, x: Tensor<2>, function: Function) -> Result<Tensor<2>> {
        dense(x, self.weight.val(), self.bias.val(), function)
    }
}
