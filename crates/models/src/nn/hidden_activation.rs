use serde::{Deserialize, Serialize};

use super::activation::Activation;

/// What the hidden layers of an auto-encoder do with their sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HiddenActivation {
    /// `tanh x`
    #[default]
    Tanh,
    /// `log(1 + eˣ)`
    Softplus,
    /// `max(x, 0)`
    Relu,
    /// Each is multiplied by a gate from 0 to 1, which has weights of its own.
    Gated,
}

impl HiddenActivation {
    /// The function of each sum by itself; `None` where layers have gates.
    pub fn function(self) -> Option<Activation> {
        match self {
            Self::Tanh => Some(Activation::Tanh),
            Self::Softplus => Some(Activation::Softplus),
            Self::Relu => Some(Activation::Relu),
            Self::Gated => None,
        }
    }
}

impl From<Activation> for HiddenActivation {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Tanh => Self::Tanh,
            Activation::Softplus => Self::Softplus,
            Activation::Relu => Self::Relu,
        }
    }
}
