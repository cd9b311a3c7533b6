use burn::config::Config;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::initial_weights::{InitialWeights, WeightShape};
use super::parameter;
use crate::dense::{Function, dense};
use crate::error::{Error, Result};

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
    pub fn init(&self, path: &str, weights: &mut dyn InitialWeights, device: &Device) -> Result<Linear> {
        let layers = side_by_side(self.d_input, &[(path.to_owned(), self.d_output)], weights, device)?;
        Ok(layers.into_iter().next().expect("one was asked for"))
    }
}

/// Several layers of the same input, by their places in the model and their widths. Their weights are those of one layer with
/// all their outputs side by side.
pub(crate) fn side_by_side(
    d_input: usize,
    layers: &[(String, usize)],
    weights: &mut dyn InitialWeights,
    device: &Device,
) -> Result<Vec<Linear>> {
    let d_outputs: Vec<usize> = layers.iter().map(|(_, d_output)| *d_output).collect();
    let is_empty = |(_, d_output): &&(String, usize)| d_input == 0 || *d_output == 0;
    if let Some((path, _)) = layers.iter().find(is_empty) {
        return Err(Error::Config {
            field: if d_input == 0 { "d_input" } else { "d_output" },
            problem: format!("{path}: a width of 0 leaves nothing to learn"),
        });
    }
    let all = d_outputs.iter().sum();
    let weight = weights.weight(&WeightShape::dense(d_input, &d_outputs));
    let bias = weights.bias(d_input, all);
    let mut first = 0;
    let layers = layers.iter().map(|(path, d_output)| {
        let columns = first..first + d_output;
        first = columns.end;
        let rows = weight.chunks_exact(all);
        let weight: Vec<f32> = rows.flat_map(|row| row[columns.clone()].iter().copied()).collect();
        let weight = Tensor::from_data(TensorData::new(weight, [d_input, *d_output]), device);
        let bias = Tensor::from_data(TensorData::new(bias[columns].to_vec(), [*d_output]), device);
        Linear {
            weight: parameter(&format!("{path}.weight"), weight),
            bias: parameter(&format!("{path}.bias"), bias),
        }
    });
    Ok(layers.collect())
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
