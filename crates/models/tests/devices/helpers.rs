//! Random matrices, and comparisons that say what differs.

use burn::tensor::{Device, Tensor, TensorCreationOptions, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Values of mean 0 and a few units' spread, row-major.
pub fn values(count: usize, scale: f32, random: &mut ChaCha8Rng) -> Vec<f32> {
    (0..count).map(|_| (2.0 * random.random::<f32>() - 1.0) * scale).collect()
}

pub fn matrix(values: &[f32], dims: [usize; 2], options: impl Into<TensorCreationOptions>) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), dims), options)
}

pub fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data_dtype(burn::tensor::DType::F64).try_into_vec::<f64>().expect("converted to f64")
}

pub fn tracked(values: &[f32], dims: [usize; 2], device: &Device) -> Tensor<2> {
    matrix(values, dims, &device.clone().autodiff()).require_grad()
}

/// The same matrix where its elements lie apart in memory, begin in its middle and are in another order.
pub fn scattered(x: Tensor<2>) -> Tensor<2> {
    let [rows, columns] = x.dims();
    let wider = Tensor::cat(vec![x.clone().slice([0..rows, 0..1]), x], 1).transpose() * 1.0;
    wider.transpose().slice([0..rows, 1..columns + 1])
}

/// Fails where the largest difference exceeds `tolerance` times the largest magnitude of `expected`.
#[track_caller]
pub fn assert_close(what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}: lengths");
    let scale = expected.iter().fold(f64::MIN_POSITIVE, |scale, value| scale.max(value.abs()));
    for (position, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let difference = (actual - expected).abs();
        assert!(
            difference <= tolerance * scale,
            "{what}[{position}]: {actual} differs from {expected} by {difference:e}, more than {tolerance:e} of {scale:e}"
        );
    }
}
