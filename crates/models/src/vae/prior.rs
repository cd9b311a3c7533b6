use burn::tensor::Tensor;

use crate::distribution::{DiagonalGaussian, standard_normal_log_prob};

/// The prior `p(z)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prior {
    /// `N(0, I)`
    #[default]
    StandardNormal,
}

impl Prior {
    /// `log p(z)`, in nats.
    ///
    /// # Shapes
    /// - z: `[rows, latent]`
    /// - output: `[rows]`
    pub fn log_prob(self, z: Tensor<2>) -> Tensor<1> {
        match self {
            Self::StandardNormal => standard_normal_log_prob(z),
        }
    }

    /// `KL(q(z|x) ‖ p(z))` in closed form, for each row of `q`; `[rows]`, in nats.
    pub fn kl_of(self, posterior: &DiagonalGaussian) -> Tensor<1> {
        match self {
            Self::StandardNormal => posterior.kl_from_standard_normal(),
        }
    }

    /// A draw of z for each row of standard normal noise, both `[rows, latent]`.
    pub fn sample(self, noise: Tensor<2>) -> Tensor<2> {
        match self {
            Self::StandardNormal => noise,
        }
    }
}
