//! `aevb score`: how likely each image or row of a table is.

use std::path::Path;

use aevb_data::examples::{ExampleSet, Examples};
use serde_json::{Map, Value};

use super::new_file::NewFile;
use super::opened::open_vae;
use crate::cli::ScoreArguments;
use crate::error::{Error, Result};
use crate::inference::{Asked, ImageLikelihood, LikelihoodEstimator, likelihoods};
use crate::{interrupt, npy, output, table};

const COLUMNS: [&str; 4] = ["log_likelihood", "standard_error", "effective_samples", "bound"];

pub(super) fn run(arguments: &ScoreArguments) -> Result<()> {
    let out = match arguments.json {
        true => None,
        false => Some(NewFile::of_run(&arguments.run, arguments.out.as_ref(), "scores.csv")?),
    };
    let is_csv = out.as_ref().map_or(Ok(true), |out| is_csv(out.path()))?;
    interrupt::listen()?;
    let vae = open_vae(&arguments.run, arguments.device.as_deref(), arguments.checkpoint)?;
    let asked = match &arguments.data {
        None => Asked::first_of(&vae, arguments.part.into(), usize::MAX)?,
        Some(path) => {
            let (examples, notes) = vae.read(path)?;
            notes.iter().for_each(|note| output::message(&format!("note: {note}")));
            Asked::elsewhere(examples)
        }
    };
    let examples = &asked.examples;
    let estimator = LikelihoodEstimator::Importance { samples: arguments.samples as usize };
    let (rows, _) = likelihoods(&vae, &asked, estimator)?;
    if let Some(broken) = rows.iter().position(|row| row.marginal.log_likelihood.is_nan()) {
        let name = examples
            .names()
            .map_or_else(|| format!("row {broken}, counted from 0"), |names| names[broken].clone());
        return Err(Error::failed(format!("{name}: the model's likelihood is not a number")).with_hint(
            "the training may have diverged: look at its metrics, try a smaller optimizer.learning_rate",
        ));
    }
    let impossible: Vec<usize> =
        (0..rows.len()).filter(|&row| rows[row].marginal.log_likelihood.is_infinite()).collect();
    if let [first, others @ ..] = &impossible[..] {
        let name = examples
            .names()
            .map_or_else(|| format!("row {first}, counted from 0"), |names| names[*first].clone());
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        output::message(&format!(
            "note: {name}{more}: so far from all that trained that no number holds the likelihood: look for huge values"
        ));
    }
    let cautions = estimator.caution(&rows).into_iter().chain(vae.caution());
    cautions.for_each(|caution| output::message(&caution));
    let Some(out) = out else {
        return output::print_json(&json(examples, &rows));
    };
    out.write(&if is_csv {
        csv(examples, &rows)
    } else {
        let values: Vec<f32> = rows.iter().flat_map(row).map(|value| value as f32).collect();
        npy::file(&values, COLUMNS.len())
    })
}

fn is_csv(file: &Path) -> Result<bool> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("npy") => Ok(false),
        Some("csv") => Ok(true),
        _ => Err(Error::usage(format!("{}: of unknown format", file.display()))
            .with_hint("the name ends in .npy or .csv")),
    }
}

fn row(likelihood: &ImageLikelihood) -> [f64; COLUMNS.len()] {
    let marginal = likelihood.marginal;
    let bound = marginal.bound.unwrap_or(f64::NAN);
    [marginal.log_likelihood, marginal.standard_error, marginal.effective_samples, bound]
}

/// An object an example, with the names and numbers of its line in CSV; what is no finite number is null.
fn json(examples: &Examples, rows: &[ImageLikelihood]) -> Vec<Map<String, Value>> {
    let named = |place: usize| {
        let name = examples.names().map(|names| ("id", Value::from(names[place].as_str())));
        let label = examples.labels().map(|labels| match examples.label_names() {
            Some(names) => Value::from(names[labels[place] as usize].as_str()),
            None => Value::from(labels[place]),
        });
        name.into_iter().chain(label.map(|label| ("label", label)))
    };
    let object = |(place, likelihood): (usize, &ImageLikelihood)| {
        let scores = COLUMNS.into_iter().zip(row(likelihood).map(Value::from));
        named(place).chain(scores).map(|(key, value)| (key.to_owned(), value)).collect()
    };
    rows.iter().enumerate().map(object).collect()
}

/// A line an example: what it is called, and the scores.
fn csv(examples: &Examples, rows: &[ImageLikelihood]) -> Vec<u8> {
    let scores = rows.iter().map(|likelihood| row(likelihood).map(|score| score.to_string()));
    table::of_examples(examples, COLUMNS.map(str::to_owned), scores)
}
