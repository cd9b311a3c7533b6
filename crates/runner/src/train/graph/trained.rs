use std::borrow::Cow;
use std::marker::PhantomData;

use aevb_data::graph::{Graph, HeldOut, LinkSplit};
use burn::tensor::Device;

use super::{GraphModel, GraphTask, host, load, split_of};
use crate::clusters::Components;
use crate::communities::Communities;
use crate::covariates::{self, RankedAmong};
use crate::error::Result;
use crate::evaluate::{RankingBySide, TestSample, ValidationHits, ValidationRanking};
use crate::experiment::{Experiment, GraphAutoencoder, GraphData};
use crate::pair_scores::PairScores;
use crate::random::Streams;
use crate::result::Metrics;
use crate::run_folder::RunFolder;
use crate::train::encoded::Encoded;
use crate::train::graph_latents::{Messages, NodeLatents, of_own_nodes, width_of_own_nodes};
use crate::train::other_nodes::OtherNodes;
use crate::train::trainable::Trainable;
use crate::train::weights;

/// The trained model of a run on a graph. Data and weights are read when something is asked of them: other nodes can be placed
/// where the run's own files are not.
pub trait TrainedGraph {
    /// Measures the weights on the run's own split.
    ///
    /// # Errors
    /// If the folder lacks the split or the weights, or they are not those of the experiment.
    fn evaluate(&self) -> Result<Embedded>;

    /// The graph, and where the weights put its nodes, as they are seen along the training edges: of a directed graph with its
    /// vector as a source and, behind that, as a target.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    fn latents(&self) -> Result<(Graph, Encoded)>;

    /// Where the model puts the nodes that it was trained on, under their names, a row a node as people count them: of a directed
    /// graph with its vector as a source and, behind that, as a target.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    fn places(&self, messages: Messages) -> Result<crate::latents::Latents>;

    /// The same nodes, and what the model makes of pairs of them.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    fn nodes(&self, messages: Messages) -> Result<NodeLatents>;

    /// Where it puts the nodes of other files: new ones of its own graph, or those of another graph with the same features;
    /// and what there is to know of these files.
    ///
    /// # Errors
    /// As [`Self::evaluate`], or if the files cannot be read, their features are others, or it cannot be told which of the two
    /// the nodes are.
    fn other_nodes(&self, files: OtherNodes) -> Result<(crate::latents::Latents, Vec<String>)>;
}

/// A trained graph model: where it puts the nodes, and what it is measured on.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// The whole graph.
    pub graph: Graph,
    /// Its split.
    pub split: LinkSplit,
    /// The mean of each node's latent vector, `[nodes, latent]`.
    pub z: Vec<f32>,
    /// The length of a latent vector.
    pub latent: usize,
    /// What pairs of nodes are scored by.
    pub scores: PairScores,
    /// The validation edges that judge them.
    pub judging: HeldOut,
    /// What communities they belong to, where the decoder knows of any.
    pub communities: Option<Communities>,
    /// What component of the prior is responsible for each, where that is a mixture.
    pub components: Option<Components>,
    /// The metrics that are taken at the end of training.
    pub metrics: Metrics,
    /// The test edges that they rank, where they are a sample.
    pub test_sample: Option<TestSample>,
    /// How each side ranks the other, where the graph has sides.
    pub test_by_side: Option<RankingBySide>,
    /// How validation edges are ranked, where the run's epochs are compared by that.
    pub validation_ranking: Option<ValidationRanking>,
    /// How many of them are above the shared non-edges, where epochs are compared by that.
    pub validation_shared_hits: Option<ValidationHits>,
}

impl Embedded {
    /// The nodes as people count them, with undirected edges: the graph, and the latent vectors, of a directed graph those as a
    /// source and, behind them, as a target, `[nodes, width]`, with their width.
    pub fn own_nodes(&self) -> (Graph, Vec<f32>, usize) {
        let z = of_own_nodes(&self.graph, self.z.clone(), self.latent);
        (self.graph.without_sides(), z, width_of_own_nodes(&self.graph, self.latent))
    }
}

/// A run on a graph, to be asked.
pub(in crate::train) struct OpenedGraph<M> {
    pub data: GraphData,
    pub model: GraphAutoencoder,
    pub device: Device,
    pub folder: RunFolder,
    experiment: Experiment,
    kind: PhantomData<M>,
}

impl<M: GraphModel> OpenedGraph<M> {
    pub fn new(
        experiment: &Experiment,
        data: &GraphData,
        model: &GraphAutoencoder,
        device: &Device,
        folder: &RunFolder,
    ) -> Self {
        Self {
            data: data.clone(),
            model: model.clone(),
            device: device.clone(),
            folder: folder.clone(),
            experiment: experiment.clone(),
            kind: PhantomData,
        }
    }

    /// Where its random numbers come from.
    pub(in crate::train) fn streams(&self) -> Streams {
        Streams::new(self.experiment.seed)
    }

    /// What its pairs are ranked among.
    pub(in crate::train) fn ranked_among(&self) -> RankedAmong {
        RankedAmong::of(self.experiment.train.best_metric)
    }

    /// The split whose training edges its latent vectors have seen.
    pub(in crate::train) fn seen<'s>(&self, split: &'s LinkSplit) -> Cow<'s, LinkSplit> {
        covariates::seen(&self.model.encoder().decoder.covariates, split, self.streams())
    }

    /// The run's task, on its own split, and its weights.
    fn task(&self) -> Result<(GraphTask<M>, M::Model)> {
        let graph = load(&self.data)?.graph;
        let split = split_of(&graph, &self.data, &self.folder)?;
        let seed = self.experiment.seed;
        let task = GraphTask::with_split(seed, &self.data, &self.model, &graph, split, &self.device)?
            .judged_by(&self.experiment)?;
        let model = weights::load(task.template()?, &self.folder.weights()?)?;
        Ok((task, model))
    }
}

impl<M: GraphModel> TrainedGraph for OpenedGraph<M> {
    fn evaluate(&self) -> Result<Embedded> {
        let (task, model) = self.task()?;
        let (z, scores) = task.embedding(&model)?;
        let (metrics, _, of_test) = task.metrics(&scores)?;
        let memberships = M::decoder(&model).memberships(z.clone())?;
        // A node would be in some as a source and in others as a target.
        let has_one_role = task.graph.own_nodes() == task.graph.nodes();
        let memberships = memberships.filter(|_| has_one_role);
        let components = M::components(&model, z.clone())?.filter(|_| has_one_role);
        let density = Communities::density(&task.graph, task.split.train.len());
        Ok(Embedded {
            metrics,
            test_sample: of_test.sample,
            test_by_side: of_test.by_side,
            validation_ranking: task.validation_ranking(&scores)?,
            validation_shared_hits: task.validation_hits(&scores)?,
            graph: task.graph,
            split: task.split,
            z: host(z),
            latent: task.encoder.latent,
            judging: scores.judging(),
            scores: scores.all,
            communities: memberships.map(|memberships| Communities::of(memberships, density)),
            components,
        })
    }

    fn latents(&self) -> Result<(Graph, Encoded)> {
        let (task, model) = self.task()?;
        let (mean, posterior) = M::posterior(&model, &task.input)?;
        let log_variance = posterior.map(|posterior| host(posterior.log_variance()));
        let (graph, width) = (&task.graph, task.encoder.latent);
        let [mean, log_variance] = [Some(host(mean)), log_variance]
            .map(|values| values.map(|values| of_own_nodes(graph, values, width)));
        let encoded = Encoded {
            width: width_of_own_nodes(graph, width),
            mean: mean.expect("there are means"),
            log_variance,
        };
        Ok((graph.without_sides(), encoded))
    }

    fn places(&self, messages: Messages) -> Result<crate::latents::Latents> {
        self.own_places(messages)
    }

    fn nodes(&self, messages: Messages) -> Result<NodeLatents> {
        self.own_nodes(messages)
    }

    fn other_nodes(&self, files: OtherNodes) -> Result<(crate::latents::Latents, Vec<String>)> {
        self.nodes_of(files)
    }
}
