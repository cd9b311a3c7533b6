//! Sparse matrices on the device, which Burn lacks.
//!
//! [`SparseMatrix`] is a constant matrix in compressed rows together with its transpose, so that both
//! [`SparseMatrix::matmul`] and its backward pass give each output row one owner: no atomics, the same bits from run
//! to run. [`EdgeList`] names pairs of rows; [`edge_scores`] takes their inner products, and
//! [`edge_rows`] the rows themselves.

mod autodiff;
mod cpu;
mod cube;
mod edges;
mod matrix;
pub(crate) mod ops;
mod rows;

pub use edges::{EdgeList, edge_rows, edge_scores};
pub use matrix::SparseMatrix;
