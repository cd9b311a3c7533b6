use aevb_models::nn::InitialWeights;
use aevb_models::prior::PriorDensity;
use aevb_models::vae::{Ae, AutoencoderConfig, Decoder, Vae};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::objective::{DensityObjective, Terms};

/// An auto-encoder of images, as the task needs it.
pub(in crate::train) trait DensityModel: Module {
    /// Whether there is a posterior to draw from.
    const VARIATIONAL: bool;

    fn init(
        config: &AutoencoderConfig,
        weights: &mut dyn InitialWeights,
        device: &Device,
    ) -> aevb_models::Result<Self>;

    /// What each image comes to.
    fn terms(
        &self,
        x: Tensor<2>,
        noise: Tensor<2>,
        objective: &DensityObjective,
    ) -> aevb_models::Result<Terms>;

    /// The mean and the log-variance of the posterior, or the code alone: `[batch, latent]` each. `noise` is
    /// [`moment_noise`](super::moment_noise), for posteriors without closed forms.
    fn posterior(
        &self,
        x: Tensor<2>,
        noise: &Tensor<2>,
    ) -> aevb_models::Result<(Tensor<2>, Option<Tensor<2>>)>;

    /// The standard deviations of the posterior, `[batch, latent]`, where there is one.
    fn deviations(&self, x: Tensor<2>, noise: &Tensor<2>) -> aevb_models::Result<Option<Tensor<2>>>;

    fn decoder(&self) -> &Decoder;

    /// The prior of z as it stands, where there is one.
    fn prior(&self) -> aevb_models::Result<Option<PriorDensity>>;

    /// The same model whose prior begins at these examples, where it has as many pseudo-inputs.
    fn begin_prior_at(self, inputs: Vec<f32>) -> Self;

    /// How far each dimension of the posterior is from the prior, `[batch, latent]`, in nats, where that can be told.
    fn kl_per_dimension(&self, x: Tensor<2>) -> aevb_models::Result<Option<Tensor<2>>>;
}

impl DensityModel for Vae {
    const VARIATIONAL: bool = true;

    fn init(
        config: &AutoencoderConfig,
        weights: &mut dyn InitialWeights,
        device: &Device,
    ) -> aevb_models::Result<Self> {
        config.init_vae(weights, device)
    }

    fn terms(
        &self,
        x: Tensor<2>,
        noise: Tensor<2>,
        objective: &DensityObjective,
    ) -> aevb_models::Result<Terms> {
        objective.terms(self, x, noise)
    }

    fn posterior(
        &self,
        x: Tensor<2>,
        noise: &Tensor<2>,
    ) -> aevb_models::Result<(Tensor<2>, Option<Tensor<2>>)> {
        let posterior = self.posterior(x)?;
        if let Some(gaussian) = posterior.as_gaussian() {
            return Ok((gaussian.mean.clone(), Some(gaussian.log_variance())));
        }
        let [mean, deviation] = posterior.moments(noise)?;
        Ok((mean, Some(deviation.log() * 2.0)))
    }

    fn deviations(&self, x: Tensor<2>, noise: &Tensor<2>) -> aevb_models::Result<Option<Tensor<2>>> {
        let [_, deviation] = self.posterior(x)?.moments(noise)?;
        Ok(Some(deviation))
    }

    fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    fn prior(&self) -> aevb_models::Result<Option<PriorDensity>> {
        self.prior_density().map(Some)
    }

    fn begin_prior_at(self, inputs: Vec<f32>) -> Self {
        Self { prior: self.prior.begin_at(inputs), ..self }
    }

    fn kl_per_dimension(&self, x: Tensor<2>) -> aevb_models::Result<Option<Tensor<2>>> {
        Ok(self.posterior(x)?.kl_per_dimension(&self.prior_density()?))
    }
}

impl DensityModel for Ae {
    const VARIATIONAL: bool = false;

    fn init(
        config: &AutoencoderConfig,
        weights: &mut dyn InitialWeights,
        device: &Device,
    ) -> aevb_models::Result<Self> {
        config.init_ae(weights, device)
    }

    fn terms(
        &self,
        x: Tensor<2>,
        _noise: Tensor<2>,
        _objective: &DensityObjective,
    ) -> aevb_models::Result<Terms> {
        let z = self.encode(x.clone())?;
        let reconstruction = -self.decoder.forward(z.clone())?.log_prob(x)?;
        Ok(Terms { z, reconstruction, kl: None, iwae: None })
    }

    fn posterior(
        &self,
        x: Tensor<2>,
        _noise: &Tensor<2>,
    ) -> aevb_models::Result<(Tensor<2>, Option<Tensor<2>>)> {
        Ok((self.encode(x)?, None))
    }

    fn deviations(&self, _x: Tensor<2>, _noise: &Tensor<2>) -> aevb_models::Result<Option<Tensor<2>>> {
        Ok(None)
    }

    fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    fn prior(&self) -> aevb_models::Result<Option<PriorDensity>> {
        Ok(None)
    }

    fn begin_prior_at(self, _inputs: Vec<f32>) -> Self {
        self
    }

    fn kl_per_dimension(&self, _x: Tensor<2>) -> aevb_models::Result<Option<Tensor<2>>> {
        Ok(None)
    }
}
