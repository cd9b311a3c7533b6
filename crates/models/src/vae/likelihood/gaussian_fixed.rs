use std::f64::consts::TAU;

use burn::tensor::Tensor;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::gaussian::{check_mean, noise_like};
use super::{Family, HeadPlan, OUTPUT, PixelMean, Unsuitable, ValueKind};
use crate::dense::Function;
use crate::distribution::IsotropicGaussian;
use crate::error::Result;

/// Independent real values whose means depend on z, all of one fixed variance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedGaussianLikelihood {
    /// Where the means lie: `sigmoid` is [0, 1].
    #[serde(default)]
    pub mean: PixelMean,
    /// The variance of every value, above 0.
    #[serde(default = "variance")]
    pub variance: f64,
}

fn variance() -> f64 {
    1.0
}

impl Family for FixedGaussianLikelihood {
    fn name(&self) -> &'static str {
        "gaussian-fixed"
    }

    fn check(&self, values: ValueKind) -> Result<(), Unsuitable> {
        check_mean(self.mean, values)?;
        Unsuitable::unless_constant(self.variance, "variance", false, "try 1.0")
    }

    fn heads(&self, values: usize) -> Vec<HeadPlan> {
        vec![HeadPlan { name: OUTPUT, parameter: "mean", width: values, function: self.mean.into() }]
    }

    fn log_prob_per_value(&self, parameters: &[Tensor<2>], x: Tensor<2>) -> Tensor<2> {
        let difference = x - parameters[0].clone();
        difference.clone() * difference * (-0.5 / self.variance) - 0.5 * (TAU * self.variance).ln()
    }

    fn log_prob(&self, parameters: &[Tensor<2>], x: Tensor<2>) -> Result<Tensor<1>> {
        IsotropicGaussian { mean: parameters[0].clone(), variance: self.variance }.log_prob(x)
    }

    fn mean(&self, parameters: &[Tensor<2>]) -> Tensor<2> {
        parameters[0].clone()
    }

    fn sample(&self, parameters: &[Tensor<2>], random: &mut dyn Rng) -> Result<Tensor<2>> {
        let mean = parameters[0].clone();
        let noise = noise_like(&mean, random);
        Ok(mean + noise * self.variance.sqrt())
    }

    fn mean_of_sums(&self) -> Option<(&'static str, Function)> {
        Some((OUTPUT, self.mean.into()))
    }

    fn constants(&self) -> Vec<(&'static str, f64)> {
        vec![("variance", self.variance)]
    }
}
