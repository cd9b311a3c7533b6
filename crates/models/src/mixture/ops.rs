//! What a backend provides; the bodies are Burn's own operations, for backends that fuse them.

use std::f64::consts::TAU;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata, backend_extension};
use burn::tensor::Shape;
use burn_cubecl::CubeBackend;

/// Densities of rows `[rows, variables]` under Gaussians of means and log-variances `[components, variables]`.
#[backend_extension(Cube, Flex, NdArray, Autodiff, Fusion)]
pub trait MixtureOps: Backend {
    /// `log N(z_i; μ_k, diag σ_k²)`; `[rows, components]`.
    #[fusion(default)]
    fn component_log_probs(
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let [rows, components] = [z.shape()[0], mean.shape()[0]];
        let difference = difference::<Self>(z, mean);
        let precision = as_components::<Self>(Self::float_exp(Self::float_neg(log_variance.clone())));
        let squares = Self::float_mul(Self::float_mul(difference.clone(), difference), precision);
        let terms = Self::float_add(squares, as_components::<Self>(log_variance));
        let terms = Self::float_sum_dim(Self::float_add_scalar(terms, TAU.ln().into()), 2);
        Self::float_reshape(Self::float_mul_scalar(terms, (-0.5).into()), Shape::new([rows, components]))
    }

    /// Its gradient by z, `Σ_k u_ik (μ_k − z_i)/σ_k²`, from that by the output, `upstream` `[rows, components]`.
    #[fusion(default)]
    fn component_gradient(
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let dims = z.shape();
        let precision = as_components::<Self>(Self::float_exp(Self::float_neg(log_variance)));
        let pull = Self::float_mul(difference::<Self>(z, mean), precision);
        let pull = Self::float_sum_dim(Self::float_mul(pull, as_weights::<Self>(upstream)), 1);
        Self::float_neg(Self::float_reshape(pull, dims))
    }

    /// Its gradients by `μ_k` and `log σ_k²`: `Σ_i u_ik d_ik` and `½ Σ_i u_ik (d_ik (z_i − μ_k) − 1)` with
    /// `d_ik = (z_i − μ_k)/σ_k²`.
    #[fusion(default)]
    fn component_parameter_gradients(
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        upstream: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let dims = mean.shape();
        let precision = as_components::<Self>(Self::float_exp(Self::float_neg(log_variance)));
        let difference = difference::<Self>(z, mean);
        let upstream = as_weights::<Self>(upstream);
        let pull = Self::float_mul(difference.clone(), precision);
        let excess = Self::float_sub_scalar(Self::float_mul(pull.clone(), difference), 1.0.into());
        let excess = Self::float_sum_dim(Self::float_mul(excess, upstream.clone()), 0);
        let by_mean = Self::float_sum_dim(Self::float_mul(pull, upstream), 0);
        let by_log_variance = Self::float_mul_scalar(excess, 0.5.into());
        (Self::float_reshape(by_mean, dims.clone()), Self::float_reshape(by_log_variance, dims))
    }
}

impl MixtureOps for CubeBackend {}

/// `z_i − μ_k`; `[rows, components, variables]`.
fn difference<B: Backend>(z: FloatTensor<B>, mean: FloatTensor<B>) -> FloatTensor<B> {
    let [rows, variables] = z.shape().dims();
    let z = B::float_reshape(z, Shape::new([rows, 1, variables]));
    B::float_sub(z, as_components::<B>(mean))
}

/// `[components, variables]` as `[1, components, variables]`.
fn as_components<B: Backend>(values: FloatTensor<B>) -> FloatTensor<B> {
    let [components, variables] = values.shape().dims();
    B::float_reshape(values, Shape::new([1, components, variables]))
}

/// `[rows, components]` as `[rows, components, 1]`.
fn as_weights<B: Backend>(values: FloatTensor<B>) -> FloatTensor<B> {
    let [rows, components] = values.shape().dims();
    B::float_reshape(values, Shape::new([rows, components, 1]))
}
