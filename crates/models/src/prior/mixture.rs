use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData, activation};
use rand::Rng;

use super::standard_normal::noise;
use crate::distribution::GaussianMixture;
use crate::nn::{ParameterShape, parameter};

/// `Σ_k w_k N(μ_k, diag σ_k²)`, all of it learnt: the mixture prior of Dilokthanakul et al. (arXiv 1611.02648) and of Tomczak &
/// Welling (arXiv 1705.07120, §4).
#[derive(Module, Debug)]
pub struct Mixture {
    /// `μ_k`, `[components, latent]`
    pub mean: Param<Tensor<2>>,
    /// `log σ_k²`, `[components, latent]`
    pub log_variance: Param<Tensor<2>>,
    /// `log w_k` up to a constant, `[components]`
    pub logit: Param<Tensor<1>>,
}

impl Mixture {
    pub(super) fn layers(path: &str, components: usize, latent: usize) -> Vec<ParameterShape> {
        vec![
            ParameterShape::new(format!("{path}.mean"), [components, latent]),
            ParameterShape::new(format!("{path}.log_variance"), [components, latent]),
            ParameterShape::new(format!("{path}.logit"), [components]),
        ]
    }

    /// It begins with means drawn from `N(0, I)`, variances 1 and equal weights.
    pub(super) fn init(
        path: &str,
        components: usize,
        latent: usize,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Self {
        let zeros = |dims: [usize; 2]| {
            Tensor::from_data(TensorData::new(vec![0f32; dims[0] * dims[1]], dims), device)
        };
        Self {
            mean: parameter(&format!("{path}.mean"), noise(components, latent, 1.0, random, device)),
            log_variance: parameter(&format!("{path}.log_variance"), zeros([components, latent])),
            logit: parameter(&format!("{path}.logit"), zeros([1, components]).reshape([components])),
        }
    }

    pub(super) fn density(&self) -> GaussianMixture {
        GaussianMixture {
            mean: self.mean.val(),
            log_variance: self.log_variance.val(),
            log_weight: activation::log_softmax(self.logit.val(), 0),
        }
    }
}
