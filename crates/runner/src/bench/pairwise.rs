use std::hint::black_box;

use aevb_models::pairwise::{softplus_sum, softplus_sum_between};
use burn::tensor::{Device, Tensor, TensorData};

use super::product::Product;
use super::{Measurement, Rate, Size, Timer};
use crate::device::is_cpu;
use crate::error::{Error, Result};
use crate::random::{Purpose, Streams, standard_normals};

/// The rows of a block that meets all nodes.
const BLOCK: usize = 256;

/// `Σ_ij softplus(z_i · z_j)` over all ordered pairs, with its gradient, for normal `z` `[nodes, latent]`, and the same of
/// the first 256 rows with all of them. On a CPU the arithmetic is compared with that of a matrix product.
///
/// # Errors
/// If the device fails.
pub fn pairwise(size: Size, latent: usize, timer: Timer) -> Result<[Measurement; 2]> {
    let nodes = size.nodes as usize;
    let rows = nodes.min(BLOCK);
    let mut random = Streams::new(0).generator(Purpose::Sampling, 0);
    let z = standard_normals(&mut random, nodes * latent);
    let device = timer.device.clone().autodiff();
    let tracked = |values: &[f32], rows: usize| matrix(values, [rows, latent], &device).require_grad();
    let (block, z) = (tracked(&z[..rows * latent], rows), tracked(&z, nodes));
    let product = if is_cpu(timer.device) { Some(Product::measure(timer)?) } else { None };
    let mut without_gradient = false;
    let all = timer.time(|| {
        let gradients = softplus_sum(z.clone(), None)?.backward();
        without_gradient |= black_box(z.grad(&gradients)).is_none();
        Ok(())
    })?;
    let of_rows = timer.time(|| {
        let gradients = softplus_sum_between(block.clone(), z.clone(), None)?.backward();
        without_gradient |= black_box(block.grad(&gradients)).is_none();
        without_gradient |= black_box(z.grad(&gradients)).is_none();
        Ok(())
    })?;
    if without_gradient {
        return Err(Error::failed("the sum over all pairs has no gradient on this device"));
    }
    // An inner product and its part in two gradients take two operations a dimension each; of all ordered pairs, half are
    // those of the other half.
    let measurements = [("pairwise", all, nodes, 3), ("rows", of_rows, rows, 6)];
    Ok(measurements.map(|(kernel, times, rows, operations)| {
        let pairs = rows as f64 * f64::from(size.nodes);
        let median = times.milliseconds.median;
        let operations = f64::from(operations) * latent as f64 * pairs;
        Measurement {
            kernel,
            pass: "forward+backward",
            nodes: Some(size.nodes),
            nonzeros: None,
            width: latent,
            first_milliseconds: times.first_milliseconds,
            milliseconds: times.milliseconds,
            rate: Rate::NanosecondsPerPair(1e6 * median / pairs),
            matrix_product: product.as_ref().map(|product| product.share(operations, median)),
        }
    }))
}

fn matrix(values: &[f32], dims: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), dims), device)
}
