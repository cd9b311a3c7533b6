//! Layers that Burn does not have, or whose weights it would draw on the device.

mod body;
mod data_shape;
mod graph_conv;
mod heads;
mod initial_weights;
mod linear;
mod parameter;
mod parameter_shape;

pub use body::{Activation, Body, BodyConfig, BodyOutput, BodyPlan, BodySizes, LayerSize, Mlp, MlpConfig};
pub use data_shape::DataShape;
pub use graph_conv::{
    GraphConv, GraphConvConfig, NodeFeatures, normalized_adjacency, normalized_weighted_adjacency,
};
pub use heads::Heads;
pub use initial_weights::{InitialWeights, WeightShape};
pub(crate) use linear::side_by_side;
pub use linear::{Linear, LinearConfig};
pub(crate) use parameter::parameter;
pub use parameter_shape::ParameterShape;

pub use crate::dense::Function;
