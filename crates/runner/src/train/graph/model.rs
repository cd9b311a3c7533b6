//! What training asks of a graph model, and the two that there are.

use aevb_models::distribution::DiagonalGaussian;
use aevb_models::nn::Spectrum;
use aevb_models::vgae::{Gae, GraphEncoderConfig, GraphInput, PairDecoder, Vgae};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use rand_mt::Mt;

use super::{GraphTask, RECONSTRUCTION};
use crate::clusters::Components;
use crate::error::Result;
use crate::random::{Purpose, standard_normals};
use crate::train::loss::Loss;

/// A graph model as the trainer needs it.
pub(in crate::train) trait GraphModel {
    type Model: Module;

    fn init(
        config: &GraphEncoderConfig,
        random: &mut Mt,
        device: &Device,
    ) -> aevb_models::Result<Self::Model>;
    fn loss(model: &Self::Model, task: &GraphTask<Self>, step: u64) -> aevb_models::Result<Loss>
    where
        Self: Sized;
    /// The mean of each node's latent vector, `[nodes, latent]`, and the posterior, where there is one.
    fn posterior(
        model: &Self::Model,
        input: &GraphInput,
    ) -> aevb_models::Result<(Tensor<2>, Option<DiagonalGaussian>)>;
    /// The component of the prior that is responsible at each of the means `[nodes, latent]`, where that is a mixture.
    fn components(model: &Self::Model, means: Tensor<2>) -> Result<Option<Components>>;
    /// What tells links from latent vectors.
    fn decoder(model: &Self::Model) -> &PairDecoder;
    /// The model with what becomes of its decoder.
    fn with_decoder(model: Self::Model, change: impl FnOnce(PairDecoder) -> PairDecoder) -> Self::Model;
    /// The model with its weights of features as they begin at a spectrum.
    fn begin_at_spectrum(model: Self::Model, spectrum: &Spectrum) -> Self::Model;
}

/// [`Vgae`].
pub(in crate::train) struct Variational;

/// [`Gae`].
pub(in crate::train) struct NonProbabilistic;

impl GraphModel for Variational {
    type Model = Vgae;

    fn init(config: &GraphEncoderConfig, random: &mut Mt, device: &Device) -> aevb_models::Result<Vgae> {
        config.init_vgae(random, device)
    }

    fn loss(model: &Vgae, task: &GraphTask<Self>, step: u64) -> aevb_models::Result<Loss> {
        let (input, thinned) = task.input(step)?;
        let posterior = model.encode_thinned(&input, &thinned.dropout)?;
        let dims = posterior.mean.dims();
        let mut random = task.streams.generator(Purpose::PosteriorNoise, step);
        let noise = TensorData::new(standard_normals(&mut random, dims[0] * dims[1]), dims);
        let (z, kl) = model.sample_with_kl(&posterior, Tensor::from_data(noise, &task.device))?;
        let reconstruction = task.reconstruction(&model.decoder, z.clone(), &thinned)?;
        let kl = task.likelihood.kl(thinned.of_all_nodes(kl));
        Ok(Loss::new((RECONSTRUCTION, reconstruction), [("kl", kl)]).at(z))
    }

    fn posterior(
        model: &Vgae,
        input: &GraphInput,
    ) -> aevb_models::Result<(Tensor<2>, Option<DiagonalGaussian>)> {
        let posterior = model.encode(input)?;
        Ok((posterior.mean.clone(), Some(posterior)))
    }

    fn components(model: &Vgae, means: Tensor<2>) -> Result<Option<Components>> {
        Components::at(&model.prior_density()?, means)
    }

    fn decoder(model: &Vgae) -> &PairDecoder {
        &model.decoder
    }

    fn with_decoder(model: Vgae, change: impl FnOnce(PairDecoder) -> PairDecoder) -> Vgae {
        Vgae { decoder: change(model.decoder), ..model }
    }

    fn begin_at_spectrum(model: Vgae, spectrum: &Spectrum) -> Vgae {
        model.begin_at_spectrum(spectrum)
    }
}

impl GraphModel for NonProbabilistic {
    type Model = Gae;

    fn init(config: &GraphEncoderConfig, random: &mut Mt, device: &Device) -> aevb_models::Result<Gae> {
        config.init_gae(random, device)
    }

    fn loss(model: &Gae, task: &GraphTask<Self>, step: u64) -> aevb_models::Result<Loss> {
        let (input, thinned) = task.input(step)?;
        let z = model.encode_thinned(&input, &thinned.dropout)?;
        let reconstruction = task.reconstruction(&model.decoder, z.clone(), &thinned)?;
        Ok(Loss::new((RECONSTRUCTION, reconstruction), []).at(z))
    }

    fn posterior(
        model: &Gae,
        input: &GraphInput,
    ) -> aevb_models::Result<(Tensor<2>, Option<DiagonalGaussian>)> {
        Ok((model.encode(input)?, None))
    }

    fn components(_model: &Gae, _means: Tensor<2>) -> Result<Option<Components>> {
        Ok(None)
    }

    fn decoder(model: &Gae) -> &PairDecoder {
        &model.decoder
    }

    fn with_decoder(model: Gae, change: impl FnOnce(PairDecoder) -> PairDecoder) -> Gae {
        Gae { decoder: change(model.decoder), ..model }
    }

    fn begin_at_spectrum(model: Gae, spectrum: &Spectrum) -> Gae {
        model.begin_at_spectrum(spectrum)
    }
}
