use burn::tensor::Tensor;

use crate::error::{Error, Result};
use crate::host::doubles;
use crate::vae::iwae::Draws;
use crate::vae::model::Vae;

/// What a number of draws of z say of `log p(x)`, in nats.
///
/// All are NaN where an importance weight is. Where every weight is 0, as an f32 has it of an x that is far from all the
/// model knows, the likelihood is minus infinity; of that, and of weights whose logarithms an f32 holds to a nat at best,
/// the error is infinite and no effective samples are left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarginalLikelihood {
    /// By importance sampling `log 1/K Σ_k w_k`, below `log p(x)` on average and ever less so with K.
    pub log_likelihood: f64,
    /// Its standard error by the delta method, `sd(w)/(mean(w) √K)`; infinite for a single weight. It knows nothing of
    /// weights that were not met: where few effective samples are left it is too small.
    pub standard_error: f64,
    /// `(Σ w)²/Σ w²`, from 1 to K: how many draws of the true posterior the weights are worth (Kong 1992).
    pub effective_samples: f64,
    /// The mean of `log w`, an estimate of the variational bound, where there are weights.
    pub bound: Option<f64>,
}

/// The weights met so far, relative to the largest of them.
#[derive(Clone, Copy, Debug)]
struct Weights {
    largest: f64,
    sum: f64,
    squares: f64,
    logarithms: f64,
    count: usize,
}

impl Weights {
    const NONE: Self = Self { largest: f64::NEG_INFINITY, sum: 0.0, squares: 0.0, logarithms: 0.0, count: 0 };

    fn add(&mut self, log_weight: f64) {
        if log_weight > self.largest {
            let shrink = (self.largest - log_weight).exp();
            self.sum *= shrink;
            self.squares *= shrink * shrink;
            self.largest = log_weight;
        }
        let weight = if log_weight == f64::NEG_INFINITY { 0.0 } else { (log_weight - self.largest).exp() };
        self.sum += weight;
        self.squares += weight * weight;
        self.logarithms += log_weight;
        self.count += 1;
    }

    fn finish(&self) -> MarginalLikelihood {
        /// From here on the f32 next to another is a nat away.
        const COARSE: f64 = (1u32 << 23) as f64;
        let count = self.count as f64;
        let is_coarse = !self.sum.is_nan() && (self.sum == 0.0 || self.largest.abs() >= COARSE);
        let effective_samples = if is_coarse { 0.0 } else { self.sum * self.sum / self.squares };
        let log_likelihood = self.largest + (self.sum / count).ln();
        // `clamp`, unlike `max`, lets NaN through.
        let variance = ((count / effective_samples - 1.0) / (count - 1.0)).clamp(0.0, f64::INFINITY);
        let is_one = self.count == 1 && !log_likelihood.is_nan();
        let is_unknown = is_one || is_coarse;
        MarginalLikelihood {
            log_likelihood,
            standard_error: if is_unknown { f64::INFINITY } else { variance.sqrt() },
            effective_samples,
            bound: Some(self.logarithms / count),
        }
    }
}

/// Estimates `log p(x)` of each row by importance sampling from the encoder (Rezende, Mohamed & Wierstra, arXiv
/// 1401.4082, appendix E; Burda et al., arXiv 1509.00519), with the log-sum-exp over the draws in f64.
///
/// Memory is that of `together` draws a row, however many there are in all: `noise(n)` is asked for the next n draws,
/// `[n · batch, latent]`, those of the first draw in the first `batch` rows.
///
/// # Shapes
/// - x: `[batch, values]`
///
/// # Errors
/// If the shapes do not go together, or `goes_on` says no, which is asked before every so many draws.
///
/// # Panics
/// If `together` is 0.
pub fn importance_sampling(
    model: &Vae,
    x: Tensor<2>,
    samples: usize,
    together: usize,
    mut noise: impl FnMut(usize) -> Tensor<2>,
    mut goes_on: impl FnMut() -> bool,
) -> Result<Vec<MarginalLikelihood>> {
    let batch = x.dims()[0];
    let posterior = model.posterior(x.clone())?;
    let prior = model.prior_density()?;
    let repeated = x.clone().repeat_dim(0, together.min(samples));
    let mut weights = vec![Weights::NONE; batch];
    for first in (0..samples).step_by(together) {
        if !goes_on() {
            return Err(Error::Stopped);
        }
        let count = together.min(samples - first);
        let x = repeated.clone().slice(0..count * batch);
        let draws = Draws::of(model, (&posterior, &prior), x, noise(count))?;
        for draw in doubles(draws.log_weight).chunks_exact(batch) {
            for (weights, log_weight) in weights.iter_mut().zip(draw) {
                weights.add(*log_weight);
            }
        }
    }
    Ok(weights.iter().map(Weights::finish).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(log_weights: &[f64]) -> MarginalLikelihood {
        let mut weights = Weights::NONE;
        log_weights.iter().for_each(|weight| weights.add(*weight));
        weights.finish()
    }

    #[test]
    fn weights_of_any_size_and_order_are_added_up() {
        // Weights 1, 2, 3 and 6 times exp(−800): mean 3, squares' mean 12.5.
        let logs = [1.0f64, 2.0, 3.0, 6.0].map(|weight| weight.ln() - 800.0);
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let found = of(&order.map(|index: usize| logs[index]));
            assert!((found.log_likelihood - (3f64.ln() - 800.0)).abs() < 1e-12);
            assert!((found.effective_samples - 144.0 / 50.0).abs() < 1e-12);
            // sd = √(14/3) with n − 1, mean 3, n = 4.
            assert!((found.standard_error - (14f64 / 3.0).sqrt() / 3.0 / 2.0).abs() < 1e-12);
            let bound = found.bound.expect("of weights");
            assert!((bound - logs.iter().sum::<f64>() / 4.0).abs() < 1e-12);
        }
    }

    #[test]
    fn one_weight_has_no_error_to_tell_and_a_weight_of_nothing_counts() {
        assert_eq!(of(&[-3.0]).standard_error, f64::INFINITY);
        assert_eq!(of(&[f64::NEG_INFINITY, 0.0]).log_likelihood, 0.5f64.ln());
        let nothing = of(&[f64::NEG_INFINITY; 2]);
        assert_eq!((nothing.log_likelihood, nothing.standard_error), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(nothing.effective_samples, 0.0);
    }

    #[test]
    fn weights_that_an_f32_cannot_tell_apart_are_worth_nothing() {
        let found = of(&[-1.0298e10; 100]);
        assert_eq!((found.effective_samples, found.standard_error), (0.0, f64::INFINITY));
        assert_eq!(of(&[-8e6; 100]).effective_samples, 100.0);
    }

    #[test]
    fn a_weight_that_is_not_a_number_spoils_all() {
        for broken in [f64::NAN, f64::INFINITY] {
            for place in 0..4 {
                let mut weights = [f64::NEG_INFINITY, -3.0, 2.0, -1.0];
                weights[place] = broken;
                let found = of(&weights);
                for value in [found.log_likelihood, found.standard_error, found.effective_samples] {
                    assert!(value.is_nan(), "{weights:?}: {found:?}");
                }
            }
            assert!(of(&[broken]).standard_error.is_nan());
        }
    }
}
