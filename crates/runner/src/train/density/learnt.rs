//! What there is to know of a trained VAE: latent dimensions that say nothing, bounds that a few rows carry, and parts too
//! small to measure on.

use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::table::Rows;

use super::{DensityModel, DensityTask, collapse};
use crate::density::DensityMetrics;
use crate::error::Result;
use crate::experiment::Part;

/// Parts of fewer examples measure next to nothing.
const FEW: usize = 3;

/// The metrics of a run at its end.
pub(super) struct Measured {
    pub metrics: DensityMetrics,
    /// What there is to know of them.
    pub notes: Vec<String>,
    /// The standard error of what the validation examples lose, in nats.
    pub validation_error: Option<f64>,
}

/// Measures a model, and looks for what there is to know.
pub(super) fn measure<M: DensityModel>(task: &DensityTask<M>, model: &M) -> Result<Measured> {
    let parts = &task.parts;
    let mut losses = [Vec::new(), Vec::new()];
    let test = task.measure_each(model, &parts.test, Part::Test, |part| losses[1].extend_from_slice(part))?;
    let validation = parts.validation.as_ref().map(|examples| {
        task.measure_each(model, examples, Part::Validation, |part| losses[0].extend_from_slice(part))
    });
    let metrics = DensityMetrics { validation: validation.transpose()?, ..task.metrics_of(test) };
    let validation_error = (losses[0].len() >= FEW)
        .then(|| moments(losses[0].iter().copied()).1 / (losses[0].len() as f64).sqrt());
    if !M::VARIATIONAL {
        return Ok(Measured { metrics, notes: Vec::new(), validation_error });
    }
    let held_out = parts.validation.as_ref().unwrap_or(&parts.test);
    let mut notes: Vec<String> = collapse::note(task, model, held_out)?.into_iter().collect();
    if task.data.path().is_some() {
        let example = task.data.example();
        let named = [("validation", parts.validation.as_ref()), ("test", Some(&parts.test))];
        let tails = named.into_iter().zip(&losses).filter_map(|((part, examples), losses)| {
            carried(losses, |at| name(examples, at))
                .map(|told| format!("the {part} bound is carried by few: {told}"))
        });
        let tails: Vec<String> = tails.collect();
        if tails.is_empty() {
            let why = match task.data.test() {
                None => "though both parts were drawn at random",
                Some(_) => "so data.test is not quite as data.path is",
            };
            notes.extend(apart(&losses[0], &losses[1], why));
        }
        notes.extend(tails);
        if task.model.likelihood.learns_spread() {
            let rows = [held_out, &parts.test].into_iter().zip(&losses);
            let rows = rows.filter_map(|(examples, losses)| Some((examples.as_rows()?, losses)));
            let gains = rows.map(|(rows, losses)| {
                let alone = independent(rows);
                Gain {
                    alone: moments(alone.iter().copied()).0,
                    loss: moments(losses.iter().copied()).0,
                    error: moments(alone.iter().zip(losses).map(|(alone, loss)| alone - loss)).1
                        / (losses.len().max(1) as f64).sqrt(),
                }
            });
            let gains: Vec<Gain> = gains.collect();
            notes.extend(beyond_columns(&gains));
        }
        if losses.iter().any(|losses| losses.len() < FEW) {
            let [validation, test] = [losses[0].len(), losses[1].len()];
            notes.push(format!(
                "{validation} {example}s validate and {test} test, of {}: the bounds say next to nothing; give more {example}s",
                parts.train.count() + validation + test
            ));
        }
    }
    Ok(Measured { metrics, notes, validation_error })
}

/// What a part loses under a normal distribution of each standardised column by itself, what it loses under the model, and
/// the standard error of the difference, in nats a row.
struct Gain {
    alone: f64,
    loss: f64,
    error: f64,
}

/// What each row loses under a normal distribution of each standardised column by itself, in nats.
fn independent(rows: &Rows) -> Vec<f64> {
    let normal = |value: &f32| 0.5 * (f64::from(*value).powi(2) + std::f64::consts::TAU.ln());
    rows.values(0..rows.count()).chunks(rows.columns()).map(|row| row.iter().map(normal).sum()).collect()
}

/// Says whether no part loses less than its columns by themselves, by more than two standard errors.
fn beyond_columns(parts: &[Gain]) -> Option<String> {
    let is_none = parts.iter().all(|part| part.alone - part.loss <= 2.0 * part.error);
    let Gain { alone, loss, error } = parts.last()?;
    is_none.then(|| {
        format!(
            "nothing was learnt of how the columns go together: the test bound {:.2} is not above {:.2}, what the mean and \
             the deviation of each column come to, by two standard errors of {error:.2}",
            -loss, -alone
        )
    })
}

fn name(examples: Option<&Examples>, at: usize) -> String {
    examples.and_then(ExampleSet::names).map_or_else(|| at.to_string(), |names| names[at].clone())
}

/// Says whether the hundredth with the greatest losses carries the mean: by half a deviation of the others, whom it is far from.
fn carried(losses: &[f64], name: impl Fn(usize) -> String) -> Option<String> {
    const SHOWN: usize = 5;
    if losses.len() < FEW {
        return None;
    }
    let mut order: Vec<usize> = (0..losses.len()).collect();
    order.sort_by(|&a, &b| losses[b].total_cmp(&losses[a]));
    let (worst, others) = order.split_at(losses.len().div_ceil(100));
    let (mean, (rest, deviation)) =
        (moments(losses.iter().copied()).0, moments(others.iter().map(|&at| losses[at])));
    let farthest = losses[worst[0]] - rest;
    if mean - rest <= (0.5 * deviation).max(0.1) || farthest <= 8.0 * deviation {
        return None;
    }
    let names: Vec<String> = worst.iter().take(SHOWN).map(|&at| format!("`{}`", name(at))).collect();
    let more = if worst.len() > SHOWN { ", …" } else { "" };
    Some(format!("{:.2} nats with and {:.2} without {}{more}", -mean, -rest, names.join(", ")))
}

/// Says whether two parts of the same data differ by more than chance has them differ.
fn apart(validation: &[f64], test: &[f64], why: &str) -> Option<String> {
    const MOST: f64 = 5.0;
    const ENOUGH: usize = 20;
    if validation.len() < ENOUGH || test.len() < ENOUGH {
        return None;
    }
    let [a, b] = [validation, test].map(|losses| moments(losses.iter().copied()));
    let error = (a.1.powi(2) / validation.len() as f64 + b.1.powi(2) / test.len() as f64).sqrt();
    let errors = (a.0 - b.0).abs() / error;
    (errors > MOST).then(|| {
        format!(
            "the validation bound {:.2} and the test bound {:.2} are {errors:.0} standard errors apart, {why}",
            -a.0, -b.0
        )
    })
}

/// The mean and the standard deviation.
fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    (mean, (values.map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aevb_data::table::Standardization;

    use super::*;

    #[test]
    fn a_bound_that_columns_have_by_themselves_is_told() {
        let gain = |alone, loss, error| Gain { alone, loss, error };
        assert_eq!(beyond_columns(&[gain(8.5, 8.4, 0.04), gain(8.5, 8.6, 0.04)]), None);
        let told = beyond_columns(&[gain(8.5, 8.49, 0.04), gain(8.51, 8.56, 0.04)]).expect("no better");
        assert!(told.contains("the test bound -8.56 is not above -8.51"), "{told}");
        // ½ (1 + 4 + 2 log 2π) of the one row.
        let standardization = Standardization {
            columns: vec!["x".into(), "y".into()],
            mean: vec![0.0; 2],
            deviation: vec![1.0; 2],
            left_out: Vec::new(),
        };
        let rows = Rows::standardized(vec![1.0, -2.0], Arc::new(standardization)).expect("a row");
        assert!((moments(independent(&rows).into_iter()).0 - 4.337_877_066_409_345).abs() < 1e-12);
    }

    #[test]
    fn few_rows_that_carry_a_bound_are_named() {
        let calm: Vec<f64> = (0..100).map(|at| 5.0 + f64::from((at * 37) % 100) / 50.0).collect();
        assert_eq!(carried(&calm, |at| at.to_string()), None);
        let mut heavy = calm.clone();
        heavy[17] = 5000.0;
        let told = carried(&heavy, |at| at.to_string()).expect("one");
        // The others have a mean of about 6: (99 · 6 + 5000)/100 with the one, and 6 without.
        assert!(told.starts_with("-55.9") && told.ends_with("without `17`"), "{told}");
        // A tail that is as long as usual.
        let mut usual = calm.clone();
        usual[3] = 9.0;
        assert_eq!(carried(&usual, |at| at.to_string()), None);
        assert_eq!(apart(&calm, &calm, ""), None);
        let other: Vec<f64> = calm.iter().map(|loss| loss + 2.0).collect();
        assert!(apart(&calm, &other, "").expect("apart").contains("standard errors apart"));
        assert_eq!(apart(&calm[..10], &other, ""), None);
    }
}
