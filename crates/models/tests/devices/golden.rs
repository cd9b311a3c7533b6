//! Losses and gradients against `tests/golden/vgae.json`, which NumPy and JAX computed in f64.

use aevb_models::nn::{GraphConv, NodeFeatures, normalized_adjacency};
use aevb_models::pairwise::{softplus_sum, softplus_sum_between};
use aevb_models::prior::{Prior, StandardNormal};
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{EdgeWeighting, Gae, GraphInput, GraphLikelihood, InnerProduct, PairForm, Vgae};
use burn::module::Param;
use burn::tensor::{DType, Device, Gradients, Tensor, TensorCreationOptions, TensorData};
use serde::Deserialize;
use sprs::CsMatI;

use super::helpers::{assert_close, host};
use crate::Check;

pub const CHECKS: &[Check] = &[
    ("normalized_adjacency_equals_the_golden", adjacency),
    ("vgae_losses_and_gradients_equal_the_golden", |device| models(device, DType::F32, SINGLE)),
    ("softplus_sums_equal_the_golden", |device| sums(device, DType::F32, SINGLE)),
];
pub const DOUBLE_CHECKS: &[Check] = &[
    ("vgae_losses_and_gradients_equal_the_golden_in_f64", |device| models(device, DType::F64, DOUBLE)),
    ("softplus_sums_equal_the_golden_in_f64", |device| sums(device, DType::F64, DOUBLE)),
];

/// A loss of some thousand terms in f32.
const SINGLE: f64 = 2e-6;
const DOUBLE: f64 = 1e-12;

#[derive(Deserialize)]
struct Golden {
    nodes: usize,
    edges: Vec<[u32; 2]>,
    norm_adjacency: Csr,
    features: Csr,
    noise: Matrix,
    vgae: Case,
    gae: Case,
    vgae_featureless: Case,
    gae_featureless: Case,
    vgae_three_layers: Case,
    softplus_sum: Vec<Sum>,
}

type Matrix = Vec<Vec<f64>>;

#[derive(Deserialize)]
struct Csr {
    shape: (usize, usize),
    indptr: Vec<u32>,
    indices: Vec<u32>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Weights {
    hidden: Vec<Matrix>,
    mu: Matrix,
    log_sigma: Option<Matrix>,
}

#[derive(Deserialize)]
struct Case {
    weights: Weights,
    kipf: Objective,
    elbo: Option<Objective>,
    nll: Option<Objective>,
}

#[derive(Deserialize)]
struct Objective {
    loss: f64,
    reconstruction: f64,
    kl: f64,
    gradients: Weights,
}

#[derive(Deserialize)]
struct Sum {
    name: String,
    z: Matrix,
    w: Option<Matrix>,
    value: f64,
    grad_z: Matrix,
    grad_w: Option<Matrix>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../../tests/golden/vgae.json")).expect("the golden file")
}

impl Csr {
    fn to_host(&self) -> CsMatI<f64, u32> {
        CsMatI::new(self.shape, self.indptr.clone(), self.indices.clone(), self.values.clone())
    }
}

fn tensor(matrix: &Matrix, options: &TensorCreationOptions) -> Tensor<2> {
    Tensor::from_data(TensorData::new(matrix.concat(), [matrix.len(), matrix[0].len()]), options.clone())
}

fn adjacency(_device: &Device) {
    let golden = golden();
    let ours = normalized_adjacency(golden.nodes, golden.edges.iter().copied());
    assert_eq!(ours.indptr().raw_storage(), golden.norm_adjacency.indptr);
    assert_eq!(ours.indices(), golden.norm_adjacency.indices);
    assert_close("Ã", ours.data(), &golden.norm_adjacency.values, 1e-15);
}

struct Setting {
    golden: Golden,
    options: TensorCreationOptions,
    tolerance: f64,
}

fn models(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    let golden = golden();
    let adjacency = SparseMatrix::from_csr(
        &normalized_adjacency(golden.nodes, golden.edges.iter().copied()),
        options.clone(),
    )
    .expect("small");
    let features = SparseMatrix::from_csr(&golden.features.to_host(), options.clone()).expect("small");
    let given = GraphInput::new(adjacency.clone(), NodeFeatures::Sparse(Box::new(features)));
    let identity = GraphInput::new(adjacency, NodeFeatures::Identity { nodes: golden.nodes });
    let setting = Setting { golden, options, tolerance };
    let golden = &setting.golden;
    setting.check_vgae("vgae", &golden.vgae, &given);
    setting.check_vgae("vgae of three layers", &golden.vgae_three_layers, &given);
    setting.check_vgae("featureless vgae", &golden.vgae_featureless, &identity);
    setting.check_gae("gae", &golden.gae, &given);
    setting.check_gae("featureless gae", &golden.gae_featureless, &identity);
}

impl Setting {
    fn layer(&self, weight: &Matrix) -> GraphConv {
        GraphConv { weight: Param::from_tensor(tensor(weight, &self.options)) }
    }

    fn objectives<'a>(&self, case: &'a Case) -> Vec<(&'a Objective, GraphLikelihood)> {
        let likelihood = |weighting| {
            GraphLikelihood::new(self.golden.nodes, &self.golden.edges, weighting, self.options.clone())
                .expect("a graph with edges")
        };
        let nats = case.elbo.as_ref().or(case.nll.as_ref());
        [(Some(&case.kipf), EdgeWeighting::Kipf), (nats, EdgeWeighting::Nats)]
            .into_iter()
            .filter_map(|(objective, weighting)| Some((objective?, likelihood(weighting))))
            .collect()
    }

    fn check_vgae(&self, what: &str, case: &Case, input: &GraphInput) {
        let noise = tensor(&self.golden.noise, &self.options);
        for (expected, likelihood) in self.objectives(case) {
            let model = Vgae {
                hidden: case.weights.hidden.iter().map(|weight| self.layer(weight)).collect(),
                mean: self.layer(&case.weights.mu).into(),
                log_sigma: self.layer(case.weights.log_sigma.as_ref().expect("a vgae's")).into(),
                unit_length: None,
                decoder: PairForm::InnerProduct(InnerProduct).into(),
                prior: Prior::StandardNormal(StandardNormal { latent: case.weights.mu[0].len() }),
            };
            let posterior = model.encode(input).expect("shapes");
            let (z, kl) = model.sample_with_kl(&posterior, noise.clone()).expect("shapes");
            let (reconstruction, kl) =
                (likelihood.reconstruction(z.into()).expect("shapes"), likelihood.kl(kl));
            let gradients = (reconstruction.clone() + kl.clone()).backward();
            self.check_loss(what, expected, reconstruction, Some(kl));
            let hidden = model.hidden.iter().map(|layer| &layer.weight);
            let layers = hidden.chain([model.mean.weight(), model.log_sigma.weight()]);
            self.check_gradients(what, layers, &gradients, &expected.gradients);
        }
    }

    fn check_gae(&self, what: &str, case: &Case, input: &GraphInput) {
        for (expected, likelihood) in self.objectives(case) {
            let model = Gae {
                hidden: case.weights.hidden.iter().map(|weight| self.layer(weight)).collect(),
                mean: self.layer(&case.weights.mu).into(),
                unit_length: None,
                decoder: PairForm::InnerProduct(InnerProduct).into(),
            };
            let z = model.encode(input).expect("shapes");
            let reconstruction = likelihood.reconstruction(z.into()).expect("shapes");
            let gradients = reconstruction.backward();
            self.check_loss(what, expected, reconstruction, None);
            let layers = model.hidden.iter().map(|layer| &layer.weight).chain([model.mean.weight()]);
            self.check_gradients(what, layers, &gradients, &expected.gradients);
        }
    }

    fn check_loss(&self, what: &str, expected: &Objective, reconstruction: Tensor<1>, kl: Option<Tensor<1>>) {
        let (reconstruction, kl) = (host(reconstruction)[0], kl.map_or(0.0, |kl| host(kl)[0]));
        let terms = [reconstruction + kl, reconstruction, kl];
        let expected = [expected.loss, expected.reconstruction, expected.kl];
        assert_close(&format!("{what}: loss, reconstruction, KL"), &terms, &expected, self.tolerance);
    }

    fn check_gradients<'a>(
        &self,
        what: &str,
        layers: impl Iterator<Item = &'a Param<Tensor<2>>>,
        gradients: &Gradients,
        expected: &Weights,
    ) {
        let expected = expected.hidden.iter().chain([&expected.mu]).chain(&expected.log_sigma);
        for (position, (layer, expected)) in layers.zip(expected).enumerate() {
            let gradient = host(layer.val().grad(gradients).expect("tracked"));
            assert_close(
                &format!("{what}: gradient {position}"),
                &gradient,
                &expected.concat(),
                5.0 * self.tolerance,
            );
        }
    }
}

fn sums(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    for case in golden().softplus_sum {
        let z = tensor(&case.z, &options).require_grad();
        let w = case.w.as_ref().map(|w| tensor(w, &options).require_grad());
        let total = match &w {
            Some(w) => softplus_sum_between(z.clone(), w.clone(), None).expect("shapes"),
            None => softplus_sum(z.clone(), None).expect("shapes"),
        };
        let gradients = total.backward();
        let check = |what: &str, x: &Tensor<2>, expected: &Matrix| {
            let gradient = host(x.grad(&gradients).expect("tracked"));
            assert_close(&format!("{} {what}", case.name), &gradient, &expected.concat(), tolerance);
        };
        assert_close(&case.name, &host(total.clone()), &[case.value], tolerance);
        check("by z", &z, &case.grad_z);
        if let (Some(w), Some(expected)) = (&w, &case.grad_w) {
            check("by w", w, expected);
        }
    }
}
