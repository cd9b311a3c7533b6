use burn::tensor::{Device, Int, Tensor};

use crate::error::Result;
use crate::sparse::EdgeList;

/// A block of the rows of all pairs, drawn uniformly, by which a [`GraphLikelihood`](super::GraphLikelihood) is estimated.
#[derive(Clone, Debug)]
pub struct RowBlock {
    /// `[block]`
    pub(super) rows: Tensor<1, Int>,
    /// `N/|B|`
    pub(super) weight: f64,
    /// The edges that begin in the block, both directions of one within it; none where the sum over edges is exact.
    pub(super) positives: Option<EdgeList>,
    /// Each row of the block with itself.
    pub(super) loops: EdgeList,
}

impl RowBlock {
    /// Different rows of so many nodes, with all edges counted exactly.
    ///
    /// # Errors
    /// If a row is out of range.
    pub fn new(nodes: usize, rows: &[u32], device: &Device) -> Result<Self> {
        let loops: Vec<[u32; 2]> = rows.iter().map(|&row| [row, row]).collect();
        let indices: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
        Ok(Self {
            loops: EdgeList::new(nodes, &loops, device)?,
            rows: Tensor::from_ints(&indices[..], device),
            weight: nodes as f64 / rows.len() as f64,
            positives: None,
        })
    }

    /// The same with the edges of these rows alone counted, each `N/|B|` times: `neighbours` are those of a node in the
    /// training graph. Near the optimum what a row's edges and its other pairs add to the gradient nearly cancels, and only
    /// together do they vary little from block to block.
    ///
    /// # Errors
    /// Likewise.
    pub fn with_own_edges<'g>(
        nodes: usize,
        rows: &[u32],
        neighbours: impl Fn(u32) -> &'g [u32],
        device: &Device,
    ) -> Result<Self> {
        let of_row = |&row: &u32| neighbours(row).iter().map(move |&other| [row, other]);
        let positives: Vec<[u32; 2]> = rows.iter().flat_map(of_row).collect();
        let positives = Some(EdgeList::new(nodes, &positives, device)?);
        Ok(Self { positives, ..Self::new(nodes, rows, device)? })
    }
}
