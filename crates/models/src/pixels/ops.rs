use burn::backend::fusion::custom::TensorSpec;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, backend_extension};
use burn::tensor::Shape;

use super::BYTES;

/// Unpacks pixels.
#[backend_extension(Cube, Flex, NdArray, Autodiff, Fusion)]
pub trait PixelOps: Backend {
    /// The rows `chosen` `[rows]` of `words` `[images, words]`, each byte as its entry of `levels` `[256]`;
    /// `[rows, 4 · words]`.
    #[fusion(meta = |words, chosen, levels| output(words, chosen, levels))]
    fn unpack_pixels(
        words: IntTensor<Self>,
        chosen: IntTensor<Self>,
        levels: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

fn output(words: &TensorSpec, chosen: &TensorSpec, levels: &TensorSpec) -> TensorSpec {
    TensorSpec::new(shape(&words.shape, &chosen.shape), levels.dtype)
}

pub(super) fn shape(words: &Shape, chosen: &Shape) -> Shape {
    Shape::new([chosen[0], BYTES * words[1]])
}
