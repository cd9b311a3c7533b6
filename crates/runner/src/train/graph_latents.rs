//! What a trained graph model makes of nodes: those that it was trained on, and others with the same features.

use aevb_data::files::read_at_most;
use aevb_data::graph::{Graph, GraphFiles, KnownFeatures, LinkSplit};
use burn::module::Module;
use burn::tensor::Device;
use rand_mt::Mt;

use super::graph::{GraphModel, host, input, load};
use super::weights;
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Features, GraphData};
use crate::latents::Latents;
use crate::run_folder::{FEATURES, RunFolder, SPLIT};

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
    /// A vector a node.
    pub latents: Latents,
}

/// Where a run's model puts the nodes that it was trained on.
pub(super) fn embed<M: GraphModel>(
    experiment: &Experiment,
    data: &GraphData,
    device: &Device,
    folder: &RunFolder,
    messages: Messages,
) -> Result<NodeLatents> {
    let graph = load(data)?.graph;
    let split = LinkSplit::load(folder.file(SPLIT), &graph).map_err(|error| Error::from(error).as_usage())?;
    let edges = match messages {
        Messages::Training => split.train,
        Messages::All => graph.edges().collect(),
    };
    latents::<M>(experiment, data, device, folder, graph, &edges)
}

/// Where a run's model puts the nodes of another graph, whose features are the same, with messages along all its edges.
/// What there is to know of the files comes with them.
pub(super) fn embed_other<M: GraphModel>(
    experiment: &Experiment,
    data: &GraphData,
    device: &Device,
    folder: &RunFolder,
    files: GraphFiles,
) -> Result<(NodeLatents, Vec<String>)> {
    if data.features == Features::None {
        return Err(Error::usage("the model knows its nodes by name alone, and no others").with_hint(
            "train with data.features; a model without features cannot be asked about other graphs",
        ));
    }
    let loaded = GraphFiles { known_features: Some(known_features(folder)?), ..files }.read()?;
    let edges: Vec<[u32; 2]> = loaded.graph.edges().collect();
    let notes = loaded.notes();
    Ok((latents::<M>(experiment, data, device, folder, loaded.graph, &edges)?, notes))
}

fn latents<M: GraphModel>(
    experiment: &Experiment,
    data: &GraphData,
    device: &Device,
    folder: &RunFolder,
    graph: Graph,
    edges: &[[u32; 2]],
) -> Result<NodeLatents> {
    let encoder = experiment.model.encoder().expect("a graph's model was checked for");
    let input = input(&graph, edges, data, device)?;
    // The first weights do not matter: all are replaced.
    let model = M::init(input.features.width(), encoder, &mut Mt::new(0), &device.clone().autodiff())?;
    let model = weights::load(model, &folder.weights())?.valid();
    let (mean, log_sigma) = M::posterior(&model, &input)?;
    let label = |labels: &aevb_data::graph::Labels| {
        let name =
            |class: &Option<u16>| class.map_or(String::new(), |class| labels.names[class as usize].clone());
        labels.class.iter().map(name).collect()
    };
    let latents = Latents {
        ids: Some((0..graph.nodes() as u32).map(|node| graph.name(node).into_owned()).collect()),
        labels: graph.labels().map(label),
        mean: host(mean),
        deviation: log_sigma.map(|log_sigma| host(log_sigma.exp())),
        width: encoder.latent,
    };
    latents.check()?;
    Ok(NodeLatents { graph, latents })
}

/// The features that a run's model was trained on.
fn known_features(folder: &RunFolder) -> Result<KnownFeatures> {
    let count = weights::first_rows(&folder.weights())?;
    let path = folder.file(FEATURES);
    if !path.exists() {
        return Ok(KnownFeatures { count, names: None });
    }
    const LONGEST: u64 = 1 << 30;
    let bytes = read_at_most(&path, LONGEST)?;
    let wrong = || Error::failed(format!("{}: is no list of {count} features", path.display()));
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    let names: Vec<String> = text.lines().map(str::to_owned).collect();
    if names.len() != count {
        return Err(wrong().with_hint("it was changed since the run wrote it: train again"));
    }
    Ok(KnownFeatures { count, names: Some(names) })
}
