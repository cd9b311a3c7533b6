//! The draws that stand for a posterior whose mean and deviation have no closed form.

use burn::tensor::{Device, Tensor, TensorData};

use crate::experiment::Networks;
use crate::random::{Purpose, Streams, standard_normals};

/// Draws of each example, half of them the negatives of the others.
const DRAWS: usize = 64;

/// `[draws, latent]`: the same for every example, so that means differ by what is encoded and not by noise; of mean 0 and variance
/// 1 in each dimension, so that what a flow leaves as it was keeps its mean and its deviation.
pub(crate) fn moment_noise(streams: Streams, latent: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(balanced(streams, latent), [DRAWS, latent]), device)
}

fn balanced(streams: Streams, latent: usize) -> Vec<f32> {
    let mut random = streams.generator(Purpose::PosteriorMoments, 0);
    let mut half = standard_normals(&mut random, DRAWS / 2 * latent);
    for dimension in 0..latent {
        let column = || (dimension..DRAWS / 2 * latent).step_by(latent);
        let square: f64 = column().map(|at| f64::from(half[at]).powi(2)).sum();
        let deviation = (square / (DRAWS / 2) as f64).sqrt();
        column().for_each(|at| half[at] = (f64::from(half[at]) / deviation) as f32);
    }
    let negatives: Vec<f32> = half.iter().map(|draw| -draw).collect();
    [half, negatives].concat()
}

/// What is to be said of means and deviations that are no closed forms.
pub(super) fn note(networks: &Networks) -> Option<String> {
    networks.flow_posterior().map(|posterior| {
        format!(
            "means and deviations are those of {DRAWS} draws of q(z|x), the same for every example: the `{}` posterior has neither in \
             closed form",
            posterior.name()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_mean_0_and_variance_1() {
        let draws = balanced(Streams::new(3), 3);
        assert_eq!(draws.len(), DRAWS * 3);
        for dimension in 0..3 {
            let column: Vec<f64> =
                draws.iter().skip(dimension).step_by(3).map(|&draw| f64::from(draw)).collect();
            let mean = column.iter().sum::<f64>() / DRAWS as f64;
            let square = column.iter().map(|draw| draw * draw).sum::<f64>() / DRAWS as f64;
            assert!(mean.abs() < 1e-12 && (square - 1.0).abs() < 1e-6, "{mean}, {square}");
        }
        assert_eq!(draws, balanced(Streams::new(3), 3));
        assert_ne!(draws, balanced(Streams::new(4), 3));
    }
}
