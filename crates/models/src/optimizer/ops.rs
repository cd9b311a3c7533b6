//! The updates that a backend provides; the bodies are Burn's own operations, for backends that fuse them.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};
use burn_cubecl::CubeBackend;

/// The numbers of one step of Adam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// `β₁`
    pub beta_1: f32,
    /// `β₂`
    pub beta_2: f32,
    /// `√(1 − β₂ᵗ)/(1 − β₁ᵗ)`
    pub scale: f32,
    /// `ε √(1 − β₂ᵗ)`
    pub epsilon: f32,
    /// The step size.
    pub learning_rate: f64,
    /// What the parameter is multiplied by beforehand: `1 − learning rate · weight decay`.
    pub keep: f64,
}

/// Updates of a parameter by its gradient; all tensors have one shape.
#[backend_extension(Cube, Flex, NdArray, Fusion)]
pub trait OptimizerOps: Backend {
    /// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `θ ← keep θ − learning rate · scale m/(√v + epsilon)`;
    /// `θ`, `m` and `v`.
    #[fusion(default)]
    fn adam_update(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moment_1: FloatTensor<Self>,
        moment_2: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let AdamStep { beta_1, beta_2, scale, epsilon, learning_rate, keep } = step;
        let times = |x, factor: f32| Self::float_mul_scalar(x, factor.into());
        let moment_1 = Self::float_add(times(moment_1, beta_1), times(gradient.clone(), 1.0 - beta_1));
        let squares = Self::float_mul(gradient.clone(), gradient);
        let moment_2 = Self::float_add(times(moment_2, beta_2), times(squares, 1.0 - beta_2));
        let root = Self::float_add_scalar(Self::float_sqrt(moment_2.clone()), epsilon.into());
        let direction = Self::float_div(times(moment_1.clone(), scale), root);
        let parameter = match keep {
            1.0 => parameter,
            keep => Self::float_mul_scalar(parameter, keep.into()),
        };
        let change = Self::float_mul_scalar(direction, learning_rate.into());
        (Self::float_sub(parameter, change), moment_1, moment_2)
    }

    /// `s ← s + g²`, `θ ← θ − learning rate · g/(√s + epsilon)`; `θ` and `s`.
    #[fusion(default)]
    fn adagrad_update(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        sum: FloatTensor<Self>,
        learning_rate: f64,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let sum = Self::float_add(sum, Self::float_mul(gradient.clone(), gradient.clone()));
        let root = Self::float_add_scalar(Self::float_sqrt(sum.clone()), epsilon.into());
        let change = Self::float_mul_scalar(Self::float_div(gradient, root), learning_rate.into());
        (Self::float_sub(parameter, change), sum)
    }
}

impl OptimizerOps for CubeBackend {}
