//! The loss of a step or of a shard of it, and the sums of an epoch's losses.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData, Transaction};
use serde::{Deserialize, Serialize};

use super::exact::Exact;
use super::watch::{NotFinite, Watch};

/// A loss as the weighted sum of its named terms, each `[1]`, over some examples.
pub struct Loss {
    terms: Vec<Term>,
    examples: usize,
    /// The weight of this loss in that of its step.
    share: f64,
    latents: Option<Tensor<2>>,
}

struct Term {
    name: &'static str,
    value: Tensor<1>,
    weight: f64,
}

impl Loss {
    /// A loss with these terms, of which there is at least one, for a batch that is all of the data.
    pub fn new(
        first: (&'static str, Tensor<1>),
        rest: impl IntoIterator<Item = (&'static str, Tensor<1>)>,
    ) -> Self {
        let terms = std::iter::once(first).chain(rest);
        let terms = terms.map(|(name, value)| Term { name, value, weight: 1.0 }).collect();
        Self { terms, examples: 1, share: 1.0, latents: None }
    }

    /// The same loss with a term more, which counts `weight` times and is reported as it is.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Tensor<1>, weight: f64) -> Self {
        self.terms.push(Term { name, value, weight });
        self
    }

    /// The same loss as the mean over this many examples.
    #[must_use]
    pub fn over(self, examples: usize) -> Self {
        Self { examples, ..self }
    }

    /// The same loss as that of a shard, whose batch has this many examples. Say [`over`](Self::over) before how many of them
    /// are the shard's: it counts by its share of them, so that the shards' losses together are the mean over the batch.
    #[must_use]
    pub fn out_of(self, batch: usize) -> Self {
        Self { share: self.examples as f64 / batch as f64, ..self }
    }

    /// The same loss with the latent vectors that it was computed from, `[rows, latent]`, which are watched for numbers
    /// that are not finite.
    #[must_use]
    pub fn at(self, latents: Tensor<2>) -> Self {
        Self { latents: Some(latents), ..self }
    }

    /// The weighted sum of the terms, `[1]`.
    pub fn total(&self) -> Tensor<1> {
        let terms = self.terms.iter().filter(|term| term.weight != 0.0).map(|term| match term.weight {
            1.0 => term.value.clone(),
            weight => term.value.clone() * weight,
        });
        terms.reduce(|sum, term| sum + term).expect("a loss has a term")
    }

    /// What this loss adds to that of its step, `[1]`.
    pub(super) fn in_step(&self) -> Tensor<1> {
        if self.share == 1.0 { self.total() } else { self.total() * self.share }
    }
}

/// The terms of an epoch's losses, summed on the device so that no step waits for the last.
#[derive(Default)]
pub(super) struct Sums {
    terms: Vec<(String, Tensor<1>)>,
    /// The loss itself, where it is not just the sum of its terms.
    total: Option<Tensor<1>>,
    examples: usize,
    /// Sums that another process began, until the first loss says where they belong.
    carried: Option<EpochSums>,
    watch: Watch,
}

/// The same on the host, for means and for checkpoints: sums in single precision, to the bit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochSums {
    terms: Vec<(String, Exact)>,
    total: Option<Exact>,
    examples: usize,
}

/// The means of an epoch.
pub(super) struct Means {
    pub loss: f64,
    pub terms: Vec<(String, f64)>,
}

impl Sums {
    /// Begins with another step.
    pub fn begin_step(&mut self) {
        self.watch.steps += 1;
    }

    /// Watches for what is not finite in a loss of the step, and lets go of the latent vectors.
    pub fn look(&mut self, loss: &mut Loss) {
        let latents = loss.latents.take();
        self.watch.losses(loss.terms.iter().map(|term| &term.value), latents);
    }

    pub fn add(&mut self, loss: Loss) {
        self.put_down(&loss.terms[0].value);
        let count = loss.examples as f64;
        let weighted = |value: Tensor<1>| if count == 1.0 { value.inner() } else { value.inner() * count };
        if loss.terms.iter().any(|term| term.weight != 1.0) || self.total.is_some() {
            // Before the first weight other than 1 the loss was the sum of the terms.
            let sums = self.terms.iter().map(|(_, sum)| sum.clone());
            let before = self.total.take().or_else(|| sums.reduce(|a, b| a + b));
            let total = weighted(loss.total());
            self.total = Some(match before {
                Some(before) => before + total,
                None => total,
            });
        }
        for Term { name, value, .. } in loss.terms {
            let value = weighted(value);
            match self.terms.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum = sum.clone() + value,
                None => self.terms.push((name.to_owned(), value)),
            }
        }
        self.examples += loss.examples;
    }

    /// The steps that were looked at.
    pub fn watched(&self) -> u64 {
        self.watch.steps
    }

    /// Reads the sums back from the device, and what was not finite: at a step, or in the weights of the model and the
    /// squares that its optimizer keeps, which are looked at now. One wait for all.
    pub fn read(
        &self,
        model: &impl Module,
        squares: impl Iterator<Item = Tensor<1>>,
    ) -> (EpochSums, Option<NotFinite>) {
        let sums = self.carried.is_none().then(|| self.terms.iter().map(|(_, sum)| sum).chain(&self.total));
        let mut reading = Transaction::default();
        for sum in sums.into_iter().flatten() {
            reading = reading.register(sum.clone());
        }
        if let Some(mark) = self.watch.clone().with_weights(model, squares).on_device() {
            reading = reading.register(mark);
        }
        let mut read = reading.execute().into_iter();
        let sums = self.carried.clone().unwrap_or_else(|| {
            let mut next = || Exact(f64::from(scalar(read.next().expect("each sum was asked for"))));
            EpochSums {
                terms: self.terms.iter().map(|(name, _)| (name.clone(), next())).collect(),
                total: self.total.as_ref().map(|_| next()),
                examples: self.examples,
            }
        });
        (sums, read.next().and_then(NotFinite::of_data))
    }

    /// Puts sums of another process where the losses are.
    fn put_down(&mut self, like: &Tensor<1>) {
        let Some(EpochSums { terms, total, examples }) = self.carried.take() else { return };
        let device = like.clone().inner().device();
        let put = |Exact(sum): Exact| Tensor::from_data(TensorData::from([sum as f32]), &device);
        self.terms = terms.into_iter().map(|(name, sum)| (name, put(sum))).collect();
        self.total = total.map(put);
        self.examples = examples;
    }
}

fn scalar(data: TensorData) -> f32 {
    data.try_into_vec::<f32>().expect("losses are F32")[0]
}

impl From<EpochSums> for Sums {
    fn from(carried: EpochSums) -> Self {
        Self { carried: (carried.examples > 0).then_some(carried), ..Self::default() }
    }
}

impl EpochSums {
    /// Whether no step was taken.
    pub fn is_empty(&self) -> bool {
        self.examples == 0
    }

    /// The mean over the examples.
    pub(super) fn means(&self) -> Means {
        let count = self.examples as f64;
        let terms: Vec<_> = self.terms.iter().map(|(name, Exact(sum))| (name.clone(), sum / count)).collect();
        let total = self.total.map(|Exact(total)| total / count);
        Means { loss: total.unwrap_or_else(|| terms.iter().map(|(_, value)| value).sum()), terms }
    }
}
