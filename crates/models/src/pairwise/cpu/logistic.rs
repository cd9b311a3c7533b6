//! Softplus and the logistic function of a vector, from one exponential.

use pulp::Simd;

use crate::curve::{EXP, LN_2, LOG1P, LOWEST};

/// `softplus(x)` and `σ(x)`, each to 3e-7 relative.
#[inline(always)]
pub(super) fn softplus_sigmoid<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
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
