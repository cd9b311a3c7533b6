//! The kernels of dense models.

use aevb_models::distribution::{Bernoulli, DiagonalGaussian};
use aevb_models::nn::{Activation, Linear, Mlp};
use aevb_models::optimizer::Adam;
use burn::module::Param;
use burn::optim::Optimizer;
use burn::tensor::{Device, Tensor};

use super::{Check, Inputs, Matrix, ROWS, WIDTH, compare, flat, read, tensor};

/// `tanh(X W + b)`, and its gradient by W.
pub(super) fn layer(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let (x, weight, bias) = (inputs.matrix(ROWS), inputs.matrix(WIDTH), inputs.matrix(1));
    let upstream = inputs.matrix(ROWS);
    let mut value = vec![[0.0; WIDTH]; ROWS];
    let mut gradient = vec![[0.0; WIDTH]; WIDTH];
    for row in 0..ROWS {
        for column in 0..WIDTH {
            let sum: f64 = (0..WIDTH).map(|k| x[row][k] * weight[k][column]).sum();
            let y = (sum + bias[0][column]).tanh();
            value[row][column] = y;
            for k in 0..WIDTH {
                gradient[k][column] += x[row][k] * (1.0 - y * y) * upstream[row][column];
            }
        }
    }
    compare(["dense layer", "dense layer, gradient"], &flat(&value), &flat(&gradient), || {
        let bias = Param::from_tensor(tensor(&bias, device).reshape([WIDTH]));
        let layer = Linear { weight: Param::from_tensor(tensor(&weight, device)), bias };
        let weight = layer.weight.val();
        let mlp = Mlp { layers: vec![layer], activation: Activation::Tanh };
        let y = mlp.forward(tensor(&x, device)).map_err(|error| error.to_string())?;
        let gradients = (y.clone() * tensor(&upstream, device)).sum().backward();
        read(y, weight.grad(&gradients))
    })
}

/// Bits of the signs of normals under logits that are normal times 4, and the gradient by the logits.
pub(super) fn bernoulli(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let logits = inputs.matrix(ROWS).into_iter().map(|row| row.map(|logit| 4.0 * logit)).collect();
    let x = inputs.matrix(ROWS).into_iter().map(|row| row.map(|x| f64::from(u8::from(x > 0.0)))).collect();
    let terms = |[logit, x]: [f64; 2]| {
        let t = (-logit.abs()).exp();
        let sigmoid = if logit < 0.0 { t / (1.0 + t) } else { 1.0 / (1.0 + t) };
        [x * logit - logit.max(0.0) - t.ln_1p(), x - sigmoid]
    };
    row_sums(["Bernoulli", "Bernoulli, gradient"], [logits, x], terms, device, |[logits, x]| {
        Bernoulli { logits }.log_prob(x).map_err(|error| error.to_string())
    })
}

/// The density and its gradient by the means.
pub(super) fn gaussian(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let matrices = [inputs.matrix(ROWS), inputs.matrix(ROWS), inputs.matrix(ROWS)];
    let terms = |[mean, log_variance, x]: [f64; 3]| {
        let pull = (x - mean) * (-log_variance).exp();
        [-0.5 * ((x - mean) * pull + log_variance + std::f64::consts::TAU.ln()), pull]
    };
    row_sums(["Gaussian", "Gaussian, gradient"], matrices, terms, device, |[mean, log_variance, x]| {
        DiagonalGaussian { mean, log_variance }.log_prob(x).map_err(|error| error.to_string())
    })
}

/// A sample and the divergence together, and their gradient by the means.
pub(super) fn divergence(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let matrices = [inputs.matrix(ROWS), inputs.matrix(ROWS), inputs.matrix(ROWS)];
    let terms = |[mean, log_variance, noise]: [f64; 3]| {
        let z = mean + (0.5 * log_variance).exp() * noise;
        [z + 0.5 * (mean * mean + log_variance.exp() - log_variance - 1.0), 1.0 + mean]
    };
    let names = ["sample and divergence", "sample and divergence, gradient"];
    row_sums(names, matrices, terms, device, |[mean, log_variance, noise]| {
        let gaussian = DiagonalGaussian { mean, log_variance };
        let z = gaussian.rsample(noise).map_err(|error| error.to_string())?;
        Ok(z.sum_dim(1).reshape([ROWS]) + gaussian.kl_from_standard_normal())
    })
}

/// Sums over rows whose term has a value and a derivative by the first matrix.
fn row_sums<const N: usize>(
    names: [&'static str; 2],
    matrices: [Matrix; N],
    term: impl Fn([f64; N]) -> [f64; 2],
    device: &Device,
    kernel: impl Fn([Tensor<2>; N]) -> Result<Tensor<1>, String>,
) -> Vec<Check> {
    let mut value = vec![0.0; ROWS];
    let mut gradient = vec![[0.0; WIDTH]; ROWS];
    for row in 0..ROWS {
        for column in 0..WIDTH {
            let [share, slope] = term(std::array::from_fn(|input| matrices[input][row][column]));
            value[row] += share;
            gradient[row][column] = slope;
        }
    }
    compare(names, &value, &flat(&gradient), || {
        let tensors = std::array::from_fn(|input| tensor(&matrices[input], device).require_grad());
        let first: Tensor<2> = Tensor::clone(&tensors[0]);
        let sums = kernel(tensors)?;
        let gradients = sums.clone().sum().backward();
        read(sums, first.grad(&gradients))
    })
}

/// Two steps of Adam: the parameters, and their change in the second.
pub(super) fn adam(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let (start, gradients) = (inputs.matrix(ROWS), [inputs.matrix(ROWS), inputs.matrix(ROWS)]);
    let mut expected: Vec<[f64; 4]> = flat(&start).into_iter().map(|value| [value, 0.0, 0.0, 0.0]).collect();
    for (step, gradient) in (1..).zip(&gradients) {
        for ([value, m, v, change], g) in expected.iter_mut().zip(flat(gradient)) {
            *m = 0.9 * *m + 0.1 * g;
            *v = 0.999 * *v + 0.001 * g * g;
            let corrected = [*m / (1.0 - 0.9_f64.powi(step)), *v / (1.0 - 0.999_f64.powi(step))];
            *change = -0.5 * corrected[0] / (corrected[1].sqrt() + 1e-8);
            *value += *change;
        }
    }
    let column = |column: usize| expected.iter().map(|row| row[column]).collect::<Vec<f64>>();
    compare(["Adam", "Adam, second step"], &column(0), &column(3), || {
        let adam = Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.0 };
        let inner = |matrix: &Matrix| tensor(matrix, device).inner();
        let (first, state) = adam.step(0.5, inner(&start), inner(&gradients[0]), None);
        let (second, _) = adam.step(0.5, first.clone(), inner(&gradients[1]), state);
        read(second.clone(), Some(second - first))
    })
}
