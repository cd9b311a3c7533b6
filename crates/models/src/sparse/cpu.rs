//! The CPU kernels, shared by `flex` and `ndarray`: rayon over blocks of rows with about equal work, SIMD over the
//! features. Each output has one owner and one order of summation, whatever the number of threads.

use std::mem::MaybeUninit;
use std::ops::Range;

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Flex, NdArray, TensorMetadata};
use burn::tensor::Shape;
use num_traits::Float;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::ops::{Csr, Edges, SparseOps, spmm_shape};
use crate::host::{HostFloat, HostTensor, with_float};

/// Work (nonzeros plus rows) that is worth a task of its own.
const BLOCK_WORK: usize = 4096;
/// How many nonzeros before its use a row of `x` is asked for.
const AHEAD: usize = 12;

macro_rules! impl_sparse_ops {
    ($backend:ty) => {
        impl SparseOps for $backend {
            fn spmm(matrix: Csr<Self>, _transpose: Csr<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
                with_float!(x.dtype(), E => spmm_host::<E, Self>(&matrix, &x))
            }

            fn edge_scores(edges: Edges<Self>, z: FloatTensor<Self>, w: FloatTensor<Self>) -> FloatTensor<Self> {
                with_float!(z.dtype(), E => edge_scores_host::<E, Self>(&edges.sources, &edges.targets, &z, &w))
            }
        }
    };
}
impl_sparse_ops!(Flex);
impl_sparse_ops!(NdArray);

fn spmm_host<E: HostFloat + Float, B>(matrix: &Csr<B>, x: &FloatTensor<B>) -> FloatTensor<B>
where
    B: Backend<FloatTensorPrimitive: HostTensor, IntTensorPrimitive: HostTensor>,
{
    let shape = spmm_shape(&matrix.rows.offsets.shape(), &x.shape());
    let (row_offsets, columns) = (matrix.rows.offsets.indices(), matrix.columns.indices());
    let y = spmm(&row_offsets, &columns, &matrix.values.floats::<E>(), &x.floats::<E>(), shape[1]);
    HostTensor::from_floats(y, shape)
}

fn spmm<E: HostFloat + Float>(
    row_offsets: &[i32],
    columns: &[i32],
    values: &[E],
    x: &[E],
    features: usize,
) -> Vec<E> {
    let rows = row_offsets.len() - 1;
    let mut y = Vec::with_capacity(rows * features);
    if features > 0 {
        let mut rest = &mut y.spare_capacity_mut()[..rows * features];
        let mut blocks = Vec::new();
        for (first, last) in row_blocks(row_offsets) {
            let (block, tail) = rest.split_at_mut((last - first) * features);
            blocks.push(RowBlock { first, row_offsets, columns, values, x, features, y: block });
            rest = tail;
        }
        let arch = Arch::new();
        blocks.into_par_iter().for_each(|block| arch.dispatch(block));
    }
    // SAFETY: the blocks cover all rows, and each has written every element of its rows.
    unsafe { y.set_len(rows * features) };
    y
}

/// Cuts the rows into runs of about [`BLOCK_WORK`], so that a hub fills a task alone.
fn row_blocks(row_offsets: &[i32]) -> Vec<(usize, usize)> {
    let rows = row_offsets.len() - 1;
    let mut blocks = Vec::new();
    let mut first = 0;
    while first < rows {
        let limit = row_offsets[first] as usize + first + BLOCK_WORK;
        let mut last = first + 1;
        while last < rows && row_offsets[last + 1] as usize + last < limit {
            last += 1;
        }
        blocks.push((first, last));
        first = last;
    }
    blocks
}

/// Consecutive rows of `y = A x`, from row `first` on.
struct RowBlock<'a, E> {
    first: usize,
    row_offsets: &'a [i32],
    columns: &'a [i32],
    values: &'a [E],
    x: &'a [E],
    features: usize,
    y: &'a mut [MaybeUninit<E>],
}

impl<E: HostFloat + Float> WithSimd for RowBlock<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { first, row_offsets, columns, values, x, features, y } = self;
        for (row, y) in (first..).zip(y.chunks_exact_mut(features)) {
            let nonzeros = row_offsets[row] as usize..row_offsets[row + 1] as usize;
            let row = Row { columns, values, nonzeros, x, features };
            let mut begin = 0;
            while begin < features {
                begin += match features - begin {
                    32.. => row.strip::<32>(begin, y),
                    16.. => row.strip::<16>(begin, y),
                    8.. => row.strip::<8>(begin, y),
                    4.. => row.strip::<4>(begin, y),
                    _ => row.strip::<1>(begin, y),
                };
            }
        }
    }
}

/// A row of `A`, and what it is multiplied with.
struct Row<'a, E> {
    columns: &'a [i32],
    values: &'a [E],
    /// The row's place in `columns` and `values`.
    nonzeros: Range<usize>,
    x: &'a [E],
    features: usize,
}

impl<E: HostFloat + Float> Row<'_, E> {
    /// `Σ_k values[k] · x[columns[k]]` for `WIDTH` features from `begin` on, which stay in registers; their number.
    #[inline(always)]
    fn strip<const WIDTH: usize>(&self, begin: usize, y: &mut [MaybeUninit<E>]) -> usize {
        let mut sums = [E::zero(); WIDTH];
        for k in self.nonzeros.clone() {
            if let Some(&column) = self.columns.get(k + AHEAD) {
                prefetch::<E, WIDTH>(self.x, column as usize * self.features + begin);
            }
            let value = self.values[k];
            let x = &self.x[self.columns[k] as usize * self.features + begin..][..WIDTH];
            for (sum, &x) in sums.iter_mut().zip(x) {
                *sum = value.mul_add(x, *sum);
            }
        }
        for (y, sum) in y[begin..begin + WIDTH].iter_mut().zip(sums) {
            y.write(sum);
        }
        WIDTH
    }
}

/// Asks for the cache lines of `WIDTH` elements from `begin` on, where the processor takes such advice.
#[inline(always)]
fn prefetch<E, const WIDTH: usize>(x: &[E], begin: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        const LINE: usize = 64;
        for line in 0..(WIDTH * size_of::<E>()).div_ceil(LINE) {
            let address = x.as_ptr().wrapping_add(begin).wrapping_byte_add(line * LINE);
            // SAFETY: a prefetch reads nothing and cannot fault, wherever its address points.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (x, begin);
}

fn edge_scores_host<E: HostFloat + Float, B>(
    sources: &IntTensor<B>,
    targets: &IntTensor<B>,
    z: &FloatTensor<B>,
    w: &FloatTensor<B>,
) -> FloatTensor<B>
where
    B: Backend<FloatTensorPrimitive: HostTensor, IntTensorPrimitive: HostTensor>,
{
    let (sources, targets) = (sources.indices(), targets.indices());
    let features = z.shape()[1];
    let (z, w) = (z.floats::<E>(), w.floats::<E>());
    let mut scores = vec![E::zero(); sources.len()];
    let arch = Arch::new();
    let edges = sources.par_chunks(BLOCK_WORK).zip(targets.par_chunks(BLOCK_WORK));
    scores.par_chunks_mut(BLOCK_WORK).zip(edges).for_each(|(scores, (sources, targets))| {
        arch.dispatch(EdgeBlock { sources, targets, z: &z, w: &w, features, scores });
    });
    let shape = Shape::new([scores.len()]);
    HostTensor::from_floats(scores, shape)
}

/// Consecutive edges and their scores.
struct EdgeBlock<'a, E> {
    sources: &'a [i32],
    targets: &'a [i32],
    z: &'a [E],
    w: &'a [E],
    features: usize,
    scores: &'a mut [E],
}

impl<E: HostFloat + Float> WithSimd for EdgeBlock<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for (score, (&source, &target)) in self.scores.iter_mut().zip(self.sources.iter().zip(self.targets)) {
            let z = &self.z[source as usize * self.features..][..self.features];
            let w = &self.w[target as usize * self.features..][..self.features];
            *score = inner_product(z, w);
        }
    }
}

/// Sixteen running sums, so that the additions need not wait for each other.
#[inline(always)]
fn inner_product<E: HostFloat + Float>(z: &[E], w: &[E]) -> E {
    const LANES: usize = 16;
    let mut sums = [E::zero(); LANES];
    let (z_lanes, w_lanes) = (z.chunks_exact(LANES), w.chunks_exact(LANES));
    let (z_tail, w_tail) = (z_lanes.remainder(), w_lanes.remainder());
    for (z, w) in z_lanes.zip(w_lanes) {
        for lane in 0..LANES {
            sums[lane] = z[lane].mul_add(w[lane], sums[lane]);
        }
    }
    for (sum, (&z, &w)) in sums.iter_mut().zip(z_tail.iter().zip(w_tail)) {
        *sum = z.mul_add(w, *sum);
    }
    sums.into_iter().fold(E::zero(), |total, sum| total + sum)
}
