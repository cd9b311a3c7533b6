//! One pair of blocks of short rows, in SIMD registers.

use pulp::{Simd, WithSimd};

use super::Rows;
use super::logistic::softplus_sigmoid;
use super::rounds::{Gradient, Packed, padded_with_zeros};

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
    /// `[blocks, BLOCK]`, where rows have one.
    biases: Option<Vec<f32>>,
    /// Likewise.
    weights: Option<Vec<f32>>,
}

#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    /// How many of its rows are not padding.
    pub(crate) valid: usize,
    latent: usize,
    padded: usize,
    row_major: &'a [f32],
    transposed: &'a [f32],
    /// `[BLOCK]`
    biases: Option<&'a [f32]>,
    /// `[BLOCK]`
    weights: Option<&'a [f32]>,
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
        Self { rows, latent, padded, row_major, transposed, biases: None, weights: None }
    }

    pub(super) fn with_biases_and_weights(rows: Rows<'_, f32>) -> Self {
        let Rows { values, biases, weights, count, latent } = rows;
        let blocks = Self::pack(values, count, latent);
        let padded = blocks.count() * BLOCK;
        Self {
            biases: padded_with_zeros(biases, padded),
            weights: padded_with_zeros(weights, padded),
            ..blocks
        }
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

    fn zero_gradient(&self) -> Gradient {
        let biases = self.biases.as_ref().map_or(0, |_| BLOCK);
        Gradient { rows: vec![0.0; BLOCK * self.padded], biases: vec![0.0; biases] }
    }

    fn copy_row(&self, gradient: &[f32], row: usize, to: &mut [f32]) {
        to.copy_from_slice(&gradient[row * self.padded..][..self.latent]);
    }

    fn tile(
        &self,
        block: usize,
        (columns, column_block): (&Self, usize),
        mine: Option<&mut Gradient>,
        theirs: Option<&mut Gradient>,
    ) -> f64 {
        pulp::Arch::new().dispatch(Tile {
            rows: self.get(block),
            columns: columns.get(column_block),
            mine,
            theirs,
            in_order: !std::ptr::eq(self, columns),
        })
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
    /// Whether a column's terms are added one by one, so that its gradient has the bits that it would have as a row.
    in_order: bool,
}

impl WithSimd for Tile<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let Self { rows, columns, mine, theirs, in_order } = self;
        let (mut no_gradient, mut no_other) = (Gradient::default(), Gradient::default());
        match (mine, theirs) {
            // Weighted sums are for training alone, where both gradients are wanted: another sweep for each case would only
            // take longer to compile.
            (mine, theirs) if rows.weights.is_some() => {
                let mine = mine.unwrap_or_else(|| no_gradient.zeros(rows));
                let theirs = theirs.unwrap_or_else(|| no_other.zeros(columns));
                sweep::<S, TWO_WEIGHTED>(simd, rows, columns, mine, theirs)
            }
            (Some(mine), Some(theirs)) if in_order => {
                sweep::<S, TWO_IN_ORDER>(simd, rows, columns, mine, theirs)
            }
            (Some(mine), Some(theirs)) => sweep::<S, TWO>(simd, rows, columns, mine, theirs),
            (Some(mine), None) => sweep::<S, ONE>(simd, rows, columns, mine, &mut no_other),
            // Nobody trains this case either.
            (None, Some(theirs)) => {
                sweep::<S, TWO_IN_ORDER>(simd, rows, columns, no_gradient.zeros(rows), theirs)
            }
            (None, None) => sweep::<S, NONE>(simd, rows, columns, &mut no_gradient, &mut no_other),
        }
    }
}

impl Gradient {
    /// Zeros for a block.
    fn zeros(&mut self, of: Block<'_>) -> &mut Self {
        self.rows.resize(BLOCK * of.padded, 0.0);
        self.biases.resize(of.biases.map_or(0, <[f32]>::len), 0.0);
        self
    }
}

/// Which gradients a sweep adds to: none, the rows', or that of the columns as well.
const NONE: u8 = 0;
const ONE: u8 = 1;
const TWO: u8 = 2;
const TWO_IN_ORDER: u8 = 3;
const TWO_WEIGHTED: u8 = 4;

#[inline(always)]
fn sweep<S: Simd, const WANTED: u8>(
    simd: S,
    rows: Block<'_>,
    columns: Block<'_>,
    mine: &mut Gradient,
    theirs: &mut Gradient,
) -> f64 {
    let weights: [f32; BLOCK] = std::array::from_fn(|column| if column < columns.valid { 1.0 } else { 0.0 });
    let weights = S::as_simd_f32s(&weights).0;
    let biases = rows.biases.zip(columns.biases.map(|biases| S::as_simd_f32s(biases).0));
    let mut sigmoids = [[0.0_f32; BLOCK]; STRIP];
    let mut total = 0.0;
    for first in (0..rows.valid).step_by(STRIP) {
        let mut sum = simd.splat_f32s(0.0);
        let strip = rows.strip(first);
        let valid = (rows.valid - first).min(STRIP);
        let row_weights: [S::f32s; STRIP] = std::array::from_fn(|row| {
            simd.splat_f32s(rows.weights.map_or(1.0, |weights| weights[first + row]))
        });
        for (vector, &weights) in weights.iter().enumerate().take(columns.valid.div_ceil(S::F32_LANES)) {
            let mut x = columns.products(simd, strip, vector);
            if let Some((mine, theirs)) = biases {
                for (x, &bias) in x.iter_mut().zip(&mine[first..]) {
                    let bias = simd.add_f32s(simd.splat_f32s(bias), theirs[vector]);
                    *x = simd.add_f32s(*x, bias);
                }
            }
            // Two short chains in place of a long one: equal terms all round alike, the more so the fewer lanes there are.
            let mut part = simd.splat_f32s(0.0);
            for (row, &x) in x.iter().enumerate() {
                let (mut softplus, mut sigmoid) = softplus_sigmoid(simd, x);
                if WANTED == TWO_WEIGHTED {
                    softplus = simd.mul_f32s(softplus, row_weights[row]);
                    sigmoid = simd.mul_f32s(sigmoid, row_weights[row]);
                }
                S::as_mut_simd_f32s(&mut sigmoids[row]).0[vector] = sigmoid;
                if row < valid {
                    part = simd.mul_add_f32s(softplus, weights, part);
                }
            }
            sum = simd.add_f32s(sum, part);
        }
        total += f64::from(simd.reduce_sum_f32s(sum));
        if WANTED != NONE {
            gradients::<S, WANTED>(simd, rows, columns, first, &sigmoids, &mut mine.rows, &mut theirs.rows);
            if biases.is_some() {
                let mine = &mut mine.biases[first..][..valid];
                bias_gradients(simd, &sigmoids, weights, mine, &mut theirs.biases);
            }
        }
    }
    total
}

/// Adds the sums of a strip's rows and, where they are wanted, of its columns.
#[inline(always)]
fn bias_gradients<S: Simd>(
    simd: S,
    sigmoids: &[[f32; BLOCK]; STRIP],
    weights: &[S::f32s],
    mine: &mut [f32],
    theirs: &mut [f32],
) {
    for (mine, sigmoids) in mine.iter_mut().zip(sigmoids) {
        let mut sum = simd.splat_f32s(0.0);
        for (&sigmoid, &weight) in S::as_simd_f32s(sigmoids).0.iter().zip(weights) {
            sum = simd.mul_add_f32s(sigmoid, weight, sum);
        }
        *mine += simd.reduce_sum_f32s(sum);
    }
    let valid = mine.len();
    for (vector, theirs) in S::as_mut_simd_f32s(theirs).0.iter_mut().enumerate() {
        let mut sum = simd.splat_f32s(0.0);
        for sigmoids in &sigmoids[..valid] {
            sum = simd.add_f32s(sum, S::as_simd_f32s(sigmoids).0[vector]);
        }
        *theirs = simd.add_f32s(*theirs, sum);
    }
}

/// Adds a strip's share to the gradients: for each column, one load of `w_j` serves the strip's rows.
#[inline(always)]
fn gradients<S: Simd, const WANTED: u8>(
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
            let mut even = if WANTED >= TWO { theirs[column * per_row + part] } else { simd.splat_f32s(0.0) };
            let mut odd = simd.splat_f32s(0.0);
            for row in 0..STRIP {
                let sigmoid = simd.splat_f32s(sigmoids[row][column]);
                sums[row] = simd.mul_add_f32s(sigmoid, w, sums[row]);
                if WANTED >= TWO {
                    let share = if row % 2 == 0 || WANTED != TWO { &mut even } else { &mut odd };
                    *share = simd.mul_add_f32s(sigmoid, z[row], *share);
                }
            }
            if WANTED >= TWO {
                theirs[column * per_row + part] = if WANTED == TWO { simd.add_f32s(even, odd) } else { even };
            }
        }
        for (row, sum) in sums.into_iter().enumerate() {
            mine[row * per_row + part] = sum;
        }
    }
}
