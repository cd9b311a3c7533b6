/// A weight of a model that need not have been made: its path, as in `model.safetensors`, and its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightShape {
    /// Its path in the model, as `"hidden.0.weight"`.
    pub path: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

impl WeightShape {
    pub(crate) fn new(path: impl Into<String>, shape: impl Into<Vec<usize>>) -> Self {
        Self { path: path.into(), shape: shape.into() }
    }

    /// How many numbers it has.
    pub fn count(&self) -> usize {
        self.shape.iter().copied().fold(1, usize::saturating_mul)
    }
}
