//! The CPU kernels, shared by `flex` and `ndarray`.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, NdArray, TensorMetadata};
use pulp::{Arch, Simd, WithSimd};

use super::ops::ReparameterizationOps;
use crate::elementary::Elementary;
use crate::host::{HostTensor, with_float};
use crate::rows::{Slopes, Term, row_gradients, sum_rows};

macro_rules! impl_reparameterization_ops {
    ($backend:ty) => {
        impl ReparameterizationOps for $backend {
            fn rsample(
                mean: FloatTensor<Self>,
                log_variance: FloatTensor<Self>,
                noise: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                with_float!(mean.dtype(), E => rsample::<E, _>(mean, &log_variance, &noise))
            }

            fn rsample_gradient(
                log_variance: FloatTensor<Self>,
                noise: FloatTensor<Self>,
                upstream: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                with_float!(noise.dtype(), E => rsample_gradient::<E, _>(&log_variance, &noise, upstream))
            }

            fn kl_from_standard_normal(
                mean: FloatTensor<Self>,
                log_variance: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                with_float!(mean.dtype(), E => kl::<E, _>(&mean, &log_variance))
            }

            fn kl_gradients(
                mean: FloatTensor<Self>,
                log_variance: FloatTensor<Self>,
                upstream: FloatTensor<Self>,
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                with_float!(mean.dtype(), E => kl_gradients::<E, _>(&mean, &log_variance, &upstream))
            }
        }
    };
}
impl_reparameterization_ops!(Flex);
impl_reparameterization_ops!(NdArray);

fn rsample<E: Elementary, T: HostTensor>(mut mean: T, log_variance: &T, noise: &T) -> T {
    let (log_variance, noise) = (log_variance.floats::<E>(), noise.floats::<E>());
    let values = mean.floats_mut();
    Arch::new().dispatch(AddNoise { values, log_variance: &log_variance, noise: &noise });
    mean
}

fn rsample_gradient<E: Elementary, T: HostTensor>(log_variance: &T, noise: &T, mut upstream: T) -> T {
    let (log_variance, noise) = (log_variance.floats::<E>(), noise.floats::<E>());
    let values = upstream.floats_mut();
    Arch::new().dispatch(ScaleByNoise { values, log_variance: &log_variance, noise: &noise });
    upstream
}

fn kl<E: Elementary, T: HostTensor>(mean: &T, log_variance: &T) -> T {
    let dims = mean.shape().dims();
    sum_rows([&mean.floats::<E>(), &log_variance.floats::<E>()], dims, Divergence)
}

fn kl_gradients<E: Elementary, T: HostTensor>(mean: &T, log_variance: &T, upstream: &T) -> (T, T) {
    let [_, width] = mean.shape().dims();
    let inputs = [&*mean.floats::<E>(), &log_variance.floats::<E>()];
    row_gradients(inputs, &upstream.floats::<E>(), width, Divergence).into()
}

/// Turns means into samples.
struct AddNoise<'a, E> {
    values: &'a mut [E],
    log_variance: &'a [E],
    noise: &'a [E],
}

impl<E: Elementary> WithSimd for AddNoise<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let half = E::of(0.5);
        for ((z, &log_variance), &noise) in self.values.iter_mut().zip(self.log_variance).zip(self.noise) {
            *z = *z + (half * log_variance).exponential() * noise;
        }
    }
}

/// Turns gradients by samples into those by log-variances.
struct ScaleByNoise<'a, E> {
    values: &'a mut [E],
    log_variance: &'a [E],
    noise: &'a [E],
}

impl<E: Elementary> WithSimd for ScaleByNoise<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let half = E::of(0.5);
        for ((g, &log_variance), &noise) in self.values.iter_mut().zip(self.log_variance).zip(self.noise) {
            *g = *g * half * (half * log_variance).exponential() * noise;
        }
    }
}

#[derive(Clone, Copy)]
struct Divergence;

impl<E: Elementary> Term<E, 2> for Divergence {
    #[inline(always)]
    fn term(self, [mean, log_variance]: [E; 2]) -> E {
        E::of(0.5) * (mean * mean + log_variance.exponential() - log_variance - E::one())
    }
}

impl<E: Elementary> Slopes<E, 2, 2> for Divergence {
    #[inline(always)]
    fn slopes(self, [mean, log_variance]: [E; 2], upstream: E) -> [E; 2] {
        [mean * upstream, E::of(0.5) * (log_variance.exponential() - E::one()) * upstream]
    }
}
