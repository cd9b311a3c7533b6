use burn::tensor::{Tensor, activation};

use crate::density;
use crate::error::Result;

/// Independent Bernoulli variables, given by their logits.
#[derive(Clone, Debug)]
pub struct Bernoulli {
    /// `log p/(1 − p)`, `[rows, variables]`
    pub logits: Tensor<2>,
}

impl Bernoulli {
    /// `log p(x) = Σ x log p + (1 − x) log(1 − p)` in nats, without overflow at any logit. For `x` strictly between 0
    /// and 1 this is the cross-entropy that grey pixels are given, and no log-likelihood.
    ///
    /// # Shapes
    /// - x: `[rows, variables]`, in [0, 1]
    /// - output: `[rows]`
    ///
    /// # Errors
    /// If `x` has another shape than the logits.
    pub fn log_prob(&self, x: Tensor<2>) -> Result<Tensor<1>> {
        density::bernoulli_log_prob(self.logits.clone(), x)
    }

    /// The means `p`, `[rows, variables]`.
    pub fn mean(&self) -> Tensor<2> {
        activation::sigmoid(self.logits.clone())
    }
}
