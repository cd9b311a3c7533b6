//! Safetensors: numbers as tensors, strings, which the format has none of, as JSON in its metadata.

use std::collections::HashMap;

use ::safetensors::tensor::{Dtype, TensorView};

use super::arrays::{Array, Arrays};

pub(super) fn file(arrays: &Arrays) -> Vec<u8> {
    let mut tensors: Vec<(&str, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    let mut metadata = HashMap::new();
    for (name, array) in arrays {
        match array {
            Array::Floats { values, .. } => {
                let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                tensors.push((name, Dtype::F32, array.shape(), bytes));
            }
            Array::Bytes(values) => tensors.push((name, Dtype::U8, array.shape(), values.clone())),
            Array::Text(values) => {
                metadata.insert(name.clone(), serde_json::to_string(values).expect("strings are JSON"));
            }
        }
    }
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        (name, TensorView::new(*dtype, shape.clone(), bytes).expect("the bytes fill the shape"))
    });
    let metadata = Some(metadata).filter(|metadata| !metadata.is_empty());
    ::safetensors::serialize(views, metadata).expect("names and views are well formed")
}
