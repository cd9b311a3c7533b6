use std::borrow::Cow;

use burn::backend::Dispatch;
use burn::tensor::{Element, Int, Tensor, TensorCreationOptions, TensorData};
use sprs::CsMatI;

use super::ops::{Csr, SparseOps};
use super::rows::{RowLayout, index_tensor};
use crate::error::{Error, Result};

/// A constant sparse matrix on a device, with its transpose: `[rows, columns]`.
///
/// ```
/// use aevb_models::sparse::SparseMatrix;
/// use burn::tensor::{Device, Tensor};
///
/// let host = sprs::CsMatI::<f32, u32>::new((2, 3), vec![0, 1, 2], vec![2, 0], vec![5.0, 7.0]);
/// let device = Device::flex();
/// let matrix = SparseMatrix::from_csr(&host, &device)?;
/// let x = Tensor::<2>::from_floats([[1.0], [2.0], [3.0]], &device);
/// assert_eq!(matrix.matmul(x)?.into_data().try_into_vec::<f32>().unwrap(), [15.0, 7.0]);
/// # Ok::<(), aevb_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SparseMatrix {
    rows: usize,
    columns: usize,
    matrix: CompressedRows,
    /// Shares the tensors of `matrix` where the matrix is symmetric.
    transpose: CompressedRows,
}

#[derive(Clone, Debug)]
struct CompressedRows {
    rows: RowLayout,
    columns: Tensor<1, Int>,
    values: Tensor<1>,
}

impl SparseMatrix {
    /// Copies a matrix `[rows, columns]` to the device: `&device`, or `(&device, dtype)` for another float type.
    ///
    /// # Errors
    /// If a dimension or the number of nonzeros is beyond what 32-bit indices can name.
    pub fn from_csr<V: Element + PartialEq + Default>(
        host: &CsMatI<V, u32>,
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        let options = options.into();
        let host = if host.is_csr() { Cow::Borrowed(host) } else { Cow::Owned(host.to_csr()) };
        let transposed = host.transpose_view().to_csr();
        let (rows, columns) = host.shape();
        let largest = rows.max(columns).max(host.nnz());
        if largest >= i32::MAX as usize {
            return Err(Error::TooLarge { what: "sparse matrix", size: largest, limit: i32::MAX as usize });
        }
        let symmetric = *host == transposed;
        let matrix = CompressedRows::new(&host, &options);
        let transpose = if symmetric { matrix.clone() } else { CompressedRows::new(&transposed, &options) };
        Ok(Self { rows, columns, matrix, transpose })
    }

    /// A matrix that is its own transpose, of which none is made, and whose numbers are moved, not copied, where the device is the
    /// host. That it is symmetric is taken on trust.
    ///
    /// # Errors
    /// As [`Self::from_csr`].
    pub(crate) fn from_symmetric<V: Element>(
        host: CsMatI<V, u32>,
        options: impl Into<TensorCreationOptions>,
    ) -> Result<Self> {
        let (rows, columns) = host.shape();
        let largest = rows.max(host.nnz());
        if largest >= i32::MAX as usize {
            return Err(Error::TooLarge { what: "sparse matrix", size: largest, limit: i32::MAX as usize });
        }
        let matrix = CompressedRows::moved(host, &options.into());
        Ok(Self { rows, columns, transpose: matrix.clone(), matrix })
    }

    /// `[rows, columns]`
    pub fn dims(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }

    /// `Aᵀ`, which shares this matrix's memory.
    #[must_use]
    pub fn transpose(&self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            matrix: self.transpose.clone(),
            transpose: self.matrix.clone(),
        }
    }

    /// `A x`.
    ///
    /// # Shapes
    /// - x: `[columns, features]`
    /// - output: `[rows, features]`
    ///
    /// # Errors
    /// If `x` has another number of rows than the matrix has columns, or another float type, or is too large for 32-bit
    /// positions.
    pub fn matmul(&self, x: Tensor<2>) -> Result<Tensor<2>> {
        if x.dims()[0] != self.columns {
            return Err(Error::shape("sparse product", self.dims(), x.dims()));
        }
        Error::require_same_float_type("sparse product", self.matrix.values.dtype(), x.dtype())?;
        // A segment of a long row has a sum of its own on a GPU.
        let segments = [&self.matrix, &self.transpose].map(|matrix| matrix.rows.segment_count());
        let largest = segments[0].max(segments[1]).saturating_mul(x.dims()[1]);
        if largest > u32::MAX as usize {
            return Err(Error::TooLarge { what: "sparse product", size: largest, limit: u32::MAX as usize });
        }
        Ok(Tensor::from_dispatch(Dispatch::spmm(
            self.matrix.to_dispatch(),
            self.transpose.to_dispatch(),
            x.into_dispatch(),
        )))
    }
}

impl CompressedRows {
    fn new<V: Element>(host: &CsMatI<V, u32>, options: &TensorCreationOptions) -> Self {
        Self::moved(host.clone(), options)
    }

    fn moved<V: Element>(host: CsMatI<V, u32>, options: &TensorCreationOptions) -> Self {
        let nonzeros = host.nnz();
        let (offsets, columns, values) = host.into_raw_storage();
        Self {
            rows: RowLayout::new(&offsets, &options.device),
            columns: index_tensor(columns, &options.device),
            values: Tensor::from_data(TensorData::new(values, [nonzeros]), options.clone()),
        }
    }

    fn to_dispatch(&self) -> Csr<Dispatch> {
        Csr {
            rows: self.rows.to_dispatch(),
            columns: self.columns.clone().into_dispatch(),
            values: self.values.clone().into_dispatch(),
        }
    }
}
