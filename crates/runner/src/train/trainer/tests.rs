//! Steps in shards, by models of which every number is known.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::*;
use crate::experiment::{ConfigFile, Override};
use crate::progress::Unit;
use crate::train::{Loss, run_task};

/// A number.
#[derive(Module, Debug)]
struct Point {
    place: Param<Tensor<1>>,
}

/// Goes down a slope; each shard has one of its own.
struct Slopes {
    shards: Vec<f32>,
    steps_per_epoch: usize,
    /// What the loss of a shard is raised by.
    offset: fn(Shard) -> f32,
}

impl Trainable for Slopes {
    type Model = Point;

    const UNIT: Unit = Unit::Nats;

    fn device(&self) -> &Device {
        static DEVICE: std::sync::OnceLock<Device> = std::sync::OnceLock::new();
        DEVICE.get_or_init(Device::flex)
    }

    fn initial_model(&self) -> Result<Point> {
        Ok(Point { place: Param::from_data([0.0], &self.device().clone().autodiff()) })
    }

    fn steps_per_epoch(&self) -> usize {
        self.steps_per_epoch
    }

    fn shards(&self, _step: u64) -> usize {
        self.shards.len()
    }

    fn loss(&self, model: &Point, shard: Shard) -> Result<Loss> {
        let fall = model.place.val() * self.shards[shard.index] + (self.offset)(shard);
        Ok(Loss::new(("fall", fall), []))
    }

    fn validate(&self, _model: &Point) -> Result<Vec<ValidationMetric>> {
        Ok(Vec::new())
    }

    fn fingerprint(&self) -> String {
        "slopes".to_owned()
    }
}

struct Quiet;

impl Observer for Quiet {
    fn epoch(&mut self, _report: &EpochReport) {}
}

/// Where the point is after so many epochs of steps as long as the slope.
fn trained(task: &Slopes, epochs: usize) -> Result<f32> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sets = ["optimizer={kind='sgd', learning_rate=1.0}".to_owned(), format!("train.epochs={epochs}")];
    let sets = sets.map(|set| Override::parse(&set).expect("well formed"));
    let experiment = Experiment::read(&ConfigFile::find(None).expect("built in"), &sets).expect("valid");
    let run = RunFolder::create(folder.path().join("run")).expect("new");
    let model = run_task(task, &experiment, &run, &mut Quiet)?;
    Ok(model.place.val().into_scalar())
}

#[test]
fn gradients_are_added_up_by_a_tree() {
    let half_a_unit = f32::EPSILON / 2.0;
    let shards = vec![1.0, half_a_unit, half_a_unit, half_a_unit];
    let from_left_to_right: f32 = shards.iter().sum();
    let end = trained(&Slopes { shards, steps_per_epoch: 1, offset: |_| 0.0 }, 1).expect("finite");
    assert_eq!((from_left_to_right, end), (1.0, -1.0 - f32::EPSILON));
}

#[test]
fn the_step_of_a_shard_that_is_not_finite_is_told() {
    let at = |offset| Slopes { shards: vec![1.0, 1.0, 1.0], steps_per_epoch: 4, offset };
    trained(&at(|_| 1.0), 2).expect("finite");
    for offset in [
        |shard: Shard| if (shard.step, shard.index) == (5, 2) { f32::NAN } else { 0.0 },
        |shard: Shard| if (shard.step, shard.index) == (5, 0) { f32::INFINITY } else { 0.0 },
    ] {
        let error = trained(&at(offset), 2).expect_err("not finite");
        assert!(error.message.starts_with("step 6: the loss is not finite: fall "), "{error}");
    }
}
