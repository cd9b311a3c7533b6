//! The sparse operations that a backend provides.

use burn::backend::fusion::custom::TensorSpec;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, ExtensionType, backend_extension};
use burn::tensor::Shape;

/// A constant matrix in compressed sparse rows.
#[derive(ExtensionType, Clone, Debug)]
#[extension_type(fusion)]
pub struct Csr<B: Backend> {
    /// Where each row lies in `columns` and `values`.
    #[extension_type]
    pub rows: Rows<B>,
    /// `[nonzeros]`
    pub columns: IntTensor<B>,
    /// `[nonzeros]`
    pub values: FloatTensor<B>,
}

/// Where the nonzeros of each row lie.
#[derive(ExtensionType, Clone, Debug)]
#[extension_type(fusion)]
pub struct Rows<B: Backend> {
    /// `[rows + 1]`: where each row begins.
    pub offsets: IntTensor<B>,
    /// `[segments + 1]`: where each segment of a row begins. A row is one segment, or several where it is long.
    pub segments: IntTensor<B>,
    /// `[rows + 1]`: where each row's segments begin.
    pub segment_offsets: IntTensor<B>,
}

/// Pairs of rows, with the ways back from a row to its pairs that the backward pass needs.
#[derive(ExtensionType, Clone, Debug)]
#[extension_type(fusion)]
pub struct Edges<B: Backend> {
    /// `[edges]`: first row of each pair.
    pub sources: IntTensor<B>,
    /// `[edges]`: second row of each pair.
    pub targets: IntTensor<B>,
    /// The pairs grouped by source.
    #[extension_type]
    pub by_source: Incidence<B>,
    /// The pairs grouped by target.
    #[extension_type]
    pub by_target: Incidence<B>,
}

/// The pairs that each row takes part in.
#[derive(ExtensionType, Clone, Debug)]
#[extension_type(fusion)]
pub struct Incidence<B: Backend> {
    /// Where each row's pairs lie in `columns` and `order`.
    #[extension_type]
    pub rows: Rows<B>,
    /// `[edges]`: the row at the other end.
    pub columns: IntTensor<B>,
    /// `[edges]`: the pair's place in the list.
    pub order: IntTensor<B>,
}

/// Products with constant sparse matrices, and inner products over sparse patterns.
#[backend_extension(Cube, Flex, NdArray, Autodiff, Fusion)]
pub trait SparseOps: Backend {
    /// `A x`, for `A` in compressed rows `[rows, columns]` and `x` `[columns, features]`; `[rows, features]`.
    /// `transpose` is `Aᵀ`, by which the gradient goes back.
    #[fusion(meta = |matrix, _transpose, x| spmm_output(matrix, x))]
    fn spmm(
        #[extension_type] matrix: Csr<Self>,
        #[extension_type] transpose: Csr<Self>,
        x: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// `z_i · w_j` for every pair `(i, j)`; `z` and `w` are `[rows, features]`; `[edges]`.
    #[fusion(meta = |edges, z, _w| edge_scores_output(edges, z))]
    fn edge_scores(
        #[extension_type] edges: Edges<Self>,
        z: FloatTensor<Self>,
        w: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

fn spmm_output(matrix: &CsrMetadata, x: &TensorSpec) -> TensorSpec {
    TensorSpec::new(spmm_shape(&matrix.rows.offsets.shape, &x.shape), x.dtype)
}

fn edge_scores_output(edges: &EdgesMetadata, z: &TensorSpec) -> TensorSpec {
    TensorSpec::new(edges.sources.shape.clone(), z.dtype)
}

pub(super) fn spmm_shape(row_offsets: &Shape, x: &Shape) -> Shape {
    Shape::new([row_offsets[0] - 1, x[1]])
}
