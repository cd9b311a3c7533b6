use crate::error::{Error, Result};

/// More parameters than this, 1 GiB of them, are a slip of the pen.
const MOST: usize = 1 << 28;

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

    /// The weight `[d_input, d_output]` and the bias of a dense layer.
    pub(crate) fn dense(path: &str, d_input: usize, d_output: usize) -> [Self; 2] {
        [
            Self::new(format!("{path}.weight"), [d_input, d_output]),
            Self::new(format!("{path}.bias"), [d_output]),
        ]
    }

    /// Refuses a model of more than 2²⁸ parameters, before any is made.
    pub(crate) fn require_few(parameters: &[Self]) -> Result<()> {
        let count = parameters.iter().map(Self::count).fold(0, usize::saturating_add);
        if count <= MOST {
            return Ok(());
        }
        let largest = parameters.iter().max_by_key(|parameter| parameter.count());
        let largest = largest.map_or("", |parameter| parameter.path.as_str());
        let problem =
            format!("these widths make {count} weights, more than {MOST}, the most of them in {largest}");
        Err(Error::Config { field: "hidden", problem })
    }

    /// How many numbers it has.
    pub fn count(&self) -> usize {
        self.shape.iter().copied().fold(1, usize::saturating_mul)
    }
}
