use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use super::PriorTerms;
use crate::distribution::{DiagonalGaussian, standard_normal_log_prob};
use crate::random::standard_normals;

/// `N(0, I)` (Kingma & Welling, arXiv 1312.6114, §3), without parameters.
#[derive(Module, Debug)]
pub struct StandardNormal {
    /// The number of latent dimensions.
    #[module(skip)]
    pub latent: usize,
}

impl PriorTerms for StandardNormal {
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        standard_normal_log_prob(z)
    }

    fn kl(&self, posterior: &DiagonalGaussian) -> Option<Tensor<1>> {
        Some(posterior.kl_from_standard_normal())
    }

    fn kl_per_dimension(&self, posterior: &DiagonalGaussian) -> Option<Tensor<2>> {
        let (mean, log_variance) = (posterior.mean.clone(), posterior.log_variance());
        Some((mean.clone() * mean + log_variance.clone().exp() - log_variance - 1.0) * 0.5)
    }

    fn sample(&self, rows: usize, random: &mut dyn Rng, device: &Device) -> Tensor<2> {
        let noise = standard_normals(random, rows * self.latent);
        Tensor::from_data(TensorData::new(noise, [rows, self.latent]), device)
    }
}
