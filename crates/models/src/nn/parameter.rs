use burn::module::{Param, ParamId};
use burn::tensor::{Tensor, TensorData};

/// A trainable parameter whose id follows from its path in the model, as `"encoder.0.weight"`.
///
/// Burn's own ids are random in each process, and an optimizer's state is keyed by them: with these a state that was
/// saved by one process finds its parameters in another.
pub(crate) fn parameter<const D: usize>(path: &str, value: Tensor<D>) -> Param<Tensor<D>> {
    let id = path.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Param::initialized(ParamId::from(id), value.require_grad())
}

/// The same parameter with other values.
pub(crate) fn with_values<const D: usize>(parameter: Param<Tensor<D>>, values: Vec<f32>) -> Param<Tensor<D>> {
    parameter.map(|before| {
        let values = TensorData::new(values, before.dims());
        Tensor::from_data(values, &before.device()).require_grad()
    })
}
