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
        let [layer] = side_by_side(self.d_input, [(path, self.d_output)], weights, device)?;
        Ok(layer)
    }
}

/// Several layers of the same input, by their places in the model and their widths. Their weights are those of one layer with
/// all their outputs side by side.
pub(crate) fn side_by_side<const N: usize>(
    d_input: usize,
    layers: [(&str, usize); N],
    weights: &mut dyn InitialWeights,
    device: &Device,
) -> Result<[Linear; N]> {
    let d_outputs = layers.map(|(_, d_output)| d_output);
    let mut columns = Columns::draw(d_input, &d_outputs, layers.map(|(path, _)| path).join(", "), weights)?;
    Ok(layers.map(|(path, d_output)| columns.next(path, d_output, device)))
}

/// The same for as many layers as there are in a list.
pub(crate) fn list_side_by_side(
    d_input: usize,
    layers: &[(String, usize)],
    weights: &mut dyn InitialWeights,
    device: &Device,
) -> Result<Vec<Linear>> {
    let (paths, d_outputs): (Vec<&str>, Vec<usize>) =
        layers.iter().map(|(path, d_output)| (path.as_str(), *d_output)).unzip();
    let mut columns = Columns::draw(d_input, &d_outputs, paths.join(", "), weights)?;
    Ok(layers.iter().map(|(path, d_output)| columns.next(path, *d_output, device)).collect())
}

/// Weights and biases of layers side by side, of which each takes its columns.
struct Columns {
    d_input: usize,
    /// `[d_input, all]`
    weight: Vec<f32>,
    /// `[all]`
    bias: Vec<f32>,
    taken: usize,
}

impl Columns {
    fn draw(
        d_input: usize,
        d_outputs: &[usize],
        paths: String,
        weights: &mut dyn InitialWeights,
    ) -> Result<Self> {
        let is_empty = d_input == 0 || d_outputs.contains(&0);
        if is_empty {
            return Err(Error::Config {
                field: if d_input == 0 { "d_input" } else { "d_output" },
                problem: format!("{paths}: a width of 0 leaves nothing to learn"),
            });
        }
        let weight = weights.weight(&WeightShape::dense(d_input, d_outputs));
        let bias = weights.bias(d_input, d_outputs.iter().sum());
        Ok(Self { d_input, weight, bias, taken: 0 })
    }

    /// The next layer, of so many outputs.
    fn next(&mut self, path: &str, d_output: usize, device: &Device) -> Linear {
        let columns = self.taken..self.taken + d_output;
        self.taken = columns.end;
        let rows = self.weight.chunks_exact(self.bias.len());
        let weight: Vec<f32> = rows.flat_map(|row| row[columns.clone()].iter().copied()).collect();
        let weight = Tensor::from_data(TensorData::new(weight, [self.d_input, d_output]), device);
        let bias = Tensor::from_data(TensorData::new(self.bias[columns].to_vec(), [d_output]), device);
        Linear {
            weight: parameter(&format!("{path}.weight"), weight),
            bias: parameter(&format!("{path}.bias"), bias),
        }
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
