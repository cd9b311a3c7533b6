use burn::module::Module;
use burn::tensor::Tensor;

use crate::error::Result;

/// What is trained: a model, its loss and its validation metrics.
pub trait Task {
    /// The model, a Burn module.
    type Model: Module;

    /// The model before the first step, the same for the same seed on every device.
    ///
    /// # Errors
    /// If no such model can be made.
    fn initial_model(&self) -> Result<Self::Model>;

    /// The number of steps in an epoch.
    fn steps_per_epoch(&self) -> usize;

    /// The loss of step `step`, counted from 0, and its terms.
    ///
    /// # Errors
    /// If the shapes of model and data do not go together.
    fn loss(&self, model: &Self::Model, step: u64) -> Result<Loss>;

    /// Validation metrics by name, fractions in [0, 1].
    ///
    /// # Errors
    /// If the model's output is not finite.
    fn validate(&self, model: &Self::Model) -> Result<Vec<(&'static str, f64)>>;
}

/// A loss as the sum of its named terms, each `[1]`.
pub struct Loss {
    terms: Vec<(&'static str, Tensor<1>)>,
}

impl Loss {
    /// A loss with these terms, of which there is at least one.
    pub fn new(
        first: (&'static str, Tensor<1>),
        rest: impl IntoIterator<Item = (&'static str, Tensor<1>)>,
    ) -> Self {
        Self { terms: std::iter::once(first).chain(rest).collect() }
    }

    /// The sum of the terms, `[1]`.
    pub fn total(&self) -> Tensor<1> {
        let terms = self.terms.iter().map(|(_, term)| term.clone());
        terms.reduce(|sum, term| sum + term).expect("a loss has a term")
    }

    /// The names of the terms and their values, read back from the device.
    pub fn values(self) -> Vec<(&'static str, f64)> {
        self.terms.into_iter().map(|(name, term)| (name, f64::from(term.into_scalar::<f32>()))).collect()
    }
}
