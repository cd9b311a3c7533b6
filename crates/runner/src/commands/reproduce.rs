//! `aevb reproduce`: a paper's experiments, one after the other, with a table and the data of its curves.
//!
//! A run that is there already is not run again, so an interrupted reproduction goes on where it stopped.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::{Paper, ReproduceArguments};
use crate::device;
use crate::environment::{self, Environment};
use crate::error::{Error, Result};
use crate::experiment::{ConfigFile, Experiment, Override};
use crate::progress::Progress;
use crate::run_folder::{CONFIG, ENVIRONMENT, METRICS, RESULT, RunFolder};
use crate::{interrupt, output, train};

/// One run: its name, the built-in configuration it is made of, and what replaces values there.
struct Planned {
    name: String,
    config: &'static str,
    sets: Vec<String>,
    /// What the reference implementation reaches, in nats; absent where there is none.
    reference: Option<f64>,
}

/// The latent sizes of figure 2, MNIST and Frey Face.
const MNIST_LATENTS: [usize; 5] = [3, 5, 10, 20, 200];
const FREY_LATENTS: [usize; 4] = [2, 5, 10, 20];

fn planned() -> Vec<Planned> {
    let run = |name: &str, config, sets: &[&str], reference| Planned {
        name: name.to_owned(),
        config,
        sets: sets.iter().map(|&set| set.to_owned()).collect(),
        reference,
    };
    let mut runs = vec![
        run("mnist-adam-grey", "vae-mnist", &[], Some(-103.76)),
        run("mnist-adam-dynamic", "vae-mnist", &["data.binarization=dynamic"], Some(-101.12)),
        run("mnist-adagrad-grey", "vae-mnist-adagrad", &[], Some(-111.20)),
    ];
    let frey = |latent| {
        [(2, 854.0), (5, 1075.0), (10, 1241.0), (20, 1236.0)]
            .iter()
            .find(|(known, _)| *known == latent)
            .map(|(_, elbo)| *elbo)
    };
    runs.extend(FREY_LATENTS.map(|latent| {
        run(&format!("frey-adam-{latent}"), "vae-frey", &[&format!("model.latent={latent}")], frey(latent))
    }));
    runs.extend(MNIST_LATENTS.map(|latent| {
        run(
            &format!("figure-2-mnist-{latent}"),
            "vae-mnist-paper",
            &[&format!("model.latent={latent}")],
            None,
        )
    }));
    runs.extend(FREY_LATENTS.map(|latent| {
        run(&format!("figure-2-frey-{latent}"), "vae-frey-paper", &[&format!("model.latent={latent}")], None)
    }));
    runs
}

pub(super) fn run(arguments: &ReproduceArguments) -> Result<()> {
    let Paper::Aevb = arguments.paper;
    let wanted =
        |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| name.starts_with(only));
    let runs: Vec<Planned> = planned().into_iter().filter(|run| wanted(&run.name)).collect();
    if runs.is_empty() {
        let names: Vec<String> = planned().into_iter().map(|run| run.name).collect();
        return Err(Error::usage(format!("--only {}: names no run", arguments.only.join(", ")))
            .with_hint(format!("the runs are {}", names.join(", "))));
    }
    fs::create_dir_all(&arguments.out).map_err(|error| Error::io(&arguments.out, error).as_usage())?;
    interrupt::listen()?;
    for (number, run) in runs.iter().enumerate() {
        let folder = arguments.out.join(&run.name);
        if folder.join(RESULT).is_file() {
            output::message(&format!("{}: done before", run.name));
            continue;
        }
        output::message(&format!("run {} of {}: {}", number + 1, runs.len(), run.name));
        train_one(run, arguments, &folder)?;
    }
    let (table, curves) = (table(&runs, &arguments.out)?, curves(&runs, &arguments.out)?);
    aevb_data::files::write_atomically(arguments.out.join("table.md"), table.as_bytes())?;
    aevb_data::files::write_atomically(arguments.out.join("curves.csv"), curves.as_bytes())?;
    output::print(&table)
}

fn experiment(run: &Planned, arguments: &ReproduceArguments) -> Result<Experiment> {
    let file = ConfigFile::find(Some(Path::new(run.config)))?;
    let mut overrides = run.sets.iter().map(|set| Override::parse(set)).collect::<Result<Vec<_>>>()?;
    overrides.extend(arguments.device.as_deref().map(Override::device));
    overrides.extend(arguments.threads.map(Override::threads));
    let mut experiment = Experiment::read(&file, &overrides)?;
    experiment.train.epochs = (experiment.train.epochs / arguments.hurry as usize).max(1);
    Ok(experiment)
}

fn train_one(run: &Planned, arguments: &ReproduceArguments, path: &Path) -> Result<()> {
    let experiment = experiment(run, arguments)?;
    let found = device::resolve(&experiment.device)?.described();
    // The pool of the first run serves them all.
    let _ = environment::use_threads(experiment.threads);
    let folder = RunFolder::create(path).map_err(|error| {
        error.with_hint("the run was cut short: remove its folder, and this command does it anew")
    })?;
    folder.write(CONFIG, experiment.to_toml().as_bytes())?;
    folder.write_json(ENVIRONMENT, &Environment::current(found.row))?;
    let mut progress = Progress::new(experiment.train.epochs, false);
    let outcome = train::run(&experiment, &found.device, &folder, &mut progress)?;
    folder.write_json(RESULT, &outcome)
}

/// A line a run: what was reached beside what the reference reaches.
fn table(runs: &[Planned], out: &Path) -> Result<String> {
    let mut text = "| run | binarisation | test bound | reference | KL | epochs | s/epoch |\n\
                    |---|---|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for run in runs {
        let result = read_json(&out.join(&run.name).join(RESULT))?;
        let number = |value: &Value, digits| value.as_f64().map_or("–".into(), |x| format!("{x:.digits$}"));
        let test = &result["test"];
        let reference = run.reference.map_or("–".into(), |nats| format!("{nats:.2}"));
        let binarization = result["binarization"].as_str().unwrap_or("–");
        let _ = writeln!(
            text,
            "| {} | {binarization} | {} | {reference} | {} | {} | {} |",
            run.name,
            number(&test["elbo"], 2),
            number(&test["kl"], 2),
            result["epochs"],
            number(&result["seconds_per_epoch"], 2)
        );
    }
    Ok(text)
}

/// The bounds over the images seen, on training and test images: the axes of figure 2.
fn curves(runs: &[Planned], out: &Path) -> Result<String> {
    let mut text = "run,epoch,images_seen,train_bound,test_bound\n".to_owned();
    for run in runs {
        let folder = out.join(&run.name);
        let config =
            fs::read_to_string(folder.join(CONFIG)).map_err(|error| Error::io(folder.join(CONFIG), error))?;
        let images = if config.contains("name = \"frey\"") {
            1565
        } else if config.contains("train = \"all\"") {
            60_000
        } else {
            50_000
        };
        let path = folder.join(METRICS);
        let lines = fs::read_to_string(&path).map_err(|error| Error::io(&path, error))?;
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).map_err(|error| Error::io(&path, error))?;
            let epoch = line["epoch"].as_u64().unwrap_or(0);
            let term = |name: &str| line[name].as_f64().unwrap_or(0.0);
            let train = -term("reconstruction") - term("kl");
            let test = line["test"]["elbo"].as_f64().map_or_else(String::new, |elbo| elbo.to_string());
            let _ = writeln!(text, "{},{epoch},{},{train},{test}", run.name, epoch * images);
        }
    }
    Ok(text)
}

fn read_json(path: &Path) -> Result<Value> {
    let text = fs::read(path).map_err(|error| Error::io(path, error))?;
    serde_json::from_slice(&text).map_err(|error| Error::io(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_planned_run_is_a_valid_experiment() {
        for run in planned() {
            let file = ConfigFile::find(Some(Path::new(run.config))).expect("built in");
            let overrides: Vec<_> =
                run.sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
            let experiment = Experiment::read(&file, &overrides).expect(&run.name);
            assert!(experiment.to_toml().contains("curve = \"test\""), "{}", run.name);
        }
    }
}
