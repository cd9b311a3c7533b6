use burn::tensor::{Tensor, TensorData, activation};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Family, HeadPlan, OUTPUT, Unsuitable, ValueKind};
use crate::dense::Function;
use crate::distribution::Bernoulli;
use crate::error::Result;
use crate::random::uniforms;

/// Independent values of 0 or 1, whose logits depend on z; grey pixels count as means (Kingma & Welling, arXiv 1312.6114,
/// appendix C.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BernoulliLikelihood {}

impl Family for BernoulliLikelihood {
    fn name(&self) -> &'static str {
        "bernoulli"
    }

    fn check(&self, values: ValueKind) -> Result<(), Unsuitable> {
        Unsuitable::unless(
            values != ValueKind::Standardized,
            "kind",
            "`bernoulli` is for pixels, and a table has none",
            "take likelihood.kind = \"gaussian\" with likelihood.mean = \"linear\"",
        )
    }

    fn heads(&self, values: usize) -> Vec<HeadPlan> {
        vec![HeadPlan { name: OUTPUT, parameter: "logits", width: values, function: Function::Identity }]
    }

    fn log_prob_per_value(&self, parameters: &[Tensor<2>], x: Tensor<2>) -> Tensor<2> {
        let logits = parameters[0].clone();
        // −softplus(l) = log σ(−l)
        x * logits.clone() + activation::log_sigmoid(-logits)
    }

    fn log_prob(&self, parameters: &[Tensor<2>], x: Tensor<2>) -> Result<Tensor<1>> {
        Bernoulli { logits: parameters[0].clone() }.log_prob(x)
    }

    fn mean(&self, parameters: &[Tensor<2>]) -> Tensor<2> {
        Bernoulli { logits: parameters[0].clone() }.mean()
    }

    fn sample(&self, parameters: &[Tensor<2>], random: &mut dyn Rng) -> Result<Tensor<2>> {
        let mean = self.mean(parameters);
        let [rows, values] = mean.dims();
        let draws = TensorData::new(uniforms(random, rows * values), [rows, values]);
        let draws: Tensor<2> = Tensor::from_data(draws, (&mean.device(), mean.dtype()));
        Ok(mean.greater(draws).float())
    }

    fn mean_of_sums(&self) -> Option<(&'static str, Function)> {
        Some((OUTPUT, Function::Sigmoid))
    }

    fn caution(&self, values: ValueKind) -> Option<&'static str> {
        (values == ValueKind::Grey).then_some("pixels are grey under a Bernoulli likelihood")
    }
}
