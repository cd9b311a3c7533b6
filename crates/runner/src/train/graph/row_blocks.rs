use aevb_data::shuffle::permutation;

use crate::random::{Purpose, Streams};
use crate::train::shard::Shard;

/// Which rows of all pairs the steps of training sum over: each epoch takes every row once, in an order of its own, and a
/// step's block is a uniform draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowBlocks {
    pub nodes: usize,
    /// The rows of a block, at most; blocks are as equal as can be.
    pub rows: usize,
    pub streams: Streams,
}

impl RowBlocks {
    pub fn steps_per_epoch(&self) -> usize {
        self.nodes.div_ceil(self.rows)
    }

    /// The rows of a step.
    pub fn of_step(&self, step: u64) -> Vec<i32> {
        let per_epoch = self.steps_per_epoch();
        let (epoch, index) = (step / per_epoch as u64, (step % per_epoch as u64) as usize);
        let nodes = u32::try_from(self.nodes).expect("a graph has fewer than 2^32 nodes");
        let order = permutation(nodes, &mut self.streams.generator(Purpose::PairRows, epoch));
        let block = Shard { step, index, of: per_epoch }.range(self.nodes);
        order[block].iter().map(|&row| row as i32).collect()
    }
}

#[cfg(test)]
mod tests;
