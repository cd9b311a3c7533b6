use super::diagnostics::effective_sample_size;
use super::hmc::Chains;
use super::importance::MarginalLikelihood;
use crate::error::{Error, Result};

/// The most latent dimensions that the estimator is for.
pub const MOST_LATENTS: usize = 4;

/// The squared radius that holds 0.9 of a standard normal of 1, 2, 3 and 4 dimensions: χ² quantiles
/// (`scipy.stats.chi2.ppf(0.9, range(1, 5))`).
const RADII: [f64; MOST_LATENTS] =
    [2.705_543_454_095_404, 4.605_170_185_988_092, 6.251_388_631_170_325, 7.779_440_339_734_858];
const MASS: f64 = 0.9;

/// Estimates `log p(x)` from draws of the posterior (Kingma & Welling, arXiv 1312.6114, appendix D), for some chains on
/// one posterior whose log-density is `log p(x, z)` itself: `1/p(x) ≈ 1/L Σ_l q(z_l)/p(x, z_l)`.
///
/// `q` is fitted to the first half of each chain and applied to the second. It is a Gaussian, cut to the ellipsoid that
/// holds nine tenths of it: a fit with wider tails than the posterior's would leave the sum without a variance (Geweke
/// 1999).
///
/// The effective size is that of the terms of the sum, which follow each other in a chain. There is no bound. It is for
/// posteriors of one mode, or of several that each chain visits: what no chain has met is missing from the estimate, so
/// look at [`Chains::mixing`] as well. Few terms estimate `log p(x)` too high, as `−log` of their mean is too high on average.
///
/// # Errors
/// If there are more latent dimensions than [`MOST_LATENTS`], or the draws span fewer.
///
/// # Panics
/// If no chain is chosen, or they have fewer than 8 draws.
pub fn appendix_d(chains: &Chains, chosen: &[usize]) -> Result<MarginalLikelihood> {
    let latent = chains.latent;
    if latent > MOST_LATENTS {
        return Err(Error::Config {
            field: "model.latent",
            problem: format!(
                "{latent} is too many for the estimator of appendix D, which is for at most {MOST_LATENTS}"
            ),
        });
    }
    assert!(!chosen.is_empty() && chains.draws() >= 8, "chains that something can be told from");
    let half = chains.draws() / 2;
    let all: Vec<&[f32]> = chains.each().collect();
    let row = |draw: usize, chain: usize| -> Vec<f64> {
        all[draw][chain * latent..][..latent].iter().map(|&z| f64::from(z)).collect()
    };
    let fitted: Vec<Vec<f64>> =
        (0..half).flat_map(|draw| chosen.iter().map(move |&chain| row(draw, chain))).collect();
    let fit = Gaussian::fit(&fitted, latent)
        .ok_or(Error::Chains { problem: "the draws do not span the latent space: the chains stand still" })?;
    let log_ratio = |draw: usize, chain: usize| {
        fit.log_density(&row(draw, chain)) - chains.log_prob[draw * chains.count() + chain]
    };
    let log_ratios: Vec<Vec<f64>> = chosen
        .iter()
        .map(|&chain| (half..chains.draws()).map(|draw| log_ratio(draw, chain)).collect())
        .collect();
    let largest = log_ratios.iter().flatten().fold(f64::NEG_INFINITY, |largest, &ratio| largest.max(ratio));
    if !largest.is_finite() {
        return Err(Error::Chains { problem: "no draw lies near those that the density was fitted to" });
    }
    let ratios: Vec<Vec<f64>> =
        log_ratios.iter().map(|chain| chain.iter().map(|ratio| (ratio - largest).exp()).collect()).collect();
    let count = (ratios.len() * ratios[0].len()) as f64;
    let mean = ratios.iter().flatten().sum::<f64>() / count;
    let variance = ratios.iter().flatten().map(|ratio| (ratio - mean).powi(2)).sum::<f64>() / (count - 1.0);
    // Where all terms are the same, their mean is known exactly.
    let effective_samples = if variance == 0.0 { count } else { effective_sample_size(&ratios) };
    Ok(MarginalLikelihood {
        log_likelihood: -(largest + mean.ln()),
        standard_error: (variance / effective_samples).sqrt() / mean,
        effective_samples,
        bound: None,
    })
}

/// `N(mean, L Lᵀ)`, cut to an ellipsoid and scaled to a mass of 1.
struct Gaussian {
    mean: Vec<f64>,
    /// Lower triangular, row by row.
    factor: Vec<Vec<f64>>,
    log_constant: f64,
}

impl Gaussian {
    /// `None` where the covariance of the rows is not positive definite.
    fn fit(rows: &[Vec<f64>], latent: usize) -> Option<Self> {
        let count = rows.len() as f64;
        let mean: Vec<f64> =
            (0..latent).map(|unit| rows.iter().map(|row| row[unit]).sum::<f64>() / count).collect();
        let covariance = |i: usize, j: usize| {
            rows.iter().map(|row| (row[i] - mean[i]) * (row[j] - mean[j])).sum::<f64>() / (count - 1.0)
        };
        let mut factor = vec![vec![0.0; latent]; latent];
        for i in 0..latent {
            for j in 0..=i {
                let done: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
                let left = covariance(i, j) - done;
                if i == j {
                    if left.is_nan() || left <= 0.0 {
                        return None;
                    }
                    factor[i][i] = left.sqrt();
                } else {
                    factor[i][j] = left / factor[j][j];
                }
            }
        }
        let log_determinant: f64 = (0..latent).map(|i| factor[i][i].ln()).sum();
        let log_constant = -0.5 * latent as f64 * std::f64::consts::TAU.ln() - log_determinant - MASS.ln();
        Some(Self { mean, factor, log_constant })
    }

    /// Minus infinity outside of the ellipsoid.
    fn log_density(&self, z: &[f64]) -> f64 {
        let mut whitened: Vec<f64> = Vec::with_capacity(z.len());
        for (i, row) in self.factor.iter().enumerate() {
            let done: f64 = row.iter().zip(&whitened).map(|(factor, w)| factor * w).sum();
            whitened.push((z[i] - self.mean[i] - done) / row[i]);
        }
        let square: f64 = whitened.iter().map(|w| w * w).sum();
        if square > RADII[z.len() - 1] { f64::NEG_INFINITY } else { self.log_constant - 0.5 * square }
    }
}
