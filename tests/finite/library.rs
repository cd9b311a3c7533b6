//! Tasks of the library's own interface, whose data no reader of files has looked at.

use aevb::error::{Error, Result};
use aevb::evaluate::ValidationMetric;
use aevb::experiment::{ConfigFile, Experiment, Override};
use aevb::progress::{EpochReport, Observer, Unit};
use aevb::random::{Purpose, Streams, standard_normals};
use aevb::run_folder::RunFolder;
use aevb::train::{Loss, Shard, Trainable, run_task};
use aevb_data::graph::{LinkSplit, SplitConfig, cora};
use aevb_models::nn::{NodeFeatures, normalized_adjacency};
use aevb_models::sparse::SparseMatrix;
use aevb_models::vgae::{EdgeWeighting, GraphEncoderConfig, GraphInput, GraphLikelihood, Head, Vgae};
use burn::tensor::{Device, Tensor, TensorData};

use super::Check;

/// A value by the number of a step.
type Draw = fn(u64) -> f32;

pub const CHECKS: &[Check] = &[
    ("one_nan_in_the_features_of_a_graph_ends_at_the_first_step", nan_in_features),
    ("z_is_watched_where_the_loss_hides_it", hidden_in_z),
    ("the_weights_are_watched_where_the_loss_hides_them", hidden_in_weights),
    ("the_step_of_a_loss_that_is_not_finite_is_told", in_the_loss),
    ("what_is_finite_goes_on", finite),
];

struct Quiet;

impl Observer for Quiet {
    fn epoch(&mut self, _report: &EpochReport) {}
}

/// Trains, with these values set over those of `vgae-cora`.
fn train(task: &impl Trainable, sets: &[&str]) -> Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = ConfigFile::find(Some("vgae-cora".as_ref())).expect("built in");
    let sets: Vec<Override> = sets.iter().map(|set| Override::parse(set).expect("a value")).collect();
    let experiment = Experiment::read(&file, &sets).expect("valid");
    let run = RunFolder::create(folder.path().join("run")).expect("new");
    run_task(task, &experiment, &run, &mut Quiet).map(|_| ())
}

#[track_caller]
fn fails(task: &impl Trainable, sets: &[&str]) -> Error {
    train(task, sets).expect_err("something is not finite")
}

/// A VGAE on Cora.
struct Links {
    input: GraphInput,
    likelihood: GraphLikelihood,
    device: Device,
}

impl Links {
    fn new(device: &Device, change: impl FnOnce(&mut [f32])) -> Self {
        let graph = cora();
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("Cora can be split");
        let adjacency = normalized_adjacency(graph.nodes(), split.train.iter().copied());
        let mut features = graph.features().expect("Cora has features").clone();
        change(features.data_mut());
        let on_device = |matrix| SparseMatrix::from_csr(matrix, device).expect("a small matrix");
        let features = NodeFeatures::Sparse(Box::new(on_device(&features)));
        let adjacency = SparseMatrix::from_csr(&adjacency, device).expect("a small matrix");
        let likelihood =
            GraphLikelihood::new(graph.nodes(), &split.train, EdgeWeighting::Kipf, device).expect("a graph");
        Self { input: GraphInput::new(adjacency, features), likelihood, device: device.clone() }
    }
}

impl Trainable for Links {
    type Model = Vgae;

    const UNIT: Unit = Unit::Fraction;

    fn device(&self) -> &Device {
        &self.device
    }

    fn initial_model(&self) -> Result<Vgae> {
        let config = GraphEncoderConfig::new(cora().nodes(), self.input.features.width(), vec![32], 16);
        let device = self.device.clone().autodiff();
        Ok(config.init_vgae(&mut Streams::new(0).initial_weights(), &device)?)
    }

    fn steps_per_epoch(&self) -> usize {
        1
    }

    fn loss(&self, model: &Vgae, shard: Shard) -> Result<Loss> {
        let posterior = model.encode(&self.input)?;
        let [rows, columns] = posterior.mean.dims();
        let noise = noise(shard.step, rows * columns);
        let noise = Tensor::from_data(TensorData::new(noise, [rows, columns]), &self.device);
        let (z, kl) = model.sample_with_kl(&posterior, noise)?;
        let reconstruction = self.likelihood.reconstruction(model.decoder.factors(z.clone())?)?;
        Ok(Loss::new(("reconstruction", reconstruction), [("kl", self.likelihood.kl(kl))]).at(z))
    }

    fn validate(&self, _model: &Vgae) -> Result<Vec<ValidationMetric>> {
        Ok(Vec::new())
    }

    fn fingerprint(&self) -> String {
        "links".to_owned()
    }
}

fn noise(step: u64, count: usize) -> Vec<f32> {
    standard_normals(&mut Streams::new(0).generator(Purpose::PosteriorNoise, step), count)
}

fn nan_in_features(_name: &str, device: &Device) {
    train(&Links::new(device, |_| ()), &["train.epochs=2"]).expect("Cora as it is");
    for place in [0, 20_000] {
        let error = fails(&Links::new(device, |features| features[place] = f32::NAN), &["train.epochs=2"]);
        assert!(error.message.starts_with("step 1: ") && error.message.contains("not finite"), "{error:?}");
        assert_eq!(error.exit_code(), 1);
    }
}

/// Minimises `Σ w²` over the weights of the means. z, the weights of `log σ` and the losses are set by the test.
struct Bowl {
    device: Device,
    steps_per_epoch: usize,
    /// z at a step, counted from 0.
    z: fn(u64) -> f32,
    /// What is added to the loss at a step.
    offset: fn(u64) -> f32,
    /// A weight that no loss depends on.
    idle: f32,
}

impl Bowl {
    fn new(device: &Device) -> Self {
        Self { device: device.clone(), steps_per_epoch: 4, z: |_| 1.0, offset: |_| 0.0, idle: 1.0 }
    }
}

impl Trainable for Bowl {
    type Model = Vgae;

    const UNIT: Unit = Unit::Nats;

    fn device(&self) -> &Device {
        &self.device
    }

    fn initial_model(&self) -> Result<Vgae> {
        let device = self.device.clone().autodiff();
        let config = GraphEncoderConfig::new(1, 3, Vec::new(), 2);
        let mut model = config.init_vgae(&mut Streams::new(0).initial_weights(), &device)?;
        let mut idle = [1.0; 6];
        idle[4] = self.idle;
        let Head::Convolution(mut layer) = model.log_sigma else { panic!("a convolution") };
        layer.weight = layer.weight.map(|weight| {
            Tensor::from_data(TensorData::new(idle.to_vec(), weight.dims()), &weight.device()).require_grad()
        });
        model.log_sigma = layer.into();
        Ok(model)
    }

    fn steps_per_epoch(&self) -> usize {
        self.steps_per_epoch
    }

    fn loss(&self, model: &Vgae, shard: Shard) -> Result<Loss> {
        let weight = model.mean.weight().val();
        let squares = (weight.clone() * weight).sum_dim(1).sum_dim(0).reshape([1]);
        let constant = |value: f32| Tensor::<1>::from_data(TensorData::from([value]), &self.device);
        let z = Tensor::from_data(TensorData::new(vec![0.5, (self.z)(shard.step)], [1, 2]), &self.device);
        Ok(Loss::new(("squares", squares), [("offset", constant((self.offset)(shard.step)))]).at(z))
    }

    fn validate(&self, _model: &Vgae) -> Result<Vec<ValidationMetric>> {
        Ok(Vec::new())
    }

    fn fingerprint(&self) -> String {
        "bowl".to_owned()
    }
}

const LEARNING_RATE: &str = "try a smaller optimizer.learning_rate";

#[track_caller]
fn assert_error(error: &Error, message: &str, hint: &str) {
    assert_eq!((error.message.as_str(), error.hint.as_deref()), (message, Some(hint)));
}

fn hidden_in_z(_name: &str, device: &Device) {
    let z: [(Draw, u64); 3] = [
        (|step| if step == 2 { f32::NAN } else { 1.0 }, 3),
        (|step| if step >= 5 { f32::INFINITY } else { 1.0 }, 6),
        (|step| if step == 7 || step == 9 { f32::NEG_INFINITY } else { 1.0 }, 8),
    ];
    for (z, step) in z {
        let error = fails(&Bowl { z, ..Bowl::new(device) }, &["train.epochs=3"]);
        assert_error(&error, &format!("step {step}: z is not finite"), LEARNING_RATE);
    }
    let error = fails(&Bowl { z: |_| f32::NAN, ..Bowl::new(device) }, &["train.epochs=3"]);
    let hint = "no step was taken yet: look for huge values in the data and the initial weights";
    assert_error(&error, "step 1: z is not finite", hint);
}

fn hidden_in_weights(_name: &str, device: &Device) {
    for (sets, steps) in [
        (&["train.epochs=3"][..], "steps 1 to 4"),
        // A checkpoint looks too, before it is written.
        (&["train.epochs=3", "train.checkpoint_every=\"2 steps\""], "steps 1 to 2"),
        (&["train.epochs=3", "train.checkpoint_every=\"1 step\""], "step 1"),
    ] {
        let error = fails(&Bowl { idle: f32::NAN, ..Bowl::new(device) }, sets);
        assert_error(&error, &format!("{steps}: the weights are not finite"), LEARNING_RATE);
    }
}

fn in_the_loss(_name: &str, device: &Device) {
    // At the last step of an epoch, the first of the next one, and in its middle.
    let offsets: [(Draw, u64); 3] = [
        (|step| if step == 3 { f32::INFINITY } else { 0.0 }, 4),
        (|step| if step == 4 { f32::NEG_INFINITY } else { 0.0 }, 5),
        (|step| if step == 6 { f32::NAN } else { 0.0 }, 7),
    ];
    for (offset, step) in offsets {
        let error = fails(&Bowl { offset, ..Bowl::new(device) }, &["train.epochs=3"]);
        let start = format!("step {step}: the loss is not finite: squares ");
        assert!(error.message.starts_with(&start) && error.message.contains(", offset "), "{error:?}");
        assert_eq!(error.hint.as_deref(), Some(LEARNING_RATE));
    }
    // Each is finite, and their sum is not.
    let error = fails(&Bowl { offset: |_| 2e38, ..Bowl::new(device) }, &["train.epochs=3"]);
    assert!(error.message.starts_with("steps 1 to 4: the loss is not finite: "), "{error:?}");
    assert!(error.message.ends_with(", offset inf"), "{error:?}");
}

/// The largest numbers there are, and the smallest, are finite.
fn finite(_name: &str, device: &Device) {
    for z in [|_| f32::MAX, |_| f32::MIN, |_| f32::from_bits(1), |_| -0.0] {
        train(&Bowl { z, ..Bowl::new(device) }, &["train.epochs=3"]).expect("finite");
    }
}
