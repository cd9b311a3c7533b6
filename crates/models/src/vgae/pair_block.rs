use std::collections::HashSet;

use burn::tensor::{Int, Tensor, TensorCreationOptions, TensorData};

use crate::error::Result;
use crate::sides::Sides;
use crate::sparse::EdgeList;

/// A block of all pairs, drawn at random, by which a [`GraphLikelihood`](super::GraphLikelihood) is estimated: some rows with
/// all columns, or with some.
#[derive(Clone, Copy)]
pub struct PairBlockConfig<'a> {
    /// N, the number of nodes.
    pub nodes: usize,
    /// The sides that pairs are between: rows are then some of the first, and columns of the second.
    pub sides: Option<Sides>,
    /// B, different nodes.
    pub rows: &'a [u32],
    /// What each row stands for, one over how often it is drawn in the mean; `N/|B|`, or `L/|B|` of a side of L nodes, each
    /// where there are none.
    pub row_weights: Option<&'a [f32]>,
    /// C, different nodes, drawn uniformly; all where there are none.
    pub columns: Option<&'a [u32]>,
    /// The edges of the rows, where the sum over edges is over these and not over all.
    pub own_edges: Option<OwnEdges<'a>>,
}

/// The edges of a block's rows, each counted as often as its row is: near the optimum what a row's edges and its other pairs add
/// to the gradient nearly cancels, and only together do they vary little from block to block.
#[derive(Clone, Copy)]
pub struct OwnEdges<'a> {
    /// The neighbours of a node in the training graph.
    pub neighbours: &'a dyn Fn(u32) -> &'a [u32],
    /// How often an edge is learnt, see [`GraphLikelihood::learning`](super::GraphLikelihood::learning); once each where there
    /// is none.
    pub learnt: Option<&'a dyn Fn([u32; 2]) -> f32>,
}

/// The same on a device.
#[derive(Clone, Debug)]
pub struct PairBlock {
    /// `[rows]`
    pub(super) rows: Tensor<1, Int>,
    /// `[rows]`, where they do not all weigh the same.
    pub(super) row_weights: Option<Tensor<1>>,
    /// `N/|B|`, or 1 where each row has a weight of its own.
    pub(super) row_scale: f64,
    /// `[columns]`
    pub(super) columns: Option<Tensor<1, Int>>,
    /// `N/|C|`
    pub(super) column_scale: f64,
    /// Each row with itself; none between sides of different nodes.
    pub(super) loops: Option<EdgeList>,
    /// `[rows]`: the weight of a row that is among the columns too, else 0.
    pub(super) loop_weights: Option<Tensor<1>>,
    pub(super) own_edges: Option<WeightedEdges>,
}

/// Edges that begin in a block, both directions of one within it.
#[derive(Clone, Debug)]
pub(super) struct WeightedEdges {
    pub(super) list: EdgeList,
    /// `[edges]`: the weights of the rows.
    pub(super) weights: Option<Tensor<1>>,
    /// `[edges]`
    pub(super) learnt: Option<Tensor<1>>,
}

impl PairBlockConfig<'_> {
    /// The block on a device: `&device`, or `(&device, dtype)` for another float type.
    ///
    /// # Errors
    /// If a row or its neighbour is out of range.
    pub fn init(&self, options: impl Into<TensorCreationOptions>) -> Result<PairBlock> {
        let options = options.into();
        let &Self { nodes, sides, rows, row_weights, columns, own_edges } = self;
        let vector = |values: Vec<f32>| floats(values, &options);
        let [all_rows, all_columns] = sides.map_or([nodes; 2], |sides| [sides.left, sides.right]);
        let scale = |drawn: &[u32], of: usize| of as f64 / drawn.len() as f64;
        let itself = |row: u32| sides.map_or(Some(row), |sides| sides.twin(row));
        let loops: Vec<[u32; 2]> = rows.iter().filter_map(|&row| Some([row, itself(row)?])).collect();
        let loop_weights = columns.map(|columns| {
            let columns: HashSet<u32> = columns.iter().copied().collect();
            let weight = |(place, &[_, itself]): (usize, &[u32; 2])| match columns.contains(&itself) {
                true => row_weights.map_or(1.0, |weights| weights[place]),
                false => 0.0,
            };
            loops.iter().enumerate().map(weight).collect()
        });
        Ok(PairBlock {
            rows: indices(rows, &options),
            row_weights: row_weights.map(|weights| vector(weights.to_vec())),
            row_scale: if row_weights.is_some() { 1.0 } else { scale(rows, all_rows) },
            columns: columns.map(|columns| indices(columns, &options)),
            column_scale: columns.map_or(1.0, |columns| scale(columns, all_columns)),
            loops: match loops[..] {
                [] => None,
                _ => Some(EdgeList::new(nodes, &loops, &options.device)?),
            },
            loop_weights: loop_weights.map(vector),
            own_edges: own_edges.map(|own| own.of(nodes, rows, row_weights, &options)).transpose()?,
        })
    }
}

impl PairBlock {
    /// Whether the sum over edges is over those of its rows.
    pub fn has_own_edges(&self) -> bool {
        self.own_edges.is_some()
    }
}

impl OwnEdges<'_> {
    fn of(
        &self,
        nodes: usize,
        rows: &[u32],
        row_weights: Option<&[f32]>,
        options: &TensorCreationOptions,
    ) -> Result<WeightedEdges> {
        let of_row = |&row: &u32| (self.neighbours)(row).iter().map(move |&other| [row, other]);
        let pairs: Vec<[u32; 2]> = rows.iter().flat_map(of_row).collect();
        let weights = row_weights.map(|weights| {
            let of_row =
                |(row, &weight): (&u32, &f32)| std::iter::repeat_n(weight, (self.neighbours)(*row).len());
            floats(rows.iter().zip(weights).flat_map(of_row).collect(), options)
        });
        let learnt =
            self.learnt.map(|learnt| floats(pairs.iter().map(|&pair| learnt(pair)).collect(), options));
        Ok(WeightedEdges { list: EdgeList::new(nodes, &pairs, &options.device)?, weights, learnt })
    }
}

fn indices(nodes: &[u32], options: &TensorCreationOptions) -> Tensor<1, Int> {
    let nodes: Vec<i32> = nodes.iter().map(|&node| node as i32).collect();
    Tensor::from_ints(&nodes[..], &options.device)
}

/// A vector on a device.
pub(super) fn floats(values: Vec<f32>, options: &TensorCreationOptions) -> Tensor<1> {
    let length = values.len();
    Tensor::from_data(TensorData::new(values, [length]), options.clone())
}
