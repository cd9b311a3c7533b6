//! What a trained graph model makes of the nodes that it was trained on.

use std::borrow::Cow;

use aevb_data::files::read_at_most;
use aevb_data::graph::{FeatureScales, Graph, KnownFeatures, LinkSplit};
use aevb_models::vgae::{GaussianRows, PairDecoder};
use burn::module::Module;
use burn::tensor::Tensor;
use rand_mt::Mt;

use super::graph::{GraphModel, OpenedGraph, host, input, load, split_of};
use super::weights;
use crate::communities::Communities;
use crate::covariates::Weighing;
use crate::error::{Error, Result};
use crate::experiment::{GraphDecoder, GraphEncoder};
use crate::latents::Latents;
use crate::model_scores::ModelScores;
use crate::pair_scores::PairScores;
use crate::run_folder::{FEATURES, RunFolder, STANDARDIZATION};

/// Along which edges messages pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// Those that the model was trained on, as when it is measured.
    Training,
    /// All of the graph, those held out for validation and test too.
    All,
}

/// A graph and where a model puts its nodes.
#[derive(Clone, Debug)]
pub struct NodeLatents {
    /// The whole graph.
    pub graph: Graph,
    /// Its split.
    pub split: LinkSplit,
    /// A vector a node.
    pub latents: Latents,
    /// What the model makes of pairs of them.
    pub scores: ModelScores,
    decoder: PairDecoder,
}

impl NodeLatents {
    /// The standard deviation of the score of each pair under the posterior, where there is one and it is known.
    pub fn spread(&self, pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        let Latents { mean, deviation, width, .. } = &self.latents;
        let nodes = GaussianRows { mean, deviation: deviation.as_ref()?, width: *width };
        let mut spread = self.decoder.spread(&nodes, pairs)?;
        spread.iter_mut().for_each(|deviation| *deviation *= self.scores.all.scale());
        Some(spread)
    }
}

/// A row a node as people count them: of a directed graph with its vector as a source and, behind that, as a target.
fn own_latents(graph: &Graph, latents: Latents) -> Latents {
    let nodes = graph.own_nodes();
    let are_roles = nodes < graph.nodes();
    let Latents { ids, labels, parts, mean, deviation, width, communities, components, .. } = latents;
    let texts = |texts: Option<Vec<String>>| {
        texts.map(|mut texts| {
            texts.truncate(nodes);
            texts
        })
    };
    Latents {
        ids: texts(ids),
        labels: texts(labels),
        parts,
        mean: of_own_nodes(graph, mean, width),
        deviation: deviation.map(|deviation| of_own_nodes(graph, deviation, width)),
        width: width_of_own_nodes(graph, width),
        // A node would be in some as a source and in others as a target.
        communities: communities.filter(|_| !are_roles),
        components: components.filter(|_| !are_roles),
        are_roles,
    }
}

/// Rows `[nodes, width]` of a graph's nodes as people count them: of a directed graph both of a node behind each other.
pub(super) fn of_own_nodes(graph: &Graph, rows: Vec<f32>, width: usize) -> Vec<f32> {
    let nodes = graph.own_nodes();
    if nodes == graph.nodes() {
        return rows;
    }
    let row = |node: usize| &rows[node * width..][..width];
    (0..nodes).flat_map(|node| [row(node), row(node + nodes)]).flatten().copied().collect()
}

/// The width of these rows.
pub(super) fn width_of_own_nodes(graph: &Graph, width: usize) -> usize {
    if graph.own_nodes() == graph.nodes() { width } else { 2 * width }
}

impl<M: GraphModel> OpenedGraph<M> {
    /// Where a run's model puts the nodes that it was trained on, as people count them.
    pub(super) fn own_places(&self, messages: Messages) -> Result<Latents> {
        let graph = load(&self.data)?.graph;
        let split = split_of(&graph, &self.data, &self.folder)?;
        let (_, _, latents) = self.latents_of(&graph, &edges_of(messages, &graph, &self.seen(&split)))?;
        Ok(own_latents(&graph, latents))
    }

    /// The same, and what it makes of pairs of them.
    pub(super) fn own_nodes(&self, messages: Messages) -> Result<NodeLatents> {
        let graph = load(&self.data)?.graph;
        let split = split_of(&graph, &self.data, &self.folder)?;
        let seen = self.seen(&split);
        let (model, mean, latents) = self.latents_of(&graph, &edges_of(messages, &graph, &seen))?;
        let decoder = M::decoder(&model).clone();
        let logits = PairScores::of(&decoder, mean, graph.sides())?;
        let GraphEncoder { latent, decoder: GraphDecoder { covariates, .. }, .. } = self.model.encoder();
        let weighing = Weighing::of(covariates, *latent, &graph, &split, &seen, self.streams())?
            .ranking_among(self.ranked_among());
        let scores = match messages {
            Messages::Training => weighing.scores(logits, &decoder, &split)?,
            Messages::All => {
                let of_training = || {
                    let (_, mean, _) = self.latents_of(&graph, &seen.train)?;
                    PairScores::of(&decoder, mean, graph.sides())
                };
                let scores = weighing.scores_on(graph.clone(), logits, &decoder, of_training)?;
                ModelScores::of(scores, &split.validation)
            }
        };
        drop(seen);
        Ok(NodeLatents { scores, graph, split, latents, decoder })
    }

    /// The model, the means `[nodes, latent]`, and what there is to write of them.
    pub(super) fn latents_of(
        &self,
        graph: &Graph,
        edges: &[[u32; 2]],
    ) -> Result<(M::Model, Tensor<2>, Latents)> {
        let Self { data, model, device, folder, .. } = self;
        let encoder = model.encoder();
        let input = input(graph, edges, data, device)?;
        // Weights of nodes are those of the nodes that were trained on, whatever the graph.
        let of_nodes = if encoder.encoder.has_embeddings() { Some("mean.embeddings") } else { None };
        let decoder = encoder.decoder.form.kind();
        let nodes = match decoder.weight_of_nodes().or(of_nodes) {
            Some(weight) => weights::rows(&folder.weights()?, &[weight])?,
            None => graph.nodes(),
        };
        let config = encoder.config(nodes, input.features.width());
        // The first weights do not matter: all are replaced.
        let model = M::init(&config, &mut Mt::new(0), &device.clone().autodiff())?;
        let model = weights::load(model, &folder.weights()?)?.valid();
        let (mean, posterior) = M::posterior(&model, &input)?;
        let label = |labels: &aevb_data::graph::Labels| {
            let name = |class: &Option<u16>| {
                class.map_or(String::new(), |class| labels.names[class as usize].clone())
            };
            labels.class.iter().map(name).collect()
        };
        let latents = Latents {
            ids: Some((0..graph.nodes() as u32).map(|node| graph.name(node).into_owned()).collect()),
            labels: graph.labels().map(label),
            parts: None,
            mean: host(mean.clone()),
            deviation: posterior.map(|posterior| host(posterior.deviation())),
            width: encoder.latent,
            communities: M::decoder(&model)
                .memberships(mean.clone())?
                .map(|memberships| Communities::of(memberships, Communities::density(graph, edges.len()))),
            components: M::components(&model, mean.clone())?,
            are_roles: false,
        };
        latents.check()?;
        Ok((model, mean, latents))
    }
}

/// The edges that messages pass along.
fn edges_of<'s>(messages: Messages, graph: &Graph, seen: &'s LinkSplit) -> Cow<'s, [[u32; 2]]> {
    match messages {
        Messages::Training => Cow::Borrowed(&seen.train),
        Messages::All => graph.edges().collect(),
    }
}

/// The features that a run's model was trained on.
pub(super) fn known_features(folder: &RunFolder) -> Result<KnownFeatures> {
    let count = weights::rows(&folder.weights()?, &["hidden.0.weight", "mean.weight"])?;
    let scales = feature_scales(folder)?;
    if scales.as_ref().is_some_and(|scales| scales.mean.len() != count || scales.deviation.len() != count) {
        let path = folder.file(STANDARDIZATION);
        return Err(Error::failed(format!("{}: is not of {count} features", path.display()))
            .with_hint("it was changed since the run wrote it: train again"));
    }
    let path = folder.file(FEATURES);
    if !path.exists() {
        return Ok(KnownFeatures { count, names: None, scales });
    }
    const LONGEST: u64 = 1 << 30;
    let bytes = read_at_most(&path, LONGEST)?;
    let wrong = || Error::failed(format!("{}: is no list of {count} features", path.display()));
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    let names: Vec<String> = text.lines().map(str::to_owned).collect();
    if names.len() != count {
        return Err(wrong().with_hint("it was changed since the run wrote it: train again"));
    }
    Ok(KnownFeatures { count, names: Some(names), scales })
}

/// How a run brought the features of its nodes to one scale, where it did.
///
/// # Errors
/// If its file is damaged.
pub(super) fn feature_scales(folder: &RunFolder) -> Result<Option<FeatureScales>> {
    const LONGEST: u64 = 1 << 30;
    let path = folder.file(STANDARDIZATION);
    if !path.exists() {
        return Ok(None);
    }
    let wrong = |error| Error::failed(format!("{}: {error}", path.display()));
    let scales: FeatureScales = serde_json::from_slice(&read_at_most(&path, LONGEST)?).map_err(wrong)?;
    if scales.deviation.iter().any(|deviation| !(deviation.is_finite() && *deviation > 0.0)) {
        return Err(Error::failed(format!("{}: a deviation that is not above 0", path.display()))
            .with_hint("it was changed since the run wrote it: train again"));
    }
    Ok(Some(scales))
}
