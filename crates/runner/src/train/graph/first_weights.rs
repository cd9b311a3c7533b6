//! Where the weights of a graph model begin.

use aevb_models::nn::{Extent, NodeFeatures, PropagationConfig, Spectrum};
use aevb_models::vgae::GraphInput;

use super::{GraphModel, GraphTask};
use crate::covariates::Start;
use crate::error::Result;
use crate::pair_scores::sides_of;
use crate::random::Purpose;

impl<M: GraphModel> GraphTask<M> {
    /// The model before its first step.
    pub(super) fn first_model(&self) -> Result<M::Model> {
        let model = self.drawn_model()?;
        let edge_weight = self.likelihood.edge_weight();
        let sides = self.graph.sides().map(sides_of);
        let degrees = degrees(self.graph.nodes(), self.seen_edges());
        let model = M::with_decoder(model, |decoder| decoder.begin_at(&degrees, edge_weight, sides));
        let model = self.with_first_weights(model);
        Ok(match self.spectrum()? {
            Some(spectrum) => M::begin_at_spectrum(model, spectrum),
            None => model,
        })
    }

    /// A model whose weights were drawn.
    pub(super) fn drawn_model(&self) -> Result<M::Model> {
        let mut random = self.streams.initial_weights();
        let device = self.device.clone().autodiff();
        let config = self.encoder.config(self.graph.nodes(), self.input.features.width());
        let config = match self.input.features {
            NodeFeatures::Identity { .. } => config.with_weight_length(PropagationConfig::SHORT),
            NodeFeatures::Sparse(_) => config.with_feature_length(self.feature_length()),
        };
        Ok(M::init(&config, &mut random, &device)?)
    }

    /// A model whose weights of covariates say what these do without latent vectors.
    fn with_first_weights(&self, model: M::Model) -> M::Model {
        let Some(structure) = self.weighing.learnt() else { return model };
        let Start { constant, weights } = Start::of(structure, self.streams);
        let edge_weight = self.likelihood.edge_weight();
        M::with_decoder(model, |decoder| decoder.begin_at_covariates(constant, &weights, edge_weight))
    }

    /// What the weights of features begin at, if not where they were drawn. It is found once.
    fn spectrum(&self) -> Result<Option<&Spectrum>> {
        let Some(hops) = self.encoder.encoder.spectral_hops() else { return Ok(None) };
        if let Some(spectrum) = self.spectrum.get() {
            return Ok(Some(spectrum));
        }
        let GraphInput { adjacency, features, .. } = &self.input;
        let mut random = self.streams.generator(Purpose::Spectrum, 0);
        let extent = Extent { hops, latent: self.encoder.latent };
        let spectrum = Spectrum::of(adjacency, features, extent, &mut random, &self.device)?;
        Ok(Some(self.spectrum.get_or_init(|| spectrum)))
    }

    /// The root mean square length of the rows of features.
    fn feature_length(&self) -> f64 {
        let Some(features) = self.graph.features() else { return 1.0 };
        let squares: f64 = features.data().iter().map(|&value| f64::from(value).powi(2)).sum();
        let length = (squares / features.rows() as f64).sqrt();
        if length > 0.0 && length.is_finite() { length } else { 1.0 }
    }
}

/// How many of the edges each node has, whatever they weigh.
pub(super) fn degrees(nodes: usize, edges: &[[u32; 2]]) -> Vec<u32> {
    let mut degrees = vec![0; nodes];
    edges.as_flattened().iter().for_each(|&node| degrees[node as usize] += 1);
    degrees
}
