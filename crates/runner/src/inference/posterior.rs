//! The posterior of z beyond what the encoder says: Hamiltonian Monte Carlo on `log p(x, z)`.

use std::ops::Range;

use aevb_data::examples::ExampleSet;
use aevb_models::prior::PriorDensity;
use aevb_models::vae::inference::{Chains, Measurement, Starts};
use burn::tensor::{Tensor, TensorData};

use super::chains::{ChainSettings, Noise, dispersed};
use super::work::Work;
use super::{Asked, Mixing};
use crate::error::Result;
use crate::evaluate::Summary;
use crate::random::{Purpose, standard_normals};
use crate::train::{TrainedVae, moment_noise};

/// What the chains on one image's posterior found.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentPosterior {
    /// `E[z|x]`, `[latent]`.
    pub mean: Vec<f32>,
    /// The standard deviations of z, `[latent]`.
    pub deviation: Vec<f32>,
    /// How they went.
    pub mixing: Mixing,
    /// What they drew, `[starts, draws, latent]`, where it was to be kept.
    pub draws: Vec<f32>,
}

/// What the encoder says of some images, on the host: its Gaussians, or Gaussians of the moments of its flow.
pub(super) struct EncoderGaussians {
    /// `[images, latent]`
    pub mean: Vec<f32>,
    /// `[images, latent]`
    pub deviation: Vec<f32>,
    /// From the prior, `[images]`, in nats.
    pub kl: Vec<f64>,
}

/// `first` is the number of the first of the examples, of which each has draws of its own.
pub(super) fn encode(vae: &TrainedVae, x: Tensor<2>, first: u64) -> Result<EncoderGaussians> {
    /// Draws that a divergence without a closed form is estimated by.
    const DRAWS: usize = 100;
    let host = |values: Tensor<2>| values.into_data().try_into_vec::<f32>().expect("everything is F32");
    let posterior = vae.model().posterior(x)?;
    let [images, latent] = posterior.dims();
    let noise = || {
        let generator = |number| vae.streams().generator(Purpose::Divergence, number);
        let mut generators: Vec<_> = (first..first + images as u64).map(generator).collect();
        let draws = (0..DRAWS).flat_map(|_| {
            generators.iter_mut().flat_map(|random| standard_normals(random, latent)).collect::<Vec<_>>()
        });
        let noise = TensorData::new(draws.collect::<Vec<_>>(), [DRAWS * images, latent]);
        Tensor::from_data(noise, vae.device())
    };
    let kl: Tensor<1> = vae.model().kl(&posterior, noise)?;
    let kl = kl.into_data().try_into_vec::<f32>().expect("everything is F32");
    let [mean, deviation] = posterior.moments(&moment_noise(vae.streams(), latent, vae.device()))?;
    Ok(EncoderGaussians {
        deviation: host(deviation),
        mean: host(mean),
        kl: kl.into_iter().map(f64::from).collect(),
    })
}

/// Samples the posterior of z of each image; every draw takes memory where they are to be kept.
///
/// # Errors
/// If an image is of another size than those that were trained on, the chains are too many, or the user asked to stop.
pub fn posteriors(
    vae: &TrainedVae,
    asked: &Asked,
    settings: ChainSettings,
    keep_draws: bool,
) -> Result<Vec<LatentPosterior>> {
    let examples = &asked.examples;
    let latent = vae.latent();
    let at_once = settings.images_at_once(vae)?;
    let mut posteriors = Vec::with_capacity(examples.count());
    let work = Work::on(examples.count(), settings.moves());
    for block in work.blocks(at_once) {
        let count = block.len();
        let x = vae.upload(examples, block.clone());
        let encoded = encode(vae, x.clone(), asked.number(block.start))?;
        let chains = sample(vae, (asked, block), x, settings, &work, |prior, noise| {
            dispersed(&encoded, settings.starts, (prior, vae.device()), noise)
        })?;
        for image in 0..count {
            let rows = settings.rows(image, count);
            let moments = |unit: usize| {
                let draws: Vec<f64> = rows.iter().flat_map(|&row| chains.coordinate(row, unit)).collect();
                let Summary { mean, std } = Summary::of(&draws).expect("chains have draws");
                (mean as f32, std.expect("more than one") as f32)
            };
            let (mean, deviation) = (0..latent).map(moments).unzip();
            let of_chain = |&row: &usize| chains.each().flat_map(move |z| &z[row * latent..][..latent]);
            let kept = if keep_draws { rows.as_slice() } else { &[] };
            let draws = kept.iter().flat_map(of_chain).copied().collect();
            posteriors.push(LatentPosterior { mean, deviation, mixing: Mixing::of(&chains, &rows), draws });
        }
    }
    Ok(posteriors)
}

/// Chains on the posteriors of whole images `[images, pixels]`.
pub(super) fn sample(
    vae: &TrainedVae,
    (asked, block): (&Asked, Range<usize>),
    x: Tensor<2>,
    settings: ChainSettings,
    work: &Work,
    from: impl FnOnce(&PriorDensity, &mut Noise) -> Result<Starts>,
) -> Result<Chains> {
    settings
        .run(vae, asked, block, &Measurement::Complete { x }, work, |target, noise| from(target.prior, noise))
}
