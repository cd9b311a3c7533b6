use burn::tensor::Tensor;
use rand::Rng;

use super::Likelihood;
use crate::error::{Error, Result};
use crate::reduce::sum_rows;

/// `p(x|z)` for some rows of z.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The family.
    pub likelihood: Likelihood,
    /// Its parameters in the order of [`Likelihood::heads`], `[rows, width]` each.
    pub parameters: Vec<Tensor<2>>,
}

impl Observation {
    /// `log p(x|z)` for each row.
    ///
    /// # Shapes
    /// - x: `[rows, values]`
    /// - output: `[rows]`, in nats
    ///
    /// # Errors
    /// If `x` has another shape.
    pub fn log_prob(&self, x: Tensor<2>) -> Result<Tensor<1>> {
        self.require_shape("log-likelihood", &x)?;
        self.likelihood.family().log_prob(&self.parameters, x)
    }

    /// `log p(x_i|z)` for each value of x.
    ///
    /// # Shapes
    /// - x: `[rows, values]`, as is the output, in nats
    ///
    /// # Errors
    /// If `x` has another shape.
    pub fn log_prob_per_value(&self, x: Tensor<2>) -> Result<Tensor<2>> {
        self.require_shape("log-likelihood", &x)?;
        Ok(self.likelihood.family().log_prob_per_value(&self.parameters, x))
    }

    /// `log p(x|z)` over the values that are seen alone, the others being integrated out.
    ///
    /// # Shapes
    /// - x: `[rows, values]`; what is not seen may be anything finite
    /// - seen: `[rows, values]`, 1 where a value is seen and 0 where not
    /// - output: `[rows]`, in nats
    ///
    /// # Errors
    /// If `x` or `seen` has another shape.
    pub fn log_prob_of_seen(&self, x: Tensor<2>, seen: Tensor<2>) -> Result<Tensor<1>> {
        self.require_shape("values seen", &seen)?;
        self.require_shape("log-likelihood", &x)?;
        let [rows, values] = seen.dims();
        // Hidden values and their parameters are 0, so that neither a density nor its gradient is infinite there.
        let each = seen.clone().reshape([rows, values, 1]);
        let shown = |parameter: &Tensor<2>| {
            let width = parameter.dims()[1];
            let parameter = parameter.clone().reshape([rows, values, width / values]);
            (parameter * each.clone()).reshape([rows, width])
        };
        let parameters: Vec<Tensor<2>> = self.parameters.iter().map(shown).collect();
        let x = x * seen.clone();
        Ok(sum_rows(self.likelihood.family().log_prob_per_value(&parameters, x) * seen))
    }

    /// The mean of x, `[rows, values]`.
    pub fn mean(&self) -> Tensor<2> {
        self.likelihood.family().mean(&self.parameters)
    }

    /// A draw of x for each row, `[rows, values]`.
    ///
    /// # Errors
    /// If a parameter has another shape than the others.
    pub fn sample(&self, random: &mut dyn Rng) -> Result<Tensor<2>> {
        self.likelihood.family().sample(&self.parameters, random)
    }

    /// Refuses x of another shape than that of the heads.
    fn require_shape(&self, what: &'static str, x: &Tensor<2>) -> Result<()> {
        let [rows, values] = x.dims();
        let heads = self.likelihood.heads(values).into_iter().map(|head| [rows, head.width]);
        let parameters = self.parameters.iter().map(|parameter| parameter.dims());
        if heads.eq(parameters.clone()) {
            return Ok(());
        }
        let found = parameters.flatten().collect::<Vec<_>>();
        Err(Error::shape(what, found, x.dims()))
    }
}
