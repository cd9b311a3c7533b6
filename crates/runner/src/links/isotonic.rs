//! Isotonic regression.

/// The weighted least-squares fit that never rises to `values`, by pooling adjacent violators (Ayer et al., 1955): one for
/// each value. Weights are above 0.
pub(super) fn never_rising(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut pools: Vec<Pool> = Vec::new();
    for (&value, &weight) in values.iter().zip(weights) {
        let mut pool = Pool { sum: value * weight, weight, values: 1 };
        while let Some(before) = pools.pop_if(|before| before.mean() < pool.mean()) {
            pool = Pool {
                sum: before.sum + pool.sum,
                weight: before.weight + pool.weight,
                values: before.values + pool.values,
            };
        }
        pools.push(pool);
    }
    pools.iter().flat_map(|pool| std::iter::repeat_n(pool.mean(), pool.values)).collect()
}

struct Pool {
    sum: f64,
    weight: f64,
    values: usize,
}

impl Pool {
    fn mean(&self) -> f64 {
        self.sum / self.weight
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Case {
        values: Vec<f64>,
        weights: Vec<f64>,
        fitted: Vec<f64>,
    }

    #[test]
    fn equals_scikit_learn() {
        let text = include_str!("../../../../tests/golden/isotonic.json");
        let cases: Vec<Case> = serde_json::from_str(text).expect("the golden file");
        assert!(cases.len() > 10);
        for Case { values, weights, fitted } in cases {
            let found = never_rising(&values, &weights);
            assert_eq!(found.len(), fitted.len());
            for (found, fitted) in found.iter().zip(&fitted) {
                assert!((found - fitted).abs() < 1e-12, "{values:?}: {found}, not {fitted}");
            }
        }
    }
}
