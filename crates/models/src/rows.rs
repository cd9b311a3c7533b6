//! Sums over the rows of matrices on the CPU, and gradients of such sums: rows are handed out some at a time, and each is
//! one task's alone.

use std::mem::MaybeUninit;

use burn::tensor::Shape;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::elementary::Elementary;
use crate::host::HostTensor;

/// Elements that are worth a task of their own.
const TASK: usize = 1 << 14;
/// Sums of a row that run side by side. Their number is fixed, so that the bits do not depend on the vectors' width.
const LANES: usize = 32;

/// How many rows make a task.
fn rows_per_task(width: usize) -> usize {
    (TASK / width.max(1)).max(1)
}

/// The share of one variable in a row's log-density.
pub(crate) trait Term<E, const INPUTS: usize>: Copy + Send + Sync {
    fn term(self, inputs: [E; INPUTS]) -> E;
}

/// Sums a term over the rows of matrices `[rows, width]`; `[rows]`.
pub(crate) fn sum_rows<E: Elementary, T: HostTensor, const INPUTS: usize>(
    inputs: [&[E]; INPUTS],
    [count, width]: [usize; 2],
    term: impl Term<E, INPUTS>,
) -> T {
    let mut sums = vec![E::zero(); count];
    let arch = Arch::new();
    sums.par_chunks_mut(rows_per_task(width)).enumerate().for_each(|(number, sums)| {
        let first = number * rows_per_task(width) * width;
        let inputs = inputs.map(|input| &input[first..first + sums.len() * width]);
        arch.dispatch(SumRows { inputs, width, term, sums });
    });
    T::from_floats(sums, Shape::new([count]))
}

struct SumRows<'a, E, F, const INPUTS: usize> {
    inputs: [&'a [E]; INPUTS],
    width: usize,
    term: F,
    sums: &'a mut [E],
}

impl<E: Elementary, F: Term<E, INPUTS>, const INPUTS: usize> WithSimd for SumRows<'_, E, F, INPUTS> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { inputs, width, term, sums } = self;
        let whole = width - width % LANES;
        for (row, sum) in sums.iter_mut().enumerate() {
            let inputs = inputs.map(|input| &input[row * width..][..width]);
            let mut lanes = [E::zero(); LANES];
            for first in (0..whole).step_by(LANES) {
                let inputs: [&[E; LANES]; INPUTS] =
                    inputs.map(|input| input[first..].first_chunk().expect("a whole chunk is left"));
                for (lane, sum) in lanes.iter_mut().enumerate() {
                    *sum = *sum + term.term(inputs.map(|input| input[lane]));
                }
            }
            for (position, sum) in (whole..width).zip(&mut lanes) {
                *sum = *sum + term.term(inputs.map(|input| input[position]));
            }
            *sum = total(lanes);
        }
    }
}

/// The sum of the lanes, the halves added to each other again and again.
#[inline(always)]
fn total<E: Elementary>(mut lanes: [E; LANES]) -> E {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] = lanes[lane] + lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// The gradients of one variable's share, by each of its inputs that has one, from that of the row's sum.
pub(crate) trait Slopes<E, const INPUTS: usize, const OUTPUTS: usize>: Copy + Send + Sync {
    fn slopes(self, inputs: [E; INPUTS], upstream: E) -> [E; OUTPUTS];
}

/// The gradients of sums over the rows of matrices `[rows, width]`, from `upstream` `[rows]`; each `[rows, width]`.
pub(crate) fn row_gradients<E: Elementary, T: HostTensor, const INPUTS: usize, const OUTPUTS: usize>(
    inputs: [&[E]; INPUTS],
    upstream: &[E],
    width: usize,
    slopes: impl Slopes<E, INPUTS, OUTPUTS>,
) -> [T; OUTPUTS] {
    let count = upstream.len() * width;
    let mut gradients: [Vec<E>; OUTPUTS] = std::array::from_fn(|_| Vec::with_capacity(count));
    if count > 0 {
        let mut parts = gradients
            .each_mut()
            .map(|gradient| gradient.spare_capacity_mut()[..count].chunks_mut(rows_per_task(width) * width));
        let tasks: Vec<_> = upstream
            .chunks(rows_per_task(width))
            .enumerate()
            .map(|(number, upstream)| {
                let first = number * rows_per_task(width) * width;
                RowGradients {
                    inputs: inputs.map(|input| &input[first..first + upstream.len() * width]),
                    upstream,
                    width,
                    slopes,
                    gradients: parts.each_mut().map(|part| part.next().expect("as many parts as tasks")),
                }
            })
            .collect();
        let arch = Arch::new();
        tasks.into_par_iter().for_each(|task| arch.dispatch(task));
    }
    gradients.map(|mut gradient| {
        // SAFETY: the tasks cover all rows, and each has written every element of its own.
        unsafe { gradient.set_len(count) };
        T::from_floats(gradient, Shape::new([upstream.len(), width]))
    })
}

struct RowGradients<'a, E, F, const INPUTS: usize, const OUTPUTS: usize> {
    inputs: [&'a [E]; INPUTS],
    upstream: &'a [E],
    width: usize,
    slopes: F,
    gradients: [&'a mut [MaybeUninit<E>]; OUTPUTS],
}

impl<E, F, const INPUTS: usize, const OUTPUTS: usize> WithSimd for RowGradients<'_, E, F, INPUTS, OUTPUTS>
where
    E: Elementary,
    F: Slopes<E, INPUTS, OUTPUTS>,
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { inputs, upstream, width, slopes, mut gradients } = self;
        for (row, &upstream) in upstream.iter().enumerate() {
            let inputs = inputs.map(|input| &input[row * width..][..width]);
            let mut gradients = gradients.each_mut().map(|gradient| &mut gradient[row * width..][..width]);
            for position in 0..width {
                let slopes = slopes.slopes(inputs.map(|input| input[position]), upstream);
                for (gradient, slope) in gradients.iter_mut().zip(slopes) {
                    gradient[position].write(slope);
                }
            }
        }
    }
}
