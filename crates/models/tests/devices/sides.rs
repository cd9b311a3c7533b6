//! The likelihood of the pairs between two sides, whole and by blocks, against plain loops in double precision.

use aevb_models::Sides;
use aevb_models::vgae::{
    Diagonal, EdgeWeighting, GraphLikelihood, NonEdgeSample, OwnEdges, PairBlockConfig, PairDecoder,
    PairFactors, PairForm, Scaled,
};
use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};

use super::helpers::{assert_close, host, random, values};
use crate::Check;

pub const CHECKS: &[Check] = &[("the_likelihood_between_sides_is_that_of_plain_loops", between)];

const LATENT: usize = 3;
const DIRECTED: Sides = Sides { left: 5, right: 5, are_roles: true };
const BIPARTITE: Sides = Sides { left: 4, right: 7, are_roles: false };
/// From the first side to the second of both; none of a node with itself, 0–5, 1–6 and so on.
const EDGES: [[u32; 2]; 7] = [[0, 6], [0, 8], [1, 5], [1, 8], [2, 9], [3, 6], [3, 7]];

/// How a sum is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Whole,
    /// Rows with all columns, and all edges.
    Rows,
    /// Rows with some columns, and their own edges.
    Block,
    NonEdges,
}

const ROWS: [u32; 3] = [3, 0, 1];
const ROW_WEIGHTS: [f32; 3] = [1.5, 2.0, 0.5];
const COLUMNS: [u32; 3] = [5, 8, 6];
const NON_EDGES: [[u32; 2]; 3] = [[0, 7], [8, 2], [6, 2]];
const OF_NON_EDGES: [f32; 3] = [2.0, 1.5, 3.0];

fn between(device: &Device) {
    for sides in [DIRECTED, BIPARTITE] {
        for weighting in [EdgeWeighting::Kipf, EdgeWeighting::Nats] {
            for diagonal in [Diagonal::Linked, Diagonal::LeftOut] {
                for way in [Way::Whole, Way::Rows, Way::Block, Way::NonEdges] {
                    check(device, sides, weighting, diagonal, way);
                }
            }
        }
    }
}

fn check(device: &Device, sides: Sides, weighting: EdgeWeighting, diagonal: Diagonal, way: Way) {
    let nodes = sides.left + sides.right;
    let (z, bias) = (values(nodes * LATENT, 1.2, &mut random(5)), values(nodes, 1.2, &mut random(6)));
    let device = device.clone().autodiff();
    let tracked = Tensor::<2>::from_data(TensorData::new(z.clone(), [nodes, LATENT]), &device).require_grad();
    let tracked_bias = Tensor::<1>::from_data(TensorData::new(bias.clone(), [nodes]), &device).require_grad();
    let factors = PairFactors { bias: Some(tracked_bias.clone()), ..tracked.clone().into() };
    let likelihood = GraphLikelihood::between(sides, &EDGES, weighting, diagonal, &device).expect("edges");
    let neighbours: Vec<Vec<u32>> = (0..nodes as u32)
        .map(|node| EDGES.iter().filter(|edge| edge[0] == node).map(|edge| edge[1]).collect())
        .collect();
    let of_node = |node: u32| &neighbours[node as usize][..];
    let block = |columns, own_edges| {
        let config = PairBlockConfig {
            nodes,
            sides: Some(sides),
            rows: &ROWS,
            row_weights: Some(&ROW_WEIGHTS),
            columns,
            own_edges,
        };
        config.init(&device).expect("rows")
    };
    let value = match way {
        Way::Whole => likelihood.reconstruction(factors),
        Way::Rows => likelihood.reconstruction_by_block(factors, &block(None, None)),
        Way::Block => {
            let own_edges = Some(OwnEdges { neighbours: &of_node, learnt: None });
            likelihood.reconstruction_by_block(factors, &block(Some(&COLUMNS), own_edges))
        }
        Way::NonEdges => {
            let sample =
                NonEdgeSample::new(nodes, &NON_EDGES, OF_NON_EDGES.to_vec(), &device).expect("pairs");
            let scaled = Scaled {
                log_scale: Param::from_tensor(Tensor::zeros([1], &device)),
                bias: Param::from_tensor(tracked_bias.clone()),
            };
            let decoder = PairDecoder::from(PairForm::Scaled(scaled));
            likelihood.reconstruction_by_non_edges(&decoder, tracked.clone(), &sample)
        }
    };
    let value = value.expect("shapes");
    let gradients = value.clone().backward();

    let pairs = (sides.left * sides.right) as f64;
    let edges = EDGES.len() as f64;
    let own = if sides.are_roles { sides.left } else { nodes };
    let (q, scale) = match weighting {
        EdgeWeighting::Kipf => ((pairs - edges) / edges, 0.5 / (pairs - edges)),
        EdgeWeighting::Nats => (1.0, 1.0 / own as f64),
    };
    // What `softplus(x)` and `x` of each pair are multiplied by.
    let mut terms: Vec<([u32; 2], [f64; 2])> = Vec::new();
    let loops: Vec<[u32; 2]> = match sides.are_roles {
        true => (0..sides.left as u32).map(|node| [node, node + sides.left as u32]).collect(),
        false => Vec::new(),
    };
    let row_weight =
        |node: u32| ROWS.iter().position(|&row| row == node).map_or(0.0, |at| f64::from(ROW_WEIGHTS[at]));
    let weight_of_edge = |node: u32| if way == Way::Block { row_weight(node) } else { 1.0 };
    let column_weight = |node: u32| match way {
        Way::Block if COLUMNS.contains(&node) => sides.right as f64 / COLUMNS.len() as f64,
        Way::Block => 0.0,
        _ => 1.0,
    };
    let pair_weight = |i: u32, j: u32| match way {
        Way::Whole => 1.0,
        Way::Rows | Way::Block => row_weight(i) * column_weight(j),
        Way::NonEdges => 0.0,
    };
    let first = sides.left as u32;
    for (i, j) in (0..first).flat_map(|i| (first..nodes as u32).map(move |j| (i, j))) {
        let counts = diagonal == Diagonal::Linked || !loops.contains(&[i, j]);
        terms.push(([i, j], [if counts { pair_weight(i, j) } else { 0.0 }, 0.0]));
    }
    let linked = if diagonal == Diagonal::Linked { &loops[..] } else { &[] };
    for &[i, j] in EDGES.iter().chain(linked) {
        let weight = weight_of_edge(i);
        // The whole term of an edge where it is in no sum over all pairs.
        let out = if way == Way::NonEdges { 0.0 } else { 1.0 };
        terms.push(([i, j], [weight * (q - out), -weight * q]));
    }
    if way == Way::NonEdges {
        terms.extend(
            NON_EDGES.iter().zip(OF_NON_EDGES).map(|(&pair, weight)| (pair, [f64::from(weight), 0.0])),
        );
    }
    let (mut expected, mut by_z, mut by_bias) = (0.0, vec![0.0; z.len()], vec![0.0; nodes]);
    for ([i, j], [a, b]) in terms {
        let (i, j) = (i as usize, j as usize);
        let entry = |node: usize, k: usize| f64::from(z[node * LATENT + k]);
        let product: f64 = (0..LATENT).map(|k| entry(i, k) * entry(j, k)).sum();
        let x = product + f64::from(bias[i]) + f64::from(bias[j]);
        expected += scale * (a * x.exp().ln_1p() + b * x);
        let slope = scale * (a / (1.0 + (-x).exp()) + b);
        for k in 0..LATENT {
            by_z[i * LATENT + k] += slope * entry(j, k);
            by_z[j * LATENT + k] += slope * entry(i, k);
        }
        by_bias[i] += slope;
        by_bias[j] += slope;
    }
    let what = |part: &str| format!("{part}, {sides:?}, {weighting:?}, {diagonal:?}, {way:?}");
    assert_close(&what("value"), &host(value), &[expected], 1e-5);
    assert_close(&what("by z"), &host(tracked.grad(&gradients).expect("tracked")), &by_z, 1e-5);
    assert_close(&what("by bias"), &host(tracked_bias.grad(&gradients).expect("tracked")), &by_bias, 1e-5);
    let kl = host(likelihood.kl(Tensor::from_data(TensorData::new(vec![1.0_f32; nodes], [nodes]), &device)));
    let kl_scale = if weighting == EdgeWeighting::Kipf { 0.5 / pairs } else { 1.0 / own as f64 };
    assert_close(&what("kl"), &kl, &[nodes as f64 * kl_scale], 1e-5);
}
