//! Before the first step: an estimate of the memory that training will hold, and a refusal where there is less.
//!
//! It counts what grows with the data and the model: data, weights with their gradients and moments, and what a step keeps
//! for its backward pass. `tests` compare it with what runs were measured to hold; `graph` has what graphs take.

use aevb_models::adapter::is_software;
use aevb_models::nn::{DataShape, ParameterShape};
use burn::tensor::Device;

use crate::error::{Error, Result};
use crate::experiment::{Experiment, Networks, Optimizer};
use crate::memory;

mod graph;

pub(super) use graph::GraphSize;

/// Bytes of a number in single precision, and of an index.
const F32: u64 = 4;
/// The program itself with its threads' stacks.
const PROGRAM: u64 = 40 << 20;

/// What a run holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Estimate {
    /// At all times.
    always: Vec<Part>,
    /// While it takes steps.
    steps: Vec<Part>,
    /// Before its first step, when there is none of those.
    start: Vec<Part>,
}

/// A share of that, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    name: &'static str,
    host: u64,
    device: u64,
    /// What makes it smaller.
    remedy: &'static str,
}

/// The size of a set of images or of rows for training.
pub(super) struct ExamplesSize {
    pub data: DataShape,
    pub train: usize,
    /// Those that are measured on.
    pub held_out: usize,
    /// Whether the pixels of a batch are drawn anew, so that no copy of all is on the device.
    pub is_dynamic: bool,
    /// L, the samples of z an image.
    pub samples: usize,
    /// Images of a step, the shards that it is worked in, and images of a step of the evaluation.
    pub batch: usize,
    pub shards: usize,
    pub evaluated: usize,
}

impl Estimate {
    pub fn of_examples(
        size: &ExamplesSize,
        model: &Networks,
        is_variational: bool,
        optimizer: &Optimizer,
    ) -> Self {
        let [pixels, train, held_out] =
            [size.data.values(), size.train, size.held_out].map(|count| count as u64);
        let [shard, evaluated, samples] =
            [size.batch.div_ceil(size.shards), size.evaluated, size.samples].map(|count| count as u64);
        let config = model.config(size.data);
        let bodies = [config.encoder_body(is_variational), config.decoder_body()];
        let outputs =
            bodies.map(|body| body.plan.activations().iter().map(|&values| values as u64).sum::<u64>());
        let hidden = outputs.into_iter().max().unwrap_or_default();
        let latent = model.latent as u64;
        // Pixels are bytes, here and on the device; rows are floats, and those of a step alone go there.
        let (examples, bytes, remedy) = match size.data {
            DataShape::Image { .. } => {
                ("the images", 1, "train on fewer images, or set data.binarization = \"dynamic\"")
            }
            DataShape::Columns(_) => ("the rows", F32, "train on fewer rows"),
        };
        let uploaded = if size.is_dynamic || bytes > 1 { 0 } else { train * pixels };
        let prior = config.prior.activations(model.latent) as u64;
        let posterior = config.posterior.activations(model.latent) as u64;
        // Pseudo-inputs pass the encoder at each step, whatever the batch.
        let inputs = config.prior.pseudo_inputs().map_or(0, |(count, _)| count as u64);
        let pseudo = inputs * F32 * (2 * pixels + 4 * hidden);
        // An image's layers with their gradients; a sample's pixels pass the likelihood's own operations.
        let of_sample = 4 * hidden + 6 * pixels + 8 * latent + 2 * (prior + posterior);
        let step = shard * F32 * (pixels + 4 * hidden + samples * of_sample) + pseudo;
        let evaluation = evaluated.min(train + held_out)
            * F32
            * (pixels + hidden + samples * (hidden + 4 * pixels + prior + posterior))
            + pseudo;
        Self {
            always: vec![Part {
                name: examples,
                host: (train + held_out) * pixels * bytes,
                device: uploaded,
                remedy,
            }],
            steps: vec![
                weights(&counts(&config.layers(is_variational)), optimizer, size.shards),
                Part {
                    name: "a step's activations",
                    host: 0,
                    device: step.max(evaluation),
                    remedy: "make train.batch_size, objective.samples or model.hidden smaller, or train.shards larger",
                },
            ],
            start: Vec::new(),
        }
    }

    /// What is held at once where that is most, with what is on the device where that is the host.
    fn parts(&self, is_host: bool) -> impl Iterator<Item = &Part> {
        let size = |parts: &[Part]| sum(parts.iter().map(|part| part.size(is_host)));
        let most = if size(&self.start) > size(&self.steps) { &self.start } else { &self.steps };
        self.always.iter().chain(most)
    }

    fn needed(&self, is_host: bool) -> u64 {
        sum(self.parts(is_host).map(|part| part.size(is_host))).saturating_add(PROGRAM)
    }

    /// Refuses what the system has no room for. The memory of a GPU is not known to this program, so what lives there
    /// is compared where the device is the CPU.
    ///
    /// # Errors
    /// [`Usage`](crate::error::ErrorKind::Usage), with what to change.
    pub fn check(&self, experiment: &Experiment, device: &Device) -> Result<()> {
        match memory::available_bytes() {
            Some(available) if experiment.train.check_memory => self.compare(available, is_host(device)),
            _ => Ok(()),
        }
    }

    fn compare(&self, available: u64, is_host: bool) -> Result<()> {
        let needed = self.needed(is_host);
        if needed <= available {
            return Ok(());
        }
        let largest = self.parts(is_host).max_by_key(|part| part.size(is_host)).expect("there are parts");
        let [needed, available, alone] = memory::in_words([needed, available, largest.size(is_host)]);
        let name = largest.name;
        let message = format!(
            "training would hold about {needed} of memory, and {available} are free: {name} alone {alone}"
        );
        let hint = format!("{}, or set train.check_memory = false to try all the same", largest.remedy);
        Err(Error::usage(message).with_hint(hint))
    }
}

impl Part {
    fn size(&self, is_host: bool) -> u64 {
        self.host.saturating_add(if is_host { self.device } else { 0 })
    }
}

/// All bytes there are where it would be more.
fn sum(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

/// How many numbers each parameter has.
fn counts(parameters: &[ParameterShape]) -> Vec<u64> {
    parameters.iter().map(|parameter| parameter.count() as u64).collect()
}

/// What parameters of these sizes take.
fn weights(counts: &[u64], optimizer: &Optimizer, shards: usize) -> Part {
    let all = counts.iter().copied().fold(0, u64::saturating_add);
    let largest = counts.iter().copied().max().unwrap_or(0);
    let moments = match optimizer {
        Optimizer::Adam(_) | Optimizer::AdamW(_) => 2,
        Optimizer::Adagrad(_) => 1,
        Optimizer::Sgd(sgd) => u64::from(sgd.momentum != 0.0),
    };
    // Those of a shard, beside the sums of those before it.
    let gradients = 1 + u64::from(shards.ilog2());
    Part {
        name: "weights, gradients and moments",
        // A checkpoint is put together on the host.
        host: all.saturating_mul((1 + moments) * F32),
        // The update of a parameter makes a few of its size.
        device: all
            .saturating_mul((1 + gradients + moments) * F32)
            .saturating_add(largest.saturating_mul(2 * F32)),
        remedy: "make model.hidden or model.latent smaller",
    }
}

fn is_host(device: &Device) -> bool {
    #[expect(deprecated, reason = "offered beside flex for comparison as long as Burn has it")]
    let ndarray = Device::ndarray();
    // A GPU that is software has no other memory.
    *device == Device::flex() || *device == ndarray || is_software(device)
}

#[cfg(test)]
mod tests {
    use aevb_models::prior::{PriorConfig, VampStart};

    use super::*;
    use crate::experiment::Adam;

    fn adam() -> Optimizer {
        Optimizer::Adam(Adam::default())
    }

    fn mnist(is_dynamic: bool) -> ExamplesSize {
        let (train, held_out) = (60_000, 10_000);
        ExamplesSize {
            data: DataShape::Image { channels: 1, height: 28, width: 28 },
            train,
            held_out,
            is_dynamic,
            samples: 1,
            batch: 100,
            evaluated: 500,
            shards: 1,
        }
    }

    #[test]
    fn what_cannot_fit_is_refused_with_what_to_change() {
        let samples = ExamplesSize { samples: 10_000, ..mnist(false) };
        let estimate = Estimate::of_examples(&samples, &Networks::default(), true, &adam());
        let error = estimate.compare(16 << 30, true).expect_err("too large");
        assert_eq!(error.exit_code(), 2);
        let expected = "training would hold about";
        assert!(error.message.starts_with(expected), "{error}");
        assert!(error.message.contains("a step's activations alone"), "{error}");
        assert!(
            error.hint.expect("a hint").ends_with(", or set train.check_memory = false to try all the same")
        );
    }

    /// `peak_memory_bytes` of `aevb train vae-mnist` on `flex`.
    #[test]
    fn the_estimate_is_near_what_a_run_was_measured_to_hold() {
        let images = Estimate::of_examples(&mnist(false), &Networks::default(), true, &adam());
        let ratio = images.needed(true) as f64 / 199e6;
        assert!((0.75..1.25).contains(&ratio), "{ratio}: {images:?}");
    }

    #[test]
    fn what_a_gpu_holds_is_not_asked_of_the_host() {
        let estimate = Estimate::of_examples(
            &ExamplesSize { samples: 1000, ..mnist(false) },
            &Networks::default(),
            true,
            &adam(),
        );
        estimate.compare(1 << 30, false).expect("on the device");
        estimate.compare(1 << 30, true).expect_err("on the host");
    }

    #[test]
    fn pseudo_inputs_pass_the_encoder_whatever_the_batch() {
        let of = |prior| {
            let networks = Networks { prior: Some(prior), ..Networks::default() };
            Estimate::of_examples(
                &ExamplesSize { batch: 1, evaluated: 1, ..mnist(false) },
                &networks,
                true,
                &adam(),
            )
        };
        let standard = of(PriorConfig::default()).steps[1].device;
        let vamp = of(PriorConfig::Vamp { components: 500, start: VampStart::Data }).steps[1].device;
        assert!(vamp > standard + 500 * F32 * (784 + 500), "{vamp} and {standard}");
    }

    #[test]
    fn shards_need_a_part_of_the_activations_and_a_few_more_gradients() {
        let of = |shards| {
            let size = ExamplesSize { shards, batch: 10_000, ..mnist(false) };
            Estimate::of_examples(&size, &Networks::default(), true, &adam())
        };
        let [weights, activations] = &of(1).steps[..] else { panic!("two parts") };
        let [more_weights, fewer_activations] = &of(5).steps[..] else { panic!("two parts") };
        assert_eq!(fewer_activations.device, activations.device / 5);
        assert!(weights.device < more_weights.device && more_weights.device < 2 * weights.device);
        assert_eq!(weights.host, more_weights.host);
    }
}
