use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Flex, NdArray, TensorMetadata};
use burn::tensor::{DType, TensorData};
use burn_flex::FlexTensor;
use burn_ndarray::NdArrayTensor;

use super::ops::{FiniteOps, Mark};
use crate::host::HostTensor;

macro_rules! impl_finite_ops {
    ($backend:ty, $tensor:ty) => {
        impl FiniteOps for $backend {
            fn mark_non_finite(
                before: IntTensor<Self>,
                x: FloatTensor<Self>,
                Mark(mark): Mark,
            ) -> IntTensor<Self> {
                if before.indices()[0] >= 0 || all_finite(&x) {
                    return before;
                }
                <$tensor>::from_data(TensorData::new(vec![mark], before.shape()))
            }
        }
    };
}
impl_finite_ops!(Flex, FlexTensor);
impl_finite_ops!(NdArray, NdArrayTensor);

/// Elements whose exponents are gathered before one is looked at, so that the loop over them has no branch.
const CHUNK: usize = 1 << 10;

fn all_finite<T: HostTensor>(x: &T) -> bool {
    /// The bits of the exponent.
    const F32: u32 = f32::INFINITY.to_bits();
    const F64: u64 = f64::INFINITY.to_bits();
    match x.dtype() {
        DType::F32 => x
            .floats::<f32>()
            .chunks(CHUNK)
            .all(|chunk| chunk.iter().fold(0, |largest, x| u32::max(largest, x.to_bits() & F32)) < F32),
        DType::F64 => x
            .floats::<f64>()
            .chunks(CHUNK)
            .all(|chunk| chunk.iter().fold(0, |largest, x| u64::max(largest, x.to_bits() & F64)) < F64),
        other => panic!("the CPU kernels compute in F32 or F64, not in {other:?}"),
    }
}
