//! What a backend provides; the bodies are Burn's own operations, for backends that fuse them, and for single precision.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};
use burn_cubecl::CubeBackend;

use crate::curve::LOG1P;

/// A function of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    /// `log(1 + eˣ)`
    Softplus,
    /// `log(1 − e⁻ˣ)`
    LogOneMinusExp,
}

/// Below this `1 − e⁻ˣ` is a series, and from it on what it says.
const SMALL: f64 = std::f64::consts::LN_2;
/// x/2 + log((1 − e⁻ˣ)/x), in powers of x².
const LOG_SERIES: [f64; 3] = [1.0 / 24.0, -1.0 / 2880.0, 1.0 / 181_440.0];
/// (1/(eˣ − 1) − 1/x + ½)/x, in powers of x².
const SLOPE_SERIES: [f64; 4] = [1.0 / 12.0, -1.0 / 720.0, 1.0 / 30_240.0, -1.0 / 1_209_600.0];

/// A function of each element.
#[backend_extension(Cube, Flex, NdArray, Autodiff, Fusion)]
pub trait ElementwiseOps: Backend {
    /// `f(x)`.
    #[fusion(default)]
    fn elementwise(x: FloatTensor<Self>, function: Function) -> FloatTensor<Self> {
        match function {
            Function::Softplus => {
                let t = Self::float_exp(Self::float_neg(Self::float_abs(x.clone())));
                let log1p = polynomial::<Self>(t.clone(), &LOG1P.map(f64::from));
                Self::float_add(Self::relu(x), Self::float_mul(t, log1p))
            }
            Function::LogOneMinusExp => {
                let [small, large] = parts::<Self>(x);
                let series = polynomial::<Self>(Self::float_mul(small.clone(), small.clone()), &LOG_SERIES);
                let series = Self::float_mul(Self::float_mul(small.clone(), small.clone()), series);
                let half = Self::float_mul_scalar(small.clone(), (-0.5).into());
                let small = Self::float_add(Self::float_add(Self::float_log(small), half), series);
                let large = Self::float_log(one_minus::<Self>(Self::float_exp(Self::float_neg(large))));
                // At ln 2 both parts are −ln 2.
                Self::float_add_scalar(Self::float_add(small, large), SMALL.into())
            }
        }
    }

    /// `f′(x)`.
    #[fusion(default)]
    fn elementwise_slopes(x: FloatTensor<Self>, function: Function) -> FloatTensor<Self> {
        match function {
            Function::Softplus => Self::sigmoid(x),
            Function::LogOneMinusExp => {
                let [small, large] = parts::<Self>(x);
                let series = polynomial::<Self>(Self::float_mul(small.clone(), small.clone()), &SLOPE_SERIES);
                let series = Self::float_mul(small.clone(), series);
                let small = Self::float_add(Self::float_recip(small), series);
                let t = Self::float_exp(Self::float_neg(large));
                let large = Self::float_div(t.clone(), one_minus::<Self>(t));
                // The series lacks its −½, and at ln 2 both parts are 1.
                Self::float_add_scalar(Self::float_add(small, large), (-1.5).into())
            }
        }
    }
}

impl ElementwiseOps for CubeBackend {}

/// What of x lies below ln 2, and what above, without a branch.
fn parts<B: Backend>(x: FloatTensor<B>) -> [FloatTensor<B>; 2] {
    let least = f64::from(f32::MIN_POSITIVE);
    [B::float_clamp(x.clone(), least.into(), SMALL.into()), B::float_clamp_min(x, SMALL.into())]
}

fn one_minus<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_add_scalar(B::float_neg(x), 1.0.into())
}

/// `c₀ + c₁ x + c₂ x² + …`
fn polynomial<B: Backend>(x: FloatTensor<B>, coefficients: &[f64]) -> FloatTensor<B> {
    let (last, others) = coefficients.split_last().expect("a coefficient");
    let (next, others) = others.split_last().expect("two coefficients");
    let first = B::float_add_scalar(B::float_mul_scalar(x.clone(), (*last).into()), (*next).into());
    others.iter().rev().fold(first, |sum, &coefficient| {
        B::float_add_scalar(B::float_mul(sum, x.clone()), coefficient.into())
    })
}
