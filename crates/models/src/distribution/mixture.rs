use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use crate::error::{Error, Result};
use crate::host::floats;
use crate::mixture::component_log_probs;
use crate::random::{standard_normals, uniforms};

/// A mixture of Gaussians with diagonal covariances, `Σ_k w_k N(μ_k, diag σ_k²)`.
#[derive(Clone, Debug)]
pub struct GaussianMixture {
    /// `μ_k`, `[components, variables]`
    pub mean: Tensor<2>,
    /// `log σ_k²`, `[components, variables]`
    pub log_variance: Tensor<2>,
    /// `log w_k`, `[components]`; the weights sum to 1.
    pub log_weight: Tensor<1>,
}

impl GaussianMixture {
    /// `log w_k N(x; μ_k, diag σ_k²)` of each component.
    ///
    /// # Shapes
    /// - x: `[rows, variables]`
    /// - output: `[rows, components]`, in nats
    ///
    /// # Errors
    /// If `x` has another width than the means, or the components' shapes differ.
    pub fn component_log_probs(&self, x: Tensor<2>) -> Result<Tensor<2>> {
        let [components] = self.log_weight.dims();
        if components != self.mean.dims()[0] {
            return Err(Error::shape("weights of a mixture", self.mean.dims(), self.log_weight.dims()));
        }
        let each = component_log_probs(x, self.mean.clone(), self.log_variance.clone())?;
        Ok(each + self.log_weight.clone().reshape([1, components]))
    }

    /// `log Σ_k w_k N(x; μ_k, diag σ_k²)`.
    ///
    /// # Shapes
    /// - x: `[rows, variables]`
    /// - output: `[rows]`, in nats
    ///
    /// # Errors
    /// As [`Self::component_log_probs`].
    pub fn log_prob(&self, x: Tensor<2>) -> Result<Tensor<1>> {
        /// Near the least f32: below it no component is told from minus infinity, of which two would make a NaN.
        const LEAST: f64 = -3e38;
        let each = self.component_log_probs(x)?;
        let rows = each.dims()[0];
        // Any constant would do here, so none of the gradient goes through it.
        let largest = each.clone().detach().max_dim(1).clamp_min(LEAST);
        let sum = (each - largest.clone()).exp().sum_dim(1);
        Ok((sum.log() + largest).reshape([rows]))
    }

    /// Draws, with all deviations multiplied by `temperature`: a component for each row first, then all noise.
    ///
    /// # Shapes
    /// - output: `[rows, variables]`
    pub fn sample(&self, rows: usize, temperature: f64, random: &mut dyn Rng, device: &Device) -> Tensor<2> {
        let variables = self.mean.dims()[1];
        let (means, log_variances) = (floats(self.mean.clone()), floats(self.log_variance.clone()));
        let chosen = choose(&floats(self.log_weight.clone()), &uniforms(random, rows));
        let mut z = standard_normals(random, rows * variables);
        for (z, component) in z.chunks_exact_mut(variables).zip(chosen) {
            let row = component * variables..(component + 1) * variables;
            for ((z, mean), log_variance) in z.iter_mut().zip(&means[row.clone()]).zip(&log_variances[row]) {
                *z = mean + temperature as f32 * libm::expf(0.5 * log_variance) * *z;
            }
        }
        Tensor::from_data(TensorData::new(z, [rows, variables]), device)
    }
}

/// The component that each uniform draw falls on.
fn choose(log_weights: &[f32], draws: &[f32]) -> Vec<usize> {
    let mut bounds: Vec<f64> = Vec::with_capacity(log_weights.len());
    for &log_weight in log_weights {
        let before = bounds.last().copied().unwrap_or_default();
        bounds.push(before + libm::exp(f64::from(log_weight)));
    }
    // Weights in single precision sum to 1 only nearly.
    let total = bounds.last().copied().unwrap_or_default();
    let last = bounds.len() - 1;
    draws
        .iter()
        .map(|&draw| bounds.partition_point(|&bound| bound <= f64::from(draw) * total).min(last))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn a_draw_falls_on_the_component_whose_share_it_lies_in() {
        let logs = [0.25f32, 0.5, 0.0, 0.25].map(f32::ln);
        assert_eq!(choose(&logs, &[0.0, 0.2, 0.26, 0.7, 0.76, 0.999_999_9]), [0, 0, 1, 1, 3, 3]);
    }
}
