//! Elementary functions without branches, which the compiler turns into SIMD where a kernel is compiled for it.
//!
//! In `f32` each is within 3e-7 of the truth, relative to it, or within 2e-38, the least of the normal floats; `exp` is
//! infinite above 88. The same bits come of every vector width. In `f64` they are the standard library's, and finite
//! differences can be taken.

use std::f32::consts::LOG2_E;

use num_traits::Float;

use crate::curve::{EXP, LN_2, LOG1P, LOWEST};
use crate::host::HostFloat;

/// The functions that the kernels of dense models are made of. NaN comes out where NaN goes in.
pub(crate) trait Elementary: HostFloat + Float {
    /// `exp y`
    fn exponential(self) -> Self;
    /// `exp y − 1` for y ≤ 0
    fn exponential_minus_one(self) -> Self;
    /// `tanh x`
    fn hyperbolic_tangent(self) -> Self;
    /// `log(1 + eˣ)` and `σ(x) = 1/(1 + e⁻ˣ)`
    fn softplus_and_sigmoid(self) -> (Self, Self);

    /// `log(1 + eˣ)`
    #[inline(always)]
    fn softplus(self) -> Self {
        self.softplus_and_sigmoid().0
    }

    /// `σ(x) = 1/(1 + e⁻ˣ)`
    #[inline(always)]
    fn sigmoid(self) -> Self {
        self.softplus_and_sigmoid().1
    }

    /// The number as the nearest of this type.
    #[inline(always)]
    fn of(value: f64) -> Self {
        <Self as num_traits::NumCast>::from(value).expect("both float types hold every f64, if rounded")
    }
}

/// `2ⁿ` and `y − n ln 2`, with `n` the nearest whole number to `y / ln 2`; for `LOWEST ≤ y ≤ 88`.
#[inline(always)]
fn power_and_rest(y: f32) -> (f32, f32) {
    // Adding 1.5·2²³ leaves the nearest whole number in the low bits; 127 more makes it a float's exponent.
    const SHIFT: f32 = 12_582_912.0 + 127.0;
    let shifted = y.mul_add(LOG2_E, SHIFT);
    let whole = shifted - SHIFT;
    let rest = whole.mul_add(-LN_2[1], whole.mul_add(-LN_2[0], y));
    (f32::from_bits(shifted.to_bits() << 23), rest)
}

/// `exp(r) − 1` for `|r| ≤ ln(2)/2`
#[inline(always)]
fn small_exponential_minus_one(r: f32) -> f32 {
    let p = EXP[..4].iter().rev().fold(EXP[4], |p, &coefficient| p.mul_add(r, coefficient));
    (r * r).mul_add(p, r)
}

/// Not `max`, which would swallow a NaN.
#[inline(always)]
fn at_least(bound: f32, y: f32) -> f32 {
    if y < bound { bound } else { y }
}

impl Elementary for f32 {
    #[inline(always)]
    fn exponential(self) -> Self {
        const HIGHEST: f32 = 88.0;
        let y = at_least(LOWEST, self);
        let (power, rest) = power_and_rest(if y > HIGHEST { HIGHEST } else { y });
        let value = small_exponential_minus_one(rest).mul_add(power, power);
        if y > HIGHEST { f32::INFINITY } else { value }
    }

    #[inline(always)]
    fn exponential_minus_one(self) -> Self {
        let (power, rest) = power_and_rest(at_least(LOWEST, self));
        small_exponential_minus_one(rest).mul_add(power, power - 1.0)
    }

    #[inline(always)]
    fn hyperbolic_tangent(self) -> Self {
        let decay = (-2.0 * self.abs()).exponential_minus_one();
        (-decay / (2.0 + decay)).copysign(self)
    }

    #[inline(always)]
    fn softplus_and_sigmoid(self) -> (Self, Self) {
        let (power, rest) = power_and_rest(at_least(LOWEST, -self.abs()));
        let t = small_exponential_minus_one(rest).mul_add(power, power);
        let log1p = LOG1P[..8].iter().rev().fold(LOG1P[8], |p, &coefficient| p.mul_add(t, coefficient));
        let softplus = log1p.mul_add(t, at_least(0.0, self));
        (softplus, if self < 0.0 { t } else { 1.0 } / (1.0 + t))
    }
}

impl Elementary for f64 {
    fn exponential(self) -> Self {
        self.exp()
    }

    fn exponential_minus_one(self) -> Self {
        self.exp_m1()
    }

    fn hyperbolic_tangent(self) -> Self {
        self.tanh()
    }

    fn softplus_and_sigmoid(self) -> (Self, Self) {
        let t = (-self.abs()).exp();
        let positive = if self < 0.0 { 0.0 } else { self };
        (positive + t.ln_1p(), if self < 0.0 { t } else { 1.0 } / (1.0 + t))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From −100 to 100, closer and closer to 0, and what floats have at their ends.
    fn points() -> impl Iterator<Item = f32> {
        let small = (0..400).map(|step| 100.0 * 0.8_f32.powi(step));
        let even = (0..20_000).map(|step| step as f32 * 0.005);
        small.chain(even).chain([0.0, f32::MIN_POSITIVE, 1e30, f32::INFINITY]).flat_map(|x| [x, -x])
    }

    #[track_caller]
    fn check(
        name: &str,
        found: impl Fn(f32) -> f32,
        truth: impl Fn(f64) -> f64,
        points: impl Iterator<Item = f32>,
    ) {
        for x in points {
            let (found, truth) = (f64::from(found(x)), truth(f64::from(x)));
            // What is below the normal floats may come out as the least of them.
            let allowed = 3e-7 * truth.abs() + 2e-38;
            assert!((found - truth).abs() <= allowed || found == truth, "{name}({x}) = {found}, not {truth}");
        }
        assert!(found(f32::NAN).is_nan(), "{name} of NaN");
    }

    #[test]
    fn each_is_close_to_the_truth_everywhere() {
        let upper = |x: f32| x <= 88.0;
        check("exp", f32::exponential, f64::exp, points().filter(|&x| upper(x)));
        check("exp", f32::exponential, |_| f64::INFINITY, points().filter(|&x| !upper(x)));
        check("expm1", f32::exponential_minus_one, f64::exp_m1, points().filter(|&x| x <= 0.0));
        check("tanh", f32::hyperbolic_tangent, f64::tanh, points());
        check("softplus", f32::softplus, |x| x.softplus(), points());
        check("sigmoid", f32::sigmoid, |x| x.sigmoid(), points());
    }
}
