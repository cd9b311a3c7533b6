//! Watches training for numbers that are not finite. What is looked at stays on the device, and no step waits for it; what
//! is found is read with the sums of the losses.

use std::fmt::Write;
use std::ops::RangeInclusive;

use aevb_models::finite::FirstNonFinite;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Int, Tensor, TensorData};

use super::largest;
use super::loss::Means;
use crate::error::{Error, Result};

/// Where a number was not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A term of the loss.
    Loss,
    /// The latent vectors, while every term of the loss was finite: shaders may lose a NaN on the way.
    Latents,
    /// A weight after the last step, while all that was seen of the steps was finite.
    Weights,
    /// The squares of the gradients that the optimizer keeps, while the weights were finite.
    Squares,
}

const PLACES: [Place; 4] = [Place::Loss, Place::Latents, Place::Weights, Place::Squares];

/// The first time that a number was not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotFinite {
    pub place: Place,
    /// Counted from 1 at the first step of this watch.
    pub step: u64,
}

/// The steps since the sums began.
#[derive(Clone, Default)]
pub(super) struct Watch {
    first: FirstNonFinite,
    pub steps: u64,
}

impl Watch {
    /// Looks at the terms of a loss of the newest step, `[1]` each, and at the latent vectors.
    pub fn losses<'a>(&mut self, terms: impl Iterator<Item = &'a Tensor<1>>, latents: Option<Tensor<2>>) {
        for term in terms {
            self.look(term.clone(), Place::Loss);
        }
        if let Some(latents) = latents {
            self.look(latents, Place::Latents);
        }
    }

    /// The same after a look at a model's weights, and at the squares that its optimizer keeps.
    pub fn with_weights(mut self, model: &impl Module, squares: impl Iterator<Item = Tensor<1>>) -> Self {
        model.visit(&mut self);
        for squares in squares {
            self.look(squares, Place::Squares);
        }
        self
    }

    fn look<const D: usize>(&mut self, x: Tensor<D>, place: Place) {
        // An epoch of 500 million steps says that it was the last of them, or a later one.
        let mark = self.steps.saturating_mul(PLACES.len() as u64).saturating_add(place as u64);
        self.first.look(x, i32::try_from(mark).unwrap_or(i32::MAX));
    }

    /// What was found, as it lies on the device.
    pub fn on_device(&self) -> Option<Tensor<1, Int>> {
        self.first.on_device()
    }
}

impl ModuleVisitor for Watch {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.look(param.val(), Place::Weights);
    }
}

impl NotFinite {
    /// What was read from the device; `None` where everything was finite.
    pub fn of_data(data: TensorData) -> Option<Self> {
        let mark = FirstNonFinite::of_data(data)? as u64;
        let places = PLACES.len() as u64;
        Some(Self { place: PLACES[(mark % places) as usize], step: mark / places })
    }
}

/// Fails where a number was not finite. `steps` are those since the last time that all of them were, of which the watch
/// saw the newest; the largest value of the data is asked for where it may be the cause.
pub(super) fn require_finite(
    found: Option<NotFinite>,
    watched: u64,
    means: &Means,
    steps: RangeInclusive<u64>,
    largest_value: impl FnOnce() -> Option<String>,
) -> Result<()> {
    let terms = || means.terms.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>();
    let are_finite = means.loss.is_finite() && means.terms.iter().all(|(_, value)| value.is_finite());
    let exact = found.map(|found| (found.place, steps.end() - watched + found.step));
    let (what, steps) = match exact {
        None if are_finite => return Ok(()),
        // Losses that are finite may have a sum that is not.
        None => ("the loss is", steps),
        Some((Place::Loss, step)) => ("the loss is", step..=step),
        Some((Place::Latents, step)) => ("z is", step..=step),
        Some((Place::Weights, _)) => ("the weights are", steps),
        Some((Place::Squares, _)) => ("the squares of the gradients are", steps),
    };
    let mut message = match (steps.start(), steps.end()) {
        (first, last) if first >= last => format!("step {last}"),
        (first, last) => format!("steps {first} to {last}"),
    };
    let _ = write!(message, ": {what} not finite");
    if !are_finite {
        let _ = write!(message, ": {}", terms().join(", "));
    }
    // Before the second step the learning rate has had no part in it.
    let is_first = exact.is_some_and(|(place, step)| match place {
        Place::Loss | Place::Latents => step == 1,
        Place::Weights => false,
        Place::Squares => *steps.end() == 1,
    });
    let hint = largest::hint(largest_value(), is_first);
    Err(Error::failed(message).with_hint(hint))
}
