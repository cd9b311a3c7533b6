//! The bridge from Burn's two CPU backends to slices: kernels are written once, over `&[E]`, and serve both.

use std::borrow::Cow;

use burn::backend::TensorMetadata;
use burn::tensor::{DType, Element, Shape, Tensor, TensorData};
use burn_flex::FlexTensor;
use burn_ndarray::NdArrayTensor;

/// The elements of a tensor of any backend, in row-major order and double precision.
pub(crate) fn doubles<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data_dtype(DType::F64).try_into_vec::<f64>().expect("converted to F64")
}

/// The same in single precision.
pub(crate) fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data_dtype(DType::F32).try_into_vec::<f32>().expect("converted to F32")
}

/// A float type that the CPU kernels compute in.
pub(crate) trait HostFloat: Element + bytemuck::Pod {
    fn ndarray_slice(tensor: &NdArrayTensor) -> Cow<'_, [Self]>;
    fn ndarray_slice_mut(tensor: &mut NdArrayTensor) -> Option<&mut [Self]>;
}

/// A CPU backend's tensor, seen as contiguous slices.
pub(crate) trait HostTensor: TensorMetadata + Sized {
    /// The elements in row-major order, without a copy where the tensor is contiguous.
    fn floats<E: HostFloat>(&self) -> Cow<'_, [E]>;
    /// The elements in row-major order, to be written over: in place where no other tensor shares them, else in a copy.
    fn floats_mut<E: HostFloat>(&mut self) -> &mut [E];
    /// The indices in order. Every index tensor of this crate is made as `I32`.
    fn indices(&self) -> Cow<'_, [i32]>;
    fn from_floats<E: HostFloat>(values: Vec<E>, shape: Shape) -> Self;
}

/// Runs `$body` with `$E` bound to the float type that `$dtype` names.
macro_rules! with_float {
    ($dtype:expr, $E:ident => $body:expr) => {
        match $dtype {
            burn::tensor::DType::F32 => {
                type $E = f32;
                $body
            }
            burn::tensor::DType::F64 => {
                type $E = f64;
                $body
            }
            other => panic!("the CPU kernels compute in F32 or F64, not in {other:?}"),
        }
    };
}
pub(crate) use with_float;

impl HostTensor for FlexTensor {
    fn floats<E: HostFloat>(&self) -> Cow<'_, [E]> {
        flex_slice(self)
    }

    fn floats_mut<E: HostFloat>(&mut self) -> &mut [E] {
        // Storage that this tensor is a part of, or sees in another order, is not its own to write.
        if self.as_slice::<E>().map(<[E]>::len) != Some(self.storage::<E>().len()) {
            *self = Self::from_floats(self.floats::<E>().into_owned(), self.shape());
        }
        self.storage_mut()
    }

    fn indices(&self) -> Cow<'_, [i32]> {
        flex_slice(self)
    }

    fn from_floats<E: HostFloat>(values: Vec<E>, shape: Shape) -> Self {
        Self::from_data(TensorData::new(values, shape))
    }
}

fn flex_slice<E: Element + bytemuck::Pod>(tensor: &FlexTensor) -> Cow<'_, [E]> {
    match tensor.as_slice::<E>() {
        Some(slice) => Cow::Borrowed(slice),
        None => Cow::Owned(tensor.to_contiguous().storage::<E>().to_vec()),
    }
}

impl HostTensor for NdArrayTensor {
    fn floats<E: HostFloat>(&self) -> Cow<'_, [E]> {
        E::ndarray_slice(self)
    }

    fn floats_mut<E: HostFloat>(&mut self) -> &mut [E] {
        if E::ndarray_slice_mut(self).is_none() {
            *self = Self::from_floats(self.floats::<E>().into_owned(), self.shape());
        }
        E::ndarray_slice_mut(self).expect("a tensor made of a vector is contiguous")
    }

    fn indices(&self) -> Cow<'_, [i32]> {
        match self {
            NdArrayTensor::I32(storage) => ndarray_slice!(storage),
            other => panic!("index tensors are made as I32, not as {:?}", other.dtype()),
        }
    }

    fn from_floats<E: HostFloat>(values: Vec<E>, shape: Shape) -> Self {
        Self::from_data(TensorData::new(values, shape))
    }
}

macro_rules! ndarray_slice {
    ($storage:expr) => {
        match $storage.view().to_slice() {
            Some(slice) => Cow::Borrowed(slice),
            None => Cow::Owned($storage.view().iter().copied().collect()),
        }
    };
}
use ndarray_slice;

macro_rules! impl_host_float {
    ($float:ty, $variant:ident) => {
        impl HostFloat for $float {
            fn ndarray_slice(tensor: &NdArrayTensor) -> Cow<'_, [Self]> {
                match tensor {
                    NdArrayTensor::$variant(storage) => ndarray_slice!(storage),
                    other => panic!("expected {:?}, got {:?}", DType::$variant, other.dtype()),
                }
            }

            fn ndarray_slice_mut(tensor: &mut NdArrayTensor) -> Option<&mut [Self]> {
                match tensor {
                    NdArrayTensor::$variant(storage) => storage.ensure_owned().as_slice_mut(),
                    other => panic!("expected {:?}, got {:?}", DType::$variant, other.dtype()),
                }
            }
        }
    };
}
impl_host_float!(f32, F32);
impl_host_float!(f64, F64);
