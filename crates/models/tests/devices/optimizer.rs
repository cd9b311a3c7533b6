//! Updates in one pass against Burn's own optimizers: on processors the same bits.

use aevb_models::nn::Linear;
use aevb_models::optimizer::{Adagrad, Adam};
use burn::module::Param;
use burn::optim::{
    AdaGradConfig, AdamConfig, AdamWConfig, GradientsParams, ModuleOptimizer, Optimizer, RecordState,
    StateSink, StateSource,
};
use burn::tensor::{Device, Tensor, TensorData};

use super::helpers::{assert_close, host, matrix, random, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("optimizers_step_as_burns_own_do", |device| {
        all(device, pairs(), |what, found, expected| {
            assert_close(what, found, expected, 1e-6);
        })
    }),
    ("an_optimizer_goes_on_from_its_record", records),
];
pub const PROCESSOR_CHECKS: &[Check] = &[("optimizers_have_the_bits_of_burns_own", |device| {
    // Burn divides by both corrections in turn in AdamW, and by one number in Adam.
    let alike = pairs().into_iter().filter(|(name, ..)| *name != "AdamW").collect();
    all(device, alike, |what, found, expected| assert!(found == expected, "{what}"));
})];

/// A weight that is cut into chunks, and a bias that no vector divides.
const DIMS: [usize; 2] = [330, 211];

fn layer(device: &Device) -> Linear {
    let mut random = random(7);
    let learning = device.clone().autodiff();
    let bias = TensorData::new(values(DIMS[1], 1.0, &mut random), [DIMS[1]]);
    Linear {
        weight: Param::from_tensor(matrix(&values(DIMS[0] * DIMS[1], 1.0, &mut random), DIMS, &learning)),
        bias: Param::from_tensor(Tensor::from_data(bias, &learning)),
    }
}

/// Another gradient at each step, with columns of zeros.
fn step(optimizer: &mut ModuleOptimizer, layer: Linear, number: u64) -> Linear {
    let device = layer.weight.val().inner().device();
    let mut x = values(3 * DIMS[0], 1.0, &mut random(number));
    x.iter_mut().step_by(DIMS[0]).for_each(|x| *x = 0.0);
    let y = layer.forward(matrix(&x, [3, DIMS[0]], &device)).expect("shapes");
    let gradients = GradientsParams::from_grads((y.clone() * y).sum().backward(), &layer);
    optimizer.step(0.01, layer, gradients)
}

fn weights(layer: &Linear) -> Vec<f64> {
    [host(layer.weight.val()), host(layer.bias.val())].concat()
}

/// A name, our optimizer, and Burn's own.
type Pair = (&'static str, ModuleOptimizer, ModuleOptimizer);

fn pairs() -> Vec<Pair> {
    let adam = Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.0 };
    vec![
        ("Adam", adam.init(), AdamConfig::new().with_epsilon(1e-8).init()),
        (
            "AdamW",
            Adam { weight_decay: 0.1, ..adam }.init(),
            AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(0.1).init(),
        ),
        ("Adagrad", Adagrad { epsilon: 1e-10 }.init(), AdaGradConfig::new().with_epsilon(1e-10).init()),
    ]
}

fn all(device: &Device, pairs: Vec<Pair>, compare: impl Fn(&str, &[f64], &[f64])) {
    for (name, mut ours, mut burns) in pairs {
        let (mut found, mut expected) = (layer(device), layer(device));
        for number in 0..4 {
            // Both from the same weights, so that both meet the same gradient.
            found = step(&mut ours, found, number);
            expected = step(&mut burns, expected, number);
            compare(&format!("{name}, step {number}"), &weights(&found), &weights(&expected));
        }
    }
}

/// Each state comes back on the device where it is wanted: a whole record of Burn's comes back on the default one, a GPU's,
/// which need not be there.
fn records(device: &Device) {
    let adam = Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.0 };
    goes_on(&adam, device);
    goes_on(&Adam { weight_decay: 0.1, ..adam }, device);
    goes_on(&Adagrad { epsilon: 1e-10 }, device);
}

fn goes_on<O: Optimizer>(optimizer: &O, device: &Device)
where
    O::State<2>: RecordState + Clone,
{
    let drawn = |number| matrix(&values(DIMS[0] * DIMS[1], 1.0, &mut random(number)), DIMS, device);
    let (mut weight, mut state) = (drawn(7), None);
    for number in 0..3 {
        (weight, state) = optimizer.step(0.01, weight, drawn(number), state);
    }
    let state: O::State<2> = state.expect("it remembers");
    let mut sink = StateSink::default();
    state.state_flatten("weight", &mut sink);
    let mut source = StateSource::new(sink.scalars.into_iter().collect());
    for (name, data) in sink.tensors {
        source.insert_tensor(name, data);
    }
    let restored = O::State::<2>::state_unflatten("weight", &mut source, device).expect("its own record");
    let [expected, found] =
        [state, restored].map(|state| host(optimizer.step(0.01, weight.clone(), drawn(3), Some(state)).0));
    assert_eq!(found, expected);
}
