//! Burn modules of `aevb`: sparse and all-pairs kernels, exact ranking, graph auto-encoders and their objectives.
#![recursion_limit = "256"]
#![expect(deprecated, reason = "ndarray is one of the three backends, as long as Burn has it")]

mod error;
mod host;
pub mod nn;
pub mod pairwise;
pub mod ranking;
mod reduce;
pub mod sparse;
pub mod vgae;

pub use error::{Error, Result};
