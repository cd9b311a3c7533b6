//! Layers that Burn does not have.

mod graph_conv;
mod parameter;

pub use graph_conv::{GraphConv, GraphConvConfig, NodeFeatures, normalized_adjacency};
pub(crate) use parameter::parameter;
