//! What decoders say of pairs agrees: factors with logits, spreads with draws, names with configurations.

use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng;

use super::*;
use crate::random::standard_normals;

const NODES: usize = 4;
const LATENT: usize = 2;
const BIAS: [f32; NODES] = [0.5, -1.0, 0.0, 2.0];
const MEAN: [f32; NODES * LATENT] = [1.0, 2.0, -0.5, 0.5, 3.0, 0.0, 0.25, -1.0];

fn matrix(values: &[f32], dims: [usize; 2]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), dims), &Device::flex())
}

fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("F32")
}

/// One of each kind, with parameters that are not those it begins with; the last have an offset.
fn decoders() -> [PairDecoder; 7] {
    let vector = |values: &[f32]| Param::from_tensor(Tensor::from_floats(values, &Device::flex()));
    let weight = matrix(&[0.5, -2.0, 0.0, 2.0], [LATENT, LATENT]);
    let bilinear = || PairForm::Bilinear(Bilinear { weight: Param::from_tensor(weight.clone()) });
    let offset = || Some(vector(&[-3.0]));
    let scaled = Scaled { log_scale: vector(&[4f32.ln()]), bias: vector(&BIAS) };
    [
        PairForm::InnerProduct(InnerProduct).into(),
        PairForm::Biased(Biased { bias: vector(&BIAS) }).into(),
        bilinear().into(),
        PairDecoder { form: PairForm::InnerProduct(InnerProduct), offset: offset(), covariates: None },
        PairDecoder { form: bilinear(), offset: offset(), covariates: None },
        PairDecoder { form: PairForm::Scaled(scaled), offset: offset(), covariates: None },
        PairDecoder {
            form: PairForm::Distance(Distance { log_scale: vector(&[3f32.ln()]), bias: vector(&BIAS) }),
            offset: offset(),
            covariates: None,
        },
    ]
}

/// `1 − ‖z_i − z_j‖²`, which says of none of its logits that it is an inner product.
struct OneByOne;

impl PairTerms for OneByOne {
    fn name(&self) -> &'static str {
        "one-by-one"
    }

    fn logits(&self, z: Tensor<2>, pairs: &EdgeList) -> Result<Tensor<1>> {
        let ones = z.clone().slice([0..z.dims()[0], 0..1]).ones_like();
        let squares = (z.clone() * z.clone()).sum_dim(1);
        let sums = PairFactors {
            left: Tensor::cat(vec![squares.clone(), ones.clone()], 1),
            right: Some(Tensor::cat(vec![ones, squares], 1)),
            bias: None,
            link: PairLink::default(),
        };
        Ok(PairFactors::from(z).logits(pairs)? * 2.0 - sums.logits(pairs)? + 1.0)
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
    assert_eq!(host(OneByOne.logits(z.clone(), &pairs).expect("shapes")), [1.0 - 2.25 - 2.25, 1.0]);
    let error = OneByOne.all_pairs(z).expect_err("one by one");
    assert_eq!(error, Error::OneByOne { decoder: "one-by-one" });
    assert!(error.to_string().starts_with("the decoder `one-by-one` scores pairs one by one"), "{error}");
}

#[test]
fn logits_are_the_inner_products_of_the_factors() {
    let z = matrix(&MEAN, [NODES, LATENT]);
    let all: Vec<[u32; 2]> = (0..16).map(|at| [at / 4, at % 4]).collect();
    let pairs = EdgeList::new(NODES, &all, &Device::flex()).expect("in range");
    let identity = [1.0, 0.0, 0.0, 1.0];
    let symmetric = [0.5, -1.0, -1.0, 2.0];
    let biases = |i: u32, j: u32| BIAS[i as usize] + BIAS[j as usize];
    let expected: [&dyn Fn(u32, u32) -> f32; 7] = [
        &|i, j| product(i, j, identity),
        &|i, j| product(i, j, identity) + biases(i, j),
        &|i, j| product(i, j, symmetric),
        &|i, j| product(i, j, identity) - 3.0,
        &|i, j| product(i, j, symmetric) - 3.0,
        &|i, j| 4.0 * product(i, j, identity) + biases(i, j) - 3.0,
        &|i, j| {
            let square = |i, j| product(i, j, identity);
            biases(i, j) - 3.0 - 3.0 * (square(i, i) + square(j, j) - 2.0 * square(i, j))
        },
    ];
    for (decoder, expected) in decoders().into_iter().zip(expected) {
        let logits = host(decoder.logits(z.clone(), &pairs).expect("shapes"));
        let (left, right) = decoder.factors(z.clone()).expect("shapes").into_rows();
        let right = right.unwrap_or_else(|| left.clone());
        let close = |found: &[f32], expected: &[f32]| {
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5)
        };
        assert!(close(&host(left.matmul(right.transpose())), &logits), "{decoder:?}");
        let expected: Vec<f32> = all.iter().map(|&[i, j]| expected(i, j)).collect();
        assert!(close(&logits, &expected), "{decoder:?}: {logits:?}, not {expected:?}");
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
            if spread == 0.0 {
                assert!(variance < 1e-9, "{:?} {decoder:?}: {variance}", pairs[pair]);
                continue;
            }
            let ratio = variance.sqrt() / spread;
            assert!((ratio - 1.0).abs() < 0.04, "{:?} {decoder:?}: {ratio}", pairs[pair]);
        }
    }
}

/// Decoders that have an offset unasked.
const ALWAYS: [&str; 2] = ["scaled", "distance"];

#[test]
fn a_decoder_is_what_its_configuration_says() {
    let config = |text: &str| serde_json::from_str::<PairDecoderConfig>(text);
    for decoder in decoders() {
        let (name, offset) = (decoder.form.terms().name(), decoder.offset.is_some());
        let text = match offset && !ALWAYS.contains(&name) {
            true => format!("{{\"kind\":\"{name}\",\"offset\":true}}"),
            false => format!("{{\"kind\":\"{name}\"}}"),
        };
        let config = config(&text).expect("a kind");
        assert_eq!((config.kind().name, config.has_offset()), (name, offset));
        assert_eq!(serde_json::to_string(&config).expect("plain"), text);
        assert_eq!(config.kind().logit.ends_with(" + c"), offset);
        assert_eq!(config.check(), Ok(()));
    }
    for name in ALWAYS {
        let never = config(&format!("{{\"kind\":\"{name}\",\"offset\":false}}")).expect("a kind");
        let error = never.check().expect_err("always").to_string();
        assert_eq!(error, format!("offset: cannot be false: `{name}` always has one"));
    }
    assert_eq!(PairDecoderConfig::default(), config("{\"kind\":\"inner-product\"}").expect("a kind"));
}

#[test]
fn a_decoder_begins_at_the_density_and_the_degrees() {
    // A hub, two of its neighbours with an edge between them, one more and a node without an edge.
    let degrees = [3, 2, 2, 1, 0];
    let begin = |text: &str| {
        let config: PairDecoderConfig = serde_json::from_str(text).expect("a kind");
        let random = &mut rand_chacha::ChaCha8Rng::seed_from_u64(0);
        let before = config.init(5, LATENT, random, &Device::flex().autodiff());
        let after = before.clone().begin_at(&degrees, 1.0, None);
        let ids = |decoder: &PairDecoder| burn::module::list_param_ids(decoder);
        assert_eq!(ids(&before), ids(&after));
        after
    };
    let offset = |decoder: &PairDecoder| decoder.offset.as_ref().map(|offset| host(offset.val())[0]);
    let density = (8.0f32 / 25.0).ln();
    let scaled = begin("{\"kind\":\"scaled\"}");
    assert_eq!(offset(&scaled), Some(density));
    // Edges that weigh as much as all that is none leave no more than even odds to begin at.
    let even = scaled.clone().begin_at(&degrees, 17.0 / 8.0, None);
    assert!((offset(&even).expect("an offset") - (17.0f32 / 25.0).ln()).abs() < 1e-6);
    let PairForm::Scaled(Scaled { log_scale, bias }) = scaled.form else { panic!("scaled") };
    assert!(bias.val().is_require_grad() && host(log_scale.val()) == [4_f32.ln()]);
    let expected = degrees.map(|degree| 0.5 * ((degree as f32 + 0.5) / (1.6 + 0.5)).ln());
    assert!(host(bias.val()).iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6));
    let distance = begin("{\"kind\":\"distance\"}");
    assert!((offset(&distance).expect("always") - (density + 4.0)).abs() < 1e-6);
    let PairForm::Distance(Distance { log_scale: of_distance, bias: biases }) = distance.form else {
        panic!("distance")
    };
    assert_eq!(host(of_distance.val()), [2_f32.ln()]);
    assert_eq!(host(biases.val()), host(bias.val()));
    let biased = begin("{\"kind\":\"biased\",\"offset\":true}");
    assert_eq!(offset(&biased), Some(density));
    let PairForm::Biased(Biased { bias }) = biased.form else { panic!("biased") };
    assert_eq!(host(bias.val()), [0.0; 5]);
    assert_eq!(offset(&begin("{\"kind\":\"inner-product\"}")), None);
}

#[test]
fn communities_begin_with_as_many_links_as_the_graph() {
    let device = &Device::flex().autodiff();
    let degrees = [3, 2, 2, 1, 0];
    let config: PairDecoderConfig = serde_json::from_str("{\"kind\":\"bernoulli-poisson\"}").expect("a kind");
    assert_eq!((config.has_offset(), config.knows_density(), config.check()), (false, true, Ok(())));
    assert_eq!(serde_json::to_string(&config).expect("plain"), "{\"kind\":\"bernoulli-poisson\"}");
    let random = &mut rand_chacha::ChaCha8Rng::seed_from_u64(0);
    let decoder = config.init(5, LATENT, random, device).begin_at(&degrees, 1.0, None);
    // In the mean over latent vectors of about the length 1, of which there are many in wide spaces.
    const WIDE: usize = 200;
    let nodes = 400;
    let wide = config.init(nodes, WIDE, random, device).begin_at(&vec![4; nodes], 1.0, None);
    let z = standard_normals(random, nodes * WIDE).into_iter().map(|z| z / (WIDE as f32).sqrt()).collect();
    let z = Tensor::from_data(TensorData::new::<f32, _>(z, [nodes, WIDE]), device);
    let all: Vec<[u32; 2]> = (0..nodes as u32).flat_map(|i| (0..i).map(move |j| [i, j])).collect();
    let pairs = EdgeList::new(nodes, &all, device).expect("in range");
    let lambdas = host(wide.logits(z.clone(), &pairs).expect("shapes"));
    let mean = lambdas.iter().map(|&lambda| f64::from(lambda)).sum::<f64>() / all.len() as f64;
    // The largest memberships are below the exponential that stands for them.
    assert!((0.8..1.0).contains(&(mean / 0.01)), "{mean}");
    let memberships = host(wide.memberships(z).expect("shapes").expect("communities"));
    assert!(memberships.iter().all(|y| *y > 0.0));
    let rows = GaussianRows { mean: &[0.0; 10], deviation: &[1.0; 10], width: LATENT };
    assert_eq!(decoder.spread(&rows, &[[0, 1]]), None);
    assert_eq!(decoder.link(), PairLink::Poisson);
    let wrong = decoder.factors(Tensor::zeros([5, 3], device)).expect_err("another width");
    assert!(wrong.to_string().starts_with("communities: shapes [5, 3] and [2]"), "{wrong}");
}

#[test]
fn a_probability_is_what_the_link_makes_of_a_score() {
    assert_eq!(PairLink::Logistic.probability(0.0), 0.5);
    assert_eq!(PairLink::Poisson.probability(0.0), 0.0);
    assert!((PairLink::Poisson.probability(1e-12) / 1e-12 - 1.0).abs() < 1e-9);
    assert_eq!(PairLink::Poisson.formula("x"), "1 - exp(-x)");
    let scores = Tensor::<1>::from_floats([1e-30, 1e-6, 0.5, 0.69, 0.7, 3.0, 40.0], &Device::flex());
    let exact = host(scores.clone()).into_iter().map(f64::from);
    for (found, x) in host(PairLink::Poisson.of_edges(scores)).into_iter().zip(exact) {
        let expected = -(-(-x).exp_m1()).ln();
        let expected = if x > 1.0 { -(-(-x).exp()).ln_1p() } else { expected };
        assert!((f64::from(found) / expected - 1.0).abs() < 1e-6, "{x}: {found} {expected}");
    }
}

#[test]
fn a_network_has_the_same_weights_of_the_same_stream() {
    let text = "{\"kind\":\"mlp\",\"hidden\":[5,3],\"activation\":\"tanh\"}";
    let config: PairDecoderConfig = serde_json::from_str(text).expect("a kind");
    assert_eq!(serde_json::to_string(&config).expect("plain"), text);
    assert_eq!((config.has_offset(), config.kind().has_factors), (true, false));
    let init = |seed| {
        let random = &mut rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let decoder = config.init(4, LATENT, random, &Device::flex().autodiff());
        let PairForm::Mlp(PairMlp { hidden, output }) = decoder.form else { panic!("a network") };
        let layers = hidden.layers.iter().flat_map(|layer| host(layer.weight.val()));
        layers.chain(host(output.val())).collect::<Vec<f32>>()
    };
    assert_eq!(init(3), init(3));
    assert_ne!(init(3), init(4));
    let shapes: Vec<(String, Vec<usize>)> =
        config.kind().layers(4, LATENT).into_iter().map(|weight| (weight.path, weight.shape)).collect();
    let expected = [
        ("decoder.hidden.layers.0.weight", vec![2, 5]),
        ("decoder.hidden.layers.0.bias", vec![5]),
        ("decoder.hidden.layers.1.weight", vec![5, 3]),
        ("decoder.hidden.layers.1.bias", vec![3]),
        ("decoder.output", vec![3, 1]),
        ("decoder.offset", vec![1]),
    ];
    assert_eq!(shapes, expected.map(|(path, shape)| (path.to_owned(), shape)));
}
