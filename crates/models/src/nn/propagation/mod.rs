mod spectrum;

use burn::config::Config;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

pub use spectrum::{Extent, Spectrum};

use super::graph_conv::uniform;
use super::{NodeFeatures, ParameterShape, parameter, with_values};
use crate::error::{Error, Result};
use crate::sparse::SparseMatrix;

/// Configuration of a [`Propagation`].
#[derive(Config, Debug)]
pub struct PropagationConfig {
    /// The number of nodes.
    pub nodes: usize,
    /// The width of the features.
    pub d_input: usize,
    /// The width of the output.
    pub d_output: usize,
    /// K, how many edges a message passes at most.
    pub hops: usize,
    /// Whether each node has a free embedding beside its features.
    #[config(default = false)]
    pub embeddings: bool,
    /// The root mean square length of the rows of features, which their first scale makes up for.
    #[config(default = 1.0)]
    pub feature_length: f64,
    /// The length that the rows of W are drawn with, for which the scale makes up.
    #[config(default = 1.0)]
    pub weight_length: f64,
}

/// Linear propagation, `Z = Σ_k α_k Ãᵏ H` for `k = 0 … K` with `H = s X W`, or `s X W + E` where nodes have free embeddings, and
/// learnt `α` and `s > 0`. There is no other layer: LightGCN (He et al., arXiv 2002.02126, eq. 8) has fixed `α` and free embeddings
/// alone, APPNP (Klicpera et al., arXiv 1810.05997, eq. 4) the `α` of a random walk that begins anew.
#[derive(Module, Debug)]
pub struct Propagation {
    /// `W`, `[d_input, d_output]`; of nodes without features their free embeddings.
    pub weight: Param<Tensor<2>>,
    /// `E`, `[nodes, d_output]`.
    pub embeddings: Option<Param<Tensor<2>>>,
    /// `ln s`, `[1]`: features are of any size, and the weights of one.
    pub log_scale: Param<Tensor<1>>,
    /// `α`, `[hops + 1]`.
    pub hops: Param<Tensor<1>>,
}

impl PropagationConfig {
    /// The parameters of a layer at `path`, in the order of its fields.
    pub(crate) fn layers(&self, path: &str) -> Vec<ParameterShape> {
        let of = |name: &str, shape: Vec<usize>| ParameterShape::new(format!("{path}.{name}"), shape);
        let embeddings = self.embeddings.then(|| of("embeddings", vec![self.nodes, self.d_output]));
        let weight = of("weight", vec![self.d_input, self.d_output]);
        let rest = [of("log_scale", vec![1]), of("hops", vec![self.hops + 1])];
        std::iter::once(weight).chain(embeddings).chain(rest).collect()
    }

    /// A length of rows of W that learns fast. A step of an optimizer like Adam is as large for short rows as for long ones, and so
    /// turns short ones about three times as far. Free embeddings of nodes without features need it, as few edges tell of each,
    /// and so do weights that begin at a spectrum. `E` beside features does not have it: it only adds to what they say.
    pub const SHORT: f64 = 0.3;

    /// Draws weights and embeddings uniformly, with rows of about the length 1 in `H`; every `α` begins at 1/(K + 1). `path` is the
    /// layer's place in its model.
    pub fn init(&self, path: &str, random: &mut impl Rng, device: &Device) -> Propagation {
        let bound = usual_bound(self.d_output);
        let short = bound * self.weight_length as f32;
        let mut matrix = |name: &str, rows: usize, bound: f32| {
            let values: Vec<f32> =
                (0..rows * self.d_output).map(|_| uniform(bound, random.next_u32())).collect();
            let values = Tensor::from_data(TensorData::new(values, [rows, self.d_output]), device);
            parameter(&format!("{path}.{name}"), values)
        };
        let vector = |name: &str, value: f64, length: usize| {
            parameter(&format!("{path}.{name}"), Tensor::full([length], value as f32, device))
        };
        Propagation {
            weight: matrix("weight", self.d_input, short),
            embeddings: self.embeddings.then(|| matrix("embeddings", self.nodes, bound)),
            log_scale: vector("log_scale", -(self.feature_length * self.weight_length).ln(), 1),
            hops: vector("hops", 1.0 / (self.hops + 1) as f64, self.hops + 1),
        }
    }
}

/// The bound b of U(−b, b), whose variance is b²/3, by which a row of so many values has about the length 1.
fn usual_bound(width: usize) -> f32 {
    (3.0 / width as f64).sqrt() as f32
}

impl Propagation {
    /// The same that begins at a spectrum: all of `α` is at the last hop, whose products the spectrum is of.
    ///
    /// # Panics
    /// If the spectrum is of other features, or another number of latent dimensions.
    #[must_use]
    pub fn begin_at_spectrum(self, spectrum: &Spectrum) -> Self {
        let last = self.hops.dims()[0] - 1;
        let hops = (0..=last).map(|hop| if hop == last { 1.0 } else { 0.0 }).collect();
        Self {
            weight: with_values(self.weight, spectrum.weight.clone()),
            log_scale: with_values(self.log_scale, vec![spectrum.log_scale]),
            hops: with_values(self.hops, hops),
            ..self
        }
    }

    /// `H`, `[nodes, d_output]`: what a node has before messages pass.
    ///
    /// # Errors
    /// If the numbers of nodes, or of features and `d_input`, differ.
    pub fn rows(&self, features: &NodeFeatures) -> Result<Tensor<2>> {
        let scale = self.log_scale.val().exp().reshape([1, 1]);
        let rows = features.matmul(self.weight.val() * scale)?;
        let Some(embeddings) = &self.embeddings else { return Ok(rows) };
        let embeddings = embeddings.val();
        if rows.dims() != embeddings.dims() {
            return Err(Error::shape("embeddings of nodes", rows.dims(), embeddings.dims()));
        }
        Ok(rows + embeddings)
    }

    /// `Σ_k α_k (Ãᵏ X) s W`: the same of features that have been passed on, without free embeddings.
    ///
    /// # Shapes
    /// - passed: `Ãᵏ X`, `[nodes, d_input]`, for each `k` from 0 to `K`
    /// - output: `[nodes, d_output]`
    ///
    /// # Errors
    /// If there are more hops or fewer, or the features have another width.
    pub fn forward_passed(&self, passed: &[Tensor<2>]) -> Result<Tensor<2>> {
        let (hops, [d_input, _]) = (self.hops.val(), self.weight.dims());
        let wanted = [hops.dims()[0], d_input];
        let found = [passed.len(), passed.first().map_or(0, |first| first.dims()[1])];
        if found != wanted || self.embeddings.is_some() {
            return Err(Error::shape("features that were passed on", wanted, found));
        }
        let weighted = passed
            .iter()
            .enumerate()
            .map(|(hop, rows)| rows.clone() * hops.clone().slice(hop..hop + 1).reshape([1, 1]));
        let sum = weighted.reduce(|sum, rows| sum + rows).expect("one hop at least");
        Ok(sum.matmul(self.weight.val() * self.log_scale.val().exp().reshape([1, 1])))
    }

    /// `Σ_k α_k Ãᵏ H`, by Horner's rule.
    ///
    /// # Shapes
    /// - adjacency: `[nodes, nodes]`
    /// - rows: `[nodes, d_output]`, as is the output
    ///
    /// # Errors
    /// If the numbers of nodes differ.
    pub fn forward(&self, adjacency: &SparseMatrix, rows: Tensor<2>) -> Result<Tensor<2>> {
        let hops = self.hops.val();
        let weighted = |hop: usize| rows.clone() * hops.clone().slice(hop..hop + 1).reshape([1, 1]);
        let last = hops.dims()[0] - 1;
        (0..last).rev().try_fold(weighted(last), |sum, hop| Ok(adjacency.matmul(sum)? + weighted(hop)))
    }
}
