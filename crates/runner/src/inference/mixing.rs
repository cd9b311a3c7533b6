use aevb_models::vae::inference::Chains;

use super::FEWEST;

/// How the chains of an image went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixing {
    /// The mean acceptance probability.
    pub acceptance: f64,
    /// The least effective sample size of a latent dimension.
    pub effective_samples: f64,
    /// The largest split R̂ of a latent dimension.
    pub r_hat: f64,
}

impl Mixing {
    /// R̂ above which chains are said not to mix (Gelman & Rubin 1992).
    pub const LARGEST_R_HAT: f64 = 1.1;

    pub(super) fn of(chains: &Chains, rows: &[usize]) -> Self {
        let acceptance = rows.iter().map(|&row| chains.acceptance[row]).sum::<f64>() / rows.len() as f64;
        let (effective_samples, r_hat) = chains.mixing(rows);
        Self { acceptance, effective_samples, r_hat }
    }

    /// Whether the chains agree with each other, and their draws are worth anything.
    pub fn is_mixed(&self) -> bool {
        self.r_hat <= Self::LARGEST_R_HAT && self.effective_samples >= FEWEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_mix_where_both_numbers_say_so() {
        let mixing = |effective_samples, r_hat| Mixing { acceptance: 0.8, effective_samples, r_hat };
        assert!(mixing(50.0, 1.05).is_mixed());
        for (effective_samples, r_hat) in
            [(50.0, 1.2), (5.0, 1.0), (50.0, f64::NAN), (f64::NAN, 1.0), (0.0, f64::INFINITY)]
        {
            assert!(!mixing(effective_samples, r_hat).is_mixed(), "{effective_samples}, {r_hat}");
        }
    }
}
