//! The CPU kernels, shared by `flex` and `ndarray`: parameter and state are written over in place, in chunks whose size
//! is fixed. No product is fused with a sum, as Burn's own operations round each.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, NdArray, TensorMetadata};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::ops::{AdamStep, OptimizerOps};
use crate::elementary::Elementary;
use crate::host::{HostTensor, with_float};

/// Elements that are worth a task of their own.
const TASK: usize = 1 << 13;

macro_rules! impl_optimizer_ops {
    ($backend:ty) => {
        impl OptimizerOps for $backend {
            fn adam_update(
                mut parameter: FloatTensor<Self>,
                gradient: FloatTensor<Self>,
                mut moment_1: FloatTensor<Self>,
                mut moment_2: FloatTensor<Self>,
                step: AdamStep,
            ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
                with_float!(parameter.dtype(), E => {
                    adam::<E, _>(&mut parameter, &gradient, &mut moment_1, &mut moment_2, step);
                });
                (parameter, moment_1, moment_2)
            }

            fn adagrad_update(
                mut parameter: FloatTensor<Self>,
                gradient: FloatTensor<Self>,
                mut sum: FloatTensor<Self>,
                learning_rate: f64,
                epsilon: f32,
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                with_float!(parameter.dtype(), E => {
                    adagrad::<E, _>(&mut parameter, &gradient, &mut sum, learning_rate, epsilon);
                });
                (parameter, sum)
            }
        }
    };
}
impl_optimizer_ops!(Flex);
impl_optimizer_ops!(NdArray);

fn adam<E: Elementary, T: HostTensor>(
    parameter: &mut T,
    gradient: &T,
    moment_1: &mut T,
    moment_2: &mut T,
    step: AdamStep,
) {
    let arch = Arch::new();
    (parameter.floats_mut::<E>().par_chunks_mut(TASK))
        .zip(gradient.floats::<E>().par_chunks(TASK))
        .zip(moment_1.floats_mut::<E>().par_chunks_mut(TASK))
        .zip(moment_2.floats_mut::<E>().par_chunks_mut(TASK))
        .for_each(|(((parameter, gradient), moment_1), moment_2)| {
            arch.dispatch(Adam { parameter, gradient, moment_1, moment_2, step });
        });
}

struct Adam<'a, E> {
    parameter: &'a mut [E],
    gradient: &'a [E],
    moment_1: &'a mut [E],
    moment_2: &'a mut [E],
    step: AdamStep,
}

impl<E: Elementary> WithSimd for Adam<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { parameter, gradient, moment_1, moment_2, step } = self;
        let AdamStep { beta_1, beta_2, scale, epsilon, learning_rate, keep } = step;
        let (rest_1, rest_2) = (E::of((1.0 - beta_1).into()), E::of((1.0 - beta_2).into()));
        let [beta_1, beta_2, scale, epsilon] =
            [beta_1, beta_2, scale, epsilon].map(|number| E::of(number.into()));
        let (learning_rate, keep) = (E::of(learning_rate), E::of(keep));
        for (((parameter, &g), m), v) in parameter.iter_mut().zip(gradient).zip(moment_1).zip(moment_2) {
            *m = *m * beta_1 + g * rest_1;
            *v = *v * beta_2 + g * g * rest_2;
            *parameter = *parameter * keep - *m * scale / (v.sqrt() + epsilon) * learning_rate;
        }
    }
}

fn adagrad<E: Elementary, T: HostTensor>(
    parameter: &mut T,
    gradient: &T,
    sum: &mut T,
    learning_rate: f64,
    epsilon: f32,
) {
    let arch = Arch::new();
    let (learning_rate, epsilon) = (E::of(learning_rate), E::of(epsilon.into()));
    (parameter.floats_mut::<E>().par_chunks_mut(TASK))
        .zip(gradient.floats::<E>().par_chunks(TASK))
        .zip(sum.floats_mut::<E>().par_chunks_mut(TASK))
        .for_each(|((parameter, gradient), sum)| {
            arch.dispatch(Adagrad { parameter, gradient, sum, learning_rate, epsilon });
        });
}

struct Adagrad<'a, E> {
    parameter: &'a mut [E],
    gradient: &'a [E],
    sum: &'a mut [E],
    learning_rate: E,
    epsilon: E,
}

impl<E: Elementary> WithSimd for Adagrad<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { parameter, gradient, sum, learning_rate, epsilon } = self;
        for ((parameter, &g), sum) in parameter.iter_mut().zip(gradient).zip(sum) {
            *sum = *sum + g * g;
            *parameter = *parameter - g / (sum.sqrt() + epsilon) * learning_rate;
        }
    }
}
