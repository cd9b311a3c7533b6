//! Where a trained encoder puts what it sees, with how sure it is.

/// Latent vectors as their posteriors have them, or as the codes of a plain auto-encoder.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// The dimension of the latent space.
    pub width: usize,
    /// The means, or the codes: `[rows, width]`, row-major.
    pub mean: Vec<f32>,
    /// `log σ²` of the posteriors, `[rows, width]`; absent without a posterior.
    pub log_variance: Option<Vec<f32>>,
}

impl Encoded {
    /// No latent vectors yet, with or without variances.
    pub(super) fn none(width: usize, has_posterior: bool) -> Self {
        Self { width, mean: Vec::new(), log_variance: has_posterior.then(Vec::new) }
    }

    /// Takes further rows.
    pub(super) fn extend(&mut self, mean: Vec<f32>, log_variance: Option<Vec<f32>>) {
        self.mean.extend(mean);
        if let (Some(all), Some(rows)) = (&mut self.log_variance, log_variance) {
            all.extend(rows);
        }
    }
}
