use aevb_data::graph::{Graph, power_law_pairs};
use aevb_models::nn::{NodeFeatures, normalized_adjacency};
use aevb_models::optimizer::Adam;
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{EdgeWeighting, GraphEncoderConfig, GraphInput, GraphLikelihood};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};

use super::{Measurement, Rate, Size, Timer};
use crate::error::{Error, Result};
use crate::random::{Purpose, Streams, standard_normals};

const HIDDEN: usize = 32;

/// A whole training step of a VGAE without features, with 32 hidden units, on an undirected power-law graph: noise, the
/// exact bound over all pairs, its gradient, Adam. The graph is drawn once for all latent spaces.
pub struct Step<'a> {
    timer: Timer<'a>,
    nodes: u32,
    nonzeros: usize,
    input: GraphInput,
    likelihood: GraphLikelihood,
}

impl<'a> Step<'a> {
    /// Draws the graph.
    ///
    /// # Errors
    /// If the graph has no edge or is too large for the kernels, or the device fails.
    pub fn new(size: Size, timer: Timer<'a>) -> Result<Self> {
        let nodes = size.nodes as usize;
        let pairs =
            power_law_pairs(size.nodes, size.edges, &mut Streams::new(0).generator(Purpose::Sampling, 0));
        let (graph, _) = Graph::from_edges(nodes, pairs)?;
        let edges: Vec<[u32; 2]> = graph.edges().collect();
        if edges.is_empty() {
            return Err(
                Error::usage("the graph that was drawn has no edge").with_hint("more --nodes or --edges")
            );
        }
        let host = normalized_adjacency(nodes, edges.iter().copied());
        let adjacency = SparseMatrix::from_csr(&host, timer.device)?;
        Ok(Self {
            timer,
            nodes: size.nodes,
            nonzeros: 2 * edges.len() + nodes,
            input: GraphInput::new(adjacency, NodeFeatures::Identity { nodes }),
            likelihood: GraphLikelihood::new(nodes, &edges, EdgeWeighting::Kipf, timer.device)?,
        })
    }

    /// Times a step with so many latent dimensions.
    ///
    /// # Errors
    /// If the device fails.
    pub fn measure(&self, latent: usize) -> Result<Measurement> {
        let nodes = self.nodes as usize;
        let device = self.timer.device;
        let streams = Streams::new(0);
        let mut model = Some(
            GraphEncoderConfig::new(nodes, nodes, vec![HIDDEN], latent)
                .init_vgae(&mut streams.initial_weights(), &device.clone().autodiff())?,
        );
        let mut adam = Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.0 }.init();
        let mut finite = true;
        let mut steps = 0;
        let times = self.timer.time(|| {
            let current = model.take().expect("each step leaves a model");
            let posterior = current.encode(&self.input)?;
            let mut random = streams.generator(Purpose::PosteriorNoise, steps);
            let noise = TensorData::new(standard_normals(&mut random, nodes * latent), [nodes, latent]);
            let (z, kl) = current.sample_with_kl(&posterior, Tensor::from_data(noise, device))?;
            let loss = self.likelihood.reconstruction(current.decoder.factors(z)?)? + self.likelihood.kl(kl);
            let gradients = GradientsParams::from_grads(loss.backward(), &current);
            model = Some(adam.step(0.01, current, gradients));
            finite &= loss.into_scalar::<f32>().is_finite();
            steps += 1;
            Ok(())
        })?;
        if !finite {
            return Err(Error::failed("the loss is not finite").with_hint("run `aevb devices --check`"));
        }
        Ok(Measurement {
            kernel: "step",
            pass: "training",
            nodes: Some(self.nodes),
            nonzeros: Some(self.nonzeros),
            width: latent,
            first_milliseconds: times.first_milliseconds,
            milliseconds: times.milliseconds,
            rate: Rate::NanosecondsPerPair(1e6 * times.milliseconds.median / f64::from(self.nodes).powi(2)),
            matrix_product: None,
        })
    }
}
