//! The likelihood by sampled pairs under a decoder that scores pairs one by one, and its gradients by all there is, against plain
//! loops in f64 and their finite differences; and the same scores on the host.

use aevb_models::nn::{Activation, Linear, Mlp};
use aevb_models::sparse::EdgeList;
use aevb_models::vgae::{
    Diagonal, EdgeWeighting, GraphLikelihood, NonEdgeSample, PairDecoder, PairForm, PairMlp,
};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};

use super::helpers::{assert_close, host, random, values};
use super::propagation::{EDGES, NODES};
use crate::Check;

pub const CHECKS: &[Check] = &[("networks_of_pairs_have_the_likelihood_of_plain_loops", |device| {
    likelihoods(device, DType::F32, 2e-5)
})];
pub const DOUBLE_CHECKS: &[Check] =
    &[("networks_of_pairs_have_the_likelihood_of_plain_loops_in_f64", |device| {
        likelihoods(device, DType::F64, 1e-8)
    })];

const LATENT: usize = 3;
const WIDTHS: [usize; 3] = [LATENT, 5, 4];
const NON_EDGES: [([u32; 2], f32); 4] = [([0, 7], 1.0), ([8, 1], 8.0), ([6, 2], 2.5), ([7, 0], 3.0)];
const ACTIVATIONS: [Activation; 3] = [Activation::Relu, Activation::Tanh, Activation::Softplus];

/// The parameters one after the other: z, a weight and a bias for each layer, the output and the offset.
fn sizes() -> Vec<usize> {
    let layers = WIDTHS.array_windows().flat_map(|[inputs, outputs]| [inputs * outputs, *outputs]);
    [NODES * LATENT].into_iter().chain(layers).chain([WIDTHS[2], 1]).collect()
}

fn parts(all: &[f64]) -> Vec<&[f64]> {
    let mut rest = all;
    let cut = |size: usize| {
        let (part, others) = rest.split_at(size);
        rest = others;
        part
    };
    sizes().into_iter().map(cut).collect()
}

fn score(all: &[f64], activation: Activation, [i, j]: [u32; 2]) -> f64 {
    let parts = parts(all);
    let row = |node: u32| &parts[0][node as usize * LATENT..][..LATENT];
    let mut x: Vec<f64> = row(i).iter().zip(row(j)).map(|(a, b)| a * b).collect();
    for layer in 0..2 {
        let (weight, bias) = (parts[1 + 2 * layer], parts[2 + 2 * layer]);
        let sum = |unit: usize| -> f64 {
            let products = x.iter().enumerate().map(|(input, x)| x * weight[input * bias.len() + unit]);
            products.sum::<f64>() + bias[unit]
        };
        let follow = |x: f64| match activation {
            Activation::Relu => x.max(0.0),
            Activation::Tanh => x.tanh(),
            Activation::Softplus => x.exp().ln_1p(),
        };
        x = (0..bias.len()).map(|unit| follow(sum(unit))).collect();
    }
    x.iter().zip(parts[5]).map(|(x, weight)| x * weight).sum::<f64>() + parts[6][0]
}

/// The scaled negative log-likelihood.
fn likelihood(all: &[f64], activation: Activation, weighting: EdgeWeighting, diagonal: Diagonal) -> f64 {
    let (pairs, positives) = ((NODES * NODES) as f64, 2.0 * EDGES.len() as f64);
    let (q, scale) = match weighting {
        EdgeWeighting::Kipf => ((pairs - positives) / positives, 0.5 / (pairs - positives)),
        EdgeWeighting::Nats => (1.0, 1.0 / NODES as f64),
    };
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let of_edge = |pair| q * softplus(-score(all, activation, pair));
    let edges: f64 = EDGES.iter().map(|&edge| 2.0 * of_edge(edge)).sum();
    let loops: f64 = (0..NODES as u32).map(|node| of_edge([node, node])).sum();
    let others =
        NON_EDGES.iter().map(|&(pair, weight)| f64::from(weight) * softplus(score(all, activation, pair)));
    scale * (edges + others.sum::<f64>() + if diagonal == Diagonal::Linked { loops } else { 0.0 })
}

fn likelihoods(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    let vector = |values: &[f64]| -> Tensor<1> {
        Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), options.clone())
    };
    let drawn = values(sizes().into_iter().sum(), 1.2, &mut random(61));
    let all: Vec<f64> = drawn.into_iter().map(f64::from).collect();
    let parts = parts(&all);
    let matrix = |values: &[f64], columns: usize| {
        Param::from_tensor(vector(values).reshape([values.len() / columns, columns]).detach())
    };
    let sample = NonEdgeSample::new(
        NODES,
        &NON_EDGES.map(|(pair, _)| pair),
        NON_EDGES.map(|(_, weight)| weight).to_vec(),
        options.clone(),
    );
    let sample = sample.expect("pairs");
    for activation in ACTIVATIONS {
        let layer = |layer: usize| Linear {
            weight: matrix(parts[1 + 2 * layer], WIDTHS[layer + 1]),
            bias: Param::from_tensor(vector(parts[2 + 2 * layer])),
        };
        let form = PairMlp {
            hidden: Mlp { layers: vec![layer(0), layer(1)], activation },
            output: matrix(parts[5], 1),
        };
        let decoder = PairDecoder {
            covariates: None,
            form: PairForm::Mlp(form.clone()),
            offset: Some(Param::from_tensor(vector(parts[6]))),
        };
        let z = vector(parts[0]).reshape([NODES, LATENT]).detach().require_grad();
        let list: Vec<[u32; 2]> = (0..NODES as u32).flat_map(|i| [[i, (2 * i) % 9], [i, i]]).collect();
        let expected: Vec<f64> = list.iter().map(|&pair| score(&all, activation, pair)).collect();
        let pairs = EdgeList::new(NODES, &list, &options.device).expect("in range");
        let scores = host(decoder.logits(z.clone(), &pairs).expect("shapes"));
        assert_close(&format!("scores, {activation:?}"), &scores, &expected, tolerance);
        let network = decoder.network(z.clone()).expect("finite").expect("no factors");
        assert_close("double precision", &network.exact(&list), &expected, 2e-6);
        let single: Vec<f64> = network.scores(&list).into_iter().map(f64::from).collect();
        assert_close("single precision", &single, &expected, 2e-6);
        for (weighting, diagonal) in [
            (EdgeWeighting::Kipf, Diagonal::Linked),
            (EdgeWeighting::Nats, Diagonal::Linked),
            (EdgeWeighting::Nats, Diagonal::LeftOut),
        ] {
            let whole = GraphLikelihood::with_diagonal(NODES, &EDGES, weighting, diagonal, options.clone());
            let loss = whole.expect("a graph").reconstruction_by_non_edges(&decoder, z.clone(), &sample);
            let loss = loss.expect("shapes");
            let gradients = loss.clone().backward();
            let value = |all: &[f64]| likelihood(all, activation, weighting, diagonal);
            assert_close(
                &format!("value, {activation:?}, {weighting:?}"),
                &host(loss),
                &[value(&all)],
                tolerance,
            );
            let slope = |at: usize| {
                let moved = |by: f64| {
                    let mut all = all.clone();
                    all[at] += by;
                    value(&all)
                };
                (moved(1e-5) - moved(-1e-5)) / 2e-5
            };
            let expected: Vec<f64> = (0..all.len()).map(slope).collect();
            let of = |values: &Param<Tensor<1>>| host(values.grad(&gradients).expect("tracked"));
            let of_matrix = |values: &Param<Tensor<2>>| host(values.grad(&gradients).expect("tracked"));
            let mut found = host(z.grad(&gradients).expect("tracked"));
            for Linear { weight, bias } in &form.hidden.layers {
                found.extend(of_matrix(weight));
                found.extend(of(bias));
            }
            found.extend(of_matrix(&form.output));
            found.extend(of(decoder.offset.as_ref().expect("as made")));
            let what = format!("gradients, {activation:?}, {weighting:?}, {diagonal:?}");
            assert_close(&what, &found, &expected, tolerance);
        }
    }
}
