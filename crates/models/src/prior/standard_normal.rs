use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use super::density::PriorTerms;
use crate::distribution::{DiagonalGaussian, standard_normal_log_prob};
use crate::error::Result;
use crate::random::standard_normals;

/// `N(0, I)` (Kingma & Welling, arXiv 1312.6114, §3), without parameters.
#[derive(Module, Debug)]
pub struct StandardNormal {
    /// The number of latent dimensions.
    #[module(skip)]
    pub latent: usize,
}

impl PriorTerms for StandardNormal {
    fn log_prob(&self, z: Tensor<2>) -> Result<Tensor<1>> {
        Ok(standard_normal_log_prob(z))
    }

    fn kl(&self, posterior: &DiagonalGaussian) -> Option<Tensor<1>> {
        Some(posterior.kl_from_standard_normal())
    }

    fn kl_per_dimension(&self, posterior: &DiagonalGaussian) -> Option<Tensor<2>> {
        let (mean, log_variance) = (posterior.mean.clone(), posterior.log_variance());
        Some((mean.clone() * mean + log_variance.clone().exp() - log_variance - 1.0) * 0.5)
    }

    fn sample(
        &self,
        rows: usize,
        temperature: f64,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Tensor<2>> {
        Ok(noise(rows, self.latent, temperature, random, device))
    }
}

/// Standard normal draws times a factor, `[rows, latent]`.
pub(super) fn noise(
    rows: usize,
    latent: usize,
    factor: f64,
    random: &mut dyn Rng,
    device: &Device,
) -> Tensor<2> {
    let noise = standard_normals(random, rows * latent);
    let noise = noise.into_iter().map(|draw| draw * factor as f32).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(noise, [rows, latent]), device)
}
