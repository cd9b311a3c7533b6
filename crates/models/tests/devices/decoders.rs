//! The likelihood of a graph under each decoder of pairs, with and without an offset, and its gradients by all there is,
//! against dense loops in f64. Every decoder here is a case of `x_ij = s z_iᵀ S z_j − r (‖z_i‖² + ‖z_j‖²) + b_i + b_j + c`.

use aevb_models::sparse::EdgeList;
use aevb_models::vgae::{
    Biased, Bilinear, Distance, EdgeWeighting, GraphLikelihood, InnerProduct, PairDecoder, PairForm, Scaled,
};
use burn::module::Param;
use burn::tensor::{DType, Device, Gradients, Tensor, TensorCreationOptions, TensorData};

use super::helpers::{assert_close, host, random, values};
use crate::Check;

pub const CHECKS: &[Check] =
    &[("decoders_have_the_likelihood_of_dense_loops", |device| decoders(device, DType::F32, 2e-6))];
pub const DOUBLE_CHECKS: &[Check] =
    &[("decoders_have_the_likelihood_of_dense_loops_in_f64", |device| decoders(device, DType::F64, 1e-12))];

const NODES: usize = 9;
const LATENT: usize = 3;
const KINDS: [&str; 5] = ["inner-product", "biased", "bilinear", "scaled", "distance"];
/// A hub, and a node without an edge.
const EDGES: [[u32; 2]; 8] = [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [5, 6], [2, 3], [7, 1]];

/// The parameters of every decoder; what a kind has not stands at what leaves it out.
#[derive(Clone, Default)]
struct Terms {
    z: Vec<f64>,
    log_scale: f64,
    /// `r`
    squares: f64,
    /// `W`, of `S = (W + Wᵀ)/2`.
    weight: Vec<f64>,
    bias: Vec<f64>,
    offset: f64,
}

fn draw(count: usize, seed: u64) -> Vec<f64> {
    values(count, 1.2, &mut random(seed)).into_iter().map(f64::from).collect()
}

fn terms(kind: &str, offset: bool) -> Terms {
    let identity = (0..LATENT * LATENT).map(|at| if at / LATENT == at % LATENT { 1.0 } else { 0.0 });
    Terms {
        z: draw(NODES * LATENT, 81),
        log_scale: match kind {
            "scaled" => f64::from(0.7_f32),
            // 2 z_i·z_j is what the square of a distance has of both nodes.
            "distance" => 2.0_f64.ln() + f64::from(0.3_f32),
            _ => 0.0,
        },
        squares: if kind == "distance" { f64::from(0.3_f32).exp() } else { 0.0 },
        weight: if kind == "bilinear" { draw(LATENT * LATENT, 82) } else { identity.collect() },
        bias: if ["biased", "scaled", "distance"].contains(&kind) {
            draw(NODES, 83)
        } else {
            vec![0.0; NODES]
        },
        offset: if offset { f64::from(-2.3_f32) } else { 0.0 },
    }
}

impl Terms {
    fn s(&self, a: usize, b: usize) -> f64 {
        0.5 * (self.weight[a * LATENT + b] + self.weight[b * LATENT + a])
    }

    /// `z_iᵀ S z_j`
    fn product(&self, i: usize, j: usize) -> f64 {
        let at = |node: usize, k: usize| self.z[node * LATENT + k];
        (0..LATENT * LATENT)
            .map(|k| at(i, k / LATENT) * self.s(k / LATENT, k % LATENT) * at(j, k % LATENT))
            .sum()
    }

    fn logit(&self, i: usize, j: usize) -> f64 {
        self.log_scale.exp() * self.product(i, j) - self.both_squares(i, j)
            + self.bias[i]
            + self.bias[j]
            + self.offset
    }

    /// `r (‖z_i‖² + ‖z_j‖²)`
    fn both_squares(&self, i: usize, j: usize) -> f64 {
        let square = |node: usize| self.z[node * LATENT..][..LATENT].iter().map(|z| z * z).sum::<f64>();
        self.squares * (square(i) + square(j))
    }

    /// The scaled negative log-likelihood, and its gradients.
    fn likelihood(&self, weighting: EdgeWeighting) -> (f64, Self) {
        let pairs = (NODES * NODES) as f64;
        let positives = 2.0 * EDGES.len() as f64;
        let (q, scale) = match weighting {
            EdgeWeighting::Kipf => ((pairs - positives) / positives, 0.5 / (pairs - positives)),
            EdgeWeighting::Nats => (1.0, 1.0 / NODES as f64),
        };
        let mut total = 0.0;
        let zeros = |like: &Vec<f64>| vec![0.0; like.len()];
        let mut by = Self {
            z: zeros(&self.z),
            weight: zeros(&self.weight),
            bias: zeros(&self.bias),
            ..Self::default()
        };
        for (i, j) in (0..NODES * NODES).map(|at| (at / NODES, at % NODES)) {
            let x = self.logit(i, j);
            let is_edge = EDGES.iter().any(|edge| [[i, j], [j, i]].contains(&edge.map(|node| node as usize)));
            let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
            let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
            let gradient = if is_edge || i == j {
                total += scale * q * softplus(-x);
                -scale * q * sigmoid(-x)
            } else {
                total += scale * softplus(x);
                scale * sigmoid(x)
            };
            let s = self.log_scale.exp();
            by.offset += gradient;
            by.bias[i] += gradient;
            by.bias[j] += gradient;
            by.log_scale += gradient * (s * self.product(i, j) - self.both_squares(i, j));
            for (node, k) in (0..2 * LATENT).map(|at| ([i, j][at / LATENT], at % LATENT)) {
                let at = node * LATENT + k;
                by.z[at] -= gradient * self.squares * 2.0 * self.z[at];
            }
            for (a, b) in (0..LATENT * LATENT).map(|at| (at / LATENT, at % LATENT)) {
                let [zi, zj] = [i, j].map(|node| &self.z[node * LATENT..][..LATENT]);
                by.weight[a * LATENT + b] += gradient * s * 0.5 * (zi[a] * zj[b] + zi[b] * zj[a]);
                by.z[i * LATENT + a] += gradient * s * self.s(a, b) * zj[b];
                by.z[j * LATENT + b] += gradient * s * self.s(a, b) * zi[a];
            }
        }
        (total, by)
    }
}

fn tensor<const D: usize>(values: &[f64], dims: [usize; D], options: &TensorCreationOptions) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), dims), options.clone())
}

fn decoder(kind: &str, has_offset: bool, terms: &Terms, options: &TensorCreationOptions) -> PairDecoder {
    let vector = |values: &[f64]| Param::from_tensor(tensor(values, [values.len()], options));
    let form = match kind {
        "inner-product" => PairForm::InnerProduct(InnerProduct),
        "biased" => PairForm::Biased(Biased { bias: vector(&terms.bias) }),
        "bilinear" => {
            let weight = Param::from_tensor(tensor(&terms.weight, [LATENT, LATENT], options));
            PairForm::Bilinear(Bilinear { weight })
        }
        "scaled" => {
            PairForm::Scaled(Scaled { log_scale: vector(&[terms.log_scale]), bias: vector(&terms.bias) })
        }
        "distance" => PairForm::Distance(Distance {
            log_scale: vector(&[terms.log_scale - std::f64::consts::LN_2]),
            bias: vector(&terms.bias),
        }),
        other => panic!("no decoder {other}"),
    };
    PairDecoder { form, offset: has_offset.then(|| vector(&[terms.offset])), covariates: None }
}

fn decoders(device: &Device, dtype: DType, tolerance: f64) {
    let options = TensorCreationOptions::from((&device.clone().autodiff(), dtype));
    let list: Vec<[u32; 2]> = (0..NODES as u32).flat_map(|i| [[i, (2 * i) % 9], [i, i]]).collect();
    let pairs = EdgeList::new(NODES, &list, &options.device).expect("in range");
    for (kind, has_offset) in KINDS.into_iter().flat_map(|kind| [(kind, false), (kind, true)]) {
        let terms = terms(kind, has_offset);
        let decoder = decoder(kind, has_offset, &terms, &options);
        let z = tensor(&terms.z, [NODES, LATENT], &options);
        let logits = host(decoder.logits(z.clone(), &pairs).expect("shapes"));
        let expected: Vec<f64> = list.iter().map(|&[i, j]| terms.logit(i as usize, j as usize)).collect();
        assert_close(&format!("{kind}: logits"), &logits, &expected, tolerance);
        for weighting in [EdgeWeighting::Kipf, EdgeWeighting::Nats] {
            let what = |name| format!("{kind}, offset {has_offset}, {weighting:?}: {name}");
            let likelihood =
                GraphLikelihood::new(NODES, &EDGES, weighting, options.clone()).expect("a graph with edges");
            let (expected, by) = terms.likelihood(weighting);
            let z = z.clone().require_grad();
            let loss =
                likelihood.reconstruction(decoder.factors(z.clone()).expect("shapes")).expect("shapes");
            let gradients = loss.clone().backward();
            assert_close(&what("value"), &host(loss), &[expected], tolerance);
            assert_close(&what("z"), &host(z.grad(&gradients).expect("tracked")), &by.z, tolerance);
            for (name, found, expected) in parameters(&decoder, &gradients, &by) {
                assert_close(&what(name), &found, &expected, tolerance);
            }
        }
    }
}

/// The gradient by each of a decoder's parameters, and the true one.
fn parameters(
    decoder: &PairDecoder,
    gradients: &Gradients,
    by: &Terms,
) -> Vec<(&'static str, Vec<f64>, Vec<f64>)> {
    let of = |values: &Param<Tensor<1>>| host(values.grad(gradients).expect("tracked"));
    let mut found = match &decoder.form {
        PairForm::InnerProduct(_) => Vec::new(),
        PairForm::Biased(Biased { bias }) => vec![("bias", of(bias), by.bias.clone())],
        PairForm::Bilinear(Bilinear { weight }) => {
            vec![("weight", host(weight.grad(gradients).expect("tracked")), by.weight.clone())]
        }
        PairForm::Scaled(Scaled { log_scale, bias }) | PairForm::Distance(Distance { log_scale, bias }) => {
            vec![("log_scale", of(log_scale), vec![by.log_scale]), ("bias", of(bias), by.bias.clone())]
        }
        PairForm::BernoulliPoisson(_) | PairForm::Mlp(_) => panic!("of another form"),
    };
    found.extend(decoder.offset.iter().map(|offset| ("offset", of(offset), vec![by.offset])));
    found
}
