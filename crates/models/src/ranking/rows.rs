//! The inner products of a node with all others, one node after another.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::scores::InnerProducts;
use crate::pairwise::tile::{BLOCK, Blocks, STRIP};

/// Numbers that a thread holds at once, unless a single row has more.
const HELD: usize = 1 << 22;

impl InnerProducts<'_> {
    /// Calls `visit` with the place of each source and its inner products with all nodes, `[nodes]`, its own and those with a
    /// [`Correction`](super::Correction), without that, among them; and returns what it answers in the order of the sources.
    ///
    /// # Panics
    /// If a source is no node.
    pub fn each_row<T: Send>(&self, sources: &[u32], visit: impl Fn(usize, &[f32]) -> T + Sync) -> Vec<T> {
        let arch = pulp::Arch::new();
        let columns = Blocks::pack(self.right, self.nodes, self.latent);
        let group = (HELD / self.nodes.max(1)).clamp(1, BLOCK);
        let groups = sources.par_chunks(group).enumerate().map_init(Vec::new, |held, (place, sources)| {
            let vectors: Vec<f32> =
                sources.iter().flat_map(|&source| self.left_row(source)).copied().collect();
            let rows = Blocks::pack(&vectors, sources.len(), self.latent);
            held.resize(sources.len() * self.nodes, 0.0);
            arch.dispatch(Fill { rows: &rows, columns: &columns, nodes: self.nodes, held });
            let rows = held.chunks_exact(self.nodes).enumerate();
            rows.map(|(row, products)| visit(place * group + row, products)).collect::<Vec<T>>()
        });
        groups.flatten_iter().collect()
    }
}

/// Writes all products of some rows.
struct Fill<'a> {
    rows: &'a Blocks,
    columns: &'a Blocks,
    nodes: usize,
    /// `[rows, nodes]`
    held: &'a mut [f32],
}

impl WithSimd for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.rows.get(0);
        for block in 0..self.columns.count() {
            let columns = self.columns.get(block);
            for first in (0..rows.valid).step_by(STRIP) {
                let strip = rows.strip(first);
                for vector in 0..columns.valid.div_ceil(S::F32_LANES) {
                    let from = vector * S::F32_LANES;
                    let valid = S::F32_LANES.min(columns.valid - from);
                    for (row, x) in (first..rows.valid).zip(columns.products(simd, strip, vector)) {
                        let products: &[f32] = bytemuck::cast_slice(std::slice::from_ref(&x));
                        let place = row * self.nodes + block * BLOCK + from;
                        self.held[place..place + valid].copy_from_slice(&products[..valid]);
                    }
                }
            }
        }
    }
}
