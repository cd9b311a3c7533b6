use serde::{Deserialize, Serialize};

use crate::dense::Function;

/// What a hidden layer does with each of its sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// `tanh x`
    #[default]
    Tanh,
    /// `log(1 + eˣ)`
    Softplus,
    /// `max(x, 0)`
    Relu,
}

impl From<Activation> for Function {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Tanh => Self::Tanh,
            Activation::Softplus => Self::Softplus,
            Activation::Relu => Self::Relu,
        }
    }
}
