use aevb_data::graph::{Graph, power_law_pairs};
use aevb_models::nn::{NodeFeatures, normalized_adjacency};
use aevb_models::optimizer::Adam;
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{EdgeWeighting, GraphEncoderConfig, GraphInput, GraphLikelihood};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};

use super::{Measurement, Rate, Size, time};
use crate::error::{Error, Result};
use crate::random::{Purpose, Streams, standard_normals};

const HIDDEN: usize = 32;

/// A whole training step of a VGAE without features, with 32 hidden units, on an undirected power-law graph: noise, the
/// exact bound over all pairs, its gradient, Adam.
///
/// # Errors
/// If the graph is too large for the kernels, or the device fails.
pub fn step(size: Size, device: &Device) -> Result<Measurement> {
    let nodes = size.nodes as usize;
    let streams = Streams::new(0);
    let pairs = power_law_pairs(size.nodes, size.edges, &mut streams.generator(Purpose::Sampling, 0));
    let (graph, _) = Graph::from_edges(nodes, pairs)?;
    let edges: Vec<[u32; 2]> = graph.edges().collect();
    if edges.is_empty() {
        return Err(Error::usage("the graph that was drawn has no edge").with_hint("more --nodes or --edges"));
    }
    let adjacency = SparseMatrix::from_csr(&normalized_adjacency(nodes, edges.iter().copied()), device)?;
    let input = GraphInput { adjacency, features: NodeFeatures::Identity { nodes } };
    let likelihood = GraphLikelihood::new(nodes, &edges, EdgeWeighting::Kipf, device)?;
    let learning = device.clone().autodiff();
    let mut model = Some(
        GraphEncoderConfig::new(nodes, vec![HIDDEN], size.latent)
            .init_vgae(&mut streams.initial_weights(), &learning)?,
    );
    let mut adam = Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.0 }.init();
    let mut finite = true;
    let mut steps = 0;
    let milliseconds = time(device, || {
        let current = model.take().expect("each step leaves a model");
        let posterior = current.encode(&input)?;
        let mut random = streams.generator(Purpose::PosteriorNoise, steps);
        let noise = TensorData::new(standard_normals(&mut random, nodes * size.latent), [nodes, size.latent]);
        let (z, kl) = posterior.sample_with_kl(Tensor::from_data(noise, device));
        let loss = likelihood.reconstruction(current.decoder.factors(z)?)? + likelihood.kl(kl);
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
        nodes: Some(size.nodes),
        nonzeros: Some(2 * edges.len() + nodes),
        width: size.latent,
        milliseconds,
        rate: Rate::NanosecondsPerPair(1e6 * milliseconds.median / f64::from(size.nodes).powi(2)),
    })
}
