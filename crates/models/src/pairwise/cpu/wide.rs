//! One pair of blocks of long rows, as three matrix products: `X = Z Wᵀ`, and with `S = σ(X)` the gradients `S W` and
//! `Sᵀ Z`.
//!
//! Each is made of micro-products that keep `ROWS` by two vectors of sums in registers, as Goto & van de Geijn describe
//! (*Anatomy of high-performance matrix multiplication*, 2008): of the right factor, panels two vectors wide lie in the
//! first-level cache, and the left one streams by. `S` takes the place of `X` and stays in the second-level cache.

use bytemuck::{Pod, Zeroable};
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::Rows;
use super::logistic::softplus_sigmoid;
use super::rounds::{Gradient, Packed, padded_with_zeros};

/// Rows in a block: a multiple of [`ROWS`] and of a panel's width, small enough that there are blocks for every thread.
const BLOCK: usize = 96;
/// Rows of a micro-product: with two vectors each, sums take 12 of AVX2's 16 registers.
const ROWS: usize = 6;
/// From a row of `S` to the next: no power of two, as lines of cache that are one apart displace each other.
const STRIDE: usize = BLOCK + LINE;
/// Floats in a line of the cache, and in the widest vector.
const LINE: usize = 16;

/// Vectors that are read whole do not cross lines of the cache.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

// SAFETY: it is floats, as long as its alignment, so without padding.
unsafe impl Zeroable for Line {}
// SAFETY: as above; any bits are floats.
unsafe impl Pod for Line {}

fn zeros(floats: usize) -> Vec<Line> {
    vec![Line::zeroed(); floats.div_ceil(LINE)]
}

/// A matrix `[rows, latent]` cut into blocks of [`BLOCK`] rows and padded with zeros, in panels of `width` columns.
pub(super) struct Blocks {
    rows: usize,
    latent: usize,
    /// Two vectors of this processor.
    width: usize,
    /// `latent`, rounded up to whole panels.
    padded: usize,
    /// The matrix, `[blocks, padded / width, BLOCK, width]`.
    panels: Vec<Line>,
    /// Its transpose, `[blocks, BLOCK / width, latent, width]`.
    transposed: Vec<Line>,
    /// `[blocks, BLOCK]`, where rows have one.
    biases: Option<Vec<f32>>,
    /// Likewise.
    weights: Option<Vec<f32>>,
}

#[derive(Clone, Copy)]
struct Block<'a> {
    /// How many of its rows are not padding.
    valid: usize,
    latent: usize,
    panels: &'a [f32],
    transposed: &'a [f32],
    biases: Option<&'a [f32]>,
    weights: Option<&'a [f32]>,
}

struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> usize {
        S::F32_LANES
    }
}

impl Blocks {
    pub(super) fn pack(Rows { values, biases, weights, count: rows, latent }: Rows<'_, f32>) -> Self {
        let count = rows.div_ceil(BLOCK);
        let width = 2 * pulp::Arch::new().dispatch(Lanes);
        let padded = latent.next_multiple_of(width);
        let mut panels = zeros(count * BLOCK * padded);
        let mut transposed = zeros(count * BLOCK * latent);
        let blocks = bytemuck::cast_slice_mut::<_, f32>(&mut panels).par_chunks_exact_mut(BLOCK * padded);
        let turned = bytemuck::cast_slice_mut::<_, f32>(&mut transposed).par_chunks_exact_mut(BLOCK * latent);
        values.par_chunks(BLOCK * latent).zip(blocks).zip(turned).for_each(|((values, block), turned)| {
            for (row, values) in values.chunks_exact(latent).enumerate() {
                for (panel, values) in values.chunks(width).enumerate() {
                    block[(panel * BLOCK + row) * width..][..values.len()].copy_from_slice(values);
                }
            }
            for (values, panel) in values.chunks(width * latent).zip(turned.chunks_exact_mut(width * latent))
            {
                for (k, column) in panel.chunks_exact_mut(width).enumerate() {
                    column
                        .iter_mut()
                        .zip(values[k..].iter().step_by(latent))
                        .for_each(|(to, &value)| *to = value);
                }
            }
        });
        let [biases, weights] = [biases, weights].map(|values| padded_with_zeros(values, count * BLOCK));
        Self { rows, latent, width, padded, panels, transposed, biases, weights }
    }

    fn get(&self, block: usize) -> Block<'_> {
        let panels = bytemuck::cast_slice(&self.panels);
        let transposed = bytemuck::cast_slice(&self.transposed);
        Block {
            valid: (self.rows - block * BLOCK).min(BLOCK),
            latent: self.latent,
            panels: &panels[block * BLOCK * self.padded..][..BLOCK * self.padded],
            transposed: &transposed[block * BLOCK * self.latent..][..BLOCK * self.latent],
            biases: self.biases.as_ref().map(|biases| &biases[block * BLOCK..][..BLOCK]),
            weights: self.weights.as_ref().map(|weights| &weights[block * BLOCK..][..BLOCK]),
        }
    }
}

impl Packed for Blocks {
    const BLOCK: usize = BLOCK;

    fn dims(&self) -> [usize; 2] {
        [self.rows, self.latent]
    }

    /// The rows as [`Blocks::panels`] has them.
    fn zero_gradient(&self) -> Gradient {
        let biases = self.biases.as_ref().map_or(0, |_| BLOCK);
        Gradient { rows: vec![0.0; BLOCK * self.padded], biases: vec![0.0; biases] }
    }

    fn copy_row(&self, gradient: &[f32], row: usize, to: &mut [f32]) {
        for (panel, to) in to.chunks_mut(self.width).enumerate() {
            to.copy_from_slice(&gradient[(panel * BLOCK + row) * self.width..][..to.len()]);
        }
    }

    fn tile(
        &self,
        block: usize,
        (columns, column_block): (&Self, usize),
        mine: Option<&mut Gradient>,
        theirs: Option<&mut Gradient>,
    ) -> f64 {
        let (rows, columns) = (self.get(block), columns.get(column_block));
        pulp::Arch::new().dispatch(Tile { rows, columns, mine, theirs })
    }
}

/// Computes `Σ softplus(x_ij)` over the pairs of a row with a column; where they are wanted, adds `Σ_j σ(x_ij) w_j` to
/// `mine` and `Σ_i σ(x_ij) z_i` to `theirs`, and likewise the sums of `σ(x_ij)` where rows have a bias. Where rows have a
/// weight, each term has it.
struct Tile<'a> {
    rows: Block<'a>,
    columns: Block<'a>,
    mine: Option<&'a mut Gradient>,
    theirs: Option<&'a mut Gradient>,
}

impl WithSimd for Tile<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let Self { rows, columns, mine, theirs } = self;
        let mut sigmoids = zeros(BLOCK * STRIDE);
        let sigmoids = bytemuck::cast_slice_mut::<_, f32>(&mut sigmoids);
        let mut sums = [[0.0; BLOCK]; 2];
        let total = match rows.weights {
            None => logistic::<S, false>(simd, rows, columns, sigmoids, &mut sums),
            Some(_) => logistic::<S, true>(simd, rows, columns, sigmoids, &mut sums),
        };
        if let Some(mine) = mine {
            add_products::<S, STRIDE, 1>(simd, sigmoids, columns, rows.valid, &mut mine.rows);
            mine.biases.iter_mut().zip(sums[0]).for_each(|(gradient, sum)| *gradient += sum);
        }
        if let Some(theirs) = theirs {
            add_products::<S, 1, STRIDE>(simd, sigmoids, rows, columns.valid, &mut theirs.rows);
            theirs.biases.iter_mut().zip(sums[1]).for_each(|(gradient, sum)| *gradient += sum);
        }
        total
    }
}

/// `Σ softplus(x_ij)`, with `σ(x_ij)` in `sigmoids` `[BLOCK, STRIDE]`, each times its row's weight where there are any: zero in columns that are padding; what is in rows that
/// are padding means nothing.
#[inline(always)]
fn logistic<S: Simd, const WEIGHTED: bool>(
    simd: S,
    rows: Block<'_>,
    columns: Block<'_>,
    sigmoids: &mut [f32],
    [row_sums, column_sums]: &mut [[f32; BLOCK]; 2],
) -> f64 {
    let width = 2 * S::F32_LANES;
    let weights: [f32; BLOCK] = std::array::from_fn(|column| if column < columns.valid { 1.0 } else { 0.0 });
    let biased = rows.biases.is_some();
    let row_weights = rows.weights.unwrap_or_default();
    let mut parts = [simd.splat_f32s(0.0); BLOCK];
    let mut total = 0.0;
    for column in (0..columns.valid).step_by(width) {
        let panel = &columns.transposed[column * columns.latent..][..width * columns.latent];
        let weights = S::as_simd_f32s(&weights[column..][..width]).0;
        for row in (0..rows.valid).step_by(ROWS) {
            let mut x = biases(simd, rows, columns, row, column);
            for first in (0..rows.latent).step_by(width) {
                let count = (rows.latent - first).min(width);
                let left = &rows.panels[first * BLOCK + row * width..];
                multiply::<S>(simd, left, [width, 1], &panel[first * width..], count, &mut x);
            }
            for (row, x) in (row..).zip(x) {
                let row = &mut sigmoids[row * STRIDE + column..][..width];
                S::as_mut_simd_f32s(row).0.copy_from_slice(&x);
            }
        }
        // Sums of sums keep each chain short: equal terms all round alike.
        let mut sum = simd.splat_f32s(0.0);
        let mut down = [simd.splat_f32s(0.0); 2];
        for first in (0..rows.valid).step_by(ROWS) {
            let mut part = simd.splat_f32s(0.0);
            for row in first..(first + ROWS).min(rows.valid) {
                let x = S::as_mut_simd_f32s(&mut sigmoids[row * STRIDE + column..][..width]).0;
                let row_weight = simd.splat_f32s(if WEIGHTED { row_weights[row] } else { 1.0 });
                for (x, &weight) in x.iter_mut().zip(weights) {
                    let weight = if WEIGHTED { simd.mul_f32s(weight, row_weight) } else { weight };
                    let (softplus, sigmoid) = softplus_sigmoid(simd, *x);
                    part = simd.mul_add_f32s(softplus, weight, part);
                    *x = simd.mul_f32s(sigmoid, weight);
                }
                if biased {
                    down = [simd.add_f32s(down[0], x[0]), simd.add_f32s(down[1], x[1])];
                    parts[row] = simd.add_f32s(parts[row], simd.add_f32s(x[0], x[1]));
                }
            }
            sum = simd.add_f32s(sum, part);
        }
        S::as_mut_simd_f32s(&mut column_sums[column..][..width]).0.copy_from_slice(&down);
        total += f64::from(simd.reduce_sum_f32s(sum));
    }
    if biased {
        for (sum, part) in row_sums.iter_mut().zip(parts) {
            *sum = simd.reduce_sum_f32s(part);
        }
    }
    total
}

/// What a micro-product of the logits begins with.
#[inline(always)]
fn biases<S: Simd>(
    simd: S,
    rows: Block<'_>,
    columns: Block<'_>,
    row: usize,
    column: usize,
) -> [[S::f32s; 2]; ROWS] {
    let mut x = [[simd.splat_f32s(0.0); 2]; ROWS];
    if let Some((mine, theirs)) = rows.biases.zip(columns.biases) {
        let theirs = S::as_simd_f32s(&theirs[column..][..2 * S::F32_LANES]).0;
        // Not by a closure, which may be compiled for any processor.
        for (x, &mine) in x.iter_mut().zip(&mine[row..]) {
            let mine = simd.splat_f32s(mine);
            *x = [simd.add_f32s(mine, theirs[0]), simd.add_f32s(mine, theirs[1])];
        }
    }
    x
}

/// Adds `Σ_k sigmoids[i · ROW + k · STEP] z_k` to each row `i` of `gradient`, over the rows `z_k` of `block`.
#[inline(always)]
fn add_products<S: Simd, const ROW: usize, const STEP: usize>(
    simd: S,
    sigmoids: &[f32],
    block: Block<'_>,
    rows: usize,
    gradient: &mut [f32],
) {
    let width = 2 * S::F32_LANES;
    let panels = block.panels.chunks_exact(BLOCK * width);
    for (panel, gradient) in panels.zip(gradient.chunks_exact_mut(BLOCK * width)) {
        for row in (0..rows).step_by(ROWS) {
            let mut sums = [[simd.splat_f32s(0.0); 2]; ROWS];
            multiply::<S>(simd, &sigmoids[row * ROW..], [ROW, STEP], panel, block.valid, &mut sums);
            let gradient = S::as_mut_simd_f32s(&mut gradient[row * width..][..ROWS * width]).0;
            for (gradient, &sum) in gradient.iter_mut().zip(sums.as_flattened()) {
                *gradient = simd.add_f32s(*gradient, sum);
            }
        }
    }
}

/// Adds to each of `sums` `Σ_k left[row · strides[0] + k · strides[1]] right[k]`, for `k` below `count` in order and `right`
/// `[count, two vectors]`.
#[inline(always)]
fn multiply<S: Simd>(
    simd: S,
    left: &[f32],
    strides: [usize; 2],
    right: &[f32],
    count: usize,
    sums: &mut [[S::f32s; 2]; ROWS],
) {
    let right = S::as_simd_f32s(right).0;
    assert!(count > 0 && right.len() >= 2 * count, "a panel of {count} rows");
    assert!(
        left.len() > (ROWS - 1) * strides[0] + (count - 1) * strides[1],
        "a left factor of {count} columns"
    );
    let (left, right) = (left.as_ptr(), right.as_ptr());
    // A copy, which stays in registers.
    let mut running = *sums;
    for k in 0..count {
        // SAFETY: `k < count`, for which both lengths have been compared. With checks in this loop it takes half as long
        // again.
        let [one, other] = unsafe { [*right.add(2 * k), *right.add(2 * k + 1)] };
        for (row, running) in running.iter_mut().enumerate() {
            // SAFETY: likewise, and `row < ROWS`.
            let factor = simd.splat_f32s(unsafe { *left.add(row * strides[0] + k * strides[1]) });
            running[0] = simd.mul_add_f32s(factor, one, running[0]);
            running[1] = simd.mul_add_f32s(factor, other, running[1]);
        }
    }
    *sums = running;
}
