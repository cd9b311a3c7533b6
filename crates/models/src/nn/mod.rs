//! Layers that Burn does not have, or whose weights it would draw on the device.

mod graph_conv;
mod linear;
mod mlp;
mod parameter;
mod parameter_shape;

pub use graph_conv::{
    GraphConv, GraphConvConfig, NodeFeatures, normalized_adjacency, normalized_weighted_adjacency,
};
pub use linear::{InitialWeights, Linear, LinearConfig};
pub use mlp::{Activation, Mlp, MlpConfig};
pub(crate) use parameter::parameter;
pub use parameter_shape::ParameterShape;
