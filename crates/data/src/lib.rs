//! Data for Auto-Encoding Variational Bayes and Variational Graph Auto-Encoders: files in, host data out.
//!
//! Everything here is plain host memory and knows nothing of devices or models. [`catalog`] names the sets and
//! [`download`] fetches them; [`graph`] goes from reading a graph to the split of its edges, [`image`] and [`table`] read
//! pictures and rows, which [`examples`] divides, [`mod@array`] reads NumPy's files, and [`binarize`] makes pictures black
//! and white. Files may hold anything, so readers bound memory before they allocate, run nothing of what they read,
//! and answer with one [`Error`] that names the place and says what to do.

pub mod array;
pub mod binarize;
pub mod catalog;
mod dialect;
pub mod download;
mod error;
pub mod examples;
pub mod files;
mod foreign;
pub mod graph;
pub mod hash;
pub mod image;
pub mod kind;
mod lines;
pub mod memory;
mod missing;
pub mod nearest;
mod numpy_random;
mod packed;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod progress;
mod separated;
pub mod shuffle;
pub mod table;
mod text_encoding;
mod wording;

pub use error::{Error, ErrorKind, Result};
