use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::decoder::PairDecoder;
use super::unit_length::UnitLength;
use crate::distribution::DiagonalGaussian;
use crate::error::Result;
use crate::nn::{GraphConv, NodeFeatures};
use crate::prior::Prior;
use crate::sparse::SparseMatrix;

/// What the encoder sees of a graph: the message-passing edges and the nodes' features, on a device.
#[derive(Clone, Debug)]
pub struct GraphInput {
    /// `Ã` `[nodes, nodes]`, of the training edges.
    pub adjacency: SparseMatrix,
    /// `[nodes, features]`
    pub features: NodeFeatures,
}

/// The graph auto-encoder: `Z = Ã ReLU(Ã X W₀) W₁`, with as many hidden layers as configured (§1, "Non-probabilistic
/// graph auto-encoder").
#[derive(Module, Debug)]
pub struct Gae {
    /// The layers with a ReLU.
    pub hidden: Vec<GraphConv>,
    /// The last layer, `[d_hidden, latent]`.
    pub mean: GraphConv,
    /// What brings the vectors to one length before messages pass, if anything.
    pub unit_length: Option<UnitLength>,
    /// What tells links from latent vectors.
    pub decoder: PairDecoder,
}

/// The variational graph auto-encoder: `q(z_i | X, A) = N(μ_i, diag σ_i²)` with `μ` and `log σ` two last layers over
/// the same hidden ones (§1, "Inference model").
#[derive(Module, Debug)]
pub struct Vgae {
    /// The layers with a ReLU.
    pub hidden: Vec<GraphConv>,
    /// The last layer of `μ`, `[d_hidden, latent]`.
    pub mean: GraphConv,
    /// The last layer of `log σ`, `[d_hidden, latent]`.
    pub log_sigma: GraphConv,
    /// What brings the means to one length before messages pass, if anything.
    pub unit_length: Option<UnitLength>,
    /// What tells links from latent vectors.
    pub decoder: PairDecoder,
    /// `p(z)`, the same for each node.
    pub prior: Prior,
}

/// What is thinned out for one step of training.
#[derive(Clone, Debug, Default)]
pub struct Dropout {
    /// For each hidden layer factors of its output, `[nodes, d_hidden]`; none without layers or without dropout.
    pub hidden: Vec<Tensor<2>>,
}

impl Gae {
    /// The latent vectors, `[nodes, latent]`.
    ///
    /// # Errors
    /// If the input's shapes do not go with each other or with the weights.
    pub fn encode(&self, input: &GraphInput) -> Result<Tensor<2>> {
        self.encode_thinned(input, &Dropout::default())
    }

    /// The same in training.
    ///
    /// # Errors
    /// Likewise.
    pub fn encode_thinned(&self, input: &GraphInput, dropout: &Dropout) -> Result<Tensor<2>> {
        let hidden = hidden(&self.hidden, input, dropout)?;
        match &self.unit_length {
            Some(unit_length) => normalized_head(&hidden, input, &self.mean, unit_length),
            None => heads(&hidden, input, [&self.mean]).map(|[z]| z),
        }
    }
}

impl Vgae {
    /// The posterior of the latent vectors.
    ///
    /// # Errors
    /// If the input's shapes do not go with each other or with the weights.
    pub fn encode(&self, input: &GraphInput) -> Result<DiagonalGaussian> {
        self.encode_thinned(input, &Dropout::default())
    }

    /// The same in training.
    ///
    /// # Errors
    /// Likewise.
    pub fn encode_thinned(&self, input: &GraphInput, dropout: &Dropout) -> Result<DiagonalGaussian> {
        let hidden = hidden(&self.hidden, input, dropout)?;
        let [mean, log_sigma] = match &self.unit_length {
            Some(unit_length) => {
                let [log_sigma] = heads(&hidden, input, [&self.log_sigma])?;
                [normalized_head(&hidden, input, &self.mean, unit_length)?, log_sigma]
            }
            None => heads(&hidden, input, [&self.mean, &self.log_sigma])?,
        };
        Ok(DiagonalGaussian::from_log_deviation(mean, log_sigma))
    }

    /// A draw of each node's latent vector from the posterior, and what it costs.
    ///
    /// # Shapes
    /// - noise: `[nodes, latent]`, standard normal draws
    /// - output: `z` `[nodes, latent]` and `KL(q ‖ p)` of each node, `[nodes]`, in nats, or its estimate at z where it has no
    ///   closed form
    ///
    /// # Errors
    /// If the noise has another shape than the posterior.
    pub fn sample_with_kl(
        &self,
        posterior: &DiagonalGaussian,
        noise: Tensor<2>,
    ) -> Result<(Tensor<2>, Tensor<1>)> {
        let z = posterior.rsample(noise.clone())?;
        let kl = match self.prior.kl(posterior) {
            Some(kl) => kl,
            None => self.prior.kl_at(posterior, noise, z.clone())?,
        };
        Ok((z, kl))
    }
}

/// The output of the last hidden layer, `[nodes, d_hidden]`; `None` without one.
fn hidden(layers: &[GraphConv], input: &GraphInput, dropout: &Dropout) -> Result<Option<Tensor<2>>> {
    let Some((first, rest)) = layers.split_first() else { return Ok(None) };
    let mut factors = dropout.hidden.iter();
    let mut thin = |x: Tensor<2>| match factors.next() {
        Some(factors) => x * factors.clone(),
        None => x,
    };
    let mut x = thin(relu(first.forward_features(&input.adjacency, &input.features)?));
    for layer in rest {
        x = thin(relu(layer.forward(&input.adjacency, x)?));
    }
    Ok(Some(x))
}

/// `Ã (s · HW/‖HW‖)`
fn normalized_head(
    hidden: &Option<Tensor<2>>,
    input: &GraphInput,
    layer: &GraphConv,
    unit_length: &UnitLength,
) -> Result<Tensor<2>> {
    let rows = match hidden {
        Some(hidden) => hidden.clone().matmul(layer.weight.val()),
        None => input.features.matmul(layer.weight.val())?,
    };
    input.adjacency.matmul(unit_length.forward(rows))
}

/// The last layers, `(Ã H) W` for each: the heads share one sparse product.
fn heads<const N: usize>(
    hidden: &Option<Tensor<2>>,
    input: &GraphInput,
    layers: [&GraphConv; N],
) -> Result<[Tensor<2>; N]> {
    let outputs: Result<Vec<Tensor<2>>> = match hidden {
        Some(hidden) => {
            let messages = input.adjacency.matmul(hidden.clone())?;
            Ok(layers.iter().map(|layer| messages.clone().matmul(layer.weight.val())).collect())
        }
        None => {
            layers.iter().map(|layer| layer.forward_features(&input.adjacency, &input.features)).collect()
        }
    };
    outputs.map(|outputs| outputs.try_into().expect("as many outputs as layers"))
}
