//! Dense layers with what follows them, against plain loops in f64.

use aevb_models::nn::{Activation, Body, Gated, Heads, Linear, Mlp};
use aevb_models::vae::{Decoder, GaussianLikelihood, Likelihood, PixelMean};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};

use super::dense::{matmul, transposed};
use super::helpers::{assert_close, host, matrix, random, scattered, tracked, values};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("dense_layers_and_their_gradients_equal_plain_loops", layers),
    ("a_dense_layer_gives_the_gradients_that_are_wanted", partly_tracked),
    ("gated_layers_equal_plain_loops", gated),
    ("a_gaussian_decoder_and_its_gradients_equal_plain_loops", decoder),
    ("the_ends_of_a_gaussian_decoder_are_finite", decoder_ends),
];
pub const PROCESSOR_CHECKS: &[Check] = &[("activations_keep_their_accuracy_at_the_ends", ends)];

const FUNCTIONS: [Option<Activation>; 4] =
    [None, Some(Activation::Tanh), Some(Activation::Softplus), Some(Activation::Relu)];
/// `[rows, d_input, d_output]`: one row, widths that no vector divides, and products that are cut into blocks.
const SHAPES: [[usize; 3]; 6] =
    [[1, 1, 1], [1, 7, 3], [5, 3, 17], [33, 65, 130], [100, 784, 500], [400, 300, 310]];
const FLOOR: f64 = 1e-3;

/// `f(z)` and `f′(z)`.
fn function(activation: Option<Activation>, z: f64) -> [f64; 2] {
    match activation {
        None => [z, 1.0],
        Some(Activation::Tanh) => [z.tanh(), z.cosh().powi(-2)],
        Some(Activation::Softplus) => [z.max(0.0) + (-z.abs()).exp().ln_1p(), sigmoid(z)],
        Some(Activation::Relu) => [z.max(0.0), if z > 0.0 { 1.0 } else { 0.0 }],
    }
}

fn sigmoid(z: f64) -> f64 {
    let t = (-z.abs()).exp();
    if z < 0.0 { t / (1.0 + t) } else { 1.0 / (1.0 + t) }
}

/// A layer on the host.
struct Plain {
    dims: [usize; 3],
    x: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    /// The gradient by the output.
    upstream: Vec<f32>,
}

/// A layer's output, and its gradients by x, weight and bias.
type Results = [Vec<f64>; 4];

impl Plain {
    fn new(dims: [usize; 3], seed: u64) -> Self {
        let [rows, inputs, outputs] = dims;
        let mut random = random(seed);
        let mut draw = |count, scale| values(count, scale, &mut random);
        Self {
            dims,
            x: draw(rows * inputs, 1.0),
            weight: draw(inputs * outputs, 2.0 / (inputs as f32).sqrt()),
            bias: draw(outputs, 1.0),
            upstream: draw(rows * outputs, 1.0),
        }
    }

    fn expected(&self, function: impl Fn(f64) -> [f64; 2]) -> Results {
        let [_, inputs, outputs] = self.dims;
        let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<f64>>();
        let (x, weight, upstream) = (wide(&self.x), wide(&self.weight), wide(&self.upstream));
        let sums = matmul(&x, &weight, inputs, outputs);
        let both: Vec<[f64; 2]> = (0..sums.len())
            .map(|position| function(sums[position] + f64::from(self.bias[position % outputs])))
            .collect();
        let y = both.iter().map(|both| both[0]).collect();
        let inner: Vec<f64> = both.iter().zip(&upstream).map(|(both, upstream)| both[1] * upstream).collect();
        let mut by_bias = vec![0.0; outputs];
        for row in inner.chunks_exact(outputs) {
            by_bias.iter_mut().zip(row).for_each(|(sum, gradient)| *sum += gradient);
        }
        let by_x = matmul(&inner, &transposed(&weight, outputs), outputs, inputs);
        let by_weight = matmul(&transposed(&x, inputs), &inner, self.dims[0], outputs);
        [y, by_x, by_weight, by_bias]
    }

    fn layer(&self, options: impl Into<TensorCreationOptions>) -> Linear {
        let [_, inputs, outputs] = self.dims;
        let options = options.into();
        let bias = TensorData::new(self.bias.clone(), [outputs]);
        Linear {
            weight: Param::from_tensor(matrix(&self.weight, [inputs, outputs], options.clone())),
            bias: Param::from_tensor(Tensor::from_data(bias, options)),
        }
    }

    fn x_dims(&self) -> [usize; 2] {
        [self.dims[0], self.dims[1]]
    }

    fn upstream(&self, device: &Device) -> Tensor<2> {
        matrix(&self.upstream, [self.dims[0], self.dims[2]], device)
    }
}

fn mlp(layer: Linear, activation: Activation) -> Mlp {
    Mlp { layers: vec![layer], activation }
}

fn apply(layer: &Linear, activation: Option<Activation>, x: Tensor<2>) -> Tensor<2> {
    match activation {
        None => layer.forward(x).expect("shapes"),
        Some(activation) => mlp(layer.clone(), activation).forward(x).expect("shapes"),
    }
}

fn layers(device: &Device) {
    for (seed, dims) in SHAPES.into_iter().enumerate() {
        let plain = Plain::new(dims, seed as u64);
        for activation in FUNCTIONS {
            let expected = plain.expected(|z| function(activation, z));
            for arrange in [|x| x, scattered] {
                let layer = plain.layer(&device.clone().autodiff());
                let x = tracked(&plain.x, plain.x_dims(), device);
                let y = apply(&layer, activation, arrange(x.clone()));
                let gradients = (arrange(y.clone()) * arrange(plain.upstream(device))).sum().backward();
                let found = [
                    host(y),
                    host(x.grad(&gradients).expect("tracked")),
                    host(layer.weight.val().grad(&gradients).expect("tracked")),
                    host(layer.bias.val().grad(&gradients).expect("tracked")),
                ];
                for (name, (found, expected)) in
                    ["y", "by x", "by weight", "by bias"].into_iter().zip(found.iter().zip(&expected))
                {
                    assert_close(&format!("{activation:?} {dims:?} {name}"), found, expected, 5e-6);
                }
            }
        }
    }
}

fn partly_tracked(device: &Device) {
    let plain = Plain::new([9, 21, 14], 40);
    let learning = device.clone().autodiff();
    for activation in FUNCTIONS {
        let [y, by_x, by_weight, _] = plain.expected(|z| function(activation, z));
        let frozen = plain.layer(device);
        let x = tracked(&plain.x, plain.x_dims(), device);
        let gradients = (apply(&frozen, activation, x.clone()) * plain.upstream(device)).sum().backward();
        assert_close("by x alone", &host(x.grad(&gradients).expect("tracked")), &by_x, 5e-6);
        let layer = plain.layer(&learning);
        let x = matrix(&plain.x, plain.x_dims(), device);
        let gradients = (apply(&layer, activation, x.clone()) * plain.upstream(device)).sum().backward();
        let found = host(layer.weight.val().grad(&gradients).expect("tracked"));
        assert_close("by the weight alone", &found, &by_weight, 5e-6);
        assert_close("no gradient", &host(apply(&frozen, activation, x)), &y, 5e-6);
    }
}

/// `(X W + b) ⊙ σ(X V + c)`, twice over.
fn gated(device: &Device) {
    let [first, second] = [[9, 21, 14], [9, 14, 5]];
    let plains =
        [(first, 50), (first, 51), (second, 52), (second, 53)].map(|(dims, seed)| Plain::new(dims, seed));
    let product = |x: &[f64], [sums, gates]: [&Plain; 2]| -> Vec<f64> {
        let [rows, d_input, d_output] = sums.dims;
        let at = |plain: &Plain, row: usize, column: usize| {
            let terms =
                (0..d_input).map(|k| x[row * d_input + k] * f64::from(plain.weight[k * d_output + column]));
            terms.sum::<f64>() + f64::from(plain.bias[column])
        };
        let places = (0..rows).flat_map(|row| (0..d_output).map(move |column| (row, column)));
        places.map(|(row, column)| at(sums, row, column) / (1.0 + (-at(gates, row, column)).exp())).collect()
    };
    let [a, b, c, d] = &plains;
    let x: Vec<f64> = a.x.iter().map(|&x| f64::from(x)).collect();
    let known = product(&product(&x, [a, b]), [c, d]);
    let body = Body::Gated(Gated {
        layers: vec![a.layer(device), c.layer(device)],
        gates: vec![b.layer(device), d.layer(device)],
    });
    let found = body.forward(matrix(&a.x, a.x_dims(), device)).expect("shapes");
    assert_close("gated", &host(found), &known, 5e-6);
    let error = body.forward(matrix(&a.x[..20], [1, 20], device)).expect_err("another width").to_string();
    assert!(error.contains("do not go together"), "{error}");
}

fn gaussian() -> Likelihood {
    Likelihood::Gaussian(GaussianLikelihood { mean: PixelMean::Sigmoid, variance_floor: FLOOR })
}

fn gaussian_heads([output, log_variance]: [Linear; 2]) -> Heads {
    Heads { layers: vec![("output", output), ("log_variance", log_variance)] }
}

/// Means behind a sigmoid and variances above a floor are functions of dense layers too.
fn decoder(device: &Device) {
    let dims = [13, 6, 37];
    let (means, variances) = (Plain::new(dims, 50), Plain::new(dims, 51));
    let variances = Plain { x: means.x.clone(), ..variances };
    let learning = device.clone().autodiff();
    let decoder = Decoder {
        hidden: Body::Mlp(Mlp { layers: Vec::new(), activation: Activation::Tanh }),
        heads: gaussian_heads([means.layer(&learning), variances.layer(&learning)]),
        likelihood: gaussian(),
        values: dims[2],
    };
    let x = tracked(&means.x, means.x_dims(), device);
    let observation = decoder.forward(x.clone()).expect("shapes");
    let [mean, log_variance] = &observation.parameters[..] else { panic!("a Gaussian has two parameters") };
    let of_means = means.expected(|z| [sigmoid(z), sigmoid(z) * sigmoid(-z)]);
    let of_variances = variances.expected(|z| [(z.exp() + FLOOR).ln(), z.exp() / (z.exp() + FLOOR)]);
    assert_close("means", &host(mean.clone()), &of_means[0], 5e-6);
    assert_close("log-variances", &host(log_variance.clone()), &of_variances[0], 5e-6);
    let loss = (mean.clone() * means.upstream(device)).sum()
        + (log_variance.clone() * variances.upstream(device)).sum();
    let gradients = loss.backward();
    let by_x: Vec<f64> = of_means[1].iter().zip(&of_variances[1]).map(|(a, b)| a + b).collect();
    assert_close("by x", &host(x.grad(&gradients).expect("tracked")), &by_x, 5e-6);
    for ((_, layer), expected) in decoder.heads.layers.into_iter().zip([of_means, of_variances]) {
        let by_weight = host(layer.weight.val().grad(&gradients).expect("tracked"));
        assert_close("by weight", &by_weight, &expected[2], 5e-6);
        let by_bias = host(layer.bias.val().grad(&gradients).expect("tracked"));
        assert_close("by bias", &by_bias, &expected[3], 5e-6);
    }
}

/// Sigmoids of means, and logarithms of variances above a floor, far from 0.
fn decoder_ends(device: &Device) {
    let points = [-1e4_f32, -100.0, -17.0, -1.0, 0.0, 1.0, 17.0, 88.0, 100.0, 1e4];
    let learning = device.clone().autodiff();
    let one = || Linear {
        weight: Param::from_tensor(matrix(&[1.0], [1, 1], &learning)),
        bias: Param::from_tensor(Tensor::from_data(TensorData::from([0.0_f32]), &learning)),
    };
    let decoder = Decoder {
        hidden: Body::Mlp(Mlp { layers: Vec::new(), activation: Activation::Tanh }),
        heads: gaussian_heads([one(), one()]),
        likelihood: gaussian(),
        values: 1,
    };
    let x = tracked(&points, [points.len(), 1], device);
    let observation = decoder.forward(x.clone()).expect("shapes");
    let [mean, log_variance] = &observation.parameters[..] else { panic!("a Gaussian has two parameters") };
    let slopes = |y: &Tensor<2>| host(x.grad(&y.clone().sum().backward()).expect("tracked"));
    let found = [(host(mean.clone()), slopes(mean)), (host(log_variance.clone()), slopes(log_variance))];
    for (at, z) in points.into_iter().map(f64::from).enumerate() {
        let log_floor = FLOOR.ln();
        let variance = z.max(log_floor) + (-(z - log_floor).abs()).exp().ln_1p();
        let truths = [[sigmoid(z), sigmoid(z) * sigmoid(-z)], [variance, sigmoid(z - log_floor)]];
        for ((values, slopes), [value, slope]) in found.iter().zip(truths) {
            let close = |found: f64, truth: f64| (found - truth).abs() <= 1e-6 * truth.abs() + 1e-6;
            assert!(close(values[at], value), "at {z}: {}, not {value}", values[at]);
            assert!(close(slopes[at], slope), "at {z}, slope: {}, not {slope}", slopes[at]);
        }
    }
}

/// Every value to 1e-6 of itself, however small; NaN where NaN went in, and nowhere else.
fn ends(device: &Device) {
    let magnitudes = [0.0, 1e-30, 1e-7, 1e-3, 0.1, 1.0, 5.0, 17.0, 80.0, 1e4, f32::INFINITY];
    let points: Vec<f32> = magnitudes.into_iter().flat_map(|x| [x, -x]).chain([f32::NAN]).collect();
    let one: TensorCreationOptions = (&device.clone().autodiff(), DType::F32).into();
    let layer = Linear {
        weight: Param::from_tensor(matrix(&[1.0], [1, 1], one.clone())),
        bias: Param::from_tensor(Tensor::from_data(TensorData::from([0.0_f32]), one)),
    };
    for activation in FUNCTIONS {
        let x = tracked(&points, [points.len(), 1], device);
        let y = apply(&layer, activation, x.clone());
        let gradients = y.clone().sum().backward();
        let slopes = host(x.grad(&gradients).expect("tracked"));
        for ((&point, y), slope) in points.iter().zip(host(y)).zip(slopes) {
            let [value, derivative] = function(activation, f64::from(point));
            // What is below the normal floats may come out as the least of them.
            let close = |found: f64, truth: f64| {
                found == truth || (found - truth).abs() <= 1e-6 * truth.abs() + 2e-38
            };
            if point.is_nan() {
                assert!(y.is_nan(), "{activation:?} of NaN is {y}");
                continue;
            }
            assert!(close(y, value), "{activation:?}({point}) = {y}, not {value}");
            // The derivative of tanh is told from its value, and loses what that has lost.
            let lost = if activation == Some(Activation::Tanh) { 2e-7 } else { 0.0 };
            assert!(
                close(slope, derivative) || (slope - derivative).abs() <= lost,
                "{activation:?}′({point}) = {slope}, not {derivative}"
            );
        }
    }
}
