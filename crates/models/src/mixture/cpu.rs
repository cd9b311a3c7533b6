//! The CPU kernels, shared by `flex` and `ndarray`: components lie side by side, so that a vector holds several of them.

use std::f64::consts::TAU;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, NdArray, TensorMetadata};
use burn::tensor::Shape;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::ops::MixtureOps;
use crate::elementary::Elementary;
use crate::host::{HostTensor, with_float};

/// Components whose sums run side by side. Their number is fixed, so that the bits do not depend on the vectors' width.
const LANES: usize = 32;
/// Pairs of a row and a component, times variables, that are worth a task of their own.
const TASK: usize = 1 << 16;

macro_rules! impl_mixture_ops {
    ($backend:ty) => {
        impl MixtureOps for $backend {
            fn component_log_probs(
                z: FloatTensor<Self>,
                mean: FloatTensor<Self>,
                log_variance: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                with_float!(z.dtype(), E => log_probs::<E, _>(&z, &mean, &log_variance))
            }

            fn component_gradient(
                z: FloatTensor<Self>,
                mean: FloatTensor<Self>,
                log_variance: FloatTensor<Self>,
                upstream: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                with_float!(z.dtype(), E => by_rows::<E, _>(&z, &mean, &log_variance, &upstream))
            }

            fn component_parameter_gradients(
                z: FloatTensor<Self>,
                mean: FloatTensor<Self>,
                log_variance: FloatTensor<Self>,
                upstream: FloatTensor<Self>,
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                with_float!(z.dtype(), E => by_components::<E, _>(&z, &mean, &log_variance, &upstream))
            }
        }
    };
}
impl_mixture_ops!(Flex);
impl_mixture_ops!(NdArray);

/// The components with those of a variable side by side, filled up to whole chunks: what fills has a precision of 0.
struct Components<E> {
    /// `[variables, width]`
    mean: Vec<E>,
    /// `1/σ²`, `[variables, width]`
    precision: Vec<E>,
    /// `−½ Σ log 2π + log σ²`, `[width]`
    constant: Vec<E>,
    count: usize,
    width: usize,
    variables: usize,
}

impl<E: Elementary> Components<E> {
    fn new<T: HostTensor>(mean: &T, log_variance: &T) -> Self {
        let [count, variables] = mean.shape().dims();
        let width = count.next_multiple_of(LANES);
        let (means, log_variances) = (mean.floats::<E>(), log_variance.floats::<E>());
        let (mut mean, mut precision) =
            (vec![E::zero(); variables * width], vec![E::zero(); variables * width]);
        let mut constant = vec![E::zero(); width];
        for (component, constant) in constant[..count].iter_mut().enumerate() {
            for variable in 0..variables {
                let (from, to) = (component * variables + variable, variable * width + component);
                mean[to] = means[from];
                precision[to] = (-log_variances[from]).exponential();
                *constant = *constant - E::of(0.5) * (E::of(TAU.ln()) + log_variances[from]);
            }
        }
        Self { mean, precision, constant, count, width, variables }
    }

    /// How many rows make a task.
    fn rows_per_task(&self) -> usize {
        (TASK / (self.width * self.variables).max(1)).max(1)
    }

    /// `[variables, width]` as `[components, variables]`.
    fn transposed<T: HostTensor>(&self, values: &[E]) -> T {
        let mut rows = vec![E::zero(); self.count * self.variables];
        for (variable, values) in values.chunks_exact(self.width).enumerate() {
            for (component, &value) in values[..self.count].iter().enumerate() {
                rows[component * self.variables + variable] = value;
            }
        }
        T::from_floats(rows, Shape::new([self.count, self.variables]))
    }
}

fn log_probs<E: Elementary, T: HostTensor>(z: &T, mean: &T, log_variance: &T) -> T {
    let components = &Components::<E>::new(mean, log_variance);
    let [rows, variables] = z.shape().dims();
    let z = z.floats::<E>();
    let mut found = vec![E::zero(); rows * components.count];
    let at_once = components.rows_per_task();
    let arch = Arch::new();
    found.par_chunks_mut(at_once * components.count).enumerate().for_each(|(number, found)| {
        let z = &z[number * at_once * variables..];
        arch.dispatch(LogProbs { components, z, found });
    });
    T::from_floats(found, Shape::new([rows, components.count]))
}

struct LogProbs<'a, E> {
    components: &'a Components<E>,
    z: &'a [E],
    found: &'a mut [E],
}

impl<E: Elementary> WithSimd for LogProbs<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Components { mean, precision, constant, count, width, variables } = self.components;
        for (found, z) in self.found.chunks_exact_mut(*count).zip(self.z.chunks_exact(*variables)) {
            for (first, found) in (0..*width).step_by(LANES).zip(found.chunks_mut(LANES)) {
                let mut squares = [E::zero(); LANES];
                for (variable, &z) in z.iter().enumerate() {
                    let at = variable * width + first;
                    let mean: &[E; LANES] = chunk(mean, at);
                    let precision: &[E; LANES] = chunk(precision, at);
                    for lane in 0..LANES {
                        let difference = z - mean[lane];
                        squares[lane] = squares[lane] + difference * difference * precision[lane];
                    }
                }
                for ((found, square), constant) in found.iter_mut().zip(squares).zip(&constant[first..]) {
                    *found = *constant - E::of(0.5) * square;
                }
            }
        }
    }
}

fn by_rows<E: Elementary, T: HostTensor>(z: &T, mean: &T, log_variance: &T, upstream: &T) -> T {
    let components = &Components::<E>::new(mean, log_variance);
    let [rows, variables] = z.shape().dims();
    let (z, upstream) = (z.floats::<E>(), upstream.floats::<E>());
    let mut gradient = vec![E::zero(); rows * variables];
    let at_once = components.rows_per_task();
    let arch = Arch::new();
    gradient.par_chunks_mut(at_once * variables).enumerate().for_each(|(number, gradient)| {
        let z = &z[number * at_once * variables..];
        let upstream = &upstream[number * at_once * components.count..];
        arch.dispatch(ByRows { components, z, upstream, gradient });
    });
    T::from_floats(gradient, Shape::new([rows, variables]))
}

struct ByRows<'a, E> {
    components: &'a Components<E>,
    z: &'a [E],
    upstream: &'a [E],
    gradient: &'a mut [E],
}

impl<E: Elementary> WithSimd for ByRows<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Components { mean, precision, count, width, variables, .. } = self.components;
        let mut weights = vec![E::zero(); *width];
        let rows = self.z.chunks_exact(*variables).zip(self.upstream.chunks_exact(*count));
        for (gradient, (z, upstream)) in self.gradient.chunks_exact_mut(*variables).zip(rows) {
            weights[..*count].copy_from_slice(upstream);
            for (variable, (gradient, &z)) in gradient.iter_mut().zip(z).enumerate() {
                let mut pulls = [E::zero(); LANES];
                for first in (0..*width).step_by(LANES) {
                    let at = variable * width + first;
                    let mean: &[E; LANES] = chunk(mean, at);
                    let precision: &[E; LANES] = chunk(precision, at);
                    let weights: &[E; LANES] = chunk(&weights, first);
                    for lane in 0..LANES {
                        pulls[lane] = pulls[lane] + weights[lane] * (mean[lane] - z) * precision[lane];
                    }
                }
                *gradient = pulls.into_iter().fold(E::zero(), |sum, pull| sum + pull);
            }
        }
    }
}

fn by_components<E: Elementary, T: HostTensor>(z: &T, mean: &T, log_variance: &T, upstream: &T) -> (T, T) {
    let components = &Components::<E>::new(mean, log_variance);
    let Components { count, width, variables, .. } = *components;
    let [rows, _] = z.shape().dims();
    let (z, upstream) = (z.floats::<E>(), upstream.floats::<E>());
    let mut weights = vec![E::zero(); rows * width];
    for (weights, upstream) in weights.chunks_exact_mut(width).zip(upstream.chunks_exact(count)) {
        weights[..count].copy_from_slice(upstream);
    }
    let (mut by_mean, mut by_log_variance) =
        (vec![E::zero(); variables * width], vec![E::zero(); variables * width]);
    let arch = Arch::new();
    let tasks = by_mean.par_chunks_mut(width).zip(by_log_variance.par_chunks_mut(width)).enumerate();
    tasks.for_each(|(variable, (by_mean, by_log_variance))| {
        let (z, weights) = (&z, &weights);
        arch.dispatch(ByComponents { components, variable, z, weights, by_mean, by_log_variance });
    });
    (components.transposed(&by_mean), components.transposed(&by_log_variance))
}

/// The gradients by one variable of all components.
struct ByComponents<'a, E> {
    components: &'a Components<E>,
    variable: usize,
    z: &'a [E],
    /// `[rows, width]`
    weights: &'a [E],
    by_mean: &'a mut [E],
    by_log_variance: &'a mut [E],
}

impl<E: Elementary> WithSimd for ByComponents<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Components { mean, precision, width, variables, .. } = self.components;
        for first in (0..*width).step_by(LANES) {
            let at = self.variable * width + first;
            let mean: &[E; LANES] = chunk(mean, at);
            let precision: &[E; LANES] = chunk(precision, at);
            let (mut pulls, mut excesses) = ([E::zero(); LANES], [E::zero(); LANES]);
            let z = self.z.iter().skip(self.variable).step_by(*variables);
            for (&z, weights) in z.zip(self.weights.chunks_exact(*width)) {
                let weights: &[E; LANES] = chunk(weights, first);
                for lane in 0..LANES {
                    let difference = z - mean[lane];
                    let pull = difference * precision[lane];
                    pulls[lane] = pulls[lane] + weights[lane] * pull;
                    excesses[lane] = excesses[lane] + weights[lane] * (pull * difference - E::one());
                }
            }
            self.by_mean[first..first + LANES].copy_from_slice(&pulls);
            let halves = excesses.map(|excess| E::of(0.5) * excess);
            self.by_log_variance[first..first + LANES].copy_from_slice(&halves);
        }
    }
}

#[inline(always)]
fn chunk<E>(values: &[E], first: usize) -> &[E; LANES] {
    values[first..].first_chunk().expect("components are filled up to whole chunks")
}
