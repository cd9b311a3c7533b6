//! Auto-Encoding Variational Bayes (Kingma & Welling, arXiv 1312.6114): an encoder and a decoder over bodies of
//! [`crate::nn`], the likelihoods, the SGVB estimators they are trained by, the importance-weighted bound, and inference with a
//! trained model.

mod config;
pub mod inference;
mod iwae;
mod likelihood;
mod model;
mod objective;

pub use config::AutoencoderConfig;
pub use iwae::{ImportanceWeighted, ImportanceWeightedBound};
pub use likelihood::*;
pub use model::{Ae, Decoder, Encoder, Vae};
pub use objective::{Bound, Estimator, Sgvb, log_prior};
