//! Variational Graph Auto-Encoders (Kipf & Welling, arXiv 1611.07308): a graph-convolutional encoder,
//! decoders of pairs of nodes, and the two objectives they are trained by.

mod config;
mod decoder;
mod encoder;
mod likelihood;
mod unit_length;

pub use config::GraphEncoderConfig;
pub use decoder::*;
pub use encoder::{Dropout, Gae, GraphInput, Vgae};
pub use likelihood::{EdgeWeighting, GraphLikelihood};
pub use unit_length::UnitLength;
