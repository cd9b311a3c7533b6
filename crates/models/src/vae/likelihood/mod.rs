//! The likelihoods `p(x|z)`.
//!
//! A likelihood is a file of its own with its parameters and what `Family` asks of it, and a variant of [`Likelihood`].
//! The decoder has a head for each of its outputs, which the likelihood names.

mod bernoulli;
mod gaussian;
mod gaussian_fixed;
mod observation;

use burn::tensor::Tensor;
use rand::Rng;
use serde::{Deserialize, Serialize};

pub use bernoulli::BernoulliLikelihood;
pub use gaussian::GaussianLikelihood;
pub use gaussian_fixed::FixedGaussianLikelihood;
pub use observation::Observation;

use crate::dense::Function;
use crate::error::Result;
use crate::reduce::sum_rows;

/// The family of `p(x|z)`, as a configuration has it: by kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Likelihood {
    /// Binary pixels, or grey ones as means.
    Bernoulli(BernoulliLikelihood),
    /// Real values; mean and variance both depend on z.
    Gaussian(GaussianLikelihood),
    /// Real values with one fixed variance.
    GaussianFixed(FixedGaussianLikelihood),
}

/// Where the means of a Gaussian likelihood lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PixelMean {
    /// In [0, 1], by a sigmoid, for data that lie there.
    #[default]
    Sigmoid,
    /// Anywhere.
    Linear,
}

impl PixelMean {
    /// What a function of a layer's sums makes them; `None` where it is neither.
    pub fn of(function: Function) -> Option<Self> {
        match function {
            Function::Sigmoid => Some(Self::Sigmoid),
            Function::Identity => Some(Self::Linear),
            Function::Tanh | Function::Softplus | Function::Relu | Function::LogOfSum { .. } => None,
        }
    }
}

impl From<PixelMean> for Function {
    fn from(mean: PixelMean) -> Self {
        match mean {
            PixelMean::Sigmoid => Self::Sigmoid,
            PixelMean::Linear => Self::Identity,
        }
    }
}

/// An output of a decoder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeadPlan {
    /// Its place in the decoder, which its weights are named by.
    pub name: &'static str,
    /// The parameter of `p(x|z)` that it is.
    pub parameter: &'static str,
    /// Its width.
    pub width: usize,
    /// What makes the parameter of the layer's sums.
    pub function: Function,
}

/// The first head, of which the means are made.
const OUTPUT: &str = "output";

/// What the values of x are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// 0 and 1 alone, in the words of who made them so.
    Binary(&'static str),
    /// Grey pixels, from 0 to 1.
    Grey,
    /// The columns of a table, each with mean 0 and deviation 1.
    Standardized,
}

/// Why a likelihood does not suit its data or its constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsuitable {
    /// The key of its configuration.
    pub key: &'static str,
    /// What is wrong with that.
    pub problem: String,
    /// What to do.
    pub hint: &'static str,
}

impl Unsuitable {
    fn unless(holds: bool, key: &'static str, problem: &str, hint: &'static str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self { key, problem: problem.to_owned(), hint }) }
    }

    /// Refuses a number that single precision cannot use.
    fn unless_constant(x: f64, key: &'static str, may_be_0: bool, hint: &'static str) -> Result<(), Self> {
        let holds = (may_be_0 && x == 0.0) || (1e-30..=1e30).contains(&x);
        let zero = if may_be_0 { "be 0 or " } else { "" };
        Self::unless(holds, key, &format!("must {zero}lie between 1e-30 and 1e30"), hint)
    }
}

/// What there is to ask of a likelihood. `parameters` are those of `Family::heads`, in that order, `[rows, width]` each.
trait Family {
    /// As [`Likelihood::name`].
    fn name(&self) -> &'static str;

    /// As [`Likelihood::check`].
    fn check(&self, values: ValueKind) -> Result<(), Unsuitable>;

    /// As [`Likelihood::heads`].
    fn heads(&self, values: usize) -> Vec<HeadPlan>;

    /// `log p(x_i|z)` for each value of x, `[rows, values]`, in nats.
    fn log_prob_per_value(&self, parameters: &[Tensor<2>], x: Tensor<2>) -> Tensor<2>;

    /// The sum over the values of x, `[rows]`: in one operation, where there is a kernel for it.
    fn log_prob(&self, parameters: &[Tensor<2>], x: Tensor<2>) -> Result<Tensor<1>> {
        Ok(sum_rows(self.log_prob_per_value(parameters, x)))
    }

    /// The mean of x, `[rows, values]`.
    fn mean(&self, parameters: &[Tensor<2>]) -> Tensor<2>;

    /// Draws of x, `[rows, values]`.
    fn sample(&self, parameters: &[Tensor<2>], random: &mut dyn Rng) -> Result<Tensor<2>>;

    /// As [`Likelihood::mean_of_sums`].
    fn mean_of_sums(&self) -> Option<(&'static str, Function)> {
        None
    }

    /// As [`Likelihood::constants`].
    fn constants(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// As [`Likelihood::caution`].
    fn caution(&self, _values: ValueKind) -> Option<&'static str> {
        None
    }

    /// As [`Likelihood::learns_spread`].
    fn learns_spread(&self) -> bool {
        false
    }
}

impl Default for Likelihood {
    fn default() -> Self {
        Self::Bernoulli(BernoulliLikelihood {})
    }
}

impl Likelihood {
    fn family(&self) -> &dyn Family {
        match self {
            Self::Bernoulli(family) => family,
            Self::Gaussian(family) => family,
            Self::GaussianFixed(family) => family,
        }
    }

    /// The name in outputs and configurations.
    pub fn name(&self) -> &'static str {
        self.family().name()
    }

    /// Makes sure that its constants can be meant, and that it is for such values of x.
    ///
    /// # Errors
    /// If not, with what to change.
    pub fn check(&self, values: ValueKind) -> Result<(), Unsuitable> {
        self.family().check(values)
    }

    /// The outputs that a decoder needs for x of so many values; what a head has of one value stands side by side.
    pub fn heads(&self, values: usize) -> Vec<HeadPlan> {
        self.family().heads(values)
    }

    /// The name of the head whose sums the mean of x is a function of, value by value, and that function; `None` where the mean
    /// is no such function.
    pub fn mean_of_sums(&self) -> Option<(&'static str, Function)> {
        self.family().mean_of_sums()
    }

    /// The parameters of `p(x|z)` that do not depend on z, by name.
    pub fn constants(&self) -> Vec<(&'static str, f64)> {
        self.family().constants()
    }

    /// Why what it gives for such values is a cross-entropy, and neither a probability nor a density; `None` where it is one.
    pub fn caution(&self, values: ValueKind) -> Option<&'static str> {
        self.family().caution(values)
    }

    /// Whether it learns the variance of x.
    pub fn learns_spread(&self) -> bool {
        self.family().learns_spread()
    }
}
