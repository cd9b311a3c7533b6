use rand::Rng;

use crate::random::uniforms;

/// Where a layer's first weights come from. They are made on the host, so that every device starts from the same ones.
pub trait InitialWeights {
    /// The values of a weight, row-major.
    fn weight(&mut self, shape: &WeightShape) -> Vec<f32>;

    /// A bias of so many outputs, each a sum over `fan_in` inputs.
    fn bias(&mut self, fan_in: usize, values: usize) -> Vec<f32>;

    /// The generator behind them, for what begins in a way of its own.
    fn random(&mut self) -> &mut dyn Rng;
}

/// The shape of a weight, and how many values meet in it. A matrix has its inputs first, `[d_input, d_output]`; the weights of
/// convolutions have the axes that PyTorch gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightShape {
    /// The shape of the tensor.
    pub dims: Vec<usize>,
    /// The values that an output is a sum over.
    pub fan_in: usize,
    /// The outputs that an input goes into.
    pub fan_out: usize,
}

impl WeightShape {
    /// That of dense layers of the same input side by side, `[d_input, Σ d_outputs]`; `fan_out` is that of the widest.
    pub fn dense(d_input: usize, d_outputs: &[usize]) -> Self {
        Self {
            dims: vec![d_input, d_outputs.iter().sum()],
            fan_in: d_input,
            fan_out: d_outputs.iter().copied().max().unwrap_or_default(),
        }
    }

    /// The number of values.
    pub fn count(&self) -> usize {
        self.dims.iter().product()
    }
}

/// Draws as PyTorch has them for a dense layer: U(−1/√inputs, 1/√inputs), biases too.
pub(crate) struct Uniform<'a>(pub &'a mut dyn Rng);

impl InitialWeights for Uniform<'_> {
    fn weight(&mut self, shape: &WeightShape) -> Vec<f32> {
        self.bias(shape.fan_in, shape.count())
    }

    fn bias(&mut self, fan_in: usize, values: usize) -> Vec<f32> {
        let bound = 1.0 / (fan_in as f32).sqrt();
        uniforms(self.0, values).into_iter().map(|draw| (2.0 * draw - 1.0) * bound).collect()
    }

    fn random(&mut self) -> &mut dyn Rng {
        self.0
    }
}

/// Layers that put out nothing but their biases, each this number.
pub(crate) struct Constant<'a>(pub &'a mut dyn Rng, pub f32);

impl InitialWeights for Constant<'_> {
    fn weight(&mut self, shape: &WeightShape) -> Vec<f32> {
        vec![0.0; shape.count()]
    }

    fn bias(&mut self, _fan_in: usize, values: usize) -> Vec<f32> {
        vec![self.1; values]
    }

    fn random(&mut self) -> &mut dyn Rng {
        self.0
    }
}
