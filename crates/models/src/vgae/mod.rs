//! Variational Graph Auto-Encoders (Kipf & Welling, arXiv 1611.07308): a graph-convolutional encoder, an
//! inner-product decoder, and the two objectives they are trained by.

mod config;
mod encoder;
mod likelihood;
mod posterior;

pub use config::GraphEncoderConfig;
pub use encoder::{Gae, GraphInput, Vgae};
pub use likelihood::{EdgeWeighting, GraphLikelihood};
pub use posterior::Posterior;
