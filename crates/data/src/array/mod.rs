//! Arrays in NumPy's files, `.npy` and `.npz`, and sparse matrices in SciPy's.
//!
//! Sizes that a header announces are compared with the file before anything is allocated, and nothing is unpickled.

mod npy;
mod npz;
mod sparse;

pub(crate) use self::npy::{Announced, Name, announced, read_npy_bytes};
pub use self::npy::{Array, Values, read_npy};
pub use self::npz::Npz;
pub use self::sparse::SparseEntries;
