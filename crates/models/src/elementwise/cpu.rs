//! The CPU kernels, shared by `flex` and `ndarray`.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, NdArray, TensorMetadata};
use burn::tensor::cast::ToElement;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::ops::{ElementwiseOps, Function};
use crate::elementary::Elementary;
use crate::host::{HostTensor, with_float};

/// Elements that are worth a task of their own.
const TASK: usize = 1 << 14;

macro_rules! impl_elementwise_ops {
    ($backend:ty) => {
        impl ElementwiseOps for $backend {
            fn elementwise(x: FloatTensor<Self>, function: Function) -> FloatTensor<Self> {
                with_float!(x.dtype(), E => apply::<E, _>(&x, function, false))
            }

            fn elementwise_slopes(x: FloatTensor<Self>, function: Function) -> FloatTensor<Self> {
                with_float!(x.dtype(), E => apply::<E, _>(&x, function, true))
            }
        }
    };
}
impl_elementwise_ops!(Flex);
impl_elementwise_ops!(NdArray);

fn apply<E: Elementary, T: HostTensor>(x: &T, function: Function, slopes: bool) -> T {
    let mut y = x.floats::<E>().into_owned();
    let arch = Arch::new();
    y.par_chunks_mut(TASK).for_each(|values| arch.dispatch(Apply { values, function, slopes }));
    T::from_floats(y, x.shape())
}

struct Apply<'a, E> {
    values: &'a mut [E],
    function: Function,
    slopes: bool,
}

// Not a closure: one would be compiled for any processor.
impl<E: Elementary> WithSimd for Apply<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { values, function, slopes } = self;
        let least = E::min_positive_value();
        // Not `max`, which would swallow a NaN.
        let in_double =
            |x: E, of: fn(f64) -> f64| E::of(of(ToElement::to_f64(&if x < least { least } else { x })));
        match (function, slopes) {
            (Function::Softplus, false) => values.iter_mut().for_each(|x| *x = x.softplus()),
            (Function::Softplus, true) => values.iter_mut().for_each(|x| *x = x.sigmoid()),
            (Function::LogOneMinusExp, false) => {
                values.iter_mut().for_each(|x| *x = in_double(*x, log_one_minus_exp));
            }
            (Function::LogOneMinusExp, true) => {
                values.iter_mut().for_each(|x| *x = in_double(*x, |x| 1.0 / x.exp_m1()));
            }
        }
    }
}

/// By Mächler (2012): what is small is told by `expm1`, and what is near 1 by `log1p`.
fn log_one_minus_exp(x: f64) -> f64 {
    if x <= std::f64::consts::LN_2 { (-(-x).exp_m1()).ln() } else { (-(-x).exp()).ln_1p() }
}
