//! Variants of the graph models against `tests/golden/vgae_variants.json`, which PyTorch computed in f64, dense.

use std::collections::BTreeMap;

use aevb_models::nn::{GraphConv, NodeFeatures, normalized_adjacency};
use aevb_models::prior::{Prior, StandardNormal};
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{
    Biased, Bilinear, Dropout, EdgeWeighting, Gae, GraphInput, GraphLikelihood, Head, InnerProduct,
    Normalization, PairDecoder, PairForm, UnitLength, Vgae,
};
use burn::module::Param;
use burn::tensor::{DType, Device, Gradients, Tensor, TensorCreationOptions, TensorData};
use serde::Deserialize;
use serde_json::Value;
use sprs::CsMatI;

use super::helpers::{assert_close, host};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("variants_of_graph_models_equal_the_golden", |device| variants(device, DType::F32, 2e-6)),
    ("one_decoder_is_for_nodes_and_another_for_dimensions", shapes),
];
pub const DOUBLE_CHECKS: &[Check] =
    &[("variants_of_graph_models_equal_the_golden_in_f64", |device| variants(device, DType::F64, 1e-12))];

/// Of `vgae.json`.
#[derive(Deserialize)]
struct Graph {
    nodes: usize,
    edges: Vec<[u32; 2]>,
    features: Csr,
    noise: Value,
}

#[derive(Deserialize)]
struct Csr {
    shape: (usize, usize),
    indptr: Vec<u32>,
    indices: Vec<u32>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Golden {
    kept_edges: Vec<[u32; 2]>,
    mask: Value,
    #[serde(flatten)]
    cases: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    parameters: BTreeMap<String, Value>,
    kipf: Objective,
    nats: Objective,
}

#[derive(Deserialize)]
struct Objective {
    loss: f64,
    reconstruction: f64,
    kl: f64,
    gradients: BTreeMap<String, Value>,
}

/// All numbers of a value, and its shape.
fn flat(value: &Value) -> (Vec<f64>, Vec<usize>) {
    match value {
        Value::Array(items) => {
            let parts: Vec<_> = items.iter().map(flat).collect();
            let inner = parts.first().map(|(_, shape)| shape.clone()).unwrap_or_default();
            (
                parts.into_iter().flat_map(|(numbers, _)| numbers).collect(),
                [vec![items.len()], inner].concat(),
            )
        }
        number => (vec![number.as_f64().expect("a number")], Vec::new()),
    }
}

fn tensor<const D: usize>(value: &Value, options: &TensorCreationOptions) -> Tensor<D> {
    let (numbers, shape) = flat(value);
    Tensor::from_data(TensorData::new(numbers, shape), options.clone())
}

fn variants(device: &Device, dtype: DType, tolerance: f64) {
    let graph: Graph =
        serde_json::from_str(include_str!("../../../../tests/golden/vgae.json")).expect("golden");
    let text = include_str!("../../../../tests/golden/vgae_variants.json");
    let golden: Golden = serde_json::from_str(text).expect("golden");
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    let Csr { shape, indptr, indices, values } = graph.features;
    let features = CsMatI::new(shape, indptr, indices, values);
    let input = |edges: &[[u32; 2]]| {
        let adjacency = normalized_adjacency(graph.nodes, edges.iter().copied());
        GraphInput::new(
            SparseMatrix::from_csr(&adjacency, options.clone()).expect("small"),
            NodeFeatures::Sparse(Box::new(
                SparseMatrix::from_csr(&features, options.clone()).expect("small"),
            )),
        )
    };
    let (whole, thinned) = (input(&graph.edges), input(&golden.kept_edges));
    let noise = tensor::<2>(&graph.noise, &options);
    assert_eq!(golden.cases.len(), 9);
    for (name, case) in &golden.cases {
        for (expected, weighting) in [(&case.kipf, EdgeWeighting::Kipf), (&case.nats, EdgeWeighting::Nats)] {
            let likelihood = GraphLikelihood::new(graph.nodes, &graph.edges, weighting, options.clone())
                .expect("a graph with edges");
            let is_thinned = name == "vgae_thinned";
            let mask = is_thinned.then(|| tensor::<2>(&golden.mask, &options));
            let dropout = Dropout { hidden: mask.into_iter().collect(), latent: None };
            let input = if is_thinned { &thinned } else { &whole };
            let model = Model::of(&case.parameters, &options);
            let (z, kl) = model.encode(input, &dropout, &noise);
            let factors = model.decoder().factors(z).expect("shapes");
            let reconstruction = likelihood.reconstruction(factors).expect("shapes");
            let kl = kl.map(|kl| likelihood.kl(kl));
            let loss = kl.iter().fold(reconstruction.clone(), |loss, kl| loss + kl.clone());
            let gradients = loss.clone().backward();
            let terms = [loss, reconstruction].map(|value| host(value)[0]);
            let terms = [terms[0], terms[1], kl.map_or(0.0, |kl| host(kl)[0])];
            let wanted = [expected.loss, expected.reconstruction, expected.kl];
            assert_close(
                &format!("{name}, {weighting:?}: loss, reconstruction, KL"),
                &terms,
                &wanted,
                tolerance,
            );
            for (parameter, wanted) in &expected.gradients {
                let found = model.gradient(parameter, &gradients);
                assert_close(
                    &format!("{name}, {weighting:?}: {parameter}"),
                    &found,
                    &flat(wanted).0,
                    tolerance,
                );
            }
        }
    }
}

#[expect(clippy::large_enum_variant, reason = "one at a time")]
enum Model {
    Vgae(Vgae),
    Gae(Gae),
}

impl Model {
    fn of(parameters: &BTreeMap<String, Value>, options: &TensorCreationOptions) -> Self {
        let matrix =
            |name: &str| parameters.get(name).map(|value| Param::from_tensor(tensor::<2>(value, options)));
        let vector =
            |name: &str| parameters.get(name).map(|value| Param::from_tensor(tensor::<1>(value, options)));
        let layer = |name: &str| matrix(name).map(|weight| GraphConv { weight });
        let head = |name: &str| layer(name).map(Head::from);
        let hidden = layer("hidden").into_iter().collect();
        let mean = head("mu").expect("every model's");
        let unit_length = vector("scale").map(|scale| UnitLength { scale, place: Normalization::Before });
        let decoder = match (vector("bias"), matrix("weight")) {
            (Some(bias), _) => PairForm::Biased(Biased { bias }),
            (None, Some(weight)) => PairForm::Bilinear(Bilinear { weight }),
            (None, None) => PairForm::InnerProduct(InnerProduct),
        };
        let decoder = decoder.into();
        match head("log_sigma") {
            Some(log_sigma) => {
                let latent = log_sigma.weight().dims()[1];
                let prior = Prior::StandardNormal(StandardNormal { latent });
                Self::Vgae(Vgae { hidden, mean, log_sigma, unit_length, decoder, prior })
            }
            None => Self::Gae(Gae { hidden, mean, unit_length, decoder }),
        }
    }

    fn encode(
        &self,
        input: &GraphInput,
        dropout: &Dropout,
        noise: &Tensor<2>,
    ) -> (Tensor<2>, Option<Tensor<1>>) {
        match self {
            Self::Vgae(model) => {
                let posterior = model.encode_thinned(input, dropout).expect("shapes");
                let (z, kl) = model.sample_with_kl(&posterior, noise.clone()).expect("shapes");
                (z, Some(kl))
            }
            Self::Gae(model) => (model.encode_thinned(input, dropout).expect("shapes"), None),
        }
    }

    fn decoder(&self) -> &PairDecoder {
        match self {
            Self::Vgae(model) => &model.decoder,
            Self::Gae(model) => &model.decoder,
        }
    }

    fn gradient(&self, parameter: &str, gradients: &Gradients) -> Vec<f64> {
        let (hidden, mean, unit_length) = match self {
            Self::Vgae(Vgae { hidden, mean, unit_length, .. })
            | Self::Gae(Gae { hidden, mean, unit_length, .. }) => (hidden, mean, unit_length),
        };
        let of = |weight: &Param<Tensor<2>>| host(weight.grad(gradients).expect("a gradient"));
        let of_vector = |values: &Param<Tensor<1>>| host(values.grad(gradients).expect("a gradient"));
        match (parameter, self, &self.decoder().form) {
            ("hidden", ..) => of(&hidden[0].weight),
            ("mu", ..) => of(mean.weight()),
            ("log_sigma", Self::Vgae(model), _) => of(model.log_sigma.weight()),
            ("scale", ..) => of_vector(&unit_length.as_ref().expect("normalised").scale),
            ("bias", _, PairForm::Biased(biased)) => of_vector(&biased.bias),
            ("weight", _, PairForm::Bilinear(bilinear)) => of(&bilinear.weight),
            (name, ..) => panic!("no parameter {name}"),
        }
    }
}

fn shapes(device: &Device) {
    let z = Tensor::<2>::zeros([5, 3], device);
    let biased = Biased { bias: Param::from_tensor(Tensor::zeros([4], device)) };
    let error = PairDecoder::from(PairForm::Biased(biased)).factors(z.clone()).expect_err("five nodes");
    assert!(error.to_string().contains("biases of nodes"), "{error}");
    let bilinear = Bilinear { weight: Param::from_tensor(Tensor::eye(2, device)) };
    let error = PairDecoder::from(PairForm::Bilinear(bilinear)).factors(z).expect_err("three dimensions");
    assert!(error.to_string().contains("bilinear decoder"), "{error}");
}
