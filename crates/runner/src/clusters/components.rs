use aevb_models::prior::PriorDensity;
use burn::tensor::Tensor;

use crate::error::{Error, Result};

/// The component of a mixture prior that is responsible for each row, and how likely it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// From 0 on.
    pub of: Vec<u32>,
    /// `p(k|z)` of that component.
    pub probability: Vec<f32>,
    /// How many there are, with those that no row has.
    pub count: usize,
}

impl Components {
    /// Those at the means `[rows, latent]` of posteriors; `None` where the prior has no components.
    ///
    /// # Errors
    /// If the means have another width, or no component has a finite density at one.
    pub fn at(prior: &PriorDensity, means: Tensor<2>) -> Result<Option<Self>> {
        let PriorDensity::Mixture(mixture) = prior else { return Ok(None) };
        let log_probs = mixture.component_log_probs(means)?;
        let count = log_probs.dims()[1];
        let log_probs = log_probs.into_data().try_into_vec::<f32>().expect("densities are F32");
        let is_unlikely = |row: &[f32]| !row.iter().any(|value| value.is_finite());
        if let Some(row) = log_probs.chunks_exact(count).position(is_unlikely) {
            let problem = format!("row {row} lies where no component of the prior has a finite density");
            return Err(Error::failed(problem).with_hint("train for longer, or with fewer components"));
        }
        Ok(Some(Self::of_log_probs(&log_probs, count)))
    }

    /// Those of `log w_k p(z|k)`, `[rows, count]`.
    fn of_log_probs(log_probs: &[f32], count: usize) -> Self {
        let (of, probability) = log_probs
            .chunks_exact(count)
            .map(|row| {
                let (component, largest) =
                    (0..).zip(row).fold((0, f32::NEG_INFINITY), |best, (component, &value)| {
                        if value > best.1 { (component, value) } else { best }
                    });
                let others: f64 = row.iter().map(|&value| f64::from(value - largest).exp()).sum();
                (component, (1.0 / others) as f32)
            })
            .unzip();
        Self { of, probability, count }
    }

    /// Those of some rows.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let of = rows.iter().map(|&row| self.of[row]).collect();
        Self { of, probability: rows.iter().map(|&row| self.probability[row]).collect(), count: self.count }
    }

    /// One after the other.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.of.extend(more.of);
        self.probability.extend(more.probability);
        self
    }

    /// How many components have a row.
    pub fn used(&self) -> usize {
        let mut is_used = vec![false; self.count];
        self.of.iter().for_each(|&component| is_used[component as usize] = true);
        is_used.into_iter().filter(|is_used| *is_used).count()
    }

    /// The component of a row and its probability, as they are written.
    pub fn texts(&self, row: usize) -> [String; 2] {
        [self.of[row].to_string(), self.probability[row].to_string()]
    }

    /// A sentence for people.
    pub fn in_words(&self) -> String {
        format!("{} of {} components of the prior are responsible for some", self.used(), self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_component_and_its_probability_are_those_of_bayes() {
        let weights = [[0.2_f64, 0.3, 0.5], [0.8, 0.1, 0.1]];
        // Far from all components densities are tiny, and their shares the same.
        let logs: Vec<f32> =
            weights.iter().flat_map(|row| row.map(|weight| (weight.ln() - 500.0) as f32)).collect();
        let found = Components::of_log_probs(&logs, 3);
        assert_eq!((found.of.clone(), found.count, found.used()), (vec![2, 0], 3, 2));
        for (found, known) in found.probability.iter().zip([0.5, 0.8]) {
            assert!((found - known).abs() < 1e-3, "{found}");
        }
    }
}
