use aevb_data::graph::Graph;
use aevb_data::shuffle::permutation;
use aevb_models::vgae::RowBlock;
use burn::tensor::Device;

use crate::experiment::BlockEdges;
use crate::random::{Purpose, Streams};
use crate::train::shard::Shard;

/// Which rows of all pairs the steps of training sum over: each epoch takes every row once, in an order of its own, and a
/// step's block is a uniform draw.
#[derive(Clone, Debug)]
pub(super) struct RowBlocks {
    pub nodes: usize,
    /// The rows of a block, at most; blocks are as equal as can be.
    pub rows: usize,
    /// The training graph, where the edges of a block's rows are counted alone.
    pub train: Option<Graph>,
    pub streams: Streams,
}

impl RowBlocks {
    pub fn new(train: Graph, rows: usize, edges: BlockEdges, streams: Streams) -> Self {
        let nodes = train.nodes();
        Self { nodes, rows, train: (edges == BlockEdges::Rows).then_some(train), streams }
    }

    pub fn steps_per_epoch(&self) -> usize {
        self.nodes.div_ceil(self.rows)
    }

    /// The block of a step on a device.
    pub fn block(&self, step: u64, device: &Device) -> aevb_models::Result<RowBlock> {
        let rows = self.of_step(step);
        match &self.train {
            None => RowBlock::new(self.nodes, &rows, device),
            Some(train) => RowBlock::with_own_edges(self.nodes, &rows, |node| train.neighbours(node), device),
        }
    }

    /// The rows of a step.
    pub fn of_step(&self, step: u64) -> Vec<u32> {
        let per_epoch = self.steps_per_epoch();
        let (epoch, index) = (step / per_epoch as u64, (step % per_epoch as u64) as usize);
        let nodes = u32::try_from(self.nodes).expect("a graph has fewer than 2^32 nodes");
        let order = permutation(nodes, &mut self.streams.generator(Purpose::PairRows, epoch));
        let block = Shard { step, index, of: per_epoch }.range(self.nodes);
        order[block].to_vec()
    }
}

#[cfg(test)]
mod tests;
