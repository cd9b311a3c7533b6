use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::{GaussianRows, PairAxis, PairDecoderKind, PairFactors, PairTerms, PairWeight};
use crate::error::{Error, Result};
use crate::host::floats;
use crate::nn::{Activation, InitialWeights, Linear, Mlp, MlpConfig, WeightShape, parameter};
use crate::ranking::{PairNetwork, PairNetworkLayer};
use crate::sparse::{EdgeList, edge_rows};

/// More layers, or wider ones, only take time.
const MOST_LAYERS: usize = 8;
const WIDEST: usize = 4096;

/// The hidden layers of a [`PairMlp`], as a configuration has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PairMlpConfig {
    /// The width of each hidden layer; none leaves a weight for each latent dimension.
    pub hidden: Vec<usize>,
    /// What follows every hidden layer.
    pub activation: Activation,
}

impl Default for PairMlpConfig {
    fn default() -> Self {
        Self { hidden: vec![64], activation: Activation::Relu }
    }
}

/// `x_ij = MLP(z_i ⊙ z_j)`, beside an offset, which is the bias of its last layer: it may weigh what two nodes share, dimension by
/// dimension and in combination (NCF, He et al. 2017; Refined-GAE). It has no factors, so pairs are scored one by one.
#[derive(Module, Debug)]
pub struct PairMlp {
    /// The hidden layers.
    pub hidden: Mlp,
    /// What the last of them is multiplied by, `[width, 1]`.
    pub output: Param<Tensor<2>>,
}

impl PairMlp {
    pub(super) const NAME: &str = "mlp";
    const HIDDEN: &str = "decoder.hidden";
    const OUTPUT: &str = "decoder.output";

    pub(super) fn kind(config: &PairMlpConfig) -> PairDecoderKind {
        let ends =
            std::iter::once(PairAxis::Latent).chain(config.hidden.iter().copied().map(PairAxis::Units));
        let ends: Vec<PairAxis> = ends.collect();
        let layers = ends.array_windows().enumerate().flat_map(|(layer, &[input, output])| {
            let path = format!("{}.layers.{layer}", Self::HIDDEN);
            [
                PairWeight::new(format!("{path}.weight"), [input, output]),
                PairWeight::new(format!("{path}.bias"), [output]),
            ]
        });
        let last = PairWeight::new(Self::OUTPUT, [ends[ends.len() - 1], PairAxis::Units(1)]);
        let weights = layers.chain([last]).collect();
        let kind = PairDecoderKind::with_factors(Self::NAME, "mlp(z_i * z_j)", weights);
        PairDecoderKind { has_factors: false, ..kind }
    }

    pub(super) fn check(config: &PairMlpConfig) -> Result<()> {
        if config.hidden.len() > MOST_LAYERS {
            let problem = format!("has {} layers, and may have {MOST_LAYERS}", config.hidden.len());
            return Err(Error::Config { field: "hidden", problem });
        }
        match config.hidden.iter().find(|width| !(1..=WIDEST).contains(*width)) {
            Some(width) => {
                let problem = format!("widths must lie between 1 and {WIDEST}, not {width}");
                Err(Error::Config { field: "hidden", problem })
            }
            None => Ok(()),
        }
    }

    /// Weights are drawn by Glorot's uniform distribution, layer by layer, and biases are 0.
    pub(super) fn init(config: &PairMlpConfig, latent: usize, random: &mut dyn Rng, device: &Device) -> Self {
        let widths = std::iter::once(latent).chain(config.hidden.iter().copied()).collect::<Vec<_>>();
        let last = widths[widths.len() - 1];
        let mut weights = Glorot(random);
        let hidden = MlpConfig { widths, activation: config.activation };
        let hidden = hidden.init(Self::HIDDEN, &mut weights, device).expect("widths have been checked");
        let output = TensorData::new(weights.weight(&WeightShape::dense(last, &[1])), [last, 1]);
        Self { hidden, output: parameter(Self::OUTPUT, Tensor::from_data(output, device)) }
    }
}

/// Uniform on ±√(6/(fan_in + fan_out)) (Glorot & Bengio 2010, eq. 16), and biases of 0.
struct Glorot<'a>(&'a mut dyn Rng);

impl InitialWeights for Glorot<'_> {
    fn weight(&mut self, shape: &WeightShape) -> Vec<f32> {
        let bound = (6.0 / (shape.fan_in + shape.fan_out) as f32).sqrt();
        (0..shape.count()).map(|_| bound * (2.0 * self.0.random::<f32>() - 1.0)).collect()
    }

    fn bias(&mut self, _fan_in: usize, values: usize) -> Vec<f32> {
        vec![0.0; values]
    }

    fn random(&mut self) -> &mut dyn Rng {
        self.0
    }
}

impl PairTerms for PairMlp {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn logits(&self, z: Tensor<2>, pairs: &EdgeList) -> Result<Tensor<1>> {
        let [left, right] = edge_rows(pairs, z)?;
        let hidden = self.hidden.forward(left * right)?;
        let output = self.output.val();
        if hidden.dims()[1] != output.dims()[0] {
            return Err(Error::shape("decoder of pairs", hidden.dims(), output.dims()));
        }
        Ok(hidden.matmul(output).reshape([pairs.len()]))
    }

    fn factors(&self, _z: Tensor<2>) -> Result<Option<PairFactors>> {
        Ok(None)
    }

    fn network(&self, z: Tensor<2>, offset: f32) -> Result<Option<PairNetwork>> {
        let layer = |Linear { weight, bias }: &Linear| {
            PairNetworkLayer::new(&floats(weight.val()), &floats(bias.val()))
        };
        let layers = self.hidden.layers.iter().map(layer).collect();
        let (dims, output) = (z.dims(), floats(self.output.val()));
        PairNetwork::new(floats(z), dims, layers, self.hidden.activation, output, offset).map(Some)
    }

    /// It is in no closed form.
    fn spread(&self, _nodes: &GaussianRows<'_>, _pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        None
    }
}
