//! The dense layer that a backend provides; the bodies are Burn's own operations, for backends that fuse them.
#![expect(clippy::type_complexity, reason = "the macro wants types written out")]

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata, backend_extension};
use burn::tensor::Shape;
use burn_cubecl::CubeBackend;

/// What follows the sums of a layer, `y = f(z)`; the derivative of each can be told from `y`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    /// `z`
    Identity,
    /// `tanh z`
    Tanh,
    /// `log(1 + exp z)`
    Softplus,
    /// `max(z, 0)`
    Relu,
    /// `1/(1 + exp(−z))`
    Sigmoid,
    /// `log(exp z + floor)`: the logarithm of a variance that has a least value.
    LogOfSum {
        /// Above 0.
        floor: f64,
    },
}

/// Which gradients of a dense layer are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// By its input.
    pub input: bool,
    /// By its weight and bias.
    pub parameters: bool,
}

/// `f(X W + b)`.
#[backend_extension(Cube, Flex, NdArray, Autodiff, Fusion)]
pub trait DenseOps: Backend {
    /// `f(X W + b)` for `x` `[rows, d_input]`, `weight` `[d_input, d_output]` and `bias` `[d_output]`;
    /// `[rows, d_output]`.
    #[fusion(default)]
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        function: Function,
    ) -> FloatTensor<Self> {
        let width = bias.shape()[0];
        let bias = Self::float_reshape(bias, Shape::new([1, width]));
        let z = Self::float_add(Self::float_matmul(x, weight), bias);
        match function {
            Function::Identity => z,
            Function::Tanh => Self::float_tanh(z),
            // Exact at both ends, unlike Burn's own `softplus`, which turns into the identity at 20.
            Function::Softplus => Self::float_neg(Self::log_sigmoid(Self::float_neg(z))),
            Function::Relu => Self::relu(z),
            Function::Sigmoid => Self::sigmoid(z),
            // log f − log σ(log f − z), which does not overflow.
            Function::LogOfSum { floor } => {
                let below = Self::float_add_scalar(Self::float_neg(z), floor.ln().into());
                let above = Self::float_neg(Self::log_sigmoid(below));
                Self::float_add_scalar(above, floor.ln().into())
            }
        }
    }

    /// The gradients that are wanted, by input, weight and bias, from that by the output `y`, `upstream`
    /// `[rows, d_output]`. In the body here, slopes of [`Function::Softplus`] and [`Function::LogOfSum`] below 6e-8 round to 0.
    #[fusion(default)]
    fn dense_gradients(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        y: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
        function: Function,
        wanted: Wanted,
    ) -> (Option<FloatTensor<Self>>, Option<FloatTensor<Self>>, Option<FloatTensor<Self>>) {
        let width = y.shape()[1];
        let one_minus = |x| Self::float_add_scalar(Self::float_neg(x), 1.0.into());
        let upstream = match function {
            Function::Identity => upstream,
            Function::Tanh => Self::float_mul(upstream, one_minus(Self::float_mul(y.clone(), y))),
            Function::Softplus => Self::float_mul(upstream, one_minus(Self::float_exp(Self::float_neg(y)))),
            Function::Relu => Self::relu_backward(y, upstream),
            Function::Sigmoid => Self::sigmoid_backward(y, upstream),
            Function::LogOfSum { floor } => {
                let share = Self::float_mul_scalar(Self::float_exp(Self::float_neg(y)), floor.into());
                Self::float_mul(upstream, one_minus(share))
            }
        };
        let input = wanted.input.then(|| Self::float_matmul(upstream.clone(), Self::float_transpose(weight)));
        let bias = wanted
            .parameters
            .then(|| Self::float_reshape(Self::float_sum_dim(upstream.clone(), 0), Shape::new([width])));
        let weight = wanted.parameters.then(|| Self::float_matmul(Self::float_transpose(x), upstream));
        (input, weight, bias)
    }
}

impl DenseOps for CubeBackend {}
