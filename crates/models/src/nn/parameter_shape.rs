/// A parameter of a model that need not have been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterShape {
    /// Its path in the model, as `"hidden.0.weight"` in `model.safetensors`.
    pub path: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

impl ParameterShape {
    pub(crate) fn new(path: impl Into<String>, shape: impl Into<Vec<usize>>) -> Self {
        Self { path: path.into(), shape: shape.into() }
    }

    /// How many numbers it has.
    pub fn count(&self) -> usize {
        self.shape.iter().copied().fold(1, usize::saturating_mul)
    }
}
