use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use crate::distribution::{DiagonalGaussian, GaussianMixture};
use crate::error::Result;
use crate::nn::{DataShape, ParameterShape, parameter, with_values};
use crate::random::uniforms;

/// The variational mixture of posteriors, `1/K Σ_k q(z|u_k)`: the encoder's Gaussians of inputs `u_k` that are learnt (Tomczak &
/// Welling, arXiv 1705.07120, eq. 9).
#[derive(Module, Debug)]
pub struct Vamp {
    /// `u_k`, `[components, values]`
    pub pseudo_inputs: Param<Tensor<2>>,
    /// Whether inputs are pixels: the encoder sees them cut to [0, 1], as the authors' code does.
    #[module(skip)]
    pub are_pixels: bool,
}

impl Vamp {
    pub(super) fn layers(path: &str, components: usize, data: DataShape) -> Vec<ParameterShape> {
        vec![ParameterShape::new(format!("{path}.pseudo_inputs"), [components, data.values()])]
    }

    /// Without data there is no place to begin at, so all values are drawn from [0, 1).
    pub(super) fn init(
        path: &str,
        components: usize,
        data: DataShape,
        random: &mut dyn Rng,
        device: &Device,
    ) -> Self {
        let dims = [components, data.values()];
        let inputs = TensorData::new(uniforms(random, dims[0] * dims[1]), dims);
        Self {
            pseudo_inputs: parameter(&format!("{path}.pseudo_inputs"), Tensor::from_data(inputs, device)),
            are_pixels: matches!(data, DataShape::Image { .. }),
        }
    }

    pub(super) fn begin_at(self, inputs: Vec<f32>) -> Self {
        Self { pseudo_inputs: with_values(self.pseudo_inputs, inputs), ..self }
    }

    /// What the encoder sees, `[components, values]`.
    pub fn inputs(&self) -> Tensor<2> {
        let inputs = self.pseudo_inputs.val();
        if self.are_pixels { inputs.clamp(0.0, 1.0) } else { inputs }
    }

    pub(super) fn density(
        &self,
        encode: impl FnOnce(Tensor<2>) -> Result<DiagonalGaussian>,
    ) -> Result<GaussianMixture> {
        let posterior = encode(self.inputs())?;
        let components = posterior.mean.dims()[0];
        let log_weight = posterior.mean.zeros_like().slice([0..components, 0..1]).reshape([components]);
        Ok(GaussianMixture {
            log_weight: log_weight - (components as f64).ln(),
            log_variance: posterior.log_variance(),
            mean: posterior.mean,
        })
    }
}
