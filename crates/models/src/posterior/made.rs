use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use crate::dense::dense;
use crate::error::{Error, Result};
use crate::nn::{
    Constant, Function, InitialWeights, Linear, LinearConfig, ParameterShape, Uniform, WeightShape, parameter,
};

/// The first bias of gates, so that a step begins as one that lets most of z pass (Kingma et al., arXiv 1606.04934, §4).
const OPEN: f32 = 2.0;

/// A masked network (Germain et al., arXiv 1502.03509) that puts out a gate and a mean for each dimension of z, of which none
/// depends on its own dimension or on a later one. A context of the row is seen by all.
///
/// Masks follow from the widths and the step's number alone: a hidden unit sees the first so many dimensions, from none to all but
/// the last in equal shares. Weights that a mask covers begin as 0 and stay so.
#[derive(Module, Debug)]
pub struct Made {
    /// What the first hidden layer takes of the context, `[context, first hidden]`
    pub context: Param<Tensor<2>>,
    /// The hidden layers, from z on, each with tanh.
    pub hidden: Vec<Linear>,
    /// The layer of the gates before their sigmoid, `[last hidden, latent]`
    pub gate: Linear,
    /// The layer of the means, `[last hidden, latent]`
    pub mean: Linear,
    /// The step's number: odd ones take the dimensions in reversed order.
    #[module(skip)]
    pub number: usize,
}

/// The network for some rows, with what their context comes to.
#[derive(Clone, Debug)]
pub(super) struct OfRows {
    /// What the first hidden layer takes of it, `[rows, first hidden]`.
    context: Tensor<2>,
    hidden: Vec<Masked>,
    gate: Masked,
    mean: Masked,
}

/// A layer whose mask has been applied.
#[derive(Clone, Debug)]
struct Masked {
    weight: Tensor<2>,
    bias: Tensor<1>,
}

impl Masked {
    fn new(layer: &Linear, before: &Places, after: &Places) -> Self {
        let weight = layer.weight.val();
        let mask = TensorData::new(before.mask(after), [before.count(), after.count()]);
        let mask = Tensor::from_data(mask, (&weight.device(), weight.dtype()));
        Self { weight: weight * mask, bias: layer.bias.val() }
    }

    fn apply(&self, x: Tensor<2>, function: Function) -> Result<Tensor<2>> {
        dense(x, self.weight.clone(), self.bias.clone(), function)
    }
}

/// How many dimensions each unit of a layer of z, `[latent]`, or of hidden units, `[width]`, stands behind.
#[derive(Clone, Debug)]
enum Places {
    /// The dimensions themselves, in the order of the step.
    Latent { latent: usize, is_reversed: bool },
    /// Units that see the first so many.
    Hidden { latent: usize, width: usize },
}

impl Places {
    fn count(&self) -> usize {
        match *self {
            Self::Latent { latent, .. } => latent,
            Self::Hidden { width, .. } => width,
        }
    }

    fn of(&self, unit: usize) -> usize {
        match *self {
            Self::Latent { latent, is_reversed } => {
                if is_reversed {
                    latent - 1 - unit
                } else {
                    unit
                }
            }
            Self::Hidden { latent, width } => unit * latent / width,
        }
    }

    /// Whether a unit of the next layer may see one of these.
    fn is_seen(&self, unit: usize, next: &Self, next_unit: usize) -> bool {
        match self {
            Self::Latent { .. } => self.of(unit) < next.of(next_unit),
            Self::Hidden { .. } => self.of(unit) <= next.of(next_unit),
        }
    }

    /// The mask of a weight, `[count, next's count]`, row-major.
    fn mask(&self, next: &Self) -> Vec<f32> {
        let columns = next.count();
        let row = |unit| {
            (0..columns).map(move |next_unit| f32::from(u8::from(self.is_seen(unit, next, next_unit))))
        };
        (0..self.count()).flat_map(row).collect()
    }
}

/// A network before it is made.
pub(super) struct MadePlan {
    path: String,
    number: usize,
    hidden: Vec<usize>,
    latent: usize,
    context: usize,
}

/// The places of z and of the hidden layers, from z on.
fn places(hidden: impl Iterator<Item = usize>, latent: usize, number: usize) -> Vec<Places> {
    let z = Places::Latent { latent, is_reversed: number % 2 == 1 };
    std::iter::once(z).chain(hidden.map(|width| Places::Hidden { latent, width })).collect()
}

/// Draws of which only what a mask leaves stays.
struct Drawn<'a> {
    draws: Uniform<'a>,
    mask: Vec<f32>,
}

impl InitialWeights for Drawn<'_> {
    fn weight(&mut self, shape: &WeightShape) -> Vec<f32> {
        let mut weight = self.draws.weight(shape);
        weight.iter_mut().zip(&self.mask).for_each(|(weight, mask)| *weight *= mask);
        weight
    }

    fn bias(&mut self, fan_in: usize, values: usize) -> Vec<f32> {
        self.draws.bias(fan_in, values)
    }

    fn random(&mut self) -> &mut dyn Rng {
        self.draws.random()
    }
}

impl MadePlan {
    /// `[latent, context]` are the widths of z and of the context.
    pub fn new(path: &str, number: usize, hidden: &[usize], [latent, context]: [usize; 2]) -> Self {
        Self { path: format!("{path}.steps.{number}"), number, hidden: hidden.to_vec(), latent, context }
    }

    /// The path and the widths of each hidden layer.
    fn hidden_layers(&self) -> impl Iterator<Item = (String, [usize; 2])> {
        let inputs = std::iter::once(self.latent).chain(self.hidden.iter().copied());
        let widths = inputs.zip(&self.hidden).enumerate();
        widths.map(|(layer, (input, &output))| (format!("{}.hidden.{layer}", self.path), [input, output]))
    }

    fn last_width(&self) -> usize {
        self.hidden.last().copied().unwrap_or_default()
    }

    fn context(&self) -> ParameterShape {
        let width = self.hidden.first().copied().unwrap_or_default();
        ParameterShape::new(format!("{}.context", self.path), [self.context, width])
    }

    pub fn layers(&self) -> Vec<ParameterShape> {
        let hidden = self
            .hidden_layers()
            .flat_map(|(path, [input, output])| ParameterShape::dense(&path, input, output));
        let last =
            |name| ParameterShape::dense(&format!("{}.{name}", self.path), self.last_width(), self.latent);
        std::iter::once(self.context()).chain(hidden).chain(last("gate")).chain(last("mean")).collect()
    }

    pub fn init(&self, random: &mut dyn Rng, device: &Device) -> Result<Made> {
        let places = places(self.hidden.iter().copied(), self.latent, self.number);
        let ParameterShape { path, shape } = self.context();
        let [inputs, width] = [shape[0], shape[1]];
        let weight = Uniform(random).weight(&WeightShape::dense(inputs, &[width]));
        let context = Tensor::from_data(TensorData::new(weight, [inputs, width]), device);
        let context = parameter(&path, context);
        let mut hidden = Vec::new();
        for ((path, [input, output]), [before, after]) in self.hidden_layers().zip(places.array_windows()) {
            let draws = &mut Drawn { draws: Uniform(random), mask: before.mask(after) };
            hidden.push(LinearConfig::new(input, output).init(&path, draws, device)?);
        }
        let mut last = |name, bias| {
            let config = LinearConfig::new(self.last_width(), self.latent);
            config.init(&format!("{}.{name}", self.path), &mut Constant(random, bias), device)
        };
        Ok(Made { context, hidden, gate: last("gate", OPEN)?, mean: last("mean", 0.0)?, number: self.number })
    }
}

impl Made {
    pub(super) fn of_rows(&self, context: Tensor<2>) -> Result<OfRows> {
        let (values, weight) = (context.dims(), self.context.val());
        if values[1] != weight.dims()[0] {
            return Err(Error::shape("context of an autoregressive step", values, weight.dims()));
        }
        let latent = self.mean.bias.dims()[0];
        let widths = self.hidden.iter().map(|layer| layer.bias.dims()[0]);
        let mut places = places(widths, latent, self.number);
        places.push(places[0].clone());
        let [hidden @ .., _, _] = &places[..] else {
            let problem = "an autoregressive step has no hidden layer".to_owned();
            return Err(Error::Config { field: "hidden", problem });
        };
        let of = |layer: &Linear, at: usize| Masked::new(layer, &places[at], &places[at + 1]);
        let last = hidden.len();
        Ok(OfRows {
            context: context.matmul(weight),
            hidden: self.hidden.iter().enumerate().map(|(at, layer)| of(layer, at)).collect(),
            gate: of(&self.gate, last),
            mean: of(&self.mean, last),
        })
    }
}

impl OfRows {
    /// The gates before their sigmoid and the means, `[rows, latent]` each, for z `[rows, latent]`.
    pub fn forward(&self, z: Tensor<2>) -> Result<[Tensor<2>; 2]> {
        let hidden = self.hidden.iter().enumerate().try_fold(z, |x, (number, layer)| match number {
            0 => Ok((layer.apply(x, Function::Identity)? + self.context.clone()).tanh()),
            _ => layer.apply(x, Function::Tanh),
        })?;
        Ok([
            self.gate.apply(hidden.clone(), Function::Identity)?,
            self.mean.apply(hidden, Function::Identity)?,
        ])
    }

    pub fn repeat(&self, times: usize) -> Self {
        Self { context: self.context.clone().repeat_dim(0, times), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each output can depend on, by the masks of all layers.
    fn reached(hidden: &[usize], latent: usize, number: usize) -> Vec<Vec<bool>> {
        let mut places = places(hidden.iter().copied(), latent, number);
        places.push(places[0].clone());
        (0..latent)
            .map(|dimension| {
                let start: Vec<bool> = (0..latent).map(|other| other == dimension).collect();
                places.array_windows().fold(start, |reached, [before, after]| {
                    let mask = before.mask(after);
                    let columns = after.count();
                    (0..columns)
                        .map(|column| {
                            (0..before.count()).any(|row| reached[row] && mask[row * columns + column] > 0.0)
                        })
                        .collect()
                })
            })
            .collect()
    }

    #[test]
    fn a_dimension_depends_on_all_before_it_and_on_no_other() {
        for latent in 1..9 {
            for (hidden, number) in
                [(vec![latent], 0), (vec![2 * latent + 1, 3 * latent], 0), (vec![latent, 17], 1)]
            {
                let reached = reached(&hidden, latent, number);
                for (dimension, output) in (0..latent).flat_map(|a| (0..latent).map(move |b| (a, b))) {
                    let is_before = if number == 0 { dimension < output } else { dimension > output };
                    assert_eq!(
                        reached[dimension][output], is_before,
                        "{output} by {dimension} of {latent}, {hidden:?}"
                    );
                }
            }
        }
        // Units that are too few for all leave out some, and never let a later one through.
        let few = reached(&[2], 5, 0);
        assert!((0..5).all(|output| (output..5).all(|dimension| !few[dimension][output])));
        assert!(few[0][4]);
    }
}
