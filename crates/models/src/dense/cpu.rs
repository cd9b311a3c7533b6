//! The CPU kernels, shared by `flex` and `ndarray`.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, NdArray, TensorMetadata};
use burn::tensor::Shape;
use pulp::{Arch, Simd, WithSimd};

use super::ops::{DenseOps, Function, Wanted};
use crate::elementary::Elementary;
use crate::host::{HostTensor, with_float};
use crate::matmul::{Block, Matrix, matmul};

macro_rules! impl_dense_ops {
    ($backend:ty) => {
        impl DenseOps for $backend {
            fn dense(
                x: FloatTensor<Self>,
                weight: FloatTensor<Self>,
                bias: FloatTensor<Self>,
                function: Function,
            ) -> FloatTensor<Self> {
                with_float!(x.dtype(), E => forward::<E, _>(&x, &weight, &bias, function))
            }

            fn dense_gradients(
                x: FloatTensor<Self>,
                weight: FloatTensor<Self>,
                y: FloatTensor<Self>,
                upstream: FloatTensor<Self>,
                function: Function,
                wanted: Wanted,
            ) -> (Option<FloatTensor<Self>>, Option<FloatTensor<Self>>, Option<FloatTensor<Self>>) {
                with_float!(x.dtype(), E => backward::<E, _>(&x, &weight, &y, upstream, function, wanted))
            }
        }
    };
}
impl_dense_ops!(Flex);
impl_dense_ops!(NdArray);

fn forward<E: Elementary, T: HostTensor>(x: &T, weight: &T, bias: &T, function: Function) -> T {
    let ([rows, inner], [_, columns]) = (x.shape().dims(), weight.shape().dims());
    let (x, weight, bias) = (x.floats::<E>(), weight.floats::<E>(), bias.floats::<E>());
    let (x, weight) = (Matrix::new(&x, [rows, inner]), Matrix::new(&weight, [inner, columns]));
    let arch = Arch::new();
    let y = matmul(x, weight, |block| arch.dispatch(Apply { block, bias: &bias, function }));
    T::from_floats(y, Shape::new([rows, columns]))
}

fn backward<E: Elementary, T: HostTensor>(
    x: &T,
    weight: &T,
    y: &T,
    mut upstream: T,
    function: Function,
    wanted: Wanted,
) -> (Option<T>, Option<T>, Option<T>) {
    let ([rows, inner], [_, columns]) = (x.shape().dims(), weight.shape().dims());
    let mut bias_gradient = vec![E::zero(); columns];
    if function != Function::Identity {
        let (y, gradient) = (y.floats::<E>(), upstream.floats_mut::<E>());
        Arch::new().dispatch(Derive { y: &y, gradient, bias_gradient: &mut bias_gradient, function });
    } else if wanted.parameters {
        Arch::new()
            .dispatch(BiasGradient { gradient: &upstream.floats(), bias_gradient: &mut bias_gradient });
    }
    let (x, weight, upstream) = (x.floats::<E>(), weight.floats::<E>(), upstream.floats::<E>());
    let (x, weight) = (Matrix::new(&x, [rows, inner]), Matrix::new(&weight, [inner, columns]));
    let upstream = Matrix::new(&upstream, [rows, columns]);
    let leave = |_: &mut Block<E>| ();
    let (by_weight, by_input) = rayon::join(
        || wanted.parameters.then(|| matmul(x.transpose(), upstream, leave)),
        || wanted.input.then(|| matmul(upstream, weight.transpose(), leave)),
    );
    (
        by_input.map(|values| T::from_floats(values, Shape::new([rows, inner]))),
        by_weight.map(|values| T::from_floats(values, Shape::new([inner, columns]))),
        wanted.parameters.then(|| T::from_floats(bias_gradient, Shape::new([columns]))),
    )
}

/// Adds the bias and applies the function.
struct Apply<'a, E> {
    block: &'a mut Block<E>,
    bias: &'a [E],
    function: Function,
}

impl<E: Elementary> WithSimd for Apply<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { block, bias, function } = self;
        let bias = &bias[block.columns()];
        match function {
            Function::Identity => each(block, bias, |z| z),
            Function::Tanh => each(block, bias, E::hyperbolic_tangent),
            Function::Softplus => each(block, bias, E::softplus),
            Function::Relu => each(block, bias, |z| if z < E::zero() { E::zero() } else { z }),
            Function::Sigmoid => each(block, bias, E::sigmoid),
            Function::LogOfSum { floor } => {
                let log_floor = E::of(floor.ln());
                // log(eᵃ + eᵇ) = max(a, b) + softplus(−|a − b|)
                each(block, bias, |z| {
                    (if z < log_floor { log_floor } else { z }) + (-(z - log_floor).abs()).softplus()
                });
            }
        }
    }
}

#[inline(always)]
fn each<E: Elementary>(block: &mut Block<E>, bias: &[E], function: impl Fn(E) -> E) {
    for row in block.rows() {
        for (y, &bias) in row.iter_mut().zip(bias) {
            *y = function(*y + bias);
        }
    }
}

/// Turns the gradient by the output into that by what went into the function, and sums that over the rows.
struct Derive<'a, E> {
    y: &'a [E],
    gradient: &'a mut [E],
    bias_gradient: &'a mut [E],
    function: Function,
}

impl<E: Elementary> WithSimd for Derive<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let one = E::one();
        match self.function {
            Function::Identity => self.each(|_, g| g),
            Function::Tanh => self.each(|y, g| g * (one - y * y)),
            // σ(z) = 1 − exp(−y), without the cancellation where y is small; the last likewise.
            Function::Softplus => self.each(|y, g| -g * (-y).exponential_minus_one()),
            Function::Relu => self.each(|y, g| if y <= E::zero() { E::zero() } else { g }),
            Function::Sigmoid => self.each(|y, g| g * y * (one - y)),
            Function::LogOfSum { floor } => {
                let log_floor = E::of(floor.ln());
                self.each(|y, g| -g * (log_floor - y).exponential_minus_one());
            }
        }
    }
}

impl<E: Elementary> Derive<'_, E> {
    #[inline(always)]
    fn each(self, backward: impl Fn(E, E) -> E) {
        let width = self.bias_gradient.len().max(1);
        for (y, gradient) in self.y.chunks_exact(width).zip(self.gradient.chunks_exact_mut(width)) {
            for ((&y, gradient), sum) in y.iter().zip(gradient).zip(self.bias_gradient.iter_mut()) {
                *gradient = backward(y, *gradient);
                *sum = *sum + *gradient;
            }
        }
    }
}

/// Sums the gradient by the output over the rows.
struct BiasGradient<'a, E> {
    gradient: &'a [E],
    bias_gradient: &'a mut [E],
}

impl<E: Elementary> WithSimd for BiasGradient<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for gradient in self.gradient.chunks_exact(self.bias_gradient.len().max(1)) {
            for (&gradient, sum) in gradient.iter().zip(self.bias_gradient.iter_mut()) {
                *sum = *sum + gradient;
            }
        }
    }
}
