use std::hint::black_box;

use aevb_models::pairwise::{softplus_sum, softplus_sum_between};
use burn::tensor::{Tensor, TensorData};

use super::product::Product;
use super::{Measurement, Rate, Size, Timer};
use crate::device::is_cpu;
use crate::error::{Error, Result};
use crate::random::{Purpose, Streams, standard_normals};

/// The rows of a block that meets all nodes.
const BLOCK: usize = 256;

/// `Σ_ij softplus(z_i · z_j)` over all ordered pairs, with its gradient, for normal `z` `[nodes, latent]`. On a CPU the
/// arithmetic is compared with that of a matrix product: three times two operations a dimension for every two pairs.
///
/// # Errors
/// If the device fails.
pub fn pairwise(size: Size, latent: usize, timer: Timer) -> Result<Measurement> {
    let z = normals(size.nodes as usize, latent, timer);
    measure("pairwise", [size.nodes as usize, latent], 3, size, timer, || {
        let gradients = softplus_sum(z.clone(), None)?.backward();
        Ok(z.grad(&gradients).is_some())
    })
}

/// `Σ_ij softplus(z_i · w_j)` over the pairs of 256 rows, or as many as there are nodes, with all nodes, and both gradients.
/// On a CPU the arithmetic is compared with that of a matrix product: three times two operations a dimension for every pair.
///
/// # Errors
/// If the device fails.
pub fn rows(size: Size, latent: usize, timer: Timer) -> Result<Measurement> {
    let rows = BLOCK.min(size.nodes as usize);
    let (z, w) = (normals(rows, latent, timer), normals(size.nodes as usize, latent, timer));
    measure("rows", [rows, latent], 6, size, timer, || {
        let gradients = softplus_sum_between(z.clone(), w.clone(), None)?.backward();
        Ok(z.grad(&gradients).is_some() && w.grad(&gradients).is_some())
    })
}

fn normals(rows: usize, latent: usize, timer: Timer) -> Tensor<2> {
    let mut random = Streams::new(0).generator(Purpose::Sampling, 0);
    let values = standard_normals(&mut random, rows * latent);
    let device = timer.device.clone().autodiff();
    Tensor::from_data(TensorData::new(values, [rows, latent]), &device).require_grad()
}

/// Times `run`, which says whether there were gradients; `operations` are those of a pair and a dimension.
fn measure(
    kernel: &'static str,
    [rows, latent]: [usize; 2],
    operations: u8,
    size: Size,
    timer: Timer,
    mut run: impl FnMut() -> aevb_models::Result<bool>,
) -> Result<Measurement> {
    let product = if is_cpu(timer.device) { Some(Product::measure(timer)?) } else { None };
    let mut with_gradient = true;
    let times = timer.time(|| {
        with_gradient &= black_box(run()?);
        Ok(())
    })?;
    if !with_gradient {
        return Err(Error::failed("the sum over all pairs has no gradient on this device"));
    }
    let pairs = rows as f64 * f64::from(size.nodes);
    let operations = f64::from(operations) * latent as f64 * pairs;
    Ok(Measurement {
        kernel,
        pass: "forward+backward",
        nodes: Some(size.nodes),
        nonzeros: None,
        width: latent,
        first_milliseconds: times.first_milliseconds,
        milliseconds: times.milliseconds,
        rate: Rate::NanosecondsPerPair(1e6 * times.milliseconds.median / pairs),
        matrix_product: product.map(|product| product.share(operations, times.milliseconds.median)),
    })
}
