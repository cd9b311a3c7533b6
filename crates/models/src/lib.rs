//! Burn modules of `aevb`: distributions, sparse and all-pairs kernels, exact ranking, auto-encoders of images and of
//! graphs, and their objectives.
#![recursion_limit = "256"]
#![expect(deprecated, reason = "ndarray is one of the three backends, as long as Burn has it")]

pub mod adapter;
mod curve;
mod dense;
mod density;
pub mod distribution;
mod elementary;
mod elementwise;
mod error;
pub mod finite;
mod host;
mod matmul;
mod mixture;
pub mod nn;
pub mod optimizer;
pub mod pairwise;
pub mod pixels;
pub mod posterior;
pub mod prior;
pub mod random;
pub mod ranking;
mod reduce;
mod reparameterization;
mod rows;
mod sides;
pub mod sparse;
mod symmetric_eigen;
pub mod vae;
pub mod vgae;

pub use error::{Error, Result};
pub use sides::Sides;
pub use symmetric_eigen::SymmetricEigen;
