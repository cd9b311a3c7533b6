//! `aevb reproduce links`: the runs one after the other, then the table.
//!
//! A run that the folder has finished is not made again, and is in the table whether it is asked for or not.

use std::path::PathBuf;

use aevb_data::files::write_atomically;

use super::own_folder;
use super::runs::{asked_for, is_finished, read, train_once};
use crate::cli::{ConfigArguments, ReproduceLinksArguments};
use crate::commands::config;
use crate::commands::train::Show;
use crate::device::{self, Found};
use crate::error::{Error, Result};
use crate::experiment::Experiment;
use crate::reproduce::{LINKS_GRAPHS, LinksRun, LinksTable, links_runs};
use crate::run_folder::{RESULT, TIMING};
use crate::{environment, interrupt, output};

/// A run and what it trains.
type Planned = (LinksRun, Experiment);

pub(super) fn run(arguments: &ReproduceLinksArguments) -> Result<()> {
    let all = links_runs(None, arguments.seed);
    let asked = asked_for(&links_runs(arguments.splits, arguments.seed), |run| &run.name, &arguments.only)?
        .into_iter()
        .map(|run| run.name.clone())
        .collect::<Vec<_>>();
    let found = device::resolve(&arguments.device)?;
    environment::use_threads(arguments.threads)?;
    interrupt::listen()?;
    let out = &arguments.out;
    let names: Vec<&str> = all.iter().map(|run| run.name.as_str()).collect();
    let planned = planned(&all, &asked, arguments, &found)?;
    own_folder(out, &names)?;
    // What the files would have to leave out is refused before anything is trained.
    table(&planned, arguments)?;
    let wanted: Vec<&Planned> = planned.iter().filter(|(run, _)| asked.contains(&run.name)).collect();
    let show = Show { heuristics: true, ..Show::default() };
    for (number, (run, experiment)) in wanted.iter().enumerate() {
        let place = [number, wanted.len()];
        train_once(&run.name, place, experiment, &found, &out.join(&run.name), show)?;
        write(&table(&planned, arguments)?, arguments)?;
    }
    let table = table(&planned, arguments)?;
    output::message(&format!("{}: table.md, links.csv and result.json are written", out.display()));
    if arguments.json { output::print_json(&table) } else { output::print(&table.to_markdown()) }
}

/// The runs that are asked for or were begun before, with what they train. Graphs that are not there are named.
fn planned(
    all: &[LinksRun],
    asked: &[String],
    arguments: &ReproduceLinksArguments,
    found: &Found,
) -> Result<Vec<Planned>> {
    let mut planned: Vec<Planned> = Vec::new();
    for graph in &LINKS_GRAPHS {
        let is_asked = |run: &LinksRun| asked.contains(&run.name);
        let concerns =
            |run: &&LinksRun| run.graph == graph && (is_asked(run) || arguments.out.join(&run.name).is_dir());
        let runs: Vec<&LinksRun> = all.iter().filter(concerns).collect();
        if let Some(file) = graph.missing()? {
            if runs.iter().any(|run| is_asked(run)) {
                let (name, file) = (graph.name, file.display());
                output::message(&format!(
                    "note: {name} is left out: {file} is not there; `aevb data fetch {name}` fetches it"
                ));
            }
            continue;
        }
        for group in runs.chunk_by(|one, next| one.group == next.group) {
            // The sizes that follow from a graph are the same for every split.
            let first = experiment(group[0], arguments, found)?;
            planned.extend(
                group.iter().map(|&run| (run.clone(), Experiment { seed: run.seed, ..first.clone() })),
            );
        }
    }
    if planned.iter().any(|(run, _)| asked.contains(&run.name)) {
        return Ok(planned);
    }
    Err(Error::usage("no run is left: the notes above say what each lacks")
        .with_hint("--data-dir or AEVB_DATA names the folder of the data"))
}

/// What `aevb train` would train.
fn experiment(run: &LinksRun, arguments: &ReproduceLinksArguments, found: &Found) -> Result<Experiment> {
    let configuration = ConfigArguments {
        config: Some(PathBuf::from(run.model.config)),
        device: Some(found.row.name.clone()),
        threads: Some(arguments.threads),
        set: run.sets(),
        ..ConfigArguments::default()
    };
    let mut experiment = config::read(&configuration)?.experiment;
    if let Some(epochs) = arguments.epochs {
        experiment.train.epochs = experiment.train.epochs.min(epochs as usize);
        experiment.train.evaluate_every = experiment.train.evaluate_every.min(experiment.train.epochs);
    }
    Ok(experiment)
}

/// The rows of all runs that have ended, by this command or an earlier one.
fn table(planned: &[Planned], arguments: &ReproduceLinksArguments) -> Result<LinksTable> {
    let mut finished = Vec::new();
    for (run, experiment) in planned {
        let folder = arguments.out.join(&run.name);
        if is_finished(experiment, &folder)? {
            finished.push((run, read(&folder.join(RESULT))?, read(&folder.join(TIMING))?));
        }
    }
    LinksTable::of(finished.into_iter())
}

fn write(table: &LinksTable, arguments: &ReproduceLinksArguments) -> Result<()> {
    let out = &arguments.out;
    write_atomically(out.join("table.md"), table.to_markdown().as_bytes())?;
    write_atomically(out.join("links.csv"), table.to_csv().as_bytes())?;
    let json = serde_json::to_vec_pretty(table).expect("a table is always JSON");
    Ok(write_atomically(out.join(RESULT), &json)?)
}
