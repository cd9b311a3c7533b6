//! Inference with a trained model: how likely x is ([`importance_sampling`], [`appendix_d`]), what z was ([`Hmc`] on a
//! [`Posterior`], beyond what the encoder says), and what is missing from x (a [`Measurement`] of part of it).
//!
//! Sampling is of many chains at once, each a row of the same tensors. Random numbers come from the caller, and what is
//! added up over draws is added up on the host in f64, in the order of the draws.

mod active_units;
mod appendix_d;
mod diagnostics;
mod hmc;
mod importance;
mod measurement;
mod pooling;
mod step_size;
mod warm_up;

pub use active_units::active_units;
pub use appendix_d::{MOST_LATENTS, appendix_d};
pub use diagnostics::{effective_sample_size, split_r_hat};
pub use hmc::{ChainNoise, Chains, Hmc, LogDensity, Starts};
pub use importance::{MarginalLikelihood, importance_sampling};
pub use measurement::{Measurement, Posterior};
pub use pooling::Pooling;
