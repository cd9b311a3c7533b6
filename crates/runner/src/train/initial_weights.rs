//! The first weights of auto-encoders of images, from the stream of a seed.

use aevb_models::nn::{InitialWeights, WeightShape};
use rand::Rng;
use rand_mt::Mt;

use crate::experiment::WeightDistribution;
use crate::random::standard_normals;

/// The standard deviation of arXiv 1312.6114, §5.
const STANDARD_DEVIATION: f32 = 0.01;

/// Draws by a distribution, layer by layer.
pub(crate) struct Draw {
    distribution: WeightDistribution,
    random: Mt,
}

impl Draw {
    pub fn new(distribution: WeightDistribution, random: Mt) -> Self {
        Self { distribution, random }
    }

    /// `U(−bound, bound)` as `torch.Tensor.uniform_` takes it from 24 bits; product and sum are rounded once there.
    fn uniforms(&mut self, count: usize, bound: f64) -> Vec<f32> {
        let bound = bound as f32;
        let mut uniform =
            || ((self.random.next_u32() & 0xFF_FFFF) as f32 / (1 << 24) as f32).mul_add(2.0 * bound, -bound);
        (0..count).map(|_| uniform()).collect()
    }

    fn normals(&mut self, count: usize) -> Vec<f32> {
        let mut values = standard_normals(&mut self.random, count);
        values.iter_mut().for_each(|value| *value *= STANDARD_DEVIATION);
        values
    }
}

impl InitialWeights for Draw {
    fn weight(&mut self, shape: &WeightShape) -> Vec<f32> {
        let (count, &WeightShape { fan_in, fan_out, .. }) = (shape.count(), shape);
        match self.distribution {
            WeightDistribution::Normal => self.normals(count),
            WeightDistribution::Glorot => self.uniforms(count, (6.0 / (fan_in + fan_out) as f64).sqrt()),
            WeightDistribution::Pytorch => {
                // `kaiming_uniform_` with a = √5, in the steps in which PyTorch computes its bound of 1/√fan_in.
                let gain = (2.0 / (1.0 + 5f64.sqrt().powi(2))).sqrt();
                let bound = 3f64.sqrt() * (gain / (fan_in as f64).sqrt());
                let values = self.uniforms(count, bound);
                // PyTorch has the outputs of a matrix first.
                if shape.dims.len() == 2 { transpose(&values, fan_in) } else { values }
            }
        }
    }

    fn bias(&mut self, fan_in: usize, values: usize) -> Vec<f32> {
        match self.distribution {
            WeightDistribution::Normal => self.normals(values),
            WeightDistribution::Glorot => vec![0.0; values],
            WeightDistribution::Pytorch => self.uniforms(values, 1.0 / (fan_in as f64).sqrt()),
        }
    }

    fn random(&mut self) -> &mut dyn Rng {
        &mut self.random
    }
}

/// A matrix of rows of `columns` values, row by row, as its transpose.
fn transpose(values: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns).copied()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aevb_models::nn::{DataShape, HiddenActivation, Linear};
    use aevb_models::vae::{AutoencoderConfig, GaussianLikelihood, Likelihood, PixelMean, Vae};
    use burn::tensor::{Device, Tensor};
    use serde::Deserialize;

    use super::*;
    use crate::random::Streams;

    /// What `tests/golden/vae_initial_weights.py` has from PyTorch; weights are `[d_output, d_input]`.
    #[derive(Deserialize)]
    struct Golden {
        whole: Vec<Whole>,
        large: Large,
    }

    #[derive(Deserialize)]
    struct Whole {
        seed: u64,
        likelihood: String,
        layers: BTreeMap<String, Layer>,
    }

    #[derive(Deserialize)]
    struct Layer {
        weight: Vec<Vec<f32>>,
        bias: Vec<f32>,
    }

    #[derive(Deserialize)]
    struct Large {
        seed: u64,
        layers: BTreeMap<String, BTreeMap<String, Digest>>,
    }

    #[derive(Deserialize)]
    struct Digest {
        first: Vec<f32>,
        sum: f64,
    }

    fn golden() -> Golden {
        let text = include_str!("../../../../tests/golden/vae_initial_weights.json");
        serde_json::from_str(text).expect("the golden file")
    }

    fn vae(seed: u64, sizes: [usize; 3], likelihood: Likelihood) -> Vae {
        let [pixels, hidden, latent] = sizes;
        let data = DataShape::Columns(pixels);
        let config = AutoencoderConfig::new(data, vec![hidden], latent, HiddenActivation::Tanh, likelihood);
        let mut draw = Draw::new(WeightDistribution::Pytorch, Streams::new(seed).initial_weights());
        config.init_vae(&mut draw, &Device::flex().autodiff()).expect("valid sizes")
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec::<f32>().expect("weights are F32")
    }

    /// The layers by PyTorch's names; heads are one layer there.
    fn layers(vae: &Vae) -> Vec<(&'static str, Vec<&Linear>)> {
        let [encoder, decoder] =
            [&vae.encoder.hidden, &vae.decoder.hidden].map(|body| body.as_mlp().expect("a perceptron"));
        vec![
            ("encoder", vec![&encoder.layers[0]]),
            ("heads", vec![&vae.encoder.mean, &vae.encoder.log_variance]),
            ("decoder", vec![&decoder.layers[0]]),
            ("output", vae.decoder.heads.layers.iter().map(|(_, layer)| layer).collect()),
        ]
    }

    /// Weight `[d_output, d_input]` and bias of layers as one.
    fn as_one(layers: &[&Linear]) -> (Vec<f32>, Vec<f32>) {
        let weights = layers.iter().flat_map(|layer| values(layer.weight.val().transpose()));
        let biases = layers.iter().flat_map(|layer| values(layer.bias.val()));
        (weights.collect(), biases.collect())
    }

    #[test]
    fn small_models_begin_as_pytorchs_bit_for_bit() {
        for whole in golden().whole {
            let likelihood = match whole.likelihood.as_str() {
                "bernoulli" => Likelihood::default(),
                _ => {
                    Likelihood::Gaussian(GaussianLikelihood { mean: PixelMean::Sigmoid, variance_floor: 0.0 })
                }
            };
            let vae = vae(whole.seed, [6, 5, 2], likelihood);
            for (name, ours) in layers(&vae) {
                let Layer { weight, bias } = &whole.layers[name];
                assert_eq!(as_one(&ours), (weight.concat(), bias.clone()), "{} {name}", whole.likelihood);
            }
        }
    }

    #[test]
    fn a_model_of_mnist_begins_as_pytorchs() {
        let Large { seed, layers: golden } = golden().large;
        let vae = vae(seed, [784, 500, 20], Likelihood::default());
        for (name, ours) in layers(&vae) {
            let (weight, bias) = as_one(&ours);
            for (part, ours) in [("weight", weight), ("bias", bias)] {
                let Digest { first, sum } = &golden[name][part];
                assert_eq!(ours[..4], first[..], "{name}.{part}");
                let total: f64 = ours.iter().map(|&value| f64::from(value)).sum();
                assert!((total - sum).abs() < 1e-9, "{name}.{part}: {total} is not {sum}");
            }
        }
    }

    /// The weights of a convolution have PyTorch's axes, so that the draws stand in their order.
    #[test]
    fn a_weight_of_any_shape_is_drawn() {
        let shape = WeightShape { dims: vec![4, 3, 2, 2], fan_in: 12, fan_out: 16 };
        let draw = || Draw::new(WeightDistribution::Pytorch, Streams::new(5).initial_weights());
        let weight = draw().weight(&shape);
        assert_eq!(weight, draw().uniforms(48, 1.0 / 12f64.sqrt()));
        let matrix = draw().weight(&WeightShape::dense(12, &[4]));
        assert_eq!(transpose(&matrix, 4), weight);
    }

    #[test]
    fn the_other_distributions_have_the_spread_that_they_say() {
        let spread = |distribution| {
            let mut draw = Draw::new(distribution, Streams::new(1).initial_weights());
            let weight = draw.weight(&WeightShape::dense(300, &[200]));
            (weight.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / weight.len() as f64).sqrt()
        };
        // A uniform's standard deviation is its bound over √3; 60 000 draws know it to 0.3 %.
        for (distribution, expected) in [
            (WeightDistribution::Normal, 0.01),
            (WeightDistribution::Glorot, (6.0 / 500f64).sqrt() / 3f64.sqrt()),
        ] {
            assert!((spread(distribution) / expected - 1.0).abs() < 0.015, "{distribution:?}");
        }
    }
}
