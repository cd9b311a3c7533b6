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
    /// - x: `[rows, values]`; what is not seen may be anything that its own log-likelihood is finite of
    /// - seen: `[rows, values]`, 1 where a value is seen and 0 where not
    /// - output: `[rows]`, in nats
    ///
    /// # Errors
    /// If `x` or `seen` has another shape.
    pub fn log_prob_of_seen(&self, x: Tensor<2>, seen: Tensor<2>) -> Result<Tensor<1>> {
        self.require_shape("values seen", &seen)?;
        Ok(sum_rows(self.log_prob_per_value(x)? * seen))
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

    /// Refuses x that no heads of these widths belong to.
    fn require_shape(&self, what: &'static str, x: &Tensor<2>) -> Result<()> {
        let [rows, values] = x.dims();
        let expected = self.likelihood.heads(values).into_iter().map(|head| [rows, head.width]);
        let found = self.parameters.iter().map(|parameter| parameter.dims());
        match expected.zip(found).find(|(expected, found)| expected != found) {
            None => Ok(()),
            Some((_, found)) => Err(Error::shape(what, found, x.dims())),
        }
    }
}
