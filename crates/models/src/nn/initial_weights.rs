use rand::Rng;

/// Where a layer's first weights come from. They are made on the host, so that every device starts from the same ones.
pub trait InitialWeights {
    /// The values of a weight, row-major.
    fn weight(&mut self, shape: &WeightShape) -> Vec<f32>;

    /// A bias of so many values, to which a layer adds products of `fan_in` values.
    fn bias(&mut self, fan_in: usize, values: usize) -> Vec<f32>;

    /// The generator behind them, for what begins in a way of its own.
    fn random(&mut self) -> &mut dyn Rng;
}

/// The shape of a weight, and how many values meet in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightShape {
    /// The shape of the tensor.
    pub dims: Vec<usize>,
    /// The axis of the outputs: the last of a dense layer's weight, the first of a convolution's.
    pub output_axis: usize,
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
            output_axis: 1,
            fan_in: d_input,
            fan_out: d_outputs.iter().copied().max().unwrap_or_default(),
        }
    }

    /// That of a convolution, `[d_output, d_input, height, width]`.
    pub fn convolution([d_output, d_input, height, width]: [usize; 4]) -> Self {
        let patch = height * width;
        Self {
            dims: vec![d_output, d_input, height, width],
            output_axis: 0,
            fan_in: d_input * patch,
            fan_out: d_output * patch,
        }
    }

    /// The number of values.
    pub fn count(&self) -> usize {
        self.dims.iter().product()
    }
}
