//! How far off what was imputed is, beside simpler answers.

use serde::Serialize;

use super::{Imputation, Mixing};
use crate::evaluate::Summary;

/// The mean squared errors of the answers.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The number of images.
    pub images: usize,
    /// Of the posterior mean of x.
    pub posterior_mean: f64,
    /// Of the simpler answers.
    pub baselines: Vec<Baseline>,
    /// The mean acceptance probability of the chains.
    pub acceptance: f64,
    /// The median over the images of the least effective sample size of a latent dimension.
    pub effective_samples: f64,
    /// Images whose chains do not mix: a split R̂ above 1.1, or fewer than 10 effective samples.
    pub unmixed_images: usize,
}

/// A simpler answer.
#[derive(Clone, Debug, Serialize)]
pub struct Baseline {
    /// What it is.
    pub name: &'static str,
    /// Its mean squared error.
    pub error: f64,
    /// By how much the posterior mean's is smaller, on average over the images.
    pub difference: f64,
    /// The standard error of that average.
    pub standard_error: f64,
}

/// The errors of the posterior mean and of the simpler answers, over the pixels that count.
///
/// # Panics
/// If there are fewer than two images.
pub fn compare(imputation: &Imputation) -> Comparison {
    let Imputation { original, scored, mixing, .. } = imputation;
    let size = scored.len();
    let images = mixing.len();
    let counted = scored.iter().filter(|&&counts| counts).count() as f64;
    // Of each image: the answer's pixels are those of the images, or of one that stands for all.
    let errors = |answer: &[f32]| -> Vec<f64> {
        let of_image = |(image, answer): (&[f32], &[f32])| {
            let pixels = image.iter().zip(answer).zip(scored).filter(|(_, counts)| **counts);
            pixels.map(|((x, answer), _)| f64::from(answer - x).powi(2)).sum::<f64>() / counted
        };
        original.chunks_exact(size).zip(answer.chunks_exact(size).cycle()).map(of_image).collect()
    };
    let summary = |values: &[f64]| Summary::of(values).expect("at least two images");
    let ours = errors(&imputation.mean);
    let mut answers = vec![("the training mean", errors(&imputation.training_mean))];
    if imputation.observed_everywhere {
        answers.push(("what was observed", errors(&imputation.observed)));
    }
    answers.push(("one pass of the encoder", errors(&imputation.one_pass)));
    let baseline = |(name, theirs): (&'static str, Vec<f64>)| {
        let differences: Vec<f64> = theirs.iter().zip(&ours).map(|(theirs, ours)| theirs - ours).collect();
        let difference = summary(&differences);
        Baseline {
            name,
            error: summary(&theirs).mean,
            difference: difference.mean,
            standard_error: difference.standard_error(images).expect("at least two images"),
        }
    };
    let of_chains = |value: fn(&Mixing) -> f64| mixing.iter().map(value).collect::<Vec<_>>();
    let mut sizes = of_chains(|mixing| mixing.effective_samples);
    sizes.sort_by(f64::total_cmp);
    Comparison {
        images,
        posterior_mean: summary(&ours).mean,
        baselines: answers.into_iter().map(baseline).collect(),
        acceptance: summary(&of_chains(|mixing| mixing.acceptance)).mean,
        effective_samples: sizes[sizes.len() / 2],
        unmixed_images: mixing.iter().filter(|mixing| !mixing.is_mixed()).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imputation() -> Imputation {
        let mixing = |effective_samples, r_hat| Mixing { acceptance: 0.8, effective_samples, r_hat };
        Imputation {
            // Two images of three pixels, the first of which does not count.
            original: vec![0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
            observed: vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            mean: vec![9.0, 0.5, 0.0, 9.0, 0.0, 1.0],
            spread: vec![0.0; 6],
            training_mean: vec![9.0, 0.5, 0.5],
            one_pass: vec![9.0, 0.0, 1.0, 9.0, 0.5, 1.0],
            scored: vec![false, true, true],
            observed_everywhere: true,
            mixing: vec![mixing(100.0, 1.0), mixing(50.0, 1.5)],
        }
    }

    #[test]
    fn errors_are_means_over_the_pixels_that_count_and_paired_by_image() {
        let Comparison { images, posterior_mean, baselines, unmixed_images, .. } = compare(&imputation());
        // Ours are 0.125 and 0; the training mean's 0.25 and 0.25; the observed 0.5 and 0.5; the encoder's 1 and 0.125.
        assert_eq!((images, posterior_mean, unmixed_images), (2, 0.0625, 1));
        let found: Vec<_> = baselines.iter().map(|b| (b.name, b.error, b.difference)).collect();
        let known = [
            ("the training mean", 0.25, 0.1875),
            ("what was observed", 0.5, 0.4375),
            ("one pass of the encoder", 0.5625, 0.5),
        ];
        assert_eq!(found, known);
        // Differences 0.125 and 0.25 lie 0.0625 from their mean, 0.875 and 0.125 lie 0.375 from theirs: of two, that is the error.
        assert!((baselines[0].standard_error - 0.0625).abs() < 1e-12);
        assert!((baselines[2].standard_error - 0.375).abs() < 1e-12);
    }

    #[test]
    fn hidden_pixels_are_no_answer() {
        let compared = compare(&Imputation { observed_everywhere: false, ..imputation() });
        assert!(compared.baselines.iter().all(|baseline| baseline.name != "what was observed"));
    }
}
