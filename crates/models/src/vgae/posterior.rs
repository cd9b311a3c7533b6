use burn::tensor::Tensor;

use crate::reduce::sum_dims;

/// A diagonal Gaussian for each node, `N(μ, diag σ²)`.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// `μ` `[nodes, latent]`
    pub mean: Tensor<2>,
    /// `log σ` `[nodes, latent]`
    pub log_sigma: Tensor<2>,
}

impl Posterior {
    /// `z = μ + σ ε` (Kingma & Welling, arXiv 1312.6114, §2.4), with the divergence from the prior.
    ///
    /// # Shapes
    /// - noise: `[nodes, latent]`, standard normal draws
    /// - output: `z` `[nodes, latent]` and `KL(q ‖ N(0, I))` `[1]`, in nats, summed over the nodes
    pub fn sample_with_kl(&self, noise: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let sigma = self.log_sigma.clone().exp();
        let z = self.mean.clone() + sigma.clone() * noise;
        // −½ Σ (1 + log σ² − μ² − σ²), ibid. appendix B.
        let squares = self.mean.clone() * self.mean.clone() + sigma.clone() * sigma;
        let kl = sum_dims(squares - self.log_sigma.clone() * 2.0 - 1.0) * 0.5;
        (z, kl)
    }
}
