use burn::backend::Dispatch;
use burn::tensor::{Device, Int, Tensor, TensorCreationOptions};

use super::ops::{Csr, Edges, Incidence, SparseOps};
use super::rows::{RowLayout, index_tensor};
use crate::error::{Error, Result};

/// A list of pairs of rows on a device, in the caller's order.
#[derive(Clone, Debug)]
pub struct EdgeList {
    rows: usize,
    length: usize,
    sources: Tensor<1, Int>,
    targets: Tensor<1, Int>,
    by_source: RowIncidence,
    by_target: RowIncidence,
}

#[derive(Clone, Debug)]
struct RowIncidence {
    rows: RowLayout,
    columns: Tensor<1, Int>,
    order: Tensor<1, Int>,
}

impl EdgeList {
    /// Copies pairs of rows below `rows` to the device.
    ///
    /// # Errors
    /// If a pair names a row that is not there, or there are more pairs than 32-bit indices can name.
    pub fn new(rows: usize, edges: &[[u32; 2]], device: &Device) -> Result<Self> {
        if edges.len().max(rows) >= i32::MAX as usize {
            let size = edges.len().max(rows);
            return Err(Error::TooLarge { what: "edge list", size, limit: i32::MAX as usize });
        }
        if let Some((position, edge)) =
            edges.iter().enumerate().find(|(_, edge)| edge.iter().any(|&row| row as usize >= rows))
        {
            return Err(Error::EdgeOutOfRange { position, edge: *edge, rows });
        }
        let sources: Vec<u32> = edges.iter().map(|edge| edge[0]).collect();
        let targets: Vec<u32> = edges.iter().map(|edge| edge[1]).collect();
        Ok(Self {
            rows,
            length: edges.len(),
            by_source: RowIncidence::new(rows, &sources, &targets, device),
            by_target: RowIncidence::new(rows, &targets, &sources, device),
            sources: index_tensor(sources, device),
            targets: index_tensor(targets, device),
        })
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn to_dispatch(&self) -> Edges<Dispatch> {
        Edges {
            sources: self.sources.clone().into_dispatch(),
            targets: self.targets.clone().into_dispatch(),
            by_source: self.by_source.to_dispatch(),
            by_target: self.by_target.to_dispatch(),
        }
    }
}

impl RowIncidence {
    fn new(rows: usize, near: &[u32], far: &[u32], device: &Device) -> Self {
        let mut row_offsets = vec![0_u32; rows + 1];
        for &row in near {
            row_offsets[row as usize + 1] += 1;
        }
        for row in 0..rows {
            row_offsets[row + 1] += row_offsets[row];
        }
        let mut next = row_offsets.clone();
        let (mut order, mut columns) = (vec![0_u32; near.len()], vec![0_u32; near.len()]);
        for (edge, (&row, &column)) in near.iter().zip(far).enumerate() {
            let place = &mut next[row as usize];
            (order[*place as usize], columns[*place as usize]) = (edge as u32, column);
            *place += 1;
        }
        Self {
            rows: RowLayout::new(&row_offsets, device),
            columns: index_tensor(columns, device),
            order: index_tensor(order, device),
        }
    }

    fn to_dispatch(&self) -> Incidence<Dispatch> {
        Incidence {
            rows: self.rows.to_dispatch(),
            columns: self.columns.clone().into_dispatch(),
            order: self.order.clone().into_dispatch(),
        }
    }
}

/// The inner product `z_i · w_j` of each pair `(i, j)`.
///
/// # Shapes
/// - z, w: `[rows, features]`
/// - output: `[edges]`
///
/// # Errors
/// If `z` and `w` differ in shape or float type, have another number of rows than the list was made for, or are too large
/// for 32-bit positions.
pub fn edge_scores(edges: &EdgeList, z: Tensor<2>, w: Tensor<2>) -> Result<Tensor<1>> {
    if z.dims() != w.dims() || z.dims()[0] != edges.rows {
        return Err(Error::shape("edge scores", z.dims(), w.dims()));
    }
    Error::require_same_float_type("edge scores", z.dtype(), w.dtype())?;
    let [rows, features] = z.dims();
    let segments = [&edges.by_source, &edges.by_target].map(|incidence| incidence.rows.segment_count());
    let largest = segments[0].max(segments[1]).max(rows).saturating_mul(features);
    if largest > u32::MAX as usize {
        return Err(Error::TooLarge { what: "edge scores", size: largest, limit: u32::MAX as usize });
    }
    Ok(Tensor::from_dispatch(Dispatch::edge_scores(
        edges.to_dispatch(),
        z.into_dispatch(),
        w.into_dispatch(),
    )))
}

/// The rows of both nodes of each pair, `z_i` and `z_j`.
///
/// # Shapes
/// - z: `[rows, features]`
/// - output: `[edges, features]` each
///
/// # Errors
/// If `z` has another number of rows than the list was made for, or they are too large for 32-bit positions.
pub fn edge_rows(edges: &EdgeList, z: Tensor<2>) -> Result<[Tensor<2>; 2]> {
    let [rows, features] = z.dims();
    if rows != edges.rows {
        return Err(Error::shape("rows of pairs", z.dims(), [edges.rows]));
    }
    let largest = edges.length.max(rows).saturating_mul(features);
    if largest > u32::MAX as usize {
        return Err(Error::TooLarge { what: "rows of pairs", size: largest, limit: u32::MAX as usize });
    }
    let options = TensorCreationOptions::from((&z.device(), z.dtype()));
    let ones = Tensor::<1>::ones([edges.length], options.clone());
    let offsets: Vec<u32> = (0..=edges.length as u32).collect();
    let one_each = RowLayout::new(&offsets, &options.device);
    // A product with a matrix that has a one in each row, whose gradient is summed in one order on every device, unlike that of
    // Burn's own `select`.
    Ok([(&edges.sources, &edges.by_source), (&edges.targets, &edges.by_target)].map(|(nodes, incidence)| {
        let csr = |rows: &RowLayout, columns: &Tensor<1, Int>| Csr {
            rows: rows.to_dispatch(),
            columns: columns.clone().into_dispatch(),
            values: ones.clone().into_dispatch(),
        };
        let (matrix, transpose) = (csr(&one_each, nodes), csr(&incidence.rows, &incidence.order));
        Tensor::from_dispatch(Dispatch::spmm(matrix, transpose, z.clone().into_dispatch()))
    }))
}
