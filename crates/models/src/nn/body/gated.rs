use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{Body, BodyOutput, BodyPlan};
use crate::dense::Function;
use crate::error::Result;
use crate::nn::initial_weights::InitialWeights;
use crate::nn::linear::{Linear, side_by_side};
use crate::nn::parameter_shape::ParameterShape;

/// Gated hidden layers: `hₙ = (hₙ₋₁ Wₙ + bₙ) ⊙ σ(hₙ₋₁ Vₙ + cₙ)` (Dauphin et al., arXiv 1612.08083, eq. 1; Tomczak & Welling, arXiv
/// 1705.07120, §5).
#[derive(Module, Debug)]
pub struct Gated {
    /// `W` and `b`, from the input on.
    pub layers: Vec<Linear>,
    /// `V` and `c`, one for each layer.
    pub gates: Vec<Linear>,
}

/// [`Gated`] before it has weights.
#[derive(Clone, Debug)]
pub(super) struct GatedPlan {
    /// The width of the input, then that of each layer.
    pub widths: Vec<usize>,
}

const KINDS: [&str; 2] = ["layers", "gates"];

impl GatedPlan {
    fn each(&self) -> impl Iterator<Item = (usize, [usize; 2])> {
        self.widths.array_windows().copied().enumerate()
    }
}

impl BodyPlan for GatedPlan {
    fn layers(&self, path: &str) -> Vec<ParameterShape> {
        let of_kind = |kind: &'static str| {
            self.each().flat_map(move |(layer, [d_input, d_output])| {
                ParameterShape::dense(&format!("{path}.{kind}.{layer}"), d_input, d_output)
            })
        };
        KINDS.into_iter().flat_map(of_kind).collect()
    }

    fn activations(&self) -> Vec<usize> {
        // The sums, the gates, and their products.
        self.widths[1..].iter().flat_map(|&width| [width; 3]).collect()
    }

    fn output(&self) -> BodyOutput {
        BodyOutput { width: self.widths.last().copied().unwrap_or_default(), positions: 1 }
    }

    fn init(&self, path: &str, weights: &mut dyn InitialWeights, device: &Device) -> Result<Body> {
        let (mut layers, mut gates) = (Vec::new(), Vec::new());
        for (layer, [d_input, d_output]) in self.each() {
            let paths = KINDS.map(|kind| format!("{path}.{kind}.{layer}"));
            let both = paths.each_ref().map(|path| (path.as_str(), d_output));
            let [sums, gate] = side_by_side(d_input, both, weights, device)?;
            layers.push(sums);
            gates.push(gate);
        }
        Ok(Body::Gated(Gated { layers, gates }))
    }
}

impl Gated {
    /// The last hidden layer.
    ///
    /// # Shapes
    /// - x: `[rows, d_input]`
    /// - output: `[rows, d_last]`
    ///
    /// # Errors
    /// If `x` has another width.
    pub fn forward(&self, x: Tensor<2>) -> Result<Tensor<2>> {
        self.layers
            .iter()
            .zip(&self.gates)
            .try_fold(x, |x, (layer, gate)| Ok(layer.forward(x.clone())? * gate.apply(x, Function::Sigmoid)?))
    }
}
