//! The log-densities that a backend provides; the bodies are Burn's own operations, for backends that fuse them.

use std::f64::consts::TAU;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata, backend_extension};
use burn::tensor::Shape;
use burn_cubecl::CubeBackend;

/// Log-densities of rows, and their gradients.
#[backend_extension(Cube, Flex, NdArray, Autodiff, Fusion)]
pub trait DensityOps: Backend {
    /// `Σ x l − softplus(l)` over each row of `logits` and `x`, both `[rows, variables]`; `[rows]`.
    #[fusion(default)]
    fn bernoulli_log_prob(logits: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        // softplus(l) = −log σ(−l)
        let log_sigmoid = Self::log_sigmoid(Self::float_neg(logits.clone()));
        sum_rows::<Self>(Self::float_add(Self::float_mul(x, logits), log_sigmoid))
    }

    /// Its gradient by the logits, `x − σ(l)` times the row's `upstream` `[rows]`.
    #[fusion(default)]
    fn bernoulli_gradient(
        logits: FloatTensor<Self>,
        x: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::float_mul(Self::float_sub(x, Self::sigmoid(logits)), as_column::<Self>(upstream))
    }

    /// `log N(x; μ, diag σ²)` of each row, for three `[rows, variables]`; `[rows]`.
    #[fusion(default)]
    fn gaussian_log_prob(
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        x: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let difference = Self::float_sub(x, mean);
        let precision = Self::float_exp(Self::float_neg(log_variance.clone()));
        let squares = Self::float_mul(Self::float_mul(difference.clone(), difference), precision);
        let terms = Self::float_add_scalar(Self::float_add(squares, log_variance), TAU.ln().into());
        Self::float_mul_scalar(sum_rows::<Self>(terms), (-0.5).into())
    }

    /// Its gradients by μ and log σ², `d = (x − μ)/σ²` and `½ ((x − μ) d − 1)` times the row's `upstream` `[rows]`; that
    /// by x is that by μ with the other sign.
    #[fusion(default)]
    fn gaussian_gradients(
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        x: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let upstream = as_column::<Self>(upstream);
        let difference = Self::float_sub(x, mean);
        let pull = Self::float_mul(difference.clone(), Self::float_exp(Self::float_neg(log_variance)));
        let excess = Self::float_sub_scalar(Self::float_mul(pull.clone(), difference), 1.0.into());
        let half = Self::float_mul_scalar(upstream.clone(), 0.5.into());
        (Self::float_mul(pull, upstream), Self::float_mul(excess, half))
    }
}

impl DensityOps for CubeBackend {}

/// A vector `[rows]` as `[rows, 1]`.
pub(crate) fn as_column<B: Backend>(vector: FloatTensor<B>) -> FloatTensor<B> {
    let rows = vector.shape()[0];
    B::float_reshape(vector, Shape::new([rows, 1]))
}

/// The sum of each row of `[rows, variables]`; `[rows]`.
pub(crate) fn sum_rows<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let rows = x.shape()[0];
    B::float_reshape(B::float_sum_dim(x, 1), Shape::new([rows]))
}
