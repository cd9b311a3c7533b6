//! Data have no gradient.

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Autodiff, AutodiffBackend};

use super::ops::PixelOps;

impl<B: PixelOps, C: CheckpointStrategy> PixelOps for Autodiff<B, C> {
    fn unpack_pixels(
        words: IntTensor<Self>,
        chosen: IntTensor<Self>,
        levels: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        <Self as AutodiffBackend>::from_inner(B::unpack_pixels(words, chosen, levels.into_primitive()))
    }
}
