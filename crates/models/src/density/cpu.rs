//! The CPU kernels, shared by `flex` and `ndarray`.

use std::f64::consts::TAU;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, NdArray, TensorMetadata};

use super::ops::DensityOps;
use crate::elementary::Elementary;
use crate::host::{HostTensor, with_float};
use crate::rows::{Slopes, Term, row_gradients, sum_rows};

macro_rules! impl_density_ops {
    ($backend:ty) => {
        impl DensityOps for $backend {
            fn bernoulli_log_prob(logits: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
                with_float!(logits.dtype(), E => bernoulli::<E, _>(&logits, &x))
            }

            fn bernoulli_gradient(
                logits: FloatTensor<Self>,
                x: FloatTensor<Self>,
                upstream: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                with_float!(logits.dtype(), E => bernoulli_gradient::<E, _>(&logits, &x, &upstream))
            }

            fn gaussian_log_prob(
                mean: FloatTensor<Self>,
                log_variance: FloatTensor<Self>,
                x: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                with_float!(x.dtype(), E => gaussian::<E, _>(&mean, &log_variance, &x))
            }

            fn gaussian_gradients(
                mean: FloatTensor<Self>,
                log_variance: FloatTensor<Self>,
                x: FloatTensor<Self>,
                upstream: FloatTensor<Self>,
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                with_float!(x.dtype(), E => gaussian_gradients::<E, _>(&mean, &log_variance, &x, &upstream))
            }
        }
    };
}
impl_density_ops!(Flex);
impl_density_ops!(NdArray);

fn bernoulli<E: Elementary, T: HostTensor>(logits: &T, x: &T) -> T {
    let dims = logits.shape().dims();
    let (logits, x) = (logits.floats::<E>(), x.floats::<E>());
    // x log p + (1 − x) log(1 − p) = x l − softplus(l)
    sum_rows([&logits, &x], dims, Bernoulli)
}

fn bernoulli_gradient<E: Elementary, T: HostTensor>(logits: &T, x: &T, upstream: &T) -> T {
    let [_, width] = logits.shape().dims();
    let inputs = [&*logits.floats::<E>(), &x.floats::<E>()];
    let [gradient] = row_gradients(inputs, &upstream.floats::<E>(), width, Bernoulli);
    gradient
}

fn gaussian<E: Elementary, T: HostTensor>(mean: &T, log_variance: &T, x: &T) -> T {
    let dims = x.shape().dims();
    let inputs = [&*mean.floats::<E>(), &log_variance.floats::<E>(), &x.floats::<E>()];
    sum_rows(inputs, dims, Gaussian)
}

fn gaussian_gradients<E: Elementary, T: HostTensor>(
    mean: &T,
    log_variance: &T,
    x: &T,
    upstream: &T,
) -> (T, T) {
    let [_, width] = x.shape().dims();
    let inputs = [&*mean.floats::<E>(), &log_variance.floats::<E>(), &x.floats::<E>()];
    row_gradients(inputs, &upstream.floats::<E>(), width, Gaussian).into()
}

#[derive(Clone, Copy)]
struct Bernoulli;

impl<E: Elementary> Term<E, 2> for Bernoulli {
    #[inline(always)]
    fn term(self, [logit, x]: [E; 2]) -> E {
        x * logit - logit.softplus()
    }
}

impl<E: Elementary> Slopes<E, 2, 1> for Bernoulli {
    #[inline(always)]
    fn slopes(self, [logit, x]: [E; 2], upstream: E) -> [E; 1] {
        [(x - logit.sigmoid()) * upstream]
    }
}

#[derive(Clone, Copy)]
struct Gaussian;

impl<E: Elementary> Term<E, 3> for Gaussian {
    #[inline(always)]
    fn term(self, [mean, log_variance, x]: [E; 3]) -> E {
        let difference = x - mean;
        let square = difference * difference * (-log_variance).exponential();
        E::of(-0.5) * (square + log_variance + E::of(TAU.ln()))
    }
}

impl<E: Elementary> Slopes<E, 3, 2> for Gaussian {
    #[inline(always)]
    fn slopes(self, [mean, log_variance, x]: [E; 3], upstream: E) -> [E; 2] {
        let difference = x - mean;
        let pull = difference * (-log_variance).exponential();
        [pull * upstream, E::of(0.5) * (pull * difference - E::one()) * upstream]
    }
}
