//! The kernels of dense models.

use aevb_models::distribution::{Bernoulli, DiagonalGaussian, GaussianMixture};
use aevb_models::nn::{Activation, Linear, Mlp};
use aevb_models::optimizer::{Adagrad, Adam};
use aevb_models::pixels::Pixels;
use burn::module::Param;
use burn::optim::Optimizer;
use burn::tensor::{Device, Tensor};
use rand::Rng;

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
        DiagonalGaussian::new(mean, log_variance).log_prob(x).map_err(|error| error.to_string())
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
        let gaussian = DiagonalGaussian::new(mean, log_variance);
        let z = gaussian.rsample(noise).map_err(|error| error.to_string())?;
        Ok(z.sum_dim(1).reshape([ROWS]) + gaussian.kl_from_standard_normal())
    })
}

/// The density of a mixture of three equal Gaussians, and its gradient by x.
pub(super) fn mixture(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    const COMPONENTS: usize = 3;
    let (x, means, log_variances) =
        (inputs.matrix(ROWS), inputs.matrix(COMPONENTS), inputs.matrix(COMPONENTS));
    let mut value = Vec::with_capacity(ROWS);
    let mut gradient = vec![[0.0; WIDTH]; ROWS];
    for (x, gradient) in x.iter().zip(&mut gradient) {
        let each: [f64; COMPONENTS] = std::array::from_fn(|component| {
            let terms = (0..WIDTH).map(|column| {
                let (difference, log_variance) =
                    (x[column] - means[component][column], log_variances[component][column]);
                difference * difference * (-log_variance).exp() + log_variance + std::f64::consts::TAU.ln()
            });
            -0.5 * terms.sum::<f64>() - (COMPONENTS as f64).ln()
        });
        let largest = each.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total = largest + each.iter().map(|one| (one - largest).exp()).sum::<f64>().ln();
        for (component, one) in each.iter().enumerate() {
            for (column, slope) in gradient.iter_mut().enumerate() {
                let pull = (means[component][column] - x[column]) * (-log_variances[component][column]).exp();
                *slope += (one - total).exp() * pull;
            }
        }
        value.push(total);
    }
    compare(["mixture", "mixture, gradient"], &value, &flat(&gradient), || {
        let log_weight = Tensor::zeros([COMPONENTS], device) - (COMPONENTS as f64).ln();
        let (mean, log_variance) = (tensor(&means, device), tensor(&log_variances, device));
        let x = tensor(&x, device).require_grad();
        let found = GaussianMixture { mean, log_variance, log_weight }.log_prob(x.clone());
        let found = found.map_err(|error| error.to_string())?;
        let gradients = found.clone().sum().backward();
        read(found, x.grad(&gradients))
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
    let adam = Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.0 };
    let names = ["Adam", "Adam, second step"];
    two_steps(names, adam, [&column(0), &column(3)], [&start, &gradients[0], &gradients[1]], device)
}

/// Two steps of Adagrad, likewise.
pub(super) fn adagrad(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    let (start, gradients) = (inputs.matrix(ROWS), [inputs.matrix(ROWS), inputs.matrix(ROWS)]);
    let mut expected: Vec<[f64; 3]> = flat(&start).into_iter().map(|value| [value, 0.0, 0.0]).collect();
    for gradient in &gradients {
        for ([value, sum, change], g) in expected.iter_mut().zip(flat(gradient)) {
            *sum += g * g;
            *change = -0.5 * g / (sum.sqrt() + 1e-8);
            *value += *change;
        }
    }
    let column = |column: usize| expected.iter().map(|row| row[column]).collect::<Vec<f64>>();
    let names = ["Adagrad", "Adagrad, second step"];
    let inputs = [&start, &gradients[0], &gradients[1]];
    two_steps(names, Adagrad { epsilon: 1e-8 }, [&column(0), &column(2)], inputs, device)
}

/// Compares the parameters after two steps, and their change in the second.
fn two_steps(
    names: [&'static str; 2],
    optimizer: impl Optimizer,
    [value, change]: [&[f64]; 2],
    [start, first, second]: [&Matrix; 3],
    device: &Device,
) -> Vec<Check> {
    compare(names, value, change, || {
        let inner = |matrix: &Matrix| tensor(matrix, device).inner();
        let (before, state) = optimizer.step(0.5, inner(start), inner(first), None);
        let (after, _) = optimizer.step(0.5, before.clone(), inner(second), state);
        read(after.clone(), Some(after - before))
    })
}

/// Images that lie on the device as bytes: some of them, and then all in turn.
pub(super) fn images(inputs: &mut Inputs, device: &Device) -> Vec<Check> {
    const IMAGES: usize = 7;
    /// No multiple of four, so that words are filled up.
    const SIZE: usize = 29;
    let bytes: Vec<u8> = (0..IMAGES * SIZE).map(|_| inputs.generator.next_u32() as u8).collect();
    let levels: [f32; 256] = std::array::from_fn(|byte| byte as f32 / 255.0);
    let all: Vec<i32> = (0..IMAGES as i32).rev().collect();
    let expected = |chosen: &[i32]| -> Vec<f64> {
        let image = |&index: &i32| &bytes[index as usize * SIZE..][..SIZE];
        chosen.iter().flat_map(image).map(|&byte| f64::from(byte) / 255.0).collect()
    };
    let names = ["images from bytes", "images from bytes, in turn"];
    compare(names, &expected(&[3, 0, 3]), &expected(&all), || {
        let pixels = Pixels::upload(&bytes, SIZE, &levels, device).map_err(|error| error.to_string())?;
        let select = |chosen: &[i32]| pixels.select(chosen).map_err(|error| error.to_string());
        read(select(&[3, 0, 3])?, Some(select(&all)?))
    })
}
