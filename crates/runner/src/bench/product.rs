use std::hint::black_box;

use aevb_models::nn::Linear;
use burn::module::Param;
use burn::tensor::{Tensor, TensorData};
use serde::Serialize;

use super::Timer;
use crate::error::Result;
use crate::random::{Purpose, Streams, standard_normals};

/// Rows and columns of both factors.
const SIDE: usize = 1024;

/// How a kernel's arithmetic compares with that of a matrix product, measured just before it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ProductShare {
    /// The kernel's floating point operations in a second by the product's.
    pub share: f64,
    /// The product's operations in a second, in thousand millions.
    pub gigaflops: f64,
    /// Whose product it is: the faster one's.
    pub by: &'static str,
}

/// How fast the machine multiplies matrices.
pub(super) struct Product {
    flops: f64,
    by: &'static str,
}

impl Product {
    /// Times a product of two square matrices by Burn and by the layer of the models.
    pub(super) fn measure(timer: Timer) -> Result<Self> {
        let mut random = Streams::new(0).generator(Purpose::Sampling, 1);
        let mut matrix = || {
            let values = standard_normals(&mut random, SIDE * SIDE);
            Tensor::<2>::from_data(TensorData::new(values, [SIDE, SIDE]), timer.device)
        };
        let (a, b) = (matrix(), matrix());
        let bias = Param::from_tensor(Tensor::zeros([SIDE], timer.device));
        let layer = Linear { weight: Param::from_tensor(b.clone()), bias };
        let by_burn = timer.time(|| {
            black_box(a.clone().matmul(b.clone()));
            Ok(())
        })?;
        let by_layer = timer.time(|| {
            black_box(layer.forward(a.clone())?);
            Ok(())
        })?;
        let operations = 2.0 * (SIDE as f64).powi(3);
        let [burn, layer] = [by_burn, by_layer].map(|times| 1e3 * operations / times.milliseconds.median);
        Ok(if layer > burn { Self { flops: layer, by: "aevb" } } else { Self { flops: burn, by: "burn" } })
    }

    /// What so many operations in so many milliseconds are beside it.
    pub(super) fn share(&self, operations: f64, milliseconds: f64) -> ProductShare {
        let share = 1e3 * operations / milliseconds / self.flops;
        ProductShare { share, gigaflops: self.flops / 1e9, by: self.by }
    }
}
