//! What several runs say together.

use serde::{Deserialize, Serialize};

/// The mean and the sample standard deviation of a metric over runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The mean.
    pub mean: f64,
    /// The sample standard deviation, with n − 1; absent for a single run.
    pub std: Option<f64>,
}

impl Summary {
    /// Summarises one value a run; `None` for no run.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len() as f64;
        if values.is_empty() {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some(Self { mean, std: (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt()) })
    }

    /// In percent, for a table: the mean and, of several runs, the deviation.
    pub fn to_percent(&self) -> String {
        let mean = 100.0 * self.mean;
        self.std.map_or_else(|| format!("{mean:.2}"), |std| format!("{mean:.2} ± {:.2}", 100.0 * std))
    }

    /// The standard error of the mean of so many values; absent for a single one.
    pub fn standard_error(&self, count: usize) -> Option<f64> {
        Some(self.std? / (count as f64).sqrt())
    }
}

/// The mean of values, of which there is one at least.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard error of the mean of these values between 0 and 1, or of their differences; a single one may lie anywhere.
pub(super) fn standard_error(values: &[f64]) -> f64 {
    let (count, mean) = (values.len() as f64, mean(values));
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    if values.len() > 1 { (squares / (count - 1.0) / count).sqrt() } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_value_may_lie_anywhere() {
        assert_eq!(standard_error(&[0.5]), 1.0);
        assert_eq!(standard_error(&[0.0, 1.0]), 0.5);
    }

    #[test]
    fn the_deviation_is_that_of_a_sample() {
        let summary = Summary::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).expect("eight runs");
        assert_eq!(summary.mean, 5.0);
        assert!((summary.std.expect("several runs") - (32.0f64 / 7.0).sqrt()).abs() < 1e-15);
        assert_eq!(summary.to_percent(), "500.00 ± 213.81");
        let error = summary.standard_error(8).expect("several runs");
        assert!((error - (32.0f64 / 7.0 / 8.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn one_run_has_no_deviation_and_no_run_no_summary() {
        assert_eq!(Summary::of(&[0.5]), Some(Summary { mean: 0.5, std: None }));
        assert_eq!(Summary::of(&[]), None);
    }
}
