//! The likelihood of a graph whose logits have structural covariates beside them, and its gradients, against dense loops in f64.

use aevb_models::vgae::{
    CovariatePairs, CovariateSum, Diagonal, EdgeWeighting, GraphLikelihood, InnerProduct, PairDecoder,
    PairForm,
};
use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};

use super::helpers::{assert_close, host, random, values};
use crate::Check;

pub const CHECKS: &[Check] =
    &[("covariates_have_the_likelihood_of_dense_loops", |device| covariates(device, DType::F32, 3e-6))];
pub const DOUBLE_CHECKS: &[Check] = &[("covariates_have_the_likelihood_of_dense_loops_in_f64", |device| {
    covariates(device, DType::F64, 1e-12)
})];

const NODES: usize = 9;
const LATENT: usize = 3;
const TERMS: usize = 2;
/// A hub, and a node without an edge.
const EDGES: [[u32; 2]; 8] = [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [5, 6], [2, 3], [7, 1]];
/// Pairs with covariates: edges and others.
const SOME: [[u32; 2]; 7] = [[1, 2], [1, 3], [2, 3], [0, 2], [3, 4], [0, 6], [5, 7]];

fn is_in(pairs: &[[u32; 2]], i: usize, j: usize) -> Option<usize> {
    pairs.iter().position(|pair| [[i, j], [j, i]].contains(&pair.map(|node| node as usize)))
}

#[derive(Clone)]
struct Point {
    z: Vec<f64>,
    offset: f64,
    weights: Vec<f64>,
    /// `[SOME, TERMS]`
    terms: Vec<f64>,
    /// How often each edge is learnt.
    learnt: Vec<f64>,
}

impl Point {
    fn drawn() -> Self {
        let draw = |count, seed| -> Vec<f64> {
            values(count, 1.2, &mut random(seed)).into_iter().map(f64::from).collect()
        };
        Self {
            z: draw(NODES * LATENT, 91),
            offset: f64::from(-1.3_f32),
            weights: draw(TERMS, 92),
            terms: draw(SOME.len() * TERMS, 93),
            learnt: vec![1.0; EDGES.len()],
        }
    }

    /// The scaled negative log-likelihood, and its gradients by z, the offset and the weights.
    fn likelihood(&self, weighting: EdgeWeighting, diagonal: Diagonal) -> (f64, [Vec<f64>; 3]) {
        let pairs = (NODES * NODES) as f64;
        let positives = 2.0 * EDGES.len() as f64;
        let (q, scale) = match weighting {
            EdgeWeighting::Kipf => ((pairs - positives) / positives, 0.5 / (pairs - positives)),
            EdgeWeighting::Nats => (1.0, 1.0 / NODES as f64),
        };
        let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let (mut total, mut by_z, mut by_offset, mut by_weights) =
            (0.0, vec![0.0; self.z.len()], vec![0.0], vec![0.0; TERMS]);
        for (i, j) in (0..NODES * NODES).map(|at| (at / NODES, at % NODES)) {
            if i == j && diagonal == Diagonal::LeftOut {
                continue;
            }
            let [zi, zj] = [i, j].map(|node| &self.z[node * LATENT..][..LATENT]);
            let terms = is_in(&SOME, i, j).map(|place| &self.terms[place * TERMS..][..TERMS]);
            let covariates = terms.map_or(0.0, |terms| {
                terms.iter().zip(&self.weights).map(|(term, weight)| term * weight).sum()
            });
            let x = zi.iter().zip(zj).map(|(a, b)| a * b).sum::<f64>() + self.offset + covariates;
            let edge = is_in(&EDGES, i, j).map(|place| self.learnt[place]);
            let gradient = match if i == j { Some(1.0) } else { edge } {
                Some(learnt) => {
                    total += scale * learnt * q * softplus(-x);
                    -scale * learnt * q * sigmoid(-x)
                }
                None => {
                    total += scale * softplus(x);
                    scale * sigmoid(x)
                }
            };
            by_offset[0] += gradient;
            for k in 0..LATENT {
                by_z[i * LATENT + k] += gradient * zj[k];
                by_z[j * LATENT + k] += gradient * zi[k];
            }
            for (sum, term) in by_weights.iter_mut().zip(terms.unwrap_or_default()) {
                *sum += gradient * term;
            }
        }
        (total, [by_z, by_offset, by_weights])
    }

    /// The pairs with covariates, once each.
    fn sum(&self, options: &TensorCreationOptions) -> CovariateSum {
        let part = |are_edges: bool| {
            let places = (0..SOME.len()).filter(|&place| {
                let [i, j] = SOME[place].map(|node| node as usize);
                is_in(&EDGES, i, j).is_some() == are_edges
            });
            let places: Vec<usize> = places.collect();
            let pairs: Vec<[u32; 2]> = places.iter().map(|&place| SOME[place]).collect();
            let terms = places.iter().flat_map(|&place| &self.terms[place * TERMS..][..TERMS]);
            let count = |&[i, j]: &[u32; 2]| {
                let edge = is_in(&EDGES, i as usize, j as usize);
                2.0 * edge.map_or(1.0, |place| self.learnt[place]) as f32
            };
            let counts = pairs.iter().map(count).collect();
            let terms = terms.map(|&term| term as f32).collect();
            CovariatePairs::new(NODES, &pairs, terms, counts, options.clone()).expect("shapes")
        };
        CovariateSum { others: part(false), edges: part(true) }
    }
}

fn covariates(device: &Device, dtype: DType, tolerance: f64) {
    let device = device.clone().autodiff();
    let options: TensorCreationOptions = (&device, dtype).into();
    let vector = |values: &[f64]| {
        let data = TensorData::new(values.to_vec(), [values.len()]);
        Param::from_tensor(Tensor::<1>::from_data(data, options.clone()))
    };
    for weighting in [EdgeWeighting::Kipf, EdgeWeighting::Nats] {
        for diagonal in [Diagonal::Linked, Diagonal::LeftOut] {
            for learnt in [None, Some([0.0, 2.5, 0.0, 1.0, 0.0, 2.5, 2.5, 0.0])] {
                let mut point = Point::drawn();
                let likelihood =
                    GraphLikelihood::with_diagonal(NODES, &EDGES, weighting, diagonal, options.clone())
                        .expect("a likelihood");
                let likelihood = match learnt {
                    None => likelihood,
                    Some(learnt) => {
                        point.learnt = learnt.to_vec();
                        let learnt = learnt.iter().map(|&often| often as f32).collect();
                        likelihood.learning(learnt, options.clone()).expect("one for each edge")
                    }
                };
                let decoder = PairDecoder {
                    form: PairForm::InnerProduct(InnerProduct),
                    offset: Some(vector(&[point.offset])),
                    covariates: Some(vector(&point.weights)),
                };
                let z = TensorData::new(point.z.clone(), [NODES, LATENT]);
                let z = Tensor::<2>::from_data(z, options.clone()).require_grad();
                let of_logits = likelihood.reconstruction(decoder.factors(z.clone()).expect("factors"));
                let sum = point.sum(&options);
                let of_covariates = likelihood.of_covariates(&decoder, z.clone(), &sum).expect("shapes");
                let loss = of_logits.expect("shapes") + of_covariates;
                let (total, gradients) = point.likelihood(weighting, diagonal);
                let what = format!("{weighting:?}, {diagonal:?}, {learnt:?}");
                assert_close(&what, &host(loss.clone()), &[total], tolerance);
                let found = loss.backward();
                let of = |parameter: &Option<Param<Tensor<1>>>| {
                    let parameter = parameter.as_ref().expect("there is one").val();
                    host(parameter.grad(&found).expect("tracked"))
                };
                let by_z = host(z.grad(&found).expect("tracked"));
                let found = [by_z, of(&decoder.offset), of(&decoder.covariates)];
                for (name, (found, expected)) in
                    ["z", "offset", "weights"].iter().zip(found.iter().zip(&gradients))
                {
                    assert_close(&format!("{what} by {name}"), found, expected, tolerance);
                }
            }
        }
    }
}
