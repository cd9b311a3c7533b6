use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::decoder::PairDecoder;
use super::head::{Head, LastHidden};
use super::unit_length::UnitLength;
use crate::distribution::DiagonalGaussian;
use crate::error::{Error, Result};
use crate::nn::{GraphConv, NodeFeatures, Spectrum};
use crate::posterior::PosteriorDensity;
use crate::prior::{Prior, PriorDensity};
use crate::sparse::SparseMatrix;

/// What the encoder sees of a graph: the message-passing edges and the nodes' features, on a device.
#[derive(Clone, Debug)]
pub struct GraphInput {
    /// `Ã` `[nodes, nodes]`, of the training edges; of the last layer alone, `[nodes after, nodes before]`, where hidden ones have
    /// their own.
    pub adjacency: SparseMatrix,
    /// Those of the hidden layers, `[nodes after, nodes before]` each, where a layer does not see all nodes; none where each has
    /// `adjacency`.
    pub hidden: Vec<SparseMatrix>,
    /// `[nodes, features]`, of the nodes before the first layer.
    pub features: NodeFeatures,
    /// `Ãᵏ X` for `k = 0 … K` in place of both, `[nodes after, features]` each, where linear propagation has them; else none.
    pub passed: Vec<Tensor<2>>,
}

impl GraphInput {
    /// The same edges in each layer.
    pub fn new(adjacency: SparseMatrix, features: NodeFeatures) -> Self {
        Self { adjacency, hidden: Vec::new(), features, passed: Vec::new() }
    }

    /// That of a hidden layer.
    fn of_hidden(&self, layer: usize) -> &SparseMatrix {
        self.hidden.get(layer).unwrap_or(&self.adjacency)
    }
}

/// The graph auto-encoder: `Z = Ã ReLU(Ã X W₀) W₁`, with as many hidden layers as configured (§1, "Non-probabilistic
/// graph auto-encoder").
#[derive(Module, Debug)]
pub struct Gae {
    /// The layers with a ReLU.
    pub hidden: Vec<GraphConv>,
    /// The last layer, to `[nodes, latent]`.
    pub mean: Head,
    /// What brings the vectors to one length, before messages pass or after, if anything.
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
    /// The last layer of `μ`, to `[nodes, latent]`.
    pub mean: Head,
    /// The last layer of `log σ`, to `[nodes, latent]`.
    pub log_sigma: Head,
    /// What brings the means to one length, before messages pass or after, if anything.
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
    /// Factors of the latent vectors that a decoder sees, `[nodes, latent]`; none without dropout.
    pub latent: Option<Tensor<2>>,
}

impl Dropout {
    /// The latent vectors `[nodes, latent]` that a decoder sees in training.
    pub fn thin_latent(&self, z: Tensor<2>) -> Tensor<2> {
        match &self.latent {
            Some(factors) => z * factors.clone(),
            None => z,
        }
    }
}

impl Gae {
    /// The same whose means begin at a spectrum, where linear propagation makes them.
    #[must_use]
    pub fn begin_at_spectrum(self, spectrum: &Spectrum) -> Self {
        Self { mean: self.mean.begin_at_spectrum(spectrum), ..self }
    }

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
        let last = LastHidden::new(input, hidden(&self.hidden, input, dropout)?);
        self.mean.forward(&last, self.unit_length.as_ref())
    }
}

impl Vgae {
    /// The same whose means begin at a spectrum, where linear propagation makes them.
    #[must_use]
    pub fn begin_at_spectrum(self, spectrum: &Spectrum) -> Self {
        Self { mean: self.mean.begin_at_spectrum(spectrum), ..self }
    }

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
        let last = LastHidden::new(input, hidden(&self.hidden, input, dropout)?);
        let mean = self.mean.forward(&last, self.unit_length.as_ref())?;
        let log_sigma = self.log_sigma.forward(&last, None)?;
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
        let (posterior, prior) = (PosteriorDensity::from(posterior.clone()), self.prior_density()?);
        let sample = posterior.rsample(noise)?;
        let kl = match posterior.kl(&prior) {
            Some(kl) => kl,
            None => sample.kl_at(&prior)?,
        };
        Ok((sample.z, kl))
    }

    /// `p(z)`, for parameters as they are.
    ///
    /// # Errors
    /// If the prior asks for the posterior of single inputs, which an encoder of a whole graph has not.
    pub fn prior_density(&self) -> Result<PriorDensity> {
        self.prior.density(|_| {
            let problem = "pseudo-inputs are for encoders that take examples one by one".to_owned();
            Err(Error::Config { field: "prior", problem })
        })
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
    let mut x = thin(relu(first.forward_features(input.of_hidden(0), &input.features)?));
    for (place, layer) in (1..).zip(rest) {
        x = thin(relu(layer.forward(input.of_hidden(place), x)?));
    }
    Ok(Some(x))
}
