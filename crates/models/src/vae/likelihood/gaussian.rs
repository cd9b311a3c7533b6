use std::f64::consts::TAU;

use burn::tensor::{Tensor, TensorData};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Family, HeadPlan, OUTPUT, PixelMean, Unsuitable, ValueKind};
use crate::dense::Function;
use crate::distribution::DiagonalGaussian;
use crate::error::Result;
use crate::random::standard_normals;

/// Independent real values whose means and variances depend on z (Kingma & Welling, arXiv 1312.6114, appendix C.2).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianLikelihood {
    /// Where the means lie: `sigmoid` is [0, 1].
    #[serde(default)]
    pub mean: PixelMean,
    /// The least variance, at least 0: `σ² = exp(output) + floor`. A density has no upper bound without one, as a value that
    /// never changes draws its variance to 0.
    #[serde(default = "variance_floor")]
    pub variance_floor: f64,
}

/// Pixels of 256 levels are known to a variance of (1/255)²/12, about 1e-6.
fn variance_floor() -> f64 {
    1e-6
}

impl GaussianLikelihood {
    fn distribution(parameters: &[Tensor<2>]) -> DiagonalGaussian {
        DiagonalGaussian::new(parameters[0].clone(), parameters[1].clone())
    }
}

/// A sigmoid's means never reach the columns of a table.
pub(super) fn check_mean(mean: PixelMean, values: ValueKind) -> Result<(), Unsuitable> {
    Unsuitable::unless(
        mean == PixelMean::Linear || values != ValueKind::Standardized,
        "mean",
        "`sigmoid` is for pixels, and the columns of a table go beyond [0, 1]",
        "take likelihood.mean = \"linear\"",
    )
}

impl Family for GaussianLikelihood {
    fn name(&self) -> &'static str {
        "gaussian"
    }

    fn check(&self, values: ValueKind) -> Result<(), Unsuitable> {
        check_mean(self.mean, values)?;
        let hint = "pixels of 256 levels are known to a variance of 1e-6";
        Unsuitable::unless_constant(self.variance_floor, "variance_floor", true, hint)?;
        match values {
            ValueKind::Grey | ValueKind::Standardized => Ok(()),
            ValueKind::Binary(how) => Err(Unsuitable {
                key: "kind",
                problem: format!("`gaussian` has no use for {how} pixels, whose variance it learns to be 0"),
                hint: "take bernoulli, or data.binarization = \"grey\"",
            }),
        }
    }

    fn heads(&self, values: usize) -> Vec<HeadPlan> {
        let floor = self.variance_floor;
        let variance = if floor > 0.0 { Function::LogOfSum { floor } } else { Function::Identity };
        vec![
            HeadPlan { name: OUTPUT, parameter: "mean", width: values, function: self.mean.into() },
            HeadPlan { name: "log_variance", parameter: "log_variance", width: values, function: variance },
        ]
    }

    fn log_prob_per_value(&self, parameters: &[Tensor<2>], x: Tensor<2>) -> Tensor<2> {
        let (mean, log_variance) = (parameters[0].clone(), parameters[1].clone());
        let difference = x - mean;
        let squares = difference.clone() * difference * (-log_variance.clone()).exp();
        (squares + log_variance + TAU.ln()) * -0.5
    }

    fn log_prob(&self, parameters: &[Tensor<2>], x: Tensor<2>) -> Result<Tensor<1>> {
        Self::distribution(parameters).log_prob(x)
    }

    fn mean(&self, parameters: &[Tensor<2>]) -> Tensor<2> {
        parameters[0].clone()
    }

    fn sample(&self, parameters: &[Tensor<2>], random: &mut dyn Rng) -> Result<Tensor<2>> {
        Self::distribution(parameters).rsample(noise_like(&parameters[0], random))
    }

    fn mean_of_sums(&self) -> Option<(&'static str, Function)> {
        Some((OUTPUT, self.mean.into()))
    }

    fn learns_spread(&self) -> bool {
        true
    }
}

/// Standard normal draws of the shape of a tensor.
pub(super) fn noise_like(values: &Tensor<2>, random: &mut dyn Rng) -> Tensor<2> {
    let dims = values.dims();
    let noise = TensorData::new(standard_normals(random, dims[0] * dims[1]), dims);
    Tensor::from_data(noise, (&values.device(), values.dtype()))
}
