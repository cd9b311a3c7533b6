//! Layers that Burn does not have, or whose weights it would draw on the device; the bodies of encoders and decoders that are
//! made of them; and what is known of a model before it is made.

mod activation;
mod adjacency;
mod body;
mod data_shape;
mod graph_conv;
mod heads;
mod hidden_activation;
mod initial_weights;
mod linear;
mod parameter;
mod parameter_shape;
mod propagation;

pub use activation::Activation;
pub use adjacency::{adjacency_on_device, normalized_adjacency, normalized_weighted_adjacency};
pub use body::*;
pub use data_shape::DataShape;
pub use graph_conv::{GraphConv, GraphConvConfig, NodeFeatures};
pub use heads::Heads;
pub use hidden_activation::HiddenActivation;
pub(crate) use initial_weights::{Constant, Uniform};
pub use initial_weights::{InitialWeights, WeightShape};
pub use linear::{Linear, LinearConfig};
pub(crate) use linear::{list_side_by_side, side_by_side};
pub(crate) use parameter::{parameter, with_values};
pub use parameter_shape::ParameterShape;
pub use propagation::{Extent, Propagation, PropagationConfig, Spectrum};

pub use crate::dense::Function;
