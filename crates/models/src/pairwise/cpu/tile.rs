//! One pair of blocks, in SIMD registers.

use pulp::{Simd, WithSimd};

use crate::curve::{EXP, LN_2, LOG1P, LOWEST};

/// Rows in a block: its rows, their transpose and both gradients stay in the first-level cache for small latents.
pub(crate) const BLOCK: usize = 128;
/// Rows handled together, so that as many independent chains hide the latency of each other's multiply-adds.
pub(crate) const STRIP: usize = 8;
/// The widest vector in floats (AVX-512); rows are padded to a multiple of it with zeros, which add nothing.
const WIDEST: usize = 16;

/// A matrix `[rows, latent]` cut into blocks of [`BLOCK`] rows and padded with zeros.
pub(crate) struct Blocks {
    rows: usize,
    latent: usize,
    padded: usize,
    /// `[blocks, BLOCK, padded]`
    row_major: Vec<f32>,
    /// `[blocks, BLOCK / WIDEST, latent, WIDEST]`: what a vector of rows reads lies side by side. In `[blocks, latent, BLOCK]`
    /// wide rows would compete for the same few lines of the cache.
    transposed: Vec<f32>,
}

/// A gradient's block, `[BLOCK, padded]`.
pub(crate) type Gradient = Vec<f32>;

#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    /// How many of its rows are not padding.
    pub(crate) valid: usize,
    latent: usize,
    padded: usize,
    row_major: &'a [f32],
    transposed: &'a [f32],
}

impl<'a> Block<'a> {
    /// [`STRIP`] rows from `first` on, `[STRIP, padded]`.
    #[inline(always)]
    pub(crate) fn strip(self, first: usize) -> &'a [f32] {
        &self.row_major[first * self.padded..][..STRIP * self.padded]
    }

    /// The inner products of a strip's rows with one vector of this block's rows.
    ///
    /// Each is a chain of fused multiply-adds from 0, over the latent dimensions in order. As a fused product rounds
    /// once and does not depend on the order of its factors, the same two rows give the same bits wherever they meet.
    #[inline(always)]
    pub(crate) fn products<S: Simd>(self, simd: S, strip: &[f32], vector: usize) -> [S::f32s; STRIP] {
        let per_panel = WIDEST / S::F32_LANES;
        let panel = &self.transposed[vector / per_panel * self.latent * WIDEST..][..self.latent * WIDEST];
        let columns = S::as_simd_f32s(panel).0;
        let mut x = [simd.splat_f32s(0.0); STRIP];
        for (k, columns) in columns.chunks_exact(per_panel).enumerate() {
            let column = columns[vector % per_panel];
            for (row, x) in x.iter_mut().enumerate() {
                *x = simd.mul_add_f32s(simd.splat_f32s(strip[row * self.padded + k]), column, *x);
            }
        }
        x
    }
}

impl Blocks {
    pub(crate) fn pack(values: &[f32], rows: usize, latent: usize) -> Self {
        let count = rows.div_ceil(BLOCK);
        let padded = latent.next_multiple_of(WIDEST);
        let mut row_major = vec![0.0; count * BLOCK * padded];
        let mut transposed = vec![0.0; count * latent * BLOCK];
        if latent > 0 {
            for (row, values) in values.chunks_exact(latent).enumerate() {
                row_major[row * padded..][..latent].copy_from_slice(values);
                let (panel, within) = (row / WIDEST, row % WIDEST);
                for (k, &value) in values.iter().enumerate() {
                    transposed[(panel * latent + k) * WIDEST + within] = value;
                }
            }
        }
        Self { rows, latent, padded, row_major, transposed }
    }

    pub(crate) fn count(&self) -> usize {
        self.rows.div_ceil(BLOCK)
    }

    pub(crate) fn get(&self, block: usize) -> Block<'_> {
        Block {
            valid: (self.rows - block * BLOCK).min(BLOCK),
            latent: self.latent,
            padded: self.padded,
            row_major: &self.row_major[block * BLOCK * self.padded..][..BLOCK * self.padded],
            transposed: &self.transposed[block * self.latent * BLOCK..][..self.latent * BLOCK],
        }
    }

    pub(crate) fn zero_gradient(&self) -> Gradient {
        vec![0.0; BLOCK * self.padded]
    }

    /// The gradient `[rows, latent]`, without the padding.
    pub(crate) fn unpack(&self, gradients: &[Gradient]) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.rows * self.latent);
        for (block, gradient) in gradients.iter().enumerate() {
            for row in gradient.chunks_exact(self.padded.max(1)).take(self.get(block).valid) {
                values.extend_from_slice(&row[..self.latent]);
            }
        }
        values
    }
}

/// Computes `Σ softplus(x_ij)` over the pairs of a row with a column; adds `Σ_j σ(x_ij) w_j` to `mine` and, where it is
/// wanted, `Σ_i σ(x_ij) z_i` to `theirs`.
pub(crate) struct Tile<'a> {
    pub(crate) rows: Block<'a>,
    pub(crate) columns: Block<'a>,
    pub(crate) mine: &'a mut Gradient,
    pub(crate) theirs: Option<&'a mut Gradient>,
}

impl WithSimd for Tile<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        match self.theirs {
            Some(theirs) => sweep::<S, true>(simd, self.rows, self.columns, self.mine, theirs),
            None => sweep::<S, false>(simd, self.rows, self.columns, self.mine, &mut []),
        }
    }
}

#[inline(always)]
fn sweep<S: Simd, const BOTH: bool>(
    simd: S,
    rows: Block<'_>,
    columns: Block<'_>,
    mine: &mut [f32],
    theirs: &mut [f32],
) -> f64 {
    let weights: [f32; BLOCK] = std::array::from_fn(|column| if column < columns.valid { 1.0 } else { 0.0 });
    let weights = S::as_simd_f32s(&weights).0;
    let mut sigmoids = [[0.0_f32; BLOCK]; STRIP];
    let mut total = 0.0;
    for first in (0..rows.valid).step_by(STRIP) {
        let mut sum = simd.splat_f32s(0.0);
        let strip = rows.strip(first);
        let valid = (rows.valid - first).min(STRIP);
        for (vector, &weights) in weights.iter().enumerate().take(columns.valid.div_ceil(S::F32_LANES)) {
            let x = columns.products(simd, strip, vector);
            // Two short chains in place of a long one: equal terms all round alike, the more so the fewer lanes there are.
            let mut part = simd.splat_f32s(0.0);
            for (row, &x) in x.iter().enumerate() {
                let (softplus, sigmoid) = softplus_sigmoid(simd, x);
                S::as_mut_simd_f32s(&mut sigmoids[row]).0[vector] = sigmoid;
                if row < valid {
                    part = simd.mul_add_f32s(softplus, weights, part);
                }
            }
            sum = simd.add_f32s(sum, part);
        }
        total += f64::from(simd.reduce_sum_f32s(sum));
        gradients::<S, BOTH>(simd, rows, columns, first, &sigmoids, mine, theirs);
    }
    total
}

/// Adds a strip's share to the gradients: for each column, one load of `w_j` serves the strip's rows.
#[inline(always)]
fn gradients<S: Simd, const BOTH: bool>(
    simd: S,
    rows: Block<'_>,
    columns: Block<'_>,
    first: usize,
    sigmoids: &[[f32; BLOCK]; STRIP],
    mine: &mut [f32],
    theirs: &mut [f32],
) {
    let per_row = rows.padded / S::F32_LANES;
    let z = &S::as_simd_f32s(rows.row_major).0[first * per_row..][..STRIP * per_row];
    let w = S::as_simd_f32s(columns.row_major).0;
    let mine = &mut S::as_mut_simd_f32s(mine).0[first * per_row..][..STRIP * per_row];
    let theirs = S::as_mut_simd_f32s(theirs).0;
    for part in 0..per_row {
        let mut sums: [S::f32s; STRIP] = std::array::from_fn(|row| mine[row * per_row + part]);
        let z: [S::f32s; STRIP] = std::array::from_fn(|row| z[row * per_row + part]);
        for column in 0..columns.valid {
            let w = w[column * per_row + part];
            let mut even = if BOTH { theirs[column * per_row + part] } else { simd.splat_f32s(0.0) };
            let mut odd = simd.splat_f32s(0.0);
            for row in 0..STRIP {
                let sigmoid = simd.splat_f32s(sigmoids[row][column]);
                sums[row] = simd.mul_add_f32s(sigmoid, w, sums[row]);
                if BOTH {
                    let share = if row % 2 == 0 { &mut even } else { &mut odd };
                    *share = simd.mul_add_f32s(sigmoid, z[row], *share);
                }
            }
            if BOTH {
                theirs[column * per_row + part] = simd.add_f32s(even, odd);
            }
        }
        for (row, sum) in sums.into_iter().enumerate() {
            mine[row * per_row + part] = sum;
        }
    }
}

/// `softplus(x)` and `σ(x)`, each to 3e-7 relative.
#[inline(always)]
fn softplus_sigmoid<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let splat = |value| simd.splat_f32s(value);
    let one = splat(1.0);
    let t = exp(simd, simd.max_f32s(splat(LOWEST), simd.neg_f32s(simd.abs_f32s(x))));
    let mut log1p = splat(LOG1P[8]);
    for &coefficient in LOG1P[..8].iter().rev() {
        log1p = simd.mul_add_f32s(log1p, t, splat(coefficient));
    }
    let softplus = simd.mul_add_f32s(log1p, t, simd.max_f32s(splat(0.0), x));
    let upper = simd.div_f32s(one, simd.add_f32s(one, t));
    let lower = simd.mul_f32s(t, upper);
    let sigmoid = simd.select_f32s(simd.less_than_f32s(x, splat(0.0)), lower, upper);
    (softplus, sigmoid)
}

/// `exp(y)` for `LOWEST ≤ y ≤ 0`: `2ⁿ exp(r)` with `n` the nearest whole number to `y / ln 2`.
#[inline(always)]
fn exp<S: Simd>(simd: S, y: S::f32s) -> S::f32s {
    let splat = |value| simd.splat_f32s(value);
    // Adding 1.5·2²³ leaves the nearest whole number in the low bits; 127 more makes it a float's exponent.
    let shift = splat(12_582_912.0 + 127.0);
    let shifted = simd.mul_add_f32s(y, splat(std::f32::consts::LOG2_E), shift);
    let whole = simd.sub_f32s(shifted, shift);
    let r = simd.mul_add_f32s(whole, splat(-LN_2[0]), y);
    let r = simd.mul_add_f32s(whole, splat(-LN_2[1]), r);
    let mut p = splat(EXP[4]);
    for coefficient in [EXP[3], EXP[2], EXP[1], EXP[0], 1.0, 1.0] {
        p = simd.mul_add_f32s(p, r, splat(coefficient));
    }
    let power = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
    simd.mul_f32s(p, simd.transmute_f32s_u32s(power))
}
