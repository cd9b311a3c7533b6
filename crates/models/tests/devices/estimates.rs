//! The likelihood by drawn pairs, on each device as on the CPU in f64, where tests of the runner show that it is unbiased.

use aevb_models::vgae::{
    BernoulliPoisson, Diagonal, EdgeWeighting, GraphLikelihood, InnerProduct, NonEdgeSample, OwnEdges,
    PairBlockConfig, PairDecoder, PairFactors, PairForm, PairLink,
};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};

use super::helpers::{assert_close, host, random, values};
use super::propagation::{EDGES, NODES};
use crate::Check;

pub const CHECKS: &[Check] = &[("estimates_by_drawn_pairs_are_those_of_the_cpu", estimates)];

const LATENT: usize = 4;

fn estimates(device: &Device) {
    for diagonal in [Diagonal::Linked, Diagonal::LeftOut] {
        for (way, link) in (0..4).flat_map(|way| [(way, PairLink::Logistic), (way, PairLink::Poisson)]) {
            let truth = estimate(way, link, diagonal, &(&Device::flex().autodiff(), DType::F64).into());
            let found = estimate(way, link, diagonal, &(&device.clone().autodiff(), DType::F32).into());
            for (part, (found, truth)) in ["value", "by z", "by bias"].iter().zip(found.iter().zip(&truth)) {
                assert_close(&format!("{part} of way {way}, {link:?}, {diagonal:?}"), found, truth, 1e-5);
            }
        }
    }
}

/// Weighted rows with all edges, and with their own under a mask and some columns; all pairs under a mask; non-edges under one.
fn estimate(
    way: usize,
    link: PairLink,
    diagonal: Diagonal,
    options: &TensorCreationOptions,
) -> [Vec<f64>; 3] {
    let draw = |count: usize, seed| values(count, 1.2, &mut random(seed));
    let z =
        Tensor::<2>::from_data(TensorData::new(draw(NODES * LATENT, 71), [NODES, LATENT]), options.clone());
    let bias = Tensor::<1>::from_data(TensorData::new(draw(NODES, 72), [NODES]), options.clone());
    let (z, bias) = (z.require_grad(), bias.require_grad());
    let factors = match link {
        PairLink::Logistic => PairFactors { bias: Some(bias.clone()), ..z.clone().into() },
        // Rows of positive numbers.
        PairLink::Poisson => {
            let bias = bias.clone().reshape([NODES, 1]);
            PairFactors { link, ..(z.clone() * z.clone() + bias.clone() * bias).into() }
        }
    };
    let whole = GraphLikelihood::with_diagonal(NODES, &EDGES, EdgeWeighting::Kipf, diagonal, options.clone());
    let whole = whole.expect("a graph");
    let learnt: Vec<f32> = (0..EDGES.len()).map(|edge| if edge % 2 == 0 { 2.0 } else { 0.0 }).collect();
    let masked = whole.learning(learnt, options.clone()).expect("one for each edge");
    let rows = [7, 0, 4];
    let neighbours: Vec<Vec<u32>> = (0..NODES as u32)
        .map(|node| {
            EDGES
                .iter()
                .filter(|edge| edge.contains(&node))
                .map(|&[i, j]| if i == node { j } else { i })
                .collect()
        })
        .collect();
    let of_node = |node: u32| &neighbours[node as usize][..];
    let is_learnt = |[i, j]: [u32; 2]| if (i + j) % 2 == 0 { 2.0 } else { 0.0 };
    let block = PairBlockConfig {
        nodes: NODES,
        sides: None,
        rows: &rows,
        row_weights: Some(&[1.5, 4.0, 0.5]),
        columns: None,
        own_edges: None,
    };
    let value = match way {
        0 => whole.reconstruction_by_block(factors, &block.init(options.clone()).expect("rows")),
        1 => {
            let own_edges = Some(OwnEdges { neighbours: &of_node, learnt: Some(&is_learnt) });
            let block = PairBlockConfig { columns: Some(&[0, 2, 7, 8]), own_edges, ..block };
            whole.reconstruction_by_block(factors, &block.init(options.clone()).expect("rows"))
        }
        2 => masked.reconstruction(factors),
        _ => {
            let pairs = [[0, 7], [8, 1], [6, 2], [7, 0]];
            let sample = NonEdgeSample::new(NODES, &pairs, vec![1.0, 8.0, 2.5, 3.0], options.clone());
            let vector = |values: Vec<f32>| {
                let length = values.len();
                Param::from_tensor(Tensor::from_data(TensorData::new(values, [length]), options.clone()))
            };
            let communities =
                || BernoulliPoisson { log_scale: vector(vec![0.5]), shift: vector(vec![-1.0; 4]) };
            let decoder = PairDecoder::from(match link {
                PairLink::Logistic => PairForm::InnerProduct(InnerProduct),
                PairLink::Poisson => PairForm::BernoulliPoisson(communities()),
            });
            let latent = z.clone() * bias.clone().reshape([NODES, 1]);
            masked.reconstruction_by_non_edges(&decoder, latent, &sample.expect("pairs"))
        }
    };
    let value = value.expect("shapes");
    let gradients = value.clone().backward();
    let by_z = host(z.grad(&gradients).expect("tracked"));
    [host(value), by_z, host(bias.grad(&gradients).expect("tracked"))]
}
