//! A step in shards goes where the whole step does.

use aevb_models::vae::{Ae, Vae};
use burn::module::{ModuleVisitor, Param};
use burn::optim::GradientsParams;

use super::*;
use crate::experiment::{ConfigFile, ExampleData, Override, Task};
use crate::train::loss::Sums;
use crate::train::tree_sum::{TreeSum, sum_of_gradients};

/// Batches of 25 images, but for the last.
const SMALL: [&str; 4] = ["model.hidden=[8]", "model.latent=2", "train.batch_size=25", "seed=3"];

fn experiment(config: &str, sets: &[&str]) -> Experiment {
    let sets: Vec<_> =
        SMALL.iter().chain(sets).map(|set| Override::parse(set).expect("well formed")).collect();
    Experiment::read(&ConfigFile::named(config).expect("built in"), &sets).expect("valid")
}

fn task<M: DensityModel>(experiment: &Experiment) -> DensityTask<M> {
    let Task::Images { data, model, .. } = &experiment.task else { panic!("images") };
    let data = &ExampleData::Images(data.clone());
    DensityTask::new(experiment, data, model, &Device::flex()).expect("a small task")
}

/// A step's gradients, one after another, and the means that are reported.
fn step<M: DensityModel>(task: &DensityTask<M>, model: &M, step: u64, shards: usize) -> (Vec<f32>, Vec<f64>) {
    let (mut gradients, mut sums) =
        (TreeSum::new(|left, right| sum_of_gradients(model, left, right)), Sums::default());
    for shard in Shard::all(step, shards) {
        let loss = task.loss(model, shard).expect("the shapes fit");
        gradients.add(GradientsParams::from_grads(loss.in_step().backward(), model));
        sums.add(loss);
    }
    let mut flat = Flat { gradients: gradients.total().expect("a shard"), values: Vec::new() };
    model.visit(&mut flat);
    let means = sums.read(model, std::iter::empty()).0.means();
    let terms = means.terms.into_iter().map(|(_, value)| value);
    (flat.values, std::iter::once(means.loss).chain(terms).collect())
}

struct Flat {
    gradients: GradientsParams,
    values: Vec<f32>,
}

impl ModuleVisitor for Flat {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.gradients.remove::<D>(param.id).expect("each parameter has a gradient");
        self.values.extend(gradient.into_data().try_into_vec::<f32>().expect("gradients are F32"));
    }
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

fn shards_sum_to_the_whole<M: DensityModel>(config: &str, sets: &[&str], most: f64) {
    let task = task::<M>(&experiment(config, sets));
    let model = task.initial_model().expect("a small model");
    let (expected, reported) = step(&task, &model, 2, 1);
    let size = norm(expected.iter().map(|&value| f64::from(value)));
    for shards in [2, 3, 7, 25] {
        let (found, means) = step(&task, &model, 2, shards);
        let differences = found.iter().zip(&expected).map(|(found, expected)| f64::from(found - expected));
        let difference = norm(differences) / size;
        assert!(difference <= most, "{config} {sets:?}, {shards} shards: {difference}");
        assert_eq!(means.len(), reported.len());
        for (mean, reported) in means.iter().zip(&reported) {
            assert!((mean - reported).abs() <= 1e-6 * reported.abs(), "{sets:?}: {means:?}, {reported:?}");
        }
    }
}

#[test]
fn the_gradients_of_shards_sum_to_those_of_the_batch() {
    let map = ["objective.samples=3", "objective.map=true", "objective.beta=0.5"];
    shards_sum_to_the_whole::<Vae>(
        "vae-mnist-5k",
        &[&map[..], &["data.binarization=dynamic"]].concat(),
        1e-6,
    );
    // Weights of samples are exponentials of hundreds of nats, whose rounding depends on the rows beside them.
    shards_sum_to_the_whole::<Vae>("vae-mnist-5k", &["objective={kind='iwae'}", "objective.samples=4"], 1e-5);
    shards_sum_to_the_whole::<Ae>("ae-mnist-5k", &[], 1e-6);
}

#[test]
fn a_batch_has_no_more_shards_than_images() {
    let sets = ["train.batch_size=3", "train.shards=3"];
    let task = task::<Vae>(&experiment("vae-mnist-5k", &sets));
    let (images, last) = (task.parts.train.count(), task.steps_per_epoch() as u64 - 1);
    assert_ne!(images % 3, 0, "the last batch is to be a small one");
    assert_eq!((task.shards(0), task.shards(last), task.shards(last + 1)), (3, images % 3, 3));
}

/// What a configuration says of the parameters is what the model then has, under the names of `model.safetensors`.
#[test]
fn layers_are_the_weights_of_the_model() {
    use aevb_models::nn::ParameterShape;

    use crate::train::weights::{Parameter, parameters};

    let named = |found: Vec<Parameter>| found.into_iter().map(|it| (it.path, it.shape)).collect::<Vec<_>>();
    let planned = |planned: Vec<ParameterShape>| -> Vec<_> {
        planned.into_iter().map(|it| (it.path, it.shape)).collect()
    };
    let device = Device::flex().autodiff();
    let data = DataShape::Image { channels: 1, height: 2, width: 3 };
    let priors =
        ["standard-normal", "mixture", "vamp", "flow"].map(|prior| format!("prior.kind = \"{prior}\""));
    let flows =
        ["kind = 'planar', layers = 2", "kind = 'inverse-autoregressive', layers = 2, hidden = [4, 3]"]
            .map(|posterior| format!("prior.kind = \"flow\"\nposterior = {{{posterior}}}"));
    let latents = [&priors[..], &flows[..]].concat();
    for likelihood in ["bernoulli", "gaussian", "gaussian-fixed"] {
        let others = ["tanh", "gated"]
            .into_iter()
            .flat_map(|activation| latents.iter().map(move |latent| (activation, latent)));
        for ((activation, latent), hidden) in
            others.flat_map(|other| ["[]", "[5]", "[5, 4]"].map(|hidden| (other, hidden)))
        {
            let networks: Networks = toml::from_str(&format!(
                "hidden = {hidden}\nlatent = 2\nlikelihood.kind = \"{likelihood}\"\nactivation = \"{activation}\"\n\
                 {latent}"
            ))
            .expect("well formed");
            let config = networks.config(data);
            let draw = || Draw::new(networks.initial_weights, Streams::new(0).initial_weights());
            let vae = config.init_vae(&mut draw(), &device).expect("a small model");
            assert_eq!(named(parameters(&vae)), planned(config.layers(true)), "{networks:?}");
            let ae = config.init_ae(&mut draw(), &device).expect("a small model");
            assert_eq!(named(parameters(&ae)), planned(config.layers(false)), "{networks:?}");
        }
    }
}
