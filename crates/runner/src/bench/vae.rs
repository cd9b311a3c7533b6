use aevb_models::nn::{DataShape, HiddenActivation};
use aevb_models::optimizer::Adam;
use aevb_models::vae::{AutoencoderConfig, Estimator, Likelihood, Sgvb};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use rand::RngExt;

use super::{Measurement, Rate, Timer};
use crate::error::{Error, Result};
use crate::experiment::WeightDistribution;
use crate::random::{Purpose, Streams, standard_normals};
use crate::train::initial_weights::Draw;

const PIXELS: usize = 784;
const HIDDEN: usize = 500;
const BATCH: usize = 100;

/// A whole training step of a VAE with a Bernoulli likelihood, 784-500-`latent`, on a batch of 100 random images that are
/// on the device: noise, the bound, its gradient, Adam.
///
/// # Errors
/// If the device fails.
pub fn vae(latent: usize, timer: Timer) -> Result<Measurement> {
    let device = timer.device;
    let streams = Streams::new(0);
    let mut random = streams.generator(Purpose::Sampling, 0);
    let pixels: Vec<f32> = (0..BATCH * PIXELS).map(|_| random.random()).collect();
    let x = Tensor::<2>::from_data(TensorData::new(pixels, [BATCH, PIXELS]), device);
    let data = DataShape::Columns(PIXELS);
    let config =
        AutoencoderConfig::new(data, vec![HIDDEN], latent, HiddenActivation::Tanh, Likelihood::default());
    let mut weights = Draw::new(WeightDistribution::Pytorch, streams.initial_weights());
    let mut model = Some(config.init_vae(&mut weights, &device.clone().autodiff())?);
    let mut adam = Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.0 }.init();
    let sgvb = Sgvb { estimator: Estimator::B, samples: 1 };
    let mut finite = true;
    let mut steps = 0;
    let times = timer.time(|| {
        let current = model.take().expect("each step leaves a model");
        let mut random = streams.generator(Purpose::PosteriorNoise, steps);
        let noise = TensorData::new(standard_normals(&mut random, BATCH * latent), [BATCH, latent]);
        let bound = sgvb.bound(&current, x.clone(), Tensor::from_data(noise, device))?;
        let loss = (bound.kl - bound.log_likelihood).reshape([1, BATCH]).sum_dim(1).reshape([1])
            * (1.0 / BATCH as f64);
        let gradients = GradientsParams::from_grads(loss.backward(), &current);
        model = Some(adam.step(1e-3, current, gradients));
        finite &= loss.into_scalar::<f32>().is_finite();
        steps += 1;
        Ok(())
    })?;
    if !finite {
        return Err(Error::failed("the loss is not finite").with_hint("run `aevb devices --check`"));
    }
    Ok(Measurement {
        kernel: "vae",
        pass: "training",
        nodes: None,
        nonzeros: None,
        width: latent,
        first_milliseconds: times.first_milliseconds,
        milliseconds: times.milliseconds,
        rate: Rate::ImagesPerSecond(1e3 * BATCH as f64 / times.milliseconds.median),
        matrix_product: None,
    })
}
