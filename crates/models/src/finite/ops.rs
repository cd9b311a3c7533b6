use burn::backend::fusion::custom::TensorSpec;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, backend_extension};

/// What a look leaves where it is the first to find something. A type of its own: fused plans are kept for each value of a
/// plain number, and this one changes with every step.
#[derive(Clone, Copy, Debug)]
pub struct Mark(pub i32);

/// Looks at the bits of floats.
#[backend_extension(Cube, Flex, NdArray, Fusion)]
pub trait FiniteOps: Backend {
    /// `before` `[1]` where that is 0 or more, else `mark` where an element of `x`, of any shape, is not finite, and
    /// `before` where all are.
    #[fusion(meta = |before, _x, _mark| before_again(before))]
    fn mark_non_finite(before: IntTensor<Self>, x: FloatTensor<Self>, mark: Mark) -> IntTensor<Self>;
}

fn before_again(before: &TensorSpec) -> TensorSpec {
    TensorSpec::new(before.shape.clone(), before.dtype)
}
