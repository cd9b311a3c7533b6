//! Variational Graph Auto-Encoders (Kipf & Welling, arXiv 1611.07308): a graph-convolutional encoder,
//! decoders that are inner products, and the two objectives they are trained by.

mod config;
mod decoder;
mod encoder;
mod likelihood;
mod posterior;
mod unit_length;

pub use config::GraphEncoderConfig;
pub use decoder::{Biased, Bilinear, Decoder, DecoderConfig, InnerProduct, PairFactors};
pub use encoder::{Dropout, Gae, GraphInput, Vgae};
pub use likelihood::{EdgeWeighting, GraphLikelihood};
pub use posterior::Posterior;
pub use unit_length::UnitLength;
