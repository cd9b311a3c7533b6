use burn::module::Module;
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::density::{FlowTerms, PosteriorFlow};
use super::made::{Made, MadePlan, OfRows};
use crate::error::Result;
use crate::nn::ParameterShape;
use crate::reduce::sum_rows;

/// An inverse autoregressive flow (Kingma et al., arXiv 1606.04934): `z_t = σ_t ⊙ z_{t−1} + (1 − σ_t) ⊙ m_t` with
/// `σ_t = sigmoid(s_t)` (eq. 13 and 14), where `s_t` and `m_t` of a dimension are functions of those before it and of the encoder's
/// last hidden layer. Each step has the order of the one before reversed.
#[derive(Module, Debug)]
pub struct InverseAutoregressive {
    /// What the first draw passes first.
    pub steps: Vec<Made>,
}

/// Its steps for some rows.
#[derive(Clone, Debug)]
pub struct AutoregressiveFlow {
    steps: Vec<OfRows>,
}

impl InverseAutoregressive {
    pub(super) fn layers(
        path: &str,
        steps: usize,
        hidden: &[usize],
        widths: [usize; 2],
    ) -> Vec<ParameterShape> {
        (0..steps).flat_map(|step| MadePlan::new(path, step, hidden, widths).layers()).collect()
    }

    pub(super) fn init(
        path: &str,
        steps: usize,
        hidden: &[usize],
        widths: [usize; 2],
        random: &mut dyn Rng,
        device: &Device,
    ) -> Result<Self> {
        let step = |step| MadePlan::new(path, step, hidden, widths).init(random, device);
        Ok(Self { steps: (0..steps).map(step).collect::<Result<_>>()? })
    }

    /// The steps of some rows, from the encoder's last hidden layer `[rows, hidden]`.
    ///
    /// # Errors
    /// If it has another width.
    pub fn flow(&self, hidden: Tensor<2>) -> Result<AutoregressiveFlow> {
        let steps = self.steps.iter().map(|step| step.of_rows(hidden.clone()));
        Ok(AutoregressiveFlow { steps: steps.collect::<Result<_>>()? })
    }
}

impl FlowTerms for AutoregressiveFlow {
    fn forward(&self, z: Tensor<2>) -> Result<(Tensor<2>, Tensor<1>)> {
        let zeros = Tensor::zeros([z.dims()[0]], (&z.device(), z.dtype()));
        self.steps.iter().try_fold((z, zeros), |(z, determinant), step| {
            let [gate, mean] = step.forward(z.clone())?;
            // The Jacobian is triangular, and has the gates on its diagonal.
            let log_gate = log_sigmoid(gate);
            let gate = log_gate.clone().exp();
            let z = gate.clone() * z + (-gate + 1.0) * mean;
            Ok((z, determinant + sum_rows(log_gate)))
        })
    }

    fn repeat(&self, times: usize) -> PosteriorFlow {
        let steps = self.steps.iter().map(|step| step.repeat(times)).collect();
        PosteriorFlow::InverseAutoregressive(Self { steps })
    }
}
