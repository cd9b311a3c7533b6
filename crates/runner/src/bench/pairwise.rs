use std::hint::black_box;

use aevb_models::pairwise::softplus_sum;
use burn::tensor::{Tensor, TensorData};

use super::{Measurement, Rate, Size, Timer};
use crate::error::{Error, Result};
use crate::random::{Purpose, Streams, standard_normals};

/// `Σ_ij softplus(z_i · z_j)` over all ordered pairs, with its gradient, for normal `z` `[nodes, latent]`.
///
/// # Errors
/// If the device fails.
pub fn pairwise(size: Size, latent: usize, timer: Timer) -> Result<Measurement> {
    let shape = [size.nodes as usize, latent];
    let mut random = Streams::new(0).generator(Purpose::Sampling, 0);
    let z = TensorData::new(standard_normals(&mut random, shape[0] * shape[1]), shape);
    let z = Tensor::<2>::from_data(z, &timer.device.clone().autodiff()).require_grad();
    let mut without_gradient = false;
    let times = timer.time(|| {
        let sum = softplus_sum(z.clone());
        without_gradient |= black_box(z.grad(&sum.backward())).is_none();
        Ok(())
    })?;
    if without_gradient {
        return Err(Error::failed("the sum over all pairs has no gradient on this device"));
    }
    Ok(Measurement {
        kernel: "pairwise",
        pass: "forward+backward",
        nodes: Some(size.nodes),
        nonzeros: None,
        width: latent,
        first_milliseconds: times.first_milliseconds,
        milliseconds: times.milliseconds,
        rate: Rate::NanosecondsPerPair(1e6 * times.milliseconds.median / f64::from(size.nodes).powi(2)),
    })
}
