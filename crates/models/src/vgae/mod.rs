//! Variational Graph Auto-Encoders (Kipf & Welling, arXiv 1611.07308): encoders that pass messages,
//! decoders of pairs of nodes, and the two objectives they are trained by.

mod config;
mod covariates;
mod decoder;
mod encoder;
mod head;
mod likelihood;
mod non_edges;
mod pair_block;
mod product_sum;
mod unit_length;

pub use config::GraphEncoderConfig;
pub use covariates::{CovariatePairs, CovariateSum};
pub use decoder::*;
pub use encoder::{Dropout, Gae, GraphInput, Vgae};
pub use head::{Head, MessagePassing, PropagationStart};
pub use likelihood::{Diagonal, EdgeWeighting, GraphLikelihood};
pub use non_edges::NonEdgeSample;
pub use pair_block::{OwnEdges, PairBlock, PairBlockConfig};
pub use unit_length::{Normalization, UnitLength};
