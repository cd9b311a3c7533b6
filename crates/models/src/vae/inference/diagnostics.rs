//! Whether chains have found their distribution, and what their draws are worth.

/// How many independent draws the mean of these is worth: several chains, each cut in halves, with the autocorrelations
/// cut off by Geyer's initial monotone sequence (Gelman et al., Bayesian Data Analysis, 3rd ed., §11.5; Stan's reference
/// manual). 0 where a draw is not finite, or none differs from another: a chain that stands still has told nothing.
///
/// # Panics
/// If the chains are not of one length, of at least 4.
pub fn effective_sample_size(chains: &[Vec<f64>]) -> f64 {
    let Some(halves) = halves(chains) else { return 0.0 };
    let (count, length) = (halves.len() as f64, halves[0].len());
    let within = halves.iter().map(|half| variance(half)).sum::<f64>() / count;
    let means: Vec<f64> = halves.iter().map(|half| mean(half)).collect();
    let n = length as f64;
    let total = within * (n - 1.0) / n + variance(&means);
    if total == 0.0 {
        return 0.0;
    }
    let correlation = |lag: usize| {
        let sums = halves.iter().zip(&means).map(|(half, mean)| autocovariance(half, *mean, lag));
        1.0 - (within - sums.sum::<f64>() / count) / total
    };
    // Γ_k = ρ_2k + ρ_2k+1 is positive and falls, so where an estimate is not or does not, noise is all that is left.
    let mut sum = 0.0;
    let mut last = f64::INFINITY;
    for lag in (0..length - 1).step_by(2) {
        let pair = (if lag == 0 { 1.0 } else { correlation(lag) }) + correlation(lag + 1);
        if pair <= 0.0 {
            break;
        }
        last = last.min(pair);
        sum += last;
    }
    let draws = count * n;
    // Chains that swing are worth more than independent draws, yet not without bound.
    draws / (2.0 * sum - 1.0).max(1.0 / draws.log10())
}

/// How much wider all chains' draws lie than those of each half of a chain: `R̂`, near 1 where they mix (Gelman et
/// al., ibid., §11.4). Infinite where a draw is not finite or all chains stand still.
///
/// # Panics
/// If the chains are not of one length, of at least 4.
pub fn split_r_hat(chains: &[Vec<f64>]) -> f64 {
    let Some(halves) = halves(chains) else { return f64::INFINITY };
    let n = halves[0].len() as f64;
    let within = halves.iter().map(|half| variance(half)).sum::<f64>() / halves.len() as f64;
    let means: Vec<f64> = halves.iter().map(|half| mean(half)).collect();
    let between = variance(&means);
    if within == 0.0 {
        return f64::INFINITY;
    }
    ((n - 1.0) / n + between / within).sqrt()
}

/// The first and the last half of each chain; of an odd length the middle draw is left out.
fn halves(chains: &[Vec<f64>]) -> Option<Vec<&[f64]>> {
    let length = chains.first().map_or(0, Vec::len);
    assert!(length >= 4 && chains.iter().all(|chain| chain.len() == length), "chains of one length");
    let is_finite = chains.iter().flatten().all(|draw| draw.is_finite());
    let halves = chains.iter().flat_map(|chain| {
        let half = chain.len() / 2;
        [&chain[..half], &chain[chain.len() - half..]]
    });
    is_finite.then(|| halves.collect())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

fn autocovariance(values: &[f64], mean: f64, lag: usize) -> f64 {
    let products = values.iter().zip(&values[lag..]).map(|(a, b)| (a - mean) * (b - mean));
    products.sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Chains `x' = φ x + ε` at rest; ε is uniform, which changes nothing of their correlations φ^lag.
    fn autoregressive(phi: f64, count: usize, length: usize) -> Vec<Vec<f64>> {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut uniform = move || f64::from(random.next_u32()) / f64::from(u32::MAX) - 0.5;
        let mut chain = || {
            let mut x = 0.0;
            let all = std::iter::repeat_with(|| {
                x = phi * x + uniform();
                x
            });
            all.skip(200).take(length).collect()
        };
        (0..count).map(|_| chain()).collect()
    }

    #[test]
    fn the_effective_size_of_autoregressive_chains_is_known() {
        for phi in [-0.5, 0.0, 0.5, 0.9] {
            let known = 4.0 * 10_000.0 * (1.0 - phi) / (1.0 + phi);
            let found = effective_sample_size(&autoregressive(phi, 4, 10_000));
            assert!((found / known - 1.0).abs() < 0.15, "φ = {phi}: {found}, not {known}");
        }
    }

    #[test]
    fn chains_in_different_places_do_not_mix() {
        let mut chains = autoregressive(0.5, 4, 1000);
        assert!(split_r_hat(&chains) < 1.01);
        chains[2].iter_mut().for_each(|x| *x += 1.0);
        assert!(split_r_hat(&chains) > 1.1);
        assert!(effective_sample_size(&chains) < 40.0);
        // One chain that drifts.
        let drifting: Vec<f64> = chains[0].iter().enumerate().map(|(i, x)| x + i as f64 / 500.0).collect();
        assert!(split_r_hat(&[drifting]) > 1.1);
    }

    #[test]
    fn what_is_not_finite_and_what_stands_still_is_worth_nothing() {
        let broken = vec![vec![0.0, 1.0, f64::NAN, 2.0]];
        assert_eq!((effective_sample_size(&broken), split_r_hat(&broken)), (0.0, f64::INFINITY));
        let still = [vec![1.0; 8], vec![2.0; 8]];
        for chains in [&still[..], &still[..1]] {
            assert_eq!((split_r_hat(chains), effective_sample_size(&chains[..1])), (f64::INFINITY, 0.0));
        }
    }
}
