//! What decoders say of pairs agrees: factors with logits, spreads with draws, names with configurations.

use burn::module::Param;
use burn::tensor::TensorData;
use rand::SeedableRng;

use super::*;
use crate::random::standard_normals;

const NODES: usize = 4;
const LATENT: usize = 2;
const MEAN: [f32; NODES * LATENT] = [1.0, 2.0, -0.5, 0.5, 3.0, 0.0, 0.25, -1.0];

fn matrix(values: &[f32], dims: [usize; 2]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), dims), &Device::flex())
}

fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("F32")
}

/// One of each kind, with parameters that are not those it begins with.
fn decoders() -> [PairDecoder; 3] {
    let bias = Tensor::from_floats([0.5, -1.0, 0.0, 2.0], &Device::flex());
    let weight = matrix(&[0.5, -2.0, 0.0, 2.0], [LATENT, LATENT]);
    [
        PairDecoder::InnerProduct(InnerProduct),
        PairDecoder::Biased(Biased { bias: Param::from_tensor(bias) }),
        PairDecoder::Bilinear(Bilinear { weight: Param::from_tensor(weight) }),
    ]
}

/// `1 − ‖z_i − z_j‖²`, which writes none of its logits as an inner product.
struct Distance;

impl PairTerms for Distance {
    fn name(&self) -> &'static str {
        "distance"
    }

    fn logits(&self, z: Tensor<2>, pairs: &EdgeList) -> Result<Tensor<1>> {
        let ones = z.clone().slice([0..z.dims()[0], 0..1]).ones_like();
        let squares = (z.clone() * z.clone()).sum_dim(1);
        let sums = PairFactors {
            left: Tensor::cat(vec![squares.clone(), ones.clone()], 1),
            right: Some(Tensor::cat(vec![ones, squares], 1)),
        };
        let products = PairFactors { left: z, right: None };
        Ok(products.logits(pairs)? * 2.0 - sums.logits(pairs)? + 1.0)
    }

    fn factors(&self, _z: Tensor<2>) -> Result<Option<PairFactors>> {
        Ok(None)
    }

    fn spread(&self, _nodes: &GaussianRows<'_>, _pairs: &[[u32; 2]]) -> Option<Vec<f64>> {
        None
    }
}

#[test]
fn a_decoder_without_factors_scores_pairs_and_refuses_all_of_them_by_name() {
    let z = matrix(&MEAN, [NODES, LATENT]);
    let pairs = EdgeList::new(NODES, &[[0, 1], [2, 2]], &Device::flex()).expect("in range");
    assert_eq!(host(Distance.logits(z.clone(), &pairs).expect("shapes")), [1.0 - 2.25 - 2.25, 1.0]);
    let error = Distance.all_pairs(z).expect_err("one by one");
    assert_eq!(error, Error::OneByOne { decoder: "distance" });
    assert!(error.to_string().starts_with("the decoder `distance` scores pairs one by one"), "{error}");
}

#[test]
fn logits_are_the_inner_products_of_the_factors() {
    let z = matrix(&MEAN, [NODES, LATENT]);
    let all: Vec<[u32; 2]> = (0..16).map(|at| [at / 4, at % 4]).collect();
    let pairs = EdgeList::new(NODES, &all, &Device::flex()).expect("in range");
    let expected: [fn(u32, u32) -> f32; 3] = [
        |i, j| product(i, j, [1.0, 0.0, 0.0, 1.0]),
        |i, j| {
            let bias = [0.5, -1.0, 0.0, 2.0];
            product(i, j, [1.0, 0.0, 0.0, 1.0]) + bias[i as usize] + bias[j as usize]
        },
        |i, j| product(i, j, [0.5, -1.0, -1.0, 2.0]),
    ];
    for (decoder, expected) in decoders().into_iter().zip(expected) {
        let logits = host(decoder.logits(z.clone(), &pairs).expect("shapes"));
        let PairFactors { left, right } = decoder.factors(z.clone()).expect("shapes");
        let right = right.unwrap_or_else(|| left.clone());
        assert_eq!(logits, host(left.matmul(right.transpose())), "{decoder:?}");
        assert_eq!(logits, all.iter().map(|&[i, j]| expected(i, j)).collect::<Vec<_>>(), "{decoder:?}");
    }
}

/// `μ_iᵀ S μ_j`
fn product(i: u32, j: u32, s: [f32; 4]) -> f32 {
    let [i, j] = [i, j].map(|node| &MEAN[node as usize * LATENT..][..LATENT]);
    (0..4).map(|at| i[at / 2] * s[at] * j[at % 2]).sum()
}

#[test]
fn the_spread_is_that_of_draws() {
    const DRAWS: usize = 20_000;
    let deviation = [0.5, 1.0, 0.25, 2.0, 0.1, 0.3, 1.5, 0.75];
    let rows = GaussianRows { mean: &MEAN, deviation: &deviation, width: LATENT };
    let pairs = [[0, 1], [1, 2], [0, 0]];
    let list = EdgeList::new(NODES, &pairs, &Device::flex()).expect("in range");
    let shape = [NODES, LATENT];
    for decoder in decoders() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let mut draw = || {
            let noise = matrix(&standard_normals(&mut random, NODES * LATENT), shape);
            host(
                decoder
                    .logits(matrix(&MEAN, shape) + matrix(&deviation, shape) * noise, &list)
                    .expect("shapes"),
            )
        };
        let draws: Vec<Vec<f32>> = (0..DRAWS).map(|_| draw()).collect();
        let spreads = decoder.spread(&rows, &pairs).expect("in closed form");
        for (pair, spread) in spreads.into_iter().enumerate() {
            let logits: Vec<f64> = draws.iter().map(|logits| f64::from(logits[pair])).collect();
            let mean = logits.iter().sum::<f64>() / DRAWS as f64;
            let variance = logits.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / DRAWS as f64;
            let ratio = variance.sqrt() / spread;
            assert!((ratio - 1.0).abs() < 0.04, "{:?} {decoder:?}: {ratio}", pairs[pair]);
        }
    }
}

#[test]
fn the_name_of_a_kind_is_that_in_configurations() {
    for decoder in decoders() {
        let name = decoder.terms().name();
        let config: PairDecoderConfig =
            serde_json::from_str(&format!("{{\"kind\":\"{name}\"}}")).expect("a kind");
        assert_eq!(config.kind().name, name);
    }
}
