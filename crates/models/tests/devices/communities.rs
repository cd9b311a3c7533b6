//! The Bernoulli–Poisson likelihood, whose sum over all pairs is one of rows, against dense loops in f64: values and gradients by
//! all there is, with both diagonals, both weightings and edges that are learnt more or less often than once.

use aevb_models::vgae::{
    BernoulliPoisson, Diagonal, EdgeWeighting, GraphLikelihood, NonEdgeSample, OwnEdges, PairBlockConfig,
    PairDecoder, PairForm,
};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};

use super::helpers::{assert_close, host, random, values};
use super::propagation::{EDGES, NODES};
use crate::Check;

// A GPU sums in single precision, and a λ of 1e-5 is told by exponentials of such numbers.
pub const CHECKS: &[Check] =
    &[("communities_have_the_likelihood_of_dense_loops", |device| communities(device, DType::F32, 5e-6))];
pub const DOUBLE_CHECKS: &[Check] = &[
    ("communities_have_the_likelihood_of_dense_loops_in_f64", |device| {
        communities(device, DType::F64, 1e-12)
    }),
    ("estimates_of_communities_are_right_in_the_mean", estimates_in_the_mean),
];

const LATENT: usize = 3;

struct Terms {
    z: Vec<f64>,
    log_scale: f64,
    shift: Vec<f64>,
}

impl Terms {
    /// `y`, and its derivative by what it is the softplus of.
    fn membership(&self, node: usize, k: usize) -> [f64; 2] {
        let x = self.log_scale.exp() * self.z[node * LATENT + k] + self.shift[k];
        [x.max(0.0) + (-x.abs()).exp().ln_1p(), 1.0 / (1.0 + (-x).exp())]
    }

    /// The scaled negative log-likelihood with each edge learnt so often, and its gradients by z, log_scale and shift.
    fn likelihood(&self, weighting: EdgeWeighting, diagonal: Diagonal, learnt: &[f32]) -> [Vec<f64>; 4] {
        let (pairs, positives) = ((NODES * NODES) as f64, 2.0 * EDGES.len() as f64);
        let (q, scale) = match weighting {
            EdgeWeighting::Kipf => ((pairs - positives) / positives, 0.5 / (pairs - positives)),
            EdgeWeighting::Nats => (1.0, 1.0 / NODES as f64),
        };
        let mut total = 0.0;
        let (mut by_z, mut by_scale, mut by_shift) = (vec![0.0; NODES * LATENT], 0.0, vec![0.0; LATENT]);
        for (i, j) in (0..NODES * NODES).map(|at| (at / NODES, at % NODES)) {
            if i == j && diagonal == Diagonal::LeftOut {
                continue;
            }
            let [yi, yj] =
                [i, j].map(|node| (0..LATENT).map(|k| self.membership(node, k)).collect::<Vec<_>>());
            let lambda: f64 = yi.iter().zip(&yj).map(|(a, b)| a[0] * b[0]).sum();
            let is_edge = |edge: &[u32; 2]| [[i, j], [j, i]].contains(&edge.map(|node| node as usize));
            let often = match EDGES.iter().position(is_edge) {
                Some(edge) => Some(f64::from(learnt[edge])),
                None => (i == j).then_some(1.0),
            };
            let gradient = match often {
                Some(often) => {
                    total -= scale * q * often * (-(-lambda).exp_m1()).ln();
                    -scale * q * often / lambda.exp_m1()
                }
                None => {
                    total += scale * lambda;
                    scale
                }
            };
            for k in 0..LATENT {
                for (node, slope) in
                    [(i, gradient * yj[k][0] * yi[k][1]), (j, gradient * yi[k][0] * yj[k][1])]
                {
                    by_z[node * LATENT + k] += slope * self.log_scale.exp();
                    by_scale += slope * self.log_scale.exp() * self.z[node * LATENT + k];
                    by_shift[k] += slope;
                }
            }
        }
        [vec![total], by_z, vec![by_scale], by_shift]
    }
}

fn communities(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    let draw = |count, scale, seed| -> Vec<f64> {
        values(count, scale, &mut random(seed)).into_iter().map(f64::from).collect()
    };
    let once = vec![1.0; EDGES.len()];
    let mixed: Vec<f32> = (0..EDGES.len()).map(|edge| [0.0, 2.0, 1.0][edge % 3]).collect();
    // Memberships about 1, and of about 1e-3, where a λ of 1e-6 is that of an edge.
    for shift in [0.5_f32, -7.0] {
        let shift = draw(LATENT, 1.0, 93).into_iter().map(|drawn| drawn + f64::from(shift)).collect();
        let terms = Terms { z: draw(NODES * LATENT, 1.2, 91), log_scale: f64::from(0.4_f32), shift };
        let tensor1 = |values: &[f64]| -> Tensor<1> {
            Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), options.clone())
        };
        let communities = BernoulliPoisson {
            log_scale: Param::from_tensor(tensor1(&[terms.log_scale])),
            shift: Param::from_tensor(tensor1(&terms.shift)),
        };
        let decoder = PairDecoder::from(PairForm::BernoulliPoisson(communities.clone()));
        // What single precision makes of the parameters is what they are.
        let rounded = |values: &[f64]| host(tensor1(values));
        let terms = Terms {
            z: rounded(&terms.z),
            log_scale: rounded(&[terms.log_scale])[0],
            shift: rounded(&terms.shift),
        };
        for weighting in [EdgeWeighting::Kipf, EdgeWeighting::Nats] {
            for (diagonal, learnt) in [Diagonal::Linked, Diagonal::LeftOut]
                .into_iter()
                .flat_map(|diagonal| [(diagonal, &once), (diagonal, &mixed)])
            {
                let what = |name| format!("{name} at {:?}, {weighting:?}, {diagonal:?}", terms.shift);
                let z: Tensor<2> =
                    Tensor::from_data(TensorData::new(terms.z.clone(), [NODES, LATENT]), options.clone());
                let z = z.require_grad();
                let whole =
                    GraphLikelihood::with_diagonal(NODES, &EDGES, weighting, diagonal, options.clone());
                let likelihood =
                    whole.expect("a graph").learning(learnt.clone(), options.clone()).expect("one each");
                let loss =
                    likelihood.reconstruction(decoder.factors(z.clone()).expect("shapes")).expect("shapes");
                let gradients = loss.clone().backward();
                let [value, by_z, by_scale, by_shift] = terms.likelihood(weighting, diagonal, learnt);
                let of = |values: &Param<Tensor<1>>| host(values.grad(&gradients).expect("tracked"));
                assert_close(&what("value"), &host(loss), &value, tolerance);
                assert_close(&what("z"), &host(z.grad(&gradients).expect("tracked")), &by_z, tolerance);
                assert_close(&what("log_scale"), &of(&communities.log_scale), &by_scale, tolerance * 10.0);
                assert_close(&what("shift"), &of(&communities.shift), &by_shift, tolerance);
            }
        }
    }
}

/// The mean over every row alone, every row with every column, and all pairs without an edge, each of which is as likely: that of
/// an unbiased estimate is the exact sum, and so with the gradient.
fn estimates_in_the_mean(device: &Device) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), DType::F64));
    let vector = |values: Vec<f32>| -> Tensor<1> {
        let length = values.len();
        Tensor::from_data(TensorData::new(values, [length]), options.clone())
    };
    let decoder = PairDecoder::from(PairForm::BernoulliPoisson(BernoulliPoisson {
        log_scale: Param::from_tensor(vector(vec![0.3])),
        shift: Param::from_tensor(vector(vec![-1.0, 0.5, -0.2])),
    }));
    let neighbours: Vec<Vec<u32>> = (0..NODES as u32)
        .map(|node| EDGES.iter().filter(|edge| edge.contains(&node)).map(|&[i, j]| i + j - node).collect())
        .collect();
    let of_node = |node: u32| &neighbours[node as usize][..];
    let nodes: Vec<u32> = (0..NODES as u32).collect();
    let own = OwnEdges { neighbours: &of_node, learnt: None };
    for diagonal in [Diagonal::Linked, Diagonal::LeftOut] {
        let likelihood =
            GraphLikelihood::with_diagonal(NODES, &EDGES, EdgeWeighting::Kipf, diagonal, options.clone())
                .expect("a graph");
        let value_and_gradient = |of: &dyn Fn(Tensor<2>) -> aevb_models::Result<Tensor<1>>| {
            let z = vector(values(NODES * LATENT, 1.2, &mut random(95))).reshape([NODES, LATENT]);
            let z = z.detach().require_grad();
            let loss = of(z.clone()).expect("shapes");
            let by_z = host(z.grad(&loss.clone().backward()).expect("tracked"));
            host(loss).into_iter().chain(by_z).collect::<Vec<f64>>()
        };
        let exact = value_and_gradient(&|z| likelihood.reconstruction(decoder.factors(z)?));
        let by_block = |config: PairBlockConfig<'_>| {
            let block = config.init(options.clone()).expect("rows");
            value_and_gradient(&|z| likelihood.reconstruction_by_block(decoder.factors(z)?, &block))
        };
        for own_edges in [None, Some(own)] {
            let row = |row: usize| PairBlockConfig {
                sides: None,
                nodes: NODES,
                rows: &nodes[row..=row],
                row_weights: None,
                columns: None,
                own_edges,
            };
            let rows: Vec<Vec<f64>> = (0..NODES).map(|at| by_block(row(at))).collect();
            let pairs = (0..NODES * NODES).map(|at| {
                let column = at % NODES;
                by_block(PairBlockConfig { columns: Some(&nodes[column..=column]), ..row(at / NODES) })
            });
            let pairs: Vec<Vec<f64>> = pairs.collect();
            for (name, estimates) in [("rows", rows), ("pairs", pairs)] {
                let mean: Vec<f64> = (0..exact.len())
                    .map(|at| {
                        estimates.iter().map(|estimate| estimate[at]).sum::<f64>() / estimates.len() as f64
                    })
                    .collect();
                assert_close(&format!("the mean over {name}, {diagonal:?}"), &mean, &exact, 1e-11);
            }
        }
        let others: Vec<[u32; 2]> = (0..NODES * NODES)
            .map(|at| [(at / NODES) as u32, (at % NODES) as u32])
            .filter(|[i, j]| i != j && !of_node(*i).contains(j))
            .collect();
        let sample = NonEdgeSample::new(NODES, &others, vec![1.0; others.len()], options.clone());
        let sample = sample.expect("pairs");
        let all = value_and_gradient(&|z| likelihood.reconstruction_by_non_edges(&decoder, z, &sample));
        assert_close(&format!("all pairs without an edge, {diagonal:?}"), &all, &exact, 1e-11);
    }
}
