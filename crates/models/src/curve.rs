//! The coefficients by which every kernel computes softplus and the logistic function from one exponential:
//!
//! With `t = exp(−|x|)`: `softplus(x) = max(x, 0) + log1p(t)`, and `σ(|x|) = 1/(1 + t)`, `σ(−|x|) = t/(1 + t)`.
//! `log1p(t)` is `t` times a polynomial in `t`, so that small values keep their relative accuracy: at x = −17 the answer
//! is 4e-8, not 0. The polynomials are minimax fits in relative error, made by `tests/golden/curve.py`.

/// Below this `exp` would leave the normal floats; softplus is then smaller than 2e-38.
pub(crate) const LOWEST: f32 = -87.0;

/// `exp(r) ≈ 1 + r + r² (E[0] + E[1] r + … + E[4] r⁴)` for `|r| ≤ ln(2)/2`, to 3.1e-9 relative.
pub(crate) const EXP: [f32; 5] = [0.499_999_94, 0.166_665_21, 0.041_668_39, 0.008_368_717, 0.001_381_46];

/// `log1p(t) ≈ t (L[0] + L[1] t + … + L[8] t⁸)` for `0 ≤ t ≤ 1`, to 3.1e-8 relative.
pub(crate) const LOG1P: [f32; 9] = [
    0.999_999_94,
    -0.499_994_93,
    0.333_190_98,
    -0.248_429_82,
    0.191_060_05,
    -0.136_632_43,
    0.078_225_91,
    -0.029_505_214,
    0.005_232_688,
];

/// `ln 2` as a sum of a float with trailing zeros, whose small multiples are exact, and the rest.
pub(crate) const LN_2: [f32; 2] = [0.693_145_75, 1.428_606_8e-6];
